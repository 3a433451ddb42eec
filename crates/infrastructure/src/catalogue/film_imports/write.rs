//! Films are stored as an import leaves them. However many they are, it takes as many statements.
use super::people::People;
use crate::{
    catalogue::folding::{folded, sorting_form, title_key},
    persistence::{Query, in_list, insert_rows},
};
use application::{
    catalogue::imports::ports::{Fate, ImportedFilm},
    shared::store::StoreError,
};
use chrono::{DateTime, Utc};
use domain::catalogue::{
    CreditRole, ExternalRef, ExternalSource, FilmTitle, KnownFilm, Learned, ReleaseYear, Said,
};
use sea_orm::{DatabaseTransaction, Value};
use std::{
    collections::{HashMap, HashSet},
    hash::Hash,
};
use uuid::Uuid;

/// Stores films; the people among them are added first.
pub(super) async fn films(
    tx: &DatabaseTransaction,
    films: &[ImportedFilm],
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let changed: Vec<&ImportedFilm> = films.iter().filter(|film| film.fate.is_seen()).collect();
    let all: Vec<&KnownFilm> = films.iter().map(|imported| &imported.film).collect();
    upsert(tx, films, at).await?;
    forget(tx, &["film_provenance", "film_ratings_elsewhere"], &all).await?;
    add_provenance(tx, &all).await?;
    add_ratings(tx, &all).await?;
    if changed.is_empty() {
        return Ok(());
    }
    let people = People::settle(tx, &changed).await?;
    let changed: Vec<&KnownFilm> = changed.iter().map(|imported| &imported.film).collect();
    forget(tx, &PARTS, &changed).await?;
    add_genres(tx, &changed).await?;
    add_countries(tx, &changed).await?;
    add_people(tx, &changed, &people).await?;
    add_names(tx, &changed).await?;
    let titles = said(&changed, |film| &film.other_titles, FilmTitle::as_str);
    let head = "INSERT INTO film_titles (film_id, position, source, title) VALUES";
    insert_rows(tx, head, titles, "").await?;
    let keywords = said(&changed, |film| &film.keywords, |word| cut(word, 128));
    let head = "INSERT INTO film_keywords (film_id, position, source, word) VALUES";
    insert_rows(tx, head, keywords, "").await?;
    Ok(())
}

const PARTS: [&str; 6] = [
    "film_genres",
    "film_countries",
    "film_people",
    "film_external_ids",
    "film_titles",
    "film_keywords",
];

/// A row that is there keeps its owner, its poster and when it was added. Its revision grows where a
/// reader sees something else: a new row has revision 1, one that stays as it was is given 1 too and
/// one that is seen to change 2, and one less than that is added to what is there.
async fn upsert(
    tx: &DatabaseTransaction,
    films: &[ImportedFilm],
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    const HEAD: &str = "INSERT INTO films (id, title, sort_title, title_key, original_title, \
         original_key, told_by, description, text_source, text_url, text_licence, kind, country, \
         release_year, sort_year, runtime_minutes, poster_source, poster_url, tmdb_id, popularity, \
         refreshed_at, asked_at, revision, created_at, updated_at) VALUES";
    const TAIL: &str = "ON CONFLICT (id) DO UPDATE SET title = excluded.title, \
         sort_title = excluded.sort_title, title_key = excluded.title_key, \
         original_title = excluded.original_title, original_key = excluded.original_key, \
         told_by = excluded.told_by, description = excluded.description, \
         text_source = excluded.text_source, text_url = excluded.text_url, \
         text_licence = excluded.text_licence, kind = excluded.kind, country = excluded.country, \
         release_year = excluded.release_year, sort_year = excluded.sort_year, \
         runtime_minutes = excluded.runtime_minutes, poster_source = excluded.poster_source, \
         poster_url = excluded.poster_url, tmdb_id = excluded.tmdb_id, \
         popularity = excluded.popularity, refreshed_at = excluded.refreshed_at, \
         asked_at = CASE WHEN films.asked_at IS NULL OR excluded.asked_at > films.asked_at \
             THEN excluded.asked_at ELSE films.asked_at END, \
         revision = films.revision + excluded.revision - 1, \
         updated_at = CASE WHEN excluded.revision > 1 THEN excluded.updated_at \
             ELSE films.updated_at END";
    let rows = films.iter().map(|imported| row(imported, at)).collect();
    insert_rows(tx, HEAD, rows, TAIL).await?;
    Ok(())
}

fn row(imported: &ImportedFilm, at: DateTime<Utc>) -> [Value; 25] {
    let film = &imported.film;
    let step: i64 = match imported.fate {
        Fate::Known(Learned::Facts) => 2,
        Fate::New | Fate::Known(Learned::Figures | Learned::Nothing) => 1,
    };
    let title = film.title.as_str();
    let original = film.original_title.as_ref().map(FilmTitle::as_str);
    let text = film.description.as_ref();
    let origin = text.and_then(|text| text.origin.as_ref());
    let year = film.year.map(ReleaseYear::get);
    let poster = film.poster.as_ref();
    [
        film.id.as_uuid().into(),
        title.into(),
        sorting_form(title).into(),
        title_key(title).into(),
        original.map(str::to_owned).into(),
        original.map(title_key).into(),
        film.told_by.map(|source| source.name().to_owned()).into(),
        text.map(|text| text.text.as_str().to_owned())
            .unwrap_or_default()
            .into(),
        origin.map(|origin| origin.name.clone()).into(),
        origin.and_then(|origin| origin.url.clone()).into(),
        origin.and_then(|origin| origin.terms.clone()).into(),
        film.kind.name().into(),
        film.countries
            .first()
            .map(|country| country.as_str().to_owned())
            .into(),
        year.into(),
        year.unwrap_or_default().into(),
        film.runtime_minutes.map(i32::from).into(),
        poster.map(|poster| poster.by.name().to_owned()).into(),
        poster.map(|poster| poster.what.as_str().to_owned()).into(),
        tmdb_number(film).into(),
        film.popularity.into(),
        film.refreshed_at.into(),
        // To be told everything is to have been asked.
        film.refreshed_at.into(),
        step.into(),
        at.into(),
        at.into(),
    ]
}

fn tmdb_number(film: &KnownFilm) -> Option<i64> {
    let mut names = film.refs.iter();
    let name = names.find(|name| name.source() == ExternalSource::Tmdb)?;
    name.value().parse().ok()
}

/// Forgets what these tables hold of films.
async fn forget(
    tx: &DatabaseTransaction,
    tables: &[&str],
    films: &[&KnownFilm],
) -> Result<(), StoreError> {
    let ids: Vec<Uuid> = films.iter().map(|film| film.id.as_uuid()).collect();
    let (places, values) = in_list(1, &ids);
    for table in tables {
        let sql = format!("DELETE FROM {table} WHERE film_id IN ({places})");
        Query::new(&sql, values.clone()).change(tx).await?;
    }
    Ok(())
}

async fn add_provenance(tx: &DatabaseTransaction, films: &[&KnownFilm]) -> Result<(), StoreError> {
    let rows = films.iter().flat_map(|film| {
        film.provenance.iter().map(|told| {
            [
                told.at.source().name().into(),
                told.at.id().into(),
                film.id.as_uuid().into(),
                told.fetched_at.into(),
                told.at.source().terms().into(),
                told.depth.name().into(),
            ]
        })
    });
    let head = "INSERT INTO film_provenance (source, source_id, film_id, fetched_at, terms, depth) \
         VALUES";
    insert_rows(tx, head, rows.collect(), "").await?;
    Ok(())
}

async fn add_ratings(tx: &DatabaseTransaction, films: &[&KnownFilm]) -> Result<(), StoreError> {
    let rows = films.iter().flat_map(|film| {
        film.ratings.iter().map(|(source, rating)| {
            [
                film.id.as_uuid().into(),
                source.name().into(),
                rating.mean().into(),
                i64::from(rating.votes()).into(),
            ]
        })
    });
    let head = "INSERT INTO film_ratings_elsewhere (film_id, source, mean, votes) VALUES";
    insert_rows(tx, head, rows.collect(), "").await?;
    Ok(())
}

/// Genres that are gone since they were looked at are left out.
async fn add_genres(tx: &DatabaseTransaction, films: &[&KnownFilm]) -> Result<(), StoreError> {
    let slugs: HashSet<&str> = films
        .iter()
        .flat_map(|film| &film.genres)
        .map(domain::catalogue::GenreSlug::as_str)
        .collect();
    if slugs.is_empty() {
        return Ok(());
    }
    let slugs: Vec<&str> = slugs.into_iter().collect();
    let (places, values) = in_list(1, &slugs);
    let sql = format!("SELECT slug, id FROM genres WHERE slug IN ({places})");
    let mut ids: HashMap<String, Uuid> = HashMap::new();
    for row in Query::new(&sql, values).all(tx).await? {
        ids.insert(row.get(0)?, row.get(1)?);
    }
    let rows = films.iter().flat_map(|film| {
        let genres = once(film.genres.iter().filter_map(|slug| ids.get(slug.as_str())));
        let genres = genres.into_iter().zip(0_i16..);
        genres.map(|(genre, position)| [film.id.as_uuid().into(), (*genre).into(), position.into()])
    });
    let head = "INSERT INTO film_genres (film_id, genre_id, position) VALUES";
    insert_rows(tx, head, rows.collect(), "").await?;
    Ok(())
}

async fn add_countries(tx: &DatabaseTransaction, films: &[&KnownFilm]) -> Result<(), StoreError> {
    let rows = films.iter().flat_map(|film| {
        film.countries.iter().zip(0_i16..).map(|(name, position)| {
            let name = name.as_str();
            [
                film.id.as_uuid().into(),
                position.into(),
                name.into(),
                cut(&folded(name), 128).into(),
            ]
        })
    });
    let head = "INSERT INTO film_countries (film_id, position, name, folded) VALUES";
    insert_rows(tx, head, rows.collect(), "").await?;
    Ok(())
}

async fn add_people(
    tx: &DatabaseTransaction,
    films: &[&KnownFilm],
    people: &People,
) -> Result<(), StoreError> {
    let mut rows = Vec::new();
    for film in films {
        for role in [CreditRole::Director, CreditRole::Cast] {
            let those = film.people.iter().filter(|person| person.role == role);
            let those = once(those.map(|person| people.id_of(person)));
            for (person, position) in those.into_iter().zip(0_i16..) {
                rows.push([
                    film.id.as_uuid().into(),
                    role_name(role).into(),
                    position.into(),
                    person.into(),
                ]);
            }
        }
    }
    let head = "INSERT INTO film_people (film_id, role, position, person_id) VALUES";
    insert_rows(tx, head, rows, "").await?;
    Ok(())
}

const fn role_name(role: CreditRole) -> &'static str {
    match role {
        CreditRole::Director => "director",
        CreditRole::Cast => "cast",
    }
}

/// The number at TMDB is a column of the film.
async fn add_names(tx: &DatabaseTransaction, films: &[&KnownFilm]) -> Result<(), StoreError> {
    let is_row = |name: &&ExternalRef| name.source() != ExternalSource::Tmdb;
    let rows = films.iter().flat_map(|film| {
        film.refs.iter().filter(is_row).map(|name| {
            [
                name.source().name().into(),
                name.value().into(),
                film.id.as_uuid().into(),
            ]
        })
    });
    let head = "INSERT INTO film_external_ids (source, value, film_id) VALUES";
    insert_rows(tx, head, rows.collect(), "").await?;
    Ok(())
}

fn said<'a, T: 'a, W: Into<Value>>(
    films: &[&'a KnownFilm],
    all: impl Fn(&'a KnownFilm) -> &'a Vec<Said<T>>,
    word: impl Fn(&'a T) -> W,
) -> Vec<[Value; 4]> {
    let mut rows = Vec::new();
    for film in films {
        for (said, position) in all(film).iter().zip(0_i16..) {
            rows.push([
                film.id.as_uuid().into(),
                position.into(),
                said.by.name().into(),
                word(&said.what).into(),
            ]);
        }
    }
    rows
}

/// Each once, where it is first.
fn once<T: Copy + Eq + Hash>(all: impl Iterator<Item = T>) -> Vec<T> {
    let mut seen = HashSet::new();
    all.filter(|each| seen.insert(*each)).collect()
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}
