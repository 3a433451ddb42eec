//! What keeping a diary asks of the outside world.
use crate::{
    catalogue::views::FlaggedFilm,
    shared::{
        page::{Page, PageRequest},
        store::StoreError,
    },
};
use async_trait::async_trait;
use chrono::NaiveDate;
use domain::{
    catalogue::FilmId,
    identity::UserId,
    taste::{Viewing, ViewingDay, ViewingId},
};
use shaku::Interface;

/// What the diary holds of a film on a day, or of unknown date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OnDay {
    /// There is no such film.
    NoSuchFilm,
    /// Nothing.
    Nothing,
    /// This viewing.
    Viewing(Viewing),
}

/// Keeps diaries. A film is there once a day, and once of unknown date, for each user.
#[async_trait]
pub trait ViewingRepository: Send + Sync {
    /// Finds a viewing of the user.
    async fn find(&self, user: UserId, viewing: ViewingId) -> Result<Option<Viewing>, StoreError>;
    /// Finds the user's viewing of a film on a day, or of unknown date.
    async fn find_on(
        &self,
        user: UserId,
        film: FilmId,
        day: Option<ViewingDay>,
    ) -> Result<OnDay, StoreError>;
    /// Adds a viewing. One of a film that is not there MUST be refused as [`StoreError::Dangling`].
    async fn insert(&self, viewing: &Viewing) -> Result<(), StoreError>;
    /// Stores what was corrected.
    async fn save(&self, viewing: &Viewing) -> Result<(), StoreError>;
    /// Removes a viewing of the user, and says of which film.
    async fn remove(&self, user: UserId, viewing: ViewingId) -> Result<Option<FilmId>, StoreError>;
}

/// A year, or a month of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// Its first day.
    pub first: NaiveDate,
    /// The day after its last.
    pub end: NaiveDate,
}

impl Period {
    /// A year, or its month where one is named; `None` for what calendars do not have.
    #[must_use]
    pub fn new(year: i32, month: Option<u32>) -> Option<Self> {
        let first = NaiveDate::from_ymd_opt(year, month.unwrap_or(1), 1)?;
        let end = match month {
            Some(12) | None => NaiveDate::from_ymd_opt(year.checked_add(1)?, 1, 1)?,
            Some(month) => NaiveDate::from_ymd_opt(year, month + 1, 1)?,
        };
        Some(Self { first, end })
    }
}

/// Which viewings are listed; every condition must hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DiaryFilter {
    /// On days of this period; those of unknown date are of none.
    pub period: Option<Period>,
    /// Of this film.
    pub film: Option<FilmId>,
}

/// Where in a diary a viewing stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DiaryKey {
    /// When it was.
    pub watched_on: Option<NaiveDate>,
    /// Which viewing it is.
    pub viewing: ViewingId,
}

/// A viewing and its film.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiaryEntry {
    /// The film with the user's flags.
    pub film: FlaggedFilm,
    /// The viewing.
    pub viewing: Viewing,
}

/// Reads of diaries, each one statement where the cards of the films are in memory.
#[async_trait]
pub trait DiaryQueries: Interface {
    /// Shows a viewing of the user.
    async fn show(&self, user: UserId, viewing: ViewingId) -> Result<Option<Viewing>, StoreError>;
    /// Lists what a user saw, the latest first and what is of unknown date last.
    async fn list(
        &self,
        user: UserId,
        filter: DiaryFilter,
        page: &PageRequest<DiaryKey>,
    ) -> Result<Page<DiaryEntry, DiaryKey>, StoreError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    #[test]
    fn a_period_ends_where_the_next_begins() {
        for (year, month, first, end) in [
            (2024, None, day(2024, 1, 1), day(2025, 1, 1)),
            (2024, Some(1), day(2024, 1, 1), day(2024, 2, 1)),
            (2024, Some(12), day(2024, 12, 1), day(2025, 1, 1)),
        ] {
            assert_eq!(Period::new(year, month), Some(Period { first, end }));
        }
        for (year, month) in [(2024, Some(0)), (2024, Some(13)), (i32::MAX, None)] {
            assert_eq!(Period::new(year, month), None);
        }
    }
}
