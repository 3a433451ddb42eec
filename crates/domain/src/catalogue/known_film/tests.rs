use super::*;
use crate::{
    catalogue::{ExternalSource, SourcedText},
    shared::{Id, Language},
};
use proptest::{option, prelude::*, sample::select};
use uuid::Uuid;

pub(in crate::catalogue) const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

pub(in crate::catalogue) fn later(days: i64) -> DateTime<Utc> {
    NOW + chrono::Duration::days(days)
}

pub(in crate::catalogue) fn title(text: &str) -> FilmTitle {
    FilmTitle::parse(text).unwrap()
}

pub(in crate::catalogue) fn year(year: i64) -> ReleaseYear {
    ReleaseYear::try_from(year).unwrap()
}

pub(in crate::catalogue) fn name(source: ExternalSource, value: &str) -> ExternalRef {
    ExternalRef::new(source, value).unwrap()
}

pub(in crate::catalogue) fn genres(slugs: &[&str]) -> Vec<GenreSlug> {
    slugs
        .iter()
        .map(|slug| GenreSlug::parse(slug).unwrap())
        .collect()
}

pub(in crate::catalogue) fn person(name: &str, role: CreditRole) -> SourcedPerson {
    SourcedPerson {
        name: PersonName::parse(name).unwrap(),
        other_name: None,
        role,
        position: 0,
        reference: None,
    }
}

/// A film at a source with a title and nothing else, fully told.
pub(in crate::catalogue) fn told(source: SourceName, id: &str, text: &str) -> SourcedFilm {
    let at = SourceRef::new(source, id).unwrap();
    SourcedFilm {
        refs: at.external_ref().into_iter().collect(),
        at,
        title: title(text),
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
    }
}

/// A film that stands in the catalogue by its own right, with a text under a free licence.
pub(in crate::catalogue) fn own(text: &str, released: i64) -> KnownFilm {
    let source = told(SourceName::Tmdb, "movie/1", text);
    let mut film = KnownFilm::discovered(Id::from_uuid(Uuid::from_u128(1)), &source, NOW);
    film.told_by = None;
    film.provenance.clear();
    film.refs.clear();
    film.refreshed_at = None;
    film.year = Some(year(released));
    film.description = Some(KnownText {
        text: FilmDescription::parse("A free text.").unwrap(),
        origin: Some(TextOrigin {
            name: "Wikipedia".to_owned(),
            url: None,
            terms: Some("CC BY-SA 4.0".to_owned()),
        }),
    });
    film
}

fn text(words: &str) -> SourcedText {
    SourcedText {
        text: FilmDescription::parse(words).unwrap(),
        language: Language::Russian,
    }
}

prop_compose! {
    fn any_place()(source in select(&SourceName::ALL), number in 1_u32..4) -> SourceRef {
        let id = match source {
            SourceName::Tmdb => format!("movie/{number}"),
            SourceName::KinopoiskUnofficial | SourceName::KinopoiskDev => number.to_string(),
        };
        SourceRef::new(source, &id).unwrap()
    }
}

fn any_title() -> impl Strategy<Value = FilmTitle> {
    select(vec![
        "Solaris",
        "Солярис",
        "The Mirror",
        "Зеркало",
        "Stalker",
    ])
    .prop_map(title)
}

fn any_people() -> impl Strategy<Value = Vec<SourcedPerson>> {
    let role = select(vec![CreditRole::Director, CreditRole::Cast]);
    let one = (
        select(vec!["Andrei Tarkovsky", "Donatas Banionis", "Anna"]),
        role,
    );
    prop::collection::vec(one.prop_map(|(name, role)| person(name, role)), 0..3)
}

prop_compose! {
    fn any_facts()(
        kind in select(&FilmKind::ALL),
        year in option::of(select(vec![1972_i64, 1973, 2002]).prop_map(year)),
        slugs in prop::collection::vec(select(vec!["drama", "science-fiction", "animation"]), 0..3),
        runtime_minutes in option::of(60_u16..200),
        people in any_people(),
    ) -> (FilmKind, Option<ReleaseYear>, Vec<GenreSlug>, Option<u16>, Vec<SourcedPerson>) {
        (kind, year, genres(&slugs), runtime_minutes, people)
    }
}

prop_compose! {
    fn any_trimmings()(
        described in option::of(select(vec!["About an ocean.", "Об океане."])),
        poster in option::of(1_u8..3),
        rating in option::of((0.0..10.0_f64, 1_u32..9)),
        popularity in option::of(0.0..100.0_f64),
        keywords in prop::collection::vec(select(vec!["space", "ocean", "grief"]), 0..3),
        other_titles in prop::collection::vec(any_title(), 0..3),
        imdb in option::of(select(vec!["tt0069293", "tt0307479"])),
    ) -> SourcedFilm {
        let mut film = told(SourceName::Tmdb, "movie/1", "any");
        film.description = described.map(text);
        film.poster = poster.map(|number| {
            PosterUrl::parse(&format!("https://image.tmdb.org/{number}.jpg")).unwrap()
        });
        film.rating = rating.and_then(|(mean, votes)| SourceRating::new(mean, votes));
        film.popularity = popularity;
        film.keywords = keywords.into_iter().map(str::to_owned).collect();
        film.other_titles = other_titles;
        film.refs = imdb.map(|imdb| name(ExternalSource::Imdb, imdb)).into_iter().collect();
        film
    }
}

prop_compose! {
    /// Whatever a source may tell, out of a small world, so that films often are like each other.
    pub(in crate::catalogue) fn any_told()(
        at in any_place(),
        title in any_title(),
        original_title in option::of(any_title()),
        (kind, year, genres, runtime_minutes, people) in any_facts(),
        trimmings in any_trimmings(),
        depth in select(vec![Depth::Brief, Depth::Full]),
    ) -> SourcedFilm {
        let mut refs = trimmings.refs.clone();
        refs.extend(at.external_ref());
        let original_title = original_title.filter(|original| *original != title);
        SourcedFilm {
            at, refs, title, original_title, kind, year, genres, runtime_minutes, people, depth,
            ..trimmings
        }
    }
}

fn discovered(told: &SourcedFilm) -> KnownFilm {
    KnownFilm::discovered(Id::from_uuid(Uuid::from_u128(7)), told, NOW)
}

#[test]
fn what_the_catalogue_has_stays_and_gaps_are_filled() {
    let mut film = own("Solaris", 1972);
    let mut tmdb = told(SourceName::Tmdb, "movie/593", "Солярис");
    tmdb.original_title = Some(title("Solyaris"));
    tmdb.year = Some(year(1971));
    tmdb.description = Some(text("Другой текст."));
    tmdb.runtime_minutes = Some(167);
    tmdb.people = vec![person("Andrei Tarkovsky", CreditRole::Director)];
    assert_eq!(film.learn(&tmdb, NOW), Learned::Facts);
    assert_eq!(film.title, title("Solaris"));
    assert_eq!(film.original_title, Some(title("Solyaris")));
    assert_eq!(film.year, Some(year(1972)));
    assert_eq!(film.description.unwrap().text.as_str(), "A free text.");
    assert_eq!(film.runtime_minutes, Some(167));
    assert_eq!(film.people.len(), 1);
    let others: Vec<_> = film
        .other_titles
        .iter()
        .map(|said| said.what.as_str())
        .collect();
    assert_eq!(others, ["Солярис"]);
    assert_eq!(film.refreshed_at, Some(NOW));
}

#[test]
fn what_a_source_tells_later_replaces_what_it_told_before() {
    let mut first = told(SourceName::Tmdb, "movie/593", "Solaris");
    first.runtime_minutes = Some(160);
    first.description = Some(text("Первый текст."));
    first.keywords = vec!["ocean".to_owned()];
    let mut film = discovered(&first);
    let mut second = told(SourceName::Tmdb, "movie/593", "Солярис");
    second.runtime_minutes = Some(167);
    second.description = Some(text("Второй текст."));
    second.keywords = vec!["space".to_owned()];
    assert_eq!(film.learn(&second, later(1)), Learned::Facts);
    assert_eq!(film.title, title("Солярис"));
    assert_eq!(film.runtime_minutes, Some(167));
    assert_eq!(film.description.unwrap().text.as_str(), "Второй текст.");
    assert_eq!(film.keywords.len(), 1);
}

#[test]
fn another_source_only_fills_gaps() {
    let mut film = discovered(&told(SourceName::Tmdb, "movie/593", "Solaris"));
    let mut kinopoisk = told(SourceName::KinopoiskDev, "43911", "Солярис");
    kinopoisk.year = Some(year(1972));
    kinopoisk.kind = FilmKind::Tv;
    film.learn(&kinopoisk, NOW);
    assert_eq!(film.title, title("Solaris"));
    assert_eq!(film.kind, FilmKind::Movie);
    assert_eq!(film.year, Some(year(1972)));
    assert_eq!(film.refs.len(), 2);
}

#[test]
fn a_list_tells_nothing_anew_of_a_film_that_is_known_whole_but_its_figures() {
    let mut film = discovered(&told(SourceName::Tmdb, "movie/593", "Солярис"));
    let mut brief = told(SourceName::Tmdb, "movie/593", "Solaris");
    brief.depth = Depth::Brief;
    brief.rating = SourceRating::new(8.1, 900);
    assert_eq!(film.learn(&brief, later(1)), Learned::Figures);
    assert_eq!(film.title, title("Солярис"));
    assert_eq!(film.ratings.len(), 1);
    assert_eq!(film.provenance[0].depth, Depth::Full);
}

#[test]
fn a_source_may_know_that_a_drawn_film_is_anime() {
    let mut film = own("Spirited Away", 2001);
    let mut tmdb = told(SourceName::Tmdb, "movie/129", "Spirited Away");
    tmdb.kind = FilmKind::Anime;
    film.learn(&tmdb, NOW);
    assert_eq!(film.kind, FilmKind::Anime);
}

#[test]
fn a_film_has_one_name_in_each_catalogue() {
    let mut film = own("Solaris", 1972);
    film.refs.push(name(ExternalSource::Imdb, "tt0069293"));
    let mut tmdb = told(SourceName::Tmdb, "movie/593", "Solaris");
    tmdb.refs.push(name(ExternalSource::Imdb, "tt0000001"));
    film.learn(&tmdb, NOW);
    assert_eq!(
        film.refs,
        [
            name(ExternalSource::Imdb, "tt0069293"),
            name(ExternalSource::Tmdb, "593")
        ]
    );
}

proptest! {
    #[test]
    fn to_be_told_the_same_again_changes_nothing(one in any_told(), other in any_told()) {
        let mut film = discovered(&one);
        film.learn(&other, later(1));
        let once = film.clone();
        prop_assert_eq!(film.learn(&other, later(1)), Learned::Nothing);
        prop_assert_eq!(film, once);
    }

    #[test]
    fn nothing_that_is_known_is_taken_away(one in any_told(), other in any_told()) {
        let mut film = discovered(&one);
        let before = film.clone();
        film.learn(&other, later(1));
        prop_assert!(film.year.is_some() || before.year.is_none());
        prop_assert!(film.description.is_some() || before.description.is_none());
        prop_assert!(film.poster.is_some() || before.poster.is_none());
        prop_assert!(film.runtime_minutes.is_some() || before.runtime_minutes.is_none());
        prop_assert!(film.popularity.is_some() || before.popularity.is_none());
        prop_assert!(!film.genres.is_empty() || before.genres.is_empty());
        prop_assert!(!film.people.is_empty() || before.people.is_empty());
        prop_assert!(film.ratings.len() >= before.ratings.len());
        prop_assert!(before.refs.iter().all(|name| film.refs.contains(name)));
    }

    #[test]
    fn what_stands_by_its_own_right_stays(all in prop::collection::vec(any_told(), 1..4)) {
        let mut film = own("Solaris", 1972);
        film.genres = genres(&["drama"]);
        let before = film.clone();
        for told in &all {
            film.learn(told, NOW);
        }
        prop_assert_eq!(film.title, before.title);
        prop_assert_eq!(film.year, before.year);
        prop_assert_eq!(film.description, before.description);
        prop_assert_eq!(film.genres, before.genres);
        prop_assert_eq!(film.told_by, None);
    }

    #[test]
    fn each_source_and_each_catalogue_is_there_once(all in prop::collection::vec(any_told(), 1..5)) {
        let mut film = discovered(&all[0]);
        for told in &all[1..] {
            film.learn(told, NOW);
        }
        let once = |mut names: Vec<String>| {
            let all = names.len();
            names.sort_unstable();
            names.dedup();
            names.len() == all
        };
        let titles = film.other_titles.iter().map(|said| &said.what);
        let titles = titles.chain([&film.title]).chain(&film.original_title);
        prop_assert!(once(titles.map(|title| comparable(title.as_str())).collect()));
        prop_assert!(once(film.refs.iter().map(|name| name.source().name().to_owned()).collect()));
        prop_assert!(once(film.provenance.iter().map(|told| told.at.source().to_string()).collect()));
        prop_assert!(once(film.ratings.iter().map(|(by, _)| by.to_string()).collect()));
        prop_assert!(once(film.keywords.iter().map(|said| said.what.clone()).collect()));
    }
}
