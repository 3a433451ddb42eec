//! Kinopoisk by way of kinopoisk.dev, version 1.4 of its API.
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
    shared::clock::Clock,
};
use async_trait::async_trait;
use chrono::Days;
use domain::{
    catalogue::{
        CreditRole, Depth, ExternalRef, ExternalSource, SourceName, SourceRating, SourceRef,
        SourcedFilm, SourcedPerson,
    },
    shared::Language,
};
use secrecy::SecretString;
use std::{num::NonZeroU32, sync::Arc};

const PER_SECOND: NonZeroU32 = NonZeroU32::new(5).unwrap();
const PER_DAY: u32 = 200;
const FILMS: &str = "/v1.4/movie";
const AT_ONCE: &str = "50";
const JAPAN: &str = "Япония";
const ANIME: &str = "аниме";
const CARTOON: &str = "мультфильм";

/// Asks kinopoisk.dev.
pub(in crate::sources) struct KinopoiskDev {
    gate: Gate,
    clock: Arc<dyn Clock>,
}

impl KinopoiskDev {
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
        let source = SourceName::KinopoiskDev;
        Ok(Self {
            gate: Gate::new(source, endpoint, key, limits, Arc::clone(&clock))?,
            clock,
        })
    }

    async fn page(
        &self,
        query: &[(&str, &str)],
        page: u32,
        deadline: Deadline,
    ) -> Result<SourcePage, SourceError> {
        let page = page.to_string();
        let mut query = query.to_vec();
        query.extend([("page", page.as_str()), ("limit", AT_ONCE)]);
        let answer = self.gate.get(FILMS, &query, deadline).await?;
        let Some(answer) = answer else {
            return Ok(SourcePage::default());
        };
        let node = Node::root(&answer);
        let brief = |node| film(node, Depth::Brief);
        Ok(SourcePage {
            films: node.list("docs")?.filter_map(brief).collect(),
            places: Vec::new(),
            pages: node.at("pages").count().unwrap_or(1),
        })
    }

    async fn changed(&self, page: u32, deadline: Deadline) -> Result<SourcePage, SourceError> {
        let today = self.clock.now().with_timezone(&moscow()).date_naive();
        let yesterday = today.checked_sub_days(Days::new(1)).unwrap_or(today);
        let since = format!(
            "{}-{}",
            yesterday.format("%d.%m.%Y"),
            today.format("%d.%m.%Y")
        );
        let page = page.to_string();
        let query = [
            ("updatedAt", since.as_str()),
            ("selectFields", "id"),
            ("page", page.as_str()),
            ("limit", "250"),
        ];
        let answer = self.gate.get(FILMS, &query, deadline).await?;
        let Some(answer) = answer else {
            return Ok(SourcePage::default());
        };
        let node = Node::root(&answer);
        Ok(SourcePage {
            films: Vec::new(),
            places: node.list("docs")?.filter_map(place).collect(),
            pages: node.at("pages").count().unwrap_or(1),
        })
    }
}

#[async_trait]
impl Adapter for KinopoiskDev {
    fn gate(&self) -> &Gate {
        &self.gate
    }

    async fn search(
        &self,
        title: &str,
        _: Language,
        deadline: Deadline,
    ) -> Result<Vec<SourcedFilm>, SourceError> {
        let query = [("query", title), ("page", "1"), ("limit", "20")];
        let answer = self
            .gate
            .get("/v1.4/movie/search", &query, deadline)
            .await?;
        let Some(answer) = answer else {
            return Ok(Vec::new());
        };
        let brief = |node| film(node, Depth::Brief);
        Ok(Node::root(&answer)
            .list("docs")?
            .filter_map(brief)
            .collect())
    }

    async fn film(
        &self,
        at: &SourceRef,
        deadline: Deadline,
    ) -> Result<Option<SourcedFilm>, SourceError> {
        let path = format!("{FILMS}/{}", at.id());
        let Some(answer) = self.gate.get(&path, &[], deadline).await? else {
            return Ok(None);
        };
        let film = film(Node::root(&answer), Depth::Full);
        film.map(Some)
            .ok_or_else(|| malformed("it describes no film"))
    }

    async fn find(
        &self,
        film: &ExternalRef,
        deadline: Deadline,
    ) -> Result<Option<SourcedFilm>, SourceError> {
        let field = match film.source() {
            ExternalSource::Kinopoisk => {
                return match SourceRef::of_external(SourceName::KinopoiskDev, film) {
                    Some(at) => self.film(&at, deadline).await,
                    None => Ok(None),
                };
            }
            ExternalSource::Imdb => "externalId.imdb",
            ExternalSource::Tmdb => "externalId.tmdb",
            ExternalSource::Wikidata => return Ok(None),
        };
        let mut query = vec![(field, film.value()), ("page", "1"), ("limit", "1")];
        if film.source() == ExternalSource::Tmdb {
            // A series may have the number of a film.
            query.push(("isSeries", "false"));
        }
        let Some(answer) = self.gate.get(FILMS, &query, deadline).await? else {
            return Ok(None);
        };
        let at = Node::root(&answer).list("docs")?.find_map(place);
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
        match list {
            SourceList::Popular => {
                let query = [("sortField", "votes.kp"), ("sortType", "-1")];
                self.page(&query, page, deadline).await
            }
            SourceList::New => {
                let today = self.clock.now().with_timezone(&moscow());
                let until = format!("01.01.1900-{}", today.format("%d.%m.%Y"));
                let query = [
                    ("sortField", "premiere.world"),
                    ("sortType", "-1"),
                    ("premiere.world", until.as_str()),
                    ("notNullFields", "name"),
                ];
                self.page(&query, page, deadline).await
            }
            SourceList::Trending => {
                let query = [("lists", "popular-films")];
                self.page(&query, page, deadline).await
            }
            SourceList::Changed => self.changed(page, deadline).await,
        }
    }

    async fn similar(
        &self,
        at: &SourceRef,
        deadline: Deadline,
    ) -> Result<Vec<SourcedFilm>, SourceError> {
        let path = format!("{FILMS}/{}", at.id());
        let Some(answer) = self.gate.get(&path, &[], deadline).await? else {
            return Ok(Vec::new());
        };
        let similar = Node::root(&answer).at("similarMovies").items();
        Ok(similar
            .filter_map(|node| film(node, Depth::Brief))
            .collect())
    }

    async fn random(&self, deadline: Deadline) -> Result<Option<SourcedFilm>, SourceError> {
        let query = [("notNullFields", "name")];
        let answer = self
            .gate
            .get("/v1.4/movie/random", &query, deadline)
            .await?;
        Ok(answer.and_then(|answer| film(Node::root(&answer), Depth::Full)))
    }

    async fn genres(&self, deadline: Deadline) -> Result<Vec<SourcedGenre>, SourceError> {
        const VALUES: &str = "/v1/movie/possible-values-by-field";
        let query = [("field", "genres.name")];
        let Some(answer) = self.gate.get(VALUES, &query, deadline).await? else {
            return Ok(Vec::new());
        };
        let names = Node::root(&answer).items();
        // It numbers nothing, so the place in the list is the number.
        let genres = names.zip(1..).filter_map(|(genre, number)| {
            let name = genre.at("name").text()?;
            Some(SourcedGenre {
                number,
                slug: vocabulary::kinopoisk_genre(name),
                name: name.to_owned(),
            })
        });
        Ok(genres.collect())
    }
}

fn place(film: Node<'_>) -> Option<SourceRef> {
    let number = film.at("id").whole()?;
    SourceRef::new(SourceName::KinopoiskDev, &number.to_string()).ok()
}

/// A film as it stands in a list or alone; nothing without a number and a title.
fn film(film: Node<'_>, depth: Depth) -> Option<SourcedFilm> {
    let at = place(film)?;
    let others = film.at("names").items();
    let titles = reading::titles(
        [film.at("name").title(), film.at("enName").title()],
        film.at("alternativeName").title(),
        others.filter_map(|name| name.at("name").title()),
    )?;
    let genres: Vec<&str> = names(film, "genres").collect();
    let countries: Vec<&str> = names(film, "countries").collect();
    let said = film.at("type").text();
    let is_anime = said == Some("anime") || genres.contains(&ANIME);
    let is_animation = is_anime
        || matches!(said, Some("cartoon" | "animated-series"))
        || genres.contains(&CARTOON);
    let is_series =
        film.at("isSeries").is_true() || matches!(said, Some("tv-series" | "animated-series"));
    let slugs = genres
        .iter()
        .filter_map(|name| vocabulary::kinopoisk_genre(name));
    let ids = film.at("externalId");
    // TMDB counts series apart from films.
    let tmdb = ids.at("tmdb").reference(ExternalSource::Tmdb);
    let rating = film.at("rating").at("kp").number();
    let votes = film.at("votes").at("kp").count().unwrap_or(0);
    let description = film.at("description").description();
    Some(SourcedFilm {
        refs: reading::references([
            at.external_ref(),
            ids.at("imdb").reference(ExternalSource::Imdb),
            tmdb.filter(|_| !is_series),
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
        description: description.or_else(|| film.at("shortDescription").description()),
        genres: reading::genres(slugs),
        countries: reading::countries(countries.into_iter()),
        runtime_minutes: film
            .at("movieLength")
            .minutes()
            .or_else(|| film.at("seriesLength").minutes()),
        people: people(film),
        poster: film.at("poster").at("url").poster(),
        rating: rating.and_then(|mean| SourceRating::new(mean, votes)),
        popularity: None,
        keywords: Vec::new(),
        depth,
    })
}

fn names<'a>(film: Node<'a>, list: &str) -> impl Iterator<Item = &'a str> + use<'a> {
    film.at(list)
        .items()
        .filter_map(|item| item.at("name").text())
}

fn people(film: Node<'_>) -> Vec<SourcedPerson> {
    let mut people = People::default();
    for person in film.at("persons").items() {
        let role = match person.at("enProfession").text() {
            Some("director") => CreditRole::Director,
            Some("actor") => CreditRole::Cast,
            Some(_) | None => continue,
        };
        let names = [
            person.at("name").person_name(),
            person.at("enName").person_name(),
        ];
        let number = person.at("id").reference(ExternalSource::Kinopoisk);
        people.add(role, names, number);
    }
    people.into_vec()
}
