//! What a user writes about a film.
use crate::{
    catalogue::FilmId,
    identity::UserId,
    shared::{normalise_text, text_value},
};
use chrono::{DateTime, Utc};
use std::str::FromStr;

text_value!(
    /// What somebody writes about a film.
    ReviewText, max 10_000, by normalise_text
);

/// What a review comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stance {
    /// It speaks for the film.
    Positive,
    /// It weighs.
    Neutral,
    /// It speaks against the film.
    Negative,
}

/// There is no stance of this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be one of `positive`, `neutral`, `negative`, got `{0}`")]
pub struct UnknownStance(pub String);

impl Stance {
    /// Every stance.
    pub const ALL: [Self; 3] = [Self::Positive, Self::Neutral, Self::Negative];

    /// Its name in storage and on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Positive => "positive",
            Self::Neutral => "neutral",
            Self::Negative => "negative",
        }
    }
}

impl FromStr for Stance {
    type Err = UnknownStance;
    fn from_str(name: &str) -> Result<Self, UnknownStance> {
        let mut all = Self::ALL.into_iter();
        all.find(|stance| stance.name() == name)
            .ok_or_else(|| UnknownStance(name.to_owned()))
    }
}

/// What somebody says in a review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReviewContent {
    /// The words.
    pub text: ReviewText,
    /// Whether they give away what happens.
    pub has_spoilers: bool,
    /// What they come to.
    pub stance: Stance,
    /// Whether everybody may read them.
    pub is_public: bool,
}

/// What a user wrote about a film.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// Who wrote it.
    pub user: UserId,
    /// About which film.
    pub film: FilmId,
    /// What it says.
    pub content: ReviewContent,
    /// When it was first written.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stances_round_trip_and_others_are_refused() {
        for stance in Stance::ALL {
            assert_eq!(stance.name().parse(), Ok(stance));
        }
        assert!("Positive".parse::<Stance>().is_err());
    }

    #[test]
    fn a_review_has_words_and_paragraphs() {
        assert_eq!(ReviewText::parse(" a\n\nb ").unwrap().as_str(), "a\n\nb");
        assert!(ReviewText::parse(" \n ").is_err());
        assert!(ReviewText::parse(&"ё".repeat(ReviewText::MAX)).is_ok());
        assert!(ReviewText::parse(&"ё".repeat(ReviewText::MAX + 1)).is_err());
    }
}
