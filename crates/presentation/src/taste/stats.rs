//! A user looks back at what they saw.
use crate::{
    ApiSettings,
    catalogue::film_view::{FilmView, NamedView},
    http::{
        answer,
        language::{Preferred, mark},
        path::PathYear,
        problem::Problem,
        signed_in::SignedIn,
        state::{Settings, Use},
    },
};
use actix_web::{HttpRequest, HttpResponse};
use application::{
    catalogue::vocabulary::ListGenres,
    taste::stats::{ShowStats, ShownStats, Stats, Tally},
};
use domain::{catalogue::Genre, shared::Language};
use serde::Serialize;
use utoipa::ToSchema;

/// What stands in a diary about one thing.
#[derive(Serialize, ToSchema)]
#[schema(as = DiaryCounts)]
pub struct CountsView {
    /// How many films.
    #[schema(example = 12)]
    films: u64,
    /// How often they were seen.
    #[schema(example = 14)]
    viewings: u64,
    /// How many of the films are rated.
    #[schema(example = 10)]
    ratings: u64,
    /// The mean of these ratings, from 1 to 10; null where there is none.
    #[schema(required, example = 7.9)]
    mean_rating: Option<f64>,
}

impl<K> From<&Tally<K>> for CountsView {
    fn from(tally: &Tally<K>) -> Self {
        Self {
            films: tally.films,
            viewings: tally.viewings,
            ratings: tally.ratings,
            mean_rating: tally.mean,
        }
    }
}

/// What stands in a diary about a year or a decade.
#[derive(Serialize, ToSchema)]
#[schema(as = DiaryOfYear)]
pub struct OfYearView {
    /// The year, or the first one of the decade.
    #[schema(example = 2026)]
    year: i32,
    #[serde(flatten)]
    counts: CountsView,
}

/// What stands in a diary about a month.
#[derive(Serialize, ToSchema)]
#[schema(as = DiaryOfMonth)]
pub struct OfMonthView<'a> {
    /// The month.
    #[schema(example = "2026-11")]
    month: &'a str,
    #[serde(flatten)]
    counts: CountsView,
}

/// What stands in a diary about a genre or a person.
#[derive(Serialize, ToSchema)]
#[schema(as = DiaryOfNamed)]
pub struct OfNamedView<'a> {
    #[serde(flatten)]
    named: NamedView<'a>,
    #[serde(flatten)]
    counts: CountsView,
}

/// What stands in a diary about a country.
#[derive(Serialize, ToSchema)]
#[schema(as = DiaryOfCountry)]
pub struct OfCountryView<'a> {
    /// The country, as the sources of films name it.
    #[schema(example = "Italy")]
    country: &'a str,
    #[serde(flatten)]
    counts: CountsView,
}

/// How many films have a rating.
#[derive(Serialize, ToSchema)]
#[schema(as = DiaryOfRating)]
pub struct OfRatingView {
    /// From 1 to 10.
    #[schema(minimum = 1, maximum = 10, example = 9)]
    value: u8,
    films: u64,
}

/// A diary in numbers. A film counts once, however often it was seen, and with the rating it has now.
#[derive(Serialize, ToSchema)]
#[schema(as = DiaryStats)]
pub struct StatsView<'a> {
    /// Everything together.
    total: CountsView,
    /// How many viewings were not the first of their film.
    rewatches: u64,
    /// How long it took in all, as far as it is known how long the films are.
    minutes: u64,
    /// Ratings that no film has are left out.
    by_rating: Vec<OfRatingView>,
    /// By year of seeing, the newest first.
    by_year: Vec<OfYearView>,
    /// By month of seeing, the newest first.
    by_month: Vec<OfMonthView<'a>>,
    /// By the decade in which the films came out, the newest first.
    by_decade: Vec<OfYearView>,
    /// By genre, that of most films first.
    by_genre: Vec<OfNamedView<'a>>,
    /// By director, those of most films first, up to 30.
    by_director: Vec<OfNamedView<'a>>,
    /// By country, that of most films first.
    by_country: Vec<OfCountryView<'a>>,
    /// The films that the user rated highest, up to 10.
    best: Vec<FilmView<'a>>,
}

impl<'a> StatsView<'a> {
    fn new(
        shown: &'a ShownStats,
        genres: &'a [Genre],
        language: Language,
        settings: &'a ApiSettings,
    ) -> Self {
        let stats = &shown.stats;
        let ratings = stats.by_rating.iter();
        let months = stats.by_month.iter().map(|tally| OfMonthView {
            month: &tally.what,
            counts: tally.into(),
        });
        let countries = stats.by_country.iter().map(|tally| OfCountryView {
            country: &tally.what,
            counts: tally.into(),
        });
        Self {
            total: (&stats.total).into(),
            rewatches: stats.rewatches,
            minutes: stats.minutes,
            by_rating: ratings
                .map(|(rating, films)| OfRatingView {
                    value: rating.get(),
                    films: *films,
                })
                .collect(),
            by_year: of_years(&stats.by_year),
            by_month: months.collect(),
            by_decade: of_years(&stats.by_decade),
            by_genre: of_genres(stats, genres, language),
            by_director: of_directors(stats),
            by_country: countries.collect(),
            best: FilmView::all(&shown.best, settings),
        }
    }
}

fn of_years(tallies: &[Tally<i32>]) -> Vec<OfYearView> {
    let years = tallies.iter().map(|tally| OfYearView {
        year: tally.what,
        counts: tally.into(),
    });
    years.collect()
}

fn of_genres<'a>(
    stats: &'a Stats,
    genres: &'a [Genre],
    language: Language,
) -> Vec<OfNamedView<'a>> {
    let named = stats.by_genre.iter().filter_map(|tally| {
        let genre = genres.iter().find(|genre| genre.id == tally.what)?;
        Some(OfNamedView {
            named: NamedView::new(genre.id, genre.name(language)),
            counts: tally.into(),
        })
    });
    named.collect()
}

fn of_directors(stats: &Stats) -> Vec<OfNamedView<'_>> {
    let named = stats.by_director.iter().map(|tally| OfNamedView {
        named: NamedView::new(tally.what.person, &tally.what.name),
        counts: tally.into(),
    });
    named.collect()
}

async fn answered(
    actor: &SignedIn,
    request: ShowStats,
    language: Language,
    show: &Use<ShowStats>,
    list_genres: &Use<ListGenres>,
    settings: &Settings,
    req: &HttpRequest,
) -> Result<HttpResponse, Problem> {
    let shown = show.execute(actor, request).await?;
    let all = ListGenres { moods: Vec::new() };
    let genres = list_genres.execute(actor, all).await?;
    let view = StatsView::new(&shown, &genres, language, settings);
    let mut response = answer::ok(&view)?;
    mark(req, &mut response, language);
    Ok(response)
}

/// Shows the user's diary in numbers: by year, month, decade, genre, director and country.
#[utoipa::path(
    get, path = "/api/v1/me/stats", operation_id = "showStats", tag = "me", security(("bearer" = [])),
    params(("Accept-Language" = Option<String>, Header, description = "The language of the genres' names")),
    responses((status = 200, description = "The diary in numbers; empty lists where nothing stands in it", body = StatsView<'static>))
)]
pub async fn show_stats(
    actor: SignedIn,
    language: Preferred,
    show: Use<ShowStats>,
    list_genres: Use<ListGenres>,
    settings: Settings,
    req: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let request = ShowStats { year: None };
    answered(
        &actor,
        request,
        language.0,
        &show,
        &list_genres,
        &settings,
        &req,
    )
    .await
}

/// Shows a year of the user's diary in numbers, with the best films of it.
#[utoipa::path(
    get, path = "/api/v1/me/stats/years/{year}", operation_id = "showYear", tag = "me", security(("bearer" = [])),
    params(
        ("year" = i64, Path, description = "The year in which the films were seen", minimum = 1888, maximum = 9999),
        ("Accept-Language" = Option<String>, Header, description = "The language of the genres' names"),
    ),
    responses((status = 200, description = "The year in numbers; empty lists where nothing was seen in it", body = StatsView<'static>))
)]
pub async fn show_year(
    actor: SignedIn,
    year: PathYear,
    language: Preferred,
    show: Use<ShowStats>,
    list_genres: Use<ListGenres>,
    settings: Settings,
    req: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let request = ShowStats { year: Some(year.0) };
    answered(
        &actor,
        request,
        language.0,
        &show,
        &list_genres,
        &settings,
        &req,
    )
    .await
}
