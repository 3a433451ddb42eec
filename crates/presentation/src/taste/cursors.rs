//! Cursors of lists of what people tell.
use crate::http::{
    checker::Broken,
    cursor::{NOT_A_CURSOR, open, read_time, read_title, read_year, write},
};
use application::taste::ports::{
    DiaryKey, HiddenKey, ProgressKey, PublicReviewKey, RatingKey, RatingOrder, RatingPosition,
    ReviewKey,
};
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use domain::{shared::Id, taste::Rating};
use uuid::Uuid;

const DIARY: u8 = b'd';
const REVIEWS: u8 = b'r';
const FILM_REVIEWS: u8 = b'p';
const PROGRESS: u8 = b's';
const HIDDEN: u8 = b'h';

const fn letter(order: RatingOrder) -> u8 {
    match order {
        RatingOrder::NewestFirst => b'1',
        RatingOrder::OldestFirst => b'2',
        RatingOrder::HighestFirst => b'3',
        RatingOrder::LowestFirst => b'4',
        RatingOrder::Title => b'5',
        RatingOrder::TitleDescending => b'6',
        RatingOrder::Year => b'7',
        RatingOrder::YearDescending => b'8',
    }
}

/// Names a place in a list of ratings.
pub fn write_rating_key(order: RatingOrder, key: &RatingKey) -> String {
    let position = match &key.position {
        RatingPosition::At(at) => at.timestamp_micros().to_be_bytes().to_vec(),
        RatingPosition::Rating(rating) => vec![rating.get()],
        RatingPosition::Title(title) => title.as_bytes().to_vec(),
        RatingPosition::Year(year) => year.to_be_bytes().to_vec(),
    };
    write(letter(order), key.film.as_uuid(), &position)
}

/// Finds a place in a list of ratings again.
///
/// # Errors
/// [`Broken`] when the text is no cursor of a list in this order.
pub fn read_rating_key(order: RatingOrder, text: &str) -> Result<RatingKey, Broken> {
    let read = || {
        let (film, rest) = open(text, letter(order))?;
        let position = match order {
            RatingOrder::NewestFirst | RatingOrder::OldestFirst => {
                RatingPosition::At(read_time(&rest)?)
            }
            RatingOrder::HighestFirst | RatingOrder::LowestFirst => {
                RatingPosition::Rating(rating(&rest)?)
            }
            RatingOrder::Title | RatingOrder::TitleDescending => {
                RatingPosition::Title(read_title(rest)?)
            }
            RatingOrder::Year | RatingOrder::YearDescending => {
                RatingPosition::Year(read_year(&rest)?)
            }
        };
        Some(RatingKey {
            position,
            film: Id::from_uuid(film),
        })
    };
    read().ok_or(NOT_A_CURSOR)
}

fn rating(bytes: &[u8]) -> Option<Rating> {
    let [value] = bytes else {
        return None;
    };
    Rating::try_from(i64::from(*value)).ok()
}

/// Names a place in a diary.
pub fn write_diary_key(key: &DiaryKey) -> String {
    let day = key
        .watched_on
        .map(|day| day.num_days_from_ce().to_be_bytes());
    write(
        DIARY,
        key.viewing.as_uuid(),
        day.as_ref().map_or(&[], |day| day),
    )
}

/// Finds a place in a diary again.
///
/// # Errors
/// [`Broken`] when the text is no cursor of a diary.
pub fn read_diary_key(text: &str) -> Result<DiaryKey, Broken> {
    let read = || {
        let (viewing, rest) = open(text, DIARY)?;
        Some(DiaryKey {
            watched_on: match rest.as_slice() {
                [] => None,
                day => Some(read_day(day)?),
            },
            viewing: Id::from_uuid(viewing),
        })
    };
    read().ok_or(NOT_A_CURSOR)
}

/// A day that every database can hold.
fn read_day(bytes: &[u8]) -> Option<NaiveDate> {
    let day = i32::from_be_bytes(bytes.try_into().ok()?);
    let day = NaiveDate::from_num_days_from_ce_opt(day)?;
    (1..=9999).contains(&day.year()).then_some(day)
}

/// Names a place in a user's own reviews.
pub fn write_review_key(key: &ReviewKey) -> String {
    write_at(REVIEWS, key.film.as_uuid(), key.updated_at)
}

/// Finds a place in a user's own reviews again.
///
/// # Errors
/// [`Broken`] when the text is no cursor of a user's own reviews.
pub fn read_review_key(text: &str) -> Result<ReviewKey, Broken> {
    let (film, updated_at) = read_at(REVIEWS, text)?;
    let film = Id::from_uuid(film);
    Ok(ReviewKey { updated_at, film })
}

/// Names a place in the reviews of a film. It names nobody: in place of an identifier it says how many
/// of the same time have been shown.
pub fn write_public_review_key(key: &PublicReviewKey) -> String {
    let shown = Uuid::from_u128(key.shown.into());
    write_at(FILM_REVIEWS, shown, key.updated_at)
}

/// Finds a place in the reviews of a film again.
///
/// # Errors
/// [`Broken`] when the text is no cursor of the reviews of a film.
pub fn read_public_review_key(text: &str) -> Result<PublicReviewKey, Broken> {
    let (shown, updated_at) = read_at(FILM_REVIEWS, text)?;
    let shown = u32::try_from(shown.as_u128()).map_err(|_too_many| NOT_A_CURSOR)?;
    Ok(PublicReviewKey { updated_at, shown })
}

/// Names a place in a list of progress.
pub fn write_progress_key(key: &ProgressKey) -> String {
    write_at(PROGRESS, key.film.as_uuid(), key.updated_at)
}

/// Finds a place in a list of progress again.
///
/// # Errors
/// [`Broken`] when the text is no cursor of a list of progress.
pub fn read_progress_key(text: &str) -> Result<ProgressKey, Broken> {
    let (film, updated_at) = read_at(PROGRESS, text)?;
    let film = Id::from_uuid(film);
    Ok(ProgressKey { updated_at, film })
}

/// Names a place in a list of hidden things.
pub fn write_hidden_key(key: &HiddenKey) -> String {
    write_at(HIDDEN, key.id, key.hidden_at)
}

/// Finds a place in a list of hidden things again.
///
/// # Errors
/// [`Broken`] when the text is no cursor of a list of hidden things.
pub fn read_hidden_key(text: &str) -> Result<HiddenKey, Broken> {
    let (id, hidden_at) = read_at(HIDDEN, text)?;
    Ok(HiddenKey { hidden_at, id })
}

fn write_at(list: u8, id: Uuid, at: DateTime<Utc>) -> String {
    write(list, id, &at.timestamp_micros().to_be_bytes())
}

fn read_at(list: u8, text: &str) -> Result<(Uuid, DateTime<Utc>), Broken> {
    let read = || {
        let (id, rest) = open(text, list)?;
        Some((id, read_time(&rest)?))
    };
    read().ok_or(NOT_A_CURSOR)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(position: RatingPosition) -> RatingKey {
        RatingKey {
            position,
            film: Id::from_uuid(Uuid::from_u128(7)),
        }
    }

    #[test]
    fn cursors_of_ratings_lead_back_to_their_place_in_their_order() {
        let at = DateTime::from_timestamp_micros(1_700_000_000_123_456).unwrap();
        let places = [
            (RatingOrder::NewestFirst, RatingPosition::At(at)),
            (RatingOrder::OldestFirst, RatingPosition::At(at)),
            (
                RatingOrder::HighestFirst,
                RatingPosition::Rating(Rating::MAX),
            ),
            (
                RatingOrder::LowestFirst,
                RatingPosition::Rating(Rating::MIN),
            ),
            (RatingOrder::Title, RatingPosition::Title("ёж".to_owned())),
            (
                RatingOrder::TitleDescending,
                RatingPosition::Title(String::new()),
            ),
            (RatingOrder::Year, RatingPosition::Year(0)),
            (RatingOrder::YearDescending, RatingPosition::Year(1999)),
        ];
        for (order, position) in &places {
            let key = key(position.clone());
            let cursor = write_rating_key(*order, &key);
            assert_eq!(read_rating_key(*order, &cursor).unwrap(), key);
            for (other, _) in places.iter().filter(|(other, _)| other != order) {
                assert!(read_rating_key(*other, &cursor).is_err());
            }
        }
    }

    #[test]
    fn a_cursor_of_no_rating_is_refused() {
        let film = Uuid::from_u128(7);
        for bytes in [&[][..], &[0], &[11], &[5, 5]] {
            let cursor = write(letter(RatingOrder::HighestFirst), film, bytes);
            assert!(read_rating_key(RatingOrder::HighestFirst, &cursor).is_err());
        }
    }

    #[test]
    fn cursors_of_other_lists_lead_back_to_their_place_in_their_list() {
        let at = DateTime::from_timestamp_micros(1_700_000_000_123_456).unwrap();
        let id = Uuid::from_u128(9);
        let film = Id::from_uuid(id);
        for watched_on in [None, NaiveDate::from_ymd_opt(2024, 2, 29)] {
            let viewing = Id::from_uuid(id);
            let key = DiaryKey {
                watched_on,
                viewing,
            };
            let cursor = write_diary_key(&key);
            assert_eq!(read_diary_key(&cursor).unwrap(), key);
            assert!(read_review_key(&cursor).is_err());
        }
        let review = ReviewKey {
            updated_at: at,
            film,
        };
        let cursor = write_review_key(&review);
        assert_eq!(read_review_key(&cursor).unwrap(), review);
        assert!(read_progress_key(&cursor).is_err());
        let progress = ProgressKey {
            updated_at: at,
            film,
        };
        let cursor = write_progress_key(&progress);
        assert_eq!(read_progress_key(&cursor).unwrap(), progress);
        assert!(read_hidden_key(&cursor).is_err());
        let hidden = HiddenKey { hidden_at: at, id };
        let cursor = write_hidden_key(&hidden);
        assert_eq!(read_hidden_key(&cursor).unwrap(), hidden);
        assert!(read_diary_key(&cursor).is_err());
        let public = PublicReviewKey {
            updated_at: at,
            shown: 3,
        };
        let cursor = write_public_review_key(&public);
        assert_eq!(read_public_review_key(&cursor).unwrap(), public);
    }

    #[test]
    fn days_and_counts_that_no_list_has_are_refused() {
        let id = Uuid::from_u128(9);
        for day in [0, i32::MAX, i32::MIN] {
            assert!(read_diary_key(&write(DIARY, id, &day.to_be_bytes())).is_err());
        }
        assert!(read_diary_key(&write(DIARY, id, &[1])).is_err());
        let many = write_at(FILM_REVIEWS, Uuid::max(), DateTime::UNIX_EPOCH);
        assert!(read_public_review_key(&many).is_err());
    }
}
