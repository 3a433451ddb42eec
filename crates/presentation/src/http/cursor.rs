//! Cursors: opaque names of places in lists.
//!
//! A cursor is base64url of a version byte, a byte for the order of the list, and the key of the item
//! before the next page. Only places that a list can have are read back.
use super::checker::Broken;
use application::{
    assistant::ports::ConversationKey,
    catalogue::ports::{FilmKey, FilmOrder, FilmPosition},
    library::ports::EntryKey,
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, Datelike, Utc};
use domain::{
    events::DomainEvent, identity::User, jobs::Job, recommendation::Companionship, shared::Id,
};
use uuid::Uuid;

const VERSION: u8 = 1;
const ENTRIES: u8 = b'e';
const CONVERSATIONS: u8 = b'c';
const MAX_LENGTH: usize = 4096;

/// Names a place in a watchlist.
pub fn write_entry_key(key: &EntryKey) -> String {
    let mut bytes = vec![VERSION, ENTRIES];
    bytes.extend(key.film.as_uuid().as_bytes());
    bytes.extend(key.added_at.timestamp_micros().to_be_bytes());
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// Finds a place in a watchlist again.
///
/// # Errors
/// [`Broken`] when the text is no cursor of a watchlist.
pub fn read_entry_key(text: &str) -> Result<EntryKey, Broken> {
    let read = || {
        let (film, rest) = open(text, ENTRIES)?;
        Some(EntryKey {
            film: Id::from_uuid(film),
            added_at: read_time(&rest)?,
        })
    };
    read().ok_or(NOT_A_CURSOR)
}

/// Names a place in a list of conversations.
pub fn write_conversation_key(key: &ConversationKey) -> String {
    let mut bytes = vec![VERSION, CONVERSATIONS];
    bytes.extend(key.conversation.as_uuid().as_bytes());
    bytes.extend(key.created_at.timestamp_micros().to_be_bytes());
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// Finds a place in a list of conversations again.
///
/// # Errors
/// [`Broken`] when the text is no cursor of a list of conversations.
pub fn read_conversation_key(text: &str) -> Result<ConversationKey, Broken> {
    let read = || {
        let (conversation, rest) = open(text, CONVERSATIONS)?;
        Some(ConversationKey {
            conversation: Id::from_uuid(conversation),
            created_at: read_time(&rest)?,
        })
    };
    read().ok_or(NOT_A_CURSOR)
}

/// Names a place in a list of films.
pub fn write_film_key(order: FilmOrder, key: &FilmKey) -> String {
    let mut bytes = vec![VERSION, letter(order)];
    bytes.extend(key.film.as_uuid().as_bytes());
    match &key.position {
        FilmPosition::Title(title) => bytes.extend(title.as_bytes()),
        FilmPosition::Year(year) => bytes.extend(year.to_be_bytes()),
        FilmPosition::Added(at) => bytes.extend(at.timestamp_micros().to_be_bytes()),
    }
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// Finds a place in a list of films again.
///
/// # Errors
/// [`Broken`] when the text is no cursor of a list in this order.
pub fn read_film_key(order: FilmOrder, text: &str) -> Result<FilmKey, Broken> {
    let read = || {
        let (film, rest) = open(text, letter(order))?;
        let position = match order {
            FilmOrder::Title | FilmOrder::TitleDescending => FilmPosition::Title(read_title(rest)?),
            FilmOrder::Year | FilmOrder::YearDescending => FilmPosition::Year(read_year(&rest)?),
            FilmOrder::NewestFirst => FilmPosition::Added(read_time(&rest)?),
        };
        Some(FilmKey {
            position,
            film: Id::from_uuid(film),
        })
    };
    read().ok_or(NOT_A_CURSOR)
}

/// Names a place in a list that is ordered by identifier alone.
pub fn write_id<K: Listed>(id: Id<K>) -> String {
    let mut bytes = vec![VERSION, K::LETTER];
    bytes.extend(id.as_uuid().as_bytes());
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// Finds a place in a list that is ordered by identifier alone again.
///
/// # Errors
/// [`Broken`] when the text is no cursor of this list.
pub fn read_id<K: Listed>(text: &str) -> Result<Id<K>, Broken> {
    let place = open(text, K::LETTER).filter(|(_, rest)| rest.is_empty());
    place.map(|(id, _)| Id::from_uuid(id)).ok_or(NOT_A_CURSOR)
}

/// What is listed by identifier alone.
pub trait Listed {
    /// The byte by which cursors of its list are known.
    const LETTER: u8;
}
impl Listed for Companionship {
    const LETTER: u8 = b'm';
}
impl Listed for Job {
    const LETTER: u8 = b'j';
}
impl Listed for DomainEvent {
    const LETTER: u8 = b'v';
}
impl Listed for User {
    const LETTER: u8 = b'u';
}

/// Told of what is no cursor of a list.
pub const NOT_A_CURSOR: Broken = Broken("must be a cursor that this list gave in this order");

const fn letter(order: FilmOrder) -> u8 {
    match order {
        FilmOrder::Title => b't',
        FilmOrder::TitleDescending => b'T',
        FilmOrder::Year => b'y',
        FilmOrder::YearDescending => b'Y',
        FilmOrder::NewestFirst => b'a',
    }
}

/// Names a place by the letter of its list, an identifier, and what the list compares before.
pub fn write(kind: u8, id: Uuid, position: &[u8]) -> String {
    let mut bytes = vec![VERSION, kind];
    bytes.extend(id.as_bytes());
    bytes.extend(position);
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// The identifier in a cursor of this list, and what the list compares before.
pub fn open(text: &str, kind: u8) -> Option<(Uuid, Vec<u8>)> {
    if text.len() > MAX_LENGTH {
        return None;
    }
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
    let (head, rest) = bytes.split_first_chunk::<2>()?;
    let (id, rest) = rest.split_first_chunk::<16>()?;
    (*head == [VERSION, kind]).then(|| (Uuid::from_bytes(*id), rest.to_vec()))
}

/// A title that every database can hold.
pub fn read_title(bytes: Vec<u8>) -> Option<String> {
    let title = String::from_utf8(bytes).ok()?;
    (!title.contains('\0')).then_some(title)
}

/// A year that a film can have, or 0.
pub fn read_year(bytes: &[u8]) -> Option<i32> {
    let year = i32::from_be_bytes(bytes.try_into().ok()?);
    (year >= 0).then_some(year)
}

/// A time that every database can hold.
pub fn read_time(bytes: &[u8]) -> Option<DateTime<Utc>> {
    let micros = i64::from_be_bytes(bytes.try_into().ok()?);
    DateTime::from_timestamp_micros(micros).filter(|at| (1970..=9999).contains(&at.year()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn film_key(position: FilmPosition) -> FilmKey {
        FilmKey {
            position,
            film: Id::from_uuid(Uuid::from_u128(7)),
        }
    }

    fn at(micros: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(micros).unwrap()
    }

    #[test]
    fn cursors_lead_back_to_their_place() {
        let entry = EntryKey {
            added_at: at(1_700_000_000_123_456),
            film: Id::from_uuid(Uuid::from_u128(9)),
        };
        assert_eq!(read_entry_key(&write_entry_key(&entry)).unwrap(), entry);
        let talk = ConversationKey {
            created_at: at(1_700_000_000_123_456),
            conversation: Id::from_uuid(Uuid::from_u128(9)),
        };
        let cursor = write_conversation_key(&talk);
        assert_eq!(read_conversation_key(&cursor).unwrap(), talk);
        assert!(read_entry_key(&cursor).is_err());
        for (order, position) in [
            (FilmOrder::Title, FilmPosition::Title("matrix".into())),
            (
                FilmOrder::TitleDescending,
                FilmPosition::Title("матрица".into()),
            ),
            (FilmOrder::Year, FilmPosition::Year(0)),
            (FilmOrder::YearDescending, FilmPosition::Year(i32::MAX)),
            (FilmOrder::NewestFirst, FilmPosition::Added(at(5))),
        ] {
            let key = film_key(position);
            let cursor = write_film_key(order, &key);
            assert_eq!(read_film_key(order, &cursor).unwrap(), key);
        }
    }

    #[test]
    fn cursors_by_identifier_lead_back_to_their_list_only() {
        let job: Id<Job> = Id::from_uuid(Uuid::from_u128(7));
        let cursor = write_id(job);
        assert_eq!(read_id(&cursor).unwrap(), job);
        assert!(read_id::<User>(&cursor).is_err());
        let entry = EntryKey {
            added_at: at(5),
            film: Id::from_uuid(Uuid::from_u128(7)),
        };
        assert!(read_id::<Job>(&write_entry_key(&entry)).is_err());
    }

    #[test]
    fn cursors_of_another_list_or_order_are_refused() {
        let key = film_key(FilmPosition::Year(1999));
        let cursor = write_film_key(FilmOrder::Year, &key);
        assert!(read_film_key(FilmOrder::YearDescending, &cursor).is_err());
        assert!(read_film_key(FilmOrder::Title, &cursor).is_err());
        assert!(read_entry_key(&cursor).is_err());
    }

    #[test]
    fn broken_cursors_and_impossible_places_are_refused() {
        let nul = film_key(FilmPosition::Title("a\0b".into()));
        let far = film_key(FilmPosition::Added(at(-9_000_000_000_000_000)));
        let early = film_key(FilmPosition::Year(-1));
        for (order, text) in [
            (FilmOrder::Title, String::new()),
            (FilmOrder::Title, "???".to_owned()),
            (FilmOrder::Title, "AXQ".to_owned()),
            (FilmOrder::Title, "A".repeat(5000)),
            (FilmOrder::Title, write_film_key(FilmOrder::Title, &nul)),
            (
                FilmOrder::NewestFirst,
                write_film_key(FilmOrder::NewestFirst, &far),
            ),
            (FilmOrder::Year, write_film_key(FilmOrder::Year, &early)),
        ] {
            assert!(read_film_key(order, &text).is_err(), "{text}");
        }
    }
}
