//! Updates of the Telegram bot until they are answered, and what is kept of sign-in keys.
use super::{Bench, contract};
use application::{
    fakes::{Fixture, a_user},
    telegram::ports::{BotId, ChatId, TakenUpdate, Update, UpdateId},
};
use chrono::{DateTime, Duration, Utc};
use domain::identity::{
    DeviceName, KeyPurpose, Opener, SignInKeyDigest, TelegramId, TelegramSignIn,
};
use uuid::Uuid;

const BOT: BotId = BotId(123_456);
const ANNA: ChatId = ChatId(42);
const BOB: ChatId = ChatId(43);

fn noon() -> DateTime<Utc> {
    "2026-04-17T12:00:00Z".parse().unwrap()
}

fn later() -> DateTime<Utc> {
    noon() + Duration::minutes(1)
}

fn update(id: i64, chat: ChatId) -> Update {
    Update {
        id: UpdateId(id),
        chat,
        body: format!(r#"{{"update_id":{id},"text":"Ёж"}}"#),
    }
}

async fn keep(bench: &Bench, updates: &[Update]) {
    bench.inbox().keep(BOT, updates, noon()).await.unwrap();
}

async fn take(bench: &Bench, most: u32, now: DateTime<Utc>) -> Vec<TakenUpdate> {
    let until = now + Duration::minutes(1);
    let mut taken = bench.inbox().take(BOT, most, now, until).await.unwrap();
    taken.sort_by_key(|update| update.id);
    taken
}

fn numbers(taken: &[TakenUpdate]) -> Vec<i64> {
    taken.iter().map(|update| update.id.0).collect()
}

async fn updates_of_a_chat_are_taken_one_after_the_other(bench: Bench) {
    keep(&bench, &[update(3, BOB), update(1, ANNA), update(2, ANNA)]).await;
    let taken = take(&bench, 8, noon()).await;
    assert_eq!(numbers(&taken), [1, 3]);
    assert_eq!(taken[0].body, update(1, ANNA).body);
    assert_eq!(taken[0].tries, 1);
    assert!(take(&bench, 8, noon()).await.is_empty());
    bench
        .inbox()
        .settle(BOT, UpdateId(1), noon())
        .await
        .unwrap();
    assert_eq!(numbers(&take(&bench, 8, noon()).await), [2]);
}

async fn what_was_kept_before_is_not_kept_again(bench: Bench) {
    keep(&bench, &[]).await;
    keep(&bench, &[update(1, ANNA)]).await;
    take(&bench, 8, noon()).await;
    bench
        .inbox()
        .settle(BOT, UpdateId(1), noon())
        .await
        .unwrap();
    keep(&bench, &[update(1, ANNA), update(2, ANNA)]).await;
    assert_eq!(numbers(&take(&bench, 8, noon()).await), [2]);
    // The same number of another bot is another update.
    let same = [update(1, ANNA)];
    let of_another = bench.inbox().keep(BotId(9), &same, noon());
    of_another.await.unwrap();
    assert!(take(&bench, 8, noon()).await.is_empty());
}

async fn what_is_not_settled_in_time_is_taken_again(bench: Bench) {
    keep(&bench, &[update(1, ANNA)]).await;
    assert_eq!(take(&bench, 8, noon()).await[0].tries, 1);
    let moment = Duration::microseconds(1);
    assert!(take(&bench, 8, later() - moment).await.is_empty());
    assert_eq!(take(&bench, 8, later()).await[0].tries, 2);
}

async fn what_is_put_back_keeps_what_comes_after_it_waiting(bench: Bench) {
    keep(&bench, &[update(1, ANNA), update(2, ANNA), update(3, BOB)]).await;
    assert_eq!(numbers(&take(&bench, 1, noon()).await), [1]);
    let put_back = bench.inbox().put_back(BOT, UpdateId(1), later());
    put_back.await.unwrap();
    assert_eq!(numbers(&take(&bench, 8, noon()).await), [3]);
    assert_eq!(numbers(&take(&bench, 8, later()).await), [1, 3]);
    let settle = bench.inbox().settle(BOT, UpdateId(1), later());
    settle.await.unwrap();
    // What is settled stays so.
    let put_back = bench.inbox().put_back(BOT, UpdateId(1), noon());
    put_back.await.unwrap();
    assert_eq!(numbers(&take(&bench, 8, later()).await), [2]);
}

async fn old_updates_are_forgotten(bench: Bench) {
    keep(&bench, &[update(1, ANNA), update(2, BOB)]).await;
    let inbox = bench.inbox();
    assert_eq!(inbox.forget(noon()).await.unwrap(), 0);
    let moment = Duration::microseconds(1);
    assert_eq!(inbox.forget(noon() + moment).await.unwrap(), 2);
    assert!(take(&bench, 8, noon()).await.is_empty());
}

async fn of_many_who_take_at_once_each_update_goes_to_one(bench: Bench) {
    let updates: Vec<Update> = (1..=20).map(|id| update(id, ChatId(id))).collect();
    keep(&bench, &updates).await;
    let (a, b, c, d) = tokio::join!(
        take(&bench, 8, noon()),
        take(&bench, 8, noon()),
        take(&bench, 8, noon()),
        take(&bench, 8, noon()),
    );
    let mut all = numbers(&[a, b, c, d].concat());
    let rest = take(&bench, 20, noon()).await;
    all.extend(numbers(&rest));
    all.sort_unstable();
    assert_eq!(all, (1..=20).collect::<Vec<i64>>());
}

async fn one_at_a_time_asks_for_updates(bench: Bench) {
    let [one, other] = [1, 2].map(Uuid::from_u128);
    let lead = |who, now| {
        bench
            .inbox()
            .lead(BOT, who, now, now + Duration::minutes(1))
    };
    assert!(lead(one, noon()).await.unwrap());
    assert!(!lead(other, noon()).await.unwrap());
    assert!(lead(one, noon()).await.unwrap());
    assert!(lead(other, later()).await.unwrap());
    assert!(!lead(one, later()).await.unwrap());
    bench.inbox().resign(BOT, one).await.unwrap();
    assert!(!lead(one, later()).await.unwrap());
    bench.inbox().resign(BOT, other).await.unwrap();
    assert!(lead(one, later()).await.unwrap());
}

async fn who_opened_a_key_and_who_was_asked_is_kept(bench: Bench) {
    let anna = a_user().of_telegram(42).build();
    bench.has_user(&anna).await;
    let opener = Opener {
        device: DeviceName::parse("Films 2 (Pixel 9)").ok(),
        address: "2001:db8::7".parse().ok(),
    };
    let digest = SignInKeyDigest([5; 32]);
    let mut attempt = TelegramSignIn::link(digest, anna.id, opener, noon());
    let uow = bench.store().begin().await.unwrap();
    uow.telegram_sign_ins().insert(&attempt).await.unwrap();
    attempt.ask(TelegramId(-7), noon()).unwrap();
    uow.telegram_sign_ins().save(&attempt).await.unwrap();
    uow.commit().await.unwrap();
    let kept = bench
        .identity()
        .show_telegram_sign_in(digest)
        .await
        .unwrap();
    let kept = kept.unwrap();
    assert_eq!(kept.purpose, KeyPurpose::Link { account: anna.id });
    assert_eq!(kept, attempt);
    let found = bench.identity().show_user_by_telegram(TelegramId(42));
    assert_eq!(found.await.unwrap(), Some(anna));
    let nobody = bench.identity().show_user_by_telegram(TelegramId(43));
    assert_eq!(nobody.await.unwrap(), None);
}

contract!(
    updates_of_a_chat_are_taken_one_after_the_other,
    what_was_kept_before_is_not_kept_again,
    what_is_not_settled_in_time_is_taken_again,
    what_is_put_back_keeps_what_comes_after_it_waiting,
    old_updates_are_forgotten,
    of_many_who_take_at_once_each_update_goes_to_one,
    one_at_a_time_asks_for_updates,
    who_opened_a_key_and_who_was_asked_is_kept,
);
