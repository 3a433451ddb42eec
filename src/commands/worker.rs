//! Runs jobs.
use crate::{
    composition::{self, Composition},
    config::Config,
    telemetry::Telemetry,
};
use application::{
    shared::{actor::Actor, clock::Clock, use_case::UseCase},
    upkeep::tidy_up::TidyUp,
};
use infrastructure::system::SystemClock;
use shaku::HasComponent;
use std::sync::Arc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Runs jobs until it is told to stop.
pub async fn run(config: &Config, telemetry: &Telemetry) -> anyhow::Result<()> {
    let app = compose(config).await?;
    telemetry.show(app.gauges())?;
    let cancelled = CancellationToken::new();
    let jobs = start_jobs(config, &app, &cancelled);
    tracing::info!("the worker runs");
    stop_signal().await?;
    cancelled.cancel();
    for task in jobs {
        task.await?;
    }
    tracing::info!("the worker has stopped");
    Ok(())
}

async fn compose(config: &Config) -> anyhow::Result<Composition> {
    let connection = composition::connect(config).await?;
    composition::ensure_schema(config, &connection).await?;
    composition::compose(config, connection, composition::Index::Unused)
}

/// Tidies up once.
pub async fn run_once(config: &Config) -> anyhow::Result<()> {
    let app = compose(config).await?;
    let use_case: &dyn UseCase<TidyUp> = app.application.resolve_ref();
    let tidied = use_case.execute(&Actor::System, TidyUp).await?;
    println!(
        "removed {} sessions, {} sign-in attempts, {} posters, {} jobs, {} updates of Telegram, \
         {} events",
        tidied.sessions,
        tidied.telegram_sign_ins,
        tidied.posters,
        tidied.jobs,
        tidied.telegram_updates,
        tidied.events
    );
    Ok(())
}

/// Starts to run jobs, to put into the queue what is due again and again, and to tell of what happened.
pub fn start_jobs(
    config: &Config,
    app: &Composition,
    cancelled: &CancellationToken,
) -> Vec<JoinHandle<()>> {
    let worker = app.worker(config);
    let scheduler = app.scheduler(config, &worker);
    let until = cancelled.clone();
    let mut tasks = vec![
        tokio::spawn(async move { worker.work(until).await }),
        tokio::spawn(scheduler.keep(cancelled.clone())),
        tokio::spawn(app.relay(config).relay(cancelled.clone())),
    ];
    for subscription in app.subscriptions(config) {
        tasks.push(tokio::spawn(subscription.receive(cancelled.clone())));
    }
    tasks
}

/// Starts to follow what other instances change: which sessions are ended, and which films there are.
pub fn start_followers(app: &Composition, cancelled: &CancellationToken) -> Vec<JoinHandle<()>> {
    let gate = Arc::clone(&app.gate);
    let connection = app.connection.clone();
    let until = cancelled.clone();
    vec![
        tokio::spawn(async move { gate.keep_up(&connection, || SystemClock.now(), until).await }),
        tokio::spawn(Arc::clone(&app.index).follow(cancelled.clone())),
        tokio::spawn(Arc::clone(&app.recommender).follow(cancelled.clone())),
    ]
}

/// Waits for SIGTERM or Ctrl-C.
pub async fn stop_signal() -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
