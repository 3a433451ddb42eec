//! Films are recommended to the user.
use super::{view::AdviceView, wishes};
use crate::http::{
    answer,
    checker::{Broken, Checker},
    language::{Preferred, mark},
    path::watchlist,
    problem::Problem,
    query::QueryFields,
    signed_in::SignedIn,
    state::{Settings, Use},
    words::{AdviceSize, MovieType},
};
use actix_web::{HttpRequest, HttpResponse};
use application::recommendation::recommend::{Degree, Recommend};

fn request(query: &QueryFields) -> Result<Recommend, Problem> {
    let mut check = Checker::of_parameters();
    let list =
        |text: &str| watchlist(text).ok_or(Broken("must be `liked`, `watched`, `wish` or a UUID"));
    let mut degree = |name| -> Option<Degree> {
        let number = query.parsed(&mut check, name, |text| {
            text.parse::<f32>()
                .map_err(|_not_a_number| Broken("must be a number"))
        })?;
        check.value(name, Degree::try_from(number))
    };
    let (diversity, novelty) = (degree("diversity"), degree("novelty"));
    let wishes = wishes::of_query(query, &mut check);
    let without_films = query.ids(&mut check, "without_films_ids");
    let without_lists = query.all(&mut check, "without_lists", list);
    let most = query.number(&mut check, "n");
    check.finish(|| {
        Some(Recommend {
            wishes,
            without_films,
            without_lists,
            diversity: diversity.unwrap_or_default(),
            novelty: novelty.unwrap_or_default(),
            most: most.unwrap_or_default(),
        })
    })
}

/// Recommends films to the user, the best first, each with the reasons for it.
///
/// What the user has watched, rated, liked or hidden is never among them, and neither are films of genres
/// and people that they have hidden. What was recommended before and not taken up comes later, and comes
/// up again in time. Ratings, lists and hides count from the next request on.
#[utoipa::path(
    get, path = "/api/v1/me/recommendations", operation_id = "listRecommendations", tag = "recommend", security(("bearer" = [])),
    params(
        ("n" = inline(Option<AdviceSize>), Query, description = "How many films at the most"),
        ("movie_type" = inline(Option<MovieType>), Query, description = "Only `movie`, `tv` or `anime`"),
        ("genres_ids" = Option<Vec<uuid::Uuid>>, Query, description = "Only films of any of these genres; repeated for several", style = Form, explode),
        ("moods_ids" = Option<Vec<uuid::Uuid>>, Query, description = "Only films that suit any of these moods, the more fitting first; repeated for several", style = Form, explode),
        ("year_from" = Option<i64>, Query, description = "Only films of this year or later", minimum = 1, maximum = 2_147_483_647),
        ("year_to" = Option<i64>, Query, description = "Only films of this year or earlier", minimum = 1, maximum = 2_147_483_647),
        ("runtime_from" = Option<i64>, Query, description = "Only films of so many minutes or more", minimum = 1, maximum = 65_535),
        ("runtime_to" = Option<i64>, Query, description = "Only films of so many minutes or fewer", minimum = 1, maximum = 65_535),
        ("country" = Option<Vec<String>>, Query, description = "Only films of any of these countries; repeated for several; case does not count", style = Form, explode),
        ("without_films_ids" = Option<Vec<uuid::Uuid>>, Query, description = "Films that are not wanted; repeated for several", style = Form, explode),
        ("without_lists" = Option<Vec<String>>, Query, description = "Lists of the user whose films are not wanted: `liked`, `watched`, `wish` or a list's id; repeated for several", style = Form, explode),
        ("diversity" = Option<f32>, Query, description = "How much the films shall differ from each other: 0, the default, to 1", minimum = 0, maximum = 1),
        ("novelty" = Option<f32>, Query, description = "How much films that few know are preferred: 0, the default, to 1", minimum = 0, maximum = 1),
        ("Accept-Language" = Option<String>, Header, description = "The language of the reasons: `ru` or `en`"),
    ),
    responses(
        (status = 200, description = "Films with the user's flags, why they are there, and which model ranked them", body = AdviceView<'static>),
        (status = 400, description = "A parameter is not valid, or there is no such genre or mood"),
        (status = 403, description = "Watchlist is not yours"),
        (status = 404, description = "Watchlist not found"),
    )
)]
pub async fn list_recommendations(
    actor: SignedIn,
    query: QueryFields,
    language: Preferred,
    recommend: Use<Recommend>,
    settings: Settings,
    req: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let advice = recommend.execute(&actor, request(&query)?).await?;
    let mut response = answer::ok(&AdviceView::new(&advice, language.0, &settings))?;
    mark(&req, &mut response, language.0);
    Ok(response)
}
