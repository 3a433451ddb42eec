//! What the service keeps: folder, secret, database, search index, posters.
use super::finding::{Finding, tried};
use crate::{
    composition::{self, posters_dir},
    config::Config,
};
use anyhow::{Context, ensure};
use application::{
    identity::ports::Secrets,
    shared::clock::{Clock, IdGenerator},
};
use bytes::Bytes;
use chrono::Duration;
use domain::{
    catalogue::{PictureFormat, PosterKey},
    shared::Id,
};
use infrastructure::{
    catalogue::{
        SqlFilmFeed,
        film_index::{FilmFeed, FilmIndexState, KeptIndex},
    },
    events::{Undelivered, undelivered},
    persistence::migration_status,
    system::{SystemClock, SystemSecrets, UuidV7Generator},
};
use sea_orm::DatabaseConnection;
use std::{fs, path::Path};

const DATA: &str = "data directory";
const SECRET: &str = "signing secret";
const DATABASE: &str = "database";
const MIGRATIONS: &str = "migrations";
/// Older ones wait because nobody tells them.
const OLDEST_USUAL: Duration = Duration::minutes(5);

const EVENTS: &str = "events";
const INDEX: &str = "search index";
const STORAGE: &str = "poster storage";

/// The folder for data.
pub fn data_directory(config: &Config) -> Finding {
    let folder = &config.data_dir;
    let shown = folder.display();
    if !folder.exists() {
        let told = format!("{shown} is not there yet and is made at the first start");
        return Finding::ok(DATA, told);
    }
    match may_be_written(folder) {
        Ok(()) => Finding::ok(DATA, format!("{shown} can be written")),
        Err(failure) => Finding::failed(DATA, format!("{shown} cannot be written: {failure}"))
            .with_advice("give the user who runs the service the right to write there, or set FILMHUB_DATA_DIR"),
    }
}

fn may_be_written(folder: &Path) -> std::io::Result<()> {
    let trial = folder.join(format!(".doctor-{}", std::process::id()));
    fs::write(&trial, b"trial")?;
    fs::remove_file(trial)
}

/// What tokens are signed with.
pub fn secret(config: &Config) -> Finding {
    if config.jwt_secret.is_some() {
        Finding::ok(SECRET, "JWT_SECRET is set")
    } else if config.database.url.is_sqlite() {
        Finding::ok(SECRET, "it is kept in the data directory")
    } else {
        Finding::warning(SECRET, "each instance makes one of its own")
            .with_advice("with several instances set JWT_SECRET to the same on all, or tokens of one are refused by the others")
    }
}

/// The database, its schema, and the index that follows it.
pub async fn database_and_index(config: &Config) -> Vec<Finding> {
    let url = &config.database.url;
    if let Some(file) = url.file().filter(|file| !file.exists()) {
        let told = format!(
            "{} is not there yet and is made at the first start",
            file.display()
        );
        return vec![Finding::ok(DATABASE, told)];
    }
    let opening = async {
        config
            .database
            .connect()
            .await
            .context("it cannot be opened")
    };
    match tried(opening).await {
        Ok(opened) => {
            let told = format!("{url} answers, opened in {} ms", opened.took_ms);
            let mut findings = vec![Finding::ok(DATABASE, told)];
            findings.push(migrations(config, &opened.value).await);
            findings.push(events(&opened.value).await);
            findings.push(index(config, &opened.value).await);
            findings
        }
        Err(why) => vec![
            Finding::failed(DATABASE, format!("{url}: {why}")).with_advice(
                "see that the server runs and can be reached from here, and that DATABASE_URL names it, its user and its database",
            ),
        ],
    }
}

async fn migrations(config: &Config, connection: &DatabaseConnection) -> Finding {
    let reading = async {
        migration_status(connection)
            .await
            .context("the schema cannot be read")
    };
    let steps = match tried(reading).await {
        Ok(steps) => steps.value,
        Err(why) => return Finding::failed(MIGRATIONS, why),
    };
    let pending = steps.iter().filter(|step| !step.is_applied).count();
    if pending == 0 {
        return Finding::ok(MIGRATIONS, format!("all {} are applied", steps.len()));
    }
    let told = format!("{pending} of {} are not applied", steps.len());
    if config.database.url.is_sqlite() {
        Finding::ok(MIGRATIONS, format!("{told}; `filmhub serve` applies them"))
    } else {
        Finding::failed(MIGRATIONS, told).with_advice("run `filmhub migrate up`")
    }
}

/// What was not told of what happened.
async fn events(connection: &DatabaseConnection) -> Finding {
    let counting = async {
        let found = undelivered(connection).await;
        found.context("the events cannot be counted")
    };
    let found = match tried(counting).await {
        Ok(found) => found.value,
        Err(why) => return Finding::warning(EVENTS, why).with_advice("see the line on migrations"),
    };
    let Undelivered {
        waiting,
        oldest,
        dead,
    } = found;
    let age = oldest.map_or(Duration::zero(), |at| SystemClock.now() - at);
    let told = format!(
        "{waiting} wait, the oldest for {} s; {dead} were given up",
        age.num_seconds()
    );
    if age > OLDEST_USUAL {
        return Finding::warning(EVENTS, told).with_advice(
            "see that an instance runs jobs and events (FILMHUB_JOBS, `filmhub worker`) and what its log says of them",
        );
    }
    if dead > 0 {
        return Finding::warning(EVENTS, told).with_advice(
            "`GET /api/v1/admin/events` says why; mend the cause and have them told again there",
        );
    }
    Finding::ok(EVENTS, told)
}

async fn index(config: &Config, connection: &DatabaseConnection) -> Finding {
    let folder = config.data_dir.join("index");
    let looking = async {
        let feed = SqlFilmFeed::new(connection.clone(), UuidV7Generator.next_uuid());
        let newest = feed.newest_change().await?;
        let kept = tokio::task::spawn_blocking(move || FilmIndexState::inspect(&folder)).await?;
        anyhow::Ok((newest, kept))
    };
    match tried(looking).await.map(|looked| looked.value) {
        Ok((_, Ok(None))) => {
            Finding::ok(INDEX, "there is none here yet; `filmhub serve` builds it")
        }
        Ok((
            newest,
            Ok(Some(KeptIndex {
                films,
                newest: held,
            })),
        )) if held >= newest => {
            Finding::ok(INDEX, format!("{films} films, up to the newest change"))
        }
        Ok((
            newest,
            Ok(Some(KeptIndex {
                films,
                newest: held,
            })),
        )) => Finding::warning(
            INDEX,
            format!("{films} films, {} changes behind", newest - held),
        )
        .with_advice(
            "start `filmhub serve`, which brings it up to date; while it runs, look at its log",
        ),
        Ok((_, Err(failure))) => Finding::warning(INDEX, format!("it cannot be read: {failure}"))
            .with_advice("nothing is lost: `filmhub serve` builds it anew"),
        Err(why) => Finding::warning(INDEX, format!("what belongs in it is not known: {why}")),
    }
}

/// Where posters are kept: one is put there, fetched and removed.
pub async fn storage(config: &Config) -> Vec<Finding> {
    let place = match &config.s3 {
        Some(s3) => format!("bucket {}", s3.bucket),
        None => posters_dir(config).display().to_string(),
    };
    if config.s3.is_none() && !posters_dir(config).exists() {
        let told = format!("{place} is not there yet and is made at the first start");
        return vec![Finding::ok(STORAGE, told)];
    }
    vec![match tried(put_fetch_and_remove(config)).await {
        Ok(done) => {
            let told = format!("{place} takes, gives and removes, in {} ms", done.took_ms);
            Finding::ok(STORAGE, told)
        }
        Err(why) if config.s3.is_some() => Finding::failed(STORAGE, format!("{place}: {why}"))
            .with_advice("see that AWS_ENDPOINT_URL can be reached from here, that the bucket is there, that AWS_REGION is its region, and that the key of AWS_KEY_ID may put, get and delete objects in it"),
        Err(why) => Finding::failed(STORAGE, format!("{place}: {why}"))
            .with_advice("see that there is room on the disk and that the user who runs the service may write there"),
    }]
}

async fn put_fetch_and_remove(config: &Config) -> anyhow::Result<()> {
    let store = composition::posters(config)?;
    let film = Id::from_uuid(UuidV7Generator.next_uuid());
    let bytes = Bytes::from(SystemSecrets.generate());
    let key = PosterKey::new(
        film,
        &SystemSecrets.digest(&film.to_string()),
        PictureFormat::Png,
    );
    store
        .put(&key, bytes.clone())
        .await
        .context("it takes nothing")?;
    let fetched = store.fetch(&key).await.context("it gives nothing back");
    store.remove(&key).await.context("it removes nothing")?;
    ensure!(
        fetched? == Some(bytes),
        "it gives back something else than it was given"
    );
    Ok(())
}
