//! A user keeps a diary of what they saw.
use super::cursors;
use crate::{
    ApiSettings,
    catalogue::film_view::ListedFilmView,
    http::{
        answer,
        body::JsonBody,
        checker::{Broken, Checker, Field},
        once::MaybeOnce,
        path::PathId,
        problem::Problem,
        query::QueryFields,
        signed_in::SignedIn,
        state::{Settings, Use},
        words::FilmPageSize,
    },
};
use actix_web::HttpResponse;
use application::{
    shared::{
        once::OnceKey,
        page::{Page, PageRequest},
    },
    taste::{
        diary::{EraseViewing, ListDiary, LogViewing, ReviseViewing, ShowViewing},
        ports::{DiaryEntry, DiaryFilter, DiaryKey, Period},
    },
};
use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    catalogue::FilmId,
    taste::{Viewing, ViewingDay, ViewingId, ViewingNote},
};
use serde::{Deserialize, Serialize};
use std::convert::Infallible;
use utoipa::ToSchema;
use uuid::Uuid;

/// A viewing to be written into the diary.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ViewingCreate)]
pub struct ViewingBody {
    #[schema(value_type = Uuid, required)]
    #[serde(default)]
    film_id: Field<String>,
    /// The day; null or left out where nobody knows any more.
    #[schema(value_type = Option<NaiveDate>, example = "2026-11-20")]
    #[serde(default)]
    watched_on: Field<String>,
    /// Whether the user had seen it before; false unless given.
    #[schema(value_type = Option<bool>)]
    #[serde(default)]
    is_rewatch: Field<bool>,
    /// What the user writes beside it.
    #[schema(value_type = Option<String>, max_length = 4000, example = "With Ben, in the rain")]
    #[serde(default)]
    note: Field<String>,
}

/// What changes of a viewing: left out changes nothing, null clears.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ViewingUpdate)]
pub struct ViewingPatch {
    /// The day; null where nobody knows any more.
    #[schema(value_type = Option<NaiveDate>, example = "2026-11-20")]
    #[serde(default)]
    watched_on: Field<String>,
    /// Whether the user had seen it before.
    #[schema(value_type = Option<bool>, nullable = false)]
    #[serde(default)]
    is_rewatch: Field<bool>,
    /// What the user writes beside it.
    #[schema(value_type = Option<String>, max_length = 4000)]
    #[serde(default)]
    note: Field<String>,
}

fn day(text: &str) -> Result<NaiveDate, Broken> {
    let parsed = NaiveDate::parse_from_str(text, "%Y-%m-%d");
    // The parser takes days without leading zeros too; there is one way to write a day.
    parsed
        .ok()
        .filter(|day| day.to_string() == text)
        .ok_or(Broken("must be a day as `2026-11-20`"))
}

impl ViewingBody {
    fn check(self, key: Option<OnceKey>) -> Result<LogViewing, Problem> {
        let mut check = Checker::of_body();
        let parse = |text: String| text.parse().map_err(|_malformed| Broken("must be a UUID"));
        let film: Option<FilmId> = check.required("film_id", self.film_id, parse);
        let watched_on = check.optional("watched_on", self.watched_on, |text| day(&text));
        let is_rewatch = check.optional("is_rewatch", self.is_rewatch, Ok::<_, Infallible>);
        let note = check.optional("note", self.note, |text| ViewingNote::parse(&text));
        check.finish(|| {
            Some(LogViewing {
                film: film?,
                watched_on,
                is_rewatch: is_rewatch.unwrap_or_default(),
                note,
                key,
            })
        })
    }
}

impl ViewingPatch {
    fn check(self, viewing: ViewingId) -> Result<ReviseViewing, Problem> {
        let mut check = Checker::of_body();
        let watched_on = check.patched("watched_on", self.watched_on, |text| day(&text));
        let is_rewatch = match self.is_rewatch {
            Field::Missing => None,
            given => check.required("is_rewatch", given, Ok::<_, Infallible>),
        };
        let note = check.patched("note", self.note, |text| ViewingNote::parse(&text));
        check.finish(|| {
            Some(ReviseViewing {
                viewing,
                watched_on,
                is_rewatch,
                note,
            })
        })
    }
}

/// A film was seen.
#[derive(Serialize, ToSchema)]
#[schema(as = Viewing)]
pub struct ViewingView<'a> {
    id: Uuid,
    film_id: Uuid,
    /// The day; null where nobody knows any more.
    #[schema(required, example = "2026-11-20")]
    watched_on: Option<NaiveDate>,
    /// Whether the user had seen it before.
    is_rewatch: bool,
    /// What the user wrote beside it.
    #[schema(required, example = "With Ben, in the rain")]
    note: Option<&'a str>,
    /// When the user told of it.
    logged_at: DateTime<Utc>,
}

impl<'a> From<&'a Viewing> for ViewingView<'a> {
    fn from(viewing: &'a Viewing) -> Self {
        Self {
            id: viewing.id.as_uuid(),
            film_id: viewing.film.as_uuid(),
            watched_on: viewing.watched_on.map(ViewingDay::date),
            is_rewatch: viewing.is_rewatch,
            note: viewing.note.as_ref().map(ViewingNote::as_str),
            logged_at: viewing.logged_at,
        }
    }
}

/// A viewing and its film.
#[derive(Serialize, ToSchema)]
#[schema(as = DiaryEntry)]
pub struct DiaryEntryView<'a> {
    film: ListedFilmView<'a>,
    viewing: ViewingView<'a>,
}

/// A page of the diary.
#[derive(Serialize, ToSchema)]
#[schema(as = DiaryPage)]
pub struct DiaryPageView<'a> {
    items: Vec<DiaryEntryView<'a>>,
    /// The `cursor` of the next page; null when this is the last one.
    #[schema(required)]
    next: Option<String>,
}

impl<'a> DiaryPageView<'a> {
    fn new(page: &'a Page<DiaryEntry, DiaryKey>, settings: &'a ApiSettings) -> Self {
        let items = page.items.iter().map(|entry| DiaryEntryView {
            film: ListedFilmView::new(&entry.film, settings),
            viewing: ViewingView::from(&entry.viewing),
        });
        Self {
            items: items.collect(),
            next: page.next.as_ref().map(cursors::write_diary_key),
        }
    }
}

fn period(query: &QueryFields, check: &mut Checker) -> Option<Period> {
    let number = |text: &str| text.parse().ok();
    let year = query.parsed(check, "year", |text| {
        let year = number(text).filter(|year| (1888..=9999).contains(year));
        year.ok_or(Broken("must be a year from 1888 to 9999"))
    });
    let month = query.parsed(check, "month", |text| {
        let month: Option<u32> = text.parse().ok();
        let month = month.filter(|month| (1..=12).contains(month));
        month.ok_or(Broken("must be a number from 1 to 12"))
    });
    if month.is_some() && !query.has("year") {
        check.value("month", Err::<(), _>(Broken("needs a `year`")));
    }
    Period::new(year?, month)
}

fn request(query: &QueryFields) -> Result<ListDiary, Problem> {
    let mut check = Checker::of_parameters();
    let filter = DiaryFilter {
        period: period(query, &mut check),
        film: query.parsed(&mut check, "film_id", |text| {
            text.parse().map_err(|_malformed| Broken("must be a UUID"))
        }),
    };
    let size = query.number(&mut check, "limit").unwrap_or_default();
    let after = query.parsed(&mut check, "cursor", cursors::read_diary_key);
    let page = PageRequest { size, after };
    check.finish(|| Some(ListDiary { filter, page }))
}

/// Lists the diary, the latest viewing first and those of unknown date last.
#[utoipa::path(
    get, path = "/api/v1/me/diary", operation_id = "listDiary", tag = "me", security(("bearer" = [])),
    params(
        ("year" = Option<i64>, Query, description = "Only viewings of this year", minimum = 1888, maximum = 9999),
        ("month" = Option<i64>, Query, description = "Only viewings of this month of the year", minimum = 1, maximum = 12),
        ("film_id" = Option<Uuid>, Query, description = "Only viewings of this film"),
        ("limit" = inline(Option<FilmPageSize>), Query, description = "How many viewings on a page"),
        ("cursor" = Option<String>, Query, description = "`next` of the page before"),
    ),
    responses((status = 200, description = "A page of viewings with their films", body = DiaryPageView<'static>))
)]
pub async fn list_diary(
    actor: SignedIn,
    query: QueryFields,
    list: Use<ListDiary>,
    settings: Settings,
) -> Result<HttpResponse, Problem> {
    let page = list.execute(&actor, request(&query)?).await?;
    answer::ok(&DiaryPageView::new(&page, &settings))
}

/// Writes a viewing into the diary; the film is watched from then on.
///
/// A film is there once a day, and once of unknown date: what is there already is answered with.
#[utoipa::path(
    post, path = "/api/v1/me/diary", operation_id = "logViewing", tag = "me", security(("bearer" = [])),
    params(("Idempotency-Key" = Option<String>, Header, description = "What the client calls this request; for a day, the same request under the same key gets the same answer and changes nothing more", max_length = 255)),
    request_body = ViewingBody,
    responses(
        (status = 201, description = "The viewing", body = ViewingView<'static>),
        (status = 200, description = "The viewing that was there already", body = ViewingView<'static>),
        (status = 404, description = "Film not found"),
        (status = 409, description = "Another request came under the same key, or the user was removed meanwhile"),
    )
)]
pub async fn log_viewing(
    actor: SignedIn,
    once: MaybeOnce,
    body: JsonBody<ViewingBody>,
    log: Use<LogViewing>,
) -> Result<HttpResponse, Problem> {
    let logged = log.execute(&actor, body.0.check(once.0)?).await?;
    let view = ViewingView::from(&logged.viewing);
    if logged.is_new {
        let location = format!("/api/v1/me/diary/{}", logged.viewing.id);
        answer::created_at(location, &view)
    } else {
        answer::ok(&view)
    }
}

/// Shows a viewing.
#[utoipa::path(
    get, path = "/api/v1/me/diary/{viewing_id}", operation_id = "showViewing", tag = "me", security(("bearer" = [])),
    params(("viewing_id" = Uuid, Path, description = "The viewing")),
    responses(
        (status = 200, description = "The viewing", body = ViewingView<'static>),
        (status = 404, description = "The user has no such viewing"),
    )
)]
pub async fn show_viewing(
    actor: SignedIn,
    viewing: PathId<Viewing>,
    show: Use<ShowViewing>,
) -> Result<HttpResponse, Problem> {
    let viewing = viewing.0;
    let viewing = show.execute(&actor, ShowViewing { viewing }).await?;
    answer::ok(&ViewingView::from(&viewing))
}

/// Corrects a viewing.
#[utoipa::path(
    patch, path = "/api/v1/me/diary/{viewing_id}", operation_id = "reviseViewing", tag = "me", security(("bearer" = [])),
    params(("viewing_id" = Uuid, Path, description = "The viewing")),
    request_body = ViewingPatch,
    responses(
        (status = 200, description = "The viewing", body = ViewingView<'static>),
        (status = 404, description = "The user has no such viewing"),
        (status = 409, description = "There is another viewing of the film on that day"),
    )
)]
pub async fn revise_viewing(
    actor: SignedIn,
    viewing: PathId<Viewing>,
    body: JsonBody<ViewingPatch>,
    revise: Use<ReviseViewing>,
) -> Result<HttpResponse, Problem> {
    let viewing = revise.execute(&actor, body.0.check(viewing.0)?).await?;
    answer::ok(&ViewingView::from(&viewing))
}

/// Strikes a viewing out of the diary; with the last one the film is no longer watched.
#[utoipa::path(
    delete, path = "/api/v1/me/diary/{viewing_id}", operation_id = "eraseViewing", tag = "me", security(("bearer" = [])),
    params(("viewing_id" = Uuid, Path, description = "The viewing")),
    responses(
        (status = 204, description = "Gone"),
        (status = 404, description = "The user has no such viewing"),
    )
)]
pub async fn erase_viewing(
    actor: SignedIn,
    viewing: PathId<Viewing>,
    erase: Use<EraseViewing>,
) -> Result<HttpResponse, Problem> {
    let viewing = viewing.0;
    erase.execute(&actor, EraseViewing { viewing }).await?;
    Ok(answer::done())
}
