//! A user rates films and sees what they rated.
use super::cursors;
use crate::{
    ApiSettings,
    catalogue::film_view::ListedFilmView,
    http::{
        answer,
        body::JsonBody,
        checker::{Broken, Checker, Field, UnknownWord},
        path::PathId,
        problem::Problem,
        query::QueryFields,
        signed_in::SignedIn,
        state::{Settings, Use},
        words::{FilmPageSize, RatingSort, RatingValue},
    },
};
use actix_web::HttpResponse;
use application::{
    shared::page::{Page, PageRequest},
    taste::{
        ports::{RatedFilm, RatingFilter, RatingKey, RatingOrder},
        ratings::{ListRatings, RateFilm, ShowRating, UnrateFilm},
    },
};
use chrono::{DateTime, Utc};
use domain::{
    catalogue::Film,
    taste::{FilmRating, Rating},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// How much the user liked a film: as `value`, or as `stars`, of which one is two.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = RatingPut)]
pub struct RatingBody {
    /// From 1 to 10.
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 10, example = 9)]
    #[serde(default)]
    value: Field<i64>,
    /// From 0.5 to 5, in halves.
    #[schema(value_type = Option<f64>, minimum = 0.5, maximum = 5, multiple_of = 0.5, example = 4.5)]
    #[serde(default)]
    stars: Field<f64>,
}

impl RatingBody {
    fn check(self) -> Result<Rating, Problem> {
        let mut check = Checker::of_body();
        let is_in_stars = matches!(self.value, Field::Missing | Field::Null);
        let rating = if is_in_stars && !matches!(self.stars, Field::Missing | Field::Null) {
            check.required("stars", self.stars, Rating::from_stars)
        } else {
            let value = check.required("value", self.value, Rating::try_from);
            let stars = check.optional("stars", self.stars, Rating::from_stars);
            if stars.is_some() && stars != value {
                check.value(
                    "stars",
                    Err::<(), _>(Broken("must say the same as `value`")),
                );
            }
            value
        };
        check.finish(|| rating)
    }
}

/// How much the user liked a film.
#[derive(Serialize, ToSchema)]
#[schema(as = Rating)]
pub struct RatingView {
    film_id: Uuid,
    /// From 1 to 10.
    #[schema(minimum = 1, maximum = 10, example = 9)]
    value: u8,
    /// The same from 0.5 to 5.
    #[schema(example = 4.5)]
    stars: f64,
    /// Since when they say so.
    rated_at: DateTime<Utc>,
}

impl From<FilmRating> for RatingView {
    fn from(rating: FilmRating) -> Self {
        Self {
            film_id: rating.film.as_uuid(),
            value: rating.rating.get(),
            stars: rating.rating.stars(),
            rated_at: rating.rated_at,
        }
    }
}

/// A film and how much the user liked it.
#[derive(Serialize, ToSchema)]
#[schema(as = RatedFilm)]
pub struct RatedFilmView<'a> {
    film: ListedFilmView<'a>,
    /// From 1 to 10.
    #[schema(minimum = 1, maximum = 10, example = 9)]
    value: u8,
    /// The same from 0.5 to 5.
    #[schema(example = 4.5)]
    stars: f64,
    /// Since when they say so.
    rated_at: DateTime<Utc>,
}

/// A page of rated films.
#[derive(Serialize, ToSchema)]
#[schema(as = RatingPage)]
pub struct RatingPageView<'a> {
    items: Vec<RatedFilmView<'a>>,
    /// The `cursor` of the next page; null when this is the last one.
    #[schema(required)]
    next: Option<String>,
}

impl<'a> RatingPageView<'a> {
    fn new(
        page: &'a Page<RatedFilm, RatingKey>,
        order: RatingOrder,
        settings: &'a ApiSettings,
    ) -> Self {
        let items = page.items.iter().map(|rated| RatedFilmView {
            film: ListedFilmView::new(&rated.film, settings),
            value: rated.rating.get(),
            stars: rated.rating.stars(),
            rated_at: rated.rated_at,
        });
        let next = page.next.as_ref();
        Self {
            items: items.collect(),
            next: next.map(|key| cursors::write_rating_key(order, key)),
        }
    }
}

fn order(word: &str) -> Result<RatingOrder, UnknownWord> {
    match word {
        "-rated" => Ok(RatingOrder::NewestFirst),
        "rated" => Ok(RatingOrder::OldestFirst),
        "-value" => Ok(RatingOrder::HighestFirst),
        "value" => Ok(RatingOrder::LowestFirst),
        "title" => Ok(RatingOrder::Title),
        "-title" => Ok(RatingOrder::TitleDescending),
        "year" => Ok(RatingOrder::Year),
        "-year" => Ok(RatingOrder::YearDescending),
        _ => Err(UnknownWord(
            "`-rated`, `rated`, `-value`, `value`, `title`, `-title`, `year`, `-year`",
        )),
    }
}

fn request(query: &QueryFields) -> Result<ListRatings, Problem> {
    let mut check = Checker::of_parameters();
    let filter = RatingFilter {
        from: query.number(&mut check, "value_from"),
        to: query.number(&mut check, "value_to"),
    };
    let order = query.parsed(&mut check, "sort", order).unwrap_or_default();
    let size = query.number(&mut check, "limit").unwrap_or_default();
    let after = query.parsed(&mut check, "cursor", |text| {
        cursors::read_rating_key(order, text)
    });
    let page = PageRequest { size, after };
    check.finish(|| {
        Some(ListRatings {
            filter,
            order,
            page,
        })
    })
}

/// Lists the films that the user rated, page by page.
#[utoipa::path(
    get, path = "/api/v1/me/ratings", operation_id = "listRatings", tag = "me", security(("bearer" = [])),
    params(
        ("value_from" = inline(Option<RatingValue>), Query, description = "Only this rating or higher ones"),
        ("value_to" = inline(Option<RatingValue>), Query, description = "Only this rating or lower ones"),
        ("sort" = inline(Option<RatingSort>), Query, description = "`-rated` (the default: the newest first), `rated`, `-value`, `value`, `title`, `-title`, `year` or `-year`"),
        ("limit" = inline(Option<FilmPageSize>), Query, description = "How many films on a page"),
        ("cursor" = Option<String>, Query, description = "`next` of the page before"),
    ),
    responses((status = 200, description = "A page of rated films", body = RatingPageView<'static>))
)]
pub async fn list_ratings(
    actor: SignedIn,
    query: QueryFields,
    list: Use<ListRatings>,
    settings: Settings,
) -> Result<HttpResponse, Problem> {
    let request = request(&query)?;
    let order = request.order;
    let page = list.execute(&actor, request).await?;
    answer::ok(&RatingPageView::new(&page, order, &settings))
}

/// Shows how the user rated a film.
#[utoipa::path(
    get, path = "/api/v1/me/ratings/{film_id}", operation_id = "showRating", tag = "me", security(("bearer" = [])),
    params(("film_id" = Uuid, Path, description = "The film")),
    responses(
        (status = 200, description = "The rating", body = RatingView),
        (status = 404, description = "The user has not rated the film"),
    )
)]
pub async fn show_rating(
    actor: SignedIn,
    film: PathId<Film>,
    show: Use<ShowRating>,
) -> Result<HttpResponse, Problem> {
    let rating = show.execute(&actor, ShowRating { film: film.0 }).await?;
    answer::ok(&RatingView::from(rating))
}

/// Rates a film, in place of the rating before; a film that is rated was seen.
#[utoipa::path(
    put, path = "/api/v1/me/ratings/{film_id}", operation_id = "rateFilm", tag = "me", security(("bearer" = [])),
    params(("film_id" = Uuid, Path, description = "The film")),
    request_body = RatingBody,
    responses(
        (status = 200, description = "The rating", body = RatingView),
        (status = 404, description = "Film not found"),
        (status = 409, description = "The user was removed meanwhile"),
    )
)]
pub async fn rate_film(
    actor: SignedIn,
    film: PathId<Film>,
    body: JsonBody<RatingBody>,
    rate: Use<RateFilm>,
) -> Result<HttpResponse, Problem> {
    let (film, rating) = (film.0, body.0.check()?);
    let rating = rate.execute(&actor, RateFilm { film, rating }).await?;
    answer::ok(&RatingView::from(rating))
}

/// Takes a rating back; that the film was seen stays.
#[utoipa::path(
    delete, path = "/api/v1/me/ratings/{film_id}", operation_id = "unrateFilm", tag = "me", security(("bearer" = [])),
    params(("film_id" = Uuid, Path, description = "The film")),
    responses(
        (status = 204, description = "Taken back"),
        (status = 404, description = "The user has not rated the film"),
    )
)]
pub async fn unrate_film(
    actor: SignedIn,
    film: PathId<Film>,
    unrate: Use<UnrateFilm>,
) -> Result<HttpResponse, Problem> {
    unrate.execute(&actor, UnrateFilm { film: film.0 }).await?;
    Ok(answer::done())
}
