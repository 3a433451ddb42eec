//! A trained model with the films that its numbers stand for.
use domain::{catalogue::FilmId, shared::Id};
use learning::{Model, Unreadable};
use sha2::{Digest, Sha256};
use std::fmt::Write;
use uuid::Uuid;

/// A model whose numbers are films of the catalogue.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Learned {
    /// The film of each number.
    pub(crate) films: Vec<FilmId>,
    /// What was learned of them.
    pub(crate) model: Model,
}

impl Learned {
    /// Writes the films and then the model.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let count = u64::try_from(self.films.len()).unwrap_or(u64::MAX);
        let mut bytes = count.to_le_bytes().to_vec();
        bytes.extend(
            self.films
                .iter()
                .flat_map(|film| film.as_uuid().into_bytes()),
        );
        bytes.extend(self.model.to_bytes());
        bytes
    }

    /// Reads them back, if they fit each other.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, Unreadable> {
        const FILM: usize = 16;
        let (count, rest) = bytes.split_first_chunk().ok_or(Unreadable::Damaged)?;
        let films = usize::try_from(u64::from_le_bytes(*count)).ok();
        let length = films.and_then(|films| films.checked_mul(FILM));
        let split = length.and_then(|length| rest.split_at_checked(length));
        let (films, model) = split.ok_or(Unreadable::Damaged)?;
        let (films, _) = films.as_chunks::<FILM>();
        let films = films
            .iter()
            .map(|bytes| Id::from_uuid(Uuid::from_bytes(*bytes)));
        let learned = Self {
            films: films.collect(),
            model: Model::from_bytes(model)?,
        };
        if learned.films.len() == learned.model.films() {
            Ok(learned)
        } else {
            Err(Unreadable::Damaged)
        }
    }
}

/// The digest by which bytes are known.
pub(crate) fn sha256_of(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
