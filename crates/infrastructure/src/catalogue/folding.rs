//! Text in the form in which it is compared: without case and accents.
use domain::catalogue::{FilmTitle, comparable};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// A text without case and accents, single-spaced.
pub(crate) fn folded(text: &str) -> String {
    let plain: String = text
        .nfkd()
        .filter(|letter| !is_combining_mark(*letter))
        .flat_map(char::to_lowercase)
        .collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The form of a title by which lists are sorted: folded, without a leading article or sign.
pub(crate) fn sorting_form(title: &str) -> String {
    let folded = folded(title);
    let bare = folded.trim_start_matches(|letter: char| !letter.is_alphanumeric());
    let rest = ["the ", "a ", "an "]
        .into_iter()
        .find_map(|article| bare.strip_prefix(article))
        .unwrap_or(bare);
    let sorted = if rest.is_empty() {
        folded.as_str()
    } else {
        rest
    };
    cut(sorted)
}

/// The form of a title by which films are recognised.
pub(crate) fn title_key(title: &str) -> String {
    cut(&comparable(title))
}

/// Folding may lengthen a text (ﬁ becomes fi); the columns are as long as a title.
fn cut(text: &str) -> String {
    text.chars().take(FilmTitle::MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_accents_do_not_count() {
        assert_eq!(folded("  Amélie  Poulain "), "amelie poulain");
        assert_eq!(folded("Ёлки"), "елки");
    }

    #[test]
    fn articles_and_signs_do_not_count_when_sorting() {
        assert_eq!(sorting_form("The Matrix"), "matrix");
        assert_eq!(sorting_form("\"A Bug's Life\""), "bug's life\"");
        assert_eq!(sorting_form("Theory of Everything"), "theory of everything");
        assert_eq!(sorting_form("..."), "...");
        assert_eq!(sorting_form("The "), "the");
    }
}
