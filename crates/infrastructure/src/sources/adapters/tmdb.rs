//! The Movie Database, version 3 of its API.
use super::{
    Adapter,
    reading::{self, Node, People, malformed},
    vocabulary,
};
use crate::sources::{
    gate::{Deadline, Gate, Limits},
    http::{Endpoint, InvalidEndpoint, Key},
};
use application::{
    catalogue::sources::{SourceError, SourceList, SourcePage, SourcedGenre},
    shared::clock::Clock,
};
use async_trait::async_trait;
use domain::{
    catalogue::{
        CreditRole, Depth, ExternalRef, ExternalSource, FilmTitle, SourceName, SourceRating,
        SourceRef, SourcedFilm, SourcedPerson,
    },
    shared::Language,
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use std::{num::NonZeroU32, sync::Arc};

const PER_SECOND: NonZeroU32 = NonZeroU32::new(40).unwrap();
/// TMDB tells no more of a list, however long it is.
const MOST_PAGES: u32 = 500;
/// With fewer votes a new film is most often a mistake or an advertisement.
const LEAST_VOTES: &str = "5";
const JAPAN: &str = "JP";
const JAPANESE: &str = "ja";
const ANIMATION: &str = "animation";

/// Films and series are two worlds at TMDB.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Branch {
    Films,
    Series,
}

impl Branch {
    const BOTH: [Self; 2] = [Self::Films, Self::Series];

    const fn name(self) -> &'static str {
        match self {
            Self::Films => "movie",
            Self::Series => "tv",
        }
    }

    fn of(name: &str) -> Option<Self> {
        Self::BOTH.into_iter().find(|branch| branch.name() == name)
    }

    fn of_place(at: &SourceRef) -> Option<Self> {
        Self::of(at.id().split_once('/')?.0)
    }
}

/// Asks TMDB.
pub(in crate::sources) struct Tmdb {
    gate: Gate,
    language: Language,
    clock: Arc<dyn Clock>,
}

impl Tmdb {
    /// A key of version 3 goes into the address, a token of version 4 into a header.
    pub(in crate::sources) fn new(
        endpoint: &Endpoint,
        key: &SecretString,
        language: Language,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, InvalidEndpoint> {
        let text = key.expose_secret();
        // Tokens are JSON Web Tokens, of three parts; keys are hexadecimal.
        let key = if text.contains('.') {
            Key::Header("authorization", format!("Bearer {text}").into())
        } else {
            Key::Parameter("api_key", key.clone())
        };
        let limits = Limits {
            per_second: PER_SECOND,
            daily: None,
        };
        Ok(Self {
            gate: Gate::new(SourceName::Tmdb, endpoint, key, limits, Arc::clone(&clock))?,
            language,
            clock,
        })
    }

    async fn details(
        &self,
        at: &SourceRef,
        deadline: Deadline,
    ) -> Result<Option<SourcedFilm>, SourceError> {
        const PARTS: &str = "credits,external_ids,keywords,translations";
        let Some(branch) = Branch::of_place(at) else {
            return Ok(None);
        };
        let path = format!("/3/{}", at.id());
        let query = [
            ("language", locale(self.language)),
            ("append_to_response", PARTS),
        ];
        let Some(answer) = self.gate.get(&path, &query, deadline).await? else {
            return Ok(None);
        };
        let film = full(Node::root(&answer), branch, self.language);
        film.map(Some)
            .ok_or_else(|| malformed("it describes no film"))
    }

    /// Asks both worlds for the same page of a list.
    async fn both(
        &self,
        path: impl Fn(Branch) -> String,
        query: impl Fn(Branch) -> Vec<(&'static str, String)>,
        page: u32,
        deadline: Deadline,
    ) -> Result<[Option<Value>; 2], SourceError> {
        let ask = async |branch| {
            let mut query = query(branch);
            query.push(("language", locale(self.language).to_owned()));
            query.push(("page", page.to_string()));
            let query: Vec<(&str, &str)> = query
                .iter()
                .map(|(name, value)| (*name, value.as_str()))
                .collect();
            self.gate.get(&path(branch), &query, deadline).await
        };
        let films = ask(Branch::Films).await?;
        Ok([films, ask(Branch::Series).await?])
    }

    async fn page_of_both(
        &self,
        path: impl Fn(Branch) -> String,
        query: impl Fn(Branch) -> Vec<(&'static str, String)>,
        page: u32,
        deadline: Deadline,
    ) -> Result<SourcePage, SourceError> {
        let answers = self.both(path, query, page, deadline).await?;
        let mut joined = SourcePage::default();
        for (answer, branch) in answers.iter().zip(Branch::BOTH) {
            let Some(answer) = answer else { continue };
            let node = Node::root(answer);
            joined.films.extend(briefs(node, Some(branch))?);
            joined.pages = joined.pages.max(pages(node));
        }
        Ok(joined)
    }

    async fn trending(&self, page: u32, deadline: Deadline) -> Result<SourcePage, SourceError> {
        let page = page.to_string();
        let query = [("language", locale(self.language)), ("page", page.as_str())];
        let answer = self
            .gate
            .get("/3/trending/all/week", &query, deadline)
            .await?;
        let Some(answer) = answer else {
            return Ok(SourcePage::default());
        };
        let node = Node::root(&answer);
        Ok(SourcePage {
            films: briefs(node, None)?.collect(),
            places: Vec::new(),
            pages: pages(node),
        })
    }

    async fn changed(&self, page: u32, deadline: Deadline) -> Result<SourcePage, SourceError> {
        let path = |branch: Branch| format!("/3/{}/changes", branch.name());
        let answers = self.both(path, |_| Vec::new(), page, deadline).await?;
        let mut joined = SourcePage::default();
        for (answer, branch) in answers.iter().zip(Branch::BOTH) {
            let Some(answer) = answer else { continue };
            let node = Node::root(answer);
            let fit = node
                .list("results")?
                .filter(|film| !film.at("adult").is_true());
            joined
                .places
                .extend(fit.filter_map(|film| place(film, branch)));
            joined.pages = joined.pages.max(pages(node));
        }
        Ok(joined)
    }

    async fn new_releases(&self, page: u32, deadline: Deadline) -> Result<SourcePage, SourceError> {
        let today = self.clock.now().date_naive().to_string();
        let query = |branch: Branch| {
            let (order, until) = match branch {
                Branch::Films => ("primary_release_date.desc", "primary_release_date.lte"),
                Branch::Series => ("first_air_date.desc", "first_air_date.lte"),
            };
            vec![
                ("sort_by", order.to_owned()),
                (until, today.clone()),
                ("vote_count.gte", LEAST_VOTES.to_owned()),
                ("include_adult", "false".to_owned()),
            ]
        };
        let path = |branch: Branch| format!("/3/discover/{}", branch.name());
        self.page_of_both(path, query, page, deadline).await
    }
}

#[async_trait]
impl Adapter for Tmdb {
    fn gate(&self) -> &Gate {
        &self.gate
    }

    async fn search(
        &self,
        title: &str,
        language: Language,
        deadline: Deadline,
    ) -> Result<Vec<SourcedFilm>, SourceError> {
        let query = [
            ("query", title),
            ("language", locale(language)),
            ("include_adult", "false"),
            ("page", "1"),
        ];
        let answer = self.gate.get("/3/search/multi", &query, deadline).await?;
        let Some(answer) = answer else {
            return Ok(Vec::new());
        };
        Ok(briefs(Node::root(&answer), None)?.collect())
    }

    async fn film(
        &self,
        at: &SourceRef,
        deadline: Deadline,
    ) -> Result<Option<SourcedFilm>, SourceError> {
        self.details(at, deadline).await
    }

    async fn find(
        &self,
        film: &ExternalRef,
        deadline: Deadline,
    ) -> Result<Option<SourcedFilm>, SourceError> {
        let kind = match film.source() {
            ExternalSource::Tmdb => {
                return match SourceRef::of_external(SourceName::Tmdb, film) {
                    Some(at) => self.details(&at, deadline).await,
                    None => Ok(None),
                };
            }
            ExternalSource::Imdb => "imdb_id",
            ExternalSource::Wikidata => "wikidata_id",
            ExternalSource::Kinopoisk => return Ok(None),
        };
        let path = format!("/3/find/{}", film.value());
        let query = [("external_source", kind)];
        let Some(answer) = self.gate.get(&path, &query, deadline).await? else {
            return Ok(None);
        };
        let node = Node::root(&answer);
        let films = node.list("movie_results")?;
        let films = films.filter_map(|film| place(film, Branch::Films));
        let series = node.at("tv_results").items();
        let series = series.filter_map(|film| place(film, Branch::Series));
        let first = films.chain(series).next();
        match first {
            Some(at) => self.details(&at, deadline).await,
            None => Ok(None),
        }
    }

    async fn list(
        &self,
        list: SourceList,
        page: u32,
        deadline: Deadline,
    ) -> Result<SourcePage, SourceError> {
        if !(1..=MOST_PAGES).contains(&page) {
            return Ok(SourcePage::default());
        }
        match list {
            SourceList::Popular => {
                let path = |branch: Branch| format!("/3/{}/popular", branch.name());
                self.page_of_both(path, |_| Vec::new(), page, deadline)
                    .await
            }
            SourceList::New => self.new_releases(page, deadline).await,
            SourceList::Trending => self.trending(page, deadline).await,
            SourceList::Changed => self.changed(page, deadline).await,
        }
    }

    async fn similar(
        &self,
        at: &SourceRef,
        deadline: Deadline,
    ) -> Result<Vec<SourcedFilm>, SourceError> {
        let Some(branch) = Branch::of_place(at) else {
            return Ok(Vec::new());
        };
        let path = format!("/3/{}/similar", at.id());
        let query = [("language", locale(self.language))];
        let answer = self.gate.get(&path, &query, deadline).await?;
        let Some(answer) = answer else {
            return Ok(Vec::new());
        };
        Ok(briefs(Node::root(&answer), Some(branch))?.collect())
    }

    async fn random(&self, _: Deadline) -> Result<Option<SourcedFilm>, SourceError> {
        Ok(None)
    }

    async fn genres(&self, deadline: Deadline) -> Result<Vec<SourcedGenre>, SourceError> {
        let path = |branch: Branch| format!("/3/genre/{}/list", branch.name());
        let answers = self.both(path, |_| Vec::new(), 1, deadline).await?;
        let mut genres: Vec<SourcedGenre> = Vec::new();
        for answer in answers.iter().flatten() {
            for genre in Node::root(answer).list("genres")? {
                let (Some(number), Some(name)) = (genre.at("id").count(), genre.at("name").text())
                else {
                    continue;
                };
                if genres.iter().all(|known| known.number != number) {
                    genres.push(SourcedGenre {
                        number,
                        name: name.to_owned(),
                        slug: vocabulary::tmdb_genre(number).next(),
                    });
                }
            }
        }
        Ok(genres)
    }
}

fn locale(language: Language) -> &'static str {
    match language {
        Language::Russian => "ru-RU",
        Language::English => "en-US",
    }
}

fn pages(answer: Node<'_>) -> u32 {
    answer
        .at("total_pages")
        .count()
        .unwrap_or(1)
        .min(MOST_PAGES)
}

fn place(film: Node<'_>, branch: Branch) -> Option<SourceRef> {
    let number = film.at("id").whole()?;
    SourceRef::new(SourceName::Tmdb, &format!("{}/{number}", branch.name())).ok()
}

/// The films of a list; people, and what cannot be understood, are left out.
fn briefs(
    answer: Node<'_>,
    branch: Option<Branch>,
) -> Result<impl Iterator<Item = SourcedFilm> + '_, SourceError> {
    let results = answer.list("results")?;
    let fit = results.filter(|film| !film.at("adult").is_true());
    Ok(fit.filter_map(move |film| {
        let said = film.at("media_type").text().and_then(Branch::of);
        let numbers = film.at("genre_ids").items().filter_map(Node::count);
        let genres = numbers.flat_map(vocabulary::tmdb_genre);
        basics(film, branch.or(said)?, reading::genres(genres))
    }))
}

/// What lists and details have in common; nothing without a place and a title.
fn basics(
    film: Node<'_>,
    branch: Branch,
    genres: Vec<domain::catalogue::GenreSlug>,
) -> Option<SourcedFilm> {
    let at = place(film, branch)?;
    let (title, original, date) = match branch {
        Branch::Films => ("title", "original_title", "release_date"),
        Branch::Series => ("name", "original_name", "first_air_date"),
    };
    let titles = reading::titles(
        [film.at(title).title()],
        film.at(original).title(),
        std::iter::empty::<FilmTitle>(),
    )?;
    let is_japanese = film.at("original_language").text() == Some(JAPANESE)
        || film
            .at("origin_country")
            .items()
            .any(|code| code.text() == Some(JAPAN));
    let is_animation = genres.iter().any(|genre| genre.as_str() == ANIMATION);
    let rating = film.at("vote_average").number();
    Some(SourcedFilm {
        refs: at.external_ref().into_iter().collect(),
        at,
        title: titles.title,
        original_title: titles.original,
        other_titles: titles.others,
        kind: reading::kind(branch == Branch::Series, is_animation, is_japanese),
        year: film.at(date).year(),
        description: film.at("overview").description(),
        genres,
        countries: Vec::new(),
        runtime_minutes: None,
        people: Vec::new(),
        poster: film.at("poster_path").text().and_then(poster),
        rating: rating
            .and_then(|mean| SourceRating::new(mean, film.at("vote_count").count().unwrap_or(0))),
        popularity: film
            .at("popularity")
            .number()
            .filter(|number| *number >= 0.0),
        keywords: Vec::new(),
        depth: Depth::Brief,
    })
}

fn poster(path: &str) -> Option<domain::catalogue::PosterUrl> {
    let name = path.strip_prefix('/')?;
    reading::poster(&format!("https://image.tmdb.org/t/p/original/{name}"))
}

/// Everything that is told of a film.
fn full(film: Node<'_>, branch: Branch, language: Language) -> Option<SourcedFilm> {
    let numbers = film
        .at("genres")
        .items()
        .filter_map(|genre| genre.at("id").count());
    let genres = reading::genres(numbers.flat_map(vocabulary::tmdb_genre));
    let basics = basics(film, branch, genres)?;
    let ids = film.at("external_ids");
    let own = basics.refs.iter().cloned().map(Some);
    let refs = reading::references(own.chain([
        ids.at("imdb_id").reference(ExternalSource::Imdb),
        film.at("imdb_id").reference(ExternalSource::Imdb),
        ids.at("wikidata_id").reference(ExternalSource::Wikidata),
    ]));
    let others = other_titles(film, branch);
    let titles = reading::titles([Some(basics.title)], basics.original_title, others)?;
    let runtime = match branch {
        Branch::Films => film.at("runtime").minutes(),
        Branch::Series => film.at("episode_run_time").items().find_map(Node::minutes),
    };
    let countries = film
        .at("production_countries")
        .items()
        .filter_map(|country| country.at("name").text());
    // Films and series name the list of keywords differently.
    let keywords = film.at("keywords");
    let words = keywords.at("keywords").items();
    let words = words.chain(keywords.at("results").items());
    Some(SourcedFilm {
        refs,
        title: titles.title,
        original_title: titles.original,
        other_titles: titles.others,
        description: basics
            .description
            .or_else(|| translated_description(film, language)),
        countries: reading::countries(countries),
        runtime_minutes: runtime,
        people: people(film, branch),
        keywords: reading::keywords(words.filter_map(|word| word.at("name").text())),
        depth: Depth::Full,
        ..basics
    })
}

/// Titles in the languages that are spoken here, and in that of the film.
fn other_titles(film: Node<'_>, branch: Branch) -> Vec<FilmTitle> {
    let name = match branch {
        Branch::Films => "title",
        Branch::Series => "name",
    };
    let original = film.at("original_language").text();
    translations(film)
        .filter(|translation| {
            let code = translation.at("iso_639_1").text();
            let is_ours = Language::ALL.iter().any(|ours| code == Some(ours.code()));
            is_ours || (code.is_some() && code == original)
        })
        .filter_map(|translation| translation.at("data").at(name).title())
        .collect()
}

/// A description in another of our languages, where there is none in the one asked for.
fn translated_description(
    film: Node<'_>,
    asked: Language,
) -> Option<domain::catalogue::SourcedText> {
    let mut others = Language::ALL.into_iter().filter(|other| *other != asked);
    others.find_map(|other| {
        let is_other =
            |translation: &Node<'_>| translation.at("iso_639_1").text() == Some(other.code());
        translations(film)
            .filter(is_other)
            .find_map(|translation| translation.at("data").at("overview").description())
    })
}

fn translations(film: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    film.at("translations").at("translations").items()
}

/// Directors, or the makers of a series, and those who play in it, the most important first.
fn people(film: Node<'_>, branch: Branch) -> Vec<SourcedPerson> {
    let mut people = People::default();
    let mut add = |role, person: Node<'_>| {
        let names = [
            person.at("name").person_name(),
            person.at("original_name").person_name(),
        ];
        people.add(role, names, person.at("id").reference(ExternalSource::Tmdb));
    };
    let credits = film.at("credits");
    if branch == Branch::Series {
        for maker in film.at("created_by").items() {
            add(CreditRole::Director, maker);
        }
    }
    for person in credits.at("crew").items() {
        if person.at("job").text() == Some("Director") {
            add(CreditRole::Director, person);
        }
    }
    let mut cast: Vec<Node<'_>> = credits.at("cast").items().collect();
    cast.sort_by_key(|person| person.at("order").count().unwrap_or(u32::MAX));
    for person in cast {
        add(CreditRole::Cast, person);
    }
    people.into_vec()
}
