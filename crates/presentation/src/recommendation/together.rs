//! Films are recommended to several users at once.
use super::{view::AdviceView, wishes::WishesBody};
use crate::http::{
    answer,
    body::JsonBody,
    checker::{Checker, Field},
    language::{Preferred, mark},
    problem::Problem,
    signed_in::SignedIn,
    state::{Settings, Use},
};
use actix_web::{HttpRequest, HttpResponse};
use application::{recommendation::together::RecommendTogether, shared::page::PageSize};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

/// With whom films are to be watched, and which.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Together)]
pub struct TogetherBody {
    /// One to seven companions, by the `id` of `GET /me/companions`.
    #[schema(value_type = Vec<uuid::Uuid>, required, min_items = 1, max_items = 7)]
    #[serde(default)]
    companions_ids: Field<Vec<Value>>,
    /// How many films at the most; 20 unless given.
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 100)]
    #[serde(default)]
    n: Field<i64>,
    #[serde(flatten)]
    wishes: WishesBody,
}

impl TogetherBody {
    fn check(self) -> Result<RecommendTogether, Problem> {
        let mut check = Checker::of_body();
        let companions = check.ids("companions_ids", self.companions_ids);
        let most = check.optional("n", self.n, PageSize::try_from);
        let wishes = self.wishes.check(&mut check);
        check.finish(|| {
            Some(RecommendTogether {
                companions,
                wishes,
                most: most.unwrap_or_default(),
            })
        })
    }
}

/// Recommends films to the user and one to seven companions, the best for all of them first.
///
/// What one of them is expected to dislike is left out, and what one of them has watched, rated or
/// hidden. The score is how much that one of them is expected to like the film who likes it the least.
/// Reasons tell of nobody but the user who asks.
#[utoipa::path(
    post, path = "/api/v1/recommend/together", operation_id = "recommendTogether", tag = "recommend", security(("bearer" = [])),
    params(("Accept-Language" = Option<String>, Header, description = "The language of the reasons: `ru` or `en`")),
    request_body = TogetherBody,
    responses(
        (status = 200, description = "Films with the user's flags", body = AdviceView<'static>),
        (status = 400, description = "A field is not valid, the group is too small or too large, or there is no such genre or mood"),
        (status = 403, description = "Somebody of the group has not agreed, or does not agree any more"),
        (status = 404, description = "There is no film that none of them would dislike"),
        (status = 409, description = "Somebody of the group cannot take part at present"),
    )
)]
pub async fn recommend_together(
    actor: SignedIn,
    language: Preferred,
    body: JsonBody<TogetherBody>,
    recommend: Use<RecommendTogether>,
    settings: Settings,
    req: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let advice = recommend.execute(&actor, body.0.check()?).await?;
    let mut response = answer::ok(&AdviceView::new(&advice, language.0, &settings))?;
    mark(&req, &mut response, language.0);
    Ok(response)
}
