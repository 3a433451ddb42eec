//! Kinopoisk by way of kinopoiskapiunofficial.tech.
use super::{
    Adapter, moscow,
    reading::{self, Node, People, malformed},
    vocabulary,
};
use crate::sources::{
    gate::{Deadline, Gate, Limits},
    http::{Endpoint, InvalidEndpoint, Key},
    quota::Daily,
};
use application::{
    catalogue::sources::{SourceError, SourceList, SourcePage, SourcedGenre},
    shared::{clock::Clock, failure::logged},
};
use async_trait::async_trait;
use chrono::Datelike;
use domain::{
    catalogue::{
        CreditRole, Depth, ExternalRef, ExternalSource, SourceName, SourceRating, SourceRef,
        SourcedFilm, SourcedPerson,
    },
    shared::Language,
};
use secrecy::SecretString;
use serde_json::Value;
use std::{num::NonZeroU32, sync::Arc};

const PER_SECOND: NonZeroU32 = NonZeroU32::new(20).unwrap();
const PER_DAY: u32 = 500;
const JAPAN: &str = "Япония";
const ANIME: &str = "аниме";
const CARTOON: &str = "мультфильм";

/// Asks Kinopoisk Unofficial.
pub(in crate::sources) struct KinopoiskUnofficial {
    gate: Gate,
    clock: Arc<dyn Clock>,
}

impl KinopoiskUnofficial {
    pub(in crate::sources) fn new(
        endpoint: &Endpoint,
        key: SecretString,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, InvalidEndpoint> {
        let limits = Limits {
            per_second: PER_SECOND,
            daily: Some(Daily {
                limit: PER_DAY,
                zone: moscow(),
            }),
        };
        let key = Key::Header("x-api-key", key);
        let source = SourceName::KinopoiskUnofficial;
        Ok(Self {
            gate: Gate::new(source, endpoint, key, limits, Arc::clone(&clock))?,
            clock,
        })
    }

    /// Who made the film; nothing when that cannot be read, because the film is worth having alone.
    async fn staff(&self, at: &SourceRef, deadline: Deadline) -> Option<Vec<SourcedPerson>> {
        let query = [("filmId", at.id())];
        match self.gate.get("/api/v1/staff", &query, deadline).await {
            Ok(Some(answer)) => Some(people(Node::root(&answer))),
            Ok(None) => Some(Vec::new()),
            Err(failure) => {
                tracing::debug!(
                    error = logged(&failure),
                    "the people of a film are not told"
                );
                None
            }
        }
    }

    async fn page(
        &self,
        path: &str,
        query: &[(&str, &str)],
        page: u32,
        deadline: Deadline,
    ) -> Result<SourcePage, SourceError> {
        let page = page.to_string();
        let mut query = query.to_vec();
        query.push(("page", &page));
        let answer = self.gate.get(path, &query, deadline).await?;
        let Some(answer) = answer else {
            return Ok(SourcePage::default());
        };
        let node = Node::root(&answer);
        Ok(SourcePage {
            films: node.list("items")?.filter_map(film).collect(),
            places: Vec::new(),
            pages: node.at("totalPages").count().unwrap_or(1),
        })
    }
}

#[async_trait]
impl Adapter for KinopoiskUnofficial {
    fn gate(&self) -> &Gate {
        &self.gate
    }

    async fn search(
        &self,
        title: &str,
        _: Language,
        deadline: Deadline,
    ) -> Result<Vec<SourcedFilm>, SourceError> {
        const SEARCH: &str = "/api/v2.1/films/search-by-keyword";
        let query = [("keyword", title), ("page", "1")];
        let Some(answer) = self.gate.get(SEARCH, &query, deadline).await? else {
            return Ok(Vec::new());
        };
        Ok(Node::root(&answer)
            .list("films")?
            .filter_map(film)
            .collect())
    }

    async fn film(
        &self,
        at: &SourceRef,
        deadline: Deadline,
    ) -> Result<Option<SourcedFilm>, SourceError> {
        let path = format!("/api/v2.2/films/{}", at.id());
        let Some(answer) = self.gate.get(&path, &[], deadline).await? else {
            return Ok(None);
        };
        let Some(mut film) = film(Node::root(&answer)) else {
            return Err(malformed("it describes no film"));
        };
        if let Some(people) = self.staff(at, deadline).await {
            film.people = people;
            film.depth = Depth::Full;
        }
        Ok(Some(film))
    }

    async fn find(
        &self,
        film: &ExternalRef,
        deadline: Deadline,
    ) -> Result<Option<SourcedFilm>, SourceError> {
        let at = match film.source() {
            ExternalSource::Kinopoisk => {
                SourceRef::of_external(SourceName::KinopoiskUnofficial, film)
            }
            ExternalSource::Imdb => {
                let query = [("imdbId", film.value())];
                let answer = self.gate.get("/api/v2.2/films", &query, deadline).await?;
                first_place(answer.as_ref())?
            }
            ExternalSource::Tmdb | ExternalSource::Wikidata => None,
        };
        match at {
            Some(at) => self.film(&at, deadline).await,
            None => Ok(None),
        }
    }

    async fn list(
        &self,
        list: SourceList,
        page: u32,
        deadline: Deadline,
    ) -> Result<SourcePage, SourceError> {
        const FILMS: &str = "/api/v2.2/films";
        match list {
            SourceList::Popular => {
                let query = [("order", "NUM_VOTE"), ("type", "ALL")];
                self.page(FILMS, &query, page, deadline).await
            }
            SourceList::New => {
                let year = self.clock.now().year().to_string();
                let query = [
                    ("order", "YEAR"),
                    ("type", "ALL"),
                    ("yearTo", year.as_str()),
                ];
                self.page(FILMS, &query, page, deadline).await
            }
            SourceList::Trending => {
                let query = [("type", "TOP_POPULAR_ALL")];
                let path = "/api/v2.2/films/collections";
                self.page(path, &query, page, deadline).await
            }
            SourceList::Changed => Ok(SourcePage::default()),
        }
    }

    async fn similar(
        &self,
        at: &SourceRef,
        deadline: Deadline,
    ) -> Result<Vec<SourcedFilm>, SourceError> {
        let path = format!("/api/v2.2/films/{}/similars", at.id());
        let Some(answer) = self.gate.get(&path, &[], deadline).await? else {
            return Ok(Vec::new());
        };
        Ok(Node::root(&answer)
            .list("items")?
            .filter_map(film)
            .collect())
    }

    async fn random(&self, _: Deadline) -> Result<Option<SourcedFilm>, SourceError> {
        Ok(None)
    }

    async fn genres(&self, deadline: Deadline) -> Result<Vec<SourcedGenre>, SourceError> {
        let answer = self
            .gate
            .get("/api/v2.2/films/filters", &[], deadline)
            .await?;
        let Some(answer) = answer else {
            return Ok(Vec::new());
        };
        let genres = Node::root(&answer).list("genres")?.filter_map(|genre| {
            let name = genre.at("genre").text()?;
            Some(SourcedGenre {
                number: genre.at("id").count()?,
                slug: vocabulary::kinopoisk_genre(name),
                name: name.to_owned(),
            })
        });
        Ok(genres.collect())
    }
}

fn first_place(answer: Option<&Value>) -> Result<Option<SourceRef>, SourceError> {
    match answer {
        Some(answer) => Ok(Node::root(answer).list("items")?.find_map(place)),
        None => Ok(None),
    }
}

/// Its searches and lists call the number of a film differently.
fn place(film: Node<'_>) -> Option<SourceRef> {
    let number = film.at("kinopoiskId").whole();
    let number = number.or_else(|| film.at("filmId").whole())?;
    SourceRef::new(SourceName::KinopoiskUnofficial, &number.to_string()).ok()
}

/// A film as it stands in a list or alone; nothing without a number and a title.
fn film(film: Node<'_>) -> Option<SourcedFilm> {
    let at = place(film)?;
    let titles = reading::titles(
        [film.at("nameRu").title(), film.at("nameEn").title()],
        film.at("nameOriginal").title(),
        [],
    )?;
    let genres: Vec<&str> = names(film, "genres", "genre").collect();
    let countries: Vec<&str> = names(film, "countries", "country").collect();
    let is_anime = genres.contains(&ANIME);
    let is_animation = is_anime || genres.contains(&CARTOON);
    let is_series = film.at("serial").is_true()
        || matches!(
            film.at("type").text(),
            Some("TV_SERIES" | "MINI_SERIES" | "TV_SHOW")
        );
    let slugs = genres
        .iter()
        .filter_map(|name| vocabulary::kinopoisk_genre(name));
    let short = film.at("shortFilm").is_true();
    let short = short
        .then(|| vocabulary::kinopoisk_genre("короткометражка"))
        .flatten();
    Some(SourcedFilm {
        refs: reading::references([
            at.external_ref(),
            film.at("imdbId").reference(ExternalSource::Imdb),
        ]),
        at,
        title: titles.title,
        original_title: titles.original,
        other_titles: titles.others,
        kind: reading::kind(
            is_series,
            is_animation,
            is_anime || countries.contains(&JAPAN),
        ),
        year: film.at("year").year(),
        description: film.at("description").description(),
        genres: reading::genres(slugs.chain(short)),
        countries: reading::countries(countries.into_iter()),
        runtime_minutes: film.at("filmLength").minutes(),
        people: Vec::new(),
        poster: film.at("posterUrl").poster(),
        rating: rating(film),
        popularity: None,
        keywords: Vec::new(),
        depth: Depth::Brief,
    })
}

fn names<'a>(
    film: Node<'a>,
    list: &str,
    name: &'static str,
) -> impl Iterator<Item = &'a str> + use<'a> {
    film.at(list)
        .items()
        .filter_map(move |item| item.at(name).text())
}

/// Searches and details call the rating differently; where the votes are not told, there is none.
fn rating(film: Node<'_>) -> Option<SourceRating> {
    let mean = film.at("ratingKinopoisk").number();
    let mean = mean.or_else(|| film.at("rating").number())?;
    let votes = film.at("ratingKinopoiskVoteCount").count();
    let votes = votes.or_else(|| film.at("ratingVoteCount").count())?;
    SourceRating::new(mean, votes)
}

fn people(staff: Node<'_>) -> Vec<SourcedPerson> {
    let mut people = People::default();
    for person in staff.items() {
        let role = match person.at("professionKey").text() {
            Some("DIRECTOR") => CreditRole::Director,
            Some("ACTOR") => CreditRole::Cast,
            Some(_) | None => continue,
        };
        let names = [
            person.at("nameRu").person_name(),
            person.at("nameEn").person_name(),
        ];
        let number = person.at("staffId").reference(ExternalSource::Kinopoisk);
        people.add(role, names, number);
    }
    people.into_vec()
}
