//! Every kind of event, in one table.
use super::part::Part;
use crate::{
    catalogue::FilmId,
    identity::{SessionId, UserId},
    library::WatchlistId,
    recommendation::RecommendationId,
    shared::Language,
};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What is known of a kind of event without there being one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventKind {
    /// Its name, with the version of what it is made of: part of the contract with whoever listens.
    pub name: &'static str,
    /// What kind of thing it is about.
    pub aggregate: &'static str,
    /// The names of what it is made of.
    pub parts: &'static [&'static str],
    /// What has happened.
    pub meaning: &'static str,
}

/// Makes the table: name and version, what it is about, and of what it is made.
macro_rules! events {
    ($(
        $(#[doc = $doc:literal])+
        $event:ident, $name:literal, about $about:ident {
            $($field:ident: $type:ty = $part:literal),+ $(,)?
        }
    )+) => {
        /// Something that has happened.
        ///
        /// What one is made of never changes; what is to be told differently gets a new version.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum DomainEvent {
            $(
                $(#[doc = $doc])+
                $event {
                    $(#[doc = concat!("Which ", stringify!($field), ".")] $field: $type,)+
                },
            )+
        }

        impl DomainEvent {
            /// Every kind.
            pub const KINDS: &'static [EventKind] = &[$(EventKind {
                name: $name,
                aggregate: stringify!($about),
                parts: &[$($part),+],
                meaning: concat!($($doc),+),
            }),+];

            /// Its kind.
            #[must_use]
            pub const fn kind(&self) -> EventKind {
                match self {
                    $(Self::$event { .. } => EventKind {
                        name: $name,
                        aggregate: stringify!($about),
                        parts: &[$($part),+],
                        meaning: concat!($($doc),+),
                    },)+
                }
            }

            /// The thing that it is about, of the kind that [`EventKind::aggregate`] names.
            #[must_use]
            pub const fn about(&self) -> Uuid {
                match self {
                    $(Self::$event { $about, .. } => $about.as_uuid(),)+
                }
            }

            /// What it is made of, as words by name.
            #[must_use]
            pub fn parts(&self) -> BTreeMap<String, String> {
                match self {
                    $(Self::$event { $($field),+ } => {
                        [$(($part.to_owned(), $field.word())),+].into()
                    })+
                }
            }

            /// Reads an event; nothing comes of a kind that is not known, or where a part is missing.
            #[must_use]
            pub fn read(kind: &str, parts: &BTreeMap<String, String>) -> Option<Self> {
                match kind {
                    $($name => Some(Self::$event {
                        $($field: Part::read(parts.get($part)?)?),+
                    }),)+
                    _ => None,
                }
            }
        }
    };
}

events! {
    /// Somebody has an account now; the language is the one in which it was opened.
    UserRegistered, "filmhub.user.registered.v1", about user {
        user: UserId = "user_id", language: Language = "language",
    }
    /// Somebody has signed in.
    UserSignedIn, "filmhub.user.signed_in.v1", about user {
        user: UserId = "user_id", session: SessionId = "session_id",
    }
    /// An account is gone, and with it all lists, ratings, viewings and reviews of its user.
    UserDeleted, "filmhub.user.deleted.v1", about user { user: UserId = "user_id" }
    /// The catalogue has one more film.
    FilmAdded, "filmhub.film.added.v1", about film { film: FilmId = "film_id" }
    /// Something that the catalogue tells of a film is different now.
    FilmChanged, "filmhub.film.changed.v1", about film { film: FilmId = "film_id" }
    /// Somebody has made a list; the standard ones come with the account.
    WatchlistCreated, "filmhub.watchlist.created.v1", about watchlist {
        watchlist: WatchlistId = "watchlist_id", user: UserId = "user_id",
    }
    /// A list is gone with what stood on it.
    WatchlistDeleted, "filmhub.watchlist.deleted.v1", about watchlist {
        watchlist: WatchlistId = "watchlist_id", user: UserId = "user_id",
    }
    /// A film stands on a list now.
    WatchlistFilmAdded, "filmhub.watchlist.film_added.v1", about watchlist {
        watchlist: WatchlistId = "watchlist_id", user: UserId = "user_id",
        film: FilmId = "film_id",
    }
    /// A film no longer stands on a list.
    WatchlistFilmRemoved, "filmhub.watchlist.film_removed.v1", about watchlist {
        watchlist: WatchlistId = "watchlist_id", user: UserId = "user_id",
        film: FilmId = "film_id",
    }
    /// Somebody has rated a film, anew or differently.
    FilmRated, "filmhub.film.rated.v1", about user {
        user: UserId = "user_id", film: FilmId = "film_id",
    }
    /// Somebody has taken a rating back.
    FilmUnrated, "filmhub.film.unrated.v1", about user {
        user: UserId = "user_id", film: FilmId = "film_id",
    }
    /// Somebody's diary has one more viewing of a film.
    FilmWatched, "filmhub.film.watched.v1", about user {
        user: UserId = "user_id", film: FilmId = "film_id",
    }
    /// Somebody's diary has one viewing of a film less.
    FilmUnwatched, "filmhub.film.unwatched.v1", about user {
        user: UserId = "user_id", film: FilmId = "film_id",
    }
    /// Somebody has written a review, anew or differently.
    FilmReviewed, "filmhub.film.reviewed.v1", about user {
        user: UserId = "user_id", film: FilmId = "film_id",
    }
    /// Somebody has taken a review back.
    FilmUnreviewed, "filmhub.film.unreviewed.v1", about user {
        user: UserId = "user_id", film: FilmId = "film_id",
    }
    /// Somebody was given a film for the evening.
    RecommendationGiven, "filmhub.recommendation.given.v1", about user {
        user: UserId = "user_id", recommendation: RecommendationId = "recommendation_id",
        film: FilmId = "film_id",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::Id;
    use std::collections::BTreeSet;

    /// An event of a kind, made of identifiers that tell its parts apart.
    fn sample(kind: &EventKind) -> DomainEvent {
        let word = |(place, part): (u128, &&str)| match *part {
            "language" => ((*part).to_owned(), "en".to_owned()),
            _ => ((*part).to_owned(), Uuid::from_u128(place).to_string()),
        };
        let parts = (1..).zip(kind.parts).map(word).collect();
        DomainEvent::read(kind.name, &parts).unwrap()
    }

    #[test]
    fn every_kind_can_be_told_and_read_again() {
        for kind in DomainEvent::KINDS {
            let event = sample(kind);
            assert_eq!(event.kind(), *kind);
            assert_eq!(DomainEvent::read(kind.name, &event.parts()), Some(event));
            let about = &event.parts()[&format!("{}_id", kind.aggregate)];
            assert_eq!(event.about().to_string(), *about);
        }
    }

    #[test]
    fn names_are_unlike_and_say_their_version() {
        let names: BTreeSet<_> = DomainEvent::KINDS.iter().map(|kind| kind.name).collect();
        assert_eq!(names.len(), DomainEvent::KINDS.len());
        assert!(names.iter().all(|name| name.starts_with("filmhub.")));
        let version = |name: &str| {
            name.rsplit_once(".v")
                .map(|(_, version)| version.to_owned())
        };
        assert!(
            names
                .iter()
                .all(|name| version(name).as_deref() == Some("1"))
        );
    }

    #[test]
    fn what_is_not_known_or_not_whole_is_not_read() {
        let user = Id::from_uuid(Uuid::from_u128(1));
        let deleted = DomainEvent::UserDeleted { user };
        let name = deleted.kind().name;
        assert_eq!(
            DomainEvent::read("filmhub.user.deleted.v2", &deleted.parts()),
            None
        );
        assert_eq!(DomainEvent::read(name, &BTreeMap::new()), None);
        let odd = [("user_id".to_owned(), "nobody".to_owned())].into();
        assert_eq!(DomainEvent::read(name, &odd), None);
    }
}
