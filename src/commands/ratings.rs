//! Communities of raters are brought in, listed and taken out while somebody watches.
use super::worker::stop_signal;
use crate::{
    cli::Ratings,
    composition::{self, Composition},
    config::Config,
};
use anyhow::{Context, anyhow, bail};
use application::{
    community::{
        ImportRatings, ImportRatingsError, ImportedRatings, ListCommunities, RemoveCommunity,
    },
    jobs::handler::Progress,
    module::ApplicationModule,
    shared::{
        actor::Actor,
        use_case::{Request, UseCase},
    },
};
use async_trait::async_trait;
use domain::community::{Community, CommunityName};
use indicatif::{ProgressBar, ProgressStyle};
use infrastructure::community::movielens::MovieLensFiles;
use shaku::HasComponent;
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

/// Does what is asked for, and ends.
pub async fn run(config: &Config, ratings: &Ratings) -> anyhow::Result<()> {
    let connection = composition::connect(config).await?;
    composition::ensure_schema(config, &connection).await?;
    // Films of the files that are in it must not be made a second time when it comes.
    if config.starter_catalogue {
        composition::load_starter_catalogue(&connection, |_, _| {}).await?;
    }
    let app = composition::compose(config, connection, composition::Index::Unused)?;
    match (&ratings.from, &ratings.remove) {
        (Some(path), _) => import(&app, path, ratings.name.as_ref()).await,
        (None, Some(name)) => remove(&app, name).await,
        (None, None) => list(&app).await,
    }
}

async fn execute<R: Request>(app: &Composition, request: R) -> Result<R::Response, R::Error>
where
    ApplicationModule: HasComponent<dyn UseCase<R>>,
{
    let use_case: &dyn UseCase<R> = app.application.resolve_ref();
    use_case.execute(&Actor::System, request).await
}

async fn import(
    app: &Composition,
    path: &Path,
    name: Option<&CommunityName>,
) -> anyhow::Result<()> {
    let files = MovieLensFiles::open(path)?;
    let name = name.cloned().or_else(|| MovieLensFiles::usual_name(path));
    let name =
        name.context("the files lie in a place that gives the community no name; use --name")?;
    let shown = Arc::new(Shown::of(&name));
    let watching = tokio::spawn(stop_when_told(Arc::clone(&shown)));
    shown.say("looking through the files");
    let request = ImportRatings {
        name,
        files: Arc::new(files),
        progress: shown.clone(),
    };
    let outcome = execute(app, request).await;
    watching.abort();
    shown.bar.finish_and_clear();
    tell(outcome, shown.done.load(Ordering::Relaxed))
}

async fn stop_when_told(shown: Arc<Shown>) {
    if stop_signal().await.is_ok() {
        shown.is_cancelled.store(true, Ordering::Relaxed);
        shown.say("stopping soon");
    }
}

fn tell(outcome: Result<ImportedRatings, ImportRatingsError>, done: u64) -> anyhow::Result<()> {
    let hint = || format!("{done} ratings are stored; the same command goes on after them");
    match outcome {
        Ok(imported) => {
            let told = described(&imported.community);
            if imported.is_unchanged {
                println!("nothing to do: these files have been imported as {told}");
            } else {
                println!("imported {told}, {} new films", imported.new_films);
            }
            Ok(())
        }
        Err(ImportRatingsError::Stopped) => bail!("stopped: {}", hint()),
        Err(failure @ ImportRatingsError::Store(_)) => {
            Err(anyhow!(failure).context(format!("broken off: {}", hint())))
        }
        Err(failure) => Err(anyhow!(failure).context("the ratings cannot be imported")),
    }
}

fn described(community: &Community) -> String {
    let Community {
        name,
        raters,
        ratings,
        ..
    } = community;
    format!("{name}: {ratings} ratings by {raters} raters")
}

async fn remove(app: &Composition, name: &CommunityName) -> anyhow::Result<()> {
    let request = RemoveCommunity { name: name.clone() };
    let removed = execute(app, request).await;
    removed.with_context(|| format!("the community {name} cannot be removed"))?;
    println!("removed {name}");
    Ok(())
}

async fn list(app: &Composition) -> anyhow::Result<()> {
    for community in execute(app, ListCommunities).await? {
        let state = match (community.imported_at, community.done) {
            (Some(at), None) => format!("since {}", at.format("%Y-%m-%d")),
            (_, done) => format!(
                "not imported to the end: {} ratings of the files are stored",
                done.unwrap_or_default()
            ),
        };
        println!("{}, {state}", described(&community));
    }
    Ok(())
}

/// A bar on a terminal, and some lines elsewhere.
struct Shown {
    bar: ProgressBar,
    done: AtomicU64,
    tenths: AtomicU64,
    is_cancelled: AtomicBool,
}

impl Shown {
    fn of(name: &CommunityName) -> Self {
        let bar = ProgressBar::no_length();
        let style =
            ProgressStyle::with_template("{msg} {wide_bar} {pos} of {len} ratings, {eta} left");
        if let Ok(style) = style {
            bar.set_style(style);
        }
        bar.set_message(name.to_string());
        Self {
            bar,
            done: AtomicU64::new(0),
            tenths: AtomicU64::new(0),
            is_cancelled: AtomicBool::new(false),
        }
    }

    fn say(&self, line: &str) {
        if self.bar.is_hidden() {
            eprintln!("{line}");
        } else {
            self.bar.println(line);
        }
    }
}

#[async_trait]
impl Progress for Shown {
    async fn report(&self, done: u64, total: Option<u64>) {
        let Some(total) = total else {
            return;
        };
        if self.bar.length().is_none() {
            self.bar.set_length(total);
            self.bar.set_position(done);
            self.bar.reset_eta();
            if done > 0 {
                self.say(&format!("going on after {done} of {total} ratings"));
            }
        }
        self.done.store(done, Ordering::Relaxed);
        self.bar.set_position(done);
        let tenths = done.saturating_mul(10) / total.max(1);
        if self.tenths.swap(tenths, Ordering::Relaxed) != tenths && self.bar.is_hidden() {
            eprintln!("{done} of {total} ratings");
        }
    }

    fn is_cancelled(&self) -> bool {
        self.is_cancelled.load(Ordering::Relaxed)
    }
}
