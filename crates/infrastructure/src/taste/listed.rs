//! Pages of films with what their user told of each.
//!
//! A statement reads [`SEEN_COLUMNS`] and then its own; the lists of its user are its first three
//! parameters.
use crate::{
    catalogue::{FLAG_COLUMNS, FilmCards, FlagReader, Seen},
    persistence::Row,
};
use application::{
    catalogue::views::FlaggedFilm,
    shared::{
        page::{Page, PageSize},
        store::StoreError,
    },
};
use domain::{catalogue::FilmId, shared::Id};
use std::{collections::HashMap, sync::LazyLock};

/// The columns of `films f`, joined to its flags, by which a row tells of a film.
pub(super) static SEEN_COLUMNS: LazyLock<String> =
    LazyLock::new(|| format!("f.id, f.revision, {FLAG_COLUMNS}"));
/// How many they are.
pub(super) const SEEN_WIDTH: usize = 5;

/// Reads which film a row tells of.
pub(super) fn read_seen(row: &Row) -> Result<Seen, StoreError> {
    Ok(Seen {
        film: Id::from_uuid(row.get(0)?),
        revision: row.get(1)?,
        flags: FlagReader { first: 2 }.read(row)?,
    })
}

/// Makes a page of rows, of which there is one more where there are more, and puts cards to it. Films
/// that are gone by then are left out.
pub(super) async fn page<T, K>(
    cards: &dyn FilmCards,
    rows: Vec<(Seen, T)>,
    size: PageSize,
    key: impl Fn(FilmId, &T) -> K,
) -> Result<Page<(FlaggedFilm, T), K>, StoreError> {
    let Page { items, next } =
        Page::from_overfetched(rows, size, |(seen, told)| key(seen.film, told));
    let mut told = Vec::with_capacity(items.len());
    let mut seen = Vec::with_capacity(items.len());
    for (film, of_film) in items {
        told.push((film.film, of_film));
        seen.push(film);
    }
    let films: HashMap<FilmId, FlaggedFilm> = cards
        .complete(seen)
        .await?
        .into_iter()
        .map(|film| (film.card.id, film))
        .collect();
    // A diary may tell of one film several times.
    let found = told
        .into_iter()
        .filter_map(|(film, told)| Some((films.get(&film)?.clone(), told)));
    Ok(Page {
        items: found.collect(),
        next,
    })
}
