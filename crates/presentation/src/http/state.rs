//! What every handler can be handed: use cases and settings.
use super::problem::Problem;
use crate::{Api, ApiSettings};
use actix_web::{FromRequest, HttpRequest, dev::Payload};
use application::{
    module::ApplicationModule,
    shared::{
        actor::Actor,
        use_case::{Request, UseCase},
    },
};
use shaku::HasComponent;
use std::{
    future::{Ready, ready},
    sync::Arc,
};

/// The API in whose name a request is answered.
///
/// # Errors
/// [`Problem::internal`] when the routes were set up without it.
pub fn api(req: &HttpRequest) -> Result<&Api, Problem> {
    req.app_data::<Api>().ok_or_else(Problem::internal)
}

/// A use case, handed to a handler by the framework.
pub struct Use<R: Request>(Arc<dyn UseCase<R>>);

impl<R: Request> Use<R> {
    /// Does what is asked for.
    ///
    /// # Errors
    /// The use case's failure.
    pub async fn execute(&self, actor: &Actor, request: R) -> Result<R::Response, R::Error> {
        self.0.execute(actor, request).await
    }
}

impl<R: Request> FromRequest for Use<R>
where
    ApplicationModule: HasComponent<dyn UseCase<R>>,
{
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(api(req).map(|api| Self(api.module.resolve())))
    }
}

/// The settings, handed to a handler by the framework.
pub struct Settings(Arc<ApiSettings>);

impl std::ops::Deref for Settings {
    type Target = ApiSettings;
    fn deref(&self) -> &ApiSettings {
        &self.0
    }
}

impl FromRequest for Settings {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(api(req).map(|api| Self(Arc::clone(&api.settings))))
    }
}
