//! Posters are shown in sizes and formats that suit browsers.
use crate::http::{problem::Problem, resource::Path, state::Use};
use actix_web::{
    HttpMessage, HttpRequest, HttpResponse,
    http::header::{
        self, Accept, EntityTag, HeaderValue, IfNoneMatch, Quality, TryIntoHeaderValue,
    },
    web::ServiceConfig,
};
use application::{catalogue::show_image::ShowImage, shared::actor::Actor};
use domain::catalogue::{ImageSize, PosterKey, ShownPoster};
use utoipa::ToSchema;

/// Opens the path of images.
pub fn routes(routes: &mut ServiceConfig) {
    Path::at("/images/{size}/{key:.*}")
        .get(show_image)
        .open(routes);
}

/// A picture.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "describes what is sent as it is")]
pub struct ImageFile(Vec<u8>);

/// Shows a poster in a size.
///
/// Never larger than it was sent; upright. WebP for whoever says `image/webp` in `Accept`, else JPEG;
/// `original` is the picture as it was sent. The name stands for the content, so that the answer may
/// be kept for ever.
#[utoipa::path(
    get, path = "/images/{size}/{key}", operation_id = "showImage", tag = "films", security(()),
    params(
        ("size" = String, Path, description = "How many pixels wide: `92`, `185`, `342`, `500` or `780`; or `original`"),
        ("key" = String, Path, description = "`posters/<film>/<digest>.<extension>`, as in `poster_url`; may hold slashes"),
        ("Accept" = Option<String>, Header, description = "Whether WebP is understood"),
    ),
    responses(
        (status = 200, description = "The picture", content((ImageFile = "image/webp"), (ImageFile = "image/jpeg"), (ImageFile = "image/png"))),
        (status = 304, description = "It has not changed"),
        (status = 404, description = "There is no such poster or size"),
    )
)]
pub async fn show_image(req: HttpRequest, show: Use<ShowImage>) -> Result<HttpResponse, Problem> {
    let shown = wanted(&req).ok_or_else(Problem::no_such_route)?;
    let (etag, format) = (EntityTag::new_strong(shown.to_string()), shown.format());
    let bytes = show.execute(&Actor::Anonymous, ShowImage { shown }).await?;
    let mut response = if is_known(&req, &etag) {
        HttpResponse::NotModified().finish()
    } else {
        HttpResponse::Ok()
            .insert_header((header::CONTENT_TYPE, format.media_type()))
            .body(bytes)
    };
    let headers = response.headers_mut();
    if let Ok(etag) = etag.try_into_value() {
        headers.insert(header::ETAG, etag);
    }
    headers.insert(header::VARY, HeaderValue::from_static("accept"));
    let forever = HeaderValue::from_static("public, max-age=31536000, immutable");
    headers.insert(header::CACHE_CONTROL, forever);
    Ok(response)
}

fn wanted(req: &HttpRequest) -> Option<ShownPoster> {
    let size: ImageSize = req.match_info().get("size")?.parse().ok()?;
    let poster = PosterKey::parse(req.match_info().get("key")?).ok()?;
    Some(ShownPoster::choose(poster, size, accepts_webp(req)))
}

/// Whether the client names WebP itself: many say that they accept everything and do not.
fn accepts_webp(req: &HttpRequest) -> bool {
    let Some(Accept(accepted)) = req.get_header() else {
        return false;
    };
    accepted.iter().any(|accepted| {
        accepted.item.essence_str() == "image/webp" && accepted.quality > Quality::ZERO
    })
}

/// Whether the client has it already; compared weakly (RFC 9110, section 13.1.2).
fn is_known(req: &HttpRequest, etag: &EntityTag) -> bool {
    match req.get_header::<IfNoneMatch>() {
        Some(IfNoneMatch::Any) => true,
        Some(IfNoneMatch::Items(known)) => known.iter().any(|known| known.weak_eq(etag)),
        None => false,
    }
}
