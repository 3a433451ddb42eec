//! Diaries in numbers, and what users say of films, in memory.
use super::{
    catalogue::countries,
    state::{Database, Stored},
};
use crate::{
    catalogue::views::Credit,
    shared::store::StoreError,
    taste::{
        mine::{Mine, MineQueries},
        stats::{Stats, StatsQueries, Tally},
    },
};
use async_trait::async_trait;
use domain::{
    catalogue::{FilmId, GenreId, PersonId, ReleaseYear},
    identity::UserId,
    taste::{DiaryYear, Opinion, Rating, Viewing, ViewingDay},
};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap},
};

fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// A film of a diary.
#[derive(Clone, Copy)]
struct SeenFilm {
    film: FilmId,
    times: u64,
    rating: Option<Rating>,
}

/// A tally of films, each of which is there once.
fn tally<K>(what: K, films: &[SeenFilm]) -> Tally<K> {
    let opinion = Opinion::of(films.iter().filter_map(|seen| seen.rating));
    Tally {
        what,
        films: number(films.len()),
        viewings: films.iter().map(|seen| seen.times).sum(),
        ratings: opinion.count(),
        mean: opinion.mean(),
    }
}

/// Tallies films by what each of them is about.
fn tallies<K: Ord + Clone>(films: &[SeenFilm], about: impl Fn(FilmId) -> Vec<K>) -> Vec<Tally<K>> {
    let mut by: BTreeMap<K, Vec<SeenFilm>> = BTreeMap::new();
    for seen in films {
        for what in about(seen.film) {
            by.entry(what).or_default().push(*seen);
        }
    }
    let all = by.into_iter().map(|(what, films)| tally(what, &films));
    all.collect()
}

fn most_first<K>(mut tallies: Vec<Tally<K>>) -> Vec<Tally<K>> {
    tallies.sort_by_key(|tally| Reverse((tally.films, tally.viewings)));
    tallies
}

impl Stored {
    fn viewings_in(&self, user: UserId, year: Option<DiaryYear>) -> Vec<&Viewing> {
        let all = self
            .viewings
            .values()
            .filter(|viewing| viewing.user == user);
        let is_of = |viewing: &&Viewing| {
            year.is_none_or(|year| {
                let (first, last) = year.days();
                let day = viewing.watched_on.map(ViewingDay::date);
                day.is_some_and(|day| (first..=last).contains(&day))
            })
        };
        all.filter(is_of).collect()
    }

    fn seen_films(&self, user: UserId, viewings: &[&Viewing]) -> Vec<SeenFilm> {
        let mut times: BTreeMap<FilmId, u64> = BTreeMap::new();
        for viewing in viewings {
            *times.entry(viewing.film).or_default() += 1;
        }
        let seen = times.into_iter().map(|(film, times)| SeenFilm {
            film,
            times,
            rating: self.ratings.get(&(user, film)).map(|rated| rated.rating),
        });
        seen.collect()
    }

    fn in_spans(&self, user: UserId, viewings: &[&Viewing], format: &str) -> Vec<Tally<String>> {
        let mut spans: BTreeMap<String, Vec<&Viewing>> = BTreeMap::new();
        for viewing in viewings {
            if let Some(day) = viewing.watched_on {
                let span = day.date().format(format).to_string();
                spans.entry(span).or_default().push(viewing);
            }
        }
        let newest_first = spans.into_iter().rev();
        newest_first
            .map(|(span, viewings)| tally(span, &self.seen_films(user, &viewings)))
            .collect()
    }

    fn stats(&self, user: UserId, year: Option<DiaryYear>) -> Stats {
        let viewings = self.viewings_in(user, year);
        let films = self.seen_films(user, &viewings);
        let mut by_rating: BTreeMap<Rating, u64> = BTreeMap::new();
        for rating in films.iter().filter_map(|seen| seen.rating) {
            *by_rating.entry(rating).or_default() += 1;
        }
        let years = self.in_spans(user, &viewings, "%Y");
        let mut by_decade = tallies(&films, |film| self.decade(film));
        by_decade.reverse();
        let mut by_director = most_first(tallies(&films, |film| self.directors(film)));
        by_director.truncate(Stats::MOST_DIRECTORS);
        Stats {
            total: tally((), &films),
            rewatches: number(viewings.iter().filter(|viewing| viewing.is_rewatch).count()),
            minutes: films
                .iter()
                .map(|seen| seen.times * self.minutes(seen.film))
                .sum(),
            by_rating: by_rating.into_iter().collect(),
            by_year: years.iter().filter_map(of_year).collect(),
            by_month: self.in_spans(user, &viewings, "%Y-%m"),
            by_decade,
            by_genre: most_first(tallies(&films, |film| self.genres_of(film))),
            by_director: by_director.iter().map(|tally| self.named(tally)).collect(),
            by_country: most_first(tallies(&films, |film| self.countries_of(film))),
            best: best(films),
        }
    }

    fn decade(&self, film: FilmId) -> Vec<i32> {
        let film = self.films.get(&film);
        let year = film.and_then(|film| film.content.release_year);
        year.map(ReleaseYear::get)
            .map(|year| year / 10 * 10)
            .into_iter()
            .collect()
    }

    fn genres_of(&self, film: FilmId) -> Vec<GenreId> {
        let film = self.films.get(&film);
        film.map(|film| film.content.genres.clone())
            .unwrap_or_default()
    }

    fn countries_of(&self, film: FilmId) -> Vec<String> {
        let extras = self.extras.get(&film);
        let film = self.films.get(&film);
        film.map(|film| countries(film, extras)).unwrap_or_default()
    }

    fn directors(&self, film: FilmId) -> Vec<PersonId> {
        let extras = self.extras.get(&film).into_iter();
        let credits = extras.flat_map(|extras| &extras.directors);
        credits.map(|credit| credit.person).collect()
    }

    fn named(&self, tally: &Tally<PersonId>) -> Tally<Credit> {
        let mut credits = self.extras.values().flat_map(|extras| &extras.directors);
        let name = credits.find(|credit| credit.person == tally.what);
        Tally {
            what: Credit {
                person: tally.what,
                name: name.map(|credit| credit.name.clone()).unwrap_or_default(),
            },
            films: tally.films,
            viewings: tally.viewings,
            ratings: tally.ratings,
            mean: tally.mean,
        }
    }

    fn minutes(&self, film: FilmId) -> u64 {
        let extras = self.extras.get(&film);
        extras
            .and_then(|extras| extras.runtime_minutes)
            .map_or(0, u64::from)
    }

    fn mine(&self, user: UserId, film: FilmId) -> Option<Mine> {
        let viewings: Vec<&Viewing> = self
            .viewings
            .values()
            .filter(|viewing| viewing.user == user && viewing.film == film)
            .collect();
        let rating = self.ratings.get(&(user, film));
        if viewings.is_empty() && rating.is_none() {
            return None;
        }
        let days = viewings.iter().filter_map(|viewing| viewing.watched_on);
        Some(Mine {
            rating: rating.map(|rated| (rated.rating, rated.rated_at)),
            last_seen_on: days.map(ViewingDay::date).max(),
            viewings: number(viewings.len()),
        })
    }

    /// What the users think of a film.
    pub(super) fn opinion(&self, film: FilmId) -> Opinion {
        let ratings = self.ratings.values().filter(|rated| rated.film == film);
        Opinion::of(ratings.map(|rated| rated.rating))
    }
}

fn of_year(tally: &Tally<String>) -> Option<Tally<i32>> {
    Some(Tally {
        what: tally.what.parse().ok()?,
        films: tally.films,
        viewings: tally.viewings,
        ratings: tally.ratings,
        mean: tally.mean,
    })
}

fn best(mut films: Vec<SeenFilm>) -> Vec<FilmId> {
    films.retain(|seen| seen.rating.is_some());
    films.sort_by_key(|seen| (Reverse((seen.rating, seen.times)), seen.film));
    films.truncate(Stats::MOST_BEST);
    films.into_iter().map(|seen| seen.film).collect()
}

/// Diaries in numbers.
#[derive(Clone, Debug, Default)]
pub struct FakeStatsQueries {
    pub(super) database: Database,
}

#[async_trait]
impl StatsQueries for FakeStatsQueries {
    async fn count(&self, user: UserId, year: Option<DiaryYear>) -> Result<Stats, StoreError> {
        self.database.read(|stored| stored.stats(user, year))
    }
}

/// What users say of films.
#[derive(Clone, Debug, Default)]
pub struct FakeMineQueries {
    pub(super) database: Database,
}

#[async_trait]
impl MineQueries for FakeMineQueries {
    async fn of(
        &self,
        user: UserId,
        films: &[FilmId],
    ) -> Result<HashMap<FilmId, Mine>, StoreError> {
        self.database.read(|stored| {
            let said = films.iter().filter_map(|film| {
                let mine = stored.mine(user, *film)?;
                Some((*film, mine))
            });
            said.collect()
        })
    }
}
