//! The catalogue is browsed.
use super::{
    film_view::{FilmPageView, ListedFilmView},
    mine::Include,
};
use crate::http::{
    checker::{Checker, UnknownWord},
    conditional, cursor,
    problem::Problem,
    query::QueryFields,
    signed_in::MaybeSignedIn,
    state::{Settings, Use},
    words::{FilmPageSize, FilmSort, FilmWhere, IncludeWord, MovieType},
};
use actix_web::{HttpRequest, HttpResponse};
use application::{
    catalogue::{
        list_films::ListFilms,
        ports::{FilmFilter, FilmOrder, ViewerFilter},
    },
    shared::page::PageRequest,
    taste::mine::ShowMine,
};
use domain::catalogue::{CountryName, FilmKind, PersonName, ReleaseYear};

fn order(word: &str) -> Result<FilmOrder, UnknownWord> {
    match word {
        "title" => Ok(FilmOrder::Title),
        "-title" => Ok(FilmOrder::TitleDescending),
        "year" => Ok(FilmOrder::Year),
        "-year" => Ok(FilmOrder::YearDescending),
        "-added" => Ok(FilmOrder::NewestFirst),
        _ => Err(UnknownWord("`title`, `-title`, `year`, `-year`, `-added`")),
    }
}

fn filter(query: &QueryFields, check: &mut Checker) -> FilmFilter {
    FilmFilter {
        genres: query.ids(check, "genres_ids"),
        country: query
            .parsed(check, "country", CountryName::parse)
            .map(CountryName::into_string),
        year_from: query.number(check, "year_from").map(ReleaseYear::get),
        year_to: query.number(check, "year_to").map(ReleaseYear::get),
        person: query
            .parsed(check, "person", PersonName::parse)
            .map(PersonName::into_string),
        kind: query.parsed(check, "movie_type", str::parse::<FilmKind>),
        told: told(query, check),
    }
}

/// What the viewer has to say of the films; of two words that contradict each other the last one counts.
fn told(query: &QueryFields, check: &mut Checker) -> ViewerFilter {
    const WORDS: UnknownWord =
        UnknownWord("`watched`, `wish`, `liked`, `rated`, and each of them after `not_`");
    let mut told = ViewerFilter::default();
    for word in query.every("where") {
        let (name, is_so) = word
            .strip_prefix("not_")
            .map_or((word, true), |name| (name, false));
        let place = match name {
            "watched" => &mut told.watched,
            "wish" => &mut told.wish,
            "liked" => &mut told.liked,
            "rated" => &mut told.rated,
            _ => {
                check.value("where", Err::<(), _>(WORDS));
                continue;
            }
        };
        *place = Some(is_so);
    }
    told
}

fn request(query: &QueryFields) -> Result<(ListFilms, Include), Problem> {
    let mut check = Checker::of_parameters();
    let filter = filter(query, &mut check);
    let order = query.parsed(&mut check, "sort", order).unwrap_or_default();
    let size = query.number(&mut check, "limit").unwrap_or_default();
    let after = query.parsed(&mut check, "cursor", |text| {
        cursor::read_film_key(order, text)
    });
    let page = PageRequest { size, after };
    let include = Include::of(query, &mut check);
    check.finish(|| {
        let request = ListFilms {
            filter,
            order,
            page,
        };
        Some((request, include))
    })
}

/// Lists films, page by page.
#[utoipa::path(
    get, path = "/api/v1/films", operation_id = "listFilms", tag = "films", security((), ("bearer" = [])),
    params(
        ("genres_ids" = Option<Vec<uuid::Uuid>>, Query, description = "Only films of any of these genres; repeated for several", style = Form, explode),
        ("country" = Option<String>, Query, description = "Only films of this country; case does not count", min_length = 1, max_length = 128),
        ("year_from" = Option<i64>, Query, description = "Only films of this year or later", minimum = 1, maximum = 2_147_483_647),
        ("year_to" = Option<i64>, Query, description = "Only films of this year or earlier", minimum = 1, maximum = 2_147_483_647),
        ("person" = Option<String>, Query, description = "Only films that a person of this name directed or plays in", min_length = 1, max_length = 256),
        ("movie_type" = inline(Option<MovieType>), Query, description = "Only `movie`, `tv` or `anime`"),
        ("where" = inline(Option<Vec<FilmWhere>>), Query, description = "Only films of which the viewer says this; repeated for several, all of which must hold", style = Form, explode),
        ("include" = inline(Option<IncludeWord>), Query, description = "`me` adds what the viewer says of each film"),
        ("sort" = inline(Option<FilmSort>), Query, description = "`title` (the default), `-title`, `year`, `-year` or `-added`"),
        ("limit" = inline(Option<FilmPageSize>), Query, description = "How many films on a page"),
        ("cursor" = Option<String>, Query, description = "`next` of the page before"),
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` of an answer that the client has; without a token"),
    ),
    responses(
        (status = 200, description = "A page of films with the viewer's flags", body = FilmPageView<'static>),
        (status = 304, description = "The client has the same already"),
    )
)]
pub async fn list_films(
    actor: MaybeSignedIn,
    query: QueryFields,
    list: Use<ListFilms>,
    show_mine: Use<ShowMine>,
    settings: Settings,
    req: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (request, include) = request(&query)?;
    let order = request.order;
    let page = list.execute(&actor, request).await?;
    let mines = include.look_up(&actor, &page.items, &show_mine).await?;
    let page = FilmPageView {
        items: ListedFilmView::all_with(&page.items, &settings, &mines),
        next: page.next.map(|key| cursor::write_film_key(order, &key)),
    };
    conditional::for_viewer(&req, &actor, &page)
}
