//! Films are read with everything that a source may add to them.
use crate::persistence::{Query, Row, corrupt, dialect::locked, in_list};
use application::shared::store::{Cause, StoreError};

use domain::{
    catalogue::{
        CountryName, CreditRole, Depth, ExternalRef, ExternalSource, FilmDescription, FilmId,
        FilmTitle, GenreSlug, KnownFilm, KnownPerson, KnownText, PersonName, PosterUrl, Provenance,
        ReleaseYear, Said, SourceName, SourceRating, SourceRef, SourcedFilm, TextOrigin,
    },
    shared::Id,
};
use sea_orm::{DatabaseTransaction, Value};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    str::FromStr,
};
use uuid::Uuid;

use crate::catalogue::folding::title_key;

fn broken(source: impl Into<Cause>) -> StoreError {
    corrupt("film", source)
}

/// A text that has to be a value of the domain.
fn parsed<T>(text: &str, parse: impl FnOnce(&str) -> Result<T, Cause>) -> Result<T, StoreError> {
    parse(text).map_err(broken)
}

fn of_name<T: FromStr<Err: Into<Cause>>>(text: &str) -> Result<T, StoreError> {
    text.parse().map_err(broken)
}

fn title(text: &str) -> Result<FilmTitle, StoreError> {
    parsed(text, |text| Ok(FilmTitle::parse(text)?))
}

/// A genre in a column.
pub(super) fn genre(row: &Row, column: usize) -> Result<GenreSlug, StoreError> {
    let slug: String = row.get(column)?;
    parsed(&slug, |slug| Ok(GenreSlug::parse(slug)?))
}

fn external_ref(source: &str, value: &str) -> Result<ExternalRef, StoreError> {
    let source: ExternalSource = of_name(source)?;
    parsed(value, |value| Ok(ExternalRef::new(source, value)?))
}

/// Parameters of a statement, each of which is there once.
#[derive(Default)]
struct Lists {
    values: Vec<Value>,
}

impl Lists {
    /// Adds a list, which must have a member, and gives its places.
    fn add<T: Copy + Into<Value>>(&mut self, members: &[T]) -> String {
        let (places, values) = in_list(self.values.len() + 1, members);
        self.values.extend(values);
        places
    }
}

/// Which films may be one of these.
pub(super) async fn candidates(
    tx: &DatabaseTransaction,
    told: &[SourcedFilm],
) -> Result<Vec<FilmId>, StoreError> {
    let mut lists = Lists::default();
    let mut ways = Vec::new();
    let ids: Vec<&str> = told.iter().map(|film| film.at.id()).collect();
    if !ids.is_empty() {
        let places = lists.add(&ids);
        ways.push(format!(
            "SELECT film_id FROM film_provenance WHERE source IN \
             ('tmdb','kinopoisk_unofficial','kinopoisk_dev') AND source_id IN ({places})"
        ));
    }
    let names = told.iter().flat_map(|film| &film.refs);
    let (tmdb, others): (Vec<&ExternalRef>, Vec<&ExternalRef>) =
        names.partition(|name| name.source() == ExternalSource::Tmdb);
    let numbers: Vec<i64> = tmdb
        .iter()
        .filter_map(|name| name.value().parse().ok())
        .collect();
    if !numbers.is_empty() {
        let places = lists.add(&numbers);
        ways.push(format!("SELECT id FROM films WHERE tmdb_id IN ({places})"));
    }
    let others: Vec<&str> = others.iter().map(|name| name.value()).collect();
    if !others.is_empty() {
        let places = lists.add(&others);
        ways.push(format!(
            "SELECT film_id FROM film_external_ids WHERE source IN \
             ('imdb','kinopoisk','wikidata') AND value IN ({places})"
        ));
    }
    let keys: BTreeSet<String> = told.iter().flat_map(keys_of).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    if !keys.is_empty() {
        let places = lists.add(&keys);
        ways.push(format!(
            "SELECT id FROM films WHERE title_key IN ({places})"
        ));
        ways.push(format!(
            "SELECT id FROM films WHERE original_key IN ({places})"
        ));
    }
    if ways.is_empty() {
        return Ok(Vec::new());
    }
    let sql = ways.join(" UNION ");
    let rows = Query::new(&sql, lists.values).all(tx).await?;
    rows.iter()
        .map(|row| Ok(Id::from_uuid(row.get(0)?)))
        .collect()
}

fn keys_of(told: &SourcedFilm) -> Vec<String> {
    let titles = std::iter::once(&told.title).chain(&told.original_title);
    let keys = titles.map(|title| title_key(title.as_str()));
    keys.filter(|key| !key.is_empty()).collect()
}

/// What is known of places.
pub(super) async fn provenance_at(
    tx: &DatabaseTransaction,
    places: &[SourceRef],
) -> Result<Vec<Provenance>, StoreError> {
    if places.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<&str> = places.iter().map(SourceRef::id).collect();
    let (list, values) = in_list(1, &ids);
    let sql = format!(
        "SELECT film_id, source, source_id, fetched_at, depth FROM film_provenance \
         WHERE source IN ('tmdb','kinopoisk_unofficial','kinopoisk_dev') AND source_id IN ({list})"
    );
    let rows = Query::new(&sql, values).all(tx).await?;
    rows.iter().map(provenance).collect()
}

fn provenance(row: &Row) -> Result<Provenance, StoreError> {
    let source: SourceName = of_name(&row.get::<String>(1)?)?;
    let id: String = row.get(2)?;
    Ok(Provenance {
        at: parsed(&id, |id| Ok(SourceRef::new(source, id)?))?,
        fetched_at: row.get(3)?,
        depth: match row.get::<String>(4)?.as_str() {
            "full" => Depth::Full,
            _ => Depth::Brief,
        },
    })
}

/// Reads films of the catalogue in the order of their identifiers, and keeps others from changing
/// them. Always in that order: so no two that do so wait for each other.
pub(super) async fn films(
    tx: &DatabaseTransaction,
    films: &[FilmId],
) -> Result<Vec<KnownFilm>, StoreError> {
    if films.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Uuid> = films.iter().map(|film| film.as_uuid()).collect();
    let (places, values) = in_list(1, &ids);
    let sql = format!(
        "SELECT f.id, f.told_by, f.title, f.original_title, f.kind, f.release_year, f.description, \
             f.text_source, f.text_url, f.text_licence, f.runtime_minutes, f.poster_source, \
             f.poster_url, f.popularity, f.tmdb_id, f.refreshed_at \
         FROM films f WHERE f.owner_id IS NULL AND f.id IN ({places}) ORDER BY f.id{}",
        locked(tx)
    );
    let rows = Query::new(&sql, values.clone()).all(tx).await?;
    let mut films = BTreeMap::new();
    for row in &rows {
        let film = bare(row)?;
        films.insert(film.id.as_uuid(), film);
    }
    add_parts(tx, &places, &values, &mut films).await?;
    add_ratings(tx, &places, &values, &mut films).await?;
    add_provenance(tx, &places, values, &mut films).await?;
    Ok(films.into_values().collect())
}

fn bare(row: &Row) -> Result<KnownFilm, StoreError> {
    let optional = |column| row.get::<Option<String>>(column);
    let tmdb = row.get::<Option<i64>>(14)?;
    let tmdb = tmdb.map(|number| external_ref("tmdb", &number.to_string()));
    Ok(KnownFilm {
        id: Id::from_uuid(row.get(0)?),
        told_by: optional(1)?.map(|name| of_name(&name)).transpose()?,
        title: title(&row.get::<String>(2)?)?,
        original_title: optional(3)?.map(|text| title(&text)).transpose()?,
        other_titles: Vec::new(),
        kind: of_name(&row.get::<String>(4)?)?,
        year: row
            .get::<Option<i32>>(5)?
            .map(|year| ReleaseYear::try_from(i64::from(year)).map_err(broken))
            .transpose()?,
        description: description(row)?,
        genres: Vec::new(),
        countries: Vec::new(),
        runtime_minutes: row
            .get::<Option<i32>>(10)?
            .and_then(|minutes| u16::try_from(minutes).ok()),
        people: Vec::new(),
        poster: poster(optional(11)?, optional(12)?)?,
        ratings: Vec::new(),
        popularity: row.get(13)?,
        keywords: Vec::new(),
        refs: tmdb.into_iter().collect::<Result<_, _>>()?,
        provenance: Vec::new(),
        refreshed_at: row.get(15)?,
    })
}

fn description(row: &Row) -> Result<Option<KnownText>, StoreError> {
    let text: String = row.get(6)?;
    if text.is_empty() {
        return Ok(None);
    }
    let origin = row.get::<Option<String>>(7)?.map(|name| {
        Ok::<_, StoreError>(TextOrigin {
            name,
            url: row.get(8)?,
            terms: row.get(9)?,
        })
    });
    Ok(Some(KnownText {
        text: parsed(&text, |text| Ok(FilmDescription::parse(text)?))?,
        origin: origin.transpose()?,
    }))
}

fn poster(
    source: Option<String>,
    url: Option<String>,
) -> Result<Option<Said<PosterUrl>>, StoreError> {
    let (Some(source), Some(url)) = (source, url) else {
        return Ok(None);
    };
    Ok(Some(Said {
        by: of_name(&source)?,
        what: parsed(&url, |url| Ok(PosterUrl::parse(url)?))?,
    }))
}

type Films = BTreeMap<Uuid, KnownFilm>;

async fn add_parts(
    tx: &DatabaseTransaction,
    places: &str,
    values: &[Value],
    films: &mut Films,
) -> Result<(), StoreError> {
    let sql = format!(
        "SELECT g.film_id, 'genre' AS what, g.position AS place, n.slug AS first, '' AS second, \
             g.genre_id AS id FROM film_genres g JOIN genres n ON n.id = g.genre_id \
             WHERE g.film_id IN ({places}) \
         UNION ALL SELECT film_id, 'country', position, name, '', film_id \
             FROM film_countries WHERE film_id IN ({places}) \
         UNION ALL SELECT m.film_id, m.role, m.position, p.name, p.other_name, p.id \
             FROM film_people m JOIN people p ON p.id = m.person_id WHERE m.film_id IN ({places}) \
         UNION ALL SELECT m.film_id, 'person', m.position, e.source, e.value, e.person_id \
             FROM film_people m JOIN people_external_ids e ON e.person_id = m.person_id \
             WHERE m.film_id IN ({places}) \
         UNION ALL SELECT film_id, 'name', 0, source, value, film_id \
             FROM film_external_ids WHERE film_id IN ({places}) \
         UNION ALL SELECT film_id, 'title', position, source, title, film_id \
             FROM film_titles WHERE film_id IN ({places}) \
         UNION ALL SELECT film_id, 'keyword', position, source, word, film_id \
             FROM film_keywords WHERE film_id IN ({places}) \
         ORDER BY 1, 3, 4, 5"
    );
    let rows = Query::new(&sql, values.to_vec()).all(tx).await?;
    let mut names_of_people: HashMap<(Uuid, Uuid), Vec<ExternalRef>> = HashMap::new();
    for row in &rows {
        let film_id: Uuid = row.get(0)?;
        let Some(film) = films.get_mut(&film_id) else {
            continue;
        };
        let (first, second) = (row.get::<String>(3)?, row.get::<Option<String>>(4)?);
        let second = second.unwrap_or_default();
        match row.get::<String>(1)?.as_str() {
            "genre" => film.genres.push(genre(row, 3)?),
            "country" => film
                .countries
                .push(parsed(&first, |name| Ok(CountryName::parse(name)?))?),
            "director" => film.people.push(person(row, CreditRole::Director)?),
            "cast" => film.people.push(person(row, CreditRole::Cast)?),
            "name" => film.refs.push(external_ref(&first, &second)?),
            "title" => film.other_titles.push(Said {
                by: of_name(&first)?,
                what: title(&second)?,
            }),
            "keyword" => film.keywords.push(Said {
                by: of_name(&first)?,
                what: second,
            }),
            _ => {
                let names = names_of_people.entry((film_id, row.get(5)?)).or_default();
                let name = external_ref(&first, &second)?;
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
    }
    for (film_id, film) in films {
        for person in &mut film.people {
            let known = person.id.map(|id| (*film_id, id.as_uuid()));
            if let Some(names) = known.and_then(|key| names_of_people.get(&key)) {
                person.refs.clone_from(names);
            }
        }
        film.people
            .sort_by_key(|person| person.role == CreditRole::Cast);
    }
    Ok(())
}

fn person(row: &Row, role: CreditRole) -> Result<KnownPerson, StoreError> {
    let name = |text: String| parsed(&text, |text| Ok(PersonName::parse(text)?));
    Ok(KnownPerson {
        id: Some(Id::from_uuid(row.get(5)?)),
        name: name(row.get(3)?)?,
        other_name: row.get::<Option<String>>(4)?.map(name).transpose()?,
        role,
        refs: Vec::new(),
    })
}

async fn add_ratings(
    tx: &DatabaseTransaction,
    places: &str,
    values: &[Value],
    films: &mut Films,
) -> Result<(), StoreError> {
    let sql = format!(
        "SELECT film_id, source, mean, votes FROM film_ratings_elsewhere \
         WHERE film_id IN ({places})"
    );
    for row in Query::new(&sql, values.to_vec()).all(tx).await? {
        let votes = u32::try_from(row.get::<i64>(3)?).unwrap_or(u32::MAX);
        let rating = SourceRating::new(row.get(2)?, votes);
        let film = films.get_mut(&row.get::<Uuid>(0)?);
        if let (Some(film), Some(rating)) = (film, rating) {
            film.ratings
                .push((of_name(&row.get::<String>(1)?)?, rating));
        }
    }
    for film in films.values_mut() {
        film.ratings.sort_by_key(|(source, _)| *source);
    }
    Ok(())
}

async fn add_provenance(
    tx: &DatabaseTransaction,
    places: &str,
    values: Vec<Value>,
    films: &mut Films,
) -> Result<(), StoreError> {
    let sql = format!(
        "SELECT film_id, source, source_id, fetched_at, depth FROM film_provenance \
         WHERE film_id IN ({places})"
    );
    for row in Query::new(&sql, values).all(tx).await? {
        if let Some(film) = films.get_mut(&row.get::<Uuid>(0)?) {
            film.provenance.push(provenance(&row)?);
        }
    }
    for film in films.values_mut() {
        film.provenance.sort_by_key(|told| told.at.source());
    }
    Ok(())
}
