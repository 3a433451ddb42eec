//! Films in memory, found by plain comparison, and posters that are only told apart by their first
//! letters.
use super::{
    identity::digest_of,
    imports::{Told, other_titles, ratings_and_sources},
    state::{Database, Stored, dangling, duplicate, locked},
    store::FakeUnitOfWork,
};
use crate::{
    catalogue::{
        ports::{
            FilmFilter, FilmIndex, FilmIndexError, FilmKey, FilmOrder, FilmPosition, FilmQueries,
            FilmRepository, ObsoletePosterRepository, Picture, PictureInspector, PictureRefused,
            PosterImageError, PosterImages, PosterStore, PosterStoreError, SearchBudget, TitleHit,
            TitledFilm, Vocabulary,
        },
        views::{Attribution, Credit, FilmCard, FilmDetails, FlaggedFilm, Flags},
    },
    shared::{
        page::{Page, PageRequest},
        store::StoreError,
    },
};
use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use domain::{
    catalogue::{
        Blurhash, CountryName, Film, FilmId, Genre, Mood, PictureFormat, PosterImage, PosterKey,
        PosterLooks, ShownPoster,
    },
    identity::UserId,
    library::{HexColor, StandardList},
};
use std::{
    cmp::Ordering,
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering as Memory},
    },
    time::Duration,
};
use tokio::sync::{OwnedRwLockWriteGuard, RwLock, watch};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// What is known of a film beyond what its owner may change.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct FilmExtras {
    pub(super) runtime_minutes: Option<u16>,
    pub(super) countries: Vec<String>,
    pub(super) directors: Vec<Credit>,
    pub(super) cast: Vec<Credit>,
    pub(super) external_ids: Vec<(String, String)>,
    pub(super) attribution: Option<Attribution>,
    pub(super) told: Told,
}

/// When a poster may be removed, and until when somebody is doing so.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct OnTheWay {
    removable_from: DateTime<Utc>,
    claimed_until: Option<DateTime<Utc>>,
}

impl OnTheWay {
    fn is_removable(&self, now: DateTime<Utc>) -> bool {
        self.removable_from <= now && self.claimed_until.is_none_or(|until| until <= now)
    }
}

impl Stored {
    pub(super) fn insert_film(&mut self, film: &Film) -> Result<(), StoreError> {
        if self.films.contains_key(&film.id) {
            return Err(duplicate("film"));
        }
        self.put_film(film)
    }

    fn save_film(&mut self, film: &Film) -> Result<(), StoreError> {
        let stored = self.films.get(&film.id).ok_or(StoreError::Stale)?;
        if stored.revision + 1 != film.revision {
            return Err(StoreError::Stale);
        }
        if stored.content != film.content
            && let Some(extras) = self.extras.get_mut(&film.id)
        {
            extras.take_over();
        }
        self.put_film(film)
    }

    fn put_film(&mut self, film: &Film) -> Result<(), StoreError> {
        let is_known = |wanted| self.genres.iter().any(|genre| genre.id == wanted);
        if !film.content.genres.iter().copied().all(is_known) {
            return Err(dangling("a film of no genre"));
        }
        if film
            .owner
            .is_some_and(|owner| !self.users.contains_key(&owner))
        {
            return Err(dangling("a film of no user"));
        }
        self.films.insert(film.id, film.clone());
        self.film_changes.push((film.id, film.updated_at));
        Ok(())
    }

    fn remove_private_films(&mut self, owner: UserId, at: DateTime<Utc>) -> Vec<PosterKey> {
        let (obsolete, private) = self
            .films
            .values()
            .filter(|film| film.owner == Some(owner) && !self.matters_to_others(film.id, owner))
            .map(|film| (film.poster.clone(), film.id))
            .unzip::<_, _, Vec<_>, Vec<_>>();
        for film in private {
            self.remove_film(film);
            self.film_changes.push((film, at));
        }
        obsolete.into_iter().flatten().collect()
    }

    fn forget_changes(&mut self, before: DateTime<Utc>) -> u64 {
        let all = self.film_changes.len();
        let newest = self.film_changes.pop();
        self.film_changes.retain(|(_, at)| *at >= before);
        self.film_changes.extend(newest);
        u64::try_from(all - self.film_changes.len()).unwrap_or(u64::MAX)
    }

    fn matters_to_others(&self, film: FilmId, owner: UserId) -> bool {
        let mut lists = self.watchlists.values();
        lists.any(|list| list.owner != owner && self.is_listed(list.id, film))
            || self.is_told_of_by_others(film, owner)
    }

    fn remove_film(&mut self, film: FilmId) {
        self.films.remove(&film);
        self.meanings.remove(&film);
        self.extras.remove(&film);
        self.recommendations.retain(|_, given| given.film != film);
        self.shown.retain(|(_, shown), _| *shown != film);
        for films in self.mix_films.values_mut() {
            films.retain(|each| *each != film);
        }
        self.drop_loose_entries();
        self.drop_loose_tastes();
    }

    fn shows(&self, poster: &PosterKey) -> bool {
        self.films
            .values()
            .any(|film| film.poster.as_ref() == Some(poster))
    }

    /// The posters of which this holds and which no film shows, the oldest first.
    pub(super) fn posters_on_the_way(&self, holds: impl Fn(&OnTheWay) -> bool) -> Vec<PosterKey> {
        let noted = self.obsolete_posters.iter();
        let mut noted: Vec<(DateTime<Utc>, &PosterKey)> = noted
            .filter(|(key, way)| holds(way) && !self.shows(key))
            .map(|(key, way)| (way.removable_from, key))
            .collect();
        noted.sort_by_key(|(from, key)| (*from, key.as_str()));
        noted.into_iter().map(|(_, key)| key.clone()).collect()
    }

    fn add_obsolete_poster(&mut self, poster: &PosterKey, at: DateTime<Utc>) {
        let way = OnTheWay {
            removable_from: at,
            claimed_until: None,
        };
        let way = self.obsolete_posters.entry(poster.clone()).or_insert(way);
        way.removable_from = way.removable_from.max(at);
    }

    fn reserve_poster(
        &mut self,
        poster: &PosterKey,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> bool {
        let noted = self.obsolete_posters.get(poster);
        let is_claimed = noted
            .and_then(|way| way.claimed_until)
            .is_some_and(|claimed_until| claimed_until > now);
        if !is_claimed {
            let way = OnTheWay {
                removable_from: until,
                claimed_until: None,
            };
            self.obsolete_posters.insert(poster.clone(), way);
        }
        !is_claimed
    }

    fn take_out_poster(&mut self, poster: &PosterKey) -> bool {
        let noted = self.obsolete_posters.get(poster);
        let is_free = noted.is_some_and(|way| way.claimed_until.is_none());
        if is_free {
            self.obsolete_posters.remove(poster);
        }
        is_free
    }

    fn claim_poster(
        &mut self,
        poster: &PosterKey,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> bool {
        let is_shown = self.shows(poster);
        let noted = self.obsolete_posters.get_mut(poster);
        let noted = noted.filter(|way| !is_shown && way.is_removable(now));
        noted.map(|way| way.claimed_until = Some(until)).is_some()
    }

    /// A film as a viewer sees it.
    pub(super) fn flagged(&self, film: FilmId, viewer: Option<UserId>) -> Option<FlaggedFilm> {
        let mut card = FilmCard::of(self.films.get(&film)?);
        card.is_complete |= self.is_complete(film);
        let card = Arc::new(card);
        let is_on =
            |list: StandardList| viewer.is_some_and(|viewer| self.is_listed(list.of(viewer), film));
        let flags = Flags {
            is_liked: is_on(StandardList::Liked),
            is_wish: is_on(StandardList::Wish),
            is_watched: is_on(StandardList::Watched),
        };
        Some(FlaggedFilm { card, flags })
    }

    fn details(&self, film: FilmId, viewer: Option<UserId>) -> Option<FilmDetails> {
        let flagged = self.flagged(film, viewer)?;
        let extras = self.extras.get(&film).cloned().unwrap_or_default();
        let film = self.films.get(&film)?;
        let told = extras.told();
        let (ratings, told_by) = told.map(ratings_and_sources).unwrap_or_default();
        Some(FilmDetails {
            film: flagged,
            original_title: told.and_then(|told| Some(told.original_title.as_ref()?.to_string())),
            other_titles: told.map(other_titles).unwrap_or_default(),
            kind: film.kind,
            runtime_minutes: extras.runtime_minutes,
            genres: film.content.genres.clone(),
            countries: countries(film, Some(&extras)),
            directors: extras.directors.clone(),
            cast: extras.cast.clone(),
            external_ids: extras.external_ids.clone(),
            attribution: extras.attribution.clone(),
            ratings,
            told_by,
            created_at: film.created_at,
            updated_at: film.updated_at,
        })
    }

    fn suits(&self, film: &Film, filter: &FilmFilter) -> bool {
        let year = film
            .content
            .release_year
            .map(domain::catalogue::ReleaseYear::get);
        let has_genre = filter.genres.is_empty()
            || film
                .content
                .genres
                .iter()
                .any(|genre| filter.genres.contains(genre));
        let country = filter.country.as_deref();
        let person = filter.person.as_deref();
        has_genre
            && filter.kind.is_none_or(|kind| film.kind == kind)
            && filter
                .year_from
                .is_none_or(|from| year.is_some_and(|year| year >= from))
            && filter
                .year_to
                .is_none_or(|to| year.is_some_and(|year| year <= to))
            && country.is_none_or(|country| self.is_of_country(film, country))
            && person.is_none_or(|person| self.is_of_person(film, person))
    }

    fn is_of_country(&self, film: &Film, country: &str) -> bool {
        let wanted = country.trim().to_lowercase();
        countries(film, self.extras.get(&film.id))
            .iter()
            .any(|name| name.to_lowercase() == wanted)
    }

    fn is_of_person(&self, film: &Film, person: &str) -> bool {
        let wanted = folded(person);
        let extras = self.extras.get(&film.id).into_iter();
        let mut people = extras.flat_map(|extras| extras.directors.iter().chain(&extras.cast));
        people.any(|credit| folded(&credit.name) == wanted)
    }

    fn list_films(
        &self,
        filter: &FilmFilter,
        order: FilmOrder,
        page: &PageRequest<FilmKey>,
        viewer: Option<UserId>,
    ) -> Page<FlaggedFilm, FilmKey> {
        let suitable = self.films.values().filter(|film| self.suits(film, filter));
        let mut keys: Vec<FilmKey> = suitable.map(|film| key(film, order)).collect();
        keys.sort_by(|one, other| compare(order, one, other).unwrap_or(Ordering::Equal));
        if let Some(after) = &page.after {
            keys.retain(|key| compare(order, key, after).is_none_or(Ordering::is_gt));
        }
        let page = Page::from_overfetched(keys, page.size, FilmKey::clone);
        Page {
            items: page
                .items
                .iter()
                .filter_map(|key| self.flagged(key.film, viewer))
                .collect(),
            next: page.next,
        }
    }
}

fn key(film: &Film, order: FilmOrder) -> FilmKey {
    let position = match order {
        FilmOrder::Title | FilmOrder::TitleDescending => {
            FilmPosition::Title(sorting_form(film.content.title.as_str()))
        }
        FilmOrder::Year | FilmOrder::YearDescending => {
            let year = film.content.release_year;
            FilmPosition::Year(year.map_or(0, domain::catalogue::ReleaseYear::get))
        }
        FilmOrder::NewestFirst => FilmPosition::Added(film.created_at),
    };
    FilmKey {
        position,
        film: film.id,
    }
}

/// Which key comes first; keys of different orders do not compare.
fn compare(order: FilmOrder, one: &FilmKey, other: &FilmKey) -> Option<Ordering> {
    let position = match (&one.position, &other.position) {
        (FilmPosition::Title(one), FilmPosition::Title(other)) => one.cmp(other),
        (FilmPosition::Year(one), FilmPosition::Year(other)) => one.cmp(other),
        (FilmPosition::Added(one), FilmPosition::Added(other)) => one.cmp(other),
        _ => return None,
    };
    let ascending = position.then(one.film.cmp(&other.film));
    Some(match order {
        FilmOrder::Title | FilmOrder::Year => ascending,
        FilmOrder::TitleDescending | FilmOrder::YearDescending | FilmOrder::NewestFirst => {
            ascending.reverse()
        }
    })
}

pub(super) fn sorting_form(title: &str) -> String {
    let title = title.to_lowercase();
    let bare = ["the ", "an ", "a "]
        .into_iter()
        .find_map(|article| title.strip_prefix(article));
    bare.unwrap_or(&title).to_owned()
}

fn folded(name: &str) -> String {
    let bare = name
        .trim()
        .nfd()
        .filter(|letter| !is_combining_mark(*letter));
    bare.collect::<String>().to_lowercase()
}

/// The countries of a film: those of its source, unless its owner names another one.
pub(super) fn countries(film: &Film, extras: Option<&FilmExtras>) -> Vec<String> {
    let shown = film.content.country.as_ref().map(CountryName::as_str);
    extras
        .map(|extras| &extras.countries)
        .filter(|names| names.first().map(String::as_str) == shown)
        .cloned()
        .unwrap_or_else(|| shown.into_iter().map(str::to_owned).collect())
}

#[async_trait]
impl FilmRepository for FakeUnitOfWork {
    async fn find(&self, film: FilmId) -> Result<Option<Film>, StoreError> {
        self.with(|stored| stored.films.get(&film).cloned())
    }

    async fn insert(&self, film: &Film) -> Result<(), StoreError> {
        self.with(|stored| stored.insert_film(film))?
    }

    async fn save(&self, film: &Film) -> Result<(), StoreError> {
        self.with(|stored| stored.save_film(film))?
    }

    async fn list_unseen_posters(&self, most: u32) -> Result<Vec<FilmId>, StoreError> {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        self.with(|stored| {
            let films = stored.films.values();
            let unseen = films.filter(|film| film.poster.is_some() && film.poster_looks.is_none());
            let mut unseen: Vec<FilmId> = unseen.map(|film| film.id).collect();
            unseen.sort_unstable();
            unseen.truncate(most);
            unseen
        })
    }

    async fn remove_private_films(
        &self,
        owner: UserId,
        at: DateTime<Utc>,
    ) -> Result<Vec<PosterKey>, StoreError> {
        self.with(|stored| stored.remove_private_films(owner, at))
    }

    async fn forget_changes(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        self.with(|stored| stored.forget_changes(before))
    }
}

#[async_trait]
impl ObsoletePosterRepository for FakeUnitOfWork {
    async fn add(&self, posters: &[PosterKey], at: DateTime<Utc>) -> Result<(), StoreError> {
        self.with(|stored| {
            for poster in posters {
                stored.add_obsolete_poster(poster, at);
            }
        })
    }

    async fn reserve(
        &self,
        poster: &PosterKey,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        self.with(|stored| stored.reserve_poster(poster, now, until))
    }

    async fn take_out(&self, poster: &PosterKey) -> Result<bool, StoreError> {
        self.with(|stored| stored.take_out_poster(poster))
    }

    async fn list(&self, now: DateTime<Utc>, most: u32) -> Result<Vec<PosterKey>, StoreError> {
        let mut posters =
            self.with(|stored| stored.posters_on_the_way(|way| way.is_removable(now)))?;
        posters.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        Ok(posters)
    }

    async fn claim(
        &self,
        poster: &PosterKey,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        self.with(|stored| stored.claim_poster(poster, now, until))
    }

    async fn forget(&self, poster: &PosterKey) -> Result<(), StoreError> {
        self.with(|stored| {
            stored.obsolete_posters.remove(poster);
        })
    }
}

/// Reads of films.
#[derive(Clone, Debug, Default)]
pub struct FakeFilmQueries {
    pub(super) database: Database,
}

#[async_trait]
impl FilmQueries for FakeFilmQueries {
    async fn show(
        &self,
        film: FilmId,
        viewer: Option<UserId>,
    ) -> Result<Option<FlaggedFilm>, StoreError> {
        self.database.read(|stored| stored.flagged(film, viewer))
    }

    async fn show_many(
        &self,
        films: &[FilmId],
        viewer: Option<UserId>,
    ) -> Result<Vec<FlaggedFilm>, StoreError> {
        self.database.read(|stored| {
            let shown = films
                .iter()
                .filter_map(|film| stored.flagged(*film, viewer));
            shown.collect()
        })
    }

    async fn list(
        &self,
        filter: &FilmFilter,
        order: FilmOrder,
        page: &PageRequest<FilmKey>,
        viewer: Option<UserId>,
    ) -> Result<Page<FlaggedFilm, FilmKey>, StoreError> {
        self.database
            .read(|stored| stored.list_films(filter, order, page, viewer))
    }

    async fn show_details(
        &self,
        film: FilmId,
        viewer: Option<UserId>,
    ) -> Result<Option<FilmDetails>, StoreError> {
        self.database.read(|stored| stored.details(film, viewer))
    }
}

/// The genres and moods that the world was given.
#[derive(Clone, Debug, Default)]
pub struct FakeVocabulary {
    pub(super) database: Database,
}

#[async_trait]
impl Vocabulary for FakeVocabulary {
    async fn genres(&self) -> Result<Arc<[Genre]>, StoreError> {
        self.database.read(|stored| stored.genres.clone().into())
    }

    async fn moods(&self) -> Result<Arc<[Mood]>, StoreError> {
        self.database.read(|stored| stored.moods.clone().into())
    }
}

/// An index that always knows the newest, and compares letter by letter; case does not count.
#[derive(Clone, Debug, Default)]
pub struct FakeFilmIndex {
    pub(super) database: Database,
    is_down: Arc<AtomicBool>,
    nudges: Arc<AtomicUsize>,
    checks: Arc<AtomicUsize>,
}

impl FakeFilmIndex {
    pub(super) fn on(database: Database) -> Self {
        Self {
            database,
            ..Self::default()
        }
    }

    /// Stops answering, or answers again.
    pub fn set_down(&self, is_down: bool) {
        self.is_down.store(is_down, Memory::SeqCst);
    }

    /// How often it was told that films have changed.
    #[must_use]
    pub fn nudges(&self) -> usize {
        self.nudges.load(Memory::SeqCst)
    }

    /// How often it was asked whether it answers.
    #[must_use]
    pub fn checks(&self) -> usize {
        self.checks.load(Memory::SeqCst)
    }

    fn ensure_up(&self) -> Result<(), FilmIndexError> {
        if self.is_down.load(Memory::SeqCst) {
            return Err(FilmIndexError::Unavailable("told to be down".into()));
        }
        Ok(())
    }

    /// The films with the most points first; films without any are left out.
    fn ranked(
        &self,
        most: usize,
        points: impl Fn(&Film) -> usize,
    ) -> Result<Vec<FilmId>, FilmIndexError> {
        self.ensure_up()?;
        let mut found: Vec<(usize, FilmId)> = self.database.peek(|stored| {
            let films = stored.films.values();
            films.map(|film| (points(film), film.id)).collect()
        });
        found.retain(|(points, _)| *points > 0);
        found.sort_by_key(|(points, film)| (std::cmp::Reverse(*points), *film));
        found.truncate(most);
        Ok(found.into_iter().map(|(_, film)| film).collect())
    }
}

fn title_has(film: &Film, words: &str) -> bool {
    has(film.content.title.as_str(), words)
}

fn description_has(film: &Film, words: &str) -> bool {
    let description = film.content.description.as_ref();
    description.is_some_and(|description| has(description.as_str(), words))
}

fn has(text: &str, words: &str) -> bool {
    text.to_lowercase().contains(&words.trim().to_lowercase())
}

#[async_trait]
impl FilmIndex for FakeFilmIndex {
    async fn find_titles(&self, title: &str, most: usize) -> Result<Vec<TitleHit>, FilmIndexError> {
        let found = self.ranked(most, |film| usize::from(title_has(film, title)))?;
        let hit = |film| TitleHit { film, fit: 1.0 };
        Ok(found.into_iter().map(hit).collect())
    }

    fn judge(&self, title: &str, films: &[TitledFilm]) -> Vec<TitleHit> {
        let judged = films.iter().map(|film| {
            let fits = film.titles.iter().any(|own| has(own, title));
            TitleHit {
                film: film.film,
                fit: if fits { 1.0 } else { 0.0 },
            }
        });
        judged.collect()
    }

    async fn find_by_description(
        &self,
        title: Option<&str>,
        description: &str,
        most: usize,
    ) -> Result<Vec<FilmId>, FilmIndexError> {
        self.ranked(most, |film| {
            let by_title = title.is_some_and(|title| title_has(film, title));
            usize::from(by_title) + usize::from(description_has(film, description))
        })
    }

    fn nudge(&self) {
        self.nudges.fetch_add(1, Memory::SeqCst);
    }

    async fn check(&self) -> Result<(), FilmIndexError> {
        self.checks.fetch_add(1, Memory::SeqCst);
        self.ensure_up()
    }
}

/// Takes everything for a picture that starts with `JPEG`, `PNG` or `WEBP`; what starts with `HUGE`
/// has too many pixels.
#[derive(Clone, Debug, Default)]
pub struct FakePictureInspector {
    is_busy: Arc<AtomicBool>,
}

impl FakePictureInspector {
    const MOST_BYTES: usize = 10 * 1024 * 1024;

    /// Has too many pictures to look at from now on, or no longer.
    pub fn set_busy(&self, is_busy: bool) {
        self.is_busy.store(is_busy, Memory::SeqCst);
    }
}

/// Every picture has a colour of its own.
fn looks_of(sha256: &[u8; 32]) -> Result<PosterLooks, PictureRefused> {
    let [red, green, blue, ..] = *sha256;
    let blurhash = Blurhash::parse("00AAAA");
    Ok(PosterLooks {
        blurhash: blurhash.map_err(|cause| PictureRefused::NotAPicture(cause.into()))?,
        colour: HexColor::from_rgb([red, green, blue]),
    })
}

#[async_trait]
impl PictureInspector for FakePictureInspector {
    async fn inspect(&self, bytes: Bytes) -> Result<Picture, PictureRefused> {
        if self.is_busy.load(Memory::SeqCst) {
            return Err(PictureRefused::Busy);
        }
        if bytes.len() > Self::MOST_BYTES {
            return Err(PictureRefused::TooManyBytes);
        }
        if bytes.starts_with(b"HUGE") {
            return Err(PictureRefused::TooManyPixels);
        }
        let known: [(&[u8], PictureFormat); 3] = [
            (b"JPEG", PictureFormat::Jpeg),
            (b"PNG", PictureFormat::Png),
            (b"WEBP", PictureFormat::WebP),
        ];
        let format = known
            .into_iter()
            .find_map(|(start, format)| bytes.starts_with(start).then_some(format))
            .ok_or_else(|| PictureRefused::NotAPicture("an unknown start".into()))?;
        let sha256 = digest_of(&bytes);
        Ok(Picture {
            bytes,
            format,
            sha256,
            looks: looks_of(&sha256)?,
        })
    }
}

/// Posters in memory.
#[derive(Clone, Debug, Default)]
pub struct FakePosterStore {
    posters: Arc<Mutex<HashMap<PosterKey, Bytes>>>,
    images: Arc<Mutex<HashMap<PosterImage, Bytes>>>,
    is_down: Arc<AtomicBool>,
    refuses_removals: Arc<AtomicBool>,
    is_full: Arc<AtomicBool>,
    is_held: watch::Sender<bool>,
    checks: Arc<RwLock<()>>,
}

impl FakePosterStore {
    /// Keeps everybody waiting from now on who has put something, and who wants to remove something.
    pub fn hold(&self) {
        self.is_held.send_replace(true);
    }

    /// Lets those who wait go on.
    pub fn release(&self) {
        self.is_held.send_replace(false);
    }

    async fn wait_until_released(&self) {
        // The sender lives as long as this.
        let _ = self.is_held.subscribe().wait_for(|is_held| !is_held).await;
    }

    /// Stops answering, or answers again.
    pub fn set_down(&self, is_down: bool) {
        self.is_down.store(is_down, Memory::SeqCst);
    }

    /// Has no room from now on, or has again.
    pub fn set_full(&self, is_full: bool) {
        self.is_full.store(is_full, Memory::SeqCst);
    }

    fn ensure_room(&self) -> Result<(), PosterStoreError> {
        self.ensure_up()?;
        if self.is_full.load(Memory::SeqCst) {
            return Err(PosterStoreError::Full("told to be full".into()));
        }
        Ok(())
    }

    /// Fails from now on whenever something is to be removed, or no longer.
    pub fn set_refuses_removals(&self, refuses: bool) {
        self.refuses_removals.store(refuses, Memory::SeqCst);
    }

    /// Lets everybody who asks whether it answers wait until the hold is dropped.
    pub async fn hold_checks(&self) -> OwnedRwLockWriteGuard<()> {
        Arc::clone(&self.checks).write_owned().await
    }

    /// The bytes of a poster.
    #[must_use]
    pub fn bytes_of(&self, key: &PosterKey) -> Option<Bytes> {
        locked(&self.posters).get(key).cloned()
    }

    /// How many posters are there.
    #[must_use]
    pub fn count(&self) -> usize {
        locked(&self.posters).len()
    }

    /// How many images are kept beside posters.
    #[must_use]
    pub fn image_count(&self) -> usize {
        locked(&self.images).len()
    }

    /// Puts a poster there to prepare a test.
    pub fn has(&self, key: &PosterKey, bytes: impl Into<Bytes>) {
        locked(&self.posters).insert(key.clone(), bytes.into());
    }

    fn ensure(is_well: bool, failure: &'static str) -> Result<(), PosterStoreError> {
        if is_well {
            return Ok(());
        }
        Err(PosterStoreError::Unavailable(failure.into()))
    }

    fn ensure_up(&self) -> Result<(), PosterStoreError> {
        Self::ensure(!self.is_down.load(Memory::SeqCst), "told to be down")
    }
}

#[async_trait]
impl PosterStore for FakePosterStore {
    async fn put(&self, key: &PosterKey, bytes: Bytes) -> Result<(), PosterStoreError> {
        self.ensure_room()?;
        self.has(key, bytes);
        self.wait_until_released().await;
        Ok(())
    }

    async fn remove(&self, key: &PosterKey) -> Result<(), PosterStoreError> {
        self.ensure_up()?;
        let refuses = self.refuses_removals.load(Memory::SeqCst);
        Self::ensure(!refuses, "told to refuse removals")?;
        self.wait_until_released().await;
        locked(&self.posters).remove(key);
        locked(&self.images).retain(|image, _| image.poster != *key);
        Ok(())
    }

    async fn fetch(&self, key: &PosterKey) -> Result<Option<Bytes>, PosterStoreError> {
        self.ensure_up()?;
        Ok(self.bytes_of(key))
    }

    async fn put_image(&self, image: &PosterImage, bytes: Bytes) -> Result<(), PosterStoreError> {
        self.ensure_room()?;
        if self.bytes_of(&image.poster).is_some() {
            locked(&self.images).insert(image.clone(), bytes);
        }
        Ok(())
    }

    async fn fetch_image(&self, image: &PosterImage) -> Result<Option<Bytes>, PosterStoreError> {
        self.ensure_up()?;
        Ok(locked(&self.images).get(image).cloned())
    }

    async fn check(&self) -> Result<(), PosterStoreError> {
        let _held = self.checks.read().await;
        self.ensure_up()
    }
}

/// Images whose bytes are their name and the poster's bytes.
#[derive(Clone, Debug, Default)]
pub struct FakePosterImages {
    pub(super) posters: FakePosterStore,
    is_busy: Arc<AtomicBool>,
}

impl FakePosterImages {
    pub(super) fn of(posters: FakePosterStore) -> Self {
        Self {
            posters,
            is_busy: Arc::default(),
        }
    }

    /// Has more to do than it can, or no longer.
    pub fn set_busy(&self, is_busy: bool) {
        self.is_busy.store(is_busy, Memory::SeqCst);
    }

    async fn image(&self, image: &PosterImage) -> Result<Option<Bytes>, PosterStoreError> {
        if let Some(kept) = self.posters.fetch_image(image).await? {
            return Ok(Some(kept));
        }
        let Some(poster) = self.posters.fetch(&image.poster).await? else {
            return Ok(None);
        };
        let made: Bytes = [image.to_string().as_bytes(), b" ", &poster]
            .concat()
            .into();
        match self.posters.put_image(image, made.clone()).await {
            Ok(()) | Err(PosterStoreError::Full(_)) => Ok(Some(made)),
            Err(failure) => Err(failure),
        }
    }
}

fn unavailable(failure: PosterStoreError) -> PosterImageError {
    PosterImageError::Unavailable(failure.into())
}

#[async_trait]
impl PosterImages for FakePosterImages {
    async fn find(&self, shown: &ShownPoster) -> Result<Option<Bytes>, PosterImageError> {
        if self.is_busy.load(Memory::SeqCst) {
            return Err(PosterImageError::Busy);
        }
        let found = match shown {
            ShownPoster::Itself(poster) => self.posters.fetch(poster).await,
            ShownPoster::Image(image) => self.image(image).await,
        };
        found.map_err(unavailable)
    }

    async fn prepare(&self, poster: &PosterKey) -> Result<Option<usize>, PosterImageError> {
        let before = self.posters.image_count();
        for image in PosterImage::all_of(poster) {
            if self.find(&ShownPoster::Image(image)).await?.is_none() {
                return Ok(None);
            }
        }
        Ok(Some(self.posters.image_count() - before))
    }
}

/// A search waits for sources as long as it likes: time stands still here.
#[derive(Clone, Copy, Debug, Default)]
pub struct FakeSearchBudget;

impl SearchBudget for FakeSearchBudget {
    fn of_a_search(&self) -> Duration {
        Duration::from_secs(10)
    }
}
