//! The document that describes the API, and the page to try it from.
//!
//! Handlers describe what is theirs; what every operation has in common is added here.
use crate::{
    assistant, catalogue, events,
    http::{
        problem::{PROBLEM_JSON, Problem, ProblemDetails},
        resource::Path,
    },
    identity, jobs, library, mixes, notifications, recommendation, taste, upkeep,
};
use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, HeaderValue},
    web::ServiceConfig,
};
use std::sync::{Arc, LazyLock};
use utoipa::{
    Modify, OpenApi,
    openapi::{
        Content, InfoBuilder, LicenseBuilder, OpenApi as Document, Ref, RefOr, Response,
        path::{Operation, PathItem},
        response::ResponseBuilder,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};
use utoipa_swagger_ui::Config;

const DOCUMENT: &str = "/api/schema/openapi.json";
const PAGE: &str = "/api/schema/swagger/";

#[derive(OpenApi)]
#[openapi(
    paths(
        identity::register::register, identity::sign_in::sign_in, identity::tokens::issue_tokens,
        identity::sessions::sign_out, identity::telegram::open, identity::telegram::check,
        identity::telegram::exchange, identity::telegram::link, identity::telegram::unlink, identity::me::show_me, identity::me::update_me,
        identity::me::delete_me, identity::me::change_password, identity::sessions::list_sessions,
        identity::sessions::end_sessions, identity::sessions::end_session,
        identity::password_reset::forget_password, identity::password_reset::reset_password,
        identity::email::verify_email, identity::email::ask_for_verification,
        notifications::preferences::show_preferences,
        notifications::preferences::choose_preferences,
        library::watchlists::list_watchlists, library::watchlists::create_watchlist,
        library::watchlists::show_watchlist, library::watchlists::delete_watchlist,
        library::entries::list_entries, library::entries::add_entry, library::entries::remove_entry,
        taste::ratings::list_ratings, taste::ratings::show_rating, taste::ratings::rate_film,
        taste::ratings::unrate_film,
        taste::diary::list_diary, taste::diary::log_viewing, taste::diary::show_viewing,
        taste::diary::revise_viewing, taste::diary::erase_viewing,
        taste::reviews::list_reviews, taste::reviews::show_review, taste::reviews::write_review,
        taste::reviews::delete_review, taste::reviews::list_film_reviews,
        taste::progress::list_progress, taste::progress::set_progress,
        taste::progress::clear_progress,
        taste::hides::list_hidden, taste::hides::hide, taste::hides::unhide,
        catalogue::list_films::list_films, catalogue::edit_film::create_film,
        catalogue::search_films::search_films, catalogue::show_film::show_film,
        catalogue::edit_film::update_film, catalogue::show_film::show_film_details,
        catalogue::order_films::import_films, catalogue::order_films::refresh_film,
        catalogue::order_films::refresh_films,
        catalogue::poster::set_poster, catalogue::poster::remove_poster,
        catalogue::poster_files::show_poster, catalogue::images::show_image,
        catalogue::vocabulary::list_genres, catalogue::vocabulary::show_genre,
        catalogue::vocabulary::list_moods, catalogue::vocabulary::show_mood,
        taste::stats::show_stats, taste::stats::show_year,
        mixes::list_mixes, mixes::show_mix, mixes::list_mix_films,
        recommendation::tonight::recommend_tonight, recommendation::together::recommend_together,
        recommendation::recommendations::list_recommendations,
        recommendation::similar::list_similar, recommendation::companions::list_companions,
        recommendation::companions::invite_companion, recommendation::companions::accept_companion,
        recommendation::companions::decline_companion,
        recommendation::companions::end_companionship,
        recommendation::models::list_models, recommendation::models::train_model,
        recommendation::models::choose_model,
        assistant::messages::send_message, assistant::conversations::list_conversations,
        assistant::conversations::show_conversation, assistant::conversations::delete_conversation,
        assistant::conversations::delete_conversations,
        upkeep::show_health, upkeep::show_readiness, upkeep::figures::show_figures,
        identity::users::list_users, identity::users::change_user, identity::users::delete_user,
        jobs::administer::list_jobs, jobs::administer::show_job, jobs::administer::cancel_job,
        jobs::administer::retry_job,
        events::administer::list_dead_events, events::administer::retry_event,
    ),
    components(schemas(ProblemDetails<'static>)),
    modifiers(&Common),
    tags(
        (name = "auth", description = "Registering, signing in and out"),
        (name = "me", description = "The signed-in user: data, sessions, watchlists"),
        (name = "films", description = "Films and their posters"),
        (name = "genre", description = "Genres"),
        (name = "mood", description = "Moods, each tied to genres"),
        (name = "mix", description = "Ready-made mixes"),
        (name = "recommend", description = "What to watch: tonight, next, and together"),
        (name = "assistant", description = "Talking about films"),
        (name = "admin", description = "For administrators: users, jobs, events, figures"),
        (name = "upkeep", description = "For operators"),
    )
)]
struct Described;

/// The document that describes the API, as `OpenAPI` 3.1.
#[must_use]
pub fn openapi() -> Document {
    Described::openapi()
}

/// What all operations have in common.
struct Common;

impl Modify for Common {
    fn modify(&self, document: &mut Document) {
        document.info = InfoBuilder::new()
            .title("Filmhub")
            .version(env!("CARGO_PKG_VERSION"))
            .description(Some(
                "Find films, keep watchlists, be told what to watch tonight. Whatever goes wrong is \
                 told as problem details (RFC 9457) with a stable `code`; `errors` names every field \
                 at fault. Arrays in queries are repeated keys: `?genres_ids=A&genres_ids=B`.",
            ))
            .license(Some(
                LicenseBuilder::new()
                    .name("MIT OR Apache-2.0")
                    .identifier(Some("MIT OR Apache-2.0"))
                    .build(),
            ))
            .build();
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT");
        let bearer = SecurityScheme::Http(bearer.build());
        let components = document.components.get_or_insert_default();
        components
            .security_schemes
            .insert("bearer".to_owned(), RefOr::T(bearer));
        for (path, item) in &mut document.paths.paths {
            for operation in operations(item) {
                add_usual_problems(path, operation);
            }
        }
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [
        &mut item.get,
        &mut item.put,
        &mut item.post,
        &mut item.patch,
        &mut item.delete,
    ]
    .into_iter()
    .filter_map(Option::as_mut)
}

fn add_usual_problems(path: &str, operation: &mut Operation) {
    let needs_token = operation
        .security
        .iter()
        .flatten()
        .any(|need| serde_json::to_value(need).is_ok_and(|need| need.get("bearer").is_some()));
    let has_body = operation.request_body.is_some();
    let has_parameters = operation
        .parameters
        .as_ref()
        .is_some_and(|all| !all.is_empty());
    let usual = [
        (
            "400",
            has_body || has_parameters,
            "The request is not valid; `errors` names every field or parameter at fault",
        ),
        (
            "401",
            needs_token,
            "Nobody has signed in, or the token is not valid (any more)",
        ),
        ("404", path.contains('{'), "There is no such thing"),
        ("408", has_body, "The body did not arrive in time"),
        ("413", has_body, "The body is too large"),
        ("415", has_body, "The body is of another type"),
        ("500", true, "The service itself is at fault"),
        (
            "503",
            path != upkeep::HEALTHZ,
            "A part of the service does not answer; try again after `Retry-After` seconds",
        ),
    ];
    let responses = &mut operation.responses.responses;
    for (status, _, description) in usual.into_iter().filter(|(_, applies, _)| *applies) {
        let described = || RefOr::T(ResponseBuilder::new().description(description).build());
        responses.entry(status.to_owned()).or_insert_with(described);
    }
    for (status, response) in responses {
        if let (true, RefOr::T(response)) = (status.as_str() >= "400", response) {
            tell_as_problem(response);
        }
    }
}

fn tell_as_problem(response: &mut Response) {
    let content = Content::new(Some(Ref::from_schema_name("Problem")));
    response
        .content
        .insert(PROBLEM_JSON.to_owned(), RefOr::T(content));
}

static WRITTEN: LazyLock<String> = LazyLock::new(|| openapi().to_json().unwrap_or_default());

/// Opens the paths of the document and of its page.
pub fn routes(routes: &mut ServiceConfig) {
    Path::at("/").get(to_page).open(routes);
    Path::at(DOCUMENT).get(show_document).open(routes);
    Path::at("/api/schema/swagger").get(to_page).open(routes);
    Path::at("/api/schema/swagger/{file:.*}")
        .get(show_page)
        .open(routes);
}

async fn to_page() -> HttpResponse {
    let page = (header::LOCATION, HeaderValue::from_static(PAGE));
    std::future::ready(
        HttpResponse::TemporaryRedirect()
            .insert_header(page)
            .finish(),
    )
    .await
}

async fn show_document() -> HttpResponse {
    let kind = HeaderValue::from_static("application/json");
    let document = HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, kind))
        .insert_header((header::CACHE_CONTROL, "public, max-age=300"))
        .body(WRITTEN.as_str());
    std::future::ready(document).await
}

async fn show_page(req: HttpRequest) -> Result<HttpResponse, Problem> {
    let file = req.match_info().get("file").unwrap_or_default();
    let found = utoipa_swagger_ui::serve(file, Arc::new(Config::from(DOCUMENT)));
    let file = found.ok().flatten().ok_or_else(Problem::no_such_route)?;
    let mut response = HttpResponse::Ok();
    if file.gzpipped {
        response.insert_header((header::CONTENT_ENCODING, "gzip"));
    }
    std::future::ready(Ok(response
        .insert_header((header::CONTENT_TYPE, file.content_type))
        .insert_header((header::CACHE_CONTROL, "public, max-age=3600"))
        .insert_header((header::CONTENT_SECURITY_POLICY, PAGE_POLICY))
        .body(file.bytes.into_owned())))
    .await
}

/// The page runs its own scripts, sets styles inline, and calls this API only.
const PAGE_POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data:; frame-ancestors 'none'";
