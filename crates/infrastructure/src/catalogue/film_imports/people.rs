//! Who the people are whom sources name.
//!
//! Somebody is known by a name in another catalogue, else by their name here: whoever the starter
//! catalogue names is taken to be the first of that name of whom a source tells.
use crate::{
    catalogue::{folding::folded, starter_catalogue::person_named},
    persistence::{Query, corrupt, in_list, insert_rows},
};
use application::{catalogue::imports::ports::ImportedFilm, shared::store::StoreError};
use domain::catalogue::{ExternalRef, KnownPerson, UnknownSource};
use sea_orm::DatabaseTransaction;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// Where the people of films are found once they are stored.
#[derive(Default)]
pub(super) struct People {
    by_ref: HashMap<ExternalRef, Uuid>,
    by_name: HashMap<String, Vec<Uuid>>,
    refs: HashMap<Uuid, Vec<ExternalRef>>,
}

impl People {
    /// Finds those who have no identifier yet, and adds who is not there.
    pub(super) async fn settle(
        tx: &DatabaseTransaction,
        films: &[&ImportedFilm],
    ) -> Result<Self, StoreError> {
        let new: Vec<&KnownPerson> = films
            .iter()
            .flat_map(|imported| &imported.film.people)
            .filter(|person| person.id.is_none())
            .collect();
        let mut people = Self::default();
        if new.is_empty() {
            return Ok(people);
        }
        people.find(tx, &new).await?;
        people.add(tx, &new).await?;
        Ok(people)
    }

    /// Who somebody is.
    pub(super) fn id_of(&self, person: &KnownPerson) -> Uuid {
        if let Some(id) = person.id {
            return id.as_uuid();
        }
        let by_ref = person.refs.iter().find_map(|name| self.by_ref.get(name));
        by_ref
            .copied()
            .or_else(|| self.of_name(person))
            .unwrap_or_else(|| derived(person))
    }

    /// Somebody of this name whom no catalogue calls otherwise than the source does.
    fn of_name(&self, person: &KnownPerson) -> Option<Uuid> {
        let namesakes = self.by_name.get(&folded(person.name.as_str()))?;
        let is_free = |id: &&Uuid| {
            let mut refs = self.refs.get(*id).into_iter().flatten();
            let mut told = person.refs.iter();
            refs.all(|own| told.all(|name| name.source() != own.source() || name == own))
        };
        namesakes.iter().find(is_free).copied()
    }

    async fn find(
        &mut self,
        tx: &DatabaseTransaction,
        new: &[&KnownPerson],
    ) -> Result<(), StoreError> {
        let names: BTreeSet<String> = new
            .iter()
            .map(|person| folded(person.name.as_str()))
            .collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let (places, mut values) = in_list(1, &names);
        let mut ways = vec![format!("SELECT id FROM people WHERE folded IN ({places})")];
        let refs: BTreeSet<&str> = new
            .iter()
            .flat_map(|person| &person.refs)
            .map(ExternalRef::value)
            .collect();
        let refs: Vec<&str> = refs.into_iter().collect();
        if !refs.is_empty() {
            let (places, more) = in_list(values.len() + 1, &refs);
            values.extend(more);
            ways.push(format!(
                "SELECT person_id FROM people_external_ids WHERE source IN \
                 ('tmdb','imdb','kinopoisk','wikidata') AND value IN ({places})"
            ));
        }
        let ways = ways.join(" UNION ");
        let sql = format!(
            "SELECT p.id, p.folded, e.source, e.value FROM people p \
             LEFT JOIN people_external_ids e ON e.person_id = p.id WHERE p.id IN ({ways}) \
             ORDER BY p.id"
        );
        for row in Query::new(&sql, values).all(tx).await? {
            let id: Uuid = row.get(0)?;
            let namesakes = self.by_name.entry(row.get(1)?).or_default();
            if !namesakes.contains(&id) {
                namesakes.push(id);
            }
            let Some(source) = row.get::<Option<String>>(2)? else {
                continue;
            };
            let source = source
                .parse()
                .map_err(|failure: UnknownSource| corrupt("person", failure))?;
            let value: String = row.get(3)?;
            let name =
                ExternalRef::new(source, &value).map_err(|failure| corrupt("person", failure))?;
            self.note(id, name);
        }
        Ok(())
    }

    fn note(&mut self, id: Uuid, name: ExternalRef) {
        self.refs.entry(id).or_default().push(name.clone());
        self.by_ref.insert(name, id);
    }

    /// Adds people, and their names in other catalogues.
    async fn add(
        &mut self,
        tx: &DatabaseTransaction,
        new: &[&KnownPerson],
    ) -> Result<(), StoreError> {
        let mut rows = BTreeMap::new();
        let mut names = BTreeMap::new();
        for person in new {
            let id = self.id_of(person);
            let folded_name = folded(person.name.as_str());
            let namesakes = self.by_name.entry(folded_name.clone()).or_default();
            if !namesakes.contains(&id) {
                namesakes.push(id);
            }
            for name in &person.refs {
                if !self.by_ref.contains_key(name) {
                    names.insert((name.source(), name.value().to_owned()), id);
                    self.note(id, name.clone());
                }
            }
            rows.entry(id).or_insert_with(|| {
                let cut: String = folded_name.chars().take(256).collect();
                let other = person
                    .other_name
                    .as_ref()
                    .map(|name| name.as_str().to_owned());
                [
                    id.into(),
                    person.name.as_str().into(),
                    cut.into(),
                    other.into(),
                ]
            });
        }
        insert_rows(
            tx,
            "INSERT INTO people (id, name, folded, other_name) VALUES",
            rows.into_values().collect(),
            "ON CONFLICT (id) DO UPDATE \
             SET other_name = COALESCE(people.other_name, excluded.other_name)",
        )
        .await?;
        let names = names
            .into_iter()
            .map(|((source, value), id)| [source.name().into(), value.into(), id.into()]);
        insert_rows(
            tx,
            "INSERT INTO people_external_ids (source, value, person_id) VALUES",
            names.collect(),
            "ON CONFLICT (source, value) DO NOTHING",
        )
        .await?;
        Ok(())
    }
}

/// An identifier that whoever adds the same person at the same time gives too.
fn derived(person: &KnownPerson) -> Uuid {
    match person.refs.first() {
        Some(name) => person_named(&format!("{}:{}", name.source().name(), name.value())),
        None => person_named(person.name.as_str()),
    }
}
