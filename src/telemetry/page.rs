//! The page that Prometheus reads, on a port and a thread of its own: a scrape takes no time from
//! requests, and what is told here is not for those who call the API.
use super::metrics::Metrics;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, http::header, rt::System, web};
use anyhow::Context;
use application::identity::ports::Secrets;
use infrastructure::{system::SystemSecrets, upkeep::Gauges};
use secrecy::ExposeSecret;
use std::{net::TcpListener, sync::Arc, thread, time::Duration};

/// How often what was noted is put into its place.
const TIDY_EVERY: Duration = Duration::from_secs(5);

struct Page {
    metrics: Arc<Metrics>,
    gauges: Gauges,
}

/// Shows metrics until the process ends.
///
/// # Errors
/// When the port cannot be listened on.
pub fn serve(metrics: &Arc<Metrics>, gauges: Gauges) -> anyhow::Result<()> {
    let (host, port) = (metrics.config.host.to_string(), metrics.config.port);
    let listener = TcpListener::bind((host.as_str(), port))
        .with_context(|| format!("cannot listen on {host}:{port} for metrics"))?;
    let page = web::Data::new(Page {
        metrics: Arc::clone(metrics),
        gauges,
    });
    thread::Builder::new()
        .name("metrics".to_owned())
        .spawn(move || {
            if let Err(failure) = System::new().block_on(answer(listener, page)) {
                tracing::error!(error = %failure, "metrics are no longer shown");
            }
        })
        .context("metrics cannot be shown")?;
    Ok(())
}

async fn answer(listener: TcpListener, page: web::Data<Page>) -> std::io::Result<()> {
    let metrics = Arc::clone(&page.metrics);
    actix_web::rt::spawn(async move {
        loop {
            actix_web::rt::time::sleep(TIDY_EVERY).await;
            metrics.tidy();
        }
    });
    let routes = move || {
        App::new()
            .app_data(page.clone())
            .route("/metrics", web::get().to(show))
    };
    HttpServer::new(routes)
        .workers(1)
        .disable_signals()
        .listen(listener)?
        .run()
        .await
}

async fn show(req: HttpRequest, page: web::Data<Page>) -> HttpResponse {
    if !page.may_be_read_by(&req) {
        return HttpResponse::Unauthorized()
            .insert_header((header::WWW_AUTHENTICATE, "Bearer"))
            .finish();
    }
    page.gauges.look().await;
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/plain; version=0.0.4"))
        .body(page.metrics.text())
}

impl Page {
    fn may_be_read_by(&self, req: &HttpRequest) -> bool {
        let Some(token) = &self.metrics.config.token else {
            return true;
        };
        let shown = req.headers().get(header::AUTHORIZATION);
        let shown = shown.and_then(|value| value.to_str().ok());
        let shown = shown.and_then(|value| value.strip_prefix("Bearer "));
        // Digests are compared, so that the time it takes says nothing of the token.
        let digest = |text: &str| SystemSecrets.digest(text);
        shown.is_some_and(|shown| digest(shown) == digest(token.expose_secret()))
    }
}
