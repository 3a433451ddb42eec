//! Communities in the database.
use super::community_queries::{COLUMNS, count, read};
use crate::persistence::{Query, Row, Transaction, corrupt, dialect::locked, in_list, insert_rows};
use application::{
    community::ports::{CommunityRepository, Counted},
    shared::store::StoreError,
};
use async_trait::async_trait;
use domain::{
    catalogue::{ExternalRef, ExternalSource, FilmId, InvalidExternalRef, UnknownSource},
    community::{Candidate, Community, CommunityId, CommunityName, CommunityRating, ListedFilm},
    shared::Id,
};
use sea_orm::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// A number of things in a column.
fn column(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[async_trait]
impl CommunityRepository for Transaction {
    async fn find(&self, name: &CommunityName) -> Result<Option<Community>, StoreError> {
        let lock = locked(&self.tx);
        let sql = format!("SELECT {COLUMNS} FROM communities WHERE name = $1{lock}");
        let row = Query::new(&sql, [name.as_str().into()])
            .one(&self.tx)
            .await?;
        row.as_ref().map(read).transpose()
    }

    async fn free_id(&self) -> Result<CommunityId, StoreError> {
        const READ: &str = "SELECT COALESCE(MAX(id), 0) + 1 FROM communities";
        let row = Query::new(READ, []).one(&self.tx).await?;
        row.map_or(Ok(CommunityId(1)), |row| Ok(CommunityId(row.get(0)?)))
    }

    async fn save(&self, community: &Community) -> Result<(), StoreError> {
        const SAVE: &str = "INSERT INTO communities \
             (id, name, digest, round, lines_done, raters, ratings, started_at, imported_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
             ON CONFLICT (id) DO UPDATE SET digest = excluded.digest, round = excluded.round, \
                 lines_done = excluded.lines_done, raters = excluded.raters, \
                 ratings = excluded.ratings, started_at = excluded.started_at, \
                 imported_at = excluded.imported_at";
        let values: [Value; 9] = [
            community.id.0.into(),
            community.name.as_str().into(),
            community.digest.as_str().into(),
            community.round.into(),
            community.done.map(column).into(),
            column(community.raters).into(),
            column(community.ratings).into(),
            community.started_at.into(),
            community.imported_at.into(),
        ];
        Query::new(SAVE, values).change(&self.tx).await?;
        Ok(())
    }

    async fn films(&self, community: CommunityId) -> Result<HashMap<i64, FilmId>, StoreError> {
        const READ: &str = "SELECT item, film_id FROM community_films WHERE community_id = $1";
        let rows = Query::new(READ, [community.0.into()]).all(&self.tx).await?;
        let place = |row: &Row| Ok((row.get(0)?, Id::from_uuid(row.get(1)?)));
        rows.iter().map(place).collect()
    }

    async fn candidates(&self, listed: &[ListedFilm]) -> Result<Vec<Candidate>, StoreError> {
        let (ways, values) = ways(listed);
        if ways.is_empty() {
            return Ok(Vec::new());
        }
        let ways = ways.join(" UNION ");
        let sql = format!(
            "SELECT f.id, f.title, f.original_title, f.release_year, f.tmdb_id, e.source, e.value \
             FROM films f LEFT JOIN film_external_ids e ON e.film_id = f.id \
             WHERE f.owner_id IS NULL AND f.id IN ({ways}) ORDER BY f.id"
        );
        let rows = Query::new(&sql, values).all(&self.tx).await?;
        let mut films: BTreeMap<Uuid, Found> = BTreeMap::new();
        for row in &rows {
            let film = films.entry(row.get(0)?).or_default();
            film.add(row)?;
        }
        Ok(films.into_iter().map(Found::candidate).collect())
    }

    async fn note_films(
        &self,
        community: CommunityId,
        films: &[(i64, FilmId)],
    ) -> Result<(), StoreError> {
        const HEAD: &str = "INSERT INTO community_films (community_id, item, film_id) VALUES";
        const TAIL: &str =
            "ON CONFLICT (community_id, item) DO UPDATE SET film_id = excluded.film_id";
        let row = |(item, film): &(i64, FilmId)| {
            let row: [Value; 3] = [community.0.into(), (*item).into(), film.as_uuid().into()];
            row
        };
        insert_rows(&self.tx, HEAD, films.iter().map(row).collect(), TAIL).await?;
        Ok(())
    }

    async fn add_ratings(
        &self,
        community: &Community,
        ratings: &[CommunityRating],
    ) -> Result<(), StoreError> {
        const HEAD: &str = "INSERT INTO community_ratings \
             (community_id, rater, film_id, value, rated_at, round) VALUES";
        const TAIL: &str = "ON CONFLICT (community_id, rater, film_id) DO UPDATE SET \
                 value = excluded.value, rated_at = excluded.rated_at, round = excluded.round \
             WHERE community_ratings.round <> excluded.round \
                 OR excluded.rated_at >= community_ratings.rated_at";
        let row = |rating: &CommunityRating| {
            let row: [Value; 6] = [
                community.id.0.into(),
                rating.rater.into(),
                rating.film.as_uuid().into(),
                i16::from(rating.rating.get()).into(),
                rating.rated_at.into(),
                community.round.into(),
            ];
            row
        };
        insert_rows(&self.tx, HEAD, ratings.iter().map(row).collect(), TAIL).await?;
        Ok(())
    }

    async fn settle(&self, community: &Community) -> Result<Counted, StoreError> {
        const REMOVE: &str =
            "DELETE FROM community_ratings WHERE community_id = $1 AND round <> $2";
        const TOTAL: &str = "INSERT INTO community_film_totals \
                 (community_id, film_id, ratings, total) \
             SELECT community_id, film_id, COUNT(*), SUM(value) FROM community_ratings \
             WHERE community_id = $1 GROUP BY community_id, film_id";
        const COUNT: &str = "SELECT COUNT(DISTINCT rater), COUNT(*) FROM community_ratings \
             WHERE community_id = $1";
        let id = || Value::from(community.id.0);
        let round = community.round.into();
        Query::new(REMOVE, [id(), round]).change(&self.tx).await?;
        self.forget_totals(community.id).await?;
        Query::new(TOTAL, [id()]).change(&self.tx).await?;
        let counted = Query::new(COUNT, [id()]).one(&self.tx).await?;
        counted.map_or_else(
            || Ok(Counted::default()),
            |row| {
                Ok(Counted {
                    raters: count(row.get(0)?)?,
                    ratings: count(row.get(1)?)?,
                })
            },
        )
    }

    async fn forget_totals(&self, community: CommunityId) -> Result<(), StoreError> {
        const FORGET: &str = "DELETE FROM community_film_totals WHERE community_id = $1";
        Query::new(FORGET, [community.0.into()])
            .change(&self.tx)
            .await?;
        Ok(())
    }

    async fn remove_ratings(&self, community: CommunityId, most: u32) -> Result<bool, StoreError> {
        const REMOVE: &str = "DELETE FROM community_ratings WHERE community_id = $1 AND rater IN \
             (SELECT DISTINCT rater FROM community_ratings WHERE community_id = $1 \
              ORDER BY rater LIMIT $2)";
        let values = [community.0.into(), i64::from(most).into()];
        Ok(Query::new(REMOVE, values).change(&self.tx).await? > 0)
    }

    async fn remove(&self, community: CommunityId) -> Result<(), StoreError> {
        const REMOVE: &str = "DELETE FROM communities WHERE id = $1";
        Query::new(REMOVE, [community.0.into()])
            .change(&self.tx)
            .await?;
        Ok(())
    }
}

/// The ways in which films may be found, each a statement of its own, and their parameters.
fn ways(listed: &[ListedFilm]) -> (Vec<String>, Vec<Value>) {
    let names = || listed.iter().flat_map(|film| &film.refs);
    let of_tmdb = |name: &&ExternalRef| name.source() == ExternalSource::Tmdb;
    let numbers: Vec<i64> = names()
        .filter(of_tmdb)
        .filter_map(|name| name.value().parse().ok())
        .collect();
    let others: Vec<&str> = names()
        .filter(|name| !of_tmdb(name))
        .map(ExternalRef::value)
        .collect();
    let keys: BTreeSet<String> = listed
        .iter()
        .flat_map(|film| std::iter::once(&film.title).chain(&film.original_title))
        .map(|title| crate::catalogue::title_key(title.as_str()))
        .filter(|key| !key.is_empty())
        .collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let mut ways = Ways::default();
    ways.add("SELECT id FROM films WHERE tmdb_id", &numbers);
    ways.add(
        "SELECT film_id FROM film_external_ids WHERE source IN ('imdb','kinopoisk','wikidata') \
         AND value",
        &others,
    );
    ways.add("SELECT id FROM films WHERE title_key", &keys);
    ways.add("SELECT id FROM films WHERE original_key", &keys);
    (ways.statements, ways.values)
}

#[derive(Default)]
struct Ways {
    statements: Vec<String>,
    values: Vec<Value>,
}

impl Ways {
    fn add<T: Copy + Into<Value>>(&mut self, start: &str, members: &[T]) {
        if !members.is_empty() {
            let (places, values) = in_list(self.values.len() + 1, members);
            self.statements.push(format!("{start} IN ({places})"));
            self.values.extend(values);
        }
    }
}

/// What is found of a film, over several rows.
#[derive(Default)]
struct Found {
    titles: Vec<String>,
    year: Option<i32>,
    refs: Vec<ExternalRef>,
}

impl Found {
    fn add(&mut self, row: &Row) -> Result<(), StoreError> {
        let original: Option<String> = row.get(2)?;
        self.titles = std::iter::once(row.get(1)?).chain(original).collect();
        self.year = row.get(3)?;
        if let Some(number) = row.get::<Option<i64>>(4)? {
            self.add_name(ExternalSource::Tmdb, &number.to_string())?;
        }
        if let Some(source) = row.get::<Option<String>>(5)? {
            let source = source
                .parse()
                .map_err(|source: UnknownSource| corrupt("film", source))?;
            self.add_name(source, &row.get::<String>(6)?)?;
        }
        Ok(())
    }

    fn add_name(&mut self, source: ExternalSource, value: &str) -> Result<(), StoreError> {
        let name = ExternalRef::new(source, value)
            .map_err(|source: InvalidExternalRef| corrupt("film", source))?;
        if !self.refs.contains(&name) {
            self.refs.push(name);
        }
        Ok(())
    }

    fn candidate((film, found): (Uuid, Self)) -> Candidate {
        let titles: Vec<&str> = found.titles.iter().map(String::as_str).collect();
        Candidate::new(Id::from_uuid(film), &titles, found.year, found.refs)
    }
}
