//! What is learned from: everything that users and communities tell, read page by page.
use crate::persistence::{Query, Row};
use application::shared::store::StoreError;
use chrono::{DateTime, Utc};
use domain::{catalogue::FilmId, shared::Id};
use learning::Act;
use sea_orm::{DatabaseConnection, Value};
use std::{collections::HashMap, hash::Hash};
use uuid::Uuid;

/// How many rows are read at once.
const AT_ONCE: i64 = 20_000;

const RATED: &str = "SELECT user_id, film_id, value, rated_at FROM film_ratings \
     WHERE (user_id, film_id) > ($2, $3) ORDER BY user_id, film_id LIMIT $1";
const LISTED: &str = "SELECT i.watchlist_id, i.film_id, w.kind, i.added_at, w.user_id \
     FROM watchlist_items i JOIN watchlists w ON w.id = i.watchlist_id \
     WHERE w.kind <> 'custom' AND (i.watchlist_id, i.film_id) > ($2, $3) \
     ORDER BY i.watchlist_id, i.film_id LIMIT $1";
/// A community of which no import came to its end is not learned from.
const COMMUNITIES: &str = "SELECT r.community_id, r.rater, r.film_id, r.value, r.rated_at \
     FROM community_ratings r JOIN communities c ON c.id = r.community_id \
     WHERE c.imported_at IS NOT NULL AND (r.community_id, r.rater, r.film_id) > ($2, $3, $4) \
     ORDER BY r.community_id, r.rater, r.film_id LIMIT $1";

/// What a favourite counts, in stars, and what counts of which nobody said how much they liked it.
const FAVOURITE: f32 = 5.0;
const UNRATED: f32 = 3.5;

/// All acts, and the films that their numbers stand for.
#[derive(Default)]
pub(super) struct Told {
    pub(super) acts: Vec<Act>,
    pub(super) films: Vec<FilmId>,
    numbers: HashMap<FilmId, u32>,
    people: Numbers<Person>,
}

/// Whose act it was.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Person {
    User(Uuid),
    Rater(i32, i64),
}

struct Numbers<K>(HashMap<K, u32>);

impl<K> Default for Numbers<K> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<K: Eq + Hash> Numbers<K> {
    fn of(&mut self, name: K) -> u32 {
        let next = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        *self.0.entry(name).or_insert(next)
    }
}

impl Told {
    fn add(&mut self, person: Person, film: Uuid, stars: f32, at: DateTime<Utc>) {
        let film = Id::from_uuid(film);
        let next = u32::try_from(self.films.len()).unwrap_or(u32::MAX);
        let number = *self.numbers.entry(film).or_insert(next);
        if number == next {
            self.films.push(film);
        }
        self.acts.push(Act {
            user: self.people.of(person),
            film: number,
            stars,
            at: at.timestamp(),
        });
    }
}

/// Reads everything that can be learned from.
pub(super) async fn read(connection: &DatabaseConnection) -> Result<Told, StoreError> {
    let mut told = Told::default();
    let from = vec![Uuid::nil().into(), Uuid::nil().into()];
    // Lists first: of what a user did several times with a film the last word counts, and a rating that
    // came at the same moment is the later word.
    pages(connection, LISTED, from.clone(), |row| {
        let kind: String = row.get(2)?;
        let stars = if kind == "liked" { FAVOURITE } else { UNRATED };
        told.add(Person::User(row.get(4)?), row.get(1)?, stars, row.get(3)?);
        Ok(vec![row.get::<Uuid>(0)?.into(), row.get::<Uuid>(1)?.into()])
    })
    .await?;
    pages(connection, RATED, from, |row| {
        let person = Person::User(row.get(0)?);
        told.add(person, row.get(1)?, stars(row.get(2)?), row.get(3)?);
        Ok(vec![row.get::<Uuid>(0)?.into(), row.get::<Uuid>(1)?.into()])
    })
    .await?;
    let from = vec![0_i32.into(), i64::MIN.into(), Uuid::nil().into()];
    pages(connection, COMMUNITIES, from, |row| {
        let (community, rater): (i32, i64) = (row.get(0)?, row.get(1)?);
        let film: Uuid = row.get(2)?;
        let person = Person::Rater(community, rater);
        told.add(person, film, stars(row.get(3)?), row.get(4)?);
        Ok(vec![community.into(), rater.into(), film.into()])
    })
    .await?;
    Ok(told)
}

/// A rating of ten in stars, of which there are five.
fn stars(value: i16) -> f32 {
    f32::from(value) / 2.0
}

/// Reads page after page; `take` takes a row and says what the next page begins after.
async fn pages(
    connection: &DatabaseConnection,
    sql: &str,
    mut after: Vec<Value>,
    mut take: impl FnMut(&Row) -> Result<Vec<Value>, StoreError>,
) -> Result<(), StoreError> {
    loop {
        let mut values = vec![AT_ONCE.into()];
        values.extend(after.iter().cloned());
        let rows = Query::new(sql, values).all(connection).await?;
        let Some((last, others)) = rows.split_last() else {
            return Ok(());
        };
        for row in others {
            take(row)?;
        }
        after = take(last)?;
    }
}
