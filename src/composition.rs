//! Puts the layers together: the only file that names adapters.
use crate::config::{self, Config};
use anyhow::{Context, bail};
use application::{
    catalogue::{ports::PosterStore, sources::FilmSources},
    identity::ports::{Secrets, TokenLives},
    module::ApplicationModule,
    shared::clock::{Clock, IdGenerator},
};
use chrono::Duration;
use infrastructure::{
    catalogue::{
        DiskPosterStore, S3PosterStore, SqlFilmFeed,
        film_index::FilmIndexState,
        starter_catalogue::{self, Progress},
    },
    identity::GateState,
    jobs::JobBell,
    module::{Prepared, infrastructure_module},
    persistence::{WriteTurns, migrate_up, migration_status},
    sources::{CachedSources, Failover, NoFilmSources, RedisShelf},
    system::{SystemChance, SystemClock, SystemSecrets, UuidV7Generator},
};
use sea_orm::DatabaseConnection;
use std::{fs, os::unix::fs::DirBuilderExt, path::PathBuf, sync::Arc};

/// The product, put together.
pub struct Composition {
    /// The use cases.
    pub application: Arc<ApplicationModule>,
    /// The database.
    pub connection: DatabaseConnection,
    /// Which sessions have been ended, to be kept up.
    pub gate: Arc<GateState>,
    /// The search index, to be kept up.
    pub index: Arc<FilmIndexState>,
}

/// Whether this process looks after the search index on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Index {
    /// It serves searches.
    Kept,
    /// It does not search.
    Unused,
}

/// Opens the database, and makes the data directory where it may lie.
pub async fn connect(config: &Config) -> anyhow::Result<DatabaseConnection> {
    let directory = &config.data_dir;
    // What lies here is nobody else's business: addresses, hashes, the secret that signs tokens.
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)
        .with_context(|| format!("cannot make the data directory {}", directory.display()))?;
    let url = &config.database.url;
    config
        .database
        .connect()
        .await
        .with_context(|| format!("cannot open {url}"))
}

/// Makes sure that the schema is the one this binary knows: a file of this machine is brought there,
/// a server that others use too is only looked at.
pub async fn ensure_schema(config: &Config, connection: &DatabaseConnection) -> anyhow::Result<()> {
    if config.database.url.is_sqlite() {
        return migrate_up(connection)
            .await
            .context("the schema could not be brought up to date");
    }
    let steps = migration_status(connection)
        .await
        .context("the schema could not be read")?;
    let pending = steps.iter().filter(|step| !step.is_applied).count();
    if pending > 0 {
        bail!(
            "the database lacks {pending} of {} migrations; run `filmhub migrate up`",
            steps.len()
        );
    }
    Ok(())
}

/// Loads the starter catalogue unless it is there.
pub async fn load_starter_catalogue(
    connection: &DatabaseConnection,
    report: impl Fn(usize, usize) + Send + Sync,
) -> anyhow::Result<()> {
    if starter_catalogue::is_loaded(connection).await? {
        return Ok(());
    }
    let turns = WriteTurns::of(connection);
    let progress = |Progress { done, all }| report(done, all);
    starter_catalogue::load(connection, &turns, SystemClock.now(), progress)
        .await
        .context("the starter catalogue could not be loaded")?;
    Ok(())
}

/// Where posters lie without S3.
pub fn posters_dir(config: &Config) -> PathBuf {
    config.data_dir.join("files")
}

/// Puts the layers together.
pub fn compose(
    config: &Config,
    connection: DatabaseConnection,
    index: Index,
) -> anyhow::Result<Composition> {
    let jwt_secret = match &config.jwt_secret {
        Some(secret) => secret.clone(),
        None => config::kept_jwt_secret(&config.data_dir, || SystemSecrets.generate())?,
    };
    let gate = Arc::new(GateState::default());
    let feed = SqlFilmFeed::new(connection.clone(), UuidV7Generator.next_uuid());
    let folder = (index == Index::Kept).then(|| config.data_dir.join("index"));
    let index = FilmIndexState::new(folder, Arc::new(feed));
    let ports = infrastructure_module(Prepared {
        connection: connection.clone(),
        turns: WriteTurns::of(&connection),
        bell: JobBell::default(),
        jwt_secret,
        lives: lives(config),
        gate: Arc::clone(&gate),
        index: Arc::clone(&index),
        posters: posters(config)?,
        sources: sources(config)?,
    });
    let application = Arc::new(ApplicationModule::builder(ports).build());
    Ok(Composition {
        application,
        connection,
        gate,
        index,
    })
}

fn posters(config: &Config) -> anyhow::Result<Arc<dyn PosterStore>> {
    if let Some(s3) = &config.s3 {
        return Ok(Arc::new(S3PosterStore::connect(s3)));
    }
    let store = DiskPosterStore::open(posters_dir(config))
        .context("the folder for posters cannot be used")?;
    Ok(Arc::new(store))
}

/// Other catalogues, with a memory; none where none is configured.
fn sources(config: &Config) -> anyhow::Result<Arc<dyn FilmSources>> {
    if config.sources.is_empty() {
        return Ok(Arc::new(NoFilmSources));
    }
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let failover =
        Failover::new(&config.sources, &clock).context("a source of films cannot be used")?;
    let redis = config.redis_url.as_ref().map(RedisShelf::open);
    Ok(Arc::new(CachedSources::new(
        Arc::new(failover),
        redis.transpose().context("REDIS_URL cannot be used")?,
        clock,
        Arc::new(SystemChance),
    )))
}

fn lives(config: &Config) -> TokenLives {
    TokenLives {
        long_token: Duration::days(config.token_days.into()),
        access_token: Duration::minutes(config.access_token_minutes.into()),
        refresh_token: Duration::days(config.refresh_token_days.into()),
    }
}
