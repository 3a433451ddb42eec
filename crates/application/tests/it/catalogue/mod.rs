//! Films, their posters, genres and moods.
mod fetch_poster;
mod films;
mod images;
mod imports;
mod posters;
mod reading;
mod sources;
mod vocabulary;
