//! Posters are served from the disk, where they are kept there.
use crate::http::{problem::Problem, resource::Path, state::Settings};
use actix_files::NamedFile;
use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, HeaderValue},
    web::ServiceConfig,
};
use application::shared::failure::logged;
use domain::catalogue::PosterKey;
use std::path::PathBuf;
use utoipa::ToSchema;

/// Opens the path of posters.
pub fn routes(routes: &mut ServiceConfig) {
    Path::at("/files/{key:.*}").get(show_poster).open(routes);
}

/// A picture.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "describes what is sent from a file")]
pub struct PosterFile(Vec<u8>);

/// Shows a poster. Its name stands for its content, so it may be kept for ever.
#[utoipa::path(
    get, path = "/files/{key}", operation_id = "showPoster", tag = "films", security(()),
    params(("key" = String, Path, description = "`posters/<film>/<digest>.<extension>`, as in `poster_url`; may hold slashes")),
    responses(
        (status = 200, description = "The picture", content((PosterFile = "image/jpeg"), (PosterFile = "image/png"), (PosterFile = "image/webp"))),
        (status = 206, description = "A part of the picture", content((PosterFile = "image/jpeg"), (PosterFile = "image/png"), (PosterFile = "image/webp"))),
        (status = 304, description = "It has not changed"),
        (status = 404, description = "There is no such poster"),
        (status = 412, description = "A condition does not hold"),
        (status = 416, description = "The picture has no such part"),
    )
)]
pub async fn show_poster(req: HttpRequest, settings: Settings) -> Result<HttpResponse, Problem> {
    let file = find(&req, &settings).ok_or_else(Problem::no_such_route)?;
    let file = NamedFile::open_async(file)
        .await
        .map_err(|cause| not_there(&cause))?;
    let mut response = file.into_response(&req);
    let forever = HeaderValue::from_static("public, max-age=31536000, immutable");
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, forever);
    Ok(response)
}

fn find(req: &HttpRequest, settings: &Settings) -> Option<PathBuf> {
    let key = PosterKey::parse(req.match_info().get("key")?).ok()?;
    Some(settings.files_dir.as_ref()?.join(key.as_str()))
}

fn not_there(cause: &std::io::Error) -> Problem {
    if cause.kind() != std::io::ErrorKind::NotFound {
        tracing::error!(error = logged(cause), "a poster could not be opened");
    }
    Problem::no_such_route()
}
