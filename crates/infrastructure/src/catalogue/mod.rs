//! Films, genres and moods in the database; posters; the search index; the starter catalogue.
mod film_cards;
mod film_country_row;
mod film_genre_row;
pub mod film_index;
mod film_list;
mod film_queries;
mod film_repository;
mod film_row;
mod flags;
mod folding;
mod obsolete_poster_repository;
mod obsolete_poster_row;
pub mod starter_catalogue;
mod vocabulary;

pub use film_cards::{CachedFilmCards, CachedFilmCardsParameters, FilmCardCache, FilmCards, Seen};
pub use film_queries::SqlFilmQueries;
pub(crate) use flags::{FLAG_COLUMNS, FLAG_JOINS, FlagReader, flag_lists};
pub(crate) use vocabulary::{FRESH_FOR, shared_failure};
pub use vocabulary::{SqlVocabulary, SqlVocabularyParameters, VocabularyCache};
