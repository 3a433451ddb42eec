//! Reads what sources answer without trusting it: what has the wrong type counts as not told.
use super::vocabulary;
use application::{catalogue::sources::SourceError, shared::store::Cause};
use domain::{
    catalogue::{
        CountryName, CreditRole, ExternalRef, ExternalSource, FilmDescription, FilmKind, FilmTitle,
        GenreSlug, PersonName, PosterUrl, ReleaseYear, SourcedPerson, SourcedText,
    },
    shared::Language,
};
use serde_json::Value;
use url::Url;

/// As many other titles, people and keywords as are worth keeping.
const MOST_TITLES: usize = 12;
const MOST_KEYWORDS: usize = 40;
const MOST_CAST: u16 = 30;
const MOST_DIRECTORS: u16 = 8;
/// Films of other years are slips of the pen.
const YEARS: std::ops::RangeInclusive<i64> = 1870..=2200;

/// A value somewhere in an answer; nothing where there is none.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node<'a>(Option<&'a Value>);

impl<'a> Node<'a> {
    pub(super) fn root(value: &'a Value) -> Self {
        Self(Some(value))
    }

    pub(super) fn at(self, key: &str) -> Self {
        Self(self.0.and_then(|value| value.get(key)))
    }

    /// The elements of a list.
    pub(super) fn items(self) -> impl Iterator<Item = Self> {
        let items = self.0.and_then(Value::as_array).into_iter().flatten();
        items.map(|item| Self(Some(item)))
    }

    /// The elements of a list that must be there, or else the answer is no answer.
    pub(super) fn list(self, name: &str) -> Result<impl Iterator<Item = Self>, SourceError> {
        let list = self.at(name);
        if list.0.is_some_and(Value::is_array) {
            Ok(list.items())
        } else {
            Err(malformed(format!("there is no list `{name}`")))
        }
    }

    /// A text that says something.
    pub(super) fn text(self) -> Option<&'a str> {
        let text = self.0?.as_str()?.trim();
        (!text.is_empty() && text != "null").then_some(text)
    }

    /// A number, also where it is written as text.
    pub(super) fn number(self) -> Option<f64> {
        let number = match self.0? {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse().ok(),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        };
        number.filter(|number| number.is_finite())
    }

    /// A whole number, also where it is written as text.
    pub(super) fn whole(self) -> Option<i64> {
        match self.0? {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.trim().parse().ok(),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        }
    }

    /// A whole number that is not negative.
    pub(super) fn count(self) -> Option<u32> {
        u32::try_from(self.whole()?).ok()
    }

    pub(super) fn is_true(self) -> bool {
        self.0.and_then(Value::as_bool).unwrap_or(false)
    }

    /// A title, shortened if there is too much of it.
    pub(super) fn title(self) -> Option<FilmTitle> {
        FilmTitle::parse(&line(self.text()?, FilmTitle::MAX)).ok()
    }

    pub(super) fn person_name(self) -> Option<PersonName> {
        PersonName::parse(&line(self.text()?, PersonName::MAX)).ok()
    }

    /// A year, alone or at the start of a date.
    pub(super) fn year(self) -> Option<ReleaseYear> {
        let year = self.whole().or_else(|| self.text()?.get(..4)?.parse().ok());
        let year = year.filter(|year| YEARS.contains(year))?;
        ReleaseYear::try_from(year).ok()
    }

    /// A description, in the language that its letters show.
    pub(super) fn description(self) -> Option<SourcedText> {
        let text: String = self
            .text()?
            .chars()
            .filter(|letter| !letter.is_control() || matches!(letter, '\n' | '\t'))
            .take(FilmDescription::MAX)
            .collect();
        let language = language_of(&text);
        let text = FilmDescription::parse(&text).ok()?;
        Some(SourcedText { text, language })
    }

    /// A time in minutes that a film may take.
    pub(super) fn minutes(self) -> Option<u16> {
        let minutes = match self.text().and_then(|text| text.split_once(':')) {
            Some((hours, minutes)) => {
                let hours: i64 = hours.parse().ok()?;
                let minutes: i64 = minutes.parse().ok()?;
                hours.checked_mul(60)?.checked_add(minutes)?
            }
            None => self.whole()?,
        };
        let minutes = u16::try_from(minutes).ok()?;
        (1..=6_000).contains(&minutes).then_some(minutes)
    }

    /// A film's or a person's name in a catalogue.
    pub(super) fn reference(self, source: ExternalSource) -> Option<ExternalRef> {
        let name = self
            .whole()
            .map(|number| number.to_string())
            .or_else(|| self.text().map(str::to_owned))?;
        ExternalRef::new(source, &name).ok()
    }

    /// An address of a poster.
    pub(super) fn poster(self) -> Option<PosterUrl> {
        poster(self.text()?)
    }
}

/// An address of a poster. Whoever fetches it decides whether its host may be asked.
pub(super) fn poster(address: &str) -> Option<PosterUrl> {
    PosterUrl::parse(Url::parse(address).ok()?.as_str()).ok()
}

/// An answer that cannot be understood.
pub(super) fn malformed(why: impl Into<Cause>) -> SourceError {
    SourceError::Malformed(why.into())
}

fn line(text: &str, most: usize) -> String {
    let printable = |letter: char| if letter.is_control() { ' ' } else { letter };
    text.chars().map(printable).take(most).collect()
}

/// Russian when most of the letters are Cyrillic ones.
fn language_of(text: &str) -> Language {
    let letters = text.chars().filter(|letter| letter.is_alphabetic());
    let (cyrillic, all) = letters.fold((0_usize, 0_usize), |(cyrillic, all), letter| {
        let is_cyrillic = matches!(letter, '\u{400}'..='\u{4ff}');
        (cyrillic + usize::from(is_cyrillic), all + 1)
    });
    if cyrillic * 2 > all {
        Language::Russian
    } else {
        Language::English
    }
}

/// Series and Japanese animation told from films.
pub(super) fn kind(is_series: bool, is_animation: bool, is_japanese: bool) -> FilmKind {
    if is_animation && is_japanese {
        FilmKind::Anime
    } else if is_series {
        FilmKind::Tv
    } else {
        FilmKind::Movie
    }
}

/// The title that is shown, and the original one where it differs.
pub(super) struct Titles {
    pub(super) title: FilmTitle,
    pub(super) original: Option<FilmTitle>,
    pub(super) others: Vec<FilmTitle>,
}

/// Sorts titles: the first is shown; nothing when there is none.
pub(super) fn titles(
    shown: impl IntoIterator<Item = Option<FilmTitle>>,
    original: Option<FilmTitle>,
    others: impl IntoIterator<Item = FilmTitle>,
) -> Option<Titles> {
    let mut shown = shown.into_iter().flatten();
    let title = shown.next().or_else(|| original.clone())?;
    let original = original.filter(|original| *original != title);
    let mut kept: Vec<FilmTitle> = Vec::new();
    for other in shown.chain(others) {
        let is_new = other != title && Some(&other) != original.as_ref() && !kept.contains(&other);
        if is_new && kept.len() < MOST_TITLES {
            kept.push(other);
        }
    }
    Some(Titles {
        title,
        original,
        others: kept,
    })
}

/// Each genre once.
pub(super) fn genres(genres: impl Iterator<Item = GenreSlug>) -> Vec<GenreSlug> {
    let mut kept = Vec::new();
    for genre in genres {
        if !kept.contains(&genre) {
            kept.push(genre);
        }
    }
    kept
}

/// Each country once, by its name in the catalogue.
pub(super) fn countries<'a>(names: impl Iterator<Item = &'a str>) -> Vec<CountryName> {
    let mut kept = Vec::new();
    for name in names {
        if let Ok(country) = CountryName::parse(vocabulary::country(name))
            && !kept.contains(&country)
        {
            kept.push(country);
        }
    }
    kept
}

/// Keywords in small letters, each once.
pub(super) fn keywords<'a>(words: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for word in words {
        let word = line(word, 64).trim().to_lowercase();
        if !word.is_empty() && !kept.contains(&word) && kept.len() < MOST_KEYWORDS {
            kept.push(word);
        }
    }
    kept
}

/// Numbers people within their role, in the order in which they come, and cuts long casts.
#[derive(Default)]
pub(super) struct People {
    kept: Vec<SourcedPerson>,
    directors: u16,
    cast: u16,
}

impl People {
    pub(super) fn add(
        &mut self,
        role: CreditRole,
        names: [Option<PersonName>; 2],
        reference: Option<ExternalRef>,
    ) {
        let [name, other] = names;
        let (shown, other) = match (name, other) {
            (Some(name), other) => (name.clone(), other.filter(|other| *other != name)),
            (None, Some(other)) => (other, None),
            (None, None) => return,
        };
        let (count, most) = match role {
            CreditRole::Director => (&mut self.directors, MOST_DIRECTORS),
            CreditRole::Cast => (&mut self.cast, MOST_CAST),
        };
        let is_known = |known: &SourcedPerson| known.role == role && known.name == shown;
        if *count >= most || self.kept.iter().any(is_known) {
            return;
        }
        self.kept.push(SourcedPerson {
            name: shown,
            other_name: other,
            role,
            position: *count,
            reference,
        });
        *count += 1;
    }

    pub(super) fn into_vec(self) -> Vec<SourcedPerson> {
        self.kept
    }
}

/// Names in catalogues, each catalogue once; the first counts.
pub(super) fn references(
    references: impl IntoIterator<Item = Option<ExternalRef>>,
) -> Vec<ExternalRef> {
    let mut kept: Vec<ExternalRef> = Vec::new();
    for reference in references.into_iter().flatten() {
        if kept
            .iter()
            .all(|known| known.source() != reference.source())
        {
            kept.push(reference);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn what_has_the_wrong_type_counts_as_not_told() {
        let value = json!({"title": 5, "year": {"is": 1999}, "rating": "n/a", "list": "none"});
        let node = Node::root(&value);
        assert_eq!(node.at("title").title(), None);
        assert_eq!(node.at("year").year(), None);
        assert_eq!(node.at("rating").number(), None);
        assert_eq!(node.at("list").items().count(), 0);
        assert_eq!(node.at("nothing").at("below").text(), None);
        assert!(node.list("list").is_err());
    }

    #[test]
    fn numbers_and_years_may_be_written_as_text() {
        let value = json!({"rating": "8.8", "year": "1973", "date": "1977-05-25", "no": "null"});
        let node = Node::root(&value);
        assert_eq!(node.at("rating").number(), Some(8.8));
        assert_eq!(node.at("year").year().unwrap().get(), 1973);
        assert_eq!(node.at("date").year().unwrap().get(), 1977);
        assert_eq!(node.at("no").year(), None);
        assert_eq!(Node::root(&json!(19_999)).year(), None);
        assert_eq!(node.at("no").text(), None);
    }

    #[test]
    fn a_running_time_may_be_minutes_or_hours_and_minutes() {
        let value = json!(["01:28", 88, "88", 0, "x:1", "99999999999999999:00"]);
        let read: Vec<_> = Node::root(&value).items().map(Node::minutes).collect();
        assert_eq!(read, [Some(88), Some(88), Some(88), None, None, None]);
    }

    #[test]
    fn an_address_of_a_poster_is_a_whole_one() {
        let read = |address: &str| poster(address).map(|url| url.as_str().to_owned());
        let address = "https://image.tmdb.org/t/p/original/a.jpg";
        assert_eq!(read(address).as_deref(), Some(address));
        let spaced = read("https://image.tmdb.org/a b.jpg");
        assert_eq!(spaced.as_deref(), Some("https://image.tmdb.org/a%20b.jpg"));
        for bad in ["http://image.tmdb.org/a.jpg", "image.tmdb.org/a.jpg", ""] {
            assert_eq!(read(bad), None);
        }
    }

    #[test]
    fn a_title_is_in_one_place_only() {
        let title = |text: &str| FilmTitle::parse(text).ok();
        let sorted = titles(
            [title("Солярис"), title("Solaris")],
            title("Солярис"),
            [title("Solaris").unwrap(), title("Solaris 1972").unwrap()],
        )
        .unwrap();
        assert_eq!(sorted.title.as_str(), "Солярис");
        assert_eq!(sorted.original, None);
        assert_eq!(sorted.others.len(), 2);
        assert!(titles([None], None, [title("Only known elsewhere").unwrap()]).is_none());
    }

    #[test]
    fn the_language_of_a_text_shows_in_its_letters() {
        assert_eq!(
            language_of("Кот спасается в лодке (2024)"),
            Language::Russian
        );
        assert_eq!(language_of("A cat in a boat, «Поток»"), Language::English);
    }

    proptest! {
        #[test]
        fn any_text_can_be_read(text in "\\PC{0,600}|[\\x00-\\x1f]{0,8}") {
            let value = json!(text);
            let node = Node::root(&value);
            let _ = (node.title(), node.year(), node.minutes(), node.description(), node.poster());
        }
    }
}
