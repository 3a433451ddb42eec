//! Films for several users at once.
use crate::{
    companions::{agree, shut_out},
    support::code,
};
use application::{
    fakes::{World, a_film, a_genre, a_user},
    recommendation::{
        companions::EndCompanionship, reasons::Advice, recommender::Evidence,
        together::RecommendTogether,
    },
    shared::actor::Actor,
};
use domain::{
    catalogue::{FilmId, GenreId},
    identity::User,
    library::StandardList,
    recommendation::{CompanionshipId, Reason},
    shared::Id,
};
use uuid::Uuid;

/// Anna likes comedies, Boris likes dramas.
struct Evening {
    world: World,
    anna: User,
    boris: User,
    companionship: CompanionshipId,
    comedy: GenreId,
    drama: GenreId,
    annas: FilmId,
    boriss: FilmId,
}

async fn evening() -> Evening {
    let world = World::new();
    let (anna, boris) = (world.has(a_user()), world.has(a_user()));
    let [comedy, drama, horror] =
        ["Comedy", "Drama", "Horror"].map(|name| world.has(a_genre(name)).id);
    let annas = world.has(a_film().titled("Playtime").with_genre(comedy)).id;
    let boriss = world
        .has(a_film().titled("Secret of Boris").with_genre(drama))
        .id;
    world.lists(annas, StandardList::Liked.of(anna.id));
    world.lists(boriss, StandardList::Liked.of(boris.id));
    for genre in [comedy, drama, horror] {
        world.has(a_film().with_genre(genre));
    }
    let companionship = agree(&world, &anna, &boris).await;
    Evening {
        world,
        anna,
        boris,
        companionship,
        comedy,
        drama,
        annas,
        boriss,
    }
}

impl Evening {
    fn suits_both(&self) -> FilmId {
        let film = a_film().with_genre(self.comedy).with_genre(self.drama);
        self.world.has(film).id
    }

    fn request(&self) -> RecommendTogether {
        RecommendTogether {
            companions: vec![self.companionship],
            ..RecommendTogether::default()
        }
    }

    async fn ask(&self, user: &User) -> Advice {
        let actor = self.world.signed_in(user);
        self.world.run(&actor, self.request()).await.unwrap()
    }
}

fn films(advice: &Advice) -> Vec<FilmId> {
    let films = advice.films.iter();
    films.map(|advised| advised.film.card.id).collect()
}

#[tokio::test]
async fn nobody_is_left_with_what_they_would_dislike_whoever_asks() {
    let evening = evening().await;
    let both = evening.suits_both();
    let seen = evening.suits_both();
    evening
        .world
        .lists(seen, StandardList::Watched.of(evening.boris.id));
    for user in [&evening.anna, &evening.boris] {
        assert_eq!(films(&evening.ask(user).await), [both]);
    }
}

#[tokio::test]
async fn reasons_tell_of_nobody_but_who_asks() {
    let evening = evening().await;
    let both = evening.suits_both();
    // A recommender that mixes them up must not be believed.
    let why = [evening.annas, evening.boriss].map(|film| Evidence::BecauseYouLiked { film });
    evening.world.recommender.favours(both, &why);
    for (user, title) in [
        (&evening.anna, "Playtime"),
        (&evening.boris, "Secret of Boris"),
    ] {
        let advice = evening.ask(user).await;
        let reasons = &advice.films[0].reasons;
        assert_eq!(reasons[0], Reason::SuitsEverybody);
        let named = reasons.iter().filter_map(Reason::film);
        let named: Vec<&str> = named.map(|film| film.title.as_str()).collect();
        assert_eq!(named, [title]);
    }
}

#[tokio::test]
async fn who_does_not_agree_any_more_is_not_advised() {
    let evening = evening().await;
    evening.suits_both();
    let boris = evening.world.signed_in(&evening.boris);
    let end = EndCompanionship {
        companionship: evening.companionship,
    };
    evening.world.run(&boris, end).await.unwrap();
    let anna = evening.world.signed_in(&evening.anna);
    let refused = evening.world.run(&anna, evening.request()).await;
    assert_eq!(code(refused), "recommendation.not_companions");
}

#[tokio::test]
async fn who_was_shut_out_cannot_take_part() {
    let evening = evening().await;
    evening.suits_both();
    let address = evening.boris.email.as_ref().unwrap();
    shut_out(&evening.world, address.as_str()).await;
    let anna = evening.world.signed_in(&evening.anna);
    let refused = evening.world.run(&anna, evening.request()).await;
    assert_eq!(code(refused), "recommendation.companion_away");
}

#[tokio::test]
async fn somebody_else_s_companions_are_not_one_s_own() {
    let evening = evening().await;
    let stranger = evening.world.has(a_user());
    let stranger = evening.world.signed_in(&stranger);
    let refused = evening.world.run(&stranger, evening.request()).await;
    assert_eq!(code(refused), "recommendation.not_companions");
}

#[tokio::test]
async fn a_group_is_of_two_to_eight() {
    let evening = evening().await;
    let anna = evening.world.signed_in(&evening.anna);
    let nobodys = |n: u128| Id::from_uuid(Uuid::from_u128(n));
    for count in [0, 8] {
        let request = RecommendTogether {
            companions: (0..count).map(nobodys).collect(),
            ..RecommendTogether::default()
        };
        let refused = evening.world.run(&anna, request).await;
        assert_eq!(code(refused), "recommendation.group_size");
    }
    // Naming somebody twice makes no two of them.
    evening.suits_both();
    let request = RecommendTogether {
        companions: vec![evening.companionship; 9],
        ..RecommendTogether::default()
    };
    assert!(evening.world.run(&anna, request).await.is_ok());
}

#[tokio::test]
async fn where_somebody_would_dislike_everything_nothing_is_proposed() {
    let evening = evening().await;
    let anna = evening.world.signed_in(&evening.anna);
    let refused = evening.world.run(&anna, evening.request()).await;
    assert_eq!(code(refused), "recommendation.nothing_suits");
    let refused = evening
        .world
        .run(&Actor::Anonymous, evening.request())
        .await;
    assert_eq!(code(refused), "identity.not_signed_in");
}
