//! What is told of films.
use super::poster_urls::{PosterUrl, PosterUrls};
use crate::{ApiSettings, http::words::MovieType};
use application::catalogue::views::{
    Attribution, Credit, FilmDetails, FlaggedFilm, RatingElsewhere, ToldBy,
};
use chrono::{DateTime, Utc};
use domain::{
    catalogue::{Genre, ImageSize},
    shared::{Id, Language},
};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// The size of `poster_url`: enough for a card on a phone and for a page on a screen.
const SHOWN_SIZE: ImageSize = ImageSize::W500;

/// A film as one viewer sees it; flags are false for somebody who has not signed in.
#[derive(Serialize, ToSchema)]
#[schema(as = FilmResponse)]
pub struct FilmView<'a> {
    id: Uuid,
    #[schema(example = "The General")]
    title: &'a str,
    /// Empty when there is none.
    description: &'a str,
    #[schema(required, example = "United States")]
    country: Option<&'a str>,
    #[schema(required, example = 1926)]
    release_year: Option<i32>,
    /// The poster, 500 pixels wide.
    #[schema(required, value_type = Option<String>)]
    poster_url: Option<PosterUrl<'a>>,
    /// Its number at TMDB.
    #[schema(required)]
    tmdb_id: Option<i64>,
    /// The user who added it; null for films of the catalogue.
    #[schema(required)]
    owner_id: Option<Uuid>,
    is_liked: bool,
    is_wish: bool,
    is_watched: bool,
}

impl<'a> FilmView<'a> {
    /// Tells of a film.
    pub fn new(film: &'a FlaggedFilm, settings: &'a ApiSettings) -> Self {
        let card = &*film.card;
        Self {
            id: card.id.as_uuid(),
            title: &card.title,
            description: &card.description,
            country: card.country.as_deref(),
            release_year: card.release_year,
            poster_url: card
                .poster
                .as_ref()
                .map(|key| settings.posters.url(key, SHOWN_SIZE)),
            tmdb_id: card.tmdb.map(|tmdb| tmdb.0),
            owner_id: card.owner.map(domain::shared::Id::as_uuid),
            is_liked: film.flags.is_liked,
            is_wish: film.flags.is_wish,
            is_watched: film.flags.is_watched,
        }
    }

    /// Tells of films.
    pub fn all(films: &'a [FlaggedFilm], settings: &'a ApiSettings) -> Vec<Self> {
        films.iter().map(|film| Self::new(film, settings)).collect()
    }
}

/// What is shown in place of a poster until it is there; null where nobody has looked at it yet.
#[derive(Serialize, ToSchema)]
pub struct PosterLooksView<'a> {
    /// A blur of the poster, as a blurhash.
    #[schema(required, example = "LEHV6nWB2yk8pyo0adR*.7kCMdnj")]
    poster_blurhash: Option<&'a str>,
    /// The dominant colour of the poster.
    #[schema(required, example = "#4161A1")]
    poster_colour: Option<&'a str>,
}

impl<'a> PosterLooksView<'a> {
    /// Tells how the poster of a film looks.
    pub fn new(film: &'a FlaggedFilm) -> Self {
        let looks = film.card.poster_looks.as_ref();
        Self {
            poster_blurhash: looks.map(|looks| looks.blurhash.as_str()),
            poster_colour: looks.map(|looks| looks.colour.as_str()),
        }
    }
}

/// A film, and what is shown in place of its poster until that is there.
#[derive(Serialize, ToSchema)]
#[schema(as = ListedFilm)]
pub struct ListedFilmView<'a> {
    #[serde(flatten)]
    film: FilmView<'a>,
    #[serde(flatten)]
    looks: PosterLooksView<'a>,
}

impl<'a> ListedFilmView<'a> {
    /// Tells of a film.
    pub fn new(film: &'a FlaggedFilm, settings: &'a ApiSettings) -> Self {
        Self {
            film: FilmView::new(film, settings),
            looks: PosterLooksView::new(film),
        }
    }

    /// Tells of films.
    pub fn all(films: &'a [FlaggedFilm], settings: &'a ApiSettings) -> Vec<Self> {
        films.iter().map(|film| Self::new(film, settings)).collect()
    }
}

/// A page of films.
#[derive(Serialize, ToSchema)]
#[schema(as = FilmPage)]
pub struct FilmPageView<'a> {
    pub items: Vec<ListedFilmView<'a>>,
    /// The `cursor` of the next page; null when this is the last one.
    #[schema(required)]
    pub next: Option<String>,
}

/// Something that has a name and is known by an identifier.
#[derive(Serialize, ToSchema)]
#[schema(as = Named)]
pub struct NamedView<'a> {
    id: Uuid,
    name: &'a str,
}

impl<'a> NamedView<'a> {
    /// Names something.
    pub fn new<K: ?Sized>(id: Id<K>, name: &'a str) -> Self {
        Self {
            id: id.as_uuid(),
            name,
        }
    }
}

/// Whose words a description is, and on what terms they may be shown.
#[derive(Serialize, ToSchema)]
#[schema(as = Attribution)]
pub struct AttributionView<'a> {
    #[schema(example = "Wikipedia")]
    source: &'a str,
    #[schema(required)]
    url: Option<&'a str>,
    #[schema(required, example = "CC BY-SA 4.0")]
    licence: Option<&'a str>,
}

/// What the users of another catalogue think of a film.
#[derive(Serialize, ToSchema)]
#[schema(as = RatingElsewhere)]
pub struct RatingView {
    #[schema(value_type = String, example = "tmdb")]
    source: &'static str,
    /// From 0 to 10.
    #[schema(example = 8.2)]
    mean: f64,
    #[schema(example = 24000)]
    votes: u32,
}

/// Another catalogue that has told something of a film.
#[derive(Serialize, ToSchema)]
#[schema(as = ToldBy)]
pub struct ToldByView {
    #[schema(value_type = String, example = "tmdb")]
    source: &'static str,
    /// The name to show.
    #[schema(value_type = String, example = "TMDB")]
    name: &'static str,
    /// Where it tells everybody.
    #[schema(example = "https://www.themoviedb.org/movie/961")]
    url: String,
    /// When it was asked last.
    fetched_at: DateTime<Utc>,
    /// The terms under which it tells.
    #[schema(value_type = String, example = "TMDB API Terms of Use")]
    terms: &'static str,
    /// What has to be said wherever something of it is shown.
    #[schema(value_type = String, example = "This product uses the TMDB API but is not endorsed or certified by TMDB.")]
    notice: &'static str,
}

/// Everything that is known of a film.
#[derive(Serialize, ToSchema)]
#[schema(as = FilmDetails)]
pub struct FilmDetailsView<'a> {
    #[serde(flatten)]
    film: FilmView<'a>,
    /// The title in the language in which it was made, where that is another one.
    #[schema(required)]
    original_title: Option<&'a str>,
    /// Titles under which it is known elsewhere.
    other_titles: &'a [String],
    #[schema(inline, value_type = MovieType, example = "movie")]
    kind: &'a str,
    #[schema(required)]
    runtime_minutes: Option<u16>,
    /// The most fitting first.
    genres: Vec<NamedView<'a>>,
    countries: &'a [String],
    directors: Vec<NamedView<'a>>,
    cast: Vec<NamedView<'a>>,
    /// What other catalogues call it, by catalogue.
    #[schema(value_type = std::collections::BTreeMap<String, String>, example = json!({"imdb": "tt0017925", "wikidata": "Q848785"}))]
    external_ids: BTreeMap<&'a str, &'a str>,
    #[schema(required)]
    attribution: Option<AttributionView<'a>>,
    /// The poster in all sizes, by the width in pixels, and `original`.
    #[schema(required, value_type = Option<std::collections::BTreeMap<String, String>>, example = json!({"92": "https://films.example/images/92/posters/…", "original": "https://films.example/images/original/posters/…"}))]
    poster_urls: Option<PosterUrls<'a>>,
    #[serde(flatten)]
    looks: PosterLooksView<'a>,
    /// What the users of other catalogues think of it.
    ratings: Vec<RatingView>,
    /// The other catalogues that have told something of it, with what they want to be said.
    told_by: Vec<ToldByView>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl<'a> FilmDetailsView<'a> {
    /// Tells everything of a film, with the names of its genres in a language.
    pub fn new(
        details: &'a FilmDetails,
        genres: &'a [Genre],
        language: Language,
        settings: &'a ApiSettings,
    ) -> Self {
        let wanted = details.genres.iter();
        let found = wanted.filter_map(|id| genres.iter().find(|genre| genre.id == *id));
        Self {
            film: FilmView::new(&details.film, settings),
            original_title: details.original_title.as_deref(),
            other_titles: &details.other_titles,
            kind: details.kind.name(),
            runtime_minutes: details.runtime_minutes,
            genres: found
                .map(|genre| NamedView {
                    id: genre.id.as_uuid(),
                    name: genre.name(language),
                })
                .collect(),
            countries: &details.countries,
            directors: credits(&details.directors),
            cast: credits(&details.cast),
            external_ids: external_ids(&details.external_ids),
            attribution: details.attribution.as_ref().map(AttributionView::from),
            ratings: details.ratings.iter().map(RatingView::from).collect(),
            told_by: details.told_by.iter().map(ToldByView::from).collect(),
            poster_urls: details
                .film
                .card
                .poster
                .as_ref()
                .map(|key| settings.posters.urls(key)),
            looks: PosterLooksView::new(&details.film),
            created_at: details.created_at,
            updated_at: details.updated_at,
        }
    }
}

fn credits(credits: &[Credit]) -> Vec<NamedView<'_>> {
    credits
        .iter()
        .map(|credit| NamedView {
            id: credit.person.as_uuid(),
            name: &credit.name,
        })
        .collect()
}

fn external_ids(ids: &[(String, String)]) -> BTreeMap<&str, &str> {
    ids.iter()
        .map(|(source, value)| (source.as_str(), value.as_str()))
        .collect()
}

impl<'a> From<&'a Attribution> for AttributionView<'a> {
    fn from(attribution: &'a Attribution) -> Self {
        Self {
            source: &attribution.source,
            url: attribution.url.as_deref(),
            licence: attribution.licence.as_deref(),
        }
    }
}

impl From<&RatingElsewhere> for RatingView {
    fn from(elsewhere: &RatingElsewhere) -> Self {
        Self {
            source: elsewhere.source.name(),
            mean: elsewhere.rating.mean(),
            votes: elsewhere.rating.votes(),
        }
    }
}

impl From<&ToldBy> for ToldByView {
    fn from(told: &ToldBy) -> Self {
        let source = told.at.source();
        Self {
            source: source.name(),
            name: source.label(),
            url: told.at.page(),
            fetched_at: told.fetched_at,
            terms: source.terms(),
            notice: source.notice(),
        }
    }
}
