//! What happened, until it is told, and who has dealt with it.
use super::{Bench, contract};
use application::{
    events::ports::DueEvent,
    fakes::{Fixture, a_film, a_user},
    shared::page::{PageRequest, PageSize},
};
use chrono::{DateTime, Duration, Utc};
use domain::{
    events::{DomainEvent, EventId},
    identity::UserId,
    library::StandardList,
    shared::{Id, Language},
};
use std::collections::BTreeSet;
use uuid::Uuid;

fn noon() -> DateTime<Utc> {
    "2026-04-17T12:00:00Z".parse().unwrap()
}

fn later() -> DateTime<Utc> {
    noon() + Duration::minutes(1)
}

fn moment() -> Duration {
    Duration::microseconds(1)
}

fn user(number: u128) -> UserId {
    Id::from_uuid(Uuid::from_u128(number))
}

fn deleted(number: u128) -> DomainEvent {
    let user = user(number);
    DomainEvent::UserDeleted { user }
}

fn registered(number: u128) -> DomainEvent {
    DomainEvent::UserRegistered {
        user: user(number),
        language: Language::English,
    }
}

/// Publishes events in one unit of work.
async fn publish(bench: &Bench, events: &[DomainEvent]) {
    let uow = bench.store().begin().await.unwrap();
    for event in events {
        uow.outbox().publish(*event, noon());
    }
    uow.commit().await.unwrap();
}

async fn next(bench: &Bench, now: DateTime<Utc>) -> Vec<DueEvent> {
    bench.outbox().next(100, now).await.unwrap()
}

async fn told(bench: &Bench, now: DateTime<Utc>) -> Vec<DomainEvent> {
    let due = next(bench, now).await;
    due.iter().map(|due| due.event.event().unwrap()).collect()
}

async fn dead(bench: &Bench) -> Vec<EventId> {
    let size = PageSize::default();
    let page = PageRequest { size, after: None };
    let page = bench.outbox().list_dead(&page).await.unwrap();
    page.items.iter().map(|dead| dead.event.id).collect()
}

async fn what_is_committed_is_told_in_order_and_nothing_else(bench: Bench) {
    publish(&bench, &[registered(1), registered(2), deleted(1)]).await;
    let dropped = bench.store().begin().await.unwrap();
    dropped.outbox().publish(deleted(2), noon());
    drop(dropped);
    publish(&bench, &[deleted(2)]).await;
    let expected = [registered(1), registered(2), deleted(1), deleted(2)];
    assert_eq!(told(&bench, noon()).await, expected);
    let due = next(&bench, noon()).await;
    let ids: BTreeSet<EventId> = due.iter().map(|due| due.event.id).collect();
    assert_eq!(ids.len(), 4);
    assert_eq!((due[0].event.at, due[0].tries), (noon(), 0));
    assert_eq!(due[0].event.subject(), format!("user/{}", user(1)));
    assert_eq!(bench.outbox().next(1, noon()).await.unwrap(), due[..1]);
    // The clock of whoever wrote may be ahead: only the order counts.
    let early = told(&bench, noon() - moment()).await;
    assert_eq!(early, expected);
}

async fn what_was_told_is_not_told_again(bench: Bench) {
    publish(&bench, &[registered(1), registered(2)]).await;
    let first = next(&bench, noon()).await[0].event.id;
    bench.outbox().settle(&[], noon()).await.unwrap();
    bench.outbox().settle(&[first], noon()).await.unwrap();
    assert_eq!(told(&bench, noon()).await, [registered(2)]);
    // Somebody who comes late with bad news changes nothing.
    let late = bench.outbox().put_back(first, "late", noon());
    late.await.unwrap();
    assert_eq!(told(&bench, later()).await, [registered(2)]);
}

async fn what_waits_keeps_later_events_of_its_subject_waiting_and_no_others(bench: Bench) {
    publish(&bench, &[registered(1), registered(2), deleted(1)]).await;
    let first = next(&bench, noon()).await[0].event.id;
    let put_back = bench.outbox().put_back(first, "not yet", later());
    put_back.await.unwrap();
    assert_eq!(told(&bench, noon()).await, [registered(2)]);
    assert_eq!(told(&bench, later() - moment()).await, [registered(2)]);
    let due = next(&bench, later()).await;
    assert_eq!((due[0].event.id, due[0].tries), (first, 1));
    let expected = [registered(1), registered(2), deleted(1)];
    assert_eq!(told(&bench, later()).await, expected);
}

async fn what_is_given_up_lets_others_pass_and_can_be_told_again(bench: Bench) {
    publish(&bench, &[registered(1), deleted(1)]).await;
    let first = next(&bench, noon()).await[0].event.clone();
    let put_back = bench.outbox().put_back(first.id, "bad", later());
    put_back.await.unwrap();
    let bury = bench.outbox().bury(&first, "worse", later());
    bury.await.unwrap();
    assert_eq!(told(&bench, later()).await, [deleted(1)]);
    let size = PageSize::default();
    let page = PageRequest { size, after: None };
    let listed = bench.outbox().list_dead(&page).await.unwrap().items;
    assert_eq!((listed.len(), listed[0].tries), (1, 2));
    assert_eq!(listed[0].event, first);
    assert_eq!(
        (listed[0].problem.as_str(), listed[0].died_at),
        ("worse", later())
    );
    let outbox = bench.outbox();
    assert!(
        !outbox
            .revive(Id::from_uuid(Uuid::nil()), later())
            .await
            .unwrap()
    );
    assert!(outbox.revive(first.id, later()).await.unwrap());
    assert!(!outbox.revive(first.id, later()).await.unwrap());
    assert!(dead(&bench).await.is_empty());
    assert_eq!(told(&bench, later()).await, [registered(1), deleted(1)]);
    assert_eq!(next(&bench, later()).await[0].tries, 0);
}

async fn an_event_that_is_forgotten_can_still_be_given_up(bench: Bench) {
    publish(&bench, &[registered(1)]).await;
    let event = next(&bench, noon()).await[0].event.clone();
    bench.outbox().settle(&[event.id], noon()).await.unwrap();
    // Told to a broker, and then somebody who listens there could not deal with it.
    bench.outbox().bury(&event, "bad", later()).await.unwrap();
    assert_eq!(dead(&bench).await, [event.id]);
    let all = later() + moment();
    assert_eq!(bench.outbox().forget(all, all).await.unwrap(), 1);
    bench.outbox().bury(&event, "bad", later()).await.unwrap();
    assert_eq!(dead(&bench).await, [event.id]);
}

async fn the_dead_are_listed_page_by_page(bench: Bench) {
    publish(&bench, &[registered(1), registered(2), registered(3)]).await;
    let mut newest_first = Vec::new();
    for due in next(&bench, noon()).await {
        bench
            .outbox()
            .bury(&due.event, "bad", noon())
            .await
            .unwrap();
        newest_first.insert(0, due.event.id);
    }
    newest_first.sort_unstable_by(|a, b| b.cmp(a));
    let mut listed = Vec::new();
    let mut after = None;
    loop {
        let size = PageSize::try_from(2).unwrap();
        let page = PageRequest { size, after };
        let page = bench.outbox().list_dead(&page).await.unwrap();
        listed.extend(page.items.iter().map(|dead| dead.event.id));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(listed, newest_first);
}

async fn what_was_told_or_given_up_long_ago_is_forgotten(bench: Bench) {
    publish(&bench, &[registered(1), registered(2), registered(3)]).await;
    let due = next(&bench, noon()).await;
    bench
        .outbox()
        .settle(&[due[0].event.id], noon())
        .await
        .unwrap();
    bench
        .outbox()
        .bury(&due[1].event, "bad", noon())
        .await
        .unwrap();
    let outbox = bench.outbox();
    assert_eq!(outbox.forget(noon(), noon()).await.unwrap(), 0);
    let past_noon = noon() + moment();
    assert_eq!(outbox.forget(past_noon, noon()).await.unwrap(), 1);
    assert_eq!(outbox.forget(past_noon, past_noon).await.unwrap(), 1);
    // What waits is never forgotten.
    assert_eq!(told(&bench, later()).await, [registered(3)]);
}

async fn one_hands_events_on_at_a_time(bench: Bench) {
    let (anna, bob) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let outbox = bench.outbox();
    assert!(outbox.lead(anna, noon(), later()).await.unwrap());
    assert!(!outbox.lead(bob, noon(), later()).await.unwrap());
    assert!(outbox.lead(anna, noon(), later() + moment()).await.unwrap());
    assert!(!outbox.lead(bob, later(), later()).await.unwrap());
    let past = later() + moment();
    assert!(outbox.lead(bob, past, past + moment()).await.unwrap());
    outbox.resign(anna).await.unwrap();
    assert!(!outbox.lead(anna, past, past).await.unwrap());
    outbox.resign(bob).await.unwrap();
    assert!(outbox.lead(anna, past, past).await.unwrap());
}

async fn each_consumer_deals_with_an_event_once(bench: Bench) {
    let ids: Vec<EventId> = (1..=3)
        .map(|id| Id::from_uuid(Uuid::from_u128(id)))
        .collect();
    let take = async |consumer: &str, events: &[EventId], commits: bool| {
        let uow = bench.store().begin().await.unwrap();
        let handled = uow.handled_events();
        let taken = handled.take(consumer, events, noon()).await.unwrap();
        if commits {
            uow.commit().await.unwrap();
        }
        taken
    };
    let set = |ids: &[EventId]| ids.iter().copied().collect::<BTreeSet<_>>();
    assert!(take("a", &[], true).await.is_empty());
    assert_eq!(take("a", &ids[..2], false).await, set(&ids[..2]));
    assert_eq!(take("a", &ids[..2], true).await, set(&ids[..2]));
    assert_eq!(take("a", &ids, true).await, set(&ids[2..]));
    assert_eq!(take("b", &[ids[0], ids[0]], true).await, set(&ids[..1]));
    // It is remembered for as long as any of them can be told again.
    let past_noon = noon() + moment();
    bench.outbox().forget(past_noon, noon()).await.unwrap();
    assert!(take("a", &ids, false).await.is_empty());
    bench.outbox().forget(past_noon, past_noon).await.unwrap();
    assert_eq!(take("a", &ids, false).await, set(&ids));
}

async fn a_change_of_an_entry_is_told_with_it_and_only_if_there_is_one(bench: Bench) {
    let anna = a_user().build();
    bench.has_user(&anna).await;
    let film = a_film().build();
    bench.has_film(&film).await;
    let stranger = user(9);
    let (user, film) = (anna.id, film.id);
    let watchlist = StandardList::Liked.of(user);
    let entries = bench.entries();
    for _ in 0..2 {
        entries.add(watchlist, user, film, noon()).await.unwrap();
    }
    entries
        .add(watchlist, stranger, film, noon())
        .await
        .unwrap();
    entries
        .remove(watchlist, stranger, film, noon())
        .await
        .unwrap();
    for _ in 0..2 {
        entries
            .remove(watchlist, user, film, later())
            .await
            .unwrap();
    }
    let added = DomainEvent::WatchlistFilmAdded {
        watchlist,
        user,
        film,
    };
    let removed = DomainEvent::WatchlistFilmRemoved {
        watchlist,
        user,
        film,
    };
    assert_eq!(told(&bench, later()).await, [added, removed]);
    let due = next(&bench, later()).await;
    assert_eq!((due[0].event.at, due[1].event.at), (noon(), later()));
}

async fn acts_are_counted_until_a_model_is_trained(bench: Bench) {
    let count = async || {
        let uow = bench.store().begin().await.unwrap();
        let since = uow.new_acts().count(noon()).await.unwrap();
        uow.commit().await.unwrap();
        since
    };
    assert_eq!((count().await.acts, count().await.acts), (1, 2));
    super::models::somebody_tells_something(&bench).await;
    bench.workshop().train(later()).await.unwrap();
    let since = count().await;
    assert_eq!((since.acts, since.trained_at), (1, Some(later())));
}

contract!(
    what_is_committed_is_told_in_order_and_nothing_else,
    what_was_told_is_not_told_again,
    what_waits_keeps_later_events_of_its_subject_waiting_and_no_others,
    what_is_given_up_lets_others_pass_and_can_be_told_again,
    an_event_that_is_forgotten_can_still_be_given_up,
    the_dead_are_listed_page_by_page,
    what_was_told_or_given_up_long_ago_is_forgotten,
    one_hands_events_on_at_a_time,
    each_consumer_deals_with_an_event_once,
    a_change_of_an_entry_is_told_with_it_and_only_if_there_is_one,
    acts_are_counted_until_a_model_is_trained,
);
