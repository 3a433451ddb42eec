//! A forgotten password, from asking to signing in with another one.
use crate::support::{authenticate, code, email, handle_all, password};
use application::{
    fakes::{MailTrouble, UserBuilder, World, a_user},
    identity::{
        password_reset::{AskForPasswordReset, IssuePasswordReset, ResetPassword},
        profile::ChangePassword,
        sign_in::SignIn,
    },
    jobs::RunEnd,
    notifications::ports::{Mail, MailSecret},
    shared::{actor::Actor, store::Store},
};
use chrono::Duration;
use domain::{
    identity::{TelegramId, User},
    notifications::LetterKind,
    shared::Language,
};

fn world_of_anna() -> (World, User) {
    let world = World::new();
    let anna = world.has(a_user().with_email("anna@example.org"));
    (world, anna)
}

async fn ask(world: &World, address: &str) {
    let request = AskForPasswordReset {
        email: email(address),
        language: Language::English,
    };
    world.run(&Actor::Anonymous, request).await.unwrap();
}

fn secret(mail: &Mail) -> MailSecret {
    mail.token.clone().unwrap()
}

/// Asks for a link, and gets it.
async fn get_token(world: &World) -> MailSecret {
    ask(world, "anna@example.org").await;
    let ends = handle_all(world).await;
    assert!(ends.iter().all(|end| *end == RunEnd::Done), "{ends:?}");
    let sent = world.mailer.sent();
    let mut links = sent.iter().rev().filter_map(|mail| mail.token.clone());
    links.next().unwrap()
}

fn reset(token: &MailSecret) -> ResetPassword {
    ResetPassword {
        token: token.clone(),
        new: password("another horse"),
    }
}

async fn sign_in(world: &World, given: &str) -> Result<String, &'static str> {
    let request = SignIn {
        email: Some(email("anna@example.org")),
        password: Some(password(given)),
        from: domain::identity::Opener::default(),
    };
    match world.run(&Actor::Anonymous, request).await {
        Ok(signed_in) => Ok(signed_in.token),
        failed => Err(code(failed)),
    }
}

#[tokio::test]
async fn whoever_has_the_mail_chooses_another_password_and_all_sessions_end() {
    let (world, anna) = world_of_anna();
    let before = sign_in(&world, UserBuilder::PASSWORD).await.unwrap();
    let token = get_token(&world).await;
    let mail = world.mailer.sent().remove(0);
    assert_eq!(mail.letter, LetterKind::ResetPassword);
    assert_eq!((mail.to, mail.user), (email("anna@example.org"), anna.id));
    assert_eq!(mail.language, Some(Language::English));
    assert_eq!(mail.unsubscribe, None);
    world.run(&Actor::Anonymous, reset(&token)).await.unwrap();
    assert_eq!(
        code(authenticate(&world, &before)),
        "identity.invalid_token"
    );
    let refused = sign_in(&world, UserBuilder::PASSWORD).await;
    assert_eq!(refused, Err("identity.wrong_credentials"));
    assert!(sign_in(&world, "another horse").await.is_ok());
    // Who read the mail has the address, and hears of the change.
    let stored = world.stored();
    let anna = stored.user(anna.id).unwrap();
    assert_eq!(anna.email_verified_at, Some(world.now()));
    assert_eq!(handle_all(&world).await, [RunEnd::Done]);
    let told = world.mailer.sent().remove(1);
    assert_eq!(
        (told.letter, told.token),
        (LetterKind::PasswordChanged, None)
    );
}

/// Links Telegram to Anna's account.
async fn link(world: &World, anna: &User, telegram: i64) {
    let mut linked = world.stored().user(anna.id).unwrap().clone();
    linked.telegram = Some(TelegramId(telegram));
    let uow = world.store.begin().await.unwrap();
    uow.users().save(&linked).await.unwrap();
    uow.commit().await.unwrap();
}

#[tokio::test]
async fn whoever_opened_an_account_under_anothers_address_loses_their_telegram_with_it() {
    let (world, anna) = world_of_anna();
    let telegram = || world.stored().user(anna.id).unwrap().telegram;
    link(&world, &anna, 7).await;
    let token = get_token(&world).await;
    world.run(&Actor::Anonymous, reset(&token)).await.unwrap();
    assert_eq!(telegram(), None);
    // Once it is known who reads the mail, what they link stays linked.
    link(&world, &anna, 8).await;
    world.clock.advance(Duration::minutes(2));
    let token = get_token(&world).await;
    world.run(&Actor::Anonymous, reset(&token)).await.unwrap();
    assert_eq!(telegram(), Some(TelegramId(8)));
}

#[tokio::test]
async fn a_link_is_good_no_more_once_the_password_was_changed() {
    let (world, anna) = world_of_anna();
    let token = get_token(&world).await;
    let change = ChangePassword {
        from: domain::identity::Opener::default(),
        current: Some(password(UserBuilder::PASSWORD)),
        new: password("another horse"),
    };
    world.run(&world.signed_in(&anna), change).await.unwrap();
    let refused = world.run(&Actor::Anonymous, reset(&token)).await;
    assert_eq!(code(refused), "identity.invalid_mail_token");
}

#[tokio::test]
async fn a_link_is_good_once_and_for_half_an_hour() {
    let (world, _) = world_of_anna();
    let token = get_token(&world).await;
    world.run(&Actor::Anonymous, reset(&token)).await.unwrap();
    let again = world.run(&Actor::Anonymous, reset(&token)).await;
    assert_eq!(code(again), "identity.invalid_mail_token");
    let token = get_token(&world).await;
    world.clock.advance(Duration::minutes(30));
    let late = world.run(&Actor::Anonymous, reset(&token)).await;
    assert_eq!(code(late), "identity.invalid_mail_token");
    let made_up = MailSecret("made up".to_owned());
    let made_up = world.run(&Actor::Anonymous, reset(&made_up)).await;
    assert_eq!(code(made_up), "identity.invalid_mail_token");
}

#[tokio::test]
async fn only_the_newest_link_is_good() {
    let (world, _) = world_of_anna();
    let first = get_token(&world).await;
    world.clock.advance(Duration::minutes(1));
    let second = get_token(&world).await;
    let refused = world.run(&Actor::Anonymous, reset(&first)).await;
    assert_eq!(code(refused), "identity.invalid_mail_token");
    world.run(&Actor::Anonymous, reset(&second)).await.unwrap();
}

#[tokio::test]
async fn somebody_is_sent_one_link_a_minute_however_often_it_is_asked_for() {
    let (world, _) = world_of_anna();
    let token = get_token(&world).await;
    world.clock.advance(Duration::seconds(59));
    ask(&world, "anna@example.org").await;
    assert_eq!(handle_all(&world).await, [RunEnd::Done]);
    assert_eq!(world.mailer.sent().len(), 1);
    // The one that was sent is as good as ever.
    world.run(&Actor::Anonymous, reset(&token)).await.unwrap();
}

#[tokio::test]
async fn asking_for_an_unknown_address_does_the_same_and_sends_nothing() {
    let (world, _) = world_of_anna();
    let commits = world.store.commits();
    ask(&world, "anna@example.org").await;
    assert_eq!(world.store.commits(), commits + 1);
    ask(&world, "nobody@example.org").await;
    assert_eq!(world.store.commits(), commits + 2);
    // Asked for again while they wait, neither is put into the queue again.
    ask(&world, "anna@example.org").await;
    ask(&world, "nobody@example.org").await;
    let ends = handle_all(&world).await;
    assert_eq!(ends, [RunEnd::Done, RunEnd::Done]);
    let sent = world.mailer.sent();
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].to, email("anna@example.org"));
}

#[tokio::test]
async fn somebody_shut_out_gets_no_link_and_cannot_use_one() {
    let world = World::new();
    let anna = world.has(a_user().with_email("anna@example.org"));
    let token = get_token(&world).await;
    let shut_out = application::identity::administer::SetStanding {
        email: anna.email.unwrap(),
        is_active: false,
    };
    world.run(&Actor::System, shut_out).await.unwrap();
    let refused = world.run(&Actor::Anonymous, reset(&token)).await;
    assert_eq!(code(refused), "identity.invalid_mail_token");
    world.clock.advance(Duration::minutes(2));
    ask(&world, "anna@example.org").await;
    handle_all(&world).await;
    assert_eq!(world.mailer.sent().len(), 1);
}

#[tokio::test]
async fn a_mail_that_has_to_be_tried_again_has_a_link_of_its_own() {
    let (world, _) = world_of_anna();
    world.mailer.will_fail([MailTrouble::Later]);
    ask(&world, "anna@example.org").await;
    let ends = handle_all(&world).await;
    assert!(matches!(ends[..], [RunEnd::Again { .. }]), "{ends:?}");
    assert!(world.mailer.sent().is_empty());
    world.clock.advance(Duration::minutes(31));
    assert_eq!(handle_all(&world).await, [RunEnd::Done]);
    let token = secret(&world.mailer.sent()[0]);
    world.run(&Actor::Anonymous, reset(&token)).await.unwrap();
}

#[tokio::test]
async fn a_mail_that_is_refused_for_good_is_not_tried_again() {
    let (world, _) = world_of_anna();
    world.mailer.will_fail([MailTrouble::Never]);
    ask(&world, "anna@example.org").await;
    let ends = handle_all(&world).await;
    let [RunEnd::Failed { problem }] = &ends[..] else {
        panic!("{ends:?}");
    };
    assert!(!problem.contains('@'), "{problem}");
}

#[tokio::test]
async fn the_password_is_not_hashed_for_whoever_makes_links_up() {
    let (world, _) = world_of_anna();
    world.hasher.set_busy(true);
    let made_up = MailSecret("made up".to_owned());
    let refused = world.run(&Actor::Anonymous, reset(&made_up)).await;
    assert_eq!(code(refused), "identity.invalid_mail_token");
    let token = get_token(&world).await;
    let busy = world.run(&Actor::Anonymous, reset(&token)).await;
    assert_eq!(code(busy), "identity.hashing_busy");
    world.hasher.set_busy(false);
    world.run(&Actor::Anonymous, reset(&token)).await.unwrap();
}

#[tokio::test]
async fn the_operator_gets_a_link_to_hand_over_and_nobody_else_does() {
    let (world, anna) = world_of_anna();
    let request = |address| IssuePasswordReset {
        email: email(address),
    };
    let signed_in = world.signed_in(&anna);
    let refused = world.run(&signed_in, request("anna@example.org")).await;
    assert_eq!(code(refused), "identity.not_operator");
    let unknown = world
        .run(&Actor::System, request("nobody@example.org"))
        .await;
    assert_eq!(code(unknown), "identity.user_not_found");
    let issued = world.run(&Actor::System, request("anna@example.org")).await;
    let issued = issued.unwrap();
    assert_eq!(issued.expires_at, world.now() + Duration::minutes(30));
    let token = issued.token;
    world.run(&Actor::Anonymous, reset(&token)).await.unwrap();
}

#[tokio::test]
async fn who_changes_the_password_is_told_so_by_mail() {
    let (world, anna) = world_of_anna();
    let change = ChangePassword {
        from: domain::identity::Opener::default(),
        current: Some(password(UserBuilder::PASSWORD)),
        new: password("another horse"),
    };
    world.run(&world.signed_in(&anna), change).await.unwrap();
    handle_all(&world).await;
    let sent = world.mailer.sent();
    assert_eq!(sent[0].letter, LetterKind::PasswordChanged);
}

#[tokio::test]
async fn no_secret_of_a_mail_is_printed_by_accident() {
    let (world, _) = world_of_anna();
    let token = get_token(&world).await;
    let printed = format!("{:?}{:?}{:?}", world.mailer.sent(), token, reset(&token));
    assert!(!printed.contains(&token.0) && !printed.contains("anna@"));
}
