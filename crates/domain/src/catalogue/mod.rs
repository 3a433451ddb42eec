//! The films that can be found, and what is known of them.
//!
//! A film belongs to the catalogue (nobody owns it) or to the user who added it. Only its owner, or
//! an administrator, changes it. Genres and moods are a fixed vocabulary; a mood stands for the genres
//! it is tied to.
mod external_ref;
mod film;
mod fusion;
mod genre;
mod guess;
mod kind;
mod known_film;
mod matching;
mod meaning;
mod poster;
mod poster_image;
mod poster_looks;
mod release_year;
mod sourced;
mod terms;
mod titles;

pub use external_ref::{ExternalRef, ExternalSource, InvalidExternalRef, TmdbId, UnknownSource};
pub use film::{
    CountryName, Film, FilmContent, FilmDescription, FilmId, FilmTitle, NotFilmOwner, Person,
    PersonId, PersonName, ensure_editable,
};
pub use fusion::{Vote, fuse, votes};
pub use genre::{Genre, GenreId, GenreSlug, InvalidGenreSlug, Mood, MoodId};
pub use guess::{Confidence, FilmGuess};
pub use kind::{FilmKind, UnknownFilmKind};
pub use known_film::{KnownFilm, KnownPerson, KnownText, Learned, Provenance, Said, TextOrigin};
pub use matching::{Evidence, evidence, find_same};
pub use meaning::{Meaning, nearest};
pub use poster::{InvalidPosterKey, PictureFormat, PosterKey};
pub use poster_image::{ImageFormat, ImageSize, PosterImage, ShownPoster, UnknownImageSize};
pub use poster_looks::{Blurhash, InvalidBlurhash, PosterLooks, dominant_colour};
pub use release_year::{ReleaseYear, YearOutOfRange};
pub use sourced::{
    CreditRole, Depth, InvalidPosterUrl, InvalidSourceRef, PosterUrl, SourceName, SourceRating,
    SourceRef, SourcedFilm, SourcedPerson, SourcedText, UnknownSourceName,
};
pub use titles::comparable;
