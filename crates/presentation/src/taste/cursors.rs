//! Cursors of lists of what people tell.
use crate::http::{
    checker::Broken,
    cursor::{NOT_A_CURSOR, open, read_time, read_title, read_year, write},
};
use application::taste::ports::{RatingKey, RatingOrder, RatingPosition};
use domain::{shared::Id, taste::Rating};

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

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use uuid::Uuid;

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
}
