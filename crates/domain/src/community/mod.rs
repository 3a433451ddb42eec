//! Communities: people elsewhere of whom nothing is known but how they rated films.
//!
//! A community is read from files of ratings, whole or not at all as far as anybody can see: it counts
//! once an import of it has come to its end. Its raters are numbers that mean nothing outside it.
mod listed_film;
mod name;
mod raters;
mod recognition;

pub use listed_film::ListedFilm;
pub use name::{CommunityName, InvalidCommunityName};
pub use raters::{Community, CommunityId, CommunityRating, FilesDigest, NotADigest, Start};
pub use recognition::{Candidate, recognise};
