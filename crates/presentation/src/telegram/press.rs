//! What a button stands for, in the 64 bytes that Telegram gives it.
use application::{library::ports::EntryKey, telegram::ports::Button};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::DateTime;
use domain::{
    catalogue::{FilmId, MoodId},
    library::{StandardList, WatchlistId},
    shared::Id,
};
use uuid::Uuid;

/// The longest key that fits into a button; those of ours are shorter.
const LONGEST_KEY: usize = 60;

/// What a button stands for. Marking says how it is to be afterwards and not that it is to be turned
/// round, so that doing it twice is the same as once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Press {
    /// Signs in where a key was opened.
    Confirm(String),
    /// Ties the Telegram account to who opened a key.
    Link(String),
    /// Says no.
    Decline(String),
    /// Opens an account.
    Join,
    /// Puts a film on a standard list, or takes it off.
    Mark {
        list: StandardList,
        on: bool,
        film: FilmId,
    },
    /// Shows another film that was found.
    Turn(FilmId),
    /// Shows a film by itself.
    Open(FilmId),
    /// Asks for a mood.
    Moods,
    /// Gives a film for tonight, for a mood or for any.
    Tonight(Option<MoodId>),
    /// Shows a page of the lists.
    Lists(u16),
    /// Shows films of a list.
    List {
        list: WatchlistId,
        after: Option<EntryKey>,
    },
}

impl Press {
    /// A button that stands for it.
    pub(super) fn button(&self, words: impl Into<String>) -> Button {
        Button {
            words: words.into(),
            data: self.write(),
        }
    }

    /// Whether a key fits into a button.
    pub(super) fn takes(key: &str) -> bool {
        (1..=LONGEST_KEY).contains(&key.len())
    }

    fn write(&self) -> String {
        match self {
            Self::Confirm(key) => format!("c:{key}"),
            Self::Link(key) => format!("k:{key}"),
            Self::Decline(key) => format!("d:{key}"),
            Self::Join => "j".to_owned(),
            Self::Mark { list, on, film } => {
                let sign = if *on { '+' } else { '-' };
                format!("{sign}{}:{}", list.word(), short(film.as_uuid()))
            }
            Self::Turn(film) => format!("t:{}", short(film.as_uuid())),
            Self::Open(film) => format!("o:{}", short(film.as_uuid())),
            Self::Moods => "m".to_owned(),
            Self::Tonight(None) => "m:".to_owned(),
            Self::Tonight(Some(mood)) => format!("m:{}", short(mood.as_uuid())),
            Self::Lists(page) => format!("p:{page}"),
            Self::List { list, after } => format!("l:{}", place(*list, after.as_ref())),
        }
    }

    /// Reads what a button of ours stands for.
    pub(super) fn read(data: &str) -> Option<Self> {
        match data {
            "j" => return Some(Self::Join),
            "m" => return Some(Self::Moods),
            "m:" => return Some(Self::Tonight(None)),
            _ => {}
        }
        let (kind, rest) = data.split_once(':')?;
        let key = || Self::takes(rest).then(|| rest.to_owned());
        Some(match kind {
            "c" => Self::Confirm(key()?),
            "k" => Self::Link(key()?),
            "d" => Self::Decline(key()?),
            "t" => Self::Turn(read_id(rest)?),
            "o" => Self::Open(read_id(rest)?),
            "m" => Self::Tonight(Some(read_id(rest)?)),
            "p" => Self::Lists(rest.parse().ok()?),
            "l" => read_place(rest)?,
            mark => {
                let on = mark.starts_with('+');
                let word = mark.strip_prefix(['+', '-'])?;
                Self::Mark {
                    list: StandardList::from_word(word)?,
                    on,
                    film: read_id(rest)?,
                }
            }
        })
    }
}

fn short(id: Uuid) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(id.as_bytes())
}

fn read_id<K>(text: &str) -> Option<Id<K>> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
    Uuid::from_slice(&bytes).ok().map(Id::from_uuid)
}

/// A list, and where in it the films begin.
fn place(list: WatchlistId, after: Option<&EntryKey>) -> String {
    let mut bytes = list.as_uuid().as_bytes().to_vec();
    if let Some(key) = after {
        bytes.extend(key.added_at.timestamp_micros().to_be_bytes());
        bytes.extend(key.film.as_uuid().as_bytes());
    }
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

fn read_place(text: &str) -> Option<Press> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
    let (list, rest) = bytes.split_first_chunk::<16>()?;
    let list = Id::from_uuid(Uuid::from_bytes(*list));
    if rest.is_empty() {
        return Some(Press::List { list, after: None });
    }
    let (added_at, film) = rest.split_first_chunk::<8>()?;
    let after = EntryKey {
        added_at: DateTime::from_timestamp_micros(i64::from_be_bytes(*added_at))?,
        film: Id::from_uuid(Uuid::from_slice(film).ok()?),
    };
    let after = Some(after);
    Some(Press::List { list, after })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id<K>(number: u128) -> Id<K> {
        Id::from_uuid(Uuid::from_u128(number))
    }

    #[test]
    fn every_button_is_short_enough_and_read_back() {
        let key = "x".repeat(43);
        let after = EntryKey {
            added_at: DateTime::from_timestamp_micros(1_795_000_000_123_456).unwrap(),
            film: id(u128::MAX),
        };
        let mut presses = vec![
            Press::Confirm(key.clone()),
            Press::Link(key.clone()),
            Press::Decline(key),
            Press::Join,
            Press::Turn(id(1)),
            Press::Open(id(2)),
            Press::Moods,
            Press::Tonight(None),
            Press::Tonight(Some(id(3))),
            Press::Lists(u16::MAX),
            Press::List {
                list: id(4),
                after: None,
            },
            Press::List {
                list: id(u128::MAX),
                after: Some(after),
            },
        ];
        for list in StandardList::ALL {
            for on in [true, false] {
                let film = id(u128::MAX);
                presses.push(Press::Mark { list, on, film });
            }
        }
        for press in presses {
            let button = press.button("words");
            assert!(button.data.len() <= 64, "{press:?}: {}", button.data);
            assert_eq!(Press::read(&button.data), Some(press));
        }
    }

    #[test]
    fn what_no_button_of_ours_says_is_not_read() {
        for data in [
            "",
            "x",
            "c:",
            "t:",
            "t:abc",
            "p:",
            "p:-1",
            "p:65536",
            "l:",
            "l:AAAA",
            "+seen:AAAA",
            "wish:AAAA",
            "+wish:",
            "m:zz",
            "j:",
        ] {
            assert_eq!(Press::read(data), None, "{data}");
        }
        assert_eq!(Press::read(&format!("c:{}", "x".repeat(61))), None);
    }
}
