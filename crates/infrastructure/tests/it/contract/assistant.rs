//! How often a model was asked, and what was said.
use super::{Bench, contract};
use application::{
    fakes::{Fixture, a_conversation, a_film, a_user},
    shared::page::{PageRequest, PageSize},
};
use chrono::{DateTime, Duration, NaiveDate, Utc};
use domain::{
    assistant::{Author, Conversation, MessageText},
    catalogue::FilmId,
    shared::Id,
};
use uuid::Uuid;

fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, day).unwrap()
}

async fn a_budget_lasts_a_day_and_each_has_their_own(bench: Bench) {
    let (anna, bob) = (
        a_user().build(),
        a_user().with_email("bob@example.org").build(),
    );
    bench.has_user(&anna).await;
    bench.has_user(&bob).await;
    let spend = async |user, on, most| bench.budget().spend(user, day(on), most).await.unwrap();
    for user in [Some(anna.id), None] {
        assert!(!spend(user, 1, 0).await);
        assert!(spend(user, 1, 2).await && spend(user, 1, 2).await);
        assert!(!spend(user, 1, 2).await);
        assert!(spend(user, 1, 3).await);
        assert!(spend(user, 2, 1).await);
        assert!(!spend(user, 2, 1).await);
        // A clock that is behind does not bring the day back.
        assert!(!spend(user, 1, 1).await);
    }
    assert!(spend(Some(bob.id), 2, 1).await);
}

async fn of_many_who_want_the_last_one_exactly_one_gets_it(bench: Bench) {
    let anna = a_user().build();
    bench.has_user(&anna).await;
    for user in [Some(anna.id), None] {
        let budget = bench.budget();
        let all = futures_util::future::join_all((0..8).map(|_| budget.spend(user, day(1), 5)));
        let granted = all
            .await
            .into_iter()
            .filter(|spent| *spent.as_ref().unwrap());
        assert_eq!(granted.count(), 5);
    }
}

async fn what_a_user_spent_goes_with_them(bench: Bench) {
    let anna = a_user().build();
    bench.has_user(&anna).await;
    assert!(
        bench
            .budget()
            .spend(Some(anna.id), day(1), 1)
            .await
            .unwrap()
    );
    let uow = bench.store().begin().await.unwrap();
    uow.users().remove(anna.id).await.unwrap();
    uow.commit().await.unwrap();
    assert!(
        bench
            .budget()
            .spend(Some(anna.id), day(1), 1)
            .await
            .is_err()
    );
    bench.has_user(&anna).await;
    assert!(
        bench
            .budget()
            .spend(Some(anna.id), day(1), 1)
            .await
            .unwrap()
    );
}

async fn has_conversation(bench: &Bench, conversation: &Conversation) {
    let uow = bench.store().begin().await.unwrap();
    uow.conversations().insert(conversation).await.unwrap();
    uow.commit().await.unwrap();
}

async fn say(bench: &Bench, conversation: &mut Conversation, text: &str, films: &[FilmId]) {
    let uow = bench.store().begin().await.unwrap();
    let position = u128::from(conversation.length);
    let id = Id::from_uuid(Uuid::from_u128(
        (conversation.id.as_uuid().as_u128() << 8) + position,
    ));
    let at = noon() + Duration::minutes(conversation.length.into());
    let mut message = conversation
        .say(id, Author::Assistant, MessageText::nearest(text), at)
        .unwrap();
    message.films = films.to_vec();
    uow.conversations()
        .add(conversation, &message)
        .await
        .unwrap();
    uow.commit().await.unwrap();
}

fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap()
}

async fn what_was_said_is_kept_in_order_with_its_films(bench: Bench) {
    let anna = a_user().build();
    bench.has_user(&anna).await;
    let [one, other, never] = [(); 3].map(|()| a_film().build());
    bench.has_film(&one).await;
    bench.has_film(&other).await;
    let mut talk = a_conversation().of(anna.id).build();
    has_conversation(&bench, &talk).await;
    say(&bench, &mut talk, "ёлка 🎄", &[]).await;
    say(&bench, &mut talk, "two", &[other.id, never.id, one.id]).await;
    say(&bench, &mut talk, "", &[one.id]).await;
    let conversations = bench.conversations();
    assert_eq!(
        conversations.show(talk.id).await.unwrap().as_ref(),
        Some(&talk)
    );
    let told = async |most| {
        let messages = conversations.list_messages(talk.id, most).await.unwrap();
        let told = messages
            .into_iter()
            .map(|message| (message.text.as_str().to_owned(), message.films));
        told.collect::<Vec<_>>()
    };
    let all = [
        ("ёлка 🎄".to_owned(), vec![]),
        ("two".to_owned(), vec![other.id, one.id]),
        (String::new(), vec![one.id]),
    ];
    assert_eq!(told(9).await, all);
    assert_eq!(told(2).await, all[1..]);
    let unknown = Id::from_uuid(Uuid::from_u128(77));
    assert_eq!(conversations.show(unknown).await.unwrap(), None);
    assert_eq!(conversations.list_messages(unknown, 9).await.unwrap(), []);
}

async fn conversations_are_listed_newest_first_page_by_page(bench: Bench) {
    let (anna, bob) = (
        a_user().build(),
        a_user().with_email("bob@example.org").build(),
    );
    bench.has_user(&anna).await;
    bench.has_user(&bob).await;
    let mut made = Vec::new();
    for minutes in [0, 1, 1, 2] {
        let mut talk = a_conversation().of(anna.id).build();
        talk.created_at = noon() + Duration::minutes(minutes);
        has_conversation(&bench, &talk).await;
        made.push(talk);
    }
    has_conversation(&bench, &a_conversation().of(bob.id).build()).await;
    made.sort_by_key(|talk| std::cmp::Reverse((talk.created_at, talk.id)));
    let size = PageSize::try_from(2).unwrap();
    let page = PageRequest { size, after: None };
    let first = bench.conversations().list(anna.id, page).await.unwrap();
    let page = PageRequest {
        size,
        after: first.next,
    };
    let second = bench.conversations().list(anna.id, page).await.unwrap();
    let ids = |talks: &[Conversation]| talks.iter().map(|talk| talk.id).collect::<Vec<_>>();
    assert_eq!(ids(&first.items), ids(&made[..2]));
    assert_eq!(ids(&second.items), ids(&made[2..]));
    assert_eq!(second.next, None);
}

async fn removed_conversations_are_gone_with_what_was_said(bench: Bench) {
    let (anna, bob) = (
        a_user().build(),
        a_user().with_email("bob@example.org").build(),
    );
    bench.has_user(&anna).await;
    bench.has_user(&bob).await;
    let mut talks = Vec::new();
    for owner in [anna.id, anna.id, anna.id, bob.id] {
        let mut talk = a_conversation().of(owner).build();
        has_conversation(&bench, &talk).await;
        say(&bench, &mut talk, "hello", &[]).await;
        talks.push(talk);
    }
    let left = async || {
        let mut left = Vec::new();
        for talk in &talks {
            let messages = bench
                .conversations()
                .list_messages(talk.id, 9)
                .await
                .unwrap();
            let is_there = bench.conversations().show(talk.id).await.unwrap().is_some();
            assert_eq!(is_there, !messages.is_empty());
            left.push(is_there);
        }
        left
    };
    let uow = bench.store().begin().await.unwrap();
    uow.conversations().remove(talks[0].id).await.unwrap();
    uow.conversations().remove(talks[0].id).await.unwrap();
    assert_eq!(uow.conversations().find(talks[0].id).await.unwrap(), None);
    assert!(
        uow.conversations()
            .find(talks[1].id)
            .await
            .unwrap()
            .is_some()
    );
    uow.commit().await.unwrap();
    assert_eq!(left().await, [false, true, true, true]);
    let uow = bench.store().begin().await.unwrap();
    uow.conversations().remove_all(anna.id).await.unwrap();
    uow.commit().await.unwrap();
    assert_eq!(left().await, [false, false, false, true]);
    let uow = bench.store().begin().await.unwrap();
    uow.users().remove(bob.id).await.unwrap();
    uow.commit().await.unwrap();
    assert_eq!(left().await, [false; 4]);
}

async fn two_who_add_to_a_conversation_at_once_take_turns(bench: Bench) {
    let anna = a_user().build();
    bench.has_user(&anna).await;
    let talk = a_conversation().of(anna.id).build();
    has_conversation(&bench, &talk).await;
    let add = async |number: u128| {
        let uow = bench.store().begin().await.unwrap();
        let mut found = uow.conversations().find(talk.id).await.unwrap().unwrap();
        let id = Id::from_uuid(Uuid::from_u128(number));
        let message = found
            .say(id, Author::User, MessageText::nearest("hi"), noon())
            .unwrap();
        uow.conversations().add(&found, &message).await.unwrap();
        uow.commit().await.unwrap();
    };
    futures_util::future::join_all((1..6).map(add)).await;
    let messages = bench
        .conversations()
        .list_messages(talk.id, 9)
        .await
        .unwrap();
    let positions: Vec<u32> = messages.iter().map(|message| message.position).collect();
    assert_eq!(positions, [0, 1, 2, 3, 4]);
}

contract!(
    a_budget_lasts_a_day_and_each_has_their_own,
    of_many_who_want_the_last_one_exactly_one_gets_it,
    what_a_user_spent_goes_with_them,
    what_was_said_is_kept_in_order_with_its_films,
    conversations_are_listed_newest_first_page_by_page,
    removed_conversations_are_gone_with_what_was_said,
    two_who_add_to_a_conversation_at_once_take_turns,
);
