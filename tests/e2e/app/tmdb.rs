//! A small TMDB.
use super::Setup;
use serde_json::{Value, json};
use std::time::Duration;
use test_servers::{Reply, ScriptedServer};

/// A server that answers as TMDB does, about films that a story makes up.
#[derive(Debug)]
pub struct FakeTmdb(pub ScriptedServer);

/// A film as TMDB knows it.
#[derive(Clone, Copy, Debug)]
pub struct TmdbFilm {
    pub number: u32,
    pub title: &'static str,
    pub original: &'static str,
    pub year: u16,
    pub imdb: &'static str,
}

pub const STALKER: TmdbFilm = TmdbFilm {
    number: 1398,
    title: "Сталкер",
    original: "Stalker",
    year: 1979,
    imdb: "tt0079944",
};

impl TmdbFilm {
    fn brief(&self) -> Value {
        json!({
            "adult": false, "media_type": "movie", "id": self.number, "title": self.title,
            "original_title": self.original, "original_language": "ru",
            "overview": "Двое идут за третьим.", "genre_ids": [18], "popularity": 17.5,
            "release_date": format!("{}-05-25", self.year), "vote_average": 8.1, "vote_count": 2_200,
        })
    }

    fn whole(&self) -> Value {
        let mut film = self.brief();
        film["genres"] = json!([{ "id": 18, "name": "драма" }]);
        film["runtime"] = json!(161);
        film["imdb_id"] = json!(self.imdb);
        film["production_countries"] = json!([{ "iso_3166_1": "SU", "name": "Soviet Union" }]);
        film["external_ids"] = json!({ "imdb_id": self.imdb });
        film["keywords"] = json!({ "keywords": [{ "id": 1, "name": "zone" }] });
        film["credits"] = json!({
            "cast": [{ "id": 27_811, "name": "Alisa Freyndlikh", "order": 0 }],
            "crew": [{ "id": 8_452, "name": "Andrei Tarkovsky", "job": "Director" }],
        });
        film
    }
}

/// Films that differ in nothing but their numbers.
pub fn numbered(number: u32) -> TmdbFilm {
    let title: &'static str = format!("Numbered Film {number}").leak();
    TmdbFilm {
        number: 900_000 + number,
        title,
        original: title,
        year: 2001,
        imdb: format!("tt{:07}", 9_000_000 + number).leak(),
    }
}

impl FakeTmdb {
    pub fn start() -> Self {
        let server = ScriptedServer::start();
        let nothing = json!({ "page": 1, "results": [], "total_pages": 1, "total_results": 0 });
        server.answers("/3/", Reply::status(404, "{}"));
        server.answers("/3/search/multi", Reply::Json(nothing.to_string()));
        server.answers("/3/tv/popular", Reply::Json(nothing.to_string()));
        Self(server)
    }

    /// Lets it know a film, to whoever searches for whatever.
    pub fn knows(&self, film: TmdbFilm) {
        let found = json!({ "page": 1, "results": [film.brief()], "total_pages": 1 });
        self.0
            .answers("/3/search/multi", Reply::Json(found.to_string()));
        self.tells(film, Duration::ZERO);
        let by_name = json!({ "movie_results": [film.brief()], "tv_results": [] });
        let path = format!("/3/find/{}", film.imdb);
        self.0.answers(&path, Reply::Json(by_name.to_string()));
    }

    fn tells(&self, film: TmdbFilm, after: Duration) {
        let path = format!("/3/movie/{}?", film.number);
        let whole = film.whole().to_string();
        self.0.answers(&path, Reply::After(after, whole));
    }

    /// Lets it keep pages of two films each among what is popular, and take its time over each film.
    pub fn keeps_pages(&self, pages: u32, pause: Duration) {
        for page in 1..=pages {
            let films = [numbered(page * 2), numbered(page * 2 + 1)];
            let results: Vec<Value> = films.iter().map(TmdbFilm::brief).collect();
            let list = json!({ "page": page, "results": results, "total_pages": pages });
            for film in films {
                self.tells(film, pause);
            }
            for language in ["en-US", "ru-RU"] {
                let path = format!("/3/movie/popular?language={language}&page={page}&");
                self.0.answers(&path, Reply::Json(list.to_string()));
            }
        }
    }

    /// A product that asks it, and nobody else, and only when there is somebody who wants to know.
    pub fn known_to(&self, setup: Setup) -> Setup {
        let quiet = ["POPULAR_FILMS", "NEW_FILMS", "REFRESH"];
        let setup = quiet.into_iter().fold(setup, |setup, schedule| {
            setup.set(&format!("FILMHUB_SCHEDULE_{schedule}"), "off")
        });
        setup
            .set("TMDB_API_KEY", "0123456789abcdef0123456789abcdef")
            .set("TMDB_BASE_URL", &self.0.endpoint())
    }
}
