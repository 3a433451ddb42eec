use super::*;
use crate::{
    catalogue::{
        Depth, ExternalSource, SourceName,
        known_film::tests::{NOW, any_told, genres, later, name, own, person, title, told, year},
    },
    shared::Id,
};
use proptest::prelude::*;
use uuid::Uuid;

fn matrix() -> KnownFilm {
    let mut film = own("The Matrix", 1999);
    film.refs.push(name(ExternalSource::Imdb, "tt0133093"));
    film
}

fn told_of_matrix() -> SourcedFilm {
    let mut film = told(SourceName::Tmdb, "movie/603", "Матрица");
    film.original_title = Some(title("The Matrix"));
    film.year = Some(year(1999));
    film
}

#[test]
fn a_shared_name_in_a_catalogue_makes_them_one() {
    let mut tmdb = told(SourceName::Tmdb, "movie/603", "Чужое имя");
    tmdb.refs.push(name(ExternalSource::Imdb, "tt0133093"));
    assert_eq!(evidence(&matrix(), &tmdb), Some(Evidence::Name));
}

#[test]
fn two_names_in_one_catalogue_make_them_two() {
    let mut tmdb = told_of_matrix();
    tmdb.refs.push(name(ExternalSource::Imdb, "tt9999999"));
    assert_eq!(evidence(&matrix(), &tmdb), None);
    // Even if another catalogue takes them for one.
    let mut known = matrix();
    known.refs.push(name(ExternalSource::Wikidata, "Q83495"));
    tmdb.refs.push(name(ExternalSource::Wikidata, "Q83495"));
    assert_eq!(evidence(&known, &tmdb), None);
}

#[test]
fn a_title_or_the_original_one_and_the_year_make_them_one() {
    assert_eq!(
        evidence(&matrix(), &told_of_matrix()),
        Some(Evidence::Title)
    );
    let mut other = told_of_matrix();
    other.year = Some(year(2003));
    assert_eq!(evidence(&matrix(), &other), None);
}

#[test]
fn a_title_alone_is_never_enough() {
    let mut undated = told_of_matrix();
    undated.year = None;
    assert_eq!(evidence(&matrix(), &undated), None);
    let mut film = matrix();
    film.year = None;
    assert_eq!(evidence(&film, &told_of_matrix()), None);
}

#[test]
fn years_may_differ_by_one_where_the_original_title_and_a_director_agree() {
    let mut film = matrix();
    let mut other = told_of_matrix();
    other.year = Some(year(2000));
    assert_eq!(evidence(&film, &other), None);
    film.learn(
        &{
            let mut credits = told(SourceName::KinopoiskDev, "301", "Матрица");
            credits.people = vec![person("Lana Wachowski", CreditRole::Director)];
            credits
        },
        NOW,
    );
    other.people = vec![person("Lana Wachowski", CreditRole::Director)];
    assert_eq!(evidence(&film, &other), Some(Evidence::Title));
    other.original_title = Some(title("Another Matrix"));
    assert_eq!(evidence(&film, &other), None);
}

#[test]
fn a_film_is_no_series_and_a_drawn_film_may_be_anime() {
    let mut known = own("Death Note", 2006);
    let mut series = told(SourceName::Tmdb, "tv/13916", "Death Note");
    series.year = Some(year(2006));
    series.kind = FilmKind::Anime;
    assert_eq!(evidence(&known, &series), None);
    known.genres = genres(&["animation"]);
    assert_eq!(evidence(&known, &series), Some(Evidence::Title));
    series.kind = FilmKind::Tv;
    assert_eq!(evidence(&known, &series), None);
}

#[test]
fn a_film_and_a_series_of_one_number_at_tmdb_are_two() {
    let film = KnownFilm::discovered(
        Id::from_uuid(Uuid::from_u128(5)),
        &told(SourceName::Tmdb, "movie/603", "One"),
        NOW,
    );
    let series = told(SourceName::Tmdb, "tv/603", "One");
    assert_eq!(evidence(&film, &series), None);
}

#[test]
fn where_two_are_as_likely_none_is_taken() {
    let twins = [matrix(), own("The Matrix", 1999)];
    let mut unnamed = told_of_matrix();
    unnamed.refs.clear();
    assert_eq!(find_same(&twins, &unnamed), None);
    unnamed.refs.push(name(ExternalSource::Imdb, "tt0133093"));
    assert_eq!(find_same(&twins, &unnamed), Some(0));
    assert_eq!(find_same(&[], &unnamed), None);
}

#[test]
fn where_names_prove_two_of_ours_to_be_one_the_first_is_taken() {
    let mut other = own("Matrix", 1999);
    other.refs.push(name(ExternalSource::Kinopoisk, "301"));
    let mut told = told(SourceName::KinopoiskDev, "301", "Матрица");
    told.refs.push(name(ExternalSource::Imdb, "tt0133093"));
    assert_eq!(find_same(&[matrix(), other], &told), Some(0));
}

#[test]
fn a_list_that_tells_another_catalogues_name_identifies_a_film() {
    let mut brief = told_of_matrix();
    assert!(brief.is_identified());
    brief.depth = Depth::Brief;
    assert!(!brief.is_identified());
    brief.refs.push(name(ExternalSource::Imdb, "tt0133093"));
    assert!(brief.is_identified());
}

proptest! {
    #[test]
    fn what_was_discovered_is_found_again(one in any_told(), other in any_told()) {
        let mut film = KnownFilm::discovered(Id::from_uuid(Uuid::from_u128(5)), &one, NOW);
        prop_assert_eq!(evidence(&film, &one), Some(Evidence::Place));
        if evidence(&film, &other).is_some() {
            film.learn(&other, later(1));
            prop_assert_eq!(evidence(&film, &other), Some(Evidence::Place));
            prop_assert_eq!(evidence(&film, &one).is_some(), one.at.source() != other.at.source() || one.at == other.at);
        }
    }

    #[test]
    fn films_with_two_names_in_one_catalogue_are_never_one(one in any_told(), other in any_told()) {
        let film = KnownFilm::discovered(Id::from_uuid(Uuid::from_u128(5)), &one, NOW);
        let differs = one.refs.iter().any(|name| {
            other.refs.iter().any(|named| named.source() == name.source() && named != name)
        });
        if differs && one.at != other.at {
            prop_assert_eq!(evidence(&film, &other), None);
        }
    }

    #[test]
    fn without_a_shared_name_the_year_decides(one in any_told(), other in any_told()) {
        let film = KnownFilm::discovered(Id::from_uuid(Uuid::from_u128(5)), &one, NOW);
        if evidence(&film, &other) == Some(Evidence::Title) {
            let (Some(year), Some(named)) = (one.year, other.year) else {
                panic!("a title alone was enough");
            };
            prop_assert!(year.get().abs_diff(named.get()) <= 1);
        }
    }
}
