//! What users want to hear of, and how they stop it.
use crate::support::{code, email, handle_all, password, username};
use application::{
    events::ports::{ConsumeError, EventConsumer, OutboxQueue},
    fakes::{World, a_user},
    identity::{profile::DeleteAccount, register::Register},
    notifications::{
        ports::{MailSecret, Seals},
        preferences::{ChoosePreferences, ShowPreferences},
        unsubscribe::{Unsubscribe, Unwanted},
    },
    shared::{actor::Actor, store::Store},
};
use domain::{
    identity::User,
    notifications::{Channel, Choice, LetterKind, NoticeKind, Preferences},
    shared::Language,
};
use shaku::HasComponents;
use std::sync::Arc;

async fn shown(world: &World, user: &User) -> Preferences {
    let actor = world.signed_in(user);
    world.run(&actor, ShowPreferences).await.unwrap()
}

fn token(world: &World, user: &User, kind: Option<NoticeKind>) -> MailSecret {
    let user = user.id;
    Unwanted { user, kind }.to_token(&world.seals)
}

async fn unsubscribe(world: &World, token: MailSecret) -> Result<(), &'static str> {
    match world.run(&Actor::Anonymous, Unsubscribe { token }).await {
        Ok(()) => Ok(()),
        failed => Err(code(failed)),
    }
}

#[tokio::test]
async fn what_a_user_chooses_holds_for_them_alone() {
    let world = World::new();
    let (anna, boris) = (world.has(a_user()), world.has(a_user()));
    let mut preferences = Preferences::default();
    let choice = Choice {
        kind: NoticeKind::WishReleased,
        channel: Channel::Telegram,
        is_on: false,
    };
    preferences.choose(choice).unwrap();
    let choose = ChoosePreferences { preferences };
    let nobody = world.run(&Actor::Anonymous, choose.clone()).await;
    assert_eq!(code(nobody), "identity.not_signed_in");
    let nobody = world.run(&Actor::Anonymous, ShowPreferences).await;
    assert_eq!(code(nobody), "identity.not_signed_in");
    world.run(&world.signed_in(&anna), choose).await.unwrap();
    let mine = shown(&world, &anna).await;
    assert!(!mine.wants(NoticeKind::WishReleased, Channel::Telegram));
    assert!(mine.wants(NoticeKind::WishReleased, Channel::Mail));
    assert_eq!(shown(&world, &boris).await, Preferences::default());
}

#[tokio::test]
async fn a_link_of_a_mail_ends_mails_without_signing_in() {
    let world = World::new();
    let anna = world.has(a_user());
    let one = token(&world, &anna, Some(NoticeKind::WishReleased));
    unsubscribe(&world, one.clone()).await.unwrap();
    let mine = shown(&world, &anna).await;
    assert!(!mine.wants(NoticeKind::WishReleased, Channel::Mail));
    assert!(mine.wants(NoticeKind::WishReleased, Channel::Telegram));
    assert!(mine.wants(NoticeKind::FollowedMixChanged, Channel::Mail));
    // It may be pressed again.
    unsubscribe(&world, one).await.unwrap();
    unsubscribe(&world, token(&world, &anna, None))
        .await
        .unwrap();
    let mine = shown(&world, &anna).await;
    assert!(!mine.wants(NoticeKind::FollowedMixChanged, Channel::Mail));
    assert!(mine.wants(NoticeKind::Security, Channel::Mail));
}

#[tokio::test]
async fn a_link_that_we_did_not_seal_is_refused() {
    let world = World::new();
    let (anna, boris) = (world.has(a_user()), world.has(a_user()));
    let MailSecret(of_anna) = token(&world, &anna, None);
    let of_boris = of_anna.replace(&anna.id.to_string(), &boris.id.to_string());
    let text = format!("{}.any", boris.id);
    let other_purpose = format!("{text}.{}", world.seals.seal("nobody", &text));
    let nonsense = format!("a.b.{}", world.seals.seal("unsubscribe", "a.b"));
    for bad in ["", "a.b.c", "любой", &of_boris, &other_purpose, &nonsense] {
        let refused = unsubscribe(&world, MailSecret(bad.to_owned())).await;
        assert_eq!(refused, Err("notifications.invalid_link"), "{bad}");
    }
    assert_eq!(shown(&world, &boris).await, Preferences::default());
}

#[tokio::test]
async fn who_is_gone_may_still_press_the_link() {
    let world = World::new();
    let anna = world.has(a_user());
    let token = token(&world, &anna, None);
    let actor = world.signed_in(&anna);
    world.run(&actor, DeleteAccount).await.unwrap();
    unsubscribe(&world, token).await.unwrap();
}

#[tokio::test]
async fn who_has_registered_is_greeted_in_the_language_of_that_moment() {
    let world = World::new();
    let request = Register {
        email: email("anna@example.org"),
        password: password("correct horse"),
        username: username("Anna"),
        language: Language::English,
    };
    let anna = world.run(&Actor::Anonymous, request).await.unwrap();
    let application = world.application();
    let consumers: &[Arc<dyn EventConsumer>] = application.resolve_all();
    let mut consumers = consumers.iter();
    let greeting = consumers.find(|one| one.name() == "welcome_mail").unwrap();
    let due = world.outbox.next(100, world.now()).await.unwrap();
    let wanted = due.iter().filter(|due| greeting.wants(&due.event.kind));
    let wanted: Vec<_> = wanted.map(|due| &due.event).collect();
    assert_eq!(wanted.len(), 1, "{due:?}");
    let uow = world.store.begin().await.unwrap();
    greeting.handle(wanted[0], &*uow).await.unwrap();
    uow.commit().await.unwrap();
    handle_all(&world).await;
    let sent = world.mailer.sent();
    assert_eq!(
        (sent[0].letter, sent[0].user),
        (LetterKind::Welcome, anna.id)
    );
    assert_eq!(sent[0].language, Some(Language::English));
    // What lacks its parts is not tried again and again.
    let mut broken = wanted[0].clone();
    broken.data.clear();
    let uow = world.store.begin().await.unwrap();
    let refused = greeting.handle(&broken, &*uow).await;
    assert!(
        matches!(refused, Err(ConsumeError::Refuse(_))),
        "{refused:?}"
    );
}
