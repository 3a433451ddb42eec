//! What asking a language model asks of the outside world.
use crate::shared::store::{Cause, StoreError};
use async_trait::async_trait;
use chrono::NaiveDate;
use domain::{catalogue::FilmGuess, identity::UserId};
use shaku::Interface;
use std::time::Duration;

/// Whether a model can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModelState {
    /// Nobody has set one up; that is no fault.
    NotConfigured,
    /// It can be asked.
    Ready,
    /// It failed too often, or asked for a pause, and is left alone for a while.
    Resting,
}

/// A model gave nothing that can be used.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// There is none, or it is resting.
    #[error("no model can be asked now")]
    NotReady,
    /// It did not answer in time.
    #[error("the model did not answer in time")]
    TooSlow,
    /// It asks to be left alone for a while.
    #[error("the model has too much to do")]
    Busy,
    /// It could not be reached, failed, or broke off.
    #[error("the model failed")]
    Failed(#[source] Cause),
    /// It answered something else than was asked for.
    #[error("the model's answer is not what was asked for")]
    Unreadable,
}

/// What somebody remembers of a film.
#[derive(Clone, Copy, Debug)]
pub struct Remembered<'a> {
    /// Words of its title, if any.
    pub title: Option<&'a str>,
    /// Words about it.
    pub description: &'a str,
}

/// What a model makes of what somebody remembers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Guesses {
    /// Words by which the film may be found.
    pub terms: Vec<String>,
    /// Films that it may be, not checked against anything.
    pub films: Vec<FilmGuess>,
}

impl Guesses {
    /// The most words that are taken over.
    pub const MOST_TERMS: usize = 24;
    /// The most films that are taken over.
    pub const MOST_FILMS: usize = 10;
}

/// A language model, seen from here.
///
/// Whatever is passed to it as data MUST be told from what it is asked to do. It MUST keep within the
/// time and within bounds of size, and MUST stop working as soon as nobody waits for it any more.
#[async_trait]
pub trait LanguageModel: Interface {
    /// Whether it can be asked.
    fn state(&self) -> ModelState;
    /// Guesses a film from what is remembered of it. The model MUST NOT be given tools.
    async fn guess_films(
        &self,
        remembered: Remembered<'_>,
        within: Duration,
    ) -> Result<Guesses, ModelError>;
}

/// What asking a model may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModelLimits {
    /// How long a search may take in all when a model helps.
    pub search_within: Duration,
    /// How often a user may have it asked in a day.
    pub daily_per_user: u32,
    /// How often all who have not signed in may, together.
    pub daily_of_visitors: u32,
}

/// Knows what asking a model may cost.
pub trait ModelPolicy: Interface {
    /// The limits in force.
    fn limits(&self) -> ModelLimits;
}

/// Counts how often a model was asked.
///
/// Each count is one statement and so needs no unit of work around it.
#[async_trait]
pub trait ModelBudget: Interface {
    /// Counts one more for a user, or for all who have not signed in, unless `most` have been counted
    /// on that day; says whether it was counted. Of two at once that want the last one, exactly one
    /// MUST get it.
    async fn spend(
        &self,
        user: Option<UserId>,
        day: NaiveDate,
        most: u32,
    ) -> Result<bool, StoreError>;
}
