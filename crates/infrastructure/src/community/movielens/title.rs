//! Titles as MovieLens writes them.
use domain::catalogue::ReleaseYear;

/// What a title tells.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) title: String,
    pub(super) original: Option<String>,
    pub(super) year: Option<ReleaseYear>,
}

/// Articles that stand behind their title; those with an apostrophe are put back without a space.
const ARTICLES: [&str; 22] = [
    "The", "A", "An", "La", "Le", "Les", "L'", "Un", "Une", "El", "Los", "Las", "Il", "Lo", "Gli",
    "Der", "Die", "Das", "Det", "Den", "Ein", "Eine",
];

/// Reads a title such as `City of Lost Children, The (Cité des enfants perdus, La) (1995)`: the year,
/// then titles in other words, the last of which is taken for the original one unless it is said to be
/// a mere alias.
pub(super) fn read(text: &str) -> Told {
    let (mut rest, mut year, mut original) = (text.trim(), None, None);
    while let Some((before, inner)) = last_group(rest) {
        if before.is_empty() {
            break;
        }
        if let Some(found) = year_of(inner) {
            year = year.or(Some(found));
        } else if !is_alias(inner) {
            original = original.or_else(|| Some(put_right(inner)));
        }
        rest = before;
    }
    Told {
        title: put_right(rest),
        original,
        year,
    }
}

/// What stands before a last `(…)`, and in it.
fn last_group(text: &str) -> Option<(&str, &str)> {
    let open = text.strip_suffix(')')?;
    let (before, inner) = open.rsplit_once('(')?;
    Some((before.trim_end(), inner.trim()))
}

fn is_alias(text: &str) -> bool {
    let small = text.to_lowercase();
    small.starts_with("a.k.a.") || small.starts_with("aka ")
}

/// `1995`, or of a series `2006–2007` or `2011-`.
fn year_of(text: &str) -> Option<ReleaseYear> {
    let (first, rest) = text.split_at_checked(4)?;
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let rest = rest.trim_start_matches(['-', '–']);
    let is_year = is_digits(first) && (rest.is_empty() || (rest.len() == 4 && is_digits(rest)));
    let number = first.parse::<i64>().ok().filter(|_| is_year)?;
    ReleaseYear::try_from(number).ok()
}

/// Puts a trailing article in front.
fn put_right(text: &str) -> String {
    let text = text.trim();
    let Some((name, article)) = text.rsplit_once(", ") else {
        return text.to_owned();
    };
    match ARTICLES.iter().find(|known| **known == article.trim()) {
        Some(article) if article.ends_with('\'') => format!("{article}{name}"),
        Some(article) => format!("{article} {name}"),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(title: &str, original: Option<&str>, year: Option<i64>) -> Told {
        Told {
            title: title.to_owned(),
            original: original.map(str::to_owned),
            year: year.and_then(|year| ReleaseYear::try_from(year).ok()),
        }
    }

    #[test]
    fn the_year_is_taken_out_and_the_article_put_in_front() {
        for (text, title, year) in [
            ("Matrix, The (1999)", "The Matrix", Some(1999)),
            (
                "Fish Called Wanda, A (1988) ",
                "A Fish Called Wanda",
                Some(1988),
            ),
            ("Avventura, L' (1960)", "L'Avventura", Some(1960)),
            (
                "(500) Days of Summer (2009)",
                "(500) Days of Summer",
                Some(2009),
            ),
            (
                "2001: A Space Odyssey (1968)",
                "2001: A Space Odyssey",
                Some(1968),
            ),
            ("Girl, Interrupted (1999)", "Girl, Interrupted", Some(1999)),
            ("Babylon 5", "Babylon 5", None),
            (
                "Death Note: Desu nôto (2006–2007)",
                "Death Note: Desu nôto",
                Some(2006),
            ),
            ("Fargo (2014-)", "Fargo", Some(2014)),
            ("(2012)", "(2012)", None),
        ] {
            assert_eq!(read(text), told(title, None, year), "{text}");
        }
    }

    #[test]
    fn a_title_in_other_words_is_the_original_one_unless_it_is_an_alias() {
        assert_eq!(
            read("City of Lost Children, The (Cité des enfants perdus, La) (1995)"),
            told(
                "The City of Lost Children",
                Some("La Cité des enfants perdus"),
                Some(1995)
            )
        );
        assert_eq!(
            read("Seven (a.k.a. Se7en) (1995)"),
            told("Seven", None, Some(1995))
        );
    }
}
