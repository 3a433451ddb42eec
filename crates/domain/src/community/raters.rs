//! A community and how far its import has come.
use super::CommunityName;
use crate::{catalogue::FilmId, taste::Rating};
use chrono::{DateTime, Utc};
use std::str::FromStr;

/// Identifies a community within one database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CommunityId(pub i32);

/// What one of a community thinks of a film.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommunityRating {
    /// Which of them.
    pub rater: i64,
    /// Of which film.
    pub film: FilmId,
    /// How much they liked it.
    pub rating: Rating,
    /// When they said so.
    pub rated_at: DateTime<Utc>,
}

/// The SHA-256 of files, by which the same files are told from others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilesDigest(String);

/// The text is no digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be 64 hexadecimal digits")]
pub struct NotADigest;

impl FilesDigest {
    /// The digest, in hexadecimal digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for FilesDigest {
    type Err = NotADigest;
    fn from_str(text: &str) -> Result<Self, NotADigest> {
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if text.len() == 64 && text.bytes().all(is_digit) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotADigest)
        }
    }
}

/// A community of raters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Community {
    /// Which community.
    pub id: CommunityId,
    /// Its name.
    pub name: CommunityName,
    /// The files that were imported last, or are being imported.
    pub digest: FilesDigest,
    /// The number of that import. What it stores bears the number, so that what only an earlier one
    /// told can be told from it.
    pub round: i32,
    /// How many ratings of the files are stored, while an import is under way.
    pub done: Option<u64>,
    /// How many raters it has, as of the last import that came to its end.
    pub raters: u64,
    /// How many ratings, likewise.
    pub ratings: u64,
    /// When the import began.
    pub started_at: DateTime<Utc>,
    /// When an import last came to its end. Without one, the community counts nowhere.
    pub imported_at: Option<DateTime<Utc>>,
}

/// Where an import begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// Nowhere: these files have been imported.
    Nowhere,
    /// After so many ratings, which are stored already.
    After(u64),
}

impl Community {
    /// A community that is about to be imported for the first time.
    #[must_use]
    pub const fn new(
        id: CommunityId,
        name: CommunityName,
        digest: FilesDigest,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            id,
            name,
            digest,
            round: 1,
            done: Some(0),
            raters: 0,
            ratings: 0,
            started_at: now,
            imported_at: None,
        }
    }

    /// Begins to import files, or goes on where an import of the same files was broken off.
    pub fn take_up(&mut self, digest: FilesDigest, now: DateTime<Utc>) -> Start {
        if self.digest != digest {
            self.digest = digest;
            self.round = self.round.saturating_add(1);
            self.done = Some(0);
            self.started_at = now;
        }
        self.done.map_or(Start::Nowhere, Start::After)
    }

    /// Notes that so many ratings are stored.
    pub const fn reach(&mut self, done: u64) {
        self.done = Some(done);
    }

    /// Ends an import.
    pub const fn finish(&mut self, raters: u64, ratings: u64, now: DateTime<Utc>) {
        self.done = None;
        self.raters = raters;
        self.ratings = ratings;
        self.imported_at = Some(now);
    }

    /// Prepares the removal: from now on it counts nowhere, and an import of whatever files begins anew.
    pub const fn dissolve(&mut self) {
        self.round = self.round.saturating_add(1);
        self.done = Some(0);
        self.raters = 0;
        self.ratings = 0;
        self.imported_at = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(letter: &str) -> FilesDigest {
        letter.repeat(64).parse().unwrap()
    }

    fn friends() -> Community {
        let name = "friends".parse().unwrap();
        Community::new(CommunityId(1), name, digest("a"), DateTime::UNIX_EPOCH)
    }

    #[test]
    fn an_import_of_the_same_files_goes_on_where_it_was() {
        let mut friends = friends();
        let now = friends.started_at;
        assert_eq!(friends.take_up(digest("a"), now), Start::After(0));
        friends.reach(5_000);
        assert_eq!(friends.take_up(digest("a"), now), Start::After(5_000));
        assert_eq!(friends.round, 1);
        friends.finish(10, 5_200, now);
        assert_eq!(friends.take_up(digest("a"), now), Start::Nowhere);
    }

    #[test]
    fn other_files_are_imported_from_their_beginning() {
        let mut friends = friends();
        let now = friends.started_at;
        friends.reach(5_000);
        assert_eq!(friends.take_up(digest("b"), now), Start::After(0));
        assert_eq!(friends.round, 2);
        friends.finish(10, 5_200, now);
        assert_eq!(friends.take_up(digest("c"), now), Start::After(0));
        assert_eq!((friends.round, friends.imported_at), (3, Some(now)));
    }

    #[test]
    fn what_is_being_removed_counts_nowhere_and_may_be_imported_anew() {
        let mut friends = friends();
        let now = friends.started_at;
        friends.finish(10, 5_200, now);
        friends.dissolve();
        assert_eq!((friends.ratings, friends.imported_at), (0, None));
        assert_eq!(friends.take_up(digest("a"), now), Start::After(0));
    }

    #[test]
    fn a_digest_is_that_of_sha_256() {
        assert!("0f".repeat(32).parse::<FilesDigest>().is_ok());
        for bad in ["", "0f", &"0F".repeat(32), &"g".repeat(64)] {
            assert_eq!(bad.parse::<FilesDigest>(), Err(NotADigest));
        }
    }
}
