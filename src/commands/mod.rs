//! One file for each command.
mod admin;
mod backup;
mod bot;
mod config;
mod doctor;
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
    telemetry::{Telemetry, Watched},
};
use anyhow::Context;
use std::future::Future;

/// Runs one command to its end.
pub fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Openapi => openapi::print(),
        Command::Config(command) => config::run(&command),
        Command::Doctor { json } => block_on(doctor::look(json)),
        Command::Healthcheck { live } => block_on(healthcheck::ask(live)),
        Command::Serve => watched(serve::run),
        Command::Bot => watched(|config, telemetry| block_on(bot::run(config, telemetry))),
        Command::Worker { once: true } => with_config(|config| block_on(worker::run_once(&config))),
        Command::Worker { once: false } => {
            watched(|config, telemetry| block_on(worker::run(config, telemetry)))
        }
        Command::Import(what) => with_config(|config| block_on(import(&config, &what))),
        Command::Recommender(command) => {
            with_config(|config| block_on(recommender::run(&config, &command)))
        }
        Command::Migrate(command) => {
            with_config(|config| block_on(migrate::run(&config, &command)))
        }
        Command::Backup { to } => with_config(|config| block_on(backup::make(&config, &to))),
        Command::Restore { from } => with_config(|config| backup::restore(&config, &from)),
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
    Telemetry::start(&config, Watched::No)?;
    command(config)
}

/// Runs what runs for long, and what tells how it is.
fn watched(command: impl FnOnce(&Config, &Telemetry) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let (config, _) = Config::load()?;
    let telemetry = Telemetry::start(&config, Watched::Yes)?;
    let done = command(&config, &telemetry);
    telemetry.end();
    done
}

fn block_on(command: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start")?
        .block_on(command)
}
