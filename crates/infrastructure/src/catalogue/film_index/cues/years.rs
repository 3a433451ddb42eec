//! When a film may have come out, from what somebody says of years and decades.
use super::tokens::Token;

/// How far back and forth years are weighed.
const FIRST_YEAR: u16 = 1880;
const LAST_YEAR: u16 = 2100;
/// Years that may be meant when four digits are written.
const LIKELY_YEARS: std::ops::RangeInclusive<u16> = 1890..=2039;
/// How fast trust in a year fades, in years: for one of release, for films older or newer than when
/// somebody saw them, and for an open end.
const FADES_RELEASED: f64 = 6.0;
const FADES_OLDER: f64 = 10.0;
const FADES_NEWER: f64 = 3.0;
const FADES_OPEN: f64 = 5.0;
/// What `before` and `after` say beside a year of release.
const OPEN_END: f64 = 0.7;

/// Decades by name; Russian ones as they are mostly said, "of the eighties" and "the eighties".
const NAMED_DECADES: [(&str, u16); 28] = [
    ("twenties", 1920),
    ("thirties", 1930),
    ("forties", 1940),
    ("fifties", 1950),
    ("sixties", 1960),
    ("seventies", 1970),
    ("eighties", 1980),
    ("nineties", 1990),
    ("двадцатых", 1920),
    ("двадцатые", 1920),
    ("тридцатых", 1930),
    ("тридцатые", 1930),
    ("сороковых", 1940),
    ("сороковые", 1940),
    ("пятидесятых", 1950),
    ("пятидесятые", 1950),
    ("шестидесятых", 1960),
    ("шестидесятые", 1960),
    ("семидесятых", 1970),
    ("семидесятые", 1970),
    ("восьмидесятых", 1980),
    ("восьмидесятые", 1980),
    ("девяностых", 1990),
    ("девяностые", 1990),
    ("нулевых", 2000),
    ("нулевые", 2000),
    ("десятых", 2010),
    ("десятые", 2010),
];
/// What makes a decade of a number: `80s`, `80-х`.
const DECADE_ENDINGS: [&str; 6] = ["s", "х", "е", "ых", "ые", "ми"];
const EARLY: [&str; 5] = ["early", "beginning", "начало", "начале", "начала"];
const MIDDLE: [&str; 6] = ["mid", "middle", "середина", "середине", "середины", "midst"];
const LATE: [&str; 6] = ["late", "end", "конец", "конце", "конца", "later"];
const OWNERS: [&str; 4] = ["his", "her", "their", "my"];
/// When a film plays is not when it was made.
const SETTING: [&str; 15] = [
    "set",
    "take",
    "takes",
    "taking",
    "took",
    "placed",
    "located",
    "during",
    "style",
    "era",
    "looked",
    "действие",
    "происходит",
    "времен",
    "события",
];
const SETTING_AFTER: [&str; 4] = ["style", "themed", "setting", "fashion"];
const BEFORE: [&str; 10] = [
    "before",
    "prior",
    "older",
    "pre",
    "later",
    "past",
    "до",
    "раньше",
    "старше",
    "позднее",
];
const AFTER: [&str; 7] = ["after", "since", "post", "newer", "после", "позже", "новее"];
const EARLIER: [&str; 5] = ["earlier", "before", "older", "раньше", "старше"];
const LATER: [&str; 5] = ["later", "after", "newer", "позже", "новее"];
/// When somebody saw a film it was not always new.
const SEEING: [&str; 44] = [
    "saw",
    "see",
    "seen",
    "watch",
    "watched",
    "watching",
    "remember",
    "rented",
    "kid",
    "child",
    "aired",
    "showed",
    "shown",
    "played",
    "showing",
    "school",
    "grade",
    "around",
    "back",
    "tv",
    "television",
    "cable",
    "vhs",
    "young",
    "younger",
    "old",
    "видел",
    "видела",
    "видели",
    "смотрел",
    "смотрела",
    "смотрели",
    "посмотрел",
    "посмотрела",
    "показывали",
    "показали",
    "шел",
    "шёл",
    "детстве",
    "школе",
    "маленьким",
    "маленькой",
    "телевизору",
    "тв",
];

/// What is said of a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Said {
    /// The film came out then.
    Released,
    /// Somebody saw it then.
    Seen,
    /// It is not newer.
    Before,
    /// It is not older.
    After,
}

/// Years that somebody names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct YearCue {
    /// What for.
    pub said: Said,
    /// The first of them.
    pub from: u16,
    /// The last of them.
    pub to: u16,
}

/// Finds the years that a request names, but for those when the film plays.
pub(super) fn years_in(tokens: &[Token]) -> Vec<YearCue> {
    let places = 0..tokens.len();
    places
        .filter_map(|place| {
            let span = span_at(tokens, place)?;
            let said = said_of(tokens, place, span)?;
            Some(YearCue {
                said,
                from: span.from,
                to: span.to,
            })
        })
        .collect()
}

#[derive(Clone, Copy, Debug)]
struct Span {
    from: u16,
    to: u16,
    is_decade: bool,
    /// How many words before the year belong to it, as in `late 80s`.
    words_before: usize,
}

fn text_at(tokens: &[Token], place: usize) -> &str {
    tokens.get(place).map_or("", |token| token.text.as_str())
}

fn span_at(tokens: &[Token], place: usize) -> Option<Span> {
    let Some(decade) = decade_at(tokens, place) else {
        let year = text_at(tokens, place).parse().ok()?;
        return (text_at(tokens, place).len() == 4 && LIKELY_YEARS.contains(&year)).then_some(
            Span {
                from: year,
                to: year,
                is_decade: false,
                words_before: 0,
            },
        );
    };
    let before = |back: usize| place.checked_sub(back).map_or("", |at| text_at(tokens, at));
    // "the end of the 80s"
    let words_before = (1..=3).find(|back| !matches!(before(*back), "of" | "the"))?;
    let part = before(words_before);
    let (from, to, words_before) = if EARLY.contains(&part) {
        (decade, decade + 4, words_before)
    } else if MIDDLE.contains(&part) {
        (decade + 3, decade + 6, words_before)
    } else if LATE.contains(&part) {
        (decade + 5, decade + 9, words_before)
    } else {
        (decade, decade + 9, 0)
    };
    Some(Span {
        from,
        to,
        is_decade: true,
        words_before,
    })
}

/// `1980s`, `80s`, `80-х`, `eighties`, and the first of `80/90s`.
fn decade_at(tokens: &[Token], place: usize) -> Option<u16> {
    let text = text_at(tokens, place);
    if let Some((_, decade)) = NAMED_DECADES.iter().find(|(name, _)| *name == text) {
        return Some(*decade);
    }
    let digits = text.trim_end_matches(|letter: char| !letter.is_ascii_digit());
    let number: u16 = digits.parse().ok()?;
    let decade = match digits.len() {
        4 if LIKELY_YEARS.contains(&number) => number,
        2 if number < 20 => 2_000 + number,
        2 => 1_900 + number,
        _ => return None,
    };
    let ending = text.get(digits.len()..).unwrap_or_default();
    let next = tokens.get(place + 1);
    let is_linked = |signs: &[&str]| next.is_some_and(|next| signs.contains(&next.gap.trim()));
    let ends_apart = is_linked(&["-", "–"])
        && next.is_some_and(|next| DECADE_ENDINGS.contains(&next.text.as_str()));
    let shares_ending =
        digits.len() == 2 && is_linked(&["/", "-", "–"]) && decade_at(tokens, place + 1).is_some();
    let is_decade =
        DECADE_ENDINGS.contains(&ending) || (ending.is_empty() && (ends_apart || shares_ending));
    (decade % 10 == 0 && is_decade).then_some(decade)
}

/// What a year is named for; `None` if it is not about when the film was made.
fn said_of(tokens: &[Token], place: usize, span: Span) -> Option<Said> {
    let start = place.saturating_sub(span.words_before);
    let before = words_before(tokens, start);
    let near = before
        .iter()
        .find(|word| !matches!(**word, "the" | "than" | "to" | "no" | "in" | "года"));
    let near = near.copied().unwrap_or_default();
    let is_among =
        |words: &[&str], most: usize| before.iter().take(most).any(|word| words.contains(word));
    if span.is_decade && OWNERS.contains(&near) {
        // "in his forties"
        return None;
    }
    let next = text_at(tokens, place + 1);
    let after_or = if matches!(next, "or" | "или") {
        text_at(tokens, place + 2)
    } else {
        ""
    };
    if SETTING_AFTER.contains(&next) || is_among(&SETTING, 4) {
        None
    } else if BEFORE.contains(&near) || EARLIER.contains(&after_or) {
        Some(Said::Before)
    } else if AFTER.contains(&near) || LATER.contains(&after_or) {
        Some(Said::After)
    } else if is_among(&SEEING, 6) {
        Some(Said::Seen)
    } else {
        Some(Said::Released)
    }
}

/// The words of the same sentence before a place, the nearest first.
fn words_before(tokens: &[Token], place: usize) -> Vec<&str> {
    let mut words = Vec::new();
    let mut at = place;
    while words.len() < 8
        && let Some(back) = at.checked_sub(1)
        && tokens.get(at).is_some_and(|token| !token.begins_sentence())
    {
        words.push(text_at(tokens, back));
        at = back;
    }
    words
}

/// How well each year suits all that is said of years.
#[derive(Clone, Debug, PartialEq)]
pub(in super::super) struct YearWeights(Vec<f64>);

impl YearWeights {
    /// Weighs the years; `None` if nothing is said of them.
    pub fn of(cues: &[YearCue]) -> Option<Self> {
        if cues.is_empty() {
            return None;
        }
        let years = FIRST_YEAR..=LAST_YEAR;
        Some(Self(years.map(|year| weight(cues, year)).collect()))
    }

    /// How well one year suits, from 0 to less than 3.
    pub fn of_year(&self, year: u16) -> f64 {
        let place = usize::from(year.saturating_sub(FIRST_YEAR));
        self.0.get(place).copied().unwrap_or_default()
    }
}

fn weight(cues: &[YearCue], year: u16) -> f64 {
    let told = match hull(cues, Said::Released) {
        Some(span) => fade(year, span, FADES_RELEASED, FADES_RELEASED),
        None => {
            hull(cues, Said::Seen).map_or(0.0, |span| fade(year, span, FADES_OLDER, FADES_NEWER))
        }
    };
    let open_ends = cues.iter().filter_map(|cue| match cue.said {
        Said::Before => Some((FIRST_YEAR, cue.from)),
        Said::After => Some((cue.to, LAST_YEAR)),
        Said::Released | Said::Seen => None,
    });
    let open: f64 = open_ends
        .map(|span| OPEN_END * fade(year, span, FADES_OPEN, FADES_OPEN))
        .sum();
    told + open.min(2.0 * OPEN_END)
}

/// From the first to the last year that is said for one thing: `80s or 90s`.
fn hull(cues: &[YearCue], said: Said) -> Option<(u16, u16)> {
    let spans = || cues.iter().filter(|cue| cue.said == said);
    let from = spans().map(|cue| cue.from).min()?;
    let to = spans().map(|cue| cue.to).max()?;
    Some((from, to))
}

fn fade(year: u16, (from, to): (u16, u16), older: f64, newer: f64) -> f64 {
    if year < from {
        (-f64::from(from - year) / older).exp()
    } else {
        (-f64::from(year.saturating_sub(to)) / newer).exp()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tokens::tokens_of;
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Vec<(Said, u16, u16)> {
        years_in(&tokens_of(text))
            .into_iter()
            .map(|cue| (cue.said, cue.from, cue.to))
            .collect()
    }

    #[test]
    fn decades_are_read_in_every_spelling() {
        for text in [
            "[1980s]",
            "from the 80s",
            "an 80's movie",
            "an ’80s movie",
            "the eighties",
            "1980-х",
            "фильм 80-х",
            "фильм 80х",
            "фильм восьмидесятых",
        ] {
            assert_eq!(read(text), [(Said::Released, 1980, 1989)], "{text}");
        }
        assert_eq!(read("the 00s"), [(Said::Released, 2000, 2009)]);
    }

    #[test]
    fn parts_of_decades_are_read() {
        assert_eq!(read("late 80s"), [(Said::Released, 1985, 1989)]);
        assert_eq!(read("mid-2000s"), [(Said::Released, 2003, 2006)]);
        assert_eq!(read("the end of the 90s"), [(Said::Released, 1995, 1999)]);
        assert_eq!(read("в начале 2000-х"), [(Said::Released, 2000, 2004)]);
        assert_eq!(
            read("late 90s/early 00s"),
            [(Said::Released, 1995, 1999), (Said::Released, 2000, 2004)]
        );
    }

    #[test]
    fn several_decades_share_an_ending() {
        let both = [(Said::Released, 1980, 1989), (Said::Released, 1990, 1999)];
        assert_eq!(read("80/90s"), both);
        assert_eq!(read("80-90s"), both);
        assert_eq!(read("80-90-х"), both);
    }

    #[test]
    fn when_somebody_saw_it_is_not_when_it_was_made() {
        assert_eq!(
            read("I was ten when I saw it, about 1994"),
            [(Said::Seen, 1994, 1994)]
        );
        assert_eq!(read("смотрел в 90-х"), [(Said::Seen, 1990, 1999)]);
        assert_eq!(read("made before 1970"), [(Said::Before, 1970, 1970)]);
        assert_eq!(read("2004 or earlier"), [(Said::Before, 2004, 2004)]);
        assert_eq!(read("it is post 1998"), [(Said::After, 1998, 1998)]);
    }

    #[test]
    fn when_it_plays_and_how_old_somebody_is_says_nothing() {
        assert_eq!(read("it is set in the 1950s"), []);
        assert_eq!(read("takes place in the late 70s"), []);
        assert_eq!(read("a man in his 40s"), []);
        assert_eq!(read("30 men, 80 horses and 12000 sheep"), []);
        assert_eq!(read("a 60s style apartment"), []);
    }

    #[test]
    fn years_near_to_what_is_said_weigh_more() {
        let weights = |text: &str| YearWeights::of(&years_in(&tokens_of(text))).unwrap();
        let late = weights("late 80s");
        assert!(late.of_year(1987) > late.of_year(1991));
        assert!(late.of_year(1991) > late.of_year(2005));
        let seen = weights("I saw it in 1995");
        assert!(seen.of_year(1990) > seen.of_year(2000));
        assert!(YearWeights::of(&[]).is_none());
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in any::<String>()) {
            years_in(&tokens_of(&text));
        }

        #[test]
        fn weights_are_never_negative(
            text in "(before|after|saw|late|early|)( in)? (18|19|20)[0-9]{2}(s|)", year in any::<u16>()
        ) {
            if let Some(weights) = YearWeights::of(&years_in(&tokens_of(&text))) {
                prop_assert!((0.0..3.0).contains(&weights.of_year(year)));
            }
        }
    }
}
