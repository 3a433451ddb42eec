//! What the bot says, in each language. `{names}` in braces are filled in; the rest is HTML.
mod en;
mod ru;

use application::telegram::ports::Command;
use domain::shared::Language;

/// The words of one language.
pub(super) struct Words {
    pub(super) greeting: &'static str,
    pub(super) help: &'static str,
    pub(super) unknown_command: &'static str,
    pub(super) text_only: &'static str,
    pub(super) too_fast: &'static str,
    pub(super) too_old: &'static str,
    pub(super) failed: &'static str,

    pub(super) account_needed: &'static str,
    pub(super) open_account: &'static str,
    pub(super) joined: &'static str,
    pub(super) shut_out: &'static str,

    /// With `{name}`, `{device}`, `{address}` and `{time}`.
    pub(super) sign_in_question: &'static str,
    /// With `{name}`, `{account}`, `{device}`, `{address}` and `{time}`.
    pub(super) link_question: &'static str,
    pub(super) unknown: &'static str,
    pub(super) confirm: &'static str,
    pub(super) decline: &'static str,
    pub(super) signed_in: &'static str,
    /// With `{account}`.
    pub(super) linked: &'static str,
    pub(super) declined: &'static str,
    pub(super) link_taken: &'static str,
    pub(super) key_unknown: &'static str,
    pub(super) key_expired: &'static str,
    pub(super) key_declined: &'static str,
    pub(super) key_used: &'static str,
    pub(super) key_confirmed: &'static str,
    pub(super) key_of_somebody_else: &'static str,
    pub(super) keys_tried_often: &'static str,

    /// With `{query}`.
    pub(super) nothing_found: &'static str,
    pub(super) film_gone: &'static str,
    pub(super) liked: &'static str,
    pub(super) wish: &'static str,
    pub(super) watched: &'static str,
    /// With `{list}`.
    pub(super) put_on: &'static str,
    /// With `{list}`.
    pub(super) taken_off: &'static str,

    pub(super) mood_question: &'static str,
    pub(super) any_mood: &'static str,
    pub(super) another: &'static str,
    pub(super) other_mood: &'static str,
    pub(super) nothing_suits: &'static str,

    pub(super) your_lists: &'static str,
    /// With `{list}`.
    pub(super) list_empty: &'static str,
    pub(super) list_gone: &'static str,
    pub(super) to_lists: &'static str,
    pub(super) from_start: &'static str,
    pub(super) further: &'static str,

    pub(super) commands: [Command; 3],
}

/// The words of a language.
pub(super) const fn of(language: Language) -> &'static Words {
    match language {
        Language::Russian => &ru::WORDS,
        Language::English => &en::WORDS,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_filled_in_is_the_same_in_both_languages() {
        let names = |text: &str| {
            let parts = text.split('{').skip(1);
            let mut names: Vec<String> = parts
                .map(|part| part.split('}').next().unwrap().to_owned())
                .collect();
            names.sort();
            names
        };
        let filled = |words: &Words| {
            [
                words.sign_in_question,
                words.link_question,
                words.linked,
                words.nothing_found,
                words.put_on,
                words.taken_off,
                words.list_empty,
            ]
        };
        for (russian, english) in filled(&ru::WORDS).into_iter().zip(filled(&en::WORDS)) {
            let [russian, english] = [russian, english].map(names);
            assert!(!english.is_empty());
            assert_eq!(russian, english);
        }
    }

    #[test]
    fn every_command_that_is_offered_is_explained_and_short_enough() {
        for language in Language::ALL {
            let words = of(language);
            for command in words.commands {
                assert!(words.help.contains(&format!("/{}", command.name)));
                assert!((1..=256).contains(&command.does.chars().count()));
            }
            // What is shown for a moment holds 200 letters.
            for note in [words.too_fast, words.too_old, words.failed, words.film_gone] {
                assert!(note.chars().count() <= 200, "{note}");
            }
        }
    }
}
