//! Other catalogues, written by a test.
use super::state::locked;
use crate::catalogue::sources::{
    BreakerState, FilmSources, SourceAnswer, SourceError, SourceList, SourcePage, SourceState,
    SourcedGenre,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    catalogue::{
        CreditRole, Depth, ExternalRef, ExternalSource, FilmKind, FilmTitle, GenreSlug, PersonName,
        ReleaseYear, SourceName, SourceRef, SourcedFilm, SourcedPerson,
    },
    shared::Language,
};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// What is the matter with a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceTrouble {
    /// It does not answer.
    Unavailable,
    /// Its quota is spent.
    QuotaSpent(DateTime<Utc>),
    /// It refuses the key.
    Refused,
    /// It answers nonsense.
    Malformed,
}

impl From<SourceTrouble> for SourceError {
    fn from(trouble: SourceTrouble) -> Self {
        match trouble {
            SourceTrouble::Unavailable => Self::Unavailable("told to be down".into()),
            SourceTrouble::QuotaSpent(until) => Self::QuotaSpent { until },
            SourceTrouble::Refused => Self::Refused,
            SourceTrouble::Malformed => Self::Malformed("told to answer nonsense".into()),
        }
    }
}

/// Sources that know what a test has told them; none is configured at first.
#[derive(Clone, Debug, Default)]
pub struct FakeFilmSources(Arc<Mutex<Script>>, Arc<AtomicBool>);

#[derive(Debug, Default)]
struct Script {
    order: Vec<SourceName>,
    films: Vec<SourcedFilm>,
    lists: HashMap<(SourceName, SourceList), Vec<SourcePage>>,
    troubles: HashMap<SourceName, SourceTrouble>,
    asked: Vec<SourceName>,
}

impl FakeFilmSources {
    /// Says which sources there are and in which order they are asked.
    pub fn are(&self, order: impl IntoIterator<Item = SourceName>) {
        locked(&self.0).order = order.into_iter().collect();
    }

    /// Lets the film's source, which is added to those there are, know it.
    pub fn know(&self, film: SourcedFilm) {
        let mut script = locked(&self.0);
        script.add(film.at.source());
        script.films.retain(|known| known.at != film.at);
        script.films.push(film);
    }

    /// Lets a source, which is added to those there are, keep a list, page by page.
    pub fn keep(&self, source: SourceName, list: SourceList, pages: Vec<Vec<SourcedFilm>>) {
        let all = u32::try_from(pages.len()).unwrap_or(u32::MAX);
        let page = |films: Vec<SourcedFilm>| SourcePage {
            places: Vec::new(),
            films,
            pages: all,
        };
        let mut script = locked(&self.0);
        script.add(source);
        let pages = pages.into_iter().map(page).collect();
        script.lists.insert((source, list), pages);
    }

    /// Brings a source into trouble.
    pub fn trouble(&self, source: SourceName, trouble: SourceTrouble) {
        let mut script = locked(&self.0);
        script.add(source);
        script.troubles.insert(source, trouble);
    }

    /// Lets every question for films hang for ever from now on.
    pub fn hang(&self) {
        self.1.store(true, Ordering::SeqCst);
    }

    async fn wait(&self) {
        if self.1.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
    }

    /// Makes a source well again.
    pub fn heal(&self, source: SourceName) {
        locked(&self.0).troubles.remove(&source);
    }

    /// Who has been asked so far, in order, in vain or not.
    #[must_use]
    pub fn asked(&self) -> Vec<SourceName> {
        locked(&self.0).asked.clone()
    }
}

impl Script {
    fn add(&mut self, source: SourceName) {
        if !self.order.contains(&source) {
            self.order.push(source);
        }
    }

    fn ask(&mut self, source: SourceName) -> Result<(), SourceError> {
        if !self.order.contains(&source) {
            return Err(SourceError::NotConfigured);
        }
        self.asked.push(source);
        match self.troubles.get(&source) {
            Some(trouble) => Err((*trouble).into()),
            None => Ok(()),
        }
    }

    fn titled(&self, source: SourceName, title: &str) -> Vec<SourcedFilm> {
        let wanted = title.trim().to_lowercase();
        let has = |title: &FilmTitle| title.as_str().to_lowercase().contains(&wanted);
        let is_meant = |film: &&SourcedFilm| {
            film.at.source() == source
                && (has(&film.title)
                    || film.original_title.as_ref().is_some_and(has)
                    || film.other_titles.iter().any(has))
        };
        let found = self.films.iter().filter(is_meant);
        found.map(|film| brief(film.clone())).collect()
    }
}

/// What a list would tell of a film.
fn brief(film: SourcedFilm) -> SourcedFilm {
    SourcedFilm {
        people: Vec::new(),
        keywords: Vec::new(),
        depth: Depth::Brief,
        ..film
    }
}

#[async_trait]
impl FilmSources for FakeFilmSources {
    async fn search(&self, title: &str, _: Language, _: Duration) -> SourceAnswer {
        self.wait().await;
        let mut script = locked(&self.0);
        let mut answer = SourceAnswer::default();
        for source in script.order.clone() {
            if script.ask(source).is_err() {
                answer.is_owed = true;
                continue;
            }
            answer.answered_by.push(source);
            answer.films = script.titled(source, title);
            if !answer.films.is_empty() {
                answer.is_owed = false;
                break;
            }
        }
        answer
    }

    async fn film(&self, at: &SourceRef) -> Result<Option<SourcedFilm>, SourceError> {
        self.wait().await;
        let mut script = locked(&self.0);
        script.ask(at.source())?;
        Ok(script.films.iter().find(|film| film.at == *at).cloned())
    }

    async fn find(&self, refs: &[ExternalRef]) -> Result<Option<SourcedFilm>, SourceError> {
        let mut script = locked(&self.0);
        let mut failure = script
            .order
            .is_empty()
            .then_some(SourceError::NotConfigured);
        for source in script.order.clone() {
            if let Err(trouble) = script.ask(source) {
                failure = failure.or(Some(trouble));
                continue;
            }
            let is_meant = |film: &&SourcedFilm| {
                film.at.source() == source && film.refs.iter().any(|known| refs.contains(known))
            };
            if let Some(film) = script.films.iter().find(is_meant) {
                return Ok(Some(film.clone()));
            }
        }
        failure.map_or(Ok(None), Err)
    }

    async fn list(
        &self,
        source: SourceName,
        list: SourceList,
        page: u32,
    ) -> Result<SourcePage, SourceError> {
        let mut script = locked(&self.0);
        script.ask(source)?;
        let at = usize::try_from(page.saturating_sub(1)).unwrap_or(usize::MAX);
        let pages = script.lists.get(&(source, list));
        let kept = pages.and_then(|pages| pages.get(at)).cloned();
        let all = pages.map_or(0, Vec::len);
        Ok(kept.unwrap_or_else(|| SourcePage {
            pages: u32::try_from(all).unwrap_or(u32::MAX),
            ..SourcePage::default()
        }))
    }

    async fn similar(&self, at: &SourceRef) -> Result<Vec<SourcedFilm>, SourceError> {
        let mut script = locked(&self.0);
        script.ask(at.source())?;
        let Some(film) = script.films.iter().find(|film| film.at == *at) else {
            return Ok(Vec::new());
        };
        let is_similar = |other: &&SourcedFilm| {
            other.at != *at
                && other.at.source() == at.source()
                && other.genres.iter().any(|genre| film.genres.contains(genre))
        };
        let similar = script.films.iter().filter(is_similar);
        Ok(similar.map(|film| brief(film.clone())).collect())
    }

    async fn random(&self, source: SourceName) -> Result<Option<SourcedFilm>, SourceError> {
        let mut script = locked(&self.0);
        script.ask(source)?;
        let mut films = script.films.iter();
        Ok(films.find(|film| film.at.source() == source).cloned())
    }

    async fn genres(&self, source: SourceName) -> Result<Vec<SourcedGenre>, SourceError> {
        let mut script = locked(&self.0);
        script.ask(source)?;
        let films = script.films.iter();
        let mut slugs: Vec<&GenreSlug> = films.flat_map(|film| &film.genres).collect();
        slugs.sort_unstable();
        slugs.dedup();
        let genres = slugs
            .into_iter()
            .zip(1..)
            .map(|(slug, number)| SourcedGenre {
                number,
                name: slug.as_str().to_owned(),
                slug: Some(slug.clone()),
            });
        Ok(genres.collect())
    }

    fn states(&self) -> Vec<SourceState> {
        let script = locked(&self.0);
        let state = |source: &SourceName| {
            let trouble = script.troubles.get(source).copied();
            SourceState {
                source: *source,
                breaker: match trouble {
                    Some(SourceTrouble::Unavailable | SourceTrouble::Malformed) => {
                        BreakerState::Open
                    }
                    Some(SourceTrouble::QuotaSpent(_) | SourceTrouble::Refused) | None => {
                        BreakerState::Closed
                    }
                },
                quota_left: None,
                quota_spent_until: match trouble {
                    Some(SourceTrouble::QuotaSpent(until)) => Some(until),
                    Some(
                        SourceTrouble::Unavailable
                        | SourceTrouble::Malformed
                        | SourceTrouble::Refused,
                    )
                    | None => None,
                },
                is_refused: trouble == Some(SourceTrouble::Refused),
            }
        };
        script.order.iter().map(state).collect()
    }
}

/// Makes what a source says of a film.
#[derive(Clone, Debug)]
pub struct SourcedFilmBuilder(SourcedFilm);

/// What a source says of a film: the film at this place, fully told, without anything beyond a title.
///
/// # Panics
/// When the source would not use such a place.
#[track_caller]
#[must_use]
pub fn a_sourced_film(source: SourceName, id: &str) -> SourcedFilmBuilder {
    let Ok(at) = SourceRef::new(source, id) else {
        panic!("`{id}` is not a place of {source}");
    };
    SourcedFilmBuilder(SourcedFilm {
        refs: at.external_ref().into_iter().collect(),
        title: title(&format!("A film at {at}")),
        at,
        original_title: None,
        other_titles: Vec::new(),
        kind: FilmKind::Movie,
        year: None,
        description: None,
        genres: Vec::new(),
        countries: Vec::new(),
        runtime_minutes: None,
        people: Vec::new(),
        poster: None,
        rating: None,
        popularity: None,
        keywords: Vec::new(),
        depth: Depth::Full,
    })
}

#[track_caller]
fn title(text: &str) -> FilmTitle {
    let Ok(title) = FilmTitle::parse(text) else {
        panic!("`{text}` is not a title");
    };
    title
}

impl SourcedFilmBuilder {
    /// Under this title.
    ///
    /// # Panics
    /// When a film cannot have it.
    #[track_caller]
    #[must_use]
    pub fn titled(mut self, text: &str) -> Self {
        self.0.title = title(text);
        self
    }

    /// Under this title in its own language.
    ///
    /// # Panics
    /// When a film cannot have it.
    #[track_caller]
    #[must_use]
    pub fn originally(mut self, text: &str) -> Self {
        self.0.original_title = Some(title(text));
        self
    }

    /// Of this year.
    ///
    /// # Panics
    /// When there is no such year.
    #[track_caller]
    #[must_use]
    pub fn of_year(mut self, year: u16) -> Self {
        let Ok(year) = ReleaseYear::try_from(i64::from(year)) else {
            panic!("{year} is not a year");
        };
        self.0.year = Some(year);
        self
    }

    /// Known elsewhere by this name too.
    ///
    /// # Panics
    /// When that catalogue does not name films so.
    #[track_caller]
    #[must_use]
    pub fn known_as(mut self, source: ExternalSource, value: &str) -> Self {
        let Ok(known) = ExternalRef::new(source, value) else {
            panic!("`{value}` is not a name at {}", source.name());
        };
        self.0.refs.push(known);
        self
    }

    /// Of this genre too.
    ///
    /// # Panics
    /// When no genre is named so.
    #[track_caller]
    #[must_use]
    pub fn of_genre(mut self, slug: &str) -> Self {
        let Ok(slug) = GenreSlug::parse(slug) else {
            panic!("`{slug}` is not the name of a genre");
        };
        self.0.genres.push(slug);
        self
    }

    /// Directed by somebody, too.
    ///
    /// # Panics
    /// When nobody can be called so.
    #[track_caller]
    #[must_use]
    pub fn directed_by(self, name: &str) -> Self {
        self.with_person(name, CreditRole::Director)
    }

    /// With somebody in it, too.
    ///
    /// # Panics
    /// When nobody can be called so.
    #[track_caller]
    #[must_use]
    pub fn starring(self, name: &str) -> Self {
        self.with_person(name, CreditRole::Cast)
    }

    #[track_caller]
    fn with_person(mut self, name: &str, role: CreditRole) -> Self {
        let Ok(name) = PersonName::parse(name) else {
            panic!("`{name}` is not a name");
        };
        let before = self.0.people.iter().filter(|other| other.role == role);
        let position = u16::try_from(before.count()).unwrap_or(u16::MAX);
        self.0.people.push(SourcedPerson {
            name,
            other_name: None,
            role,
            position,
            reference: None,
        });
        self
    }

    /// Film, series or anime.
    #[must_use]
    pub fn kind(mut self, kind: FilmKind) -> Self {
        self.0.kind = kind;
        self
    }

    /// Changed as a test likes.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut SourcedFilm)) -> Self {
        change(&mut self.0);
        self
    }

    /// The film.
    #[must_use]
    pub fn build(self) -> SourcedFilm {
        self.0
    }
}
