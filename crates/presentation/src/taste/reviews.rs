//! A user writes about films, and everybody reads what is public.
use super::cursors;
use crate::{
    ApiSettings,
    catalogue::film_view::ListedFilmView,
    http::{
        answer,
        body::JsonBody,
        checker::{Checker, Field},
        conditional,
        path::PathId,
        problem::Problem,
        query::QueryFields,
        signed_in::{MaybeSignedIn, SignedIn},
        state::{Settings, Use},
        words::{FilmPageSize, StanceName},
    },
};
use actix_web::{HttpRequest, HttpResponse};
use application::{
    shared::page::{Page, PageRequest},
    taste::{
        ports::{PublicReview, PublicReviewKey, ReviewKey, ReviewedFilm},
        reviews::{DeleteReview, ListFilmReviews, ListReviews, ShowReview, WriteReview},
    },
};
use chrono::{DateTime, Utc};
use domain::{
    catalogue::Film,
    taste::{Review, ReviewContent, ReviewText, Stance},
};
use serde::{Deserialize, Serialize};
use std::convert::Infallible;
use utoipa::ToSchema;
use uuid::Uuid;

/// What a user writes about a film.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ReviewPut)]
pub struct ReviewBody {
    #[schema(value_type = String, required, min_length = 1, max_length = 10_000, example = "Slow, and worth every minute.")]
    #[serde(default)]
    text: Field<String>,
    /// Whether it gives away what happens; false unless given.
    #[schema(value_type = Option<bool>)]
    #[serde(default)]
    has_spoilers: Field<bool>,
    #[schema(inline, value_type = StanceName, required, example = "positive")]
    #[serde(default)]
    stance: Field<String>,
    /// Whether everybody may read it; false unless given.
    #[schema(value_type = Option<bool>)]
    #[serde(default)]
    is_public: Field<bool>,
}

impl ReviewBody {
    fn check(self) -> Result<ReviewContent, Problem> {
        let mut check = Checker::of_body();
        let text = check.required("text", self.text, |text| ReviewText::parse(&text));
        let has_spoilers = check.optional("has_spoilers", self.has_spoilers, Ok::<_, Infallible>);
        let stance = check.required("stance", self.stance, |word| word.parse::<Stance>());
        let is_public = check.optional("is_public", self.is_public, Ok::<_, Infallible>);
        check.finish(|| {
            Some(ReviewContent {
                text: text?,
                has_spoilers: has_spoilers.unwrap_or_default(),
                stance: stance?,
                is_public: is_public.unwrap_or_default(),
            })
        })
    }
}

/// What a user wrote about a film.
#[derive(Serialize, ToSchema)]
#[schema(as = Review)]
pub struct ReviewView<'a> {
    film_id: Uuid,
    text: &'a str,
    /// Whether it gives away what happens.
    has_spoilers: bool,
    #[schema(inline, value_type = StanceName, example = "positive")]
    stance: &'static str,
    /// Whether everybody may read it.
    is_public: bool,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl<'a> From<&'a Review> for ReviewView<'a> {
    fn from(review: &'a Review) -> Self {
        let content = &review.content;
        Self {
            film_id: review.film.as_uuid(),
            text: content.text.as_str(),
            has_spoilers: content.has_spoilers,
            stance: content.stance.name(),
            is_public: content.is_public,
            created_at: review.created_at,
            updated_at: review.updated_at,
        }
    }
}

/// A review and its film.
#[derive(Serialize, ToSchema)]
#[schema(as = ReviewedFilm)]
pub struct ReviewedFilmView<'a> {
    film: ListedFilmView<'a>,
    review: ReviewView<'a>,
}

/// A page of the user's own reviews.
#[derive(Serialize, ToSchema)]
#[schema(as = ReviewPage)]
pub struct ReviewPageView<'a> {
    items: Vec<ReviewedFilmView<'a>>,
    /// The `cursor` of the next page; null when this is the last one.
    #[schema(required)]
    next: Option<String>,
}

impl<'a> ReviewPageView<'a> {
    fn new(page: &'a Page<ReviewedFilm, ReviewKey>, settings: &'a ApiSettings) -> Self {
        let items = page.items.iter().map(|reviewed| ReviewedFilmView {
            film: ListedFilmView::new(&reviewed.film, settings),
            review: ReviewView::from(&reviewed.review),
        });
        Self {
            items: items.collect(),
            next: page.next.as_ref().map(cursors::write_review_key),
        }
    }
}

/// What somebody wrote about a film for everybody to read.
#[derive(Serialize, ToSchema)]
#[schema(as = PublicReview)]
pub struct PublicReviewView<'a> {
    /// What its author goes by.
    #[schema(example = "Anna")]
    author: &'a str,
    text: &'a str,
    /// Whether it gives away what happens.
    has_spoilers: bool,
    #[schema(inline, value_type = StanceName, example = "positive")]
    stance: &'static str,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// A page of what everybody may read about a film.
#[derive(Serialize, ToSchema)]
#[schema(as = PublicReviewPage)]
pub struct PublicReviewPageView<'a> {
    items: Vec<PublicReviewView<'a>>,
    /// The `cursor` of the next page; null when this is the last one.
    #[schema(required)]
    next: Option<String>,
}

impl<'a> PublicReviewPageView<'a> {
    fn new(page: &'a Page<PublicReview, PublicReviewKey>) -> Self {
        let items = page.items.iter().map(|review| PublicReviewView {
            author: &review.author,
            text: review.content.text.as_str(),
            has_spoilers: review.content.has_spoilers,
            stance: review.content.stance.name(),
            created_at: review.created_at,
            updated_at: review.updated_at,
        });
        Self {
            items: items.collect(),
            next: page.next.as_ref().map(cursors::write_public_review_key),
        }
    }
}

/// Lists the reviews that the user wrote, the last changed first.
#[utoipa::path(
    get, path = "/api/v1/me/reviews", operation_id = "listReviews", tag = "me", security(("bearer" = [])),
    params(
        ("limit" = inline(Option<FilmPageSize>), Query, description = "How many reviews on a page"),
        ("cursor" = Option<String>, Query, description = "`next` of the page before"),
    ),
    responses((status = 200, description = "A page of reviews with their films", body = ReviewPageView<'static>))
)]
pub async fn list_reviews(
    actor: SignedIn,
    query: QueryFields,
    list: Use<ListReviews>,
    settings: Settings,
) -> Result<HttpResponse, Problem> {
    let mut check = Checker::of_parameters();
    let size = query.number(&mut check, "limit").unwrap_or_default();
    let after = query.parsed(&mut check, "cursor", cursors::read_review_key);
    let page = check.finish(|| Some(PageRequest { size, after }))?;
    let page = list.execute(&actor, ListReviews { page }).await?;
    answer::ok(&ReviewPageView::new(&page, &settings))
}

/// Shows what the user wrote about a film.
#[utoipa::path(
    get, path = "/api/v1/me/reviews/{film_id}", operation_id = "showReview", tag = "me", security(("bearer" = [])),
    params(("film_id" = Uuid, Path, description = "The film")),
    responses(
        (status = 200, description = "The review", body = ReviewView<'static>),
        (status = 404, description = "The user has not written about the film"),
    )
)]
pub async fn show_review(
    actor: SignedIn,
    film: PathId<Film>,
    show: Use<ShowReview>,
) -> Result<HttpResponse, Problem> {
    let review = show.execute(&actor, ShowReview { film: film.0 }).await?;
    answer::ok(&ReviewView::from(&review))
}

/// Writes a review, in place of the one before.
#[utoipa::path(
    put, path = "/api/v1/me/reviews/{film_id}", operation_id = "writeReview", tag = "me", security(("bearer" = [])),
    params(("film_id" = Uuid, Path, description = "The film")),
    request_body = ReviewBody,
    responses(
        (status = 200, description = "The review", body = ReviewView<'static>),
        (status = 404, description = "Film not found"),
        (status = 409, description = "The user was removed meanwhile"),
    )
)]
pub async fn write_review(
    actor: SignedIn,
    film: PathId<Film>,
    body: JsonBody<ReviewBody>,
    write: Use<WriteReview>,
) -> Result<HttpResponse, Problem> {
    let (film, content) = (film.0, body.0.check()?);
    let review = write.execute(&actor, WriteReview { film, content }).await?;
    answer::ok(&ReviewView::from(&review))
}

/// Takes a review back.
#[utoipa::path(
    delete, path = "/api/v1/me/reviews/{film_id}", operation_id = "deleteReview", tag = "me", security(("bearer" = [])),
    params(("film_id" = Uuid, Path, description = "The film")),
    responses(
        (status = 204, description = "Gone"),
        (status = 404, description = "The user has not written about the film"),
    )
)]
pub async fn delete_review(
    actor: SignedIn,
    film: PathId<Film>,
    delete: Use<DeleteReview>,
) -> Result<HttpResponse, Problem> {
    delete
        .execute(&actor, DeleteReview { film: film.0 })
        .await?;
    Ok(answer::done())
}

/// Lists what everybody may read about a film, the last changed first.
#[utoipa::path(
    get, path = "/api/v1/films/{film_id}/reviews", operation_id = "listFilmReviews", tag = "films", security((), ("bearer" = [])),
    params(
        ("film_id" = Uuid, Path, description = "The film"),
        ("limit" = inline(Option<FilmPageSize>), Query, description = "How many reviews on a page"),
        ("cursor" = Option<String>, Query, description = "`next` of the page before"),
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` of an answer that the client has"),
    ),
    responses(
        (status = 200, description = "A page of reviews", body = PublicReviewPageView<'static>),
        (status = 304, description = "The client has the same already"),
        (status = 404, description = "Film not found"),
    )
)]
pub async fn list_film_reviews(
    actor: MaybeSignedIn,
    film: PathId<Film>,
    query: QueryFields,
    list: Use<ListFilmReviews>,
    req: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let mut check = Checker::of_parameters();
    let size = query.number(&mut check, "limit").unwrap_or_default();
    let after = query.parsed(&mut check, "cursor", cursors::read_public_review_key);
    let page = check.finish(|| Some(PageRequest { size, after }))?;
    let film = film.0;
    let page = list.execute(&actor, ListFilmReviews { film, page }).await?;
    conditional::for_all(&req, &PublicReviewPageView::new(&page))
}
