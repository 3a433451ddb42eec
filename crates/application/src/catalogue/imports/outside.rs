//! What the catalogue lacks is looked for at the sources, while somebody waits and no longer.
use super::import::ImportFilms;
use crate::{
    catalogue::{
        ports::TitledFilm,
        sources::{FilmSources, SourceAnswer, SourceError, SourceState},
    },
    jobs::{Task, ports::NewJob},
    shared::{
        actor::Actor,
        background::Background,
        clock::{Clock, IdGenerator},
        failure::logged,
        store::{Store, StoreError},
        use_case::UseCase,
    },
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    catalogue::{FilmId, FilmTitle, SourceName, SourceRef, SourcedFilm, comparable},
    shared::Language,
};
use futures_util::{
    FutureExt, StreamExt,
    future::{BoxFuture, Either, Shared, select},
    stream,
};
use shaku::{Component, Interface};
use std::{
    collections::HashMap,
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// Films that sources know by a title, brought into the catalogue.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FoundOutside {
    /// The films, in the order of their source.
    pub films: Vec<TitledFilm>,
    /// Who answered, whether or not they knew anything.
    pub answered_by: Vec<SourceName>,
    /// Whether more may be known than there was time for.
    pub is_owed: bool,
}

/// Looks for films at the sources.
#[async_trait]
pub trait OutsideSearch: Interface {
    /// Finds films by title, brings them into the catalogue, and returns within the time, whatever
    /// happens. Without a source it returns at once. Those who look for the same at the same time share
    /// one answer. What there was no time for is left to a job.
    async fn search(&self, title: &str, language: Language, within: Duration) -> FoundOutside;
    /// The same for a job, which leaves nothing to another one.
    async fn search_patiently(
        &self,
        title: &str,
        language: Language,
        within: Duration,
    ) -> FoundOutside;
}

/// How many of the films that a source names are fetched whole, because they cannot be told from
/// others yet. What is further down is hardly what somebody looks for, and quotas are small.
const MOST_FETCHED: usize = 5;
/// How many are fetched at once.
const FETCHED_AT_ONCE: usize = 5;
/// What share of the time is kept for fetching films whole, and for storing them.
const KEPT: u32 = 4;
/// How many searches look outside at once. A source that hangs holds up no more than these.
const MOST_FLIGHTS: usize = 64;

type Flight = Shared<BoxFuture<'static, Arc<FoundOutside>>>;
type Key = (String, Language);

/// Looks outside once for all who look for the same.
#[derive(Component)]
#[shaku(interface = OutsideSearch)]
pub(crate) struct SharedOutsideSearch {
    #[shaku(inject)]
    sources: Arc<dyn FilmSources>,
    #[shaku(inject)]
    import: Arc<dyn UseCase<ImportFilms>>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    ids: Arc<dyn IdGenerator>,
    #[shaku(inject)]
    background: Arc<dyn Background>,
    #[shaku(default)]
    flights: Arc<Mutex<HashMap<Key, Flight>>>,
}

#[async_trait]
impl OutsideSearch for SharedOutsideSearch {
    async fn search(&self, title: &str, language: Language, within: Duration) -> FoundOutside {
        if self.sources.states().is_empty() || comparable(title).is_empty() {
            return FoundOutside::default();
        }
        let Some(flight) = self.flight(title, language, within) else {
            return FoundOutside {
                is_owed: true,
                ..FoundOutside::default()
            };
        };
        match select(pin!(flight), self.background.pause(within)).await {
            Either::Left((found, _)) => (*found).clone(),
            Either::Right(_) => FoundOutside {
                is_owed: true,
                ..FoundOutside::default()
            },
        }
    }

    async fn search_patiently(
        &self,
        title: &str,
        language: Language,
        within: Duration,
    ) -> FoundOutside {
        self.crew().search(title, language, within).await
    }
}

impl SharedOutsideSearch {
    fn crew(&self) -> Crew {
        Crew {
            sources: Arc::clone(&self.sources),
            import: Arc::clone(&self.import),
            store: Arc::clone(&self.store),
            clock: Arc::clone(&self.clock),
            ids: Arc::clone(&self.ids),
            background: Arc::clone(&self.background),
        }
    }

    /// The search that is under way for the same, or a new one; none when there are too many.
    fn flight(&self, title: &str, language: Language, within: Duration) -> Option<Flight> {
        let key = (comparable(title), language);
        let mut flights = locked(&self.flights);
        if let Some(flight) = flights.get(&key) {
            return Some(flight.clone());
        }
        if flights.len() >= MOST_FLIGHTS {
            return None;
        }
        let (crew, title) = (self.crew(), title.to_owned());
        let landed = Landed {
            flights: Arc::clone(&self.flights),
            key: key.clone(),
        };
        let flight = async move {
            // Also when it ends by being dropped.
            let _landed = landed;
            let found = crew.search(&title, language, within).await;
            if found.is_owed {
                crew.leave_to_a_job(title, language).await;
            }
            Arc::new(found)
        };
        let flight = flight.boxed().shared();
        flights.insert(key, flight.clone());
        drop(flights);
        // Whoever asked may go away; the others, and the catalogue, want the answer all the same.
        self.background.start(flight.clone().map(drop).boxed());
        Some(flight)
    }
}

/// Takes a search off the list of those under way.
struct Landed {
    flights: Arc<Mutex<HashMap<Key, Flight>>>,
    key: Key,
}

impl Drop for Landed {
    fn drop(&mut self) {
        let flight = locked(&self.flights).remove(&self.key);
        // Not while the list is locked: it may be the last one.
        drop(flight);
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a search needs to go on by itself.
struct Crew {
    sources: Arc<dyn FilmSources>,
    import: Arc<dyn UseCase<ImportFilms>>,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdGenerator>,
    background: Arc<dyn Background>,
}

/// When a search has to be over.
struct Deadline {
    at: DateTime<Utc>,
}

impl Deadline {
    fn left(&self, now: DateTime<Utc>) -> Duration {
        (self.at - now).to_std().unwrap_or_default()
    }
}

impl Crew {
    async fn search(&self, title: &str, language: Language, within: Duration) -> FoundOutside {
        let now = self.clock.now();
        let deadline = Deadline {
            at: now + chrono::Duration::from_std(within).unwrap_or_default(),
        };
        let is_usable = self.sources.states().iter().any(SourceState::is_usable);
        let budget = within.saturating_sub(within / KEPT);
        let answer = if is_usable && !budget.is_zero() {
            self.sources.search(title, language, budget).await
        } else {
            SourceAnswer {
                is_owed: true,
                ..SourceAnswer::default()
            }
        };
        self.bring_in(answer, &deadline).await
    }

    async fn bring_in(&self, answer: SourceAnswer, deadline: &Deadline) -> FoundOutside {
        let mut found = FoundOutside {
            films: Vec::new(),
            answered_by: answer.answered_by,
            is_owed: answer.is_owed,
        };
        if answer.films.is_empty() {
            return found;
        }
        let mut told = answer.films;
        let Some(mut films) = self.import(&told).await else {
            found.is_owed = true;
            return found;
        };
        let unknown = films.iter().enumerate();
        let unknown = unknown.filter(|(_, film)| film.is_none());
        let unknown: Vec<usize> = unknown.map(|(at, _)| at).take(MOST_FETCHED).collect();
        let places = unknown
            .iter()
            .filter_map(|at| Some((*at, told.get(*at)?.at.clone())));
        let (whole, is_owed) = self.fetch(places.collect(), deadline).await;
        found.is_owed |= is_owed;
        let (at, fetched): (Vec<usize>, Vec<SourcedFilm>) = whole.into_iter().unzip();
        let new = self.import(&fetched).await;
        found.is_owed |= new.is_none();
        let new = new.unwrap_or_default();
        for ((at, fetched), film) in at.into_iter().zip(fetched).zip(new) {
            if let (Some(slot), Some(brief)) = (films.get_mut(at), told.get_mut(at)) {
                *slot = film;
                *brief = fetched;
            }
        }
        let films = films.into_iter().zip(&told);
        let films = films.filter_map(|(film, told)| Some(titled(film?, told)));
        found.films = films.collect();
        found
    }

    /// Which films of the catalogue these are; nothing when they could not be stored.
    async fn import(&self, told: &[SourcedFilm]) -> Option<Vec<Option<FilmId>>> {
        if told.is_empty() {
            return Some(Vec::new());
        }
        let request = ImportFilms {
            told: told.to_vec(),
            reached: None,
        };
        match self.import.execute(&Actor::System, request).await {
            Ok(tally) => Some(tally.films),
            Err(failure) => {
                tracing::warn!(
                    error = logged(&failure),
                    "what sources found could not be stored"
                );
                None
            }
        }
    }

    /// Reads everything of some films as long as there is time, and says whether some are missing.
    async fn fetch(
        &self,
        places: Vec<(usize, SourceRef)>,
        deadline: &Deadline,
    ) -> (Vec<(usize, SourcedFilm)>, bool) {
        let left = deadline.left(self.clock.now());
        if left.is_zero() {
            return (Vec::new(), !places.is_empty());
        }
        let wanted = places.len();
        let mut gone = 0;
        let mut whole = Vec::with_capacity(wanted);
        let asked = places.into_iter().map(|(at, place)| async move {
            let film = self.sources.film(&place).await;
            (at, film)
        });
        let mut answers = stream::iter(asked).buffer_unordered(FETCHED_AT_ONCE);
        let mut time = self.background.pause(left);
        while let Either::Left((Some((at, film)), _)) = select(answers.next(), &mut time).await {
            match film {
                Ok(Some(film)) => whole.push((at, film)),
                Ok(None) => gone += 1,
                Err(failure) => note(&failure),
            }
        }
        let is_owed = whole.len() + gone < wanted;
        (whole, is_owed)
    }

    async fn leave_to_a_job(&self, title: String, language: Language) {
        if let Err(failure) = self.enqueue(title, language).await {
            tracing::warn!(
                error = logged(&failure),
                "what a search had no time for is not looked for later"
            );
        }
    }

    async fn enqueue(&self, title: String, language: Language) -> Result<(), StoreError> {
        let task = Task::SearchSources { title, language };
        let job = NewJob::new(self.ids.next(), task, self.clock.now());
        let uow = self.store.begin().await?;
        uow.jobs().enqueue(&job).await?;
        uow.commit().await
    }
}

fn note(failure: &SourceError) {
    tracing::debug!(error = logged(failure), "a film could not be fetched whole");
}

fn titled(film: FilmId, told: &SourcedFilm) -> TitledFilm {
    let titles = std::iter::once(&told.title)
        .chain(&told.original_title)
        .chain(&told.other_titles);
    TitledFilm {
        film,
        titles: titles.map(FilmTitle::as_str).map(str::to_owned).collect(),
        year: told.year.and_then(|year| u16::try_from(year.get()).ok()),
    }
}
