//! Which films somebody wants to be recommended, as a query or a body says it.
use crate::http::{
    checker::{Broken, Checker, Field},
    query::QueryFields,
};
use application::recommendation::wishes::{Minutes, Wishes};
use domain::catalogue::{CountryName, FilmKind, ReleaseYear};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

/// Reads wishes from a query.
pub fn of_query(query: &QueryFields, check: &mut Checker) -> Wishes {
    Wishes {
        kind: query.parsed(check, "movie_type", str::parse::<FilmKind>),
        genres: query.ids(check, "genres_ids"),
        moods: query.ids(check, "moods_ids"),
        year_from: query.number(check, "year_from"),
        year_to: query.number(check, "year_to"),
        minutes_from: query.number(check, "runtime_from"),
        minutes_to: query.number(check, "runtime_to"),
        countries: query.all(check, "country", |name| {
            CountryName::parse(name).map(CountryName::into_string)
        }),
    }
}

/// Wishes as members of a body, each of which may be left out.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = Wishes)]
pub struct WishesBody {
    #[schema(value_type = Option<String>, example = "movie")]
    #[serde(default)]
    movie_type: Field<String>,
    #[schema(value_type = Option<Vec<uuid::Uuid>>)]
    #[serde(default)]
    genres_ids: Field<Vec<Value>>,
    #[schema(value_type = Option<Vec<uuid::Uuid>>)]
    #[serde(default)]
    moods_ids: Field<Vec<Value>>,
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 2_147_483_647)]
    #[serde(default)]
    year_from: Field<i64>,
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 2_147_483_647)]
    #[serde(default)]
    year_to: Field<i64>,
    /// How many minutes they last at the least.
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 65_535)]
    #[serde(default)]
    runtime_from: Field<i64>,
    /// How many minutes they last at the most.
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 65_535)]
    #[serde(default)]
    runtime_to: Field<i64>,
    #[schema(value_type = Option<Vec<String>>)]
    #[serde(default)]
    countries: Field<Vec<Value>>,
}

impl WishesBody {
    /// Takes the members apart.
    pub fn check(self, check: &mut Checker) -> Wishes {
        Wishes {
            kind: check.optional("movie_type", self.movie_type, |word| {
                word.parse::<FilmKind>()
            }),
            genres: check.ids("genres_ids", self.genres_ids),
            moods: check.ids("moods_ids", self.moods_ids),
            year_from: check.optional("year_from", self.year_from, ReleaseYear::try_from),
            year_to: check.optional("year_to", self.year_to, ReleaseYear::try_from),
            minutes_from: check.optional("runtime_from", self.runtime_from, Minutes::try_from),
            minutes_to: check.optional("runtime_to", self.runtime_to, Minutes::try_from),
            countries: check
                .optional("countries", self.countries, countries)
                .unwrap_or_default(),
        }
    }
}

fn countries(names: Vec<Value>) -> Result<Vec<String>, Broken> {
    let name = |value: Value| CountryName::parse(value.as_str()?).ok();
    let names = names
        .into_iter()
        .map(|value| name(value).map(CountryName::into_string));
    names
        .collect::<Option<Vec<String>>>()
        .ok_or(Broken("must be names of countries"))
}
