//! Rows of the table `films`.
use super::folding::{sorting_form, title_key};
use crate::persistence::corrupt;
use application::shared::store::StoreError;
use domain::{
    catalogue::{
        Blurhash, CountryName, Film, FilmContent, FilmDescription, FilmTitle, GenreId, PosterKey,
        PosterLooks, ReleaseYear, TmdbId, UnknownFilmKind,
    },
    library::MalformedHexColor,
    shared::Id,
};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "films")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) title: String,
    pub(crate) sort_title: String,
    pub(crate) description: String,
    pub(crate) kind: String,
    pub(crate) country: Option<String>,
    pub(crate) release_year: Option<i32>,
    pub(crate) sort_year: i32,
    pub(crate) runtime_minutes: Option<i32>,
    pub(crate) poster_key: Option<String>,
    pub(crate) poster_blurhash: Option<String>,
    pub(crate) poster_colour: Option<String>,
    pub(crate) tmdb_id: Option<i64>,
    pub(crate) owner_id: Option<Uuid>,
    pub(crate) text_source: Option<String>,
    pub(crate) text_url: Option<String>,
    pub(crate) text_licence: Option<String>,
    pub(crate) original_title: Option<String>,
    pub(crate) title_key: Option<String>,
    pub(crate) original_key: Option<String>,
    pub(crate) told_by: Option<String>,
    pub(crate) poster_source: Option<String>,
    pub(crate) poster_url: Option<String>,
    #[sea_orm(column_type = "Double", nullable)]
    pub(crate) popularity: Option<f64>,
    pub(crate) refreshed_at: Option<DateTimeUtc>,
    pub(crate) asked_at: Option<DateTimeUtc>,
    pub(crate) revision: i64,
    pub(crate) created_at: DateTimeUtc,
    pub(crate) updated_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl From<&Film> for Model {
    fn from(film: &Film) -> Self {
        let FilmContent {
            title,
            description,
            country,
            release_year,
            ..
        } = &film.content;
        let looks = film.poster_looks.as_ref();
        Self {
            id: film.id.as_uuid(),
            title: title.as_str().to_owned(),
            sort_title: sorting_form(title.as_str()),
            description: description
                .as_ref()
                .map(|text| text.as_str().to_owned())
                .unwrap_or_default(),
            kind: film.kind.name().to_owned(),
            country: country.as_ref().map(|country| country.as_str().to_owned()),
            release_year: release_year.map(ReleaseYear::get),
            sort_year: release_year.map_or(0, ReleaseYear::get),
            runtime_minutes: None,
            poster_key: film.poster.as_ref().map(|key| key.as_str().to_owned()),
            poster_blurhash: looks.map(|looks| looks.blurhash.as_str().to_owned()),
            poster_colour: looks.map(|looks| looks.colour.as_str().to_owned()),
            tmdb_id: film.tmdb.map(|tmdb| tmdb.0),
            owner_id: film.owner.map(Id::as_uuid),
            text_source: None,
            text_url: None,
            text_licence: None,
            original_title: None,
            title_key: Some(title_key(title.as_str())),
            original_key: None,
            told_by: None,
            poster_source: None,
            poster_url: None,
            popularity: None,
            refreshed_at: None,
            asked_at: None,
            revision: film.revision,
            created_at: film.created_at,
            updated_at: film.updated_at,
        }
    }
}

impl Model {
    /// The film of this row, with its genres from their own table.
    pub(crate) fn into_film(self, genres: Vec<GenreId>) -> Result<Film, StoreError> {
        let description = match self.description.as_str() {
            "" => None,
            text => Some(FilmDescription::parse(text).map_err(|source| corrupt("film", source))?),
        };
        Ok(Film {
            id: Id::from_uuid(self.id),
            content: FilmContent {
                title: FilmTitle::parse(&self.title).map_err(|source| corrupt("film", source))?,
                description,
                genres,
                country: self
                    .country
                    .map(|text| CountryName::parse(&text).map_err(|source| corrupt("film", source)))
                    .transpose()?,
                release_year: self
                    .release_year
                    .map(|year| {
                        ReleaseYear::try_from(i64::from(year))
                            .map_err(|source| corrupt("film", source))
                    })
                    .transpose()?,
            },
            kind: self
                .kind
                .parse()
                .map_err(|source: UnknownFilmKind| corrupt("film", source))?,
            poster: self
                .poster_key
                .map(|text| PosterKey::parse(&text).map_err(|source| corrupt("film", source)))
                .transpose()?,
            poster_looks: looks(self.poster_blurhash, self.poster_colour)?,
            tmdb: self.tmdb_id.map(TmdbId),
            owner: self.owner_id.map(Id::from_uuid),
            revision: self.revision,
            created_at: self.created_at,
            updated_at: self.updated_at,
        })
    }
}

/// How a poster looks, where both halves of it are known.
pub(crate) fn looks(
    blurhash: Option<String>,
    colour: Option<String>,
) -> Result<Option<PosterLooks>, StoreError> {
    let (Some(blurhash), Some(colour)) = (blurhash, colour) else {
        return Ok(None);
    };
    Ok(Some(PosterLooks {
        blurhash: Blurhash::parse(&blurhash).map_err(|source| corrupt("film", source))?,
        colour: colour
            .parse()
            .map_err(|source: MalformedHexColor| corrupt("film", source))?,
    }))
}
