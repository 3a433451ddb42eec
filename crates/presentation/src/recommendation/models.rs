//! Administrators look after the models that recommend films.
use crate::{
    http::{
        answer,
        body::JsonBody,
        checker::{Broken, Checker, Field},
        problem::Problem,
        signed_in::SignedIn,
        state::Use,
    },
    jobs::view::JobView,
};
use actix_web::HttpResponse;
use application::recommendation::{
    recommender::ModelVersion,
    training::{ChooseModel, ListModels, OrderTraining, TrainedModel},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A model that was learned from what people told.
#[derive(Serialize, ToSchema)]
#[schema(as = RecommenderModel)]
pub struct ModelView {
    version: u32,
    /// Whether it is the one that serves.
    is_serving: bool,
    /// How many bytes it takes.
    size: u64,
    /// Whose acts it was learned from, people of other communities among them.
    users: u64,
    /// From how many acts.
    acts: u64,
    /// How many films it knows.
    films: u64,
    /// How long learning took, in milliseconds.
    took_ms: u64,
    trained_at: DateTime<Utc>,
    /// When it was last chosen to serve.
    chosen_at: DateTime<Utc>,
}

impl ModelView {
    /// All of them; the first one serves.
    fn all(models: &[TrainedModel]) -> Vec<Self> {
        let views = models.iter().enumerate();
        views
            .map(|(place, model)| Self::of(model, place == 0))
            .collect()
    }

    fn of(model: &TrainedModel, is_serving: bool) -> Self {
        Self {
            version: model.version.0,
            is_serving,
            size: model.size,
            users: model.users,
            acts: model.acts,
            films: model.films,
            took_ms: u64::try_from(model.took.as_millis()).unwrap_or(u64::MAX),
            trained_at: model.trained_at,
            chosen_at: model.chosen_at,
        }
    }
}

/// Which model is to serve.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ServingModel)]
pub struct ServingBody {
    #[schema(value_type = u32, required, minimum = 1)]
    #[serde(default)]
    version: Field<i64>,
}

impl ServingBody {
    fn check(self) -> Result<ChooseModel, Problem> {
        let mut check = Checker::of_body();
        let version = check.required("version", self.version, |number| {
            let number = u32::try_from(number).ok().filter(|number| *number > 0);
            number.ok_or(Broken("must be the number of a model"))
        });
        check.finish(|| {
            version.map(|version| ChooseModel {
                version: ModelVersion(version),
            })
        })
    }
}

/// Lists the models that are kept; the first one serves.
#[utoipa::path(
    get, path = "/api/v1/admin/recommender/models", operation_id = "listModels", tag = "admin", security(("bearer" = [])),
    responses(
        (status = 200, description = "The models, the one that serves first", body = Vec<ModelView>),
        (status = 403, description = "Only for administrators"),
    )
)]
pub async fn list_models(actor: SignedIn, list: Use<ListModels>) -> Result<HttpResponse, Problem> {
    let models = list.execute(&actor, ListModels).await?;
    answer::ok(&ModelView::all(&models))
}

/// Has a model trained by a job, which serves once it is there.
///
/// Who asks while one waits to be trained gets that job.
#[utoipa::path(
    post, path = "/api/v1/admin/recommender/trainings", operation_id = "trainModel", tag = "admin", security(("bearer" = [])),
    responses(
        (status = 202, description = "The job that does it", body = JobView<'static>),
        (status = 403, description = "Only for administrators"),
    )
)]
pub async fn train_model(
    actor: SignedIn,
    order: Use<OrderTraining>,
) -> Result<HttpResponse, Problem> {
    let job = order.execute(&actor, OrderTraining).await?;
    let location = format!("/api/v1/admin/jobs/{}", job.id);
    answer::accepted_at(location, &JobView::from(&job))
}

/// Chooses the model that serves, as for going back to an older one.
///
/// All instances take it over within seconds.
#[utoipa::path(
    put, path = "/api/v1/admin/recommender/serving", operation_id = "chooseModel", tag = "admin", security(("bearer" = [])),
    request_body = ServingBody,
    responses(
        (status = 200, description = "The models, the one that serves first", body = Vec<ModelView>),
        (status = 403, description = "Only for administrators"),
        (status = 404, description = "There is no such model"),
    )
)]
pub async fn choose_model(
    actor: SignedIn,
    body: JsonBody<ServingBody>,
    choose: Use<ChooseModel>,
) -> Result<HttpResponse, Problem> {
    let models = choose.execute(&actor, body.0.check()?).await?;
    answer::ok(&ModelView::all(&models))
}
