//! Tokens that go out by mail, and what users want to hear of.
use super::{Bench, contract};
use application::{
    fakes::{Fixture, a_user, opening_time},
    notifications::ports::{NotificationQueries, Seals},
    shared::store::{Store, StoreError},
};
use chrono::{DateTime, Duration, Utc};
use domain::{
    identity::{MailToken, MailTokenDigest, MailTokenPurpose, UserId},
    notifications::{Channel, Choice, NoticeKind, Preferences},
    shared::Id,
};
use shaku::HasComponent;
use std::sync::Arc;
use uuid::Uuid;

use MailTokenPurpose::{ResetPassword, VerifyEmail};

fn noon() -> DateTime<Utc> {
    opening_time() + Duration::microseconds(123_456)
}

fn token(user: UserId, purpose: MailTokenPurpose, number: u8) -> MailToken {
    MailToken::issue(user, purpose, MailTokenDigest([number; 32]), noon())
}

async fn save(bench: &Bench, token: &MailToken) {
    let uow = bench.store().begin().await.unwrap();
    uow.mail_tokens().save(token).await.unwrap();
    uow.commit().await.unwrap();
}

async fn use_up(bench: &Bench, token: &MailToken, at: DateTime<Utc>) -> Option<UserId> {
    let uow = bench.store().begin().await.unwrap();
    let tokens = uow.mail_tokens();
    let user = tokens.use_up(token.digest, token.purpose, at).await;
    let user = user.unwrap();
    uow.commit().await.unwrap();
    user
}

async fn is_good(bench: &Bench, token: &MailToken, at: DateTime<Utc>) -> bool {
    let queries = bench.identity();
    let asked = queries.is_mail_token_good(token.digest, token.purpose, at);
    asked.await.unwrap()
}

async fn a_token_is_used_up_once_and_only_for_its_purpose_and_in_its_time(bench: Bench) {
    let user = a_user().build();
    bench.has_user(&user).await;
    let reset = token(user.id, ResetPassword, 1);
    let verify = token(user.id, VerifyEmail, 2);
    save(&bench, &reset).await;
    save(&bench, &verify).await;
    let before = reset.expires_at - Duration::microseconds(1);
    for (given, purpose) in [(&reset, VerifyEmail), (&verify, ResetPassword)] {
        let confused = MailToken {
            purpose,
            ..given.clone()
        };
        assert!(!is_good(&bench, &confused, noon()).await);
        assert_eq!(use_up(&bench, &confused, noon()).await, None);
    }
    assert!(is_good(&bench, &reset, before).await);
    assert!(!is_good(&bench, &reset, reset.expires_at).await);
    assert_eq!(use_up(&bench, &reset, reset.expires_at).await, None);
    assert_eq!(use_up(&bench, &reset, before).await, Some(user.id));
    assert!(!is_good(&bench, &reset, before).await);
    assert_eq!(use_up(&bench, &reset, before).await, None);
    assert_eq!(use_up(&bench, &verify, before).await, Some(user.id));
}

async fn a_newer_token_takes_the_place_of_the_one_before(bench: Bench) {
    let (anna, boris) = (a_user().build(), a_user().build());
    bench.has_user(&anna).await;
    bench.has_user(&boris).await;
    let first = token(anna.id, ResetPassword, 1);
    let others = token(boris.id, ResetPassword, 3);
    save(&bench, &first).await;
    save(&bench, &others).await;
    let uow = bench.store().begin().await.unwrap();
    let tokens = uow.mail_tokens();
    tokens.note_sent(first.digest, noon()).await.unwrap();
    let found = tokens.find(anna.id, ResetPassword).await.unwrap();
    let sent = MailToken {
        sent_at: Some(noon()),
        ..first.clone()
    };
    assert_eq!(found, Some(sent));
    assert_eq!(tokens.find(anna.id, VerifyEmail).await.unwrap(), None);
    uow.commit().await.unwrap();
    let second = token(anna.id, ResetPassword, 2);
    save(&bench, &second).await;
    let uow = bench.store().begin().await.unwrap();
    let tokens = uow.mail_tokens();
    // What was sent before says nothing of the new one.
    tokens.note_sent(first.digest, noon()).await.unwrap();
    let found = tokens.find(anna.id, ResetPassword).await.unwrap();
    assert_eq!(found.as_ref(), Some(&second));
    drop(uow);
    assert_eq!(use_up(&bench, &first, noon()).await, None);
    assert_eq!(use_up(&bench, &second, noon()).await, Some(anna.id));
    assert!(is_good(&bench, &others, noon()).await);
}

async fn of_ten_who_show_a_token_at_once_one_is_let_in(bench: Bench) {
    let user = a_user().build();
    bench.has_user(&user).await;
    let reset = token(user.id, ResetPassword, 1);
    save(&bench, &reset).await;
    let store: Arc<dyn Store> = HasComponent::resolve(&*bench.ports);
    let mut showing = tokio::task::JoinSet::new();
    for _ in 0..10 {
        let (store, reset) = (Arc::clone(&store), reset.clone());
        showing.spawn(async move {
            let uow = store.begin().await.unwrap();
            let tokens = uow.mail_tokens();
            let whose = tokens.use_up(reset.digest, reset.purpose, noon()).await;
            let whose = whose.unwrap();
            uow.commit().await.unwrap();
            whose
        });
    }
    let let_in = showing.join_all().await.into_iter().flatten().count();
    assert_eq!(let_in, 1);
}

async fn tokens_are_forgotten_with_their_time_and_with_their_user(bench: Bench) {
    let (anna, boris) = (a_user().build(), a_user().build());
    bench.has_user(&anna).await;
    bench.has_user(&boris).await;
    let (of_anna, of_boris) = (
        token(anna.id, ResetPassword, 1),
        token(boris.id, VerifyEmail, 2),
    );
    save(&bench, &of_anna).await;
    save(&bench, &of_boris).await;
    let uow = bench.store().begin().await.unwrap();
    let forgotten = uow.mail_tokens().forget_expired(of_anna.expires_at).await;
    assert_eq!(forgotten.unwrap(), 1);
    uow.users().remove(boris.id).await.unwrap();
    let again = uow.mail_tokens().forget_expired(of_boris.expires_at).await;
    assert_eq!(again.unwrap(), 0);
    uow.commit().await.unwrap();
    let uow = bench.store().begin().await.unwrap();
    let refused = uow.mail_tokens().save(&of_boris).await;
    assert!(
        matches!(refused, Err(StoreError::Dangling(_))),
        "{refused:?}"
    );
}

async fn a_token_is_forgotten_by_its_user_and_purpose(bench: Bench) {
    let (anna, boris) = (a_user().build(), a_user().build());
    bench.has_user(&anna).await;
    bench.has_user(&boris).await;
    let gone = token(anna.id, ResetPassword, 1);
    let left = [
        token(anna.id, VerifyEmail, 2),
        token(boris.id, ResetPassword, 3),
    ];
    for token in left.iter().chain([&gone]) {
        save(&bench, token).await;
    }
    let uow = bench.store().begin().await.unwrap();
    for _ in 0..2 {
        let forgotten = uow.mail_tokens().forget_of(anna.id, ResetPassword).await;
        forgotten.unwrap();
    }
    uow.commit().await.unwrap();
    assert!(!is_good(&bench, &gone, noon()).await);
    for token in &left {
        assert!(is_good(&bench, token, noon()).await);
    }
}

async fn an_address_that_was_verified_stays_so(bench: Bench) {
    let mut user = a_user().build();
    bench.has_user(&user).await;
    user.confirm_email(noon());
    let uow = bench.store().begin().await.unwrap();
    uow.users().save(&user).await.unwrap();
    uow.commit().await.unwrap();
    let shown = bench.identity().show_user(user.id).await.unwrap();
    assert_eq!(shown.unwrap().email_verified_at, Some(noon()));
}

fn choice(kind: NoticeKind, channel: Channel, is_on: bool) -> Choice {
    Choice {
        kind,
        channel,
        is_on,
    }
}

async fn shown(bench: &Bench, user: UserId) -> Preferences {
    let queries: &dyn NotificationQueries = HasComponent::resolve_ref(&*bench.ports);
    queries.show_preferences(user).await.unwrap()
}

async fn choose(bench: &Bench, user: UserId, choices: &[Choice]) {
    let uow = bench.store().begin().await.unwrap();
    uow.preferences().save(user, choices).await.unwrap();
    uow.commit().await.unwrap();
}

async fn the_last_choice_counts_and_others_stay(bench: Bench) {
    let (anna, boris) = (a_user().build(), a_user().build());
    bench.has_user(&anna).await;
    bench.has_user(&boris).await;
    assert_eq!(shown(&bench, anna.id).await, Preferences::default());
    let (kind, mail) = (NoticeKind::WishReleased, Channel::Mail);
    let telegram = choice(kind, Channel::Telegram, false);
    choose(&bench, anna.id, &[choice(kind, mail, false), telegram]).await;
    choose(&bench, anna.id, &[choice(kind, mail, true)]).await;
    choose(&bench, anna.id, &[]).await;
    let mut expected = Preferences::default();
    expected.choose(choice(kind, mail, true)).unwrap();
    expected.choose(telegram).unwrap();
    assert_eq!(shown(&bench, anna.id).await, expected);
    assert_eq!(shown(&bench, boris.id).await, Preferences::default());
}

async fn nobody_in_particular_cannot_choose(bench: Bench) {
    let nobody = Id::from_uuid(Uuid::from_u128(404));
    let uow = bench.store().begin().await.unwrap();
    let refused = uow
        .preferences()
        .save(nobody, &Preferences::no_mail(None))
        .await;
    assert!(
        matches!(refused, Err(StoreError::Dangling(_))),
        "{refused:?}"
    );
}

async fn seals_are_good_for_what_they_seal(bench: Bench) {
    let seals: &dyn Seals = HasComponent::resolve_ref(&*bench.ports);
    let seal = seals.seal("unsubscribe", "anna.any");
    assert!(
        seal.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    );
    assert!(seals.is_sealed("unsubscribe", "anna.any", &seal));
    assert!(!seals.is_sealed("unsubscribe", "boris.any", &seal));
    assert!(!seals.is_sealed("nobody", "anna.any", &seal));
    assert!(!seals.is_sealed("unsubscribe", "anna.any", ""));
}

contract![
    a_token_is_used_up_once_and_only_for_its_purpose_and_in_its_time,
    a_newer_token_takes_the_place_of_the_one_before,
    of_ten_who_show_a_token_at_once_one_is_let_in,
    tokens_are_forgotten_with_their_time_and_with_their_user,
    a_token_is_forgotten_by_its_user_and_purpose,
    an_address_that_was_verified_stays_so,
    the_last_choice_counts_and_others_stay,
    nobody_in_particular_cannot_choose,
    seals_are_good_for_what_they_seal,
];
