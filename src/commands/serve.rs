//! Serves the API.
use super::{
    bot::start_bot,
    worker::{start_followers, start_jobs, stop_signal},
};
use crate::{
    composition::{self, Composition},
    config::Config,
    telemetry::Telemetry,
};
use actix_web::{HttpServer, dev::ServerHandle};
use anyhow::Context;
use application::shared::clock::Clock;
use infrastructure::{persistence::Stopping, system::SystemClock};
use presentation::{Api, ApiSettings};
use sea_orm::DatabaseConnection;
use std::{
    io::{IsTerminal, Write},
    sync::Arc,
    time::Duration,
};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

/// How long running requests get to finish once it is told to stop.
const GRACE_SECONDS: u64 = 20;

/// How long the database gets to close its connections.
const FAREWELL: Duration = Duration::from_secs(3);

/// Serves until it is told to stop.
pub fn run(config: &Config, telemetry: &Telemetry) -> anyhow::Result<()> {
    actix_web::rt::System::new().block_on(serve(config, telemetry))
}

async fn serve(config: &Config, telemetry: &Telemetry) -> anyhow::Result<()> {
    let stopping = Stopping::default();
    let connection = composition::connect_until(config, stopping.clone()).await?;
    composition::ensure_schema(config, &connection).await?;
    if config.starter_catalogue {
        composition::load_starter_catalogue(&connection, report_progress).await?;
    }
    let app = composition::compose(config, connection, composition::Index::Kept)?;
    app.gate.refresh(&app.connection, SystemClock.now()).await?;
    let cancelled = CancellationToken::new();
    let mut background = start_followers(&app, &cancelled);
    if config.serve_runs_jobs {
        background.extend(start_jobs(config, &app, &cancelled));
    }
    if config.serve_runs_bot {
        background.extend(start_bot(config, &app, &cancelled)?);
    }
    let (server, api) = start_server(config, &app)?;
    telemetry.show(app.gauges())?;
    tell(config);
    let stopper = stop_when_told(server.handle(), api, config.leave_time, stopping);
    let stopper = actix_web::rt::spawn(stopper);
    server.await.context("the server failed")?;
    stopper.abort();
    cancelled.cancel();
    for task in background {
        task.await.context("a background task failed")?;
    }
    close(app.connection).await?;
    tracing::info!("stopped");
    Ok(())
}

/// Says goodbye to the database. One that is gone gives no answer; everything that was acknowledged is
/// there already, so nothing is lost by not waiting for it.
pub async fn close(connection: DatabaseConnection) -> anyhow::Result<()> {
    match timeout(FAREWELL, connection.close()).await {
        Ok(closed) => closed.context("the database could not be closed"),
        Err(_elapsed) => {
            tracing::warn!("the database does not answer, its connections are dropped");
            Ok(())
        }
    }
}

/// Tells those who ask whether it is ready that it leaves, gives them time to hear of it, and stops.
async fn stop_when_told(server: ServerHandle, api: Api, leave_time: Duration, stopping: Stopping) {
    if stop_signal().await.is_ok() {
        api.leave();
        sleep(leave_time).await;
        tracing::info!("stopping, running requests are finished first");
        // Each worker thread ends as soon as its own requests are finished.
        stopping.begin();
        server.stop(true).await;
    }
}

fn start_server(
    config: &Config,
    app: &Composition,
) -> anyhow::Result<(actix_web::dev::Server, Api)> {
    let settings = ApiSettings {
        default_language: config.language,
        posters: config.posters.clone(),
        files_dir: config
            .s3
            .is_none()
            .then(|| composition::posters_dir(config)),
        cors_origins: config.cors_origins.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        bot_name: app.bot_name.clone(),
        webhook: composition::webhook_gate(config),
        limits: config.limits,
        network: config.rate_limits.network.clone(),
        hsts_days: config.hsts_days,
    };
    let limited = config.rate_limits.rates.keys().copied();
    let api = Api::new(Arc::clone(&app.application), settings).limited_by(app.limiter(), limited);
    let workers = usize::try_from(config.workers).unwrap_or(1);
    let connections = usize::try_from(config.connections).unwrap_or(usize::MAX);
    let shared = api.clone();
    let server = HttpServer::new(move || presentation::app(&shared))
        .workers(workers)
        .shutdown_timeout(GRACE_SECONDS)
        .client_request_timeout(config.head_time)
        // It is counted by each of them; who finds no room waits to be accepted.
        .max_connections(connections.div_ceil(workers))
        // Long answers leave in pieces; without this the last one waits for the client to acknowledge.
        .tcp_nodelay(true)
        .disable_signals()
        .bind((config.host.to_string(), config.port))
        .with_context(|| format!("cannot listen on {}:{}", config.host, config.port))?;
    Ok((server.run(), api))
}

/// One line that grows on a terminal, and a few lines elsewhere.
fn report_progress(done: usize, all: usize) {
    let mut stderr = std::io::stderr();
    // Nobody to tell is no reason to stop.
    let _ = if stderr.is_terminal() {
        let end = if done == all { "\n" } else { "" };
        write!(
            stderr,
            "\rloading the starter catalogue: {done} of {all} films{end}"
        )
    } else if done == 0 || done == all {
        writeln!(
            stderr,
            "loading the starter catalogue: {done} of {all} films"
        )
    } else {
        Ok(())
    };
}

/// Says where to look.
fn tell(config: &Config) {
    let host = if config.host.is_loopback() {
        "localhost".to_owned()
    } else {
        config.host.to_string()
    };
    let url = format!("http://{host}:{}", config.port);
    println!(
        "Filmhub {version} listens on {url}\n\
         \x20 documentation  {url}/api/schema/swagger\n\
         \x20 database       {database}\n\
         \x20 data           {data}\n\
         \x20 administrator  {binary} admin create-user you@example.org",
        version = env!("CARGO_PKG_VERSION"),
        binary = std::env::args()
            .next()
            .unwrap_or_else(|| "filmhub".to_owned()),
        database = config.database.url,
        data = config.data_dir.display(),
    );
}
