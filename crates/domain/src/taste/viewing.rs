//! The diary: which film was seen, and when.
use crate::{
    catalogue::FilmId,
    identity::UserId,
    shared::{Id, normalise_text, text_value},
};
use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};

/// Identifies a viewing.
pub type ViewingId = Id<Viewing>;

text_value!(
    /// What somebody writes into their diary beside a viewing.
    ViewingNote, max 4000, by normalise_text
);

/// The day on which a film was seen, in the calendar of whoever saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ViewingDay(NaiveDate);

/// Nobody saw a film on that day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ViewingDayOutOfRange {
    /// There were no films yet.
    #[error("must not be before {first}", first = ViewingDay::FIRST_YEAR)]
    BeforeFilms,
    /// It is still to come, wherever one is.
    #[error("must not be in the future")]
    ToCome,
}

impl ViewingDay {
    /// The year in which the first film was made.
    const FIRST_YEAR: i32 = 1888;

    /// Takes a day that has begun somewhere on earth: calendars are up to fourteen hours ahead of UTC.
    ///
    /// # Errors
    /// [`ViewingDayOutOfRange`] for a day before there were films and for one that is still to come.
    pub fn new(day: NaiveDate, now: DateTime<Utc>) -> Result<Self, ViewingDayOutOfRange> {
        let today = now.date_naive();
        if day > today.checked_add_days(Days::new(1)).unwrap_or(today) {
            return Err(ViewingDayOutOfRange::ToCome);
        }
        Self::stored(day)
    }

    /// Takes a day that was stored, whatever the clock says now.
    ///
    /// # Errors
    /// [`ViewingDayOutOfRange::BeforeFilms`].
    pub fn stored(day: NaiveDate) -> Result<Self, ViewingDayOutOfRange> {
        if day.year() < Self::FIRST_YEAR {
            return Err(ViewingDayOutOfRange::BeforeFilms);
        }
        Ok(Self(day))
    }

    /// The day itself.
    #[must_use]
    pub const fn date(self) -> NaiveDate {
        self.0
    }
}

/// A film was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewing {
    /// Which viewing.
    pub id: ViewingId,
    /// Who saw it.
    pub user: UserId,
    /// Which film.
    pub film: FilmId,
    /// When; `None` where nobody knows any more.
    pub watched_on: Option<ViewingDay>,
    /// Whether they had seen it before.
    pub is_rewatch: bool,
    /// What they wrote beside it.
    pub note: Option<ViewingNote>,
    /// When they told of it.
    pub logged_at: DateTime<Utc>,
}

/// What changes of a viewing; `None` leaves it as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ViewingChange {
    /// When it was.
    pub watched_on: Option<Option<ViewingDay>>,
    /// Whether they had seen it before.
    pub is_rewatch: Option<bool>,
    /// What they wrote beside it.
    pub note: Option<Option<ViewingNote>>,
}

impl Viewing {
    /// A viewing of which nothing is known but that there was one.
    #[must_use]
    pub const fn bare(id: ViewingId, user: UserId, film: FilmId, now: DateTime<Utc>) -> Self {
        Self {
            id,
            user,
            film,
            watched_on: None,
            is_rewatch: false,
            note: None,
            logged_at: now,
        }
    }

    /// Whether nothing is known of it but that there was one.
    #[must_use]
    pub const fn is_bare(&self) -> bool {
        self.watched_on.is_none() && !self.is_rewatch && self.note.is_none()
    }

    /// Corrects what is known of it.
    pub fn revise(&mut self, change: ViewingChange) {
        let ViewingChange {
            watched_on,
            is_rewatch,
            note,
        } = change;
        self.watched_on = watched_on.unwrap_or(self.watched_on);
        self.is_rewatch = is_rewatch.unwrap_or(self.is_rewatch);
        if let Some(note) = note {
            self.note = note;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    fn late_evening() -> DateTime<Utc> {
        day(2026, 11, 21).and_hms_opt(23, 59, 0).unwrap().and_utc()
    }

    #[test]
    fn a_film_is_seen_between_the_first_film_and_the_most_advanced_calendar() {
        let new = |date| ViewingDay::new(date, late_evening()).map(ViewingDay::date);
        assert_eq!(new(day(1888, 1, 1)), Ok(day(1888, 1, 1)));
        assert_eq!(new(day(2026, 11, 22)), Ok(day(2026, 11, 22)));
        let (early, late) = (day(1887, 12, 31), day(2026, 11, 23));
        assert_eq!(new(early), Err(ViewingDayOutOfRange::BeforeFilms));
        assert_eq!(new(late), Err(ViewingDayOutOfRange::ToCome));
        // What was stored stays what it is, even where clocks are set back.
        assert_eq!(ViewingDay::stored(late).map(ViewingDay::date), Ok(late));
        assert!(ViewingDay::stored(early).is_err());
    }

    #[test]
    fn a_viewing_is_bare_until_something_is_told_of_it() {
        let id = Id::from_uuid(Uuid::from_u128(1));
        let (user, film) = (
            Id::from_uuid(Uuid::from_u128(2)),
            Id::from_uuid(Uuid::from_u128(3)),
        );
        let bare = Viewing::bare(id, user, film, late_evening());
        assert!(bare.is_bare());
        let mut same = bare.clone();
        same.revise(ViewingChange::default());
        assert_eq!(same, bare);
        let told = [
            ViewingChange {
                watched_on: Some(ViewingDay::stored(day(2020, 2, 2)).ok()),
                ..ViewingChange::default()
            },
            ViewingChange {
                is_rewatch: Some(true),
                ..ViewingChange::default()
            },
            ViewingChange {
                note: Some(ViewingNote::parse("With Ben").ok()),
                ..ViewingChange::default()
            },
        ];
        for change in told {
            let mut viewing = bare.clone();
            viewing.revise(change);
            assert!(!viewing.is_bare());
            viewing.revise(ViewingChange {
                watched_on: Some(None),
                is_rewatch: Some(false),
                note: Some(None),
            });
            assert_eq!(viewing, bare);
        }
    }
}
