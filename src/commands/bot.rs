//! Runs the Telegram bot.
use super::{
    serve::close,
    worker::{start_followers, stop_signal},
};
use crate::{
    composition::{self, Composition, Index},
    config::Config,
    telemetry::Telemetry,
};
use anyhow::Context;
use application::shared::clock::Clock;
use infrastructure::system::SystemClock;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Runs the bot until it is told to stop.
pub async fn run(config: &Config, telemetry: &Telemetry) -> anyhow::Result<()> {
    let connection = composition::connect(config).await?;
    composition::ensure_schema(config, &connection).await?;
    let app = composition::compose(config, connection, Index::KeptByBot)?;
    app.gate.refresh(&app.connection, SystemClock.now()).await?;
    let cancelled = CancellationToken::new();
    let bot = start_bot(config, &app, &cancelled)?;
    let bot = bot.context("BOT_TOKEN is not set, so there is no bot to run")?;
    let followers = start_followers(&app, &cancelled);
    telemetry.show(app.gauges())?;
    tracing::info!("the bot runs");
    stop_signal().await?;
    tracing::info!("stopping, answers that are under way are ended first");
    cancelled.cancel();
    bot.await?;
    for task in followers {
        task.await?;
    }
    close(app.connection).await?;
    tracing::info!("the bot has stopped");
    Ok(())
}

/// Starts the bot, if there is one.
pub fn start_bot(
    config: &Config,
    app: &Composition,
    cancelled: &CancellationToken,
) -> anyhow::Result<Option<JoinHandle<()>>> {
    let bot = app.bot(config)?;
    Ok(bot.map(|bot| tokio::spawn(bot.run(cancelled.clone()))))
}
