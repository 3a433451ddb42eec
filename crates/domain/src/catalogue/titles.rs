//! Titles in the form in which they are compared.
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// A title in the form in which titles are compared: words in small letters without accents, no
/// punctuation, no English article in front. Empty where nothing of the title is a word.
///
/// ```
/// use domain::catalogue::comparable;
///
/// assert_eq!(comparable("The Matrix"), comparable("«MATRIX»"));
/// assert_eq!(comparable("Ёлки"), comparable("елки!"));
/// assert_eq!(comparable("The The"), "the");
/// ```
#[must_use]
pub fn comparable(title: &str) -> String {
    let bare = title.nfd().filter(|letter| !is_combining_mark(*letter));
    let small: String = bare.flat_map(char::to_lowercase).collect();
    let mut words: Vec<&str> = small
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    if let [first, _, ..] = words.as_slice()
        && matches!(*first, "the" | "a" | "an")
    {
        words.remove(0);
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_does_not_tell_titles_apart_does_not_count() {
        for (one, other) in [
            ("Amélie", "amelie"),
            ("Mission: Impossible", "Mission Impossible"),
            ("A Bug's Life", "bug’s life"),
            ("Ёжик в тумане", "ЕЖИК В ТУМАНЕ"),
        ] {
            assert_eq!(comparable(one), comparable(other));
        }
        assert_ne!(comparable("Alien"), comparable("Aliens"));
        assert_eq!(comparable("?!"), "");
    }

    proptest! {
        #[test]
        fn the_form_depends_on_nothing_but_words(words in prop::collection::vec("[a-zа-я0-9]{1,8}", 1..5)) {
            prop_assert_eq!(comparable(&words.join("  -- ")), comparable(&words.join(" ")));
        }
    }
}
