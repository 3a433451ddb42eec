//! Films for one user, and films that are like one.
use crate::support::code;
use application::{
    catalogue::ports::FilmQueries,
    fakes::{World, a_film, a_genre, a_mood, a_user, a_watchlist},
    library::ports::WatchlistRef,
    recommendation::{
        reasons::Advice, recommend::Recommend, recommend_tonight::RecommendTonight,
        recommender::Evidence, similar::ShowSimilar, wishes::Wishes,
    },
    shared::{actor::Actor, page::PageSize},
    taste::{hides::HideThing, ratings::RateFilm},
};
use chrono::Duration;
use domain::{
    catalogue::{CreditRole, FilmId, PersonId},
    library::StandardList,
    recommendation::{Mentioned, Reason},
    shared::Id,
    taste::{HiddenSubject, Hide, Rating},
};
use uuid::Uuid;

fn anything() -> Recommend {
    Recommend::default()
}

fn films(advice: &Advice) -> Vec<FilmId> {
    let films = advice.films.iter();
    films.map(|advised| advised.film.card.id).collect()
}

async fn director_of(world: &World, film: FilmId) -> PersonId {
    let details = world.film_queries.show_details(film, None).await;
    details.unwrap().unwrap().directors[0].person
}

/// A world where Anna likes one film and is proposed another for these reasons.
async fn proposed(why: impl AsyncFn(&World, FilmId) -> Vec<Evidence>) -> (FilmId, Vec<Reason>) {
    let world = World::new();
    let anna = world.has(a_user());
    let liked = world
        .has(a_film().titled("Stalker").directed_by("Andrei Tarkovsky"))
        .id;
    let other = world.has(a_film().titled("Solaris")).id;
    world.lists(liked, StandardList::Liked.of(anna.id));
    let why = why(&world, liked).await;
    world.recommender.favours(other, &why);
    let advice = world
        .run(&world.signed_in(&anna), anything())
        .await
        .unwrap();
    assert_eq!(films(&advice)[0], other);
    (liked, advice.films[0].reasons.clone())
}

fn stalker(film: FilmId) -> Mentioned {
    Mentioned {
        film,
        title: "Stalker".to_owned(),
    }
}

#[tokio::test]
async fn a_liked_film_is_named_by_its_title() {
    let (film, reasons) = proposed(async |_, film| {
        vec![
            Evidence::BecauseYouLiked { film },
            Evidence::PeopleWithYourTaste { film },
        ]
    })
    .await;
    let expected = [
        Reason::YouLiked {
            film: stalker(film),
        },
        Reason::PeopleWithYourTaste {
            film: stalker(film),
        },
    ];
    assert_eq!(reasons, expected);
}

#[tokio::test]
async fn a_person_and_a_genre_in_common_are_named() {
    let (film, reasons) = proposed(async |world, film| {
        let person = director_of(world, film).await;
        let genre = world.has(a_genre("Drama")).id;
        let role = CreditRole::Director;
        vec![
            Evidence::SharesPerson { person, role, film },
            Evidence::SharesGenre { genre, film },
            Evidence::PopularNow,
        ]
    })
    .await;
    let [
        Reason::SharesPerson { name, .. },
        Reason::SharesGenre { genre, .. },
        Reason::PopularNow,
    ] = &reasons[..]
    else {
        panic!("{reasons:?}");
    };
    assert_eq!(
        (name.as_str(), genre.english.as_str()),
        ("Andrei Tarkovsky", "Drama")
    );
    assert!(
        reasons[..2]
            .iter()
            .all(|reason| reason.film() == Some(&stalker(film)))
    );
}

#[tokio::test]
async fn a_mood_is_a_reason_only_where_it_was_asked_for() {
    let world = World::new();
    let actor = world.signed_in(&world.has(a_user()));
    let tense = world.has(a_mood("Tense"));
    let film = world.has(a_film()).id;
    world
        .recommender
        .favours(film, &[Evidence::FitsMood { mood: tense.id }]);
    let unasked = world.run(&actor, anything()).await.unwrap();
    assert!(unasked.films[0].reasons.is_empty());
    let request = Recommend {
        wishes: Wishes {
            moods: vec![tense.id],
            ..Wishes::default()
        },
        ..anything()
    };
    let asked = world.run(&actor, request).await.unwrap();
    assert_eq!(asked.films[0].reasons, [Reason::FitsMood { mood: tense }]);
}

#[tokio::test]
async fn what_the_user_has_not_told_is_no_reason() {
    let (_, reasons) = proposed(async |world, liked| {
        let boris = world.has(a_user());
        let film = world.has(a_film().titled("Of Boris")).id;
        world.lists(film, StandardList::Liked.of(boris.id));
        let person = director_of(world, liked).await;
        let nobody: PersonId = Id::from_uuid(Uuid::nil());
        let role = CreditRole::Cast;
        vec![
            Evidence::BecauseYouLiked { film },
            Evidence::PeopleWithYourTaste { film },
            Evidence::SharesPerson { person, role, film },
            Evidence::SharesPerson {
                person: nobody,
                role,
                film: liked,
            },
        ]
    })
    .await;
    assert!(reasons.is_empty(), "{reasons:?}");
}

#[tokio::test]
async fn what_was_seen_or_liked_is_not_recommended_and_neither_is_what_is_not_wanted() {
    let world = World::new();
    let anna = world.has(a_user());
    let actor = world.signed_in(&anna);
    let all: Vec<FilmId> = (0..6).map(|_| world.has(a_film()).id).collect();
    world.lists(all[0], StandardList::Watched.of(anna.id));
    world.lists(all[1], StandardList::Liked.of(anna.id));
    world.lists(all[2], StandardList::Wish.of(anna.id));
    let own = world
        .has(a_watchlist().owned_by(anna.id).with_film(all[3]))
        .id;
    let advice = world.run(&actor, anything()).await.unwrap();
    assert_eq!(films(&advice), all[2..]);
    let request = Recommend {
        without_films: vec![all[4]],
        without_lists: vec![
            WatchlistRef::Standard(StandardList::Wish),
            WatchlistRef::Id(own),
        ],
        ..anything()
    };
    let advice = world.run(&actor, request).await.unwrap();
    assert_eq!(films(&advice), [all[5]]);
}

#[tokio::test]
async fn only_the_user_s_own_lists_are_left_out() {
    let world = World::new();
    let actor = world.signed_in(&world.has(a_user()));
    let boris = world.has(a_user());
    let his = world.has(a_watchlist().owned_by(boris.id)).id;
    let without = |list| Recommend {
        without_lists: vec![WatchlistRef::Id(list)],
        ..anything()
    };
    let refused = world.run(&actor, without(his)).await;
    assert_eq!(code(refused), "library.not_your_watchlist");
    let refused = world.run(&actor, without(Id::from_uuid(Uuid::nil()))).await;
    assert_eq!(code(refused), "library.watchlist_not_found");
}

#[tokio::test]
async fn what_is_shown_is_counted_once_an_hour() {
    let world = World::new();
    let anna = world.has(a_user());
    let actor = world.signed_in(&anna);
    let film = world.has(a_film()).id;
    let times = || {
        let shown = world.stored().shown_films_of(anna.id);
        assert_eq!((shown.len(), shown[0].film), (1, film));
        shown[0].times
    };
    for _ in 0..2 {
        world.run(&actor, anything()).await.unwrap();
        assert_eq!(times(), 1);
    }
    world.clock.advance(Duration::hours(1));
    world.run(&actor, anything()).await.unwrap();
    assert_eq!(times(), 2);
}

#[tokio::test]
async fn films_are_shown_even_when_that_cannot_be_noted() {
    let world = World::new();
    let actor = world.signed_in(&world.has(a_user()));
    let film = world.has(a_film()).id;
    world.store.refuse_commits();
    let advice = world.run(&actor, anything()).await.unwrap();
    assert_eq!(films(&advice), [film]);
}

#[tokio::test]
async fn the_best_come_first_and_no_more_than_asked_for() {
    let world = World::new();
    let actor = world.signed_in(&world.has(a_user()));
    let all: Vec<FilmId> = (0..5).map(|_| world.has(a_film()).id).collect();
    world.recommender.favours(all[4], &[]);
    let request = Recommend {
        most: PageSize::try_from(2).unwrap(),
        ..anything()
    };
    let advice = world.run(&actor, request).await.unwrap();
    assert_eq!(films(&advice), [all[4], all[0]]);
    assert!(advice.films[0].score > advice.films[1].score);
}

#[tokio::test]
async fn genres_and_moods_that_do_not_exist_are_refused() {
    let world = World::new();
    let actor = world.signed_in(&world.has(a_user()));
    let nothing = Uuid::nil();
    let of_genre = Wishes {
        genres: vec![Id::from_uuid(nothing)],
        ..Wishes::default()
    };
    let of_mood = Wishes {
        moods: vec![Id::from_uuid(nothing)],
        ..Wishes::default()
    };
    for (wishes, refused) in [
        (of_genre, "catalogue.unknown_genre"),
        (of_mood, "catalogue.unknown_mood"),
    ] {
        let request = Recommend {
            wishes,
            ..anything()
        };
        assert_eq!(code(world.run(&actor, request).await), refused);
    }
}

#[tokio::test]
async fn nobody_is_recommended_nothing() {
    let world = World::new();
    let refused = world.run(&Actor::Anonymous, anything()).await;
    assert_eq!(code(refused), "identity.not_signed_in");
}

async fn hide(world: &World, actor: &Actor, subject: HiddenSubject, how: Hide) {
    world.run(actor, HideThing { subject, how }).await.unwrap();
}

#[tokio::test]
async fn a_rating_is_named_with_its_points_and_a_rated_film_is_not_recommended() {
    let world = World::new();
    let actor = world.signed_in(&world.has(a_user()));
    let film = world.has(a_film().titled("Stalker")).id;
    let other = world.has(a_film()).id;
    let rating = Rating::try_from(9).unwrap();
    world.run(&actor, RateFilm { film, rating }).await.unwrap();
    let why = [Evidence::BecauseYouRated {
        film,
        value: rating,
    }];
    world.recommender.favours(other, &why);
    let advice = world.run(&actor, anything()).await.unwrap();
    assert_eq!(films(&advice), [other]);
    let film = stalker(film);
    assert_eq!(advice.films[0].reasons, [Reason::YouRated { film, rating }]);
}

#[tokio::test]
async fn what_is_hidden_is_proposed_nowhere_from_the_next_request_on() {
    let world = World::new();
    let actor = world.signed_in(&world.has(a_user()));
    let genre = world.has(a_genre("Horror")).id;
    let seed = world.has(a_film()).id;
    let hidden = world.has(a_film()).id;
    let of_genre = world.has(a_film().with_genre(genre)).id;
    let disliked = world.has(a_film()).id;
    hide(&world, &actor, HiddenSubject::Film(hidden), Hide::Hide).await;
    hide(&world, &actor, HiddenSubject::Genre(genre), Hide::Hide).await;
    hide(
        &world,
        &actor,
        HiddenSubject::Film(disliked),
        Hide::NotInterested,
    )
    .await;
    let advice = world.run(&actor, anything()).await.unwrap();
    assert_eq!(films(&advice), [seed]);
    let alike = world.run(&actor, similar_to(seed)).await.unwrap();
    assert_eq!(films(&alike), [of_genre]);
    let tonight = world
        .run(&actor, RecommendTonight::default())
        .await
        .unwrap();
    assert_eq!(tonight.card.id, seed);
    let nothing = world.run(&actor, RecommendTonight::default()).await;
    assert_eq!(code(nothing), "recommendation.nothing_suits");
}

fn similar_to(film: FilmId) -> ShowSimilar {
    ShowSimilar {
        film,
        most: PageSize::default(),
    }
}

#[tokio::test]
async fn films_that_are_like_one_say_what_they_share_with_it_and_nothing_else() {
    let world = World::new();
    let anna = world.has(a_user());
    let seed = world.has(a_film().titled("Stalker")).id;
    let [other, liked] = [(); 2].map(|()| world.has(a_film()).id);
    world.lists(liked, StandardList::Liked.of(anna.id));
    let genre = world.has(a_genre("Drama"));
    let shared = |film| Evidence::SharesGenre {
        genre: genre.id,
        film,
    };
    let why = [
        shared(seed),
        shared(liked),
        Evidence::BecauseYouLiked { film: liked },
    ];
    world.recommender.favours(other, &why);
    for actor in [Actor::Anonymous, world.signed_in(&anna)] {
        let advice = world.run(&actor, similar_to(seed)).await.unwrap();
        assert_eq!(films(&advice), [other, liked]);
        let expected = Reason::SharesGenre {
            genre: genre.clone(),
            film: stalker(seed),
        };
        assert_eq!(advice.films[0].reasons, [expected]);
        let is_signed_in = actor != Actor::Anonymous;
        assert_eq!(advice.films[1].film.flags.is_liked, is_signed_in);
    }
    let refused = world.run(&Actor::Anonymous, similar_to(Id::from_uuid(Uuid::nil())));
    assert_eq!(code(refused.await), "catalogue.film_not_found");
}
