//! A database of films in memory.
use application::shared::store::StoreError;
use async_trait::async_trait;
use domain::catalogue::FilmId;
use flate2::read::GzDecoder;
use infrastructure::catalogue::film_index::{FilmDocument, FilmFeed};
use serde::Deserialize;
use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufRead, BufReader},
    ops::Bound,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
};
use uuid::Uuid;

/// Films and changes, which tests make as they like.
pub struct MemoryFeed {
    catalogue: Uuid,
    films: Mutex<BTreeMap<FilmId, FilmDocument>>,
    changes: Mutex<BTreeMap<i64, FilmId>>,
    panics: AtomicBool,
}

impl MemoryFeed {
    pub fn new(catalogue: u128, films: Vec<FilmDocument>) -> Self {
        Self {
            catalogue: Uuid::from_u128(catalogue),
            films: Mutex::new(films.into_iter().map(|film| (film.id, film)).collect()),
            changes: Mutex::default(),
            panics: AtomicBool::new(false),
        }
    }

    /// Adds or changes a film, as the next change.
    pub fn put(&self, film: FilmDocument) {
        let number = self
            .changes
            .lock()
            .unwrap()
            .last_key_value()
            .map_or(1, |last| last.0 + 1);
        self.put_as(number, film);
    }

    /// Adds or changes a film, as the change with this number.
    pub fn put_as(&self, number: i64, film: FilmDocument) {
        self.changes.lock().unwrap().insert(number, film.id);
        self.films.lock().unwrap().insert(film.id, film);
    }

    pub fn remove(&self, film: FilmId) {
        let mut changes = self.changes.lock().unwrap();
        let number = changes.last_key_value().map_or(1, |last| last.0 + 1);
        changes.insert(number, film);
        self.films.lock().unwrap().remove(&film);
    }

    /// Forgets all changes but the newest.
    pub fn forget_changes(&self) {
        let mut changes = self.changes.lock().unwrap();
        let newest = changes.pop_last();
        changes.clear();
        changes.extend(newest);
    }

    /// Changes a film without noting that it has changed.
    pub fn put_silently(&self, film: FilmDocument) {
        self.films.lock().unwrap().insert(film.id, film);
    }

    pub fn title(&self, film: FilmId) -> String {
        let films = self.films.lock().unwrap();
        films.get(&film).map_or_else(
            || "a film that is gone".to_owned(),
            |film| format!("{} ({})", film.title, film.year.unwrap_or_default()),
        )
    }

    /// From now on, or no longer, reading changes panics.
    pub fn set_panicking(&self, panics: bool) {
        self.panics.store(panics, Ordering::SeqCst);
    }
}

#[async_trait]
impl FilmFeed for MemoryFeed {
    async fn catalogue_id(&self) -> Result<Uuid, StoreError> {
        Ok(self.catalogue)
    }

    async fn newest_change(&self) -> Result<i64, StoreError> {
        let changes = self.changes.lock().unwrap();
        Ok(changes.last_key_value().map_or(0, |(number, _)| *number))
    }

    async fn changes_after(&self, after: i64, most: u32) -> Result<Vec<(i64, FilmId)>, StoreError> {
        assert!(!self.panics.load(Ordering::SeqCst), "as asked for");
        let changes = self.changes.lock().unwrap();
        Ok(changes
            .range((Bound::Excluded(after), Bound::Unbounded))
            .take(most as usize)
            .map(|(number, film)| (*number, *film))
            .collect())
    }

    async fn documents(&self, films: &[FilmId]) -> Result<Vec<FilmDocument>, StoreError> {
        let stored = self.films.lock().unwrap();
        Ok(films
            .iter()
            .filter_map(|film| stored.get(film).cloned())
            .collect())
    }

    async fn documents_after(
        &self,
        after: Option<FilmId>,
        most: u32,
    ) -> Result<Vec<FilmDocument>, StoreError> {
        let films = self.films.lock().unwrap();
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        Ok(films
            .range((from, Bound::Unbounded))
            .take(most as usize)
            .map(|(_, film)| film.clone())
            .collect())
    }
}

/// A film of which only a title and a year are known.
pub fn a_film(number: u128, title: &str, year: u16) -> FilmDocument {
    FilmDocument {
        id: FilmId::from_uuid(Uuid::from_u128(number)),
        title: title.to_owned(),
        alternative_titles: Vec::new(),
        description: String::new(),
        year: Some(year),
        directors: Vec::new(),
        cast: Vec::new(),
        genres: Vec::new(),
        countries: Vec::new(),
        keywords: Vec::new(),
    }
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct StarterFilm {
    title: String,
    year: u16,
    genres: Vec<String>,
    directors: Vec<String>,
    cast: Vec<String>,
    countries: Vec<String>,
    description: String,
    imdb: String,
}

/// The films of the starter catalogue; a film's number is that of the Internet Movie Database.
pub fn starter_films() -> Vec<FilmDocument> {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../assets/starter/films.jsonl.gz"
    );
    let lines = BufReader::new(GzDecoder::new(File::open(path).unwrap())).lines();
    lines
        .map(|line| {
            let film: StarterFilm = serde_json::from_str(&line.unwrap()).unwrap();
            FilmDocument {
                description: film.description,
                directors: film.directors,
                cast: film.cast,
                genres: film.genres,
                countries: film.countries,
                ..a_film(
                    film.imdb.trim_start_matches("tt").parse().unwrap(),
                    &film.title,
                    film.year,
                )
            }
        })
        .collect()
}
