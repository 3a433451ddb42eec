//! One file for each command.
mod admin;
mod bot;
mod config;
mod healthcheck;
mod import;
mod migrate;
mod openapi;
mod ratings;
mod recommender;
mod serve;
mod worker;

use crate::{
    cli::{Command, Import, ImportSource},
    config::Config,
    telemetry,
};
use anyhow::Context;
use std::future::Future;

/// Runs one command to its end.
pub fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Openapi => openapi::print(),
        Command::Config(command) => config::run(&command),
        Command::Healthcheck { live } => block_on(healthcheck::ask(live)),
        Command::Serve => with_config(|config| serve::run(&config)),
        Command::Bot => with_config(|config| block_on(bot::run(&config))),
        Command::Worker { once } => with_config(|config| block_on(worker::run(&config, once))),
        Command::Import(what) => with_config(|config| block_on(import(&config, &what))),
        Command::Recommender(command) => {
            with_config(|config| block_on(recommender::run(&config, &command)))
        }
        Command::Migrate(command) => {
            with_config(|config| block_on(migrate::run(&config, &command)))
        }
        Command::Admin(command) => with_config(|config| block_on(admin::run(&config, command))),
    }
}

async fn import(config: &Config, what: &Import) -> anyhow::Result<()> {
    match what {
        Import::Tmdb(films) => import::run(config, ImportSource::Tmdb, films).await,
        Import::Kinopoisk(films) => import::run(config, ImportSource::Kinopoisk, films).await,
        Import::Ratings(ratings) => ratings::run(config, ratings).await,
    }
}

fn with_config(command: impl FnOnce(Config) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let (config, _) = Config::load()?;
    telemetry::start(&config)?;
    command(config)
}

fn block_on(command: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start")?
        .block_on(command)
}
