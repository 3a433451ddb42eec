//! Administrators have films imported and refreshed. What they ask for is done by jobs.
use super::import::ImportError;
use crate::{
    catalogue::sources::{FilmSources, SourceError, SourceList, SourceState},
    jobs::{
        Task,
        ports::{JobQueries, NewJob},
        views::JobView,
    },
    shared::{
        actor::Actor,
        clock::{Clock, IdGenerator},
        retry::retryable,
        store::{Store, StoreError, UnitOfWork},
        use_case::{UseCase, request},
    },
};
use async_trait::async_trait;
use domain::{
    audit::{Act, Entry},
    catalogue::{FilmId, SourceName, SourceRef},
};
use shaku::Component;
use std::sync::Arc;
use tracing::instrument;

/// Pages of a list, at least one and at most [`MOST`](Self::MOST).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListPages {
    from: u32,
    to: u32,
}

/// The numbers are no pages of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be pages from 1 to {most}, the first before the last, got {from} to {to}", most = ListPages::MOST)]
pub struct NoListPages {
    from: i64,
    to: i64,
}

impl ListPages {
    /// The last page that there may be.
    pub const MOST: u32 = 500;

    /// Pages from one to another, both counted from 1.
    ///
    /// # Errors
    /// [`NoListPages`] when there are none between them, or too many.
    pub fn new(from: i64, to: i64) -> Result<Self, NoListPages> {
        let page = |number: i64| {
            let number = u32::try_from(number).ok();
            number.filter(|number| (1..=Self::MOST).contains(number))
        };
        match (page(from), page(to)) {
            (Some(first), Some(last)) if first <= last => Ok(Self {
                from: first,
                to: last,
            }),
            _ => Err(NoListPages { from, to }),
        }
    }

    /// The task of bringing them in.
    #[must_use]
    pub const fn task(self, source: SourceName, list: SourceList) -> Task {
        let Self { from, to } = self;
        Task::ImportPages {
            source,
            list,
            from,
            to,
        }
    }
}

/// How many films are refreshed at once, 1 to 1,000.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefreshCount(u32);

/// The number is no number of films to be refreshed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be between 1 and {max}, got {0}", max = RefreshCount::MAX)]
pub struct RefreshCountOutOfRange(pub i64);

impl RefreshCount {
    /// The most films.
    pub const MAX: u32 = 1_000;
}

impl TryFrom<i64> for RefreshCount {
    type Error = RefreshCountOutOfRange;
    fn try_from(count: i64) -> Result<Self, RefreshCountOutOfRange> {
        u32::try_from(count)
            .ok()
            .filter(|count| (1..=Self::MAX).contains(count))
            .map(Self)
            .ok_or(RefreshCountOutOfRange(count))
    }
}

/// What is to be fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    /// One film of a source.
    Film(SourceRef),
    /// Pages of a source's list.
    Pages {
        /// Which source.
        source: SourceName,
        /// Which list.
        list: SourceList,
        /// Which pages.
        pages: ListPages,
    },
    /// Everything of one film of the catalogue.
    Refresh(FilmId),
    /// Everything of those films for which sources were not asked for the longest time.
    RefreshOldest(RefreshCount),
}

/// Has films fetched by a job. Who asks for what is waiting to be done already gets that job.
#[derive(Clone, Debug)]
pub struct OrderFilms {
    /// What is to be fetched.
    pub order: Order,
}

request!(OrderFilms => JobView, ImportError);
retryable!(OrderFilms);

#[derive(Component)]
#[shaku(interface = UseCase<OrderFilms>)]
pub(crate) struct OrderFilmsUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    ids: Arc<dyn IdGenerator>,
    #[shaku(inject)]
    sources: Arc<dyn FilmSources>,
    #[shaku(inject)]
    queries: Arc<dyn JobQueries>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<OrderFilms> for OrderFilmsUseCase {
    #[instrument(name = "catalogue.order_films", skip_all)]
    async fn execute(&self, actor: &Actor, request: OrderFilms) -> Result<JobView, ImportError> {
        actor.ensure_admin()?;
        self.ensure_configured(&request.order)?;
        let uow = self.store.begin().await?;
        ensure_refreshable(&*uow, &request.order).await?;
        let now = self.clock.now();
        let job = NewJob::new(self.ids.next(), task(request.order), now);
        let job = uow.jobs().enqueue(&job).await?.job();
        let (id, on) = (self.ids.next(), Some(job.as_uuid()));
        let entry = Entry::administrative(id, Act::FilmsOrdered, actor.viewer(), on, now);
        uow.audit().record(&entry).await?;
        uow.commit().await?;
        let view = self.queries.show(job).await?;
        // It was there a moment ago, and jobs are kept for days.
        Ok(view.ok_or(StoreError::Stale)?)
    }
}

impl OrderFilmsUseCase {
    fn ensure_configured(&self, order: &Order) -> Result<(), SourceError> {
        let states = self.sources.states();
        let is_there = |wanted: SourceName| {
            states
                .iter()
                .any(|state: &SourceState| state.source == wanted)
        };
        let is_configured = match order {
            Order::Film(at) => is_there(at.source()),
            Order::Pages { source, .. } => is_there(*source),
            Order::Refresh(_) | Order::RefreshOldest(_) => !states.is_empty(),
        };
        if is_configured {
            Ok(())
        } else {
            Err(SourceError::NotConfigured)
        }
    }
}

async fn ensure_refreshable(uow: &dyn UnitOfWork, order: &Order) -> Result<(), ImportError> {
    let Order::Refresh(film) = order else {
        return Ok(());
    };
    if uow.imports().find(&[*film]).await?.is_empty() {
        return Err(ImportError::FilmNotFound);
    }
    Ok(())
}

fn task(order: Order) -> Task {
    match order {
        Order::Film(at) => Task::ImportFilm { at },
        Order::Pages {
            source,
            list,
            pages,
        } => pages.task(source, list),
        Order::Refresh(film) => Task::CompleteFilm { film },
        Order::RefreshOldest(RefreshCount(count)) => Task::RefreshOldest { count },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_counted_from_one_and_in_order() {
        for (from, to) in [(1, 1), (1, 500), (7, 50)] {
            assert!(ListPages::new(from, to).is_ok());
        }
        for (from, to) in [(0, 1), (2, 1), (1, 501), (-1, 3)] {
            assert_eq!(ListPages::new(from, to), Err(NoListPages { from, to }));
        }
    }

    #[test]
    fn up_to_a_thousand_films_are_refreshed() {
        assert!(RefreshCount::try_from(1).is_ok());
        assert!(RefreshCount::try_from(1_000).is_ok());
        assert_eq!(RefreshCount::try_from(0), Err(RefreshCountOutOfRange(0)));
        assert!(RefreshCount::try_from(1_001).is_err());
    }
}
