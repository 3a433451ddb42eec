//! What a user does not want to be shown.
use crate::{
    catalogue::{FilmId, GenreId, PersonId},
    identity::UserId,
};
use chrono::{DateTime, Utc};
use std::str::FromStr;
use uuid::Uuid;

/// How little somebody wants to be shown something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Hide {
    /// Never propose it.
    Hide,
    /// It is not to their taste: propose it, and what is like it, less.
    NotInterested,
}

/// There is no way to hide of this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be one of `hide`, `not_interested`, got `{0}`")]
pub struct UnknownHide(pub String);

impl Hide {
    /// Every way.
    pub const ALL: [Self; 2] = [Self::Hide, Self::NotInterested];

    /// Its name in storage and on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hide => "hide",
            Self::NotInterested => "not_interested",
        }
    }
}

impl FromStr for Hide {
    type Err = UnknownHide;
    fn from_str(name: &str) -> Result<Self, UnknownHide> {
        let mut all = Self::ALL.into_iter();
        all.find(|hide| hide.name() == name)
            .ok_or_else(|| UnknownHide(name.to_owned()))
    }
}

/// What kind of thing can be hidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HiddenKind {
    /// Films.
    Films,
    /// Genres, with every film of theirs.
    Genres,
    /// People, with every film that they made or play in.
    People,
}

/// Things of this name cannot be hidden.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be one of `films`, `genres`, `people`, got `{0}`")]
pub struct UnknownHiddenKind(pub String);

impl HiddenKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Films, Self::Genres, Self::People];

    /// Its name in storage and on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Films => "films",
            Self::Genres => "genres",
            Self::People => "people",
        }
    }

    /// The thing of this kind that an identifier stands for.
    #[must_use]
    pub const fn of(self, id: Uuid) -> HiddenSubject {
        match self {
            Self::Films => HiddenSubject::Film(FilmId::from_uuid(id)),
            Self::Genres => HiddenSubject::Genre(GenreId::from_uuid(id)),
            Self::People => HiddenSubject::Person(PersonId::from_uuid(id)),
        }
    }
}

impl FromStr for HiddenKind {
    type Err = UnknownHiddenKind;
    fn from_str(name: &str) -> Result<Self, UnknownHiddenKind> {
        let mut all = Self::ALL.into_iter();
        all.find(|kind| kind.name() == name)
            .ok_or_else(|| UnknownHiddenKind(name.to_owned()))
    }
}

/// What is hidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HiddenSubject {
    /// A film.
    Film(FilmId),
    /// Every film of a genre.
    Genre(GenreId),
    /// Every film that somebody made or plays in.
    Person(PersonId),
}

impl HiddenSubject {
    /// What kind of thing it is.
    #[must_use]
    pub const fn kind(self) -> HiddenKind {
        match self {
            Self::Film(_) => HiddenKind::Films,
            Self::Genre(_) => HiddenKind::Genres,
            Self::Person(_) => HiddenKind::People,
        }
    }

    /// The bare identifier, for storage and transport.
    #[must_use]
    pub const fn as_uuid(self) -> Uuid {
        match self {
            Self::Film(film) => film.as_uuid(),
            Self::Genre(genre) => genre.as_uuid(),
            Self::Person(person) => person.as_uuid(),
        }
    }
}

/// Something that a user does not want to be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hidden {
    /// Who does not want it.
    pub user: UserId,
    /// What.
    pub subject: HiddenSubject,
    /// How little.
    pub how: Hide,
    /// Since when.
    pub hidden_at: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip_and_others_are_refused() {
        for hide in Hide::ALL {
            assert_eq!(hide.name().parse(), Ok(hide));
        }
        assert!("never".parse::<Hide>().is_err());
        let id = Uuid::from_u128(7);
        for kind in HiddenKind::ALL {
            assert_eq!(kind.name().parse(), Ok(kind));
            assert_eq!((kind.of(id).kind(), kind.of(id).as_uuid()), (kind, id));
        }
        assert!("film".parse::<HiddenKind>().is_err());
    }
}
