//! The languages in which the service speaks.
use std::{fmt, str::FromStr};

/// A language of the interface, by its ISO 639-1 code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Language {
    /// Russian, what clients expect when nothing else is asked for.
    #[default]
    Russian,
    /// English.
    English,
}

/// The service does not speak the language asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be one of `ru`, `en`, got `{0}`")]
pub struct UnknownLanguage(pub String);

impl Language {
    /// Every language, in no particular order.
    pub const ALL: [Self; 2] = [Self::Russian, Self::English];

    /// The two-letter code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Russian => "ru",
            Self::English => "en",
        }
    }
}

impl FromStr for Language {
    type Err = UnknownLanguage;
    fn from_str(code: &str) -> Result<Self, UnknownLanguage> {
        Self::ALL
            .into_iter()
            .find(|language| language.code().eq_ignore_ascii_case(code.trim()))
            .ok_or_else(|| UnknownLanguage(code.to_owned()))
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_round_trip_and_others_are_refused() {
        for language in Language::ALL {
            assert_eq!(language.code().parse(), Ok(language));
        }
        assert_eq!("EN".parse(), Ok(Language::English));
        assert_eq!("de".parse::<Language>(), Err(UnknownLanguage("de".into())));
    }
}
