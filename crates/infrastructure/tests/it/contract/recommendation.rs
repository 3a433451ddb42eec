//! What could be recommended.
use super::{Bench, contract};
use application::{
    fakes::{Fixture, a_film, a_genre, a_user},
    recommendation::ports::Wanted,
};
use chrono::{DateTime, Duration, Utc};
use domain::{
    catalogue::FilmKind,
    library::StandardList,
    recommendation::{Candidate, Recommendation},
    shared::Id,
};
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
        kind: None,
    };
    let since = noon() - Duration::hours(24);
    let found = recommendations
        .find_candidates(user.id, &wanted, since, 10)
        .await
        .unwrap();
    let first = Candidate {
        film: wished.id,
        is_wished: true,
        matching_genres: 1,
        has_description: false,
    };
    let second = Candidate {
        film: both.id,
        is_wished: false,
        matching_genres: 2,
        has_description: true,
    };
    assert_eq!(found, [first, second]);
    let just_one = recommendations
        .find_candidates(user.id, &wanted, since, 1)
        .await
        .unwrap();
    assert_eq!(just_one, [first]);
    let series = Wanted {
        genres: vec![],
        kind: Some(FilmKind::Tv),
    };
    let found = recommendations
        .find_candidates(user.id, &series, since, 10)
        .await
        .unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].film, found[0].matching_genres), (other.id, 0));
    let later = noon() + Duration::seconds(1);
    let found = recommendations
        .find_candidates(user.id, &wanted, later, 10)
        .await
        .unwrap();
    assert!(found.iter().any(|candidate| candidate.film == given.id));
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
    what_was_given_long_ago_is_forgotten,
);
