//! The HTTP face of Filmhub: requests are read, use cases asked, answers written.
//!
//! [`app`] is the whole of it. Each context has its folder with the paths it opens; `http` holds what
//! they share.
mod assistant;
mod catalogue;
mod events;
mod http;
mod identity;
mod jobs;
mod library;
mod mixes;
mod notifications;
mod openapi;
mod recommendation;
mod taste;
mod telegram;
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
use http::uploads::UploadRoom;
use std::{path::PathBuf, sync::Arc, time::Duration};

pub use http::problem::{KnownProblem, problems};
pub use notifications::pages::{
    RESET_PASSWORD as RESET_PASSWORD_PATH, UNSUBSCRIBE as UNSUBSCRIBE_PATH,
    VERIFY_EMAIL as VERIFY_EMAIL_PATH,
};
pub use openapi::openapi;
pub use telegram::{
    BotFace, BotName, TelegramBot, WebhookGate, WebhookSecret, webhook::PATH as WEBHOOK_PATH,
};

/// What the HTTP face needs to know.
#[derive(Clone, Debug)]
pub struct ApiSettings {
    /// The language of answers to clients that ask for none.
    pub default_language: Language,
    /// Where clients fetch posters.
    pub posters: PosterAddresses,
    /// Where posters lie, when this service is the one to serve them (at `/files`).
    pub files_dir: Option<PathBuf>,
    /// Origins of pages that may call; `*` for every origin, none for none.
    pub cors_origins: Vec<String>,
    /// The version that `/healthz` tells.
    pub version: String,
    /// The name of the Telegram bot, once it is known.
    pub bot_name: BotName,
    /// How Telegram brings updates, where it does.
    pub webhook: Option<WebhookGate>,
    /// How much time and memory clients may take.
    pub limits: Limits,
}

/// How much time and memory clients may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How long a JSON or form body may be on its way.
    pub body_time: Duration,
    /// How long an upload may be on its way.
    pub upload_time: Duration,
    /// How many bytes of uploads may be in memory at once, over all requests.
    pub upload_memory: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_time: Duration::from_secs(20),
            upload_time: Duration::from_mins(2),
            upload_memory: 64 * 1024 * 1024,
        }
    }
}

/// Where clients fetch posters; the starts of addresses, without a slash at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PosterAddresses {
    /// From this service, in all sizes.
    Images {
        /// What comes before the size.
        base: String,
        /// What comes before the key, where posters can be had elsewhere as they were sent.
        originals: Option<String>,
    },
    /// From elsewhere, only as they were sent, since nobody said how clients reach this service.
    Originals {
        /// What comes before the key.
        base: String,
    },
}

/// What all requests are answered with.
#[derive(Clone)]
pub struct Api {
    /// The use cases.
    pub module: Arc<ApplicationModule>,
    /// The settings.
    pub settings: Arc<ApiSettings>,
    /// What uploads may take up, over all worker threads.
    uploads: UploadRoom,
}

impl Api {
    /// Puts use cases and settings together.
    #[must_use]
    pub fn new(module: Arc<ApplicationModule>, settings: ApiSettings) -> Self {
        Self {
            module,
            uploads: UploadRoom::new(settings.limits.upload_memory),
            settings: Arc::new(settings),
        }
    }
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
        .wrap(http::cors::cors(&api.settings.cors_origins))
        .wrap(Compress::default())
        .wrap(from_fn(http::context::around))
}

/// Opens all routes; [`app`] surrounds them with what they need.
pub fn configure(api: Api) -> impl FnOnce(&mut web::ServiceConfig) {
    move |routes| {
        let serves_posters = api.settings.files_dir.is_some();
        let has_webhook = api.settings.webhook.is_some();
        routes
            .app_data(api)
            .app_data(http::shared_answer::SharedAnswers::default());
        catalogue::routes(routes);
        library::routes(routes);
        taste::routes(routes);
        mixes::routes(routes);
        identity::routes(routes);
        notifications::routes(routes);
        events::routes(routes);
        jobs::routes(routes);
        recommendation::routes(routes);
        assistant::routes(routes);
        upkeep::routes(routes);
        if has_webhook {
            telegram::webhook::routes(routes);
        }
        openapi::routes(routes);
        if serves_posters {
            catalogue::poster_files::routes(routes);
        }
        routes.default_service(web::to(http::resource::no_such_route));
    }
}
