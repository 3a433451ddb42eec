//! The films that every installation starts with, which are part of the binary.
//!
//! The files and where they come from are described in `assets/starter/README.md`. Everything has an
//! identifier derived from a name of its own (a film's at IMDb, a genre's slug), so that it is the
//! same in every installation.
use super::folding::{folded, sorting_form, title_key};
use crate::persistence::{
    IntoStoreError, WriteTurns, corrupt,
    dialect::{Turn, take_turn_until_commit},
};
use application::shared::store::{Cause, StoreError};
use chrono::{DateTime, Utc};
use domain::{catalogue::FilmKind, shared::Id};
use flate2::read::GzDecoder;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, SqliteTransactionMode,
    TransactionOptions, TransactionTrait, Value,
    sea_query::{Alias, Expr, OnConflict, Query},
};
use serde::Deserialize;
use std::{
    collections::HashSet,
    io::{BufRead, BufReader},
};
use uuid::Uuid;

const FILMS: &[u8] = include_bytes!("../../../../assets/starter/films.jsonl.gz");
const GENRES: &str = include_str!("../../../../assets/starter/genres.json");
const MOODS: &str = include_str!("../../../../assets/starter/moods.json");
const MIXES: &str = include_str!("../../../../assets/starter/mixes.json");

/// Under which names the identifiers are derived.
const NAMESPACE: Uuid = Uuid::from_u128(0x9d3b_6f0e_51c7_4a52_8e64_f11a_b0b5_7a11);
/// The setting that says which starter catalogue a database holds.
const SETTING: &str = "starter_catalogue";
const VERSION: &str = "1";

/// How far loading has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Films stored so far.
    pub done: usize,
    /// Films in all.
    pub all: usize,
}

#[derive(Deserialize)]
struct StarterFilm {
    title: String,
    year: Option<i32>,
    #[serde(default)]
    genres: Vec<String>,
    #[serde(default)]
    directors: Vec<String>,
    #[serde(default)]
    cast: Vec<String>,
    #[serde(default)]
    countries: Vec<String>,
    runtime_min: Option<i32>,
    wikidata: Option<String>,
    imdb: String,
    wikipedia: Option<String>,
    description: Option<String>,
}

#[derive(Deserialize)]
struct StarterGenre {
    slug: String,
    en: String,
    ru: String,
}

#[derive(Deserialize)]
struct StarterMood {
    slug: String,
    en: String,
    ru: String,
    genres: Vec<String>,
}

#[derive(Deserialize)]
struct StarterMix {
    slug: String,
    en: String,
    ru: String,
    colors: [String; 3],
    films: Vec<String>,
}

/// The identifier of a person of whom nothing but a name is known, so that they are the same person
/// wherever that is so.
pub(super) fn person_named(name: &str) -> Uuid {
    id("person", name)
}

/// The identifier of what has this name in the starter catalogue.
fn id(kind: &str, name: &str) -> Uuid {
    Id::<str>::named(NAMESPACE, &format!("{kind}:{name}")).as_uuid()
}

/// Whether the database holds the starter catalogue.
///
/// # Errors
/// When the database does not answer.
pub async fn is_loaded(connection: &DatabaseConnection) -> Result<bool, StoreError> {
    const READ: &str = "SELECT 1 FROM settings WHERE name = $1";
    let row = crate::persistence::Query::new(READ, [SETTING.into()])
        .one(connection)
        .await?;
    Ok(row.is_some())
}

/// Loads the starter catalogue in one transaction, unless it is there; of several instances that try
/// at once, one does it and the others wait for it. Says whether this one did.
///
/// # Errors
/// When the database fails; nothing has changed then.
pub async fn load(
    connection: &DatabaseConnection,
    turns: &WriteTurns,
    now: DateTime<Utc>,
    progress: impl Fn(Progress) + Send + Sync,
) -> Result<bool, StoreError> {
    let _turn = turns.take().await;
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    let tx = connection
        .begin_with_options(options)
        .await
        .or_store_error()?;
    if !claim(&tx).await? {
        return Ok(false);
    }
    let films = read_films()?;
    let batch = Batch { tx: &tx };
    load_genres(&batch).await?;
    load_moods(&batch).await?;
    load_people(&batch, &films).await?;
    load_films(&batch, &films, now, progress).await?;
    load_mixes(&batch).await?;
    note_changes(&tx).await?;
    tx.commit().await.or_store_error()?;
    Ok(true)
}

/// Tells search indexes that exist already, such as another instance's, of the new films.
async fn note_changes(tx: &DatabaseTransaction) -> Result<(), StoreError> {
    const NOTE: &str = "INSERT INTO film_changes (film_id, changed_at) \
         SELECT id, created_at FROM films";
    take_turn_until_commit(tx, Turn::FilmChanges)
        .await
        .or_store_error()?;
    crate::persistence::Query::new(NOTE, []).change(tx).await?;
    Ok(())
}

/// Notes that the catalogue is there, which only the first of several can do.
async fn claim(tx: &DatabaseTransaction) -> Result<bool, StoreError> {
    let insert = Query::insert()
        .into_table(Alias::new("settings"))
        .columns(["name", "value"].map(Alias::new))
        .values_panic([Expr::value(SETTING), Expr::value(VERSION)])
        .on_conflict(
            OnConflict::column(Alias::new("name"))
                .do_nothing()
                .to_owned(),
        )
        .to_owned();
    let claimed = tx.execute(&insert).await.or_store_error()?;
    Ok(claimed.rows_affected() == 1)
}

fn unreadable(failure: impl Into<Cause>) -> StoreError {
    corrupt("starter catalogue", failure)
}

fn read_films() -> Result<Vec<StarterFilm>, StoreError> {
    BufReader::new(GzDecoder::new(FILMS))
        .lines()
        .map(|line| serde_json::from_str(&line.map_err(unreadable)?).map_err(unreadable))
        .collect()
}

/// Stores many rows with few statements.
struct Batch<'a> {
    tx: &'a DatabaseTransaction,
}

impl Batch<'_> {
    /// Fewer parameters than either database takes in a statement (SQLite: 32,766).
    const MOST_PARAMETERS: usize = 30_000;

    async fn insert<const N: usize>(
        &self,
        table: &str,
        columns: [&str; N],
        rows: Vec<[Value; N]>,
    ) -> Result<(), StoreError> {
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            let mut insert = Query::insert();
            insert
                .into_table(Alias::new(table))
                .columns(columns.map(Alias::new));
            for row in rows.by_ref().take(Self::MOST_PARAMETERS / N) {
                insert.values(row.map(Expr::value)).map_err(unreadable)?;
            }
            self.tx.execute(&insert).await.or_store_error()?;
        }
        Ok(())
    }
}

async fn load_genres(batch: &Batch<'_>) -> Result<(), StoreError> {
    let genres: Vec<StarterGenre> = serde_json::from_str(GENRES).map_err(unreadable)?;
    let rows = genres
        .into_iter()
        .zip(0_i16..)
        .map(|(genre, position)| {
            [
                id("genre", &genre.slug).into(),
                genre.slug.into(),
                genre.en.into(),
                genre.ru.into(),
                position.into(),
            ]
        })
        .collect();
    let columns = ["id", "slug", "name_en", "name_ru", "position"];
    batch.insert("genres", columns, rows).await
}

async fn load_moods(batch: &Batch<'_>) -> Result<(), StoreError> {
    let moods: Vec<StarterMood> = serde_json::from_str(MOODS).map_err(unreadable)?;
    let mut tied = Vec::new();
    let mut rows = Vec::new();
    for (mood, position) in moods.into_iter().zip(0_i16..) {
        let mood_id = id("mood", &mood.slug);
        for genre in &mood.genres {
            tied.push([mood_id.into(), id("genre", genre).into()]);
        }
        rows.push([
            mood_id.into(),
            mood.slug.into(),
            mood.en.into(),
            mood.ru.into(),
            position.into(),
        ]);
    }
    let columns = ["id", "slug", "name_en", "name_ru", "position"];
    batch.insert("moods", columns, rows).await?;
    batch
        .insert("mood_genres", ["mood_id", "genre_id"], tied)
        .await
}

/// People are told apart by name only; the sources tell no more.
async fn load_people(batch: &Batch<'_>, films: &[StarterFilm]) -> Result<(), StoreError> {
    let mut seen = HashSet::new();
    let rows = films
        .iter()
        .flat_map(|film| film.directors.iter().chain(&film.cast))
        .filter(|name| seen.insert(name.as_str()))
        .map(|name| {
            [
                id("person", name).into(),
                name.as_str().into(),
                folded(name).into(),
            ]
        })
        .collect();
    batch.insert("people", ["id", "name", "folded"], rows).await
}

async fn load_films(
    batch: &Batch<'_>,
    films: &[StarterFilm],
    now: DateTime<Utc>,
    progress: impl Fn(Progress),
) -> Result<(), StoreError> {
    const AT_ONCE: usize = 1_000;
    let mut done = 0;
    progress(Progress {
        done,
        all: films.len(),
    });
    for chunk in films.chunks(AT_ONCE) {
        let rows = chunk.iter().map(|film| film_row(film, now)).collect();
        batch.insert("films", FILM_COLUMNS, rows).await?;
        load_film_parts(batch, chunk).await?;
        done += chunk.len();
        progress(Progress {
            done,
            all: films.len(),
        });
    }
    Ok(())
}

const FILM_COLUMNS: [&str; 16] = [
    "id",
    "title",
    "sort_title",
    "title_key",
    "description",
    "kind",
    "country",
    "release_year",
    "sort_year",
    "runtime_minutes",
    "text_source",
    "text_url",
    "text_licence",
    "revision",
    "created_at",
    "updated_at",
];

fn film_row(film: &StarterFilm, now: DateTime<Utc>) -> [Value; 16] {
    let has_text = film.description.is_some();
    let page = film
        .wikipedia
        .as_ref()
        .map(|page| format!("https://en.wikipedia.org/wiki/{page}"));
    [
        id("film", &film.imdb).into(),
        film.title.as_str().into(),
        sorting_form(&film.title).into(),
        title_key(&film.title).into(),
        film.description.clone().unwrap_or_default().into(),
        FilmKind::Movie.name().into(),
        film.countries.first().cloned().into(),
        film.year.into(),
        film.year.unwrap_or_default().into(),
        film.runtime_min.into(),
        has_text.then_some("Wikipedia").into(),
        page.filter(|_| has_text).into(),
        has_text.then_some("CC BY-SA 4.0").into(),
        1_i64.into(),
        now.into(),
        now.into(),
    ]
}

async fn load_film_parts(batch: &Batch<'_>, films: &[StarterFilm]) -> Result<(), StoreError> {
    let (mut genres, mut countries, mut people, mut names) = (vec![], vec![], vec![], vec![]);
    for film in films {
        let film_id = id("film", &film.imdb);
        for (genre, position) in film.genres.iter().zip(0_i16..) {
            genres.push([film_id.into(), id("genre", genre).into(), position.into()]);
        }
        for (name, position) in film.countries.iter().zip(0_i16..) {
            let name: &str = name;
            countries.push([
                film_id.into(),
                position.into(),
                name.into(),
                folded(name).into(),
            ]);
        }
        for (role, credits) in [("director", &film.directors), ("cast", &film.cast)] {
            for (name, position) in credits.iter().zip(0_i16..) {
                people.push([
                    film_id.into(),
                    role.into(),
                    position.into(),
                    id("person", name).into(),
                ]);
            }
        }
        names.push(["imdb".into(), film.imdb.as_str().into(), film_id.into()]);
        if let Some(wikidata) = &film.wikidata {
            names.push(["wikidata".into(), wikidata.as_str().into(), film_id.into()]);
        }
    }
    batch
        .insert("film_genres", ["film_id", "genre_id", "position"], genres)
        .await?;
    let columns = ["film_id", "position", "name", "folded"];
    batch.insert("film_countries", columns, countries).await?;
    let columns = ["film_id", "role", "position", "person_id"];
    batch.insert("film_people", columns, people).await?;
    batch
        .insert("film_external_ids", ["source", "value", "film_id"], names)
        .await
}

async fn load_mixes(batch: &Batch<'_>) -> Result<(), StoreError> {
    let mixes: Vec<StarterMix> = serde_json::from_str(MIXES).map_err(unreadable)?;
    let (mut rows, mut films) = (vec![], vec![]);
    for (mix, position) in mixes.into_iter().zip(0_i16..) {
        let mix_id = id("mix", &mix.slug);
        for (imdb, place) in mix.films.iter().zip(0_i16..) {
            films.push([mix_id.into(), place.into(), id("film", imdb).into()]);
        }
        let [first, second, third] = mix.colors;
        rows.push([
            mix_id.into(),
            mix.slug.into(),
            mix.en.into(),
            mix.ru.into(),
            first.into(),
            second.into(),
            third.into(),
            "model".into(),
            position.into(),
        ]);
    }
    let columns = [
        "id",
        "slug",
        "title_en",
        "title_ru",
        "color1",
        "color2",
        "color3",
        "colors_due",
        "position",
    ];
    batch.insert("mixes", columns, rows).await?;
    batch
        .insert("mix_films", ["mix_id", "position", "film_id"], films)
        .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    #[test]
    fn every_film_can_be_read_and_is_there_once() {
        let films = read_films().unwrap();
        let names: HashSet<_> = films.iter().map(|film| film.imdb.as_str()).collect();
        assert_eq!(names.len(), films.len());
        assert!(films.len() > 7_900);
        let by_imdb: HashMap<_, _> = films
            .iter()
            .map(|film| (film.imdb.as_str(), film))
            .collect();
        let mixes: Vec<StarterMix> = serde_json::from_str(MIXES).unwrap();
        assert!(mixes.len() >= 19);
        for mix in mixes {
            assert!((10..=30).contains(&mix.films.len()), "{}", mix.slug);
            assert!(
                mix.films
                    .iter()
                    .all(|film| by_imdb.contains_key(film.as_str()))
            );
        }
    }

    #[test]
    fn identifiers_are_the_same_in_every_installation() {
        assert_eq!(
            id("film", "tt0133093").to_string(),
            "fec84fb7-e717-5697-adba-41764d63774f"
        );
        assert_ne!(id("film", "x"), id("genre", "x"));
    }
}
