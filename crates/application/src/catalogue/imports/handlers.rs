//! Imports as jobs.
use super::{
    import::{ImportError, ImportFilms, PageReached},
    outside::OutsideSearch,
    refresh::RefreshFilm,
};
use crate::{
    catalogue::sources::{FilmSources, SourceError, SourceList},
    jobs::{
        Task, TaskKind,
        handler::{Progress, TaskFailure, TaskHandler},
    },
    shared::{
        actor::Actor,
        clock::Clock,
        store::{Store, StoreError},
        use_case::UseCase,
    },
};
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use domain::catalogue::{FilmId, SourceName, SourceRef, SourcedFilm};
use futures_util::{StreamExt, stream};
use shaku::Component;
use std::{collections::HashSet, sync::Arc, time::Duration};

/// What a failed import means to its job.
fn meaning(failure: ImportError, now: DateTime<Utc>) -> TaskFailure {
    match failure {
        ImportError::Source(SourceError::QuotaSpent { until }) => TaskFailure::Retry {
            after: (until - now).to_std().ok(),
            cause: Box::new(SourceError::QuotaSpent { until }),
        },
        ImportError::Source(failure @ (SourceError::NotConfigured | SourceError::Refused)) => {
            TaskFailure::GiveUp(Box::new(failure))
        }
        other => other.into(),
    }
}

/// A handler was handed work of another kind, which whoever keeps the queue must not do.
fn not_mine() -> TaskFailure {
    TaskFailure::GiveUp("this is work of another kind".into())
}

#[derive(Component)]
#[shaku(interface = TaskHandler)]
pub(crate) struct ImportFilmHandler {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    sources: Arc<dyn FilmSources>,
    #[shaku(inject)]
    import: Arc<dyn UseCase<ImportFilms>>,
}

#[async_trait]
impl TaskHandler for ImportFilmHandler {
    fn kind(&self) -> TaskKind {
        TaskKind::ImportFilm
    }

    async fn handle(&self, task: &Task, _: &dyn Progress) -> Result<(), TaskFailure> {
        let Task::ImportFilm { at } = task else {
            return Err(not_mine());
        };
        let outcome = self.import(at).await;
        outcome.map_err(|failure| meaning(failure, self.clock.now()))
    }
}

impl ImportFilmHandler {
    async fn import(&self, at: &SourceRef) -> Result<(), ImportError> {
        let told = self.sources.film(at).await?;
        let told = told.ok_or(ImportError::UnknownToSource)?;
        let request = ImportFilms {
            told: vec![told],
            reached: None,
        };
        self.import.execute(&Actor::System, request).await?;
        Ok(())
    }
}

#[derive(Component)]
#[shaku(interface = TaskHandler)]
pub(crate) struct CompleteFilmHandler {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    refresh: Arc<dyn UseCase<RefreshFilm>>,
}

#[async_trait]
impl TaskHandler for CompleteFilmHandler {
    fn kind(&self) -> TaskKind {
        TaskKind::CompleteFilm
    }

    async fn handle(&self, task: &Task, _: &dyn Progress) -> Result<(), TaskFailure> {
        let Task::CompleteFilm { film } = task else {
            return Err(not_mine());
        };
        let request = RefreshFilm { film: *film };
        match self.refresh.execute(&Actor::System, request).await {
            Ok(_) => Ok(()),
            Err(failure) => Err(meaning(failure, self.clock.now())),
        }
    }
}

#[derive(Component)]
#[shaku(interface = TaskHandler)]
pub(crate) struct RefreshOldestHandler {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
    #[shaku(inject)]
    refresh: Arc<dyn UseCase<RefreshFilm>>,
}

#[async_trait]
impl TaskHandler for RefreshOldestHandler {
    fn kind(&self) -> TaskKind {
        TaskKind::RefreshOldest
    }

    async fn handle(&self, task: &Task, progress: &dyn Progress) -> Result<(), TaskFailure> {
        let Task::RefreshOldest { count } = task else {
            return Err(not_mine());
        };
        let films = self.oldest(*count).await?;
        let total = u64::try_from(films.len()).ok();
        progress.report(0, total).await;
        for (film, done) in films.into_iter().zip(1..) {
            if progress.is_cancelled() {
                return Err(TaskFailure::Cancelled);
            }
            self.refresh_one(film).await?;
            progress.report(done, total).await;
        }
        Ok(())
    }
}

impl RefreshOldestHandler {
    async fn oldest(&self, count: u32) -> Result<Vec<FilmId>, StoreError> {
        let uow = self.store.begin().await?;
        uow.imports().longest_unasked(count).await
    }

    /// A film that is gone or that no source knows is no reason to stop.
    async fn refresh_one(&self, film: FilmId) -> Result<(), TaskFailure> {
        match self
            .refresh
            .execute(&Actor::System, RefreshFilm { film })
            .await
        {
            Ok(_)
            | Err(
                ImportError::FilmNotFound
                | ImportError::UnknownToSource
                | ImportError::Source(SourceError::Malformed(_)),
            ) => Ok(()),
            Err(failure) => Err(meaning(failure, self.clock.now())),
        }
    }
}

#[derive(Component)]
#[shaku(interface = TaskHandler)]
pub(crate) struct SearchSourcesHandler {
    #[shaku(inject)]
    outside: Arc<dyn OutsideSearch>,
}

#[async_trait]
impl TaskHandler for SearchSourcesHandler {
    fn kind(&self) -> TaskKind {
        TaskKind::SearchSources
    }

    async fn handle(&self, task: &Task, _: &dyn Progress) -> Result<(), TaskFailure> {
        /// Nobody waits for it.
        const TIME: Duration = Duration::from_secs(30);
        let Task::SearchSources { title, language } = task else {
            return Err(not_mine());
        };
        let found = self.outside.search_patiently(title, *language, TIME).await;
        if found.is_owed {
            return Err(TaskFailure::Retry {
                after: None,
                cause: "a source that may know more did not answer".into(),
            });
        }
        Ok(())
    }
}

/// Brings pages of a list in. Each page is one unit of work, which also notes that it is done: whoever
/// begins anew, after a crash or by the same command, goes on with the page after it.
#[derive(Component)]
#[shaku(interface = TaskHandler)]
pub(crate) struct ImportPagesHandler {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
    #[shaku(inject)]
    sources: Arc<dyn FilmSources>,
    #[shaku(inject)]
    import: Arc<dyn UseCase<ImportFilms>>,
}

/// Pages of a list.
#[derive(Clone, Copy)]
struct Pages {
    source: SourceName,
    list: SourceList,
    from: u32,
    to: u32,
}

impl Pages {
    fn of(task: &Task) -> Option<Self> {
        let Task::ImportPages {
            source,
            list,
            from,
            to,
        } = task
        else {
            return None;
        };
        Some(Self {
            source: *source,
            list: *list,
            from: *from,
            to: *to,
        })
    }

    /// Under which name it is noted how far an import of these pages is.
    fn name(&self) -> String {
        let Self {
            source,
            list,
            from,
            to,
        } = self;
        format!("import.{source}.{}.{from}.{to}", list.name())
    }

    fn done(&self, next: u32) -> u64 {
        u64::from(next.saturating_sub(self.from))
    }

    fn all(&self) -> u64 {
        u64::from(self.to.saturating_sub(self.from)) + 1
    }
}

#[async_trait]
impl TaskHandler for ImportPagesHandler {
    fn kind(&self) -> TaskKind {
        TaskKind::ImportPages
    }

    async fn handle(&self, task: &Task, progress: &dyn Progress) -> Result<(), TaskFailure> {
        let pages = Pages::of(task).ok_or_else(not_mine)?;
        let mut next = self.first(&pages).await?;
        progress.report(pages.done(next), Some(pages.all())).await;
        while next <= pages.to {
            if progress.is_cancelled() {
                return Err(TaskFailure::Cancelled);
            }
            let outcome = self.import_page(&pages, next).await;
            let is_last = outcome.map_err(|failure| meaning(failure, self.clock.now()))?;
            next = if is_last { pages.to } else { next }.saturating_add(1);
            progress.report(pages.done(next), Some(pages.all())).await;
        }
        Ok(())
    }
}

impl ImportPagesHandler {
    async fn first(&self, pages: &Pages) -> Result<u32, StoreError> {
        let uow = self.store.begin().await?;
        let reached = uow.imports().page_reached(&pages.name()).await?;
        Ok(reached.map_or(pages.from, |page| page.saturating_add(1)))
    }

    /// Brings one page in, and says whether it was the last one.
    async fn import_page(&self, pages: &Pages, page: u32) -> Result<bool, ImportError> {
        let told = self.sources.list(pages.source, pages.list, page).await?;
        let is_last = page >= pages.to || page >= told.pages;
        let films = self.complete(told.films, told.places).await?;
        let reached = PageReached {
            import: pages.name(),
            page: (!is_last).then_some(page),
        };
        let request = ImportFilms {
            told: films,
            reached: Some(reached),
        };
        self.import.execute(&Actor::System, request).await?;
        Ok(is_last)
    }

    /// Fetches whole what was not so lately. Of films of which only the place is told, those that the
    /// catalogue has are fetched.
    async fn complete(
        &self,
        brief: Vec<SourcedFilm>,
        places: Vec<SourceRef>,
    ) -> Result<Vec<SourcedFilm>, ImportError> {
        const FETCHED_AT_ONCE: usize = 4;
        let fresh = self.told_since(&brief).await?;
        let ours = self.ours(&places).await?;
        let fetches = brief.into_iter().map(|film| {
            let is_fresh = fresh.contains(&film.at);
            (film.at.clone(), Some(film), is_fresh)
        });
        let changed = ours.into_iter().map(|at| (at, None, false));
        let all = fetches
            .chain(changed)
            .map(|(at, brief, is_fresh)| async move {
                if is_fresh {
                    return Ok(brief);
                }
                match self.sources.film(&at).await {
                    Ok(whole) => Ok(whole.or(brief)),
                    Err(SourceError::Malformed(_)) => Ok(brief),
                    Err(failure) => Err(failure),
                }
            });
        let all: Vec<Result<Option<SourcedFilm>, SourceError>> =
            stream::iter(all).buffered(FETCHED_AT_ONCE).collect().await;
        let mut films = Vec::with_capacity(all.len());
        for film in all {
            films.extend(film?);
        }
        Ok(films)
    }

    async fn told_since(&self, films: &[SourcedFilm]) -> Result<HashSet<SourceRef>, StoreError> {
        /// What was told whole within this time is not fetched again by an import of pages.
        const FRESH: TimeDelta = TimeDelta::days(7);
        let places: Vec<SourceRef> = films.iter().map(|film| film.at.clone()).collect();
        let uow = self.store.begin().await?;
        let since = self.clock.now() - FRESH;
        uow.imports().told_whole_since(&places, since).await
    }

    async fn ours(&self, places: &[SourceRef]) -> Result<HashSet<SourceRef>, StoreError> {
        if places.is_empty() {
            return Ok(HashSet::new());
        }
        let uow = self.store.begin().await?;
        let ever = DateTime::UNIX_EPOCH;
        uow.imports().told_whole_since(places, ever).await
    }
}
