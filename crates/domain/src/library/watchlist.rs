//! A list of films that a user keeps.
use super::Gradient;
use crate::{
    identity::UserId,
    shared::{Id, Language, normalise_line, text_value},
};
use chrono::{DateTime, Utc};
use std::str::FromStr;

/// Identifies a watchlist.
pub type WatchlistId = Id<Watchlist>;

text_value!(
    /// What a user calls a list; bounded by what a request can carry only, as clients were promised.
    WatchlistTitle, max 131_072, by normalise_line
);

/// A list that everybody has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StandardList {
    /// Films the user liked.
    Liked,
    /// Films the user wants to see.
    Wish,
    /// Films the user has seen.
    Watched,
}

/// Whether a list is one that everybody has or one of the user's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WatchlistKind {
    /// One that everybody has.
    Standard(StandardList),
    /// One that the user made.
    Custom,
}

/// There is no kind of list of this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown kind of watchlist `{0}`")]
pub struct UnknownWatchlistKind(pub String);

/// The list belongs to somebody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Watchlist is not yours")]
pub struct NotYourWatchlist;

/// The list is one that everybody has, which nobody deletes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Standard watchlists cannot be deleted")]
pub struct StandardListStays;

impl StandardList {
    /// The three lists.
    pub const ALL: [Self; 3] = [Self::Liked, Self::Wish, Self::Watched];

    /// The word that stands for the list wherever a list's identifier is expected.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Liked => "liked",
            Self::Wish => "wish",
            Self::Watched => "watched",
        }
    }

    /// The list that a word stands for.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|list| list.word() == word)
    }

    /// The identifier of a user's list.
    ///
    /// It is derived from the user's, so that finding the list needs no look-up and a user cannot
    /// come to have two of a kind.
    #[must_use]
    pub fn of(self, user: UserId) -> WatchlistId {
        Id::named(user.as_uuid(), self.word())
    }

    /// What the list is called.
    #[must_use]
    pub const fn title(self, language: Language) -> &'static str {
        match (self, language) {
            (Self::Liked, Language::English) => "Liked",
            (Self::Wish, Language::English) => "Want to watch",
            (Self::Watched, Language::English) => "Watched",
            (Self::Liked, Language::Russian) => "Понравилось",
            (Self::Wish, Language::Russian) => "Хочу посмотреть",
            (Self::Watched, Language::Russian) => "Просмотрено",
        }
    }
}

impl WatchlistKind {
    /// Its name in storage and on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Standard(list) => list.word(),
            Self::Custom => "custom",
        }
    }
}

impl FromStr for WatchlistKind {
    type Err = UnknownWatchlistKind;
    fn from_str(name: &str) -> Result<Self, UnknownWatchlistKind> {
        match StandardList::from_word(name) {
            Some(list) => Ok(Self::Standard(list)),
            None if name == "custom" => Ok(Self::Custom),
            None => Err(UnknownWatchlistKind(name.to_owned())),
        }
    }
}

/// A list of films, without its films.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watchlist {
    /// Which list.
    pub id: WatchlistId,
    /// Whose it is.
    pub owner: UserId,
    /// What it is called.
    pub title: WatchlistTitle,
    /// Standard or the user's own.
    pub kind: WatchlistKind,
    /// The colours it is shown in.
    pub gradient: Gradient,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

impl Watchlist {
    /// Makes a list of the user's own.
    #[must_use]
    pub fn custom(
        id: WatchlistId,
        owner: UserId,
        title: WatchlistTitle,
        gradient: Gradient,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            id,
            owner,
            title,
            kind: WatchlistKind::Custom,
            gradient,
            created_at: now,
        }
    }

    /// The three lists with which a user starts.
    #[must_use]
    pub fn standard_set(owner: UserId, language: Language, now: DateTime<Utc>) -> Vec<Self> {
        StandardList::ALL
            .into_iter()
            .zip(0..)
            .filter_map(|(list, position)| {
                // The titles are ours and well within bounds.
                let title = WatchlistTitle::parse(list.title(language)).ok()?;
                Some(Self {
                    id: list.of(owner),
                    owner,
                    title,
                    kind: WatchlistKind::Standard(list),
                    gradient: Gradient::built_in(position),
                    created_at: now,
                })
            })
            .collect()
    }

    /// Lets its owner pass.
    ///
    /// # Errors
    /// [`NotYourWatchlist`] for everybody else, administrators too: lists are private.
    pub fn ensure_owned_by(&self, user: UserId) -> Result<(), NotYourWatchlist> {
        if self.owner == user {
            Ok(())
        } else {
            Err(NotYourWatchlist)
        }
    }

    /// Lets lists of the user's own pass.
    ///
    /// # Errors
    /// [`StandardListStays`] for the three that everybody has.
    pub const fn ensure_deletable(&self) -> Result<(), StandardListStays> {
        match self.kind {
            WatchlistKind::Custom => Ok(()),
            WatchlistKind::Standard(_) => Err(StandardListStays),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn user(n: u128) -> UserId {
        Id::from_uuid(Uuid::from_u128(n))
    }

    #[test]
    fn everybody_starts_with_three_lists_that_stay() {
        let lists = Watchlist::standard_set(user(1), Language::English, DateTime::UNIX_EPOCH);
        let words: Vec<_> = lists.iter().map(|list| list.kind.name()).collect();
        assert_eq!(words, ["liked", "wish", "watched"]);
        for list in lists {
            assert_eq!(list.ensure_deletable(), Err(StandardListStays));
            assert_eq!(list.kind.name().parse(), Ok(list.kind));
        }
    }

    #[test]
    fn standard_lists_have_identifiers_of_their_own_per_user() {
        // Stored by every installation: it must never come out otherwise.
        assert_eq!(
            StandardList::Liked.of(user(1)).to_string(),
            "86794295-c0fd-5b49-a9ec-3a15680b5919"
        );
        assert_ne!(
            StandardList::Liked.of(user(1)),
            StandardList::Liked.of(user(2))
        );
        assert_ne!(
            StandardList::Liked.of(user(1)),
            StandardList::Wish.of(user(1))
        );
    }

    #[test]
    fn only_the_owner_passes() {
        let list = Watchlist::custom(
            Id::from_uuid(Uuid::from_u128(9)),
            user(1),
            WatchlistTitle::parse("Rainy days").unwrap(),
            Gradient::built_in(4),
            DateTime::UNIX_EPOCH,
        );
        assert_eq!(list.ensure_owned_by(user(1)), Ok(()));
        assert_eq!(list.ensure_owned_by(user(2)), Err(NotYourWatchlist));
        assert_eq!(list.ensure_deletable(), Ok(()));
    }
}
