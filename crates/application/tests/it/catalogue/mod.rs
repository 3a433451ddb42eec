//! Films, their posters, genres and moods.
mod films;
mod images;
mod posters;
mod reading;
mod sources;
mod vocabulary;
