//! Films of other catalogues are brought in while somebody watches.
use super::worker::stop_signal;
use crate::{
    cli::{ImportFilms, ImportSource},
    composition::{self, Composition},
    config::Config,
};
use anyhow::{Context, anyhow, bail};
use application::{
    catalogue::{
        imports::ListPages,
        sources::{FilmSources, SourceList},
    },
    jobs::{
        Task,
        handler::{Progress, TaskFailure, TaskHandler},
    },
};
use async_trait::async_trait;
use domain::catalogue::{SourceName, SourceRef};
use indicatif::{ProgressBar, ProgressStyle};
use shaku::HasComponents;
use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

/// Brings in what is asked for, and ends.
pub async fn run(
    config: &Config,
    source: ImportSource,
    import: &ImportFilms,
) -> anyhow::Result<()> {
    let connection = composition::connect(config).await?;
    composition::ensure_schema(config, &connection).await?;
    let app = composition::compose(config, connection, composition::Index::Unused)?;
    let source = configured(&*app.sources(), source)?;
    let order = order(source, import)?;
    let shown = Arc::new(Shown::of(&order));
    let watching = tokio::spawn(stop_when_told(Arc::clone(&shown)));
    let outcome = handler(&app, &order.task)?
        .handle(&order.task, &*shown)
        .await;
    watching.abort();
    shown.bar.finish_and_clear();
    tell(outcome, &order, shown.done.load(Ordering::Relaxed))
}

/// What is to be brought in, and by which words people know it.
struct Order {
    task: Task,
    name: String,
    /// The first page, where there are pages.
    from: Option<u64>,
}

fn order(source: SourceName, import: &ImportFilms) -> anyhow::Result<Order> {
    if let Some(id) = &import.id {
        let at = SourceRef::new(source, id)?;
        return Ok(Order {
            name: format!("the film {id} of {}", source.label()),
            task: Task::ImportFilm { at },
            from: None,
        });
    }
    let lists = [
        (SourceList::Popular, &import.popular),
        (SourceList::New, &import.new),
        (SourceList::Trending, &import.trending),
    ];
    let asked = lists
        .into_iter()
        .find_map(|(list, pages)| Some((list, pages.as_ref()?)));
    let (list, pages) =
        asked.context("say what to import: --id, --popular, --new or --trending")?;
    let (from, to) = (pages.from, pages.to);
    Ok(Order {
        name: format!(
            "pages {from} to {to} of what is {} at {}",
            list.name(),
            source.label()
        ),
        task: ListPages::new(from, to)?.task(source, list),
        from: u64::try_from(from).ok(),
    })
}

/// The source that is meant, if it can be asked.
fn configured(sources: &dyn FilmSources, wanted: ImportSource) -> anyhow::Result<SourceName> {
    let states = sources.states();
    let is_there = |source: &SourceName| states.iter().any(|state| state.source == *source);
    let found = wanted.ways().iter().find(|source| is_there(source));
    found.copied().ok_or_else(|| {
        let keys: Vec<&str> = wanted.ways().iter().map(|source| key_of(*source)).collect();
        anyhow!(
            "{wanted} cannot be asked without a key; set {}",
            keys.join(" or ")
        )
    })
}

pub(super) const fn key_of(source: SourceName) -> &'static str {
    match source {
        SourceName::Tmdb => "TMDB_API_KEY",
        SourceName::KinopoiskUnofficial => "KINOPOISK_UNOFFICIAL_KEY",
        SourceName::KinopoiskDev => "KINOPOISK_DEV_KEY",
    }
}

fn handler(app: &Composition, task: &Task) -> anyhow::Result<Arc<dyn TaskHandler>> {
    let handlers: &[Arc<dyn TaskHandler>] = app.application.resolve_all();
    let handler = handlers
        .iter()
        .find(|handler| handler.kind() == task.kind());
    handler.cloned().context("nobody knows how to do that")
}

async fn stop_when_told(shown: Arc<Shown>) {
    if stop_signal().await.is_ok() {
        shown.is_cancelled.store(true, Ordering::Relaxed);
        shown.bar.println("stopping after this page");
    }
}

fn tell(outcome: Result<(), TaskFailure>, order: &Order, done: u64) -> anyhow::Result<()> {
    let hint = order.from.map_or_else(String::new, |from| {
        format!("; the same command goes on with page {}", from + done)
    });
    match outcome {
        Ok(()) => {
            println!("imported {}", order.name);
            Ok(())
        }
        Err(TaskFailure::Cancelled) => bail!("stopped{hint}"),
        Err(TaskFailure::GiveUp(cause)) => {
            Err(anyhow!(cause).context(format!("{} cannot be imported", order.name)))
        }
        Err(TaskFailure::Retry { cause, .. }) => {
            Err(anyhow!(cause).context(format!("the import was broken off{hint}")))
        }
    }
}

/// A bar on a terminal, and lines elsewhere.
struct Shown {
    bar: ProgressBar,
    from: Option<u64>,
    done: AtomicU64,
    has_begun: AtomicBool,
    is_cancelled: AtomicBool,
}

impl Shown {
    fn of(order: &Order) -> Self {
        let bar = ProgressBar::no_length();
        let style =
            ProgressStyle::with_template("{msg} {wide_bar} {pos} of {len} pages, {eta} left");
        if let Ok(style) = style {
            bar.set_style(style);
        }
        bar.set_message(order.name.clone());
        Self {
            bar,
            from: order.from,
            done: AtomicU64::new(0),
            has_begun: AtomicBool::new(false),
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
        let (Some(from), Some(total)) = (self.from, total) else {
            return;
        };
        let is_first = !self.has_begun.swap(true, Ordering::Relaxed);
        if is_first && done > 0 {
            self.say(&format!("going on with page {}", from + done));
            self.bar.set_position(done);
            self.bar.reset_eta();
        } else if !is_first && self.bar.is_hidden() {
            eprintln!("{done} of {total} pages");
        }
        self.done.store(done, Ordering::Relaxed);
        self.bar.set_length(total);
        self.bar.set_position(done);
    }

    fn is_cancelled(&self) -> bool {
        self.is_cancelled.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use infrastructure::sources::NoFilmSources;

    #[test]
    fn without_a_key_it_is_said_which_one_is_missing() {
        for (source, key) in [
            (ImportSource::Tmdb, "set TMDB_API_KEY"),
            (
                ImportSource::Kinopoisk,
                "set KINOPOISK_UNOFFICIAL_KEY or KINOPOISK_DEV_KEY",
            ),
        ] {
            let message = configured(&NoFilmSources, source).unwrap_err().to_string();
            assert!(message.ends_with(key), "{message}");
        }
    }
}
