//! Whether a text names a film.
use crate::catalogue::comparable;

/// Shorter titles are words of their own too often to be told by their letters alone.
const TELLING: usize = 5;

/// Whether a text names a film by its title, as whole words. Case, accents and punctuation do not
/// count, but for short titles, which must be written as they are.
#[must_use]
pub fn mentions(text: &str, title: &str) -> bool {
    let name = comparable(title);
    if name.chars().count() >= TELLING {
        return format!(" {} ", comparable(text)).contains(&format!(" {name} "));
    }
    !name.is_empty() && has_exactly(text, title.trim())
}

fn has_exactly(text: &str, title: &str) -> bool {
    let is_apart = |letter: Option<char>| !letter.is_some_and(char::is_alphanumeric);
    text.match_indices(title).any(|(start, found)| {
        let (before, rest) = text.split_at(start);
        let after = rest.strip_prefix(found).unwrap_or_default();
        is_apart(before.chars().next_back()) && is_apart(after.chars().next())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_told_as_whole_words() {
        assert!(mentions("Try the MATRIX, it is great.", "The Matrix"));
        assert!(mentions("«Amelie»!", "Amélie"));
        assert!(!mentions("Matrixes are dull.", "The Matrix"));
        assert!(!mentions("Nothing suits.", "The Matrix"));
        assert!(!mentions("", "The Matrix"));
    }

    #[test]
    fn a_short_title_is_told_only_as_it_is_written() {
        assert!(mentions("You may like Heat (1995).", "Heat"));
        assert!(mentions("«It»", "It"));
        assert!(!mentions("It is hot, the heat kills.", "Heat"));
        assert!(!mentions("Heathers", "Heat"));
    }

    #[test]
    fn a_title_without_letters_is_never_told() {
        assert!(!mentions("What ???", "???"));
    }
}
