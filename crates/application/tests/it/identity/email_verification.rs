//! Showing that one reads what is sent to one's address.
use crate::support::{code, handle_all};
use application::{
    fakes::{World, a_user},
    identity::email_verification::{AskForVerification, VerifyEmail},
    jobs::RunEnd,
    notifications::{ports::MailSecret, send_letter::SendLetter},
    shared::actor::Actor,
};
use chrono::Duration;
use domain::{identity::User, notifications::LetterKind, shared::Language};

async fn ask(world: &World, user: &User) {
    let request = AskForVerification {
        language: Language::Russian,
    };
    world.run(&world.signed_in(user), request).await.unwrap();
}

async fn verify(world: &World, token: MailSecret) -> Result<(), &'static str> {
    match world.run(&Actor::Anonymous, VerifyEmail { token }).await {
        Ok(()) => Ok(()),
        failed => Err(code(failed)),
    }
}

#[tokio::test]
async fn the_link_of_a_mail_verifies_the_address_once() {
    let world = World::new();
    let anna = world.has(a_user());
    ask(&world, &anna).await;
    assert_eq!(handle_all(&world).await, [RunEnd::Done]);
    let mail = world.mailer.sent().remove(0);
    assert_eq!(mail.letter, LetterKind::VerifyEmail);
    let token = mail.token.unwrap();
    verify(&world, token.clone()).await.unwrap();
    let stored = world.stored();
    let verified_at = stored.user(anna.id).unwrap().email_verified_at;
    assert_eq!(verified_at, Some(world.now()));
    assert_eq!(
        verify(&world, token).await,
        Err("identity.invalid_mail_token")
    );
    // Nothing more is sent, since it is known.
    world.clock.advance(Duration::hours(1));
    ask(&world, &anna).await;
    assert_eq!(handle_all(&world).await, [RunEnd::Done]);
    assert_eq!(world.mailer.sent().len(), 1);
}

#[tokio::test]
async fn a_link_is_good_for_three_days() {
    let world = World::new();
    let anna = world.has(a_user());
    ask(&world, &anna).await;
    handle_all(&world).await;
    let token = world.mailer.sent().remove(0).token.unwrap();
    world.clock.advance(Duration::days(3));
    assert_eq!(
        verify(&world, token).await,
        Err("identity.invalid_mail_token")
    );
}

#[tokio::test]
async fn a_link_for_one_thing_is_not_good_for_another() {
    let world = World::new();
    let anna = world.has(a_user().with_email("anna@example.org"));
    let forgotten = application::identity::password_reset::AskForPasswordReset {
        email: anna.email.unwrap(),
        language: Language::English,
    };
    world.run(&Actor::Anonymous, forgotten).await.unwrap();
    handle_all(&world).await;
    let token = world.mailer.sent().remove(0).token.unwrap();
    assert_eq!(
        verify(&world, token).await,
        Err("identity.invalid_mail_token")
    );
}

#[tokio::test]
async fn who_has_no_address_or_is_not_signed_in_cannot_ask() {
    let world = World::new();
    let request = AskForVerification {
        language: Language::English,
    };
    let stranger = world.run(&Actor::Anonymous, request.clone()).await;
    assert_eq!(code(stranger), "identity.not_signed_in");
    let boris = world.has(a_user().of_telegram(7));
    let nowhere = world.run(&world.signed_in(&boris), request).await;
    assert_eq!(code(nowhere), "identity.no_email");
}

#[tokio::test]
async fn a_newcomer_is_greeted_with_a_link_and_a_way_out() {
    let world = World::new();
    let anna = world.has(a_user());
    let greeting = || SendLetter {
        letter: LetterKind::Welcome,
        user: anna.id,
        language: Some(Language::English),
    };
    let refused = world.run(&world.signed_in(&anna), greeting()).await;
    assert_eq!(code(refused), "identity.not_operator");
    world.run(&Actor::System, greeting()).await.unwrap();
    let mail = world.mailer.sent().remove(0);
    assert!(mail.unsubscribe.is_some());
    verify(&world, mail.token.unwrap()).await.unwrap();
    // Whoever is known to read mails is greeted without a link.
    world.run(&Actor::System, greeting()).await.unwrap();
    assert_eq!(world.mailer.sent()[1].token, None);
}

#[tokio::test]
async fn the_language_that_a_user_chose_counts_more_than_that_of_the_request() {
    let world = World::new();
    let anna = world.has(a_user());
    let change = domain::identity::ProfileChange {
        language: Some(Some(Language::English)),
        ..Default::default()
    };
    let choose = application::identity::profile::UpdateProfile { change };
    world.run(&world.signed_in(&anna), choose).await.unwrap();
    ask(&world, &anna).await;
    handle_all(&world).await;
    assert_eq!(world.mailer.sent()[0].language, Some(Language::English));
}
