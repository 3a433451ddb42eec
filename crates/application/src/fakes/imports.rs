//! What other catalogues tell of films, in memory.
use super::{
    catalogue::FilmExtras,
    state::{Stored, dangling, duplicate},
    store::FakeUnitOfWork,
};
use crate::{
    catalogue::{
        imports::ports::{Fate, FilmImports, ImportedFilm},
        views::{Attribution, Credit, RatingElsewhere, ToldBy},
    },
    shared::store::StoreError,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    catalogue::{
        CountryName, CreditRole, Depth, ExternalRef, ExternalSource, Film, FilmContent, FilmId,
        Genre, GenreSlug, KnownFilm, KnownPerson, KnownText, Learned, PersonId, PersonName,
        SourceRef, SourcedFilm, TextOrigin, TmdbId,
    },
    shared::Id,
};
use std::collections::HashSet;
use uuid::Uuid;

/// What sources have told of a film, and when they were asked.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Told {
    film: Option<KnownFilm>,
    asked_at: Option<DateTime<Utc>>,
}

/// The name of a genre that no language changes, as the fakes see it.
fn slug_of(genre: &Genre) -> Option<GenreSlug> {
    let plain = genre.english.to_lowercase().replace(' ', "-");
    GenreSlug::parse(&plain).ok()
}

impl Stored {
    /// Whether a source has told all that it knows of a film.
    pub(super) fn is_complete(&self, film: FilmId) -> bool {
        let told = self.extras.get(&film).and_then(FilmExtras::told);
        told.is_some_and(KnownFilm::is_complete)
    }

    fn known_film(&self, id: FilmId) -> Option<KnownFilm> {
        let film = self.films.get(&id).filter(|film| film.owner.is_none())?;
        let extras = self.extras.get(&id).cloned().unwrap_or_default();
        let told = extras.told.film.clone();
        let genres = film.content.genres.iter();
        let genres = genres.filter_map(|id| self.genres.iter().find(|genre| genre.id == *id));
        let mut known = told.unwrap_or_else(|| untold(film));
        known.title = film.content.title.clone();
        known.kind = film.kind;
        known.year = film.content.release_year;
        known.genres = genres.filter_map(slug_of).collect();
        known.countries = countries(film, &extras);
        known.runtime_minutes = extras.runtime_minutes;
        known.description = film.content.description.clone().map(|text| KnownText {
            text,
            origin: extras.attribution.as_ref().map(origin),
        });
        known.people = self.people(&extras);
        let names = extras.external_ids.iter();
        known.refs = names
            .filter_map(|(source, value)| name(source, value))
            .collect();
        Some(known)
    }

    fn people(&self, extras: &FilmExtras) -> Vec<KnownPerson> {
        let of_role = |role, credits: &[Credit]| -> Vec<KnownPerson> {
            let known = credits.iter().filter_map(|credit| {
                Some(KnownPerson {
                    id: Some(credit.person),
                    name: PersonName::parse(&credit.name).ok()?,
                    other_name: None,
                    role,
                    refs: self
                        .names_of_people
                        .get(&credit.person)
                        .cloned()
                        .unwrap_or_default(),
                })
            });
            known.collect()
        };
        let mut people = of_role(CreditRole::Director, &extras.directors);
        people.extend(of_role(CreditRole::Cast, &extras.cast));
        people
    }

    pub(super) fn known_films(&self) -> impl Iterator<Item = KnownFilm> {
        self.films.keys().filter_map(|film| self.known_film(*film))
    }

    fn save_imported(
        &mut self,
        imported: &ImportedFilm,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let known = &imported.film;
        if self.is_taken(known) {
            return Err(duplicate("name of a film in another catalogue"));
        }
        let before = self.films.get(&known.id).cloned();
        if before.is_none() && imported.fate != Fate::New {
            return Err(dangling("a film that is gone"));
        }
        let is_changed = imported.fate == Fate::Known(Learned::Facts);
        let film = Film {
            id: known.id,
            content: self.content_of(known),
            kind: known.kind,
            poster: before.as_ref().and_then(|film| film.poster.clone()),
            poster_looks: before.as_ref().and_then(|film| film.poster_looks.clone()),
            tmdb: tmdb_number(known),
            owner: None,
            revision: before
                .as_ref()
                .map_or(1, |film| film.revision + i64::from(is_changed)),
            created_at: before.as_ref().map_or(at, |film| film.created_at),
            updated_at: match &before {
                Some(film) if !is_changed => film.updated_at,
                Some(_) | None => at,
            },
        };
        let mut extras = self.extras_of(known);
        let asked_before = self
            .extras
            .get(&known.id)
            .and_then(|extras| extras.told.asked_at);
        extras.told.asked_at = asked_before.max(known.refreshed_at);
        self.extras.insert(known.id, extras);
        self.films.insert(film.id, film);
        Ok(())
    }

    /// Whether another film has one of its names or places.
    fn is_taken(&self, known: &KnownFilm) -> bool {
        let mut others = self.known_films().filter(|other| other.id != known.id);
        others.any(|other| {
            other.refs.iter().any(|name| known.refs.contains(name))
                || other.provenance.iter().any(|own| {
                    let mut told = known.provenance.iter();
                    told.any(|told| told.at == own.at)
                })
        })
    }

    fn content_of(&self, known: &KnownFilm) -> FilmContent {
        let genres = known.genres.iter().filter_map(|slug| {
            let mut genres = self.genres.iter();
            genres.find(|genre| slug_of(genre).as_ref() == Some(slug))
        });
        FilmContent {
            title: known.title.clone(),
            description: known.description.as_ref().map(|text| text.text.clone()),
            genres: genres.map(|genre| genre.id).collect(),
            country: known.countries.first().cloned(),
            release_year: known.year,
        }
    }

    fn extras_of(&mut self, known: &KnownFilm) -> FilmExtras {
        let mut credits = |role| {
            let people = known.people.iter().filter(|person| person.role == role);
            let credits: Vec<Credit> = people.map(|person| self.credit(person)).collect();
            credits
        };
        let (directors, cast) = (credits(CreditRole::Director), credits(CreditRole::Cast));
        let origin = known
            .description
            .as_ref()
            .and_then(|text| text.origin.as_ref());
        let mut extras = FilmExtras {
            runtime_minutes: known.runtime_minutes,
            countries: known
                .countries
                .iter()
                .map(|name| name.as_str().to_owned())
                .collect(),
            directors,
            cast,
            external_ids: known
                .refs
                .iter()
                .map(|name| (name.source().name().to_owned(), name.value().to_owned()))
                .collect(),
            attribution: origin.map(|origin| Attribution {
                source: origin.name.clone(),
                url: origin.url.clone(),
                licence: origin.terms.clone(),
            }),
            ..FilmExtras::default()
        };
        extras.told.film = Some(known.clone());
        extras
    }

    /// Somebody as they are credited; the same person wherever the same name, here or elsewhere, is.
    fn credit(&mut self, person: &KnownPerson) -> Credit {
        let known = self.names_of_people.iter();
        let mut known =
            known.filter(|(_, names)| names.iter().any(|name| person.refs.contains(name)));
        let of_name: PersonId = Id::named(Uuid::NAMESPACE_OID, person.name.as_str());
        let is_somebody_else = self.names_of_people.get(&of_name).is_some_and(|names| {
            let mut told = person.refs.iter();
            told.any(|told| {
                let mut own = names.iter();
                own.any(|own| own.source() == told.source() && own != told)
            })
        });
        let of_ref = person.refs.first().filter(|_| is_somebody_else);
        let new = of_ref.map_or(of_name, |name| {
            Id::named(
                Uuid::NAMESPACE_OID,
                &format!("{}:{}", name.source().name(), name.value()),
            )
        });
        let id = person
            .id
            .or_else(|| known.next().map(|(id, _)| *id))
            .unwrap_or(new);
        let names = self.names_of_people.entry(id).or_default();
        for name in &person.refs {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        Credit {
            person: id,
            name: person.name.as_str().to_owned(),
        }
    }
}

fn may_be(known: &KnownFilm, told: &SourcedFilm) -> bool {
    let keys = told.title_keys();
    known
        .provenance
        .iter()
        .any(|own| own.at.id() == told.at.id())
        || known.refs.iter().any(|name| told.refs.contains(name))
        || known.title_keys().iter().any(|key| keys.contains(key))
}

impl FilmExtras {
    /// What sources have told of the film, if any has.
    pub(super) fn told(&self) -> Option<&KnownFilm> {
        self.told.film.as_ref()
    }

    /// Somebody but a source has said something of the film.
    pub(super) fn take_over(&mut self) {
        if let Some(film) = &mut self.told.film {
            film.told_by = None;
        }
    }
}

/// Titles under which a film is known elsewhere.
pub(super) fn other_titles(told: &KnownFilm) -> Vec<String> {
    let titles = told.other_titles.iter().map(|said| &said.what);
    titles.map(ToString::to_string).collect()
}

/// What sources think of a film, and where they told it.
pub(super) fn ratings_and_sources(told: &KnownFilm) -> (Vec<RatingElsewhere>, Vec<ToldBy>) {
    let ratings = told.ratings.iter().map(|(source, rating)| RatingElsewhere {
        source: *source,
        rating: *rating,
    });
    let told_by = told.provenance.iter().map(|told| ToldBy {
        at: told.at.clone(),
        fetched_at: told.fetched_at,
    });
    (ratings.collect(), told_by.collect())
}

fn untold(film: &Film) -> KnownFilm {
    KnownFilm {
        id: film.id,
        told_by: None,
        title: film.content.title.clone(),
        original_title: None,
        other_titles: Vec::new(),
        kind: film.kind,
        year: None,
        description: None,
        genres: Vec::new(),
        countries: Vec::new(),
        runtime_minutes: None,
        people: Vec::new(),
        poster: None,
        ratings: Vec::new(),
        popularity: None,
        keywords: Vec::new(),
        refs: Vec::new(),
        provenance: Vec::new(),
        refreshed_at: None,
    }
}

fn countries(film: &Film, extras: &FilmExtras) -> Vec<CountryName> {
    let shown = super::catalogue::countries(film, Some(extras));
    let parsed = shown
        .iter()
        .filter_map(|name| CountryName::parse(name).ok());
    parsed.collect()
}

fn origin(attribution: &Attribution) -> TextOrigin {
    TextOrigin {
        name: attribution.source.clone(),
        url: attribution.url.clone(),
        terms: attribution.licence.clone(),
    }
}

fn name(source: &str, value: &str) -> Option<ExternalRef> {
    ExternalRef::new(source.parse().ok()?, value).ok()
}

fn tmdb_number(known: &KnownFilm) -> Option<TmdbId> {
    let mut names = known.refs.iter();
    let name = names.find(|name| name.source() == ExternalSource::Tmdb)?;
    name.value().parse().ok().map(TmdbId)
}

#[async_trait]
impl FilmImports for FakeUnitOfWork {
    async fn take_turn(&self) -> Result<(), StoreError> {
        // One unit of work is open at a time.
        self.with(|_| ())
    }

    async fn genres(&self) -> Result<HashSet<GenreSlug>, StoreError> {
        self.with(|stored| stored.genres.iter().filter_map(slug_of).collect())
    }

    async fn candidates(&self, told: &[SourcedFilm]) -> Result<Vec<KnownFilm>, StoreError> {
        self.with(|stored| {
            let is_likely = |known: &KnownFilm| told.iter().any(|told| may_be(known, told));
            stored.known_films().filter(is_likely).collect()
        })
    }

    async fn find(&self, films: &[FilmId]) -> Result<Vec<KnownFilm>, StoreError> {
        self.with(|stored| {
            let known = stored.known_films();
            known.filter(|film| films.contains(&film.id)).collect()
        })
    }

    async fn save(&self, films: &[ImportedFilm], at: DateTime<Utc>) -> Result<(), StoreError> {
        self.with(|stored| {
            let mut films = films.iter();
            films.try_for_each(|film| stored.save_imported(film, at))
        })?
    }

    async fn told_whole_since(
        &self,
        places: &[SourceRef],
        since: DateTime<Utc>,
    ) -> Result<HashSet<SourceRef>, StoreError> {
        self.with(|stored| {
            let provenance = stored.known_films().flat_map(|film| film.provenance);
            let whole = provenance.filter(|told| {
                told.depth == Depth::Full && told.fetched_at >= since && places.contains(&told.at)
            });
            whole.map(|told| told.at).collect()
        })
    }

    async fn note_asked(
        &self,
        film: FilmId,
        at: DateTime<Utc>,
        unless_since: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        self.with(|stored| {
            if stored.known_film(film).is_none() {
                return false;
            }
            let told = &mut stored.extras.entry(film).or_default().told;
            let is_due = told.asked_at.is_none_or(|asked| asked < unless_since);
            if is_due {
                told.asked_at = Some(at);
            }
            is_due
        })
    }

    async fn longest_unasked(&self, most: u32) -> Result<Vec<FilmId>, StoreError> {
        self.with(|stored| {
            let asked_at = |film: FilmId| stored.extras.get(&film).and_then(|it| it.told.asked_at);
            let can_be_asked =
                |film: &KnownFilm| !film.refs.is_empty() || !film.provenance.is_empty();
            let films = stored.known_films().filter(can_be_asked);
            let mut films: Vec<FilmId> = films.map(|film| film.id).collect();
            films.sort_by_key(|film| (asked_at(*film), *film));
            films.truncate(usize::try_from(most).unwrap_or(usize::MAX));
            films
        })
    }

    async fn page_reached(&self, import: &str) -> Result<Option<u32>, StoreError> {
        self.with(|stored| stored.pages_reached.get(import).copied())
    }

    async fn note_page(&self, import: &str, page: Option<u32>) -> Result<(), StoreError> {
        self.with(|stored| match page {
            Some(page) => {
                stored.pages_reached.insert(import.to_owned(), page);
            }
            None => {
                stored.pages_reached.remove(import);
            }
        })
    }
}
