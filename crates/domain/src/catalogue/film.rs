//! A film as its owner may change it.
use super::{FilmKind, GenreId, PosterKey, PosterLooks, ReleaseYear, TmdbId};
use crate::{
    identity::{Role, UserId},
    shared::{Id, normalise_line, normalise_text, text_value},
};
use chrono::{DateTime, Utc};

/// Identifies a film.
pub type FilmId = Id<Film>;

/// A person who made a film or plays in it; told apart by identifier only.
pub struct Person;
/// Identifies a person.
pub type PersonId = Id<Person>;

text_value!(
    /// The title under which a film is shown.
    FilmTitle, max 512, by normalise_line
);
text_value!(
    /// What a film is about, in the language in which it was written.
    FilmDescription, max 5000, by normalise_text
);
text_value!(
    /// A country in which a film was made, as its source names it.
    CountryName, max 128, by normalise_line
);
text_value!(
    /// A person's name.
    PersonName, max 256, by normalise_line
);

/// Somebody wants to change a film that is not theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Film is not owned by you")]
pub struct NotFilmOwner;

/// What the owner of a film says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilmContent {
    /// Its title.
    pub title: FilmTitle,
    /// Its description; a film of the catalogue may have none.
    pub description: Option<FilmDescription>,
    /// Its genres, each once.
    pub genres: Vec<GenreId>,
    /// The country it is shown with.
    pub country: Option<CountryName>,
    /// The year of its first release.
    pub release_year: Option<ReleaseYear>,
}

/// A film with everything that a change of it may touch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Film {
    /// Which film.
    pub id: FilmId,
    /// What its owner says of it.
    pub content: FilmContent,
    /// Film, series or anime.
    pub kind: FilmKind,
    /// Where its poster lies, if it has one.
    pub poster: Option<PosterKey>,
    /// How that looks, if somebody has looked.
    pub poster_looks: Option<PosterLooks>,
    /// Its number at TMDB, if known.
    pub tmdb: Option<TmdbId>,
    /// The user who added it; nobody for films of the catalogue.
    pub owner: Option<UserId>,
    /// Grows with each change, so that a stale copy is told from a fresh one.
    pub revision: i64,
    /// When it came into the catalogue.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl Film {
    /// Adds a film of the user's own.
    #[must_use]
    pub fn add(id: FilmId, owner: UserId, content: FilmContent, now: DateTime<Utc>) -> Self {
        Self {
            id,
            content: content.with_genres_once(),
            kind: FilmKind::Movie,
            poster: None,
            poster_looks: None,
            tmdb: None,
            owner: Some(owner),
            revision: 1,
            created_at: now,
            updated_at: now,
        }
    }

    /// Lets its owner and administrators pass.
    ///
    /// # Errors
    /// [`NotFilmOwner`] for everybody else.
    pub fn ensure_editable_by(&self, user: UserId, role: Role) -> Result<(), NotFilmOwner> {
        ensure_editable(self.owner, user, role)
    }

    /// Replaces what is said of the film.
    pub fn revise(&mut self, content: FilmContent, now: DateTime<Utc>) {
        self.content = content.with_genres_once();
        self.touch(now);
    }

    /// Gives the film another poster, or none, and returns the one that nobody shows any more.
    pub fn replace_poster(
        &mut self,
        poster: Option<PosterKey>,
        now: DateTime<Utc>,
    ) -> Option<PosterKey> {
        let before = std::mem::replace(&mut self.poster, poster);
        self.touch(now);
        let obsolete = before.filter(|key| self.poster.as_ref() != Some(key));
        if obsolete.is_some() {
            self.poster_looks = None;
        }
        obsolete
    }

    /// Notes how the film's poster looks; says whether that is news.
    pub fn describe_poster(&mut self, poster: &PosterKey, looks: PosterLooks) -> bool {
        let looks = Some(looks);
        if self.poster.as_ref() != Some(poster) || self.poster_looks == looks {
            return false;
        }
        self.poster_looks = looks;
        // Nobody has changed the film: it only became known how it looks.
        self.revision += 1;
        true
    }

    fn touch(&mut self, now: DateTime<Utc>) {
        self.revision += 1;
        self.updated_at = now;
    }
}

/// Lets the owner of a film and administrators pass.
///
/// # Errors
/// [`NotFilmOwner`] for everybody else.
pub fn ensure_editable(
    owner: Option<UserId>,
    user: UserId,
    role: Role,
) -> Result<(), NotFilmOwner> {
    if owner == Some(user) || role == Role::Admin {
        Ok(())
    } else {
        Err(NotFilmOwner)
    }
}

impl FilmContent {
    fn with_genres_once(mut self) -> Self {
        let mut seen = std::collections::HashSet::new();
        self.genres.retain(|genre| seen.insert(*genre));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        catalogue::{Blurhash, PictureFormat},
        library::HexColor,
    };
    use uuid::Uuid;

    fn id<K>(n: u128) -> Id<K> {
        Id::from_uuid(Uuid::from_u128(n))
    }
    fn content(genres: Vec<GenreId>) -> FilmContent {
        FilmContent {
            title: FilmTitle::parse("Stalker").unwrap(),
            description: None,
            genres,
            country: None,
            release_year: None,
        }
    }
    fn a_film() -> Film {
        Film::add(
            id(1),
            id(2),
            content(vec![id(3), id(3), id(4)]),
            DateTime::UNIX_EPOCH,
        )
    }

    #[test]
    fn a_genre_counts_once() {
        assert_eq!(a_film().content.genres, vec![id(3), id(4)]);
    }

    #[test]
    fn only_the_owner_and_administrators_change_a_film() {
        let film = a_film();
        assert_eq!(film.ensure_editable_by(id(2), Role::User), Ok(()));
        assert_eq!(film.ensure_editable_by(id(9), Role::Admin), Ok(()));
        assert_eq!(
            film.ensure_editable_by(id(9), Role::User),
            Err(NotFilmOwner)
        );
    }

    #[test]
    fn each_change_raises_the_revision() {
        let mut film = a_film();
        film.revise(content(vec![]), DateTime::UNIX_EPOCH);
        assert_eq!(film.revision, 2);
    }

    #[test]
    fn how_a_poster_looks_goes_with_it() {
        let looks = |colour| PosterLooks {
            blurhash: Blurhash::parse("00AAAA").unwrap(),
            colour: HexColor::from_rgb([colour; 3]),
        };
        let mut film = a_film();
        let first = PosterKey::new(film.id, &[1; 32], PictureFormat::Png);
        let second = PosterKey::new(film.id, &[2; 32], PictureFormat::Jpeg);
        assert!(!film.describe_poster(&first, looks(1)));
        film.replace_poster(Some(first.clone()), DateTime::UNIX_EPOCH);
        let revision = film.revision;
        assert!(film.describe_poster(&first, looks(1)));
        assert_eq!(film.revision, revision + 1);
        assert!(!film.describe_poster(&first, looks(1)));
        film.replace_poster(Some(first.clone()), DateTime::UNIX_EPOCH);
        assert_eq!(film.poster_looks, Some(looks(1)));
        film.replace_poster(Some(second), DateTime::UNIX_EPOCH);
        assert_eq!(film.poster_looks, None);
        assert!(!film.describe_poster(&first, looks(2)));
    }

    #[test]
    fn a_replaced_poster_is_handed_back_unless_it_is_the_same_picture() {
        let mut film = a_film();
        let first = PosterKey::new(film.id, &[1; 32], PictureFormat::Png);
        let second = PosterKey::new(film.id, &[2; 32], PictureFormat::Jpeg);
        let now = DateTime::UNIX_EPOCH;
        assert_eq!(film.replace_poster(Some(first.clone()), now), None);
        assert_eq!(film.replace_poster(Some(first.clone()), now), None);
        assert_eq!(film.replace_poster(Some(second.clone()), now), Some(first));
        assert_eq!(film.replace_poster(None, now), Some(second));
    }
}
