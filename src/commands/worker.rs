//! The upkeep.
use crate::{composition, config::Config};
use application::{
    module::ApplicationModule,
    shared::{actor::Actor, failure::logged, use_case::UseCase},
    upkeep::tidy_up::TidyUp,
};
use shaku::HasComponent;
use std::{sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;

const PERIOD: Duration = Duration::from_mins(10);

/// Does the upkeep until it is told to stop, or once.
pub async fn run(config: &Config, once: bool) -> anyhow::Result<()> {
    let connection = composition::connect(config).await?;
    composition::ensure_schema(config, &connection).await?;
    let app = composition::compose(config, connection, composition::Index::Unused)?;
    if once {
        let use_case: &dyn UseCase<TidyUp> = app.application.resolve_ref();
        let tidied = use_case.execute(&Actor::System, TidyUp).await?;
        println!(
            "removed {} sessions, {} sign-in attempts, {} posters",
            tidied.sessions, tidied.telegram_sign_ins, tidied.posters
        );
        return Ok(());
    }
    let cancelled = CancellationToken::new();
    let upkeep = tokio::spawn(tidy_up_regularly(
        Arc::clone(&app.application),
        cancelled.clone(),
    ));
    tracing::info!("the worker runs");
    stop_signal().await?;
    cancelled.cancel();
    upkeep.await?;
    tracing::info!("the worker has stopped");
    Ok(())
}

/// Tidies up every ten minutes until cancelled.
pub async fn tidy_up_regularly(application: Arc<ApplicationModule>, cancelled: CancellationToken) {
    let use_case: Arc<dyn UseCase<TidyUp>> = application.resolve();
    loop {
        match use_case.execute(&Actor::System, TidyUp).await {
            Ok(tidied) => tracing::debug!(?tidied, "tidied up"),
            Err(failure) => tracing::warn!(
                error = logged(&failure),
                "tidying up failed, trying again in ten minutes"
            ),
        }
        let pause = tokio::time::sleep(PERIOD);
        if cancelled.run_until_cancelled(pause).await.is_none() {
            return;
        }
    }
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
