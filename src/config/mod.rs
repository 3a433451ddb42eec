//! The configuration, read once at the start.
//!
//! Everything has a default with which the product runs. What is set wrongly stops the start with one
//! message that names every bad setting.
mod bot;
mod film_sources;
mod mail;
mod reader;
mod schedules;
mod source;
mod telemetry;
mod values;

pub use bot::BotConfig;
pub use mail::MailConfig;
pub use reader::Shown;
pub use schedules::Schedules;
pub use telemetry::{MetricsConfig, Sampler, TracesConfig};
pub use values::{Host, LogFormat, SamplerName, Switch};

use application::assistant::ports::ModelLimits;
use domain::{catalogue::SourceName, shared::Language};
use infrastructure::{
    assistant::ModelConfig,
    catalogue::{S3Config, picture_fetcher::PictureHosts},
    events::BrokerUrl,
    identity::JwtSecret,
    persistence::{DatabaseConfig, DatabaseUrl},
    sources::SourceConfig,
};
use presentation::{Limits, PosterAddresses};
use reader::Reader;
use secrecy::{ExposeSecret, SecretString};
use source::Sources;
use std::{
    path::{Path, PathBuf},
    time::Duration,
};
use url::Url;
use values::{BaseUrl, LogFilter, Origins, ProxyUrl};

/// Everything that can be set.
pub struct Config {
    /// The address to listen on, or the name that stands for it.
    pub host: Host,
    /// The port to listen on.
    pub port: u16,
    /// How many threads answer requests.
    pub workers: u32,
    /// Where data lies that is not in the database.
    pub data_dir: PathBuf,
    /// The database.
    pub database: DatabaseConfig,
    /// What tokens are signed with; without it one is made and kept in the data directory.
    pub jwt_secret: Option<JwtSecret>,
    /// The S3 bucket for posters; without it they lie in the data directory.
    pub s3: Option<S3Config>,
    /// Where clients fetch posters.
    pub posters: PosterAddresses,
    /// From which hosts pictures of other catalogues are fetched.
    pub picture_hosts: PictureHosts,
    /// The language when a client asks for none.
    pub language: Language,
    /// Which log lines are written, as `RUST_LOG` says it.
    pub log: String,
    /// How they are written.
    pub log_format: LogFormat,
    /// Where metrics are shown, if they are.
    pub metrics: Option<MetricsConfig>,
    /// Where traces are sent, if they are.
    pub traces: Option<TracesConfig>,
    /// The origins of browser apps that may call the API.
    pub cors_origins: Vec<String>,
    /// How long the one token of a session of the first kind lives.
    pub token_days: u32,
    /// How long an access token lives.
    pub access_token_minutes: u32,
    /// How long a session lives that is not used.
    pub refresh_token_days: u32,
    /// How much memory learning what to recommend may take.
    pub training_memory_mib: u32,
    /// After how many new acts a model is trained.
    pub training_acts: u32,
    /// How long events are remembered that were told.
    pub events_kept_days: u32,
    /// How much time and memory clients may take.
    pub limits: Limits,
    /// Whether the starter catalogue is loaded into an empty database.
    pub starter_catalogue: bool,
    /// Other catalogues, in the order in which they are asked.
    pub sources: Vec<SourceConfig>,
    /// How long a search by title waits for them.
    pub search_budget: Duration,
    /// The Redis server in which instances share what those tell.
    pub redis_url: Option<SecretString>,
    /// The broker by which events go out, if there is one.
    pub events_url: Option<BrokerUrl>,
    /// The language model, if there is one.
    pub model: Option<ModelConfig>,
    /// The model that puts texts into numbers, if there is one.
    pub embedder: Option<ModelConfig>,
    /// What asking them may cost.
    pub model_limits: ModelLimits,
    /// Whether `serve` runs jobs beside answering.
    pub serve_runs_jobs: bool,
    /// How many jobs a process runs at once.
    pub jobs_at_once: u32,
    /// How long a job is held without its runner being heard of.
    pub job_lease_seconds: u32,
    /// What is to be done again and again.
    pub schedules: Schedules,
    /// The source whose lists are fetched, if any is set up.
    pub source_of_lists: Option<SourceName>,
    /// The Telegram bot, if there is one.
    pub bot: Option<BotConfig>,
    /// Whether `serve` runs the bot beside answering.
    pub serve_runs_bot: bool,
    /// How mails are sent.
    pub mail: MailConfig,
}

/// Some settings are wrong.
#[derive(Debug, thiserror::Error)]
#[error("the configuration is not valid:\n{}", .0.iter().map(|line| format!("  - {line}")).collect::<Vec<_>>().join("\n"))]
pub struct InvalidConfig(pub Vec<String>);

impl Config {
    /// Reads the configuration of the process.
    ///
    /// # Errors
    /// [`InvalidConfig`] with every bad setting.
    pub fn load() -> Result<(Self, Vec<Shown>), InvalidConfig> {
        let mut errors = Vec::new();
        let sources = Sources::read(Path::new("."), &mut errors);
        Self::read(Reader::new(sources, errors))
    }

    fn read(mut reader: Reader) -> Result<(Self, Vec<Shown>), InvalidConfig> {
        let host = reader.parsed("FILMHUB_HOST", Host::default());
        let port = reader.parsed("FILMHUB_PORT", 8080_u16);
        let workers = reader.within("FILMHUB_WORKERS", 1..=256, values::cores());
        let data_dir = PathBuf::from(reader.parsed("FILMHUB_DATA_DIR", "./data".to_owned()));
        let language = reader.parsed("FILMHUB_LANGUAGE", Language::default());
        let sources = film_sources::read(&mut reader, language);
        let (posters, public_url) = read_poster_addresses(&mut reader, port);
        let model = read_model(&mut reader);
        let config = Self {
            host,
            port,
            workers,
            database: read_database(&mut reader, &data_dir),
            jwt_secret: read_jwt_secret(&mut reader),
            s3: read_s3(&mut reader),
            posters,
            picture_hosts: reader.parsed("FILMHUB_PICTURE_HOSTS", PictureHosts::default()),
            language,
            log: reader.parsed("FILMHUB_LOG", LogFilter("info".to_owned())).0,
            log_format: reader.parsed("FILMHUB_LOG_FORMAT", LogFormat::Pretty),
            metrics: telemetry::read_metrics(&mut reader, port),
            traces: telemetry::read_traces(&mut reader),
            cors_origins: reader.parsed("FILMHUB_CORS_ORIGINS", Origins::default()).0,
            token_days: reader.within("FILMHUB_TOKEN_DAYS", 1..=366, 31),
            access_token_minutes: reader.within("FILMHUB_ACCESS_TOKEN_MINUTES", 1..=1440, 15),
            refresh_token_days: reader.within("FILMHUB_REFRESH_TOKEN_DAYS", 1..=366, 30),
            training_memory_mib: reader.within("FILMHUB_TRAINING_MEMORY_MIB", 16..=65_536, 512),
            training_acts: reader.within("FILMHUB_TRAINING_ACTS", 1..=1_000_000, 1_000),
            events_kept_days: reader.within("FILMHUB_EVENTS_KEPT_DAYS", 1..=365, 7),
            limits: read_limits(&mut reader),
            starter_catalogue: reader.parsed("FILMHUB_STARTER_CATALOGUE", Switch::On) == Switch::On,
            // The order of the names is that of how much their lists tell.
            source_of_lists: sources.iter().map(|config| config.source).min(),
            sources,
            search_budget: film_sources::read_search_budget(&mut reader),
            redis_url: film_sources::read_redis(&mut reader),
            events_url: read_events_url(&mut reader),
            embedder: read_embedder(&mut reader, model.as_ref()),
            model,
            model_limits: read_model_limits(&mut reader),
            serve_runs_jobs: reader.parsed("FILMHUB_JOBS", Switch::On) == Switch::On,
            jobs_at_once: reader.within("FILMHUB_JOBS_AT_ONCE", 1..=64, 4),
            job_lease_seconds: reader.within("FILMHUB_JOB_LEASE_SECONDS", 2..=3600, 60),
            schedules: Schedules::read(&mut reader),
            bot: bot::read(&mut reader, public_url.as_ref()),
            serve_runs_bot: reader.parsed("FILMHUB_BOT", Switch::On) == Switch::On,
            mail: mail::read(&mut reader, public_url.as_ref(), port),
            data_dir,
        };
        for name in reader.needless_files() {
            reader.refuse(&name, "is not a setting: only a secret may lie in a file");
        }
        for name in reader.unread("FILMHUB_") {
            reader.refuse(&name, "is not a setting of Filmhub");
        }
        match reader.finish() {
            (shown, errors) if errors.is_empty() => Ok((config, shown)),
            (_, errors) => Err(InvalidConfig(errors)),
        }
    }
}

fn read_limits(reader: &mut Reader) -> Limits {
    let body_time = reader.within("FILMHUB_BODY_SECONDS", 1..=600, 20);
    let upload_time = reader.within("FILMHUB_UPLOAD_SECONDS", 1..=3600, 120);
    // Less than the largest picture would let none of that size in.
    let upload_memory = reader.within("FILMHUB_UPLOAD_MEMORY_MIB", 11..=16_384, 64);
    Limits {
        body_time: Duration::from_secs(body_time.into()),
        upload_time: Duration::from_secs(upload_time.into()),
        upload_memory: usize::try_from(upload_memory).map_or(usize::MAX, |mib| mib * 1024 * 1024),
    }
}

/// `DATABASE_URL` first, else `POSTGRES_DSN`, else a file in the data directory.
fn read_database(reader: &mut Reader, data_dir: &Path) -> DatabaseConfig {
    let mut url = None;
    for name in ["DATABASE_URL", "POSTGRES_DSN"] {
        let Some(secret) = reader.secret(name) else {
            continue;
        };
        match secret.expose_secret().parse::<DatabaseUrl>() {
            Ok(read) => url = url.or(Some(read)),
            Err(failure) => reader.refuse(name, failure),
        }
    }
    let url = url.unwrap_or_else(|| DatabaseUrl::sqlite_file(&data_dir.join("filmhub.db")));
    let max_connections = reader.within("FILMHUB_DB_CONNECTIONS", 1..=1000, 16);
    DatabaseConfig {
        url,
        max_connections,
    }
}

fn read_jwt_secret(reader: &mut Reader) -> Option<JwtSecret> {
    let secret = reader.secret("JWT_SECRET")?;
    match JwtSecret::new(secret) {
        Ok(secret) => Some(secret),
        Err(failure) => {
            reader.refuse("JWT_SECRET", failure);
            None
        }
    }
}

/// S3 is used when a bucket is named.
fn read_s3(reader: &mut Reader) -> Option<S3Config> {
    let bucket: Option<String> = reader.optional("AWS_BUCKET_NAME");
    let endpoint: Option<BaseUrl> = reader.optional("AWS_ENDPOINT_URL");
    let region = reader.parsed("AWS_REGION", "us-east-1".to_owned());
    let key_id: Option<String> = reader.optional("AWS_KEY_ID");
    let secret = reader.secret("AWS_ACCESS_KEY");
    let bucket = bucket?;
    if key_id.is_none() {
        reader.refuse("AWS_KEY_ID", "must be set when AWS_BUCKET_NAME is");
    }
    if secret.is_none() {
        reader.refuse("AWS_ACCESS_KEY", "must be set when AWS_BUCKET_NAME is");
    }
    Some(S3Config {
        endpoint: endpoint.map(BaseUrl::into_url),
        region,
        bucket,
        key_id: key_id?,
        secret: secret?,
    })
}

/// A model is asked when there is a server or a key. Some servers need no key; a key alone is one of
/// `OpenAI`'s.
fn read_model(reader: &mut Reader) -> Option<ModelConfig> {
    let base: Option<BaseUrl> = reader.optional("GPT_BASE");
    let key = reader.secret("GPT_API_KEY");
    let model = reader.parsed("GPT_MODEL", "gpt-4o-mini".to_owned());
    let proxy = read_proxy(reader, "GPT_PROXY");
    if base.is_none() && key.is_none() {
        return None;
    }
    Some(ModelConfig {
        base: base.unwrap_or_else(BaseUrl::of_openai).into_url(),
        key,
        model,
        proxy,
    })
}

/// A model for numbers is one of the same server, and is asked when it is named.
fn read_embedder(reader: &mut Reader, server: Option<&ModelConfig>) -> Option<ModelConfig> {
    const NAME: &str = "GPT_EMBEDDING_MODEL";
    /// What the database has room for.
    const MOST_LETTERS: usize = 128;
    let model: String = reader.optional(NAME)?;
    let Some(server) = server else {
        reader.refuse(NAME, "needs GPT_BASE or GPT_API_KEY");
        return None;
    };
    if model.chars().count() > MOST_LETTERS {
        reader.refuse(NAME, "must have at most 128 letters");
    }
    Some(ModelConfig {
        model,
        ..server.clone()
    })
}

/// The address of a proxy, which may hold a password and is not shown.
fn read_proxy(reader: &mut Reader, name: &'static str) -> Option<Url> {
    let secret = reader.secret(name)?;
    match secret.expose_secret().trim().parse::<ProxyUrl>() {
        Ok(proxy) => Some(proxy.0),
        Err(failure) => {
            reader.refuse(name, failure);
            None
        }
    }
}

/// The address of a broker, which may hold a password and is not shown.
fn read_events_url(reader: &mut Reader) -> Option<BrokerUrl> {
    const NAME: &str = "EVENTS_URL";
    match BrokerUrl::read(&reader.secret(NAME)?) {
        Ok(url) => Some(url),
        Err(failure) => {
            reader.refuse(NAME, failure);
            None
        }
    }
}

fn read_model_limits(reader: &mut Reader) -> ModelLimits {
    let seconds = |seconds: u32| Duration::from_secs(seconds.into());
    ModelLimits {
        search_within: seconds(reader.within("GPT_SEARCH_TIMEOUT", 1..=60, 4)),
        reply_within: seconds(reader.within("GPT_TIMEOUT", 5..=600, 60)),
        daily_per_user: reader.within("GPT_DAILY_PER_USER", 0..=100_000, 100),
        daily_of_visitors: reader.within("GPT_DAILY_VISITORS", 0..=1_000_000, 200),
    }
}

/// Where clients fetch posters: from this service in all sizes, unless it is only said where they lie
/// as they were sent. Settings made before this service showed posters itself say just that. With it the
/// address of this service, where somebody said it.
fn read_poster_addresses(reader: &mut Reader, port: u16) -> (PosterAddresses, Option<BaseUrl>) {
    let is_known = reader.is_set("FILMHUB_PUBLIC_URL");
    let public_url = reader.parsed("FILMHUB_PUBLIC_URL", BaseUrl::local(port));
    let originals: Option<BaseUrl> = reader.optional("FILES_BASE_URL");
    let posters = match originals.map(|url| url.to_string()) {
        Some(base) if !is_known => PosterAddresses::Originals { base },
        originals => PosterAddresses::Images {
            base: format!("{public_url}/images"),
            originals,
        },
    };
    (posters, is_known.then_some(public_url))
}

/// Reads the secret that tokens are signed with from the data directory, or makes one there, readable
/// by nobody else.
///
/// # Errors
/// When the file can be neither read nor made.
pub fn kept_jwt_secret(data_dir: &Path, new: impl FnOnce() -> String) -> anyhow::Result<JwtSecret> {
    use anyhow::Context;
    use std::{fs, io::Write, os::unix::fs::OpenOptionsExt};
    let path = data_dir.join("jwt_secret");
    if !path.exists() {
        // Written whole before it has its name, so that a crash leaves no half of a secret; the link
        // fails when another process was faster, whose secret then counts.
        let draft = data_dir.join(format!("jwt_secret.{}", std::process::id()));
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&draft)
            .with_context(|| format!("cannot write {}", draft.display()))?;
        file.write_all(new().as_bytes())?;
        file.sync_all()?;
        let linked = fs::hard_link(&draft, &path);
        fs::remove_file(&draft)?;
        match linked {
            Err(failure) if failure.kind() != std::io::ErrorKind::AlreadyExists => {
                return Err(failure).with_context(|| format!("cannot write {}", path.display()));
            }
            Ok(()) | Err(_) => {}
        }
    }
    let secret: SecretString = fs::read_to_string(&path)
        .with_context(|| format!("cannot read {}", path.display()))?
        .trim()
        .to_owned()
        .into();
    JwtSecret::new(secret).with_context(|| format!("the secret in {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(values: &[(&str, &str)]) -> Result<(Config, Vec<Shown>), Vec<String>> {
        Config::read(Reader::new(Sources::of(values), Vec::new())).map_err(|invalid| invalid.0)
    }

    #[test]
    fn with_no_settings_everything_has_a_default() {
        let (config, _) = read(&[]).unwrap();
        assert_eq!(
            (config.host.to_string().as_str(), config.port),
            ("127.0.0.1", 8080)
        );
        assert!(config.database.url.is_sqlite());
        assert_eq!(config.posters, images("http://localhost:8080/images", None));
        assert!(config.s3.is_none());
        assert_eq!(config.search_budget, Duration::from_millis(1_500));
        assert_eq!(config.language, Language::Russian);
        assert!(config.starter_catalogue);
        assert_eq!(config.limits, Limits::default());
        assert_eq!((config.training_acts, config.events_kept_days), (1_000, 7));
    }

    #[test]
    fn how_much_is_remembered_of_events_and_when_to_learn_from_them_can_be_set() {
        let (config, _) = read(&[
            ("FILMHUB_TRAINING_ACTS", "50"),
            ("FILMHUB_EVENTS_KEPT_DAYS", "1"),
        ])
        .unwrap();
        assert_eq!((config.training_acts, config.events_kept_days), (50, 1));
        let wrong = [
            ("FILMHUB_TRAINING_ACTS", "0"),
            ("FILMHUB_EVENTS_KEPT_DAYS", "0"),
        ];
        assert_eq!(read(&wrong).err().unwrap().len(), 2);
    }

    #[test]
    fn a_model_for_numbers_is_one_of_the_models_server() {
        let named = ("GPT_EMBEDDING_MODEL", "numbers");
        let (config, _) = read(&[("GPT_BASE", "http://localhost:11434/v1"), named]).unwrap();
        let (model, embedder) = (config.model.unwrap(), config.embedder.unwrap());
        assert_eq!(
            (embedder.model.as_str(), &embedder.base),
            ("numbers", &model.base)
        );
        let (config, _) = read(&[("GPT_BASE", "http://localhost:11434/v1")]).unwrap();
        assert!(config.embedder.is_none());
        let errors = read(&[named]).err().unwrap();
        assert_eq!(
            errors,
            ["GPT_EMBEDDING_MODEL needs GPT_BASE or GPT_API_KEY"]
        );
        let long = "x".repeat(129);
        let errors = read(&[("GPT_API_KEY", "key"), ("GPT_EMBEDDING_MODEL", &long)]).err();
        assert_eq!(errors.unwrap().len(), 1);
    }

    #[test]
    fn how_much_clients_may_take_can_be_set() {
        let (config, _) = read(&[
            ("FILMHUB_BODY_SECONDS", "5"),
            ("FILMHUB_UPLOAD_SECONDS", "60"),
            ("FILMHUB_UPLOAD_MEMORY_MIB", "11"),
        ])
        .unwrap();
        let expected = Limits {
            body_time: Duration::from_secs(5),
            upload_time: Duration::from_mins(1),
            upload_memory: 11 * 1024 * 1024,
        };
        assert_eq!(config.limits, expected);
        assert!(read(&[("FILMHUB_UPLOAD_MEMORY_MIB", "10")]).is_err());
    }

    #[test]
    fn the_settings_of_an_existing_deployment_are_understood() {
        let (config, shown) = read(&[
            (
                "POSTGRES_DSN",
                "postgresql+asyncpg://films:hidden@db:5432/films",
            ),
            ("JWT_SECRET", "0123456789abcdef0123456789abcdef"),
            ("AWS_ENDPOINT_URL", "http://minio:9000"),
            ("AWS_KEY_ID", "films"),
            ("AWS_ACCESS_KEY", "hidden too"),
            ("AWS_BUCKET_NAME", "posters"),
            ("FILES_BASE_URL", "https://cdn.example.org/posters/"),
            ("TMDB_API_KEY", "hidden as well"),
            ("TMDB_BASE_URL", "https://api.example.org"),
            ("BOT_TOKEN", "123456:hidden-bot"),
        ])
        .unwrap();
        assert!(!config.database.url.is_sqlite());
        let base = "https://cdn.example.org/posters".to_owned();
        assert_eq!(config.posters, PosterAddresses::Originals { base });
        assert_eq!(config.s3.map(|s3| s3.bucket).as_deref(), Some("posters"));
        assert_eq!(config.sources.len(), 1);
        for line in shown {
            assert!(!line.value.contains("hidden"), "{}", line.name);
        }
    }

    fn images(base: &str, originals: Option<&str>) -> PosterAddresses {
        PosterAddresses::Images {
            base: base.to_owned(),
            originals: originals.map(str::to_owned),
        }
    }

    #[test]
    fn posters_are_fetched_from_this_service_where_its_address_is_known() {
        let public = ("FILMHUB_PUBLIC_URL", "https://films.example.org/");
        let files = ("FILES_BASE_URL", "https://cdn.example.org");
        let base = "https://films.example.org/images";
        let (config, _) = read(&[public]).unwrap();
        assert_eq!(config.posters, images(base, None));
        let (config, _) = read(&[public, files]).unwrap();
        assert_eq!(
            config.posters,
            images(base, Some("https://cdn.example.org"))
        );
    }

    #[test]
    fn a_model_needs_a_server_or_a_key() {
        let model = |values: &[(&str, &str)]| read(values).unwrap().0.model;
        assert!(model(&[("GPT_MODEL", "small")]).is_none());
        let with_key = model(&[("GPT_API_KEY", "hidden")]).unwrap();
        assert_eq!(with_key.base.as_str(), "https://api.openai.com/v1");
        assert_eq!(with_key.model, "gpt-4o-mini");
        let own = model(&[
            ("GPT_BASE", "http://localhost:11434/v1/"),
            ("GPT_MODEL", "small"),
            ("GPT_PROXY", "socks5://user:hidden@proxy:1080"),
        ]);
        let own = own.unwrap();
        assert!(own.key.is_none());
        assert_eq!(own.model, "small");
        assert_eq!(own.proxy.unwrap().host_str(), Some("proxy"));
    }

    #[test]
    fn events_go_to_a_broker_where_one_is_named() {
        assert!(read(&[]).unwrap().0.events_url.is_none());
        let named = ("EVENTS_URL", "amqp://films:hidden@mq.example.org/films");
        let (config, shown) = read(&[named]).unwrap();
        let url = config.events_url.unwrap();
        assert_eq!(url.to_string(), "amqp://mq.example.org/films");
        assert!(shown.iter().all(|line| !line.value.contains("hidden")));
        let errors = read(&[("EVENTS_URL", "redis://hidden")]).err().unwrap();
        let why = "must start with `amqp://`, `amqps://` or `kafka://`";
        assert_eq!(errors, [format!("EVENTS_URL {why}")]);
        let kafka = read(&[("EVENTS_URL", "kafka://one:9092,two:9092")]);
        assert_eq!(kafka.is_ok(), cfg!(feature = "kafka"));
    }

    #[test]
    fn a_model_costs_what_is_said() {
        let (config, shown) = read(&[
            ("GPT_SEARCH_TIMEOUT", "2"),
            ("GPT_DAILY_PER_USER", "0"),
            ("GPT_PROXY", "http://user:hidden@proxy"),
        ])
        .unwrap();
        assert_eq!(config.model_limits.search_within, Duration::from_secs(2));
        assert_eq!(config.model_limits.daily_per_user, 0);
        assert_eq!(config.model_limits.reply_within, Duration::from_mins(1));
        assert_eq!(config.model_limits.daily_of_visitors, 200);
        assert!(shown.iter().all(|line| !line.value.contains("hidden")));
    }

    #[test]
    fn pictures_come_from_known_hosts_and_those_that_are_added() {
        let hosts = |text: &str| Ok::<_, String>(text.parse().unwrap());
        let (config, shown) = read(&[("FILMHUB_PICTURE_HOSTS", "cdn.example.org")]).unwrap();
        assert_eq!(hosts("cdn.example.org"), Ok(config.picture_hosts));
        let line = shown
            .iter()
            .find(|line| line.name == "FILMHUB_PICTURE_HOSTS");
        assert_eq!(line.unwrap().value, "cdn.example.org");
        let errors = read(&[("FILMHUB_PICTURE_HOSTS", "http://10.0.0.1")]).err();
        assert!(errors.unwrap().first().unwrap().contains("http://10.0.0.1"));
    }

    #[test]
    fn every_bad_setting_is_named_at_once() {
        let errors = read(&[
            ("FILMHUB_PORT", "99999"),
            ("FILMHUB_LOG", "info,=="),
            ("FILMHUB_LANGUAGE", "de"),
            ("DATABASE_URL", "mysql://db"),
            ("JWT_SECRET", "short"),
            ("AWS_BUCKET_NAME", "posters"),
            ("FILMHUB_TOKEN_DAYS", "0"),
            ("FILMHUB_SEARCH_BUDGET_MS", "10001"),
            ("FILMHUB_PROT", "8080"),
            ("GPT_BASE", "ftp://model"),
            ("GPT_PROXY", "gopher://user:secretvalue@proxy"),
            ("GPT_SEARCH_TIMEOUT", "0"),
            ("BOT_TOKEN", "secretvalue"),
            ("BOT_UPDATES", "pigeon"),
            ("BOT_API_URL", "ftp://telegram"),
        ])
        .err()
        .unwrap();
        for name in [
            "FILMHUB_PORT",
            "FILMHUB_LOG",
            "FILMHUB_LANGUAGE",
            "DATABASE_URL",
            "JWT_SECRET",
            "AWS_KEY_ID",
            "AWS_ACCESS_KEY",
            "FILMHUB_TOKEN_DAYS",
            "FILMHUB_SEARCH_BUDGET_MS",
            "FILMHUB_PROT",
            "GPT_BASE",
            "GPT_PROXY",
            "GPT_SEARCH_TIMEOUT",
            "BOT_TOKEN",
            "BOT_UPDATES",
            "BOT_API_URL",
        ] {
            let named = errors.iter().filter(|line| line.starts_with(name)).count();
            assert_eq!(named, 1, "{name} in {errors:?}");
        }
    }

    #[test]
    fn a_bad_value_of_a_secret_is_not_shown() {
        let errors = read(&[
            ("JWT_SECRET", "tooshort"),
            ("DATABASE_URL", "oops://secretvalue"),
            ("GPT_PROXY", "oops://secretvalue"),
            ("BOT_TOKEN", "secretvalue"),
            ("BOT_PROXY", "oops://secretvalue"),
        ])
        .err()
        .unwrap()
        .join("\n");
        assert!(!errors.contains("tooshort") && !errors.contains("secretvalue"));
    }

    #[test]
    fn a_secret_may_lie_in_a_file() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("secret");
        std::fs::write(&path, "0123456789abcdef0123456789abcdef\n").unwrap();
        let (config, _) = read(&[("JWT_SECRET_FILE", path.to_str().unwrap())]).unwrap();
        assert!(config.jwt_secret.is_some());
        let errors = read(&[("JWT_SECRET_FILE", "/nowhere")]).err().unwrap();
        assert!(errors.first().unwrap().starts_with("JWT_SECRET_FILE"));
    }

    #[test]
    fn only_secrets_may_lie_in_files() {
        let errors = read(&[
            ("FILMHUB_PORT_FILE", "/run/port"),
            ("AWS_REGION_FILE", "/run/region"),
        ])
        .err()
        .unwrap();
        assert_eq!(errors.len(), 2, "{errors:?}");
        assert!(errors.iter().all(|line| line.contains("only a secret")));
    }

    #[test]
    fn a_host_may_be_a_name() {
        for (host, understood) in [
            ("localhost", "localhost"),
            ("films.internal", "films.internal"),
            ("0.0.0.0", "0.0.0.0"),
            ("::", "::"),
            ("[::1]", "::1"),
        ] {
            let (config, _) = read(&[("FILMHUB_HOST", host)]).unwrap();
            assert_eq!(config.host.to_string(), understood);
        }
        for host in ["localhost:8080", "http://localhost", "a b", "1.2.3.999"] {
            let errors = read(&[("FILMHUB_HOST", host)]).err().unwrap();
            assert!(errors.first().unwrap().starts_with("FILMHUB_HOST"));
        }
    }

    #[test]
    fn the_kept_secret_is_made_once_and_for_nobody_else() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        let new = || "0123456789abcdef0123456789abcdef".to_owned();
        kept_jwt_secret(directory.path(), new).unwrap();
        let path = directory.path().join("jwt_secret");
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        kept_jwt_secret(directory.path(), || unreachable!("it is there")).unwrap();
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
    }
}
