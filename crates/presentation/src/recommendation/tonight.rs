//! One film for tonight.
use crate::{
    catalogue::film_view::FilmView,
    http::{
        answer,
        checker::Checker,
        problem::Problem,
        query::QueryFields,
        signed_in::SignedIn,
        state::{Settings, Use},
        words::MovieType,
    },
};
use actix_web::HttpResponse;
use application::recommendation::recommend_tonight::RecommendTonight;
use domain::catalogue::FilmKind;

fn request(query: &QueryFields) -> Result<RecommendTonight, Problem> {
    let mut check = Checker::of_parameters();
    let moods = query.ids(&mut check, "moods_ids");
    let genres = query.ids(&mut check, "genres_ids");
    let kind = query.parsed(&mut check, "movie_type", str::parse::<FilmKind>);
    check.finish(|| {
        Some(RecommendTonight {
            moods,
            genres,
            kind,
        })
    })
}

/// Gives one film for tonight.
///
/// Genres are the union of `genres_ids` and the genres tied to `moods_ids`; with neither, any genre. What
/// the user wishes to see comes first, then one of the films that suit them best. A film is not given to the same user again within 24 hours; films that the user has watched are not
/// given. What was given is recorded.
#[utoipa::path(
    post, path = "/api/v1/recommend", operation_id = "recommendTonight", tag = "recommend", security(("bearer" = [])),
    params(
        ("moods_ids" = Option<Vec<uuid::Uuid>>, Query, description = "Moods; repeated for several", style = Form, explode),
        ("genres_ids" = Option<Vec<uuid::Uuid>>, Query, description = "Genres; repeated for several", style = Form, explode),
        ("movie_type" = inline(Option<MovieType>), Query, description = "`movie`, `tv` or `anime`; any unless given"),
    ),
    responses(
        (status = 201, description = "The film", body = FilmView<'static>),
        (status = 400, description = "A parameter is not valid, or there is no such genre or mood"),
        (status = 404, description = "Nothing suits"),
    )
)]
pub async fn recommend_tonight(
    actor: SignedIn,
    query: QueryFields,
    recommend: Use<RecommendTonight>,
    settings: Settings,
) -> Result<HttpResponse, Problem> {
    let film = recommend.execute(&actor, request(&query)?).await?;
    answer::created(&FilmView::new(&film, &settings))
}
