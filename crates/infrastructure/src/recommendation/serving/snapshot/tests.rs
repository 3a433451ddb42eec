use super::*;
use crate::recommendation::serving::facts::{Credit, FilmFacts};
use application::recommendation::recommender::{Act, ActKind};
use chrono::TimeDelta;
use domain::{
    catalogue::{CreditRole, FilmKind},
    shared::Id,
    taste::Rating,
};
use proptest::prelude::*;
use uuid::Uuid;

fn id<K: ?Sized>(n: u128) -> Id<K> {
    Id::from_uuid(Uuid::from_u128(n))
}

const COMEDY: u128 = 101;
const WESTERN: u128 = 102;
const NOIR: u128 = 103;
const LEONE: u128 = 201;
const WILDER: u128 = 202;

fn film(n: u128, genre: u128, director: u128, popularity: f64) -> FilmFacts {
    FilmFacts {
        genres: vec![id(genre)],
        people: vec![Credit {
            person: id(director),
            role: CreditRole::Director,
        }],
        popularity,
        minutes: Some(100),
        year: Some(1966),
        ..FilmFacts::bare(id(n), FilmKind::Movie)
    }
}

/// Two westerns by Leone, two comedies and a noir by Wilder, and a popular comedy by nobody we know.
fn snapshot() -> Snapshot {
    let mut catalogue = Catalogue::default();
    catalogue.put([
        film(1, WESTERN, LEONE, 1.0),
        film(2, WESTERN, LEONE, 2.0),
        film(3, COMEDY, WILDER, 3.0),
        film(4, COMEDY, WILDER, 4.0),
        film(5, NOIR, WILDER, 5.0),
        film(6, COMEDY, 203, 100.0),
    ]);
    catalogue.weigh();
    let moods = HashMap::from([(id(301), vec![id(NOIR)])]);
    Snapshot::new(catalogue, moods, None)
}

fn rated(n: u128, value: i64) -> Act {
    Act {
        film: id(n),
        kind: ActKind::Rated(Rating::try_from(value).unwrap()),
        at: noon(),
    }
}

fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap()
}

fn of(acts: &[Act]) -> Taste {
    Taste {
        acts: acts.to_vec(),
        ..Taste::default()
    }
}

fn films(taste: &Taste, filter: &Filter) -> Vec<FilmId> {
    let ranking = snapshot().recommend(taste, filter, noon());
    ranking.films.iter().map(|ranked| ranked.film).collect()
}

#[test]
fn who_has_told_nothing_gets_what_is_popular() {
    let ranking = snapshot().recommend(&Taste::default(), &Filter::any(10), noon());
    assert_eq!(ranking.source.name, ModelName::Popularity);
    assert_eq!(ranking.films.len(), 6);
    assert_eq!(ranking.films[0].film, id(6));
}

#[test]
fn of_many_films_the_few_at_the_top_are_popular() {
    let mut catalogue = Catalogue::default();
    catalogue.put((1..=40).map(|n: u8| film(n.into(), COMEDY, 203, n.into())));
    catalogue.weigh();
    let many = Snapshot::new(catalogue, HashMap::new(), None);
    let ranking = many.recommend(&Taste::default(), &Filter::any(40), noon());
    let popular = |ranked: &Ranked| ranked.why == [Evidence::PopularNow];
    assert_eq!(
        ranking
            .films
            .iter()
            .take_while(|film| popular(film))
            .count(),
        2
    );
    assert!(!ranking.films[2..].iter().any(popular));
}

#[test]
fn a_liked_film_brings_those_like_it_and_the_reasons_are_true() {
    let ranking = snapshot().recommend(&of(&[rated(1, 10)]), &Filter::any(10), noon());
    let first = &ranking.films[0];
    assert_eq!(first.film, id(2));
    let person = Evidence::SharesPerson {
        person: id(LEONE),
        role: CreditRole::Director,
        film: id(1),
    };
    let genre = Evidence::SharesGenre {
        genre: id(WESTERN),
        film: id(1),
    };
    assert_eq!(first.why, [person, genre]);
}

#[test]
fn a_disliked_film_is_no_reason_and_what_is_like_it_sinks() {
    let ranking = snapshot().recommend(&of(&[rated(6, 1), rated(1, 8)]), &Filter::any(10), noon());
    let of_wilder = |n| ranking.films.iter().position(|ranked| ranked.film == id(n));
    assert!(of_wilder(5) < of_wilder(3));
    let reasons = ranking.films.iter().flat_map(|ranked| &ranked.why);
    let names_it = |evidence: &Evidence| matches!(evidence, Evidence::SharesGenre { film, .. } if *film == id(6));
    assert!(!reasons.clone().any(names_it));
}

#[test]
fn every_condition_of_a_filter_holds() {
    let any = || Filter::any(10);
    let taste = of(&[rated(1, 9)]);
    let westerns = Filter {
        genres: vec![id(WESTERN)],
        ..any()
    };
    assert_eq!(films(&taste, &westerns), [id(2)]);
    let series = Filter {
        kind: Some(FilmKind::Tv),
        ..any()
    };
    assert_eq!(films(&taste, &series), []);
    let unknown_country = Filter {
        countries: vec!["France".to_owned()],
        ..any()
    };
    assert_eq!(films(&taste, &unknown_country), []);
    let long = Filter {
        minutes_from: Some(101),
        ..any()
    };
    assert_eq!(films(&taste, &long), []);
    let tense = Filter {
        moods: vec![id(301)],
        ..any()
    };
    let ranking = snapshot().recommend(&taste, &tense, noon());
    assert_eq!(ranking.films.len(), 1);
    let fits = Evidence::FitsMood { mood: id(301) };
    assert!(ranking.films[0].why.contains(&fits));
}

#[test]
fn hidden_people_and_genres_are_left_out_and_others_sink() {
    let mut taste = Taste::default();
    taste.hidden.people.insert(id(WILDER), Hide::Hide);
    taste.hidden.genres.insert(id(COMEDY), Hide::NotInterested);
    assert_eq!(films(&taste, &Filter::any(10)), [id(6), id(2), id(1)]);
    taste.hidden.films.insert(id(2), Hide::NotInterested);
    assert!(!films(&taste, &Filter::any(10)).contains(&id(2)));
}

#[test]
fn what_was_shown_and_left_alone_sinks_and_comes_up_again() {
    let shown_at = |last_shown_at| {
        let shown = Shown {
            film: id(6),
            times: 5,
            last_shown_at,
        };
        Taste {
            shown: vec![shown],
            ..Taste::default()
        }
    };
    assert_eq!(films(&shown_at(noon()), &Filter::any(1)), [id(5)]);
    let long_ago = noon() - TimeDelta::days(100);
    assert_eq!(films(&shown_at(long_ago), &Filter::any(1)), [id(6)]);
}

#[test]
fn novelty_prefers_what_few_know() {
    let novel = Filter {
        novelty: 1.0,
        ..Filter::any(6)
    };
    let place = |films: &[FilmId]| films.iter().position(|film| *film == id(6));
    for liked in [1, 3] {
        let taste = of(&[rated(liked, 9)]);
        let (ranked, plain) = (films(&taste, &novel), films(&taste, &Filter::any(6)));
        assert!(
            place(&ranked) > place(&plain),
            "{liked}: {plain:?}, {ranked:?}"
        );
    }
    assert_eq!(films(&Taste::default(), &novel)[0], id(1));
}

#[test]
fn similar_films_share_what_is_said_of_them() {
    let similar = snapshot().similar(id(1), 1).unwrap();
    assert_eq!(similar.films[0].film, id(2));
    assert!(!similar.films[0].why.is_empty());
    assert!(snapshot().similar(id(99), 1).is_none());
}

#[test]
fn scores_of_users_compare() {
    let some = Filter {
        only: Some([id(2), id(5), id(99)].into()),
        ..Filter::any(1)
    };
    let scores = snapshot().score(&of(&[rated(1, 10)]), &some, noon());
    assert_eq!(scores.films.len(), 2);
    assert!(scores.films[&id(2)] > scores.films[&id(5)]);
}

proptest! {
    #[test]
    fn strange_histories_are_answered_with_finite_scores(
        acts in proptest::collection::vec((0_u128..9, 1_i64..=10, -4_000_000_000_i64..4_000_000_000), 0..40),
        diversity in proptest::num::f32::ANY,
        novelty in proptest::num::f32::ANY,
    ) {
        let acts: Vec<Act> = acts
            .into_iter()
            .map(|(film, value, at)| Act {
                at: DateTime::from_timestamp(at, 0).unwrap(),
                ..rated(film, value)
            })
            .collect();
        let taste = of(&acts);
        let filter = Filter { diversity, novelty, ..Filter::any(10) };
        let ranking = snapshot().recommend(&taste, &filter, noon());
        let settled = taste.settled_films();
        let left = (1..=6).filter(|n| !settled.contains(&id(*n))).count();
        prop_assert_eq!(ranking.films.len(), left);
        for ranked in ranking.films {
            prop_assert!((0.0..=1.0).contains(&ranked.score));
            prop_assert!(!settled.contains(&ranked.film));
        }
    }
}
