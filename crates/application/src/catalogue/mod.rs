//! Films: found, shown, added, changed, given posters; and the genres and moods to browse them by.
pub mod create_film;
pub mod embed_films;
pub mod fetch_poster;
pub mod find_by_title;
pub mod imports;
pub mod list_films;
pub mod make_images;
pub mod ports;
pub mod posters;
pub mod search_films;
pub mod show_film;
pub mod show_image;
pub mod sources;
pub mod update_film;
pub mod views;
pub mod vocabulary;
