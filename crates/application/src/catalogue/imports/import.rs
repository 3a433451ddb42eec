//! Films that sources have told of become films of the catalogue, in one unit of work.
use super::ports::{Fate, FilmImports, ImportedFilm};
use crate::{
    catalogue::{ports::FilmIndex, sources::SourceError},
    jobs::{Task, ports::NewJob},
    shared::{
        actor::{AccessDenied, Actor},
        clock::{Clock, IdGenerator},
        failure::failure,
        retry::retryable,
        store::{Store, StoreError},
        use_case::{UseCase, request},
    },
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::catalogue::{FilmId, GenreSlug, KnownFilm, Learned, SourcedFilm, find_same};
use shaku::Component;
use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};
use tracing::instrument;

/// How many films are brought in at once. More would hold up others who import, and changes of the
/// films among them, for longer.
const AT_ONCE: usize = 50;

/// What an import has brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportTally {
    /// For each film that was told of, in that order, which film of the catalogue it is; nothing where
    /// it is left out.
    pub films: Vec<Option<FilmId>>,
    /// How many were not in the catalogue before.
    pub new: usize,
    /// How many were, and have changed.
    pub changed: usize,
}

impl ImportTally {
    fn count(&mut self, brought: &Brought) {
        let fates = brought.films.iter().map(|imported| imported.fate);
        for fate in fates {
            self.new += usize::from(fate == Fate::New);
            self.changed += usize::from(fate == Fate::Known(Learned::Facts));
        }
        self.films.extend(&brought.of_told);
    }
}

/// Why films could not be imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The actor may not.
    #[error(transparent)]
    Access(#[from] AccessDenied),
    /// There is no such film in the catalogue, or a user added it.
    #[error("Film not found")]
    FilmNotFound,
    /// The source has no such film.
    #[error("the source has no such film")]
    UnknownToSource,
    /// The source does not tell.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

failure!(ImportError {
    FilmNotFound => NotFound "catalogue.film_not_found",
    UnknownToSource => NotFound "catalogue.unknown_to_source",
} via Access, Source, Store);

/// Brings films of sources into the catalogue, some in each unit of work. What was brought in before
/// stays when a later one fails. A film that cannot be told from others yet is left out.
#[derive(Clone, Debug, Default)]
pub struct ImportFilms {
    /// What sources tell.
    pub told: Vec<SourcedFilm>,
    /// Up to where a longer import has come with these.
    pub reached: Option<PageReached>,
}

/// Up to where an import of many pages has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageReached {
    /// Which import.
    pub import: String,
    /// The last page that was brought in; none when that was the last of all.
    pub page: Option<u32>,
}

request!(ImportFilms => ImportTally, ImportError);
retryable!(ImportFilms);

#[derive(Component)]
#[shaku(interface = UseCase<ImportFilms>)]
pub(crate) struct ImportFilmsUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    ids: Arc<dyn IdGenerator>,
    #[shaku(inject)]
    index: Arc<dyn FilmIndex>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<ImportFilms> for ImportFilmsUseCase {
    #[instrument(name = "catalogue.import_films", skip_all, fields(films = request.told.len()))]
    async fn execute(
        &self,
        actor: &Actor,
        request: ImportFilms,
    ) -> Result<ImportTally, ImportError> {
        actor.ensure_operator()?;
        let mut tally = ImportTally::default();
        let mut parts = request.told.chunks(AT_ONCE).peekable();
        if parts.peek().is_none() {
            self.import_some(&[], request.reached.as_ref()).await?;
        }
        while let Some(some) = parts.next() {
            let reached = request.reached.as_ref().filter(|_| parts.peek().is_none());
            tally.count(&self.import_some(some, reached).await?);
        }
        if tally.new + tally.changed > 0 {
            self.index.nudge();
        }
        Ok(tally)
    }
}

impl ImportFilmsUseCase {
    async fn import_some(
        &self,
        told: &[SourcedFilm],
        reached: Option<&PageReached>,
    ) -> Result<Brought, StoreError> {
        let uow = self.store.begin().await?;
        let brought = self.bring_in(uow.imports(), told).await?;
        let now = self.clock.now();
        let posters = brought.films.iter().filter(|film| shows_a_poster(film));
        let jobs = posters.map(|film| {
            let task = Task::MakeImages { film: film.film.id };
            NewJob::new(self.ids.next(), task, now)
        });
        uow.jobs().enqueue_all(jobs.collect()).await?;
        for event in brought.films.iter().filter_map(ImportedFilm::event) {
            uow.outbox().publish(event, now);
        }
        if let Some(reached) = reached {
            uow.imports()
                .note_page(&reached.import, reached.page)
                .await?;
        }
        uow.commit().await?;
        Ok(brought)
    }

    /// Matches, merges and stores.
    async fn bring_in(
        &self,
        imports: &dyn FilmImports,
        told: &[SourcedFilm],
    ) -> Result<Brought, StoreError> {
        imports.take_turn().await?;
        if told.is_empty() {
            return Ok(Brought::default());
        }
        let genres = imports.genres().await?;
        let known = imports.candidates(told).await?;
        let mut desk = Desk::new(&*self.ids, self.clock.now(), known);
        let of_told = told.iter().map(|film| desk.take(film, &genres)).collect();
        let films = desk.finish();
        if !films.is_empty() {
            imports.save(&films, self.clock.now()).await?;
        }
        Ok(Brought { films, of_told })
    }
}

/// Whether there may be a poster to fetch that nobody has fetched yet.
const fn shows_a_poster(imported: &ImportedFilm) -> bool {
    imported.fate.is_seen() && imported.film.poster.is_some()
}

/// What one unit of work has brought.
#[derive(Default)]
struct Brought {
    films: Vec<ImportedFilm>,
    of_told: Vec<Option<FilmId>>,
}

/// The films at hand while what was told is gone through.
struct Desk<'a> {
    ids: &'a dyn IdGenerator,
    now: DateTime<Utc>,
    known: Vec<KnownFilm>,
    fates: BTreeMap<usize, Fate>,
}

impl<'a> Desk<'a> {
    fn new(ids: &'a dyn IdGenerator, now: DateTime<Utc>, known: Vec<KnownFilm>) -> Self {
        Self {
            ids,
            now,
            known,
            fates: BTreeMap::new(),
        }
    }

    /// Takes what a source tells of a film, and says which film it is.
    fn take(&mut self, told: &SourcedFilm, genres: &HashSet<GenreSlug>) -> Option<FilmId> {
        let place = find_same(&self.known, told);
        if place.is_none() && !told.is_identified() {
            return None;
        }
        let told = self.fitting(told, place, genres);
        let Some((place, film)) = place.and_then(|at| Some((at, self.known.get_mut(at)?))) else {
            let film = KnownFilm::discovered(self.ids.next(), &told, self.now);
            let id = film.id;
            self.fates.insert(self.known.len(), Fate::New);
            self.known.push(film);
            return Some(id);
        };
        let learned = film.learn(&told, self.now);
        let fate = self.fates.entry(place).or_insert(Fate::Known(learned));
        if let Fate::Known(before) = fate {
            *before = learned.max(*before);
        }
        Some(film.id)
    }

    /// What a source tells, without genres that we do not have and without names that another of our
    /// films bears.
    fn fitting(
        &self,
        told: &SourcedFilm,
        place: Option<usize>,
        genres: &HashSet<GenreSlug>,
    ) -> SourcedFilm {
        let mut told = told.clone();
        told.genres.retain(|genre| genres.contains(genre));
        told.refs.retain(|name| {
            let mut others = self.known.iter().enumerate();
            !others.any(|(at, film)| Some(at) != place && film.refs.contains(name))
        });
        told
    }

    /// The films that something was told of, in the order of their identifiers.
    fn finish(self) -> Vec<ImportedFilm> {
        let fates = self.fates;
        let films = self.known.into_iter().enumerate();
        let mut films: Vec<ImportedFilm> = films
            .filter_map(|(at, film)| {
                let fate = *fates.get(&at)?;
                Some(ImportedFilm { film, fate })
            })
            .collect();
        films.sort_by_key(|imported| imported.film.id);
        films
    }
}
