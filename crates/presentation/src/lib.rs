//! The HTTP face of Filmhub: requests are read, use cases asked, answers written.
//!
//! [`app`] is the whole of it. Each context has its folder with the paths it opens; `http` holds what
//! they share.
mod catalogue;
mod http;
mod identity;
mod library;
mod mixes;
mod openapi;
mod recommendation;
mod upkeep;

use actix_web::{
    App, Error,
    body::MessageBody,
    dev::{ServiceFactory, ServiceRequest, ServiceResponse},
    middleware::{Compress, from_fn},
    web,
};
use application::module::ApplicationModule;
use domain::shared::Language;
use std::{path::PathBuf, sync::Arc};

pub use http::problem::{KnownProblem, problems};
pub use openapi::openapi;

/// What the HTTP face needs to know.
#[derive(Clone, Debug)]
pub struct ApiSettings {
    /// The language of answers to clients that ask for none.
    pub default_language: Language,
    /// What poster addresses start with, without a slash at the end.
    pub files_base_url: String,
    /// Where posters lie, when this service is the one to serve them (at `/files`).
    pub files_dir: Option<PathBuf>,
    /// Origins of pages that may call; `*` for every origin, none for none.
    pub cors_origins: Vec<String>,
    /// The version that `/healthz` tells.
    pub version: String,
}

/// What all requests are answered with.
#[derive(Clone)]
pub struct Api {
    /// The use cases.
    pub module: Arc<ApplicationModule>,
    /// The settings.
    pub settings: Arc<ApiSettings>,
}

/// The whole HTTP face: routes and what surrounds them. One for each worker thread.
pub fn app(
    api: &Api,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody + use<>>,
        Error = Error,
        InitError = (),
    > + use<>,
> {
    App::new()
        .configure(configure(api.clone()))
        .wrap(Compress::default())
        .wrap(http::cors::cors(&api.settings.cors_origins))
        .wrap(from_fn(http::context::around))
}

/// Opens all routes; [`app`] surrounds them with what they need.
pub fn configure(api: Api) -> impl FnOnce(&mut web::ServiceConfig) {
    move |routes| {
        let serves_posters = api.settings.files_dir.is_some();
        routes
            .app_data(api)
            .app_data(http::shared_answer::SharedAnswers::default());
        catalogue::routes(routes);
        library::routes(routes);
        mixes::routes(routes);
        identity::routes(routes);
        recommendation::routes(routes);
        upkeep::routes(routes);
        openapi::routes(routes);
        if serves_posters {
            catalogue::poster_files::routes(routes);
        }
        routes.default_service(web::to(http::resource::no_such_route));
    }
}
