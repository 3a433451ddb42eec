//! What could be recommended.
use super::{Bench, contract};
use application::{
    fakes::{Fixture, a_film, a_genre, a_user},
    library::ports::ListedFilms,
    module::ApplicationModule,
    recommendation::ports::Wanted,
    shared::{
        actor::{Actor, SignedInUser},
        use_case::UseCase,
    },
    taste::{hides::HideThing, ratings::RateFilm},
};
use chrono::{DateTime, Duration, Utc};
use domain::{
    catalogue::{Film, FilmId, FilmKind},
    identity::{User, UserId},
    library::StandardList,
    recommendation::{Candidate, Recommendation, Shown},
    shared::Id,
    taste::{HiddenSubject, Hide, Rating},
};
use shaku::HasComponent;
use std::sync::Arc;
use uuid::Uuid;

fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap()
}

async fn only_what_suits_is_a_candidate(bench: Bench) {
    let drama = bench.has_genre(a_genre("Drama")).await;
    let war = bench.has_genre(a_genre("War")).await;
    let user = a_user().build();
    bench.has_user(&user).await;
    let both = a_film().with_genre(drama.id).with_genre(war.id).build();
    let wished = a_film().with_genre(war.id).without_description().build();
    let watched = a_film().with_genre(war.id).build();
    let given = a_film().with_genre(war.id).build();
    let other = a_film().of_kind(FilmKind::Tv).build();
    for film in [&both, &wished, &watched, &given, &other] {
        bench.has_film(film).await;
    }
    let add = async |list: StandardList, film| {
        bench
            .entries()
            .add(list.of(user.id), user.id, film, noon())
            .await
            .unwrap();
    };
    add(StandardList::Wish, wished.id).await;
    add(StandardList::Watched, watched.id).await;
    let uow = bench.store().begin().await.unwrap();
    let recommendations = uow.recommendations();
    assert!(recommendations.take_turn(user.id).await.unwrap());
    let id = Id::from_uuid(Uuid::from_u128(1));
    let record = Recommendation {
        id,
        user: user.id,
        film: given.id,
        given_at: noon(),
    };
    recommendations.record(&record).await.unwrap();
    let wanted = Wanted {
        genres: vec![drama.id, war.id],
        ..Wanted::default()
    };
    let since = noon() - Duration::hours(24);
    let found = recommendations
        .find_candidates(user.id, &wanted, &[], since, 10)
        .await
        .unwrap();
    let first = Candidate {
        film: wished.id,
        is_wished: true,
        matching_genres: 1,
        has_description: false,
        place: None,
    };
    let second = Candidate {
        film: both.id,
        is_wished: false,
        matching_genres: 2,
        has_description: true,
        place: None,
    };
    assert_eq!(found, [first, second]);
    let just_one = recommendations
        .find_candidates(user.id, &wanted, &[], since, 1)
        .await
        .unwrap();
    assert_eq!(just_one, [first]);
    let series = Wanted {
        kind: Some(FilmKind::Tv),
        ..Wanted::default()
    };
    let found = recommendations
        .find_candidates(user.id, &series, &[], since, 10)
        .await
        .unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].film, found[0].matching_genres), (other.id, 0));
    let later = noon() + Duration::seconds(1);
    let found = recommendations
        .find_candidates(user.id, &wanted, &[], later, 10)
        .await
        .unwrap();
    assert!(found.iter().any(|candidate| candidate.film == given.id));
}

async fn the_best_come_after_wishes_and_before_the_rest(bench: Bench) {
    let user = a_user().build();
    bench.has_user(&user).await;
    let films: Vec<FilmId> = {
        let mut films = Vec::new();
        for _ in 0..6 {
            let film = a_film().build();
            bench.has_film(&film).await;
            films.push(film.id);
        }
        films
    };
    let wish = StandardList::Wish.of(user.id);
    bench
        .entries()
        .add(wish, user.id, films[0], noon())
        .await
        .unwrap();
    let uow = bench.store().begin().await.unwrap();
    let best = [films[5], films[3], films[0]];
    let wanted = Wanted::default();
    let found = uow
        .recommendations()
        .find_candidates(user.id, &wanted, &best, noon(), 4)
        .await
        .unwrap();
    let places: Vec<Option<u32>> = found.iter().map(|candidate| candidate.place).collect();
    assert_eq!((found[0].film, places[0]), (films[0], Some(2)));
    let mut next: Vec<(FilmId, Option<u32>)> = found[1..3]
        .iter()
        .map(|candidate| (candidate.film, candidate.place))
        .collect();
    next.sort_unstable_by_key(|(_, place)| *place);
    assert_eq!(next, [(films[5], Some(0)), (films[3], Some(1))]);
    assert_eq!(places[3], None);
}

async fn what_is_rated_or_hidden_is_no_candidate(bench: Bench) {
    let genre = bench.has_genre(a_genre("Horror")).await.id;
    let user = a_user().build();
    bench.has_user(&user).await;
    let films = [(); 5].map(|()| a_film().build());
    for film in &films {
        bench.has_film(film).await;
    }
    let of_genre = a_film().with_genre(genre).build();
    bench.has_film(&of_genre).await;
    let actor = Actor::User(SignedInUser {
        id: user.id,
        role: user.role,
        language: None,
        session: Id::from_uuid(Uuid::nil()),
    });
    let app = ApplicationModule::builder(Arc::clone(&bench.ports)).build();
    let rate: &dyn UseCase<RateFilm> = app.resolve_ref();
    let rating = RateFilm {
        film: films[0].id,
        rating: Rating::MAX,
    };
    rate.execute(&actor, rating).await.unwrap();
    let hide: &dyn UseCase<HideThing> = app.resolve_ref();
    for (subject, how) in [
        (HiddenSubject::Film(films[1].id), Hide::Hide),
        (HiddenSubject::Film(films[2].id), Hide::NotInterested),
        (HiddenSubject::Genre(genre), Hide::Hide),
    ] {
        hide.execute(&actor, HideThing { subject, how })
            .await
            .unwrap();
    }
    let uow = bench.store().begin().await.unwrap();
    let wanted = Wanted::default();
    let found = uow
        .recommendations()
        .find_candidates(user.id, &wanted, &[], noon(), 10)
        .await
        .unwrap();
    let mut found: Vec<FilmId> = found.iter().map(|candidate| candidate.film).collect();
    found.sort_unstable();
    let mut expected = [films[3].id, films[4].id];
    expected.sort_unstable();
    assert_eq!(found, expected);
}

async fn shown(bench: &Bench, user: &User) -> Vec<Shown> {
    let mut shown = bench.tastes().read(user.id).await.unwrap().shown;
    shown.sort_unstable_by_key(|shown| shown.film);
    shown
}

async fn what_was_shown_is_counted_and_forgotten(bench: Bench) {
    let (anna, boris) = (a_user().build(), a_user().build());
    let films = [a_film().build(), a_film().build()];
    for user in [&anna, &boris] {
        bench.has_user(user).await;
    }
    for film in &films {
        bench.has_film(film).await;
    }
    let nobody: FilmId = Id::from_uuid(Uuid::from_u128(1));
    let both = [films[0].id, films[1].id, nobody];
    let note = async |films: &[FilmId], at| bench.shown().note(anna.id, films, at).await.unwrap();
    let later = noon() + Duration::hours(1);
    note(&both, noon()).await;
    note(&both[..1], later).await;
    note(&[], later).await;
    let told = |film: &Film, times, last_shown_at| Shown {
        film: film.id,
        times,
        last_shown_at,
    };
    let mut expected = [told(&films[0], 2, later), told(&films[1], 1, noon())];
    expected.sort_unstable_by_key(|shown| shown.film);
    assert_eq!(shown(&bench, &anna).await, expected);
    assert_eq!(shown(&bench, &boris).await, []);
    let gone: UserId = Id::from_uuid(Uuid::from_u128(2));
    bench.shown().note(gone, &both, later).await.unwrap();
    let uow = bench.store().begin().await.unwrap();
    assert_eq!(uow.recommendations().forget_shown(later).await.unwrap(), 1);
    uow.commit().await.unwrap();
    assert_eq!(shown(&bench, &anna).await, [told(&films[0], 2, later)]);
}

async fn the_films_of_several_lists_are_told_by_identifier(bench: Bench) {
    let (anna, boris) = (a_user().build(), a_user().build());
    let film = a_film().build();
    for user in [&anna, &boris] {
        bench.has_user(user).await;
    }
    bench.has_film(&film).await;
    let (liked, empty) = (
        StandardList::Liked.of(anna.id),
        StandardList::Wish.of(boris.id),
    );
    bench
        .entries()
        .add(liked, anna.id, film.id, noon())
        .await
        .unwrap();
    let nothing = Id::from_uuid(Uuid::from_u128(3));
    let mut found = bench
        .library()
        .list_films(&[liked, empty, nothing])
        .await
        .unwrap();
    found.sort_by_key(|list| list.films.len());
    let listed = |list, owner: &User, films: &[FilmId]| ListedFilms {
        list,
        owner: owner.id,
        films: films.to_vec(),
    };
    assert_eq!(
        found,
        [listed(empty, &boris, &[]), listed(liked, &anna, &[film.id])]
    );
}

async fn what_was_given_long_ago_is_forgotten(bench: Bench) {
    let user = a_user().build();
    bench.has_user(&user).await;
    let film = a_film().build();
    bench.has_film(&film).await;
    let uow = bench.store().begin().await.unwrap();
    for (number, age) in [(1, 0), (2, 1)] {
        let given = Recommendation {
            id: Id::from_uuid(Uuid::from_u128(number)),
            user: user.id,
            film: film.id,
            given_at: noon() - Duration::microseconds(age),
        };
        uow.recommendations().record(&given).await.unwrap();
    }
    let forget = async || uow.recommendations().forget_given(noon()).await.unwrap();
    assert_eq!(forget().await, 1);
    assert_eq!(forget().await, 0);
}

contract!(
    only_what_suits_is_a_candidate,
    the_best_come_after_wishes_and_before_the_rest,
    what_is_rated_or_hidden_is_no_candidate,
    what_was_shown_is_counted_and_forgotten,
    the_films_of_several_lists_are_told_by_identifier,
    what_was_given_long_ago_is_forgotten,
);
