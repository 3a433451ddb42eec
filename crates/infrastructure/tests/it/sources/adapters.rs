//! What each service says, in our words.
use super::{Bench, KEY, at, config, json, recorded};
use application::catalogue::sources::{FilmSources, SourceError, SourceList};
use domain::{
    catalogue::{
        CountryName, CreditRole, Depth, ExternalRef, ExternalSource, FilmKind, GenreSlug,
        SourceName, SourceRef, SourcedFilm,
    },
    shared::Language,
};
use test_servers::{Reply, ScriptedServer};

use SourceName::{KinopoiskDev, KinopoiskUnofficial, Tmdb};

fn genres(film: &SourcedFilm) -> Vec<&str> {
    film.genres.iter().map(GenreSlug::as_str).collect()
}
fn countries(film: &SourcedFilm) -> Vec<&str> {
    film.countries.iter().map(CountryName::as_str).collect()
}
fn names(film: &SourcedFilm, role: CreditRole) -> Vec<&str> {
    let people = film.people.iter().filter(|person| person.role == role);
    people.map(|person| person.name.as_str()).collect()
}
fn refs(film: &SourcedFilm) -> Vec<(&'static str, &str)> {
    let refs = film.refs.iter();
    refs.map(|film| (film.source().name(), film.value()))
        .collect()
}
fn external(source: ExternalSource, value: &str) -> ExternalRef {
    ExternalRef::new(source, value).unwrap()
}

#[tokio::test]
async fn tmdb_finds_films_series_and_anime_and_no_people() {
    let server = ScriptedServer::start();
    server.answers("/3/search/multi", json(recorded!("tmdb/search_multi.json")));
    let bench = Bench::one(Tmdb, &server);
    let found = bench
        .sources
        .search("звёздные войны", Language::Russian, super::LONG)
        .await;
    let kinds: Vec<_> = found
        .films
        .iter()
        .map(|film| (film.at.id(), film.kind))
        .collect();
    assert_eq!(
        kinds,
        [
            ("movie/11", FilmKind::Movie),
            ("movie/782054", FilmKind::Anime),
            ("tv/83867", FilmKind::Tv),
        ]
    );
    let first = &found.films[0];
    assert_eq!(first.title.as_str(), "Star Wars");
    assert_eq!(first.original_title, None);
    assert_eq!(first.year.unwrap().get(), 1977);
    assert_eq!(refs(first), [("tmdb", "11")]);
    assert_eq!(first.depth, Depth::Brief);
    let poster = first.poster.as_ref().unwrap().as_str();
    assert!(poster.starts_with("https://image.tmdb.org/t/p/original/"));
    assert!(refs(&found.films[2]).is_empty());
    let asked = &server.requests()[0];
    assert!(asked.contains("language=ru-RU") && asked.contains(&format!("api_key={KEY}")));
    assert!(asked.contains("query=%D0%B7%D0%B2") && asked.contains("user-agent: filmhub/"));
}

#[tokio::test]
async fn tmdb_tells_everything_of_a_film_in_one_answer() {
    let server = ScriptedServer::start();
    server.answers("/3/movie/11", json(recorded!("tmdb/movie.json")));
    let bench = Bench::one(Tmdb, &server);
    let film = bench
        .sources
        .film(&at(Tmdb, "movie/11"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        refs(&film),
        [
            ("tmdb", "11"),
            ("imdb", "tt0076759"),
            ("wikidata", "Q17738")
        ]
    );
    assert_eq!(genres(&film), ["adventure", "action", "science-fiction"]);
    assert_eq!(countries(&film), ["United States"]);
    assert_eq!(film.runtime_minutes, Some(121));
    assert_eq!(names(&film, CreditRole::Director), ["David Fincher"]);
    assert_eq!(
        names(&film, CreditRole::Cast),
        ["Edward Norton", "Brad Pitt", "Helena Bonham Carter"]
    );
    assert_eq!(film.keywords.len(), 3);
    assert_eq!(film.other_titles[0].as_str(), "Бойцовский клуб");
    assert_eq!(film.other_titles.len(), 1);
    assert_eq!(film.rating.unwrap().votes(), 22061);
    assert_eq!(film.depth, Depth::Full);
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn tmdb_tells_of_series_by_their_own_words() {
    let server = ScriptedServer::start();
    server.answers("/3/tv/1399", json(recorded!("tmdb/tv.json")));
    let bench = Bench::one(Tmdb, &server);
    let series = bench
        .sources
        .film(&at(Tmdb, "tv/1399"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(series.title.as_str(), "Game of Thrones");
    assert_eq!(series.kind, FilmKind::Tv);
    assert_eq!(series.year.unwrap().get(), 2011);
    assert_eq!(series.runtime_minutes, Some(60));
    assert_eq!(genres(&series)[..2], ["science-fiction", "fantasy"]);
    assert_eq!(
        names(&series, CreditRole::Director),
        ["David Benioff", "D.B. Weiss"]
    );
    assert_eq!(refs(&series)[0], ("imdb", "tt0944947"));
    assert!(!series.keywords.is_empty());
}

#[tokio::test]
async fn tmdb_finds_a_film_by_its_name_elsewhere() {
    let server = ScriptedServer::start();
    server.answers("/3/find/tt", json(recorded!("tmdb/find.json")));
    server.answers("/3/movie/934433", json(recorded!("tmdb/movie.json")));
    let bench = Bench::one(Tmdb, &server);
    let film = external(ExternalSource::Imdb, "tt17663992");
    let found = bench.sources.find(&[film]).await.unwrap().unwrap();
    assert_eq!(found.depth, Depth::Full);
    assert!(server.requests()[0].contains("external_source=imdb_id"));
    let elsewhere = external(ExternalSource::Kinopoisk, "301");
    assert_eq!(bench.sources.find(&[elsewhere]).await.unwrap(), None);
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn tmdb_joins_the_lists_of_films_and_of_series() {
    let server = ScriptedServer::start();
    let movies = json(recorded!("tmdb/movie_page.json"));
    let series = json(recorded!("tmdb/tv_page.json"));
    for list in ["popular", "similar"] {
        server.answers(&format!("/3/movie/{list}"), movies.clone());
        server.answers(&format!("/3/tv/{list}"), series.clone());
    }
    server.answers("/3/discover/movie", movies);
    server.answers("/3/discover/tv", series);
    server.answers(
        "/3/trending/all/week",
        json(recorded!("tmdb/trending.json")),
    );
    server.answers("/3/movie/changes", json(recorded!("tmdb/changes.json")));
    server.answers(
        "/3/tv/changes",
        json(r#"{"results": [], "total_pages": 1}"#),
    );
    let bench = Bench::one(Tmdb, &server);
    let popular = bench
        .sources
        .list(Tmdb, SourceList::Popular, 2)
        .await
        .unwrap();
    let kinds: Vec<_> = popular.films.iter().map(|film| film.kind).collect();
    assert_eq!(
        kinds,
        [FilmKind::Movie, FilmKind::Movie, FilmKind::Tv, FilmKind::Tv]
    );
    assert_eq!(popular.pages, 500);
    assert!(
        server
            .requests()
            .iter()
            .all(|asked| asked.contains("page=2"))
    );
    let new = bench.sources.list(Tmdb, SourceList::New, 1).await.unwrap();
    assert_eq!(new.films.len(), 4);
    // The clock of the bench stands at this evening.
    assert!(server.requests()[2].contains("primary_release_date.lte=2026-04-17"));
    let trending = bench
        .sources
        .list(Tmdb, SourceList::Trending, 1)
        .await
        .unwrap();
    assert_eq!(trending.films.len(), 2);
    let changed = bench
        .sources
        .list(Tmdb, SourceList::Changed, 1)
        .await
        .unwrap();
    let places: Vec<_> = changed.places.iter().map(SourceRef::id).collect();
    assert_eq!(places, ["movie/1120293", "movie/3686"]);
    let beyond = bench
        .sources
        .list(Tmdb, SourceList::Popular, 501)
        .await
        .unwrap();
    assert!(beyond.films.is_empty());
}

#[tokio::test]
async fn tmdb_lists_genres_with_ours_beside_them() {
    let server = ScriptedServer::start();
    server.answers("/3/genre/", json(recorded!("tmdb/genres.json")));
    let bench = Bench::one(Tmdb, &server);
    let genres = bench.sources.genres(Tmdb).await.unwrap();
    assert_eq!(genres.len(), 4);
    assert_eq!(genres[1].name, "Abenteuer");
    assert_eq!(genres[1].slug.as_ref().unwrap().as_str(), "adventure");
}

#[tokio::test]
async fn a_token_of_tmdb_goes_into_a_header_and_not_into_the_address() {
    let server = ScriptedServer::start();
    server.answers("/3/search/multi", json(recorded!("tmdb/search_multi.json")));
    let mut config = config(Tmdb, &server);
    config.key = "aaa.bbb.ccc".to_owned().into();
    Bench::of(&[config]).titles("star wars").await;
    let asked = &server.requests()[0];
    assert!(asked.contains("authorization: Bearer aaa.bbb.ccc"));
    assert!(!asked.lines().next().unwrap().contains("bbb"));
}

#[tokio::test]
async fn kinopoisk_unofficial_finds_and_tells() {
    let server = ScriptedServer::start();
    server.answers(
        "/api/v2.1/films/search-by-keyword?keyword=",
        json(recorded!("kinopoisk_unofficial/search.json")),
    );
    server.answers(
        "/api/v2.2/films/4502606",
        json(recorded!("kinopoisk_unofficial/film.json")),
    );
    server.answers(
        "/api/v1/staff?filmId=4502606",
        json(recorded!("kinopoisk_unofficial/staff.json")),
    );
    let bench = Bench::one(KinopoiskUnofficial, &server);
    let found = bench
        .sources
        .search("путешествие", Language::Russian, super::LONG)
        .await;
    let ivan = &found.films[0];
    assert_eq!(ivan.title.as_str(), "Иван Васильевич меняет профессию");
    assert_eq!(countries(ivan), ["Soviet Union"]);
    assert_eq!(genres(ivan), ["comedy", "adventure", "science-fiction"]);
    assert_eq!(ivan.runtime_minutes, Some(88));
    assert_eq!(ivan.rating.unwrap().votes(), 1_163_941);
    assert_eq!(refs(ivan), [("kinopoisk", "42664")]);
    let flow = at(KinopoiskUnofficial, "4502606");
    let flow = bench.sources.film(&flow).await.unwrap().unwrap();
    assert_eq!(flow.title.as_str(), "Поток");
    assert_eq!(flow.original_title.as_ref().unwrap().as_str(), "Straume");
    assert_eq!(flow.kind, FilmKind::Movie);
    assert_eq!(
        refs(&flow),
        [("kinopoisk", "4502606"), ("imdb", "tt26996964")]
    );
    assert_eq!(
        flow.description.as_ref().unwrap().language,
        Language::Russian
    );
    assert_eq!(names(&flow, CreditRole::Director), ["Роберт Земекис"]);
    let director = &flow.people[0];
    assert_eq!(
        director.other_name.as_ref().unwrap().as_str(),
        "Robert Zemeckis"
    );
    assert_eq!(director.reference.as_ref().unwrap().value(), "2435");
    assert_eq!(flow.depth, Depth::Full);
    let asked = server.requests();
    assert!(
        asked
            .iter()
            .all(|head| head.contains(&format!("x-api-key: {KEY}")))
    );
}

#[tokio::test]
async fn kinopoisk_unofficial_tells_a_film_even_if_it_does_not_tell_its_people() {
    let server = ScriptedServer::start();
    server.answers(
        "/api/v2.2/films/4502606",
        json(recorded!("kinopoisk_unofficial/film.json")),
    );
    server.answers("/api/v1/staff", Reply::status(400, "{}"));
    let bench = Bench::one(KinopoiskUnofficial, &server);
    let flow = at(KinopoiskUnofficial, "4502606");
    let flow = bench.sources.film(&flow).await.unwrap().unwrap();
    assert!(flow.people.is_empty());
    assert_eq!(flow.depth, Depth::Brief);
}

#[tokio::test]
async fn kinopoisk_unofficial_keeps_lists() {
    let server = ScriptedServer::start();
    let films = json(recorded!("kinopoisk_unofficial/films.json"));
    server.answers("/api/v2.2/films?", films);
    server.answers(
        "/api/v2.2/films/collections?type=TOP_POPULAR_ALL&page=1",
        json(recorded!("kinopoisk_unofficial/collection.json")),
    );
    server.answers(
        "/api/v2.2/films/filters",
        json(recorded!("kinopoisk_unofficial/filters.json")),
    );
    server.answers(
        "/api/v2.2/films/476/similars",
        json(recorded!("kinopoisk_unofficial/similars.json")),
    );
    let bench = Bench::one(KinopoiskUnofficial, &server);
    let source = KinopoiskUnofficial;
    let popular = bench
        .sources
        .list(source, SourceList::Popular, 1)
        .await
        .unwrap();
    assert_eq!((popular.films.len(), popular.pages), (3, 5));
    let trending = bench
        .sources
        .list(source, SourceList::Trending, 1)
        .await
        .unwrap();
    assert_eq!(trending.films[0].title.as_str(), "1+1");
    assert_eq!(countries(&trending.films[0]), ["France"]);
    let new = bench
        .sources
        .list(source, SourceList::New, 1)
        .await
        .unwrap();
    assert!(!new.films.is_empty() && server.requests()[2].contains("yearTo=2026"));
    let asked = server.count();
    let changed = bench
        .sources
        .list(source, SourceList::Changed, 1)
        .await
        .unwrap();
    assert_eq!((changed.pages, server.count()), (0, asked));
    let genres = bench.sources.genres(source).await.unwrap();
    let slugs: Vec<_> = genres
        .iter()
        .map(|genre| genre.slug.as_ref().map(GenreSlug::as_str))
        .collect();
    assert_eq!(slugs, [Some("thriller"), Some("science-fiction"), None]);
    let similar = bench.sources.similar(&at(source, "476")).await.unwrap();
    assert_eq!(similar.len(), 1, "the one without a title is left out");
    assert_eq!(similar[0].other_titles.len(), 0);
    let by_imdb = external(ExternalSource::Imdb, "tt9257638");
    assert_eq!(bench.sources.find(&[by_imdb]).await.unwrap(), None);
    assert!(server.requests().last().unwrap().contains("/films/1252447"));
}

#[tokio::test]
async fn kinopoisk_dev_finds_and_tells() {
    let server = ScriptedServer::start();
    server.answers(
        "/v1.4/movie/search?query=",
        json(recorded!("kinopoisk_dev/search.json")),
    );
    server.answers(
        "/v1.4/movie/476",
        json(recorded!("kinopoisk_dev/movie.json")),
    );
    server.answers(
        "/v1.4/movie/random",
        json(recorded!("kinopoisk_dev/random.json")),
    );
    server.answers(
        "/v1.4/movie?externalId.tmdb=105",
        json(r#"{"docs": [{"id": 476}], "pages": 1}"#),
    );
    let bench = Bench::one(KinopoiskDev, &server);
    let found = bench.titles("1+1").await;
    assert_eq!(found, ["1+1", "Джентльмены"]);
    let number = external(ExternalSource::Tmdb, "105");
    let film = bench.sources.find(&[number]).await.unwrap().unwrap();
    assert_eq!(film.title.as_str(), "Назад в будущее");
    assert_eq!(
        film.original_title.as_ref().unwrap().as_str(),
        "Back to the Future"
    );
    assert_eq!(
        refs(&film),
        [("kinopoisk", "476"), ("imdb", "tt0088763"), ("tmdb", "105")]
    );
    assert_eq!(names(&film, CreditRole::Director), ["Роберт Земекис"]);
    assert_eq!(film.runtime_minutes, Some(116));
    assert_eq!(film.other_titles.len(), 2);
    let similar = bench.sources.similar(&film.at).await.unwrap();
    assert_eq!(similar[0].title.as_str(), "День сурка");
    let random = bench.sources.random(KinopoiskDev).await.unwrap().unwrap();
    assert_eq!(random.title.as_str(), "Tono Sommesso");
    assert_eq!(random.rating, None);
}

#[tokio::test]
async fn kinopoisk_dev_keeps_lists() {
    let server = ScriptedServer::start();
    let films = json(recorded!("kinopoisk_dev/movies.json"));
    server.answers("/v1.4/movie?", films);
    let bench = Bench::one(KinopoiskDev, &server);
    let list = |list| bench.sources.list(KinopoiskDev, list, 3);
    let popular = list(SourceList::Popular).await.unwrap();
    let kinds: Vec<_> = popular.films.iter().map(|film| film.kind).collect();
    assert_eq!(kinds[..2], [FilmKind::Movie, FilmKind::Tv]);
    assert!(list(SourceList::Trending).await.unwrap().pages > 1);
    assert_eq!(
        list(SourceList::New).await.unwrap().films.len(),
        popular.films.len()
    );
    let changed = list(SourceList::Changed).await.unwrap();
    assert_eq!(changed.places[0].id(), "6612727");
    let asked = server.requests();
    assert!(asked.iter().all(|head| head.contains("page=3")));
    assert!(asked[3].contains("updatedAt=16.04.2026-17.04.2026"));
}

#[tokio::test]
async fn a_film_that_a_source_does_not_have_is_not_there() {
    let server = ScriptedServer::start();
    let body = recorded!("tmdb/error_404.json");
    server.answers("/3/movie/1", Reply::status(404, body));
    let bench = Bench::one(Tmdb, &server);
    assert_eq!(
        bench.sources.film(&at(Tmdb, "movie/1")).await.unwrap(),
        None
    );
    let elsewhere = bench.sources.film(&at(KinopoiskDev, "1")).await;
    assert!(matches!(elsewhere, Err(SourceError::NotConfigured)));
}

#[tokio::test]
async fn a_proxy_is_used_where_one_is_set() {
    for scheme in ["http", "socks5"] {
        let proxy = ScriptedServer::start();
        proxy.answers("/3/search/multi", json(recorded!("tmdb/search_multi.json")));
        let mut config = config(Tmdb, &proxy);
        // A literal address, because a name would be resolved here for SOCKS5.
        config.endpoint.base_url = "http://192.0.2.1".parse().unwrap();
        let address = proxy.endpoint().replace("http://", "");
        config.endpoint.proxy = Some(format!("{scheme}://{address}").parse().unwrap());
        let bench = Bench::of(&[config]);
        assert_eq!(bench.titles("star wars").await.len(), 3, "{scheme}");
    }
}
