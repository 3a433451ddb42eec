//! What the bot asks: showing an attempt, linking, and who somebody is.
use crate::support::{code, username};
use application::{
    fakes::{World, a_user},
    identity::telegram::{
        AskedSignIn, ConfirmTelegramLink, ConfirmTelegramSignIn, DeclineTelegramSignIn,
        JoinByTelegram, OpenTelegramLink, OpenTelegramSignIn, OpenedLink, RecogniseTelegram,
        Recognised, ShowTelegramSignIn, TelegramSignInError, UnlinkTelegram,
    },
    shared::actor::Actor,
};
use chrono::Duration;
use domain::{
    identity::{DeviceName, Opener, Role, TelegramId, TelegramSignInRefused, User},
    shared::Language,
};

const ANNA: TelegramId = TelegramId(42);
const BOB: TelegramId = TelegramId(43);

async fn open(world: &World) -> String {
    let opener = Opener {
        device: DeviceName::parse("Films 2 (Pixel 9)").ok(),
        address: "203.0.113.7".parse().ok(),
    };
    let request = OpenTelegramSignIn { opener };
    world.run(&Actor::Anonymous, request).await.unwrap()
}

async fn show(
    world: &World,
    key: &str,
    telegram: TelegramId,
) -> Result<AskedSignIn, TelegramSignInError> {
    let key = key.to_owned();
    let request = ShowTelegramSignIn { key, telegram };
    world.run(&Actor::System, request).await
}

async fn link(world: &World, actor: &Actor) -> OpenedLink {
    let request = OpenTelegramLink::default();
    world.run(actor, request).await.unwrap()
}

async fn confirm_link(
    world: &World,
    key: &str,
    telegram: TelegramId,
) -> Result<User, TelegramSignInError> {
    let key = key.to_owned();
    let request = ConfirmTelegramLink { key, telegram };
    world.run(&Actor::System, request).await
}

fn refusal<T>(outcome: Result<T, TelegramSignInError>) -> Option<TelegramSignInRefused> {
    match outcome {
        Err(TelegramSignInError::IncorrectKey(why)) => why,
        Err(failure) => panic!("{failure}"),
        Ok(_) => panic!("it went well"),
    }
}

#[tokio::test]
async fn the_person_is_shown_who_asks_and_from_where() {
    let world = World::new();
    let key = open(&world).await;
    let asked = show(&world, &key, ANNA).await.unwrap();
    assert_eq!(asked.account, None);
    let opener = asked.attempt.opener;
    assert_eq!(opener.device.unwrap().as_str(), "Films 2 (Pixel 9)");
    assert_eq!(opener.address, "203.0.113.7".parse().ok());
    assert_eq!(asked.attempt.created_at, world.now());
}

#[tokio::test]
async fn only_who_came_first_may_answer() {
    let world = World::new();
    let key = open(&world).await;
    show(&world, &key, ANNA).await.unwrap();
    show(&world, &key, ANNA).await.unwrap();
    let somebody_else = Some(TelegramSignInRefused::SomebodyElse);
    assert_eq!(refusal(show(&world, &key, BOB).await), somebody_else);
    let confirm = ConfirmTelegramSignIn {
        key: key.clone(),
        telegram: BOB,
        username: username("Bob"),
        language: Language::English,
    };
    let confirmed = world.run(&Actor::System, confirm).await;
    assert_eq!(refusal(confirmed), somebody_else);
    let decline = DeclineTelegramSignIn { key, telegram: BOB };
    let declined = world.run(&Actor::System, decline).await;
    assert_eq!(refusal(declined), somebody_else);
    assert_eq!(world.stored().user_count(), 0);
}

#[tokio::test]
async fn why_a_key_is_of_no_use_is_told_apart() {
    let world = World::new();
    let (declined, late) = (open(&world).await, open(&world).await);
    let decline = DeclineTelegramSignIn {
        key: declined.clone(),
        telegram: ANNA,
    };
    world.run(&Actor::System, decline).await.unwrap();
    let why = refusal(show(&world, &declined, ANNA).await);
    assert_eq!(why, Some(TelegramSignInRefused::Declined));
    assert_eq!(refusal(show(&world, "guessed", ANNA).await), None);
    world.clock.advance(Duration::minutes(10));
    let why = refusal(show(&world, &late, ANNA).await);
    assert_eq!(why, Some(TelegramSignInRefused::Expired));
}

#[tokio::test]
async fn a_telegram_account_is_tied_to_who_asked_for_it() {
    let world = World::new();
    let anna = world.has(a_user().named("Anna"));
    let actor = world.signed_in(&anna);
    let opened = link(&world, &actor).await;
    assert_eq!(opened.expires_at, world.now() + Duration::minutes(10));
    let asked = show(&world, &opened.key, ANNA).await.unwrap();
    assert_eq!(asked.account, Some(username("Anna")));
    let user = confirm_link(&world, &opened.key, ANNA).await.unwrap();
    assert_eq!((user.id, user.telegram), (anna.id, Some(ANNA)));
    // The bot may be told twice.
    let again = confirm_link(&world, &opened.key, ANNA).await.unwrap();
    assert_eq!(again, user);
    let recognised = world.run(&Actor::System, RecogniseTelegram { telegram: ANNA });
    let Recognised::User(by_bot) = recognised.await.unwrap() else {
        panic!("she is not recognised");
    };
    assert_eq!(by_bot.user().unwrap().id, anna.id);
    let refused = world.run(&actor, OpenTelegramLink::default()).await;
    assert_eq!(code(refused), "identity.telegram_linked");
}

#[tokio::test]
async fn a_telegram_account_of_somebody_is_not_tied_to_another() {
    let world = World::new();
    world.has(a_user().of_telegram(ANNA.0).with_email("anna@example.org"));
    let bob = world.has(a_user().with_email("bob@example.org"));
    let key = link(&world, &world.signed_in(&bob)).await.key;
    let refused = confirm_link(&world, &key, ANNA).await;
    assert_eq!(code(refused), "identity.telegram_taken");
    // Nothing has happened, so the right account may still confirm.
    assert!(confirm_link(&world, &key, BOB).await.is_ok());
}

#[tokio::test]
async fn a_key_to_link_signs_nobody_in_and_one_to_sign_in_links_nobody() {
    let world = World::new();
    let anna = world.has(a_user());
    let other = Some(TelegramSignInRefused::OtherPurpose);
    let key = open(&world).await;
    assert_eq!(refusal(confirm_link(&world, &key, ANNA).await), other);
    let key = link(&world, &world.signed_in(&anna)).await.key;
    let confirm = ConfirmTelegramSignIn {
        key,
        telegram: BOB,
        username: username("Bob"),
        language: Language::English,
    };
    let before = world.stored();
    assert_eq!(refusal(world.run(&Actor::System, confirm).await), other);
    assert_eq!(world.stored(), before);
}

#[tokio::test]
async fn who_is_gone_or_shut_out_meanwhile_is_not_linked() {
    let world = World::new();
    let anna = world.has(a_user());
    let key = link(&world, &world.signed_in(&anna)).await.key;
    let disable = application::identity::administer::SetStanding {
        email: anna.email.clone().unwrap(),
        is_active: false,
    };
    world.run(&Actor::System, disable).await.unwrap();
    assert_eq!(refusal(show(&world, &key, ANNA).await), None);
    assert_eq!(refusal(confirm_link(&world, &key, ANNA).await), None);
}

#[tokio::test]
async fn telegram_is_untied_where_another_way_in_is_left() {
    let world = World::new();
    let with_password = a_user().of_telegram(ANNA.0).with_password("correct horse");
    let anna = world.has(with_password.with_email("anna@example.org"));
    let actor = world.signed_in(&anna);
    world.run(&actor, UnlinkTelegram).await.unwrap();
    assert_eq!(world.stored().user(anna.id).unwrap().telegram, None);
    // There is nothing to untie any more.
    world.run(&actor, UnlinkTelegram).await.unwrap();
}

#[tokio::test]
async fn the_last_way_in_is_kept() {
    let world = World::new();
    let join = JoinByTelegram {
        telegram: ANNA,
        username: username("Anna"),
        language: Language::English,
    };
    let anna = world.run(&Actor::System, join).await.unwrap();
    let before = world.stored();
    let actor = Actor::User(application::shared::actor::SignedInUser {
        id: anna.id,
        role: Role::User,
        language: None,
        session: domain::shared::Id::from_uuid(uuid::Uuid::nil()),
    });
    let refused = world.run(&actor, UnlinkTelegram).await;
    assert_eq!(code(refused), "identity.last_way_in");
    assert_eq!(world.stored(), before);
}

#[tokio::test]
async fn somebody_joins_once_and_gets_lists() {
    let world = World::new();
    let join = JoinByTelegram {
        telegram: ANNA,
        username: username("Anna"),
        language: Language::Russian,
    };
    let anna = world.run(&Actor::System, join.clone()).await.unwrap();
    assert_eq!(world.stored().watchlists_of(anna.id).len(), 3);
    let again = world.run(&Actor::System, join).await.unwrap();
    assert_eq!(again, anna);
    assert_eq!(world.stored().user_count(), 1);
}

#[tokio::test]
async fn the_bot_acts_for_an_administrator_as_for_anybody() {
    let world = World::new();
    let admin = world.has(a_user().admin().of_telegram(ANNA.0));
    let shut_out = world.has(
        a_user()
            .of_telegram(BOB.0)
            .with_email("b@example.org")
            .disabled(),
    );
    let recognise = |telegram| world.run(&Actor::System, RecogniseTelegram { telegram });
    let Recognised::User(actor) = recognise(ANNA).await.unwrap() else {
        panic!("the administrator is not recognised");
    };
    assert_eq!(actor.user().unwrap().id, admin.id);
    assert_eq!(code(actor.ensure_admin().map(drop)), "identity.not_admin");
    assert_eq!(recognise(BOB).await.unwrap(), Recognised::ShutOut);
    assert!(!shut_out.is_active());
    let stranger = recognise(TelegramId(44)).await.unwrap();
    assert_eq!(stranger, Recognised::Stranger);
}

#[tokio::test]
async fn only_the_bot_may_ask() {
    let world = World::new();
    let admin = world.signed_in(&world.has(a_user().admin()));
    let key = open(&world).await;
    let before = world.stored();
    let telegram = ANNA;
    for (actor, answer) in [
        (Actor::Anonymous, "identity.not_signed_in"),
        (admin, "identity.not_operator"),
    ] {
        let request = ShowTelegramSignIn {
            key: key.clone(),
            telegram,
        };
        assert_eq!(code(world.run(&actor, request).await), answer);
        let request = ConfirmTelegramLink {
            key: key.clone(),
            telegram,
        };
        assert_eq!(code(world.run(&actor, request).await), answer);
        let refused = world.run(&actor, RecogniseTelegram { telegram }).await;
        assert_eq!(code(refused), answer);
        let request = JoinByTelegram {
            telegram,
            username: username("Anna"),
            language: Language::English,
        };
        assert_eq!(code(world.run(&actor, request).await), answer);
    }
    assert_eq!(world.stored(), before);
}

#[tokio::test]
async fn linking_is_for_those_who_have_signed_in() {
    let world = World::new();
    let refused = world
        .run(&Actor::Anonymous, OpenTelegramLink::default())
        .await;
    assert_eq!(code(refused), "identity.not_signed_in");
    let refused = world.run(&Actor::Anonymous, UnlinkTelegram).await;
    assert_eq!(code(refused), "identity.not_signed_in");
}
