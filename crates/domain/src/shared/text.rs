//! Text with bounds, in one canonical form: trimmed, and composed as Unicode's NFC asks.
use unicode_normalization::UnicodeNormalization;

/// What a text has to satisfy and does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextRule {
    /// Nothing is left after trimming.
    #[error("must not be empty")]
    Empty,
    /// The text has more characters (Unicode scalar values) than allowed.
    #[error("must be at most {max} characters, got {got}")]
    TooLong {
        /// The most that is allowed.
        max: usize,
        /// What was given.
        got: usize,
    },
    /// The text holds a character that is not for printing.
    #[error("must not contain control characters")]
    ControlCharacter,
}

/// A text that breaks a rule of its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{rule}")]
pub struct InvalidText {
    /// The rule that is broken.
    pub rule: TextRule,
}

/// Brings a text of one line into canonical form.
///
/// # Errors
/// [`InvalidText`] when it is longer than `max` characters or holds a control character; an empty
/// text passes, because some texts may be empty.
pub fn normalise_line(text: &str, max: usize) -> Result<String, InvalidText> {
    normalise(text, max, |_| false)
}

/// Brings a text of several lines into canonical form; line breaks and tabs are kept.
///
/// # Errors
/// As [`normalise_line`].
pub fn normalise_text(text: &str, max: usize) -> Result<String, InvalidText> {
    normalise(text, max, |letter| matches!(letter, '\n' | '\r' | '\t'))
}

fn normalise(text: &str, max: usize, kept: fn(char) -> bool) -> Result<String, InvalidText> {
    let text: String = text.trim().nfc().collect();
    if text
        .chars()
        .any(|letter| letter.is_control() && !kept(letter))
    {
        return Err(InvalidText {
            rule: TextRule::ControlCharacter,
        });
    }
    let got = text.chars().count();
    if got > max {
        return Err(InvalidText {
            rule: TextRule::TooLong { max, got },
        });
    }
    Ok(text)
}

/// Declares a text value: non-empty, of one canonical form, at most so many characters long.
macro_rules! text_value {
    ($(#[$doc:meta])* $name:ident, max $max:literal, by $normalise:path) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// The most characters that it holds.
            pub const MAX: usize = $max;

            /// Checks a text and brings it into canonical form.
            ///
            /// # Errors
            /// [`InvalidText`]($crate::shared::InvalidText) names the rule that is broken.
            pub fn parse(text: &str) -> Result<Self, $crate::shared::InvalidText> {
                let text = $normalise(text, Self::MAX)?;
                if text.is_empty() {
                    return Err($crate::shared::InvalidText {
                        rule: $crate::shared::TextRule::Empty,
                    });
                }
                Ok(Self(text))
            }

            /// The text itself.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Gives the text away.
            #[must_use]
            pub fn into_string(self) -> String {
                self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}
pub(crate) use text_value;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    text_value!(
        /// A name for the tests.
        Name, max 8, by normalise_line
    );

    #[test]
    fn bounds_are_counted_in_characters_after_trimming() {
        assert_eq!(Name::parse("  ёжик  ").unwrap().into_string(), "ёжик");
        assert!(Name::parse("12345678").is_ok());
        assert_eq!(
            Name::parse("123456789").unwrap_err().rule,
            TextRule::TooLong { max: 8, got: 9 }
        );
        assert_eq!(Name::parse(" \t ").unwrap_err().rule, TextRule::Empty);
    }

    #[test]
    fn control_characters_are_refused_but_several_lines_may_break() {
        assert_eq!(
            Name::parse("a\0b").unwrap_err().rule,
            TextRule::ControlCharacter
        );
        assert!(Name::parse("a\nb").is_err());
        assert_eq!(normalise_text("a\nb", 8).unwrap(), "a\nb");
    }

    proptest! {
        #[test]
        fn the_canonical_form_is_its_own_canonical_form(text in "\\PC{0,12}") {
            if let Ok(once) = Name::parse(&text) {
                prop_assert_eq!(Name::parse(once.as_str()).unwrap(), once);
            }
        }
    }
}
