//! Diaries in numbers.
use crate::persistence::{Database, Query, Row, corrupt, dialect::date_text};
use application::{
    catalogue::views::Credit,
    shared::store::StoreError,
    taste::stats::{Stats, StatsQueries, Tally},
};
use async_trait::async_trait;
use domain::{
    identity::UserId,
    shared::Id,
    taste::{DiaryYear, Rating},
};
use sea_orm::Value;
use shaku::Component;
use std::{cmp::Reverse, sync::Arc};
use uuid::Uuid;

/// What every tally counts of `t`.
const COUNTS: &str = "COUNT(*), CAST(SUM(t.times) AS bigint), COUNT(t.value), AVG(t.value)";
/// What rows have that tell no tally.
const NO_COUNTS: &str = "0, 0, 0, CAST(NULL AS double precision)";
const NO_ID: &str = "CAST(NULL AS uuid)";
const NO_NUMBER: &str = "CAST(NULL AS bigint)";
const DECADE: &str = "CAST(f.release_year / 10 * 10 AS bigint)";

/// Reads from the pool.
#[derive(Component)]
#[shaku(interface = StatsQueries)]
pub struct SqlStatsQueries {
    #[shaku(inject)]
    database: Arc<dyn Database>,
}

#[async_trait]
impl StatsQueries for SqlStatsQueries {
    async fn count(&self, user: UserId, year: Option<DiaryYear>) -> Result<Stats, StoreError> {
        let connection = self.database.connection();
        let mut values: Vec<Value> = vec![user.as_uuid().into()];
        let mut span = "";
        if let Some(year) = year {
            let (first, last) = year.days();
            values.extend([first.into(), last.into()]);
            span = " AND watched_on BETWEEN $2 AND $3";
        }
        let sql = statement(span, &date_text(connection, "watched_on"));
        let rows = Query::new(&sql, values).all(connection).await?;
        let (mut stats, mut best) = (nothing(), Vec::new());
        for row in &rows {
            if row.get::<String>(0)? == "best" {
                best.push((
                    Reverse((count(row, 3)?, count(row, 5)?)),
                    row.get::<Uuid>(2)?,
                ));
            } else {
                add(&mut stats, row)?;
            }
        }
        best.sort_unstable();
        stats.best = best
            .into_iter()
            .map(|(_, film)| Id::from_uuid(film))
            .collect();
        sort(&mut stats);
        Ok(stats)
    }
}

/// One row for each thing that is told, as (what, name, id, number, films, viewings, ratings, mean).
fn statement(span: &str, date: &str) -> String {
    let (directors, best) = (Stats::MOST_DIRECTORS, Stats::MOST_BEST);
    format!(
        "WITH diary AS (SELECT film_id, watched_on, is_rewatch FROM viewings \
             WHERE user_id = $1{span}), \
         seen AS (SELECT film_id, COUNT(*) AS times, \
                 SUM(CASE WHEN is_rewatch THEN 1 ELSE 0 END) AS again FROM diary GROUP BY film_id), \
         told AS (SELECT s.film_id, s.times, s.again, CAST(r.value AS double precision) AS value \
             FROM seen s LEFT JOIN film_ratings r ON r.user_id = $1 AND r.film_id = s.film_id), \
         dated AS (SELECT substr({date}, 1, 7) AS of_month, substr({date}, 1, 4) AS of_year, film_id \
             FROM diary WHERE watched_on IS NOT NULL), \
         months AS (SELECT d.of_month, d.film_id, COUNT(*) AS times, MAX(t.value) AS value \
             FROM dated d JOIN told t ON t.film_id = d.film_id GROUP BY d.of_month, d.film_id), \
         years AS (SELECT d.of_year, d.film_id, COUNT(*) AS times, MAX(t.value) AS value \
             FROM dated d JOIN told t ON t.film_id = d.film_id GROUP BY d.of_year, d.film_id) \
         SELECT 'total' AS what, '' AS name, {NO_ID} AS id, \
             CAST(COALESCE(SUM(t.again), 0) AS bigint) AS number, COUNT(*) AS films, \
             CAST(COALESCE(SUM(t.times), 0) AS bigint) AS viewings, COUNT(t.value) AS ratings, \
             AVG(t.value) AS mean FROM told t \
         UNION ALL SELECT 'minutes', '', {NO_ID}, \
             CAST(COALESCE(SUM(t.times * f.runtime_minutes), 0) AS bigint), {NO_COUNTS} \
             FROM told t JOIN films f ON f.id = t.film_id \
         UNION ALL SELECT 'rating', '', {NO_ID}, CAST(t.value AS bigint), COUNT(*), 0, 0, \
             CAST(NULL AS double precision) FROM told t WHERE t.value IS NOT NULL GROUP BY t.value \
         UNION ALL SELECT 'year', t.of_year, {NO_ID}, {NO_NUMBER}, {COUNTS} FROM years t \
             GROUP BY t.of_year \
         UNION ALL SELECT 'month', t.of_month, {NO_ID}, {NO_NUMBER}, {COUNTS} FROM months t \
             GROUP BY t.of_month \
         UNION ALL SELECT 'decade', '', {NO_ID}, {DECADE}, {COUNTS} \
             FROM told t JOIN films f ON f.id = t.film_id WHERE f.release_year IS NOT NULL \
             GROUP BY {DECADE} \
         UNION ALL SELECT 'genre', '', g.genre_id, {NO_NUMBER}, {COUNTS} \
             FROM told t JOIN film_genres g ON g.film_id = t.film_id GROUP BY g.genre_id \
         UNION ALL SELECT 'country', c.name, {NO_ID}, {NO_NUMBER}, {COUNTS} \
             FROM told t JOIN film_countries c ON c.film_id = t.film_id GROUP BY c.name \
         UNION ALL SELECT * FROM (SELECT 'director', p.name, p.id, {NO_NUMBER}, {COUNTS} \
             FROM told t JOIN film_people c ON c.film_id = t.film_id AND c.role = 'director' \
             JOIN people p ON p.id = c.person_id GROUP BY p.id, p.name \
             ORDER BY COUNT(*) DESC, SUM(t.times) DESC, p.id LIMIT {directors}) AS directors \
         UNION ALL SELECT * FROM (SELECT 'best', '', t.film_id, CAST(t.value AS bigint), 0, \
                 t.times, 0, CAST(NULL AS double precision) FROM told t WHERE t.value IS NOT NULL \
             ORDER BY t.value DESC, t.times DESC, t.film_id LIMIT {best}) AS best"
    )
}

const fn nothing() -> Stats {
    Stats {
        total: Tally {
            what: (),
            films: 0,
            viewings: 0,
            ratings: 0,
            mean: None,
        },
        rewatches: 0,
        minutes: 0,
        by_rating: Vec::new(),
        by_year: Vec::new(),
        by_month: Vec::new(),
        by_decade: Vec::new(),
        by_genre: Vec::new(),
        by_director: Vec::new(),
        by_country: Vec::new(),
        best: Vec::new(),
    }
}

fn add(stats: &mut Stats, row: &Row) -> Result<(), StoreError> {
    let what: String = row.get(0)?;
    match what.as_str() {
        "total" => {
            stats.total = tally(row, ())?;
            stats.rewatches = count(row, 3)?;
        }
        "minutes" => stats.minutes = count(row, 3)?,
        "rating" => {
            let rating = Rating::try_from(row.get::<i64>(3)?);
            let rating = rating.map_err(|source| corrupt("rating", source))?;
            stats.by_rating.push((rating, count(row, 4)?));
        }
        "year" => {
            let year: String = row.get(1)?;
            let year = year.parse();
            let year =
                year.map_err(|source: std::num::ParseIntError| corrupt("viewing", source))?;
            stats.by_year.push(tally(row, year)?);
        }
        "month" => stats.by_month.push(tally(row, row.get(1)?)?),
        "decade" => {
            let decade = i32::try_from(row.get::<i64>(3)?);
            let decade = decade.map_err(|source| corrupt("film", source))?;
            stats.by_decade.push(tally(row, decade)?);
        }
        "genre" => stats.by_genre.push(tally(row, Id::from_uuid(row.get(2)?))?),
        "country" => stats.by_country.push(tally(row, row.get(1)?)?),
        _ => {
            let person = Id::from_uuid(row.get(2)?);
            let name = row.get(1)?;
            stats.by_director.push(tally(row, Credit { person, name })?);
        }
    }
    Ok(())
}

fn tally<K>(row: &Row, what: K) -> Result<Tally<K>, StoreError> {
    Ok(Tally {
        what,
        films: count(row, 4)?,
        viewings: count(row, 5)?,
        ratings: count(row, 6)?,
        mean: row.get(7)?,
    })
}

fn count(row: &Row, column: usize) -> Result<u64, StoreError> {
    Ok(u64::try_from(row.get::<i64>(column)?).unwrap_or_default())
}

/// The database leaves the order of parts open.
fn sort(stats: &mut Stats) {
    stats.by_rating.sort_by_key(|(rating, _)| *rating);
    stats.by_year.sort_by_key(|tally| Reverse(tally.what));
    stats
        .by_month
        .sort_by(|one, other| other.what.cmp(&one.what));
    stats.by_decade.sort_by_key(|tally| Reverse(tally.what));
    by_films(&mut stats.by_genre, |genre| *genre);
    by_films(&mut stats.by_country, Clone::clone);
    by_films(&mut stats.by_director, |credit| credit.person);
}

fn by_films<K, O: Ord>(tallies: &mut [Tally<K>], last: impl Fn(&K) -> O) {
    tallies.sort_by_cached_key(|tally| (Reverse((tally.films, tally.viewings)), last(&tally.what)));
}
