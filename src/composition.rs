//! Puts the layers together: the only file that names adapters.
use crate::config::{self, BotConfig, Config};
use anyhow::{Context, bail};
use application::{
    catalogue::{
        ports::PosterStore,
        sources::{FilmSources, SourceList},
    },
    events::ports::EventConsumer,
    identity::ports::{Secrets, TokenLives},
    jobs::Task,
    module::ApplicationModule,
    notifications::ports::Mailer,
    shared::{
        clock::{Clock, IdGenerator},
        limiter::Limiter,
    },
    telegram::ports::{TelegramApi, Webhook},
};
use chrono::Duration;
use infrastructure::{
    assistant::{ModelConfig, ModelConnection},
    catalogue::{
        DiskPosterStore, S3PosterStore, SqlFilmFeed,
        film_index::FilmIndexState,
        picture_fetcher::PictureWays,
        starter_catalogue::{self, Progress},
    },
    events::{
        self, BrokerHealth, ConfiguredBrokerWatchParameters, Consuming, EventBell, EventRelay,
        Patience, RelayPorts, Route, Subscription, SubscriptionPorts,
    },
    identity::{FixedSessionPolicyParameters, GateState},
    jobs::{JobBell, JobWorker, Schedule, Scheduler, WorkerPorts, WorkerSettings},
    limits::{LocalLimiter, SharedLimiter},
    module::{InfrastructureModule, Prepared, infrastructure_module},
    notifications::{LoggedMailer, SmtpMailer},
    persistence::{Stopping, WriteTurns, measure, migrate_up, migration_status},
    recommendation::{
        DiskModelFiles, LearningSettings, ModelFiles, ServingState, SqlFactsFeed, SqlModelShelf,
    },
    sources::{CachedSources, Failover, NoFilmSources, RedisShelf},
    system::{SystemChance, SystemClock, SystemSecrets, UuidV7Generator},
    telegram::{BotApi, BotPorts, BotRunner, BotSettings, Delivery, UpdateBell},
    upkeep::Gauges,
};
use presentation::{BotFace, BotName, TelegramBot, WebhookGate, WebhookSecret};
use sea_orm::DatabaseConnection;
use shaku::{HasComponent, HasComponents};
use std::{fmt::Write, fs, os::unix::fs::DirBuilderExt, path::PathBuf, sync::Arc};

/// The product, put together.
pub struct Composition {
    /// The use cases.
    pub application: Arc<ApplicationModule>,
    /// The database.
    pub connection: DatabaseConnection,
    /// Which sessions have been ended, to be kept up.
    pub gate: Arc<GateState>,
    /// Rung when there are new jobs.
    bell: JobBell,
    /// The adapters.
    ports: Arc<InfrastructureModule>,
    /// The search index, to be kept up.
    pub index: Arc<FilmIndexState>,
    /// Rung when Telegram told something.
    update_bell: UpdateBell,
    /// Rung when there is something to tell.
    event_bell: EventBell,
    /// How the broker is, where there is one.
    broker_health: BrokerHealth,
    /// The name of the Telegram bot, once it is known.
    pub bot_name: BotName,
    /// What ranks films, to be kept up.
    pub recommender: Arc<ServingState>,
    /// Who counts requests, to be kept up.
    pub counter: Arc<LocalLimiter>,
    /// Where instances remember and count together.
    redis: Option<Arc<RedisShelf>>,
}

/// Whether this process looks after the search index on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Index {
    /// It serves searches.
    Kept,
    /// It serves those of the bot, beside a process that serves others from the same data directory.
    KeptByBot,
    /// It does not search.
    Unused,
}

/// Opens the database, and makes the data directory where it may lie.
pub async fn connect(config: &Config) -> anyhow::Result<DatabaseConnection> {
    connect_until(config, Stopping::default()).await
}

/// The same for a process whose threads end one after the other once it is stopping.
pub async fn connect_until(
    config: &Config,
    stopping: Stopping,
) -> anyhow::Result<DatabaseConnection> {
    let directory = &config.data_dir;
    // What lies here is nobody else's business: addresses, hashes, the secret that signs tokens.
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)
        .with_context(|| format!("cannot make the data directory {}", directory.display()))?;
    let url = &config.database.url;
    let connection = config.database.connect_until(stopping).await;
    let mut connection = connection.with_context(|| format!("cannot open {url}"))?;
    if config.metrics.is_some() {
        measure(&mut connection);
    }
    Ok(connection)
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
    let bell = JobBell::default();
    let feed = SqlFilmFeed::new(connection.clone(), UuidV7Generator.next_uuid());
    let folder = match index {
        Index::Kept => Some("index"),
        Index::KeptByBot => Some("bot-index"),
        Index::Unused => None,
    };
    let folder = folder.map(|name| config.data_dir.join(name));
    let update_bell = UpdateBell::default();
    let event_bell = EventBell::default();
    let bot_name = BotName::default();
    if let Some(name) = config.bot.as_ref().and_then(|bot| bot.name.clone()) {
        // It has just been made, so nobody was faster.
        let _ = bot_name.0.set(name);
    }
    let index = FilmIndexState::new(folder, Arc::new(feed));
    let model_files = model_files(config);
    let broker_health = BrokerHealth::default();
    let recommender = ServingState::new(
        Arc::new(SqlFactsFeed::new(connection.clone())),
        SqlModelShelf::new(connection.clone(), Arc::clone(&model_files)),
    );
    let redis = config.redis_url.as_ref().map(RedisShelf::open);
    let redis = redis.transpose().context("REDIS_URL cannot be used")?;
    let redis = redis.map(Arc::new);
    let ports = infrastructure_module(Prepared {
        connection: connection.clone(),
        turns: WriteTurns::of(&connection),
        bell: bell.clone(),
        update_bell: update_bell.clone(),
        event_bell: event_bell.clone(),
        events_kept_for: Duration::days(config.events_kept_days.into()),
        acts_per_training: config.training_acts,
        jwt_secret,
        session_policy: FixedSessionPolicyParameters {
            lives: lives(config),
            audit_kept: Duration::days(config.audit_days.into()),
        },
        gate: Arc::clone(&gate),
        index: Arc::clone(&index),
        recommender: Arc::clone(&recommender),
        model_files,
        training: LearningSettings {
            memory_mib: usize::try_from(config.training_memory_mib).unwrap_or(usize::MAX),
            ..LearningSettings::default()
        },
        posters: posters(config)?,
        pictures: pictures(config)?,
        sources: sources(config, redis.as_ref())?,
        search_budget: config.search_budget,
        broker: ConfiguredBrokerWatchParameters {
            health: config.events_url.is_some().then(|| broker_health.clone()),
        },
        model: model(config.model.as_ref())?,
        embedder: model(config.embedder.as_ref())?,
        model_limits: config.model_limits,
        mailer: mailer(config)?,
    });
    let application = Arc::new(ApplicationModule::builder(ports.clone()).build());
    Ok(Composition {
        application,
        connection,
        gate,
        bell,
        ports,
        index,
        update_bell,
        event_bell,
        broker_health,
        bot_name,
        recommender,
        counter: Arc::new(LocalLimiter::new(&config.rate_limits.rates)),
        redis,
    })
}

impl Composition {
    /// Who counts requests: together with other instances where there is Redis.
    pub fn limiter(&self) -> Arc<dyn Limiter> {
        let local = Arc::clone(&self.counter);
        match &self.redis {
            Some(redis) => Arc::new(SharedLimiter::new(local, Arc::clone(redis))),
            None => local,
        }
    }

    /// Other catalogues.
    pub fn sources(&self) -> Arc<dyn FilmSources> {
        self.ports.resolve()
    }

    /// What metrics show of the parts.
    pub fn gauges(&self) -> Gauges {
        Gauges {
            connection: self.connection.clone(),
            index: Arc::clone(&self.index),
            sources: self.ports.resolve(),
            model: self.ports.resolve(),
            clock: self.ports.resolve(),
        }
    }

    /// The Telegram bot, if there is one.
    pub fn bot(&self, config: &Config) -> anyhow::Result<Option<BotRunner>> {
        let Some(bot) = &config.bot else {
            return Ok(None);
        };
        let api = BotApi::new(&bot.api).context("the Telegram bot cannot be used")?;
        let api: Arc<dyn TelegramApi> = Arc::new(api);
        let face = BotFace {
            default_language: config.language,
            posters: config.posters.clone(),
        };
        let handler = TelegramBot::new(Arc::clone(&self.application), Arc::clone(&api), face);
        let ports = BotPorts {
            api,
            inbox: self.ports.resolve(),
            handler: Arc::new(handler),
            clock: self.ports.resolve(),
            ids: self.ports.resolve(),
            bell: self.update_bell.clone(),
        };
        let settings = BotSettings {
            bot: bot.api.token.bot(),
            delivery: delivery(bot),
            name: Arc::clone(&self.bot_name.0),
        };
        Ok(Some(BotRunner::new(ports, settings)))
    }

    /// Who runs jobs in this process.
    pub fn worker(&self, config: &Config) -> JobWorker {
        const POLL: std::time::Duration = std::time::Duration::from_secs(1);
        let ports = WorkerPorts {
            store: self.ports.resolve(),
            queries: self.ports.resolve(),
            clock: self.ports.resolve(),
            ids: self.ports.resolve(),
            chance: self.ports.resolve(),
        };
        let settings = WorkerSettings {
            at_once: usize::try_from(config.jobs_at_once).unwrap_or(1),
            lease: std::time::Duration::from_secs(config.job_lease_seconds.into()),
            poll: POLL,
        };
        let handlers = self.application.resolve_all();
        JobWorker::new(ports, handlers, self.bell.clone(), settings)
    }

    /// Who tells of what happened: to the consumers of this process, or to a broker.
    pub fn relay(&self, config: &Config) -> EventRelay {
        let ports = RelayPorts {
            queue: self.ports.resolve(),
            clock: self.ports.resolve(),
            ids: self.ports.resolve(),
            chance: self.ports.resolve(),
            bell: self.event_bell.clone(),
        };
        let consumers = self.consumers();
        let route = match &config.events_url {
            Some(url) => Route::Broker(events::broker(url, &consumers, self.broker_health.clone())),
            None => Route::Consumers(self.consuming(), consumers),
        };
        EventRelay::new(ports, route)
    }

    /// Who brings events from the broker to consumers, where there is one.
    pub fn subscriptions(&self, config: &Config) -> Vec<Subscription> {
        let Some(url) = &config.events_url else {
            return Vec::new();
        };
        let ports = SubscriptionPorts {
            consuming: self.consuming(),
            patience: Patience::default(),
            health: self.broker_health.clone(),
        };
        let of = |consumer| events::subscription(url, consumer, ports.clone());
        self.consumers().into_iter().map(of).collect()
    }

    fn consumers(&self) -> Vec<Arc<dyn EventConsumer>> {
        self.application.resolve_all().to_vec()
    }

    fn consuming(&self) -> Consuming {
        Consuming::new(self.ports.resolve(), self.ports.resolve())
    }

    /// Who puts into the queue what is due again and again and a worker knows how to do.
    pub fn scheduler(&self, config: &Config, worker: &JobWorker) -> Scheduler {
        let (store, clock, ids) = (
            self.ports.resolve(),
            self.ports.resolve(),
            self.ports.resolve(),
        );
        Scheduler::new(store, clock, ids, schedules(config), worker.kinds())
    }
}

fn delivery(bot: &BotConfig) -> Delivery {
    match &bot.webhook {
        None => Delivery::Polling,
        Some(url) => Delivery::Webhook(Webhook {
            url: url.to_string(),
            secret: webhook_secret(bot),
        }),
    }
}

/// What Telegram shows with each update. It is made of the token, so that all instances know it and
/// nobody has to set it.
fn webhook_secret(bot: &BotConfig) -> String {
    let made_of = format!("filmhub webhook {}", bot.api.token.expose());
    let digest = SystemSecrets.digest(&made_of);
    digest.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// How Telegram brings updates to this instance, where it does.
pub fn webhook_gate(config: &Config) -> Option<WebhookGate> {
    let bot = config.bot.as_ref().filter(|bot| bot.webhook.is_some())?;
    Some(WebhookGate {
        bot: bot.api.token.bot(),
        secret: WebhookSecret(webhook_secret(bot)),
    })
}

/// What is due in which rhythm. Without a source there are no films to fetch.
fn schedules(config: &Config) -> Vec<Schedule> {
    /// How many pages of a list are fetched; a page is 20 films.
    const PAGES: u32 = 5;
    /// How many films are refreshed; what a source tells in a day is limited.
    const FILMS: u32 = 10;
    let source = config.source_of_lists;
    let pages = |list| {
        source.map(|source| Task::ImportPages {
            source,
            list,
            from: 1,
            to: PAGES,
        })
    };
    let refresh = source.map(|_| Task::RefreshOldest { count: FILMS });
    let rhythms = &config.schedules;
    [
        ("tidy_up", &rhythms.tidy_up, Some(Task::TidyUp)),
        ("training", &rhythms.training, Some(Task::TrainRecommender)),
        (
            "popular_films",
            &rhythms.popular_films,
            pages(SourceList::Popular),
        ),
        ("new_films", &rhythms.new_films, pages(SourceList::New)),
        ("refresh", &rhythms.refresh, refresh),
    ]
    .into_iter()
    .filter_map(|(name, words, task)| {
        let (words, task) = (words.clone()?, task?);
        Some(Schedule { name, words, task })
    })
    .collect()
}

/// Where trained models are kept: beside the posters, but where nobody is shown them.
fn model_files(config: &Config) -> Arc<dyn ModelFiles> {
    match &config.s3 {
        Some(s3) => Arc::new(S3PosterStore::connect(s3)),
        None => Arc::new(DiskModelFiles::new(config.data_dir.join("models"))),
    }
}

/// Where posters are kept.
pub fn posters(config: &Config) -> anyhow::Result<Arc<dyn PosterStore>> {
    if let Some(s3) = &config.s3 {
        return Ok(Arc::new(S3PosterStore::connect(s3)));
    }
    let store = DiskPosterStore::open(posters_dir(config))
        .context("the folder for posters cannot be used")?;
    Ok(Arc::new(store))
}

/// Other catalogues, with a memory; none where none is configured.
/// Pictures are fetched by the way on which their source is reached.
fn pictures(config: &Config) -> anyhow::Result<PictureWays> {
    let proxies = config.sources.iter().filter_map(|config| {
        let proxy = config.endpoint.proxy.clone()?;
        Some((config.source, proxy))
    });
    PictureWays::new(config.picture_hosts.clone(), &proxies.collect())
        .context("pictures cannot be fetched")
}

fn sources(
    config: &Config,
    redis: Option<&Arc<RedisShelf>>,
) -> anyhow::Result<Arc<dyn FilmSources>> {
    if config.sources.is_empty() {
        return Ok(Arc::new(NoFilmSources));
    }
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let mut failover =
        Failover::new(&config.sources, &clock).context("a source of films cannot be used")?;
    if let Some(shelf) = redis {
        failover = failover.counting_together(&config.sources, shelf);
    }
    Ok(Arc::new(CachedSources::new(
        Arc::new(failover),
        redis.cloned(),
        clock,
        Arc::new(SystemChance),
    )))
}

/// Who sends mails.
fn mailer(config: &Config) -> anyhow::Result<Arc<dyn Mailer>> {
    let Some(smtp) = &config.mail.smtp else {
        return Ok(Arc::new(LoggedMailer));
    };
    let mailer = SmtpMailer::new(smtp, config.mail.links.clone(), config.language)
        .context("mails cannot be sent")?;
    Ok(Arc::new(mailer))
}

fn model(config: Option<&ModelConfig>) -> anyhow::Result<Option<Arc<ModelConnection>>> {
    let model = config.map(ModelConnection::prepare);
    model
        .transpose()
        .context("the language model cannot be used")
}

fn lives(config: &Config) -> TokenLives {
    TokenLives {
        long_token: Duration::days(config.token_days.into()),
        access_token: Duration::minutes(config.access_token_minutes.into()),
        refresh_token: Duration::days(config.refresh_token_days.into()),
    }
}
