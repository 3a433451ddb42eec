//! The names of people, of whom those that are asked for often are kept in memory.
use crate::persistence::{Database, Query, in_list};
use application::{recommendation::ports::PeopleNames, shared::store::StoreError};
use async_trait::async_trait;
use domain::{catalogue::PersonId, shared::Id};
use moka::sync::Cache;
use shaku::Component;
use std::{collections::HashMap, sync::Arc, time::Duration};
use uuid::Uuid;

/// How long a name is told from memory. It changes when a source tells another, which is rare.
const FRESH_FOR: Duration = Duration::from_mins(10);
/// How many names are kept: the directors and leading actors of what is recommended often.
const MOST_NAMES: u64 = 4_000;

/// The names in memory.
#[derive(Clone)]
pub struct PeopleNameCache(Cache<PersonId, Arc<str>>);

impl Default for PeopleNameCache {
    fn default() -> Self {
        let cache = Cache::builder()
            .max_capacity(MOST_NAMES)
            .time_to_live(FRESH_FOR);
        Self(cache.build())
    }
}

/// Tells names from memory, and reads the others by one statement.
#[derive(Component)]
#[shaku(interface = PeopleNames)]
pub struct CachedPeopleNames {
    #[shaku(inject)]
    database: Arc<dyn Database>,
    cache: PeopleNameCache,
}

#[async_trait]
impl PeopleNames for CachedPeopleNames {
    async fn names(&self, people: &[PersonId]) -> Result<HashMap<PersonId, String>, StoreError> {
        let mut names = HashMap::with_capacity(people.len());
        let mut missing = Vec::new();
        for person in people {
            match self.cache.0.get(person) {
                Some(name) => {
                    names.insert(*person, name.to_string());
                }
                None => missing.push(person.as_uuid()),
            }
        }
        for (person, name) in self.read(&missing).await? {
            self.cache.0.insert(person, name.as_str().into());
            names.insert(person, name);
        }
        Ok(names)
    }
}

impl CachedPeopleNames {
    async fn read(&self, people: &[Uuid]) -> Result<Vec<(PersonId, String)>, StoreError> {
        if people.is_empty() {
            return Ok(Vec::new());
        }
        let (places, values) = in_list(1, people);
        let sql = format!("SELECT p.id, p.name FROM people p WHERE p.id IN ({places})");
        let rows = Query::new(&sql, values)
            .all(self.database.connection())
            .await?;
        rows.iter()
            .map(|row| Ok((Id::from_uuid(row.get(0)?), row.get(1)?)))
            .collect()
    }
}
