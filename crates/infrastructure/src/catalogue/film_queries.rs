//! Reads of films.
use super::{
    FLAG_COLUMNS, FLAG_JOINS, FilmCards, FlagReader,
    film_cards::{CARD_COLUMNS, CARD_WIDTH, Seen, read_card},
    film_list, flag_lists,
};
use crate::persistence::{Database, Query, Row, corrupt, in_list};
use application::{
    catalogue::{
        ports::{FilmFilter, FilmKey, FilmOrder, FilmQueries},
        views::{Attribution, Credit, FilmDetails, FlaggedFilm, RatingElsewhere, ToldBy},
    },
    shared::{
        page::{Page, PageRequest},
        store::StoreError,
    },
};
use async_trait::async_trait;
use domain::{
    catalogue::{FilmId, SourceName, SourceRating, SourceRef, UnknownFilmKind, UnknownSourceName},
    identity::UserId,
    shared::Id,
    taste::Opinion,
};
use shaku::Component;
use std::{
    collections::HashMap,
    sync::{Arc, LazyLock},
};
use uuid::Uuid;

static SHOW_CARD: LazyLock<String> = LazyLock::new(|| {
    format!("SELECT {CARD_COLUMNS}, {FLAG_COLUMNS} FROM films f {FLAG_JOINS} WHERE f.id = $4")
});
static SHOW_FLAGS: LazyLock<String> = LazyLock::new(|| {
    format!("SELECT f.revision, {FLAG_COLUMNS} FROM films f {FLAG_JOINS} WHERE f.id = $4")
});
/// What most parts of a film do not have.
const NONE: &str = "CAST(NULL AS uuid), '', NULL, NULL, NULL";
/// One row for each part of the film, and one at the least.
static SHOW_DETAILS: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT {CARD_COLUMNS}, {FLAG_COLUMNS}, \
             f.kind, f.runtime_minutes, f.text_source, f.text_url, f.text_licence, \
             f.created_at, f.updated_at, f.original_title, part.what, part.name, part.id, \
             part.place, part.mean, part.votes, part.at \
         FROM films f {FLAG_JOINS} \
         LEFT JOIN ( \
             SELECT film_id, 'genre' AS what, position, '' AS name, genre_id AS id, '' AS place, \
                 CAST(NULL AS double precision) AS mean, CAST(NULL AS bigint) AS votes, \
                 CAST(NULL AS timestamp with time zone) AS at \
                 FROM film_genres WHERE film_id = $4 \
             UNION ALL SELECT film_id, 'country', position, name, {NONE} \
                 FROM film_countries WHERE film_id = $4 \
             UNION ALL SELECT c.film_id, c.role, c.position, p.name, p.id, '', NULL, NULL, NULL \
                 FROM film_people c JOIN people p ON p.id = c.person_id WHERE c.film_id = $4 \
             UNION ALL SELECT film_id, 'title', position, title, {NONE} \
                 FROM film_titles WHERE film_id = $4 \
             UNION ALL SELECT film_id, 'rating', 0, source, CAST(NULL AS uuid), '', mean, votes, NULL \
                 FROM film_ratings_elsewhere WHERE film_id = $4 \
             UNION ALL SELECT film_id, 'users', 0, '', CAST(NULL AS uuid), '', \
                 AVG(CAST(value AS double precision)), COUNT(*), NULL \
                 FROM film_ratings WHERE film_id = $4 GROUP BY film_id \
             UNION ALL SELECT film_id, 'communities', 0, '', CAST(NULL AS uuid), '', \
                 CAST(SUM(total) AS double precision) / SUM(ratings), \
                 CAST(SUM(ratings) AS bigint), NULL \
                 FROM community_film_totals WHERE film_id = $4 GROUP BY film_id \
             UNION ALL SELECT film_id, 'told', 0, source, CAST(NULL AS uuid), source_id, NULL, NULL, \
                 fetched_at FROM film_provenance WHERE film_id = $4 \
             UNION ALL SELECT film_id, source, 0, value, {NONE} \
                 FROM film_external_ids WHERE film_id = $4 \
         ) part ON part.film_id = f.id \
         WHERE f.id = $4 \
         ORDER BY part.what, part.position, part.name"
    )
});
const FLAGS_AFTER_CARD: FlagReader = FlagReader { first: CARD_WIDTH };
const AFTER_FLAGS: usize = CARD_WIDTH + 3;

/// Reads from the pool, with what every viewer sees alike from memory.
#[derive(Component)]
#[shaku(interface = FilmQueries)]
pub struct SqlFilmQueries {
    #[shaku(inject)]
    database: Arc<dyn Database>,
    #[shaku(inject)]
    cards: Arc<dyn FilmCards>,
}

#[async_trait]
impl FilmQueries for SqlFilmQueries {
    async fn show(
        &self,
        film: FilmId,
        viewer: Option<UserId>,
    ) -> Result<Option<FlaggedFilm>, StoreError> {
        let [liked, wish, watched] = flag_lists(viewer);
        let values = [liked, wish, watched, film.as_uuid().into()];
        let connection = self.database.connection();
        if self.cards.peek(film).is_none() {
            let row = Query::new(&SHOW_CARD, values).one(connection).await?;
            return row.map(|row| self.flagged(&row)).transpose();
        }
        let Some(row) = Query::new(&SHOW_FLAGS, values).one(connection).await? else {
            return Ok(None);
        };
        let flags = FlagReader { first: 1 }.read(&row)?;
        let seen = Seen {
            film,
            revision: row.get(0)?,
            flags,
        };
        Ok(self.cards.complete(vec![seen]).await?.pop())
    }

    async fn show_many(
        &self,
        films: &[FilmId],
        viewer: Option<UserId>,
    ) -> Result<Vec<FlaggedFilm>, StoreError> {
        if films.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<Uuid> = films.iter().map(|film| film.as_uuid()).collect();
        let (places, members) = in_list(4, &ids);
        let mut values = flag_lists(viewer).to_vec();
        values.extend(members);
        let all_known = films.iter().all(|film| self.cards.peek(*film).is_some());
        let columns = if all_known {
            "f.id, f.revision"
        } else {
            CARD_COLUMNS
        };
        let sql = format!(
            "SELECT {columns}, {FLAG_COLUMNS} FROM films f {FLAG_JOINS} WHERE f.id IN ({places})"
        );
        let rows = Query::new(&sql, values)
            .all(self.database.connection())
            .await?;
        let mut found = HashMap::with_capacity(rows.len());
        if all_known {
            let seen = rows.iter().map(seen).collect::<Result<_, _>>()?;
            for film in self.cards.complete(seen).await? {
                found.insert(film.card.id, film);
            }
        } else {
            for row in &rows {
                let film = self.flagged(row)?;
                found.insert(film.card.id, film);
            }
        }
        Ok(films.iter().filter_map(|film| found.remove(film)).collect())
    }

    async fn list(
        &self,
        filter: &FilmFilter,
        order: FilmOrder,
        page: &PageRequest<FilmKey>,
        viewer: Option<UserId>,
    ) -> Result<Page<FlaggedFilm, FilmKey>, StoreError> {
        let (sql, values) = film_list::statement(filter, order, page, viewer);
        let rows = Query::new(&sql, values)
            .all(self.database.connection())
            .await?;
        let films: Vec<(FlaggedFilm, FilmKey)> = rows
            .iter()
            .map(|row| {
                let film = self.flagged(row)?;
                let position = film_list::position(order, row, AFTER_FLAGS)?;
                let key = FilmKey {
                    position,
                    film: film.card.id,
                };
                Ok((film, key))
            })
            .collect::<Result<_, StoreError>>()?;
        let page = Page::from_overfetched(films, page.size, |(_, key)| key.clone());
        Ok(page.map(|(film, _)| film))
    }

    async fn show_details(
        &self,
        film: FilmId,
        viewer: Option<UserId>,
    ) -> Result<Option<FilmDetails>, StoreError> {
        let [liked, wish, watched] = flag_lists(viewer);
        let values = [liked, wish, watched, film.as_uuid().into()];
        let rows = Query::new(&SHOW_DETAILS, values)
            .all(self.database.connection())
            .await?;
        let Some(first) = rows.first() else {
            return Ok(None);
        };
        let mut details = self.bare_details(first)?;
        for row in &rows {
            if let Some(what) = row.get::<Option<String>>(AFTER_FLAGS + 8)? {
                add_part(&mut details, &what, row)?;
            }
        }
        Ok(Some(details))
    }
}

fn seen(row: &Row) -> Result<Seen, StoreError> {
    Ok(Seen {
        film: Id::from_uuid(row.get(0)?),
        revision: row.get(1)?,
        flags: FlagReader { first: 2 }.read(row)?,
    })
}

impl SqlFilmQueries {
    /// Reads a row of a card and flags, and keeps the card.
    fn flagged(&self, row: &Row) -> Result<FlaggedFilm, StoreError> {
        let card = Arc::new(read_card(row)?);
        self.cards.keep(Arc::clone(&card));
        Ok(FlaggedFilm {
            card,
            flags: FLAGS_AFTER_CARD.read(row)?,
        })
    }

    fn bare_details(&self, row: &Row) -> Result<FilmDetails, StoreError> {
        let source: Option<String> = row.get(AFTER_FLAGS + 2)?;
        let url = row.get(AFTER_FLAGS + 3)?;
        let licence = row.get(AFTER_FLAGS + 4)?;
        Ok(FilmDetails {
            film: self.flagged(row)?,
            original_title: row.get(AFTER_FLAGS + 7)?,
            other_titles: Vec::new(),
            kind: row
                .get::<String>(AFTER_FLAGS)?
                .parse()
                .map_err(|source: UnknownFilmKind| corrupt("film", source))?,
            runtime_minutes: row
                .get::<Option<i32>>(AFTER_FLAGS + 1)?
                .and_then(|minutes| u16::try_from(minutes).ok()),
            genres: Vec::new(),
            countries: Vec::new(),
            directors: Vec::new(),
            cast: Vec::new(),
            external_ids: Vec::new(),
            attribution: source.map(|source| Attribution {
                source,
                url,
                licence,
            }),
            opinion: Opinion::default(),
            opinion_of_communities: Opinion::default(),
            ratings: Vec::new(),
            told_by: Vec::new(),
            created_at: row.get(AFTER_FLAGS + 5)?,
            updated_at: row.get(AFTER_FLAGS + 6)?,
        })
    }
}

fn add_part(details: &mut FilmDetails, what: &str, row: &Row) -> Result<(), StoreError> {
    let name: String = row.get(AFTER_FLAGS + 9)?;
    let id = || row.get::<Uuid>(AFTER_FLAGS + 10);
    match what {
        "genre" => details.genres.push(Id::from_uuid(id()?)),
        "country" => details.countries.push(name),
        "director" => details.directors.push(Credit {
            person: Id::from_uuid(id()?),
            name,
        }),
        "cast" => details.cast.push(Credit {
            person: Id::from_uuid(id()?),
            name,
        }),
        "title" => details.other_titles.push(name),
        "rating" => details.ratings.extend(rating(&name, row)?),
        "users" => details.opinion = opinion(row)?,
        "communities" => details.opinion_of_communities = opinion(row)?,
        "told" => details.told_by.push(told(&name, row)?),
        source => details.external_ids.push((source.to_owned(), name)),
    }
    Ok(())
}

fn opinion(row: &Row) -> Result<Opinion, StoreError> {
    let count = u64::try_from(row.get::<i64>(AFTER_FLAGS + 13)?).unwrap_or_default();
    Ok(Opinion::new(count, row.get(AFTER_FLAGS + 12)?))
}

fn rating(source: &str, row: &Row) -> Result<Option<RatingElsewhere>, StoreError> {
    let votes = u32::try_from(row.get::<i64>(AFTER_FLAGS + 13)?).unwrap_or(u32::MAX);
    let rating = SourceRating::new(row.get(AFTER_FLAGS + 12)?, votes);
    let source = named_source(source)?;
    Ok(rating.map(|rating| RatingElsewhere { source, rating }))
}

fn told(source: &str, row: &Row) -> Result<ToldBy, StoreError> {
    let place: String = row.get(AFTER_FLAGS + 11)?;
    let at = SourceRef::new(named_source(source)?, &place);
    Ok(ToldBy {
        at: at.map_err(|source| corrupt("film", source))?,
        fetched_at: row.get(AFTER_FLAGS + 14)?,
    })
}

fn named_source(name: &str) -> Result<SourceName, StoreError> {
    name.parse()
        .map_err(|source: UnknownSourceName| corrupt("film", source))
}
