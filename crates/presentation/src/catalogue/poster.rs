//! The owner of a film gives it a poster or takes it away.
use crate::http::{
    answer,
    body::{declared_length, ensure_plain, in_time},
    checker::{Checker, Field},
    path::PathId,
    problem::Problem,
    signed_in::SignedIn,
    state::{Use, api},
    uploads::Share,
};
use actix_multipart::{Field as Part, Multipart, MultipartError};
use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, HeaderMap},
    web::Payload,
};
use application::catalogue::{
    ports::PictureRefused,
    posters::{MayEditFilm, RemovePoster, SetPoster},
};
use bytes::{Bytes, BytesMut};
use domain::catalogue::Film;
use futures_util::StreamExt;
use std::convert::Infallible;
use utoipa::ToSchema;

/// The most bytes of a picture.
const MAX_PICTURE: usize = 10 * 1024 * 1024;
/// The most bytes of a body that holds one: boundaries and headers need a little more.
const MAX_BODY: usize = MAX_PICTURE + 64 * 1024;

/// A picture in a form.
#[derive(ToSchema)]
#[schema(as = PosterUpload)]
#[expect(dead_code, reason = "describes the form, which is read as a stream")]
pub struct PosterForm {
    /// A JPEG, PNG or WebP picture of at most 10 MiB and 40 megapixels.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// Gives a film a poster, replacing the one before.
///
/// JPEG, PNG or WebP, told by content and not by name; at most 10 MiB and 40 megapixels.
#[utoipa::path(
    put, path = "/api/v1/films/{film_id}/poster", operation_id = "setPoster", tag = "films", security(("bearer" = [])),
    params(("film_id" = uuid::Uuid, Path, description = "The film")),
    request_body(content = PosterForm, content_type = "multipart/form-data"),
    responses(
        (status = 204, description = "Stored"),
        (status = 400, description = "Not an accepted picture"),
        (status = 403, description = "Film is not owned by you"),
        (status = 404, description = "Film not found"),
        (status = 409, description = "The film was changed by somebody else meanwhile"),
    )
)]
pub async fn set_poster(
    actor: SignedIn,
    film: PathId<Film>,
    may_edit: Use<MayEditFilm>,
    set: Use<SetPoster>,
    req: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    // Before the body is read: strangers need not send it.
    may_edit
        .execute(&actor, MayEditFilm { film: film.0 })
        .await?;
    let api = api(&req)?;
    // Held until the picture is stored: until then its bytes are in memory.
    let mut share = api.uploads.share();
    let reading = read_picture(req.headers(), payload, &mut share);
    let bytes = in_time(api.settings.limits.upload_time, reading).await?;
    set.execute(
        &actor,
        SetPoster {
            film: film.0,
            bytes,
        },
    )
    .await?;
    Ok(answer::done())
}

/// Takes a film's poster away.
#[utoipa::path(
    delete, path = "/api/v1/films/{film_id}/poster", operation_id = "removePoster", tag = "films", security(("bearer" = [])),
    params(("film_id" = uuid::Uuid, Path, description = "The film")),
    responses(
        (status = 204, description = "Removed"),
        (status = 403, description = "Film is not owned by you"),
        (status = 404, description = "Film not found, or it has no poster"),
        (status = 409, description = "The film was changed by somebody else meanwhile"),
    )
)]
pub async fn remove_poster(
    actor: SignedIn,
    film: PathId<Film>,
    remove: Use<RemovePoster>,
) -> Result<HttpResponse, Problem> {
    remove
        .execute(&actor, RemovePoster { film: film.0 })
        .await?;
    Ok(answer::done())
}

async fn read_picture(
    headers: &HeaderMap,
    payload: Payload,
    share: &mut Share,
) -> Result<Bytes, Problem> {
    let declared = declared_length(headers);
    if declared.is_some_and(|length| length > MAX_BODY) {
        return Err(PictureRefused::TooManyBytes.into());
    }
    ensure_plain(headers)?;
    if !is_form_data(headers) {
        return Err(Problem::unsupported_type(
            "the body must be `multipart/form-data`",
        ));
    }
    let mut form = Multipart::new(headers, payload);
    let mut others = MAX_BODY - MAX_PICTURE;
    while let Some(part) = form.next().await {
        let part = part.map_err(broken)?;
        if part.name() == Some("file") {
            return read_part(part, MAX_PICTURE, share).await;
        }
        others -= read_part(part, others, share).await?.len();
    }
    missing_file()
}

fn is_form_data(headers: &HeaderMap) -> bool {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    kind.is_some_and(|kind| {
        kind.trim_start()
            .to_ascii_lowercase()
            .starts_with("multipart/form-data")
    })
}

async fn read_part(mut part: Part, most: usize, share: &mut Share) -> Result<Bytes, Problem> {
    let mut bytes = BytesMut::new();
    while let Some(chunk) = part.next().await {
        let chunk = chunk.map_err(broken)?;
        if bytes.len() + chunk.len() > most {
            return Err(PictureRefused::TooManyBytes.into());
        }
        share.grow(chunk.len())?;
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.freeze())
}

fn missing_file() -> Result<Bytes, Problem> {
    let mut check = Checker::of_body();
    let nothing = check.required("file", Field::<String>::Missing, Ok::<_, Infallible>);
    check.finish(|| nothing.map(Bytes::from))
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the shape that `map_err` asks for"
)]
fn broken(cause: MultipartError) -> Problem {
    tracing::debug!(error = %cause, "a form could not be read");
    Problem::invalid("http.broken_form", "the form could not be read")
}
