//! Users agree to be advised together.
use crate::support::{code, email};
use application::{
    fakes::{World, a_user},
    identity::{administer::SetStanding, profile::DeleteAccount},
    recommendation::{
        companions::{
            AcceptCompanion, CompanionError, DeclineCompanion, EndCompanionship, InviteCompanion,
            ListCompanions,
        },
        ports::{CompanionStanding, CompanionView},
    },
    shared::{
        actor::Actor,
        page::{PageRequest, PageSize},
    },
};
use chrono::Duration;
use domain::{
    identity::User,
    recommendation::{Addressee, Companionship, CompanionshipId},
    shared::Id,
};
use uuid::Uuid;

pub async fn invite(world: &World, by: &Actor, whom: &str) -> Result<(), CompanionError> {
    let addressee = Addressee::parse(whom).unwrap();
    world.run(by, InviteCompanion { addressee }).await
}

pub async fn companions_of(world: &World, user: &Actor) -> Vec<CompanionView> {
    let page = PageRequest {
        size: PageSize::default(),
        after: None,
    };
    let listed = world.run(user, ListCompanions { page }).await;
    listed.unwrap().items
}

/// Makes companions of two users.
pub async fn agree(world: &World, one: &User, other: &User) -> CompanionshipId {
    let (host, guest) = (world.signed_in(one), world.signed_in(other));
    let address = other.email.as_ref().unwrap().as_str();
    invite(world, &host, address).await.unwrap();
    let companionship = companions_of(world, &guest).await[0].id;
    let accepted = world.run(&guest, AcceptCompanion { companionship }).await;
    accepted.unwrap();
    companionship
}

fn names(companions: &[CompanionView]) -> Vec<(&str, CompanionStanding)> {
    let companions = companions.iter();
    companions
        .map(|companion| (companion.name.as_str(), companion.standing))
        .collect()
}

struct Pair {
    world: World,
    anna: Actor,
    boris: Actor,
}

fn anna_and_boris() -> Pair {
    let world = World::new();
    let anna = world.has(a_user().named("Anna"));
    let boris = world.has(a_user().named("Boris").with_email("boris@example.org"));
    Pair {
        anna: world.signed_in(&anna),
        boris: world.signed_in(&boris),
        world,
    }
}

#[tokio::test]
async fn an_accepted_invitation_makes_companions_of_both() {
    let Pair { world, anna, boris } = anna_and_boris();
    invite(&world, &anna, "Boris@example.org").await.unwrap();
    let waiting = companions_of(&world, &anna).await;
    assert_eq!(
        names(&waiting),
        [("boris@example.org", CompanionStanding::Invited)]
    );
    let invited = companions_of(&world, &boris).await;
    assert_eq!(names(&invited), [("Anna", CompanionStanding::InvitesMe)]);
    let companionship = invited[0].id;
    world.clock.advance(Duration::days(1));
    let since = world.now();
    for _ in 0..2 {
        world
            .run(&boris, AcceptCompanion { companionship })
            .await
            .unwrap();
    }
    let agreed = CompanionStanding::Companion { since };
    assert_eq!(
        names(&companions_of(&world, &anna).await),
        [("Boris", agreed)]
    );
    assert_eq!(
        names(&companions_of(&world, &boris).await),
        [("Anna", agreed)]
    );
}

#[tokio::test]
async fn whether_there_is_such_a_user_does_not_show() {
    let Pair { world, anna, boris } = anna_and_boris();
    world.has(a_user().named("Vera"));
    world.has(a_user().named("Vera"));
    world.has(a_user().with_email("away@example.org").disabled());
    for whom in [
        "nobody@example.org",
        "away@example.org",
        "Nobody",
        "Vera",
        "Anna",
        "Boris",
    ] {
        invite(&world, &anna, whom).await.unwrap();
    }
    let declined = companions_of(&world, &boris).await[0].id;
    let decline = DeclineCompanion {
        companionship: declined,
    };
    world.run(&boris, decline).await.unwrap();
    assert!(companions_of(&world, &boris).await.is_empty());
    let waiting = companions_of(&world, &anna).await;
    let expected = [
        "Boris",
        "Anna",
        "Vera",
        "Nobody",
        "away@example.org",
        "nobody@example.org",
    ];
    assert_eq!(
        names(&waiting),
        expected.map(|name| (name, CompanionStanding::Invited))
    );
}

#[tokio::test]
async fn inviting_twice_is_the_same_as_once_and_there_is_an_end_to_it() {
    let Pair { world, anna, .. } = anna_and_boris();
    for number in 0..Companionship::MOST {
        for _ in 0..2 {
            invite(&world, &anna, &format!("Friend {number}"))
                .await
                .unwrap();
        }
    }
    let refused = invite(&world, &anna, "One more").await;
    assert_eq!(code(refused), "recommendation.too_many_companions");
    assert!(invite(&world, &anna, "Friend 0").await.is_ok());
}

#[tokio::test]
async fn pages_of_companions_follow_each_other() {
    let Pair { world, anna, .. } = anna_and_boris();
    for name in ["One", "Two", "Three"] {
        invite(&world, &anna, name).await.unwrap();
    }
    let page = |after| {
        let size = PageSize::try_from(2).unwrap();
        let page = PageRequest { size, after };
        world.run(&anna, ListCompanions { page })
    };
    let first = page(None).await.unwrap();
    assert_eq!(
        (first.items[0].name.as_str(), first.items.len()),
        ("Three", 2)
    );
    let second = page(first.next).await.unwrap();
    assert_eq!((second.items[0].name.as_str(), second.next), ("One", None));
}

#[tokio::test]
async fn either_may_end_it_and_strangers_may_not() {
    let world = World::new();
    let (anna, boris) = (world.has(a_user()), world.has(a_user()));
    let stranger = world.signed_in(&world.has(a_user()));
    for who in [&anna, &boris] {
        let companionship = agree(&world, &anna, &boris).await;
        let end = || EndCompanionship { companionship };
        let refused = world.run(&stranger, end()).await;
        assert_eq!(code(refused), "recommendation.companion_not_found");
        world.run(&world.signed_in(who), end()).await.unwrap();
        for user in [&anna, &boris] {
            assert!(
                companions_of(&world, &world.signed_in(user))
                    .await
                    .is_empty()
            );
        }
        let refused = world.run(&world.signed_in(who), end()).await;
        assert_eq!(code(refused), "recommendation.companion_not_found");
    }
}

#[tokio::test]
async fn only_who_is_invited_answers() {
    let Pair { world, anna, boris } = anna_and_boris();
    invite(&world, &anna, "Boris").await.unwrap();
    let companionship = companions_of(&world, &anna).await[0].id;
    let stranger = world.signed_in(&world.has(a_user()));
    for other in [&anna, &stranger] {
        let refused = world.run(other, AcceptCompanion { companionship }).await;
        assert_eq!(code(refused), "recommendation.companion_not_found");
        let refused = world.run(other, DeclineCompanion { companionship }).await;
        assert_eq!(code(refused), "recommendation.companion_not_found");
    }
    let refused = world.run(&boris, EndCompanionship { companionship }).await;
    assert_eq!(code(refused), "recommendation.companion_not_found");
    world
        .run(&boris, AcceptCompanion { companionship })
        .await
        .unwrap();
    let refused = world.run(&boris, DeclineCompanion { companionship }).await;
    assert_eq!(code(refused), "recommendation.invitation_accepted");
    let nothing = AcceptCompanion {
        companionship: Id::from_uuid(Uuid::nil()),
    };
    assert_eq!(
        code(world.run(&boris, nothing).await),
        "recommendation.companion_not_found"
    );
}

#[tokio::test]
async fn two_who_invite_each_other_are_companions_once() {
    let world = World::new();
    let (anna, boris) = (world.has(a_user()), world.has(a_user()));
    let address = anna.email.as_ref().unwrap().as_str();
    invite(&world, &world.signed_in(&boris), address)
        .await
        .unwrap();
    agree(&world, &anna, &boris).await;
    for user in [&anna, &boris] {
        assert_eq!(companions_of(&world, &world.signed_in(user)).await.len(), 1);
    }
}

#[tokio::test]
async fn who_leaves_is_nobody_s_companion_any_more() {
    let Pair { world, anna, boris } = anna_and_boris();
    invite(&world, &anna, "Boris").await.unwrap();
    world.run(&boris, DeleteAccount).await.unwrap();
    // What waited for them waits for nobody, which cannot be told apart.
    let waiting = companions_of(&world, &anna).await;
    assert_eq!(names(&waiting), [("Boris", CompanionStanding::Invited)]);
    let vera = world.has(a_user());
    let host = world.has(a_user());
    agree(&world, &host, &vera).await;
    world
        .run(&world.signed_in(&vera), DeleteAccount)
        .await
        .unwrap();
    assert!(
        companions_of(&world, &world.signed_in(&host))
            .await
            .is_empty()
    );
}

#[tokio::test]
async fn only_signed_in_users_have_companions() {
    let world = World::new();
    let refused = invite(&world, &Actor::Anonymous, "Boris").await;
    assert_eq!(code(refused), "identity.not_signed_in");
}

/// Shuts a user out.
pub async fn shut_out(world: &World, address: &str) {
    let request = SetStanding {
        email: email(address),
        is_active: false,
    };
    world.run(&Actor::System, request).await.unwrap();
}
