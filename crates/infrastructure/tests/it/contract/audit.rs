//! What is remembered of who came in, and of what administrators did.
use super::{Bench, contract};
use application::{
    audit::ports::AuditFilter,
    fakes::{Fixture, a_user},
    shared::page::{PageRequest, PageSize},
};
use chrono::{DateTime, Duration, Utc};
use domain::{
    audit::{Act, Entry, EntryId},
    identity::{DeviceName, Opener, User},
    shared::Id,
};
use uuid::Uuid;

fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap()
}

fn id(n: u128) -> EntryId {
    Id::from_uuid(Uuid::from_u128(n))
}

async fn record(bench: &Bench, entries: &[Entry]) {
    let uow = bench.store().begin().await.unwrap();
    for entry in entries {
        uow.audit().record(entry).await.unwrap();
    }
    uow.commit().await.unwrap();
}

async fn has_user(bench: &Bench) -> User {
    let user = a_user().build();
    bench.has_user(&user).await;
    user
}

fn page(size: i64, after: Option<EntryId>) -> PageRequest<EntryId> {
    PageRequest {
        size: PageSize::try_from(size).unwrap(),
        after,
    }
}

/// Anna signed in twice, and was shut out by the operator.
fn entries(anna: &User) -> Vec<Entry> {
    let from = Opener {
        device: DeviceName::parse("A browser").ok(),
        address: "2001:db8:1:2::3".parse().ok(),
    };
    let at = |n| noon() + Duration::seconds(n);
    let on = Some(anna.id.as_uuid());
    vec![
        Entry::personal(id(1), Act::SignedIn, anna.id, from, at(1)),
        Entry::personal(
            id(2),
            Act::SignedInByTelegram,
            anna.id,
            Opener::default(),
            at(2),
        ),
        Entry::administrative(id(3), Act::UserDisabled, None, on, at(3)),
    ]
}

async fn what_was_recorded_is_listed_the_newest_first(bench: Bench) {
    let anna = has_user(&bench).await;
    let mut recorded = entries(&anna);
    record(&bench, &recorded).await;
    recorded.reverse();
    let all = AuditFilter::default();
    let first = bench.audit().list(all, &page(2, None)).await.unwrap();
    assert_eq!(first.items, recorded[..2]);
    let rest = bench.audit().list(all, &page(2, first.next)).await.unwrap();
    assert_eq!(rest.items, recorded[2..]);
    assert_eq!(rest.next, None);
    let own = bench.audit().list_personal(anna.id, &page(9, None)).await;
    assert_eq!(own.unwrap().items, recorded[1..]);
}

async fn the_log_is_searched_by_what_was_done_by_whom_and_on_whom(bench: Bench) {
    let anna = has_user(&bench).await;
    record(&bench, &entries(&anna)).await;
    let by = AuditFilter {
        by: Some(anna.id),
        ..AuditFilter::default()
    };
    let on = AuditFilter {
        on: Some(anna.id.as_uuid()),
        ..AuditFilter::default()
    };
    let act = AuditFilter {
        act: Some(Act::SignedIn),
        ..by
    };
    for (filter, found) in [(by, vec![2, 1]), (on, vec![3]), (act, vec![1])] {
        let listed = bench.audit().list(filter, &page(9, None)).await.unwrap();
        let ids: Vec<u128> = listed
            .items
            .iter()
            .map(|entry| entry.id.as_uuid().as_u128())
            .collect();
        assert_eq!(ids, found);
    }
}

async fn what_is_personal_goes_with_its_user_and_the_rest_with_time(bench: Bench) {
    let anna = has_user(&bench).await;
    record(&bench, &entries(&anna)).await;
    let uow = bench.store().begin().await.unwrap();
    uow.users().remove(anna.id).await.unwrap();
    uow.commit().await.unwrap();
    let all = AuditFilter::default();
    let left = bench.audit().list(all, &page(9, None)).await.unwrap();
    assert_eq!(left.items, entries(&anna)[2..]);
    let forgotten = async |before| {
        let uow = bench.store().begin().await.unwrap();
        let forgotten = uow.audit().forget(before).await.unwrap();
        uow.commit().await.unwrap();
        forgotten
    };
    assert_eq!(forgotten(noon() + Duration::seconds(3)).await, 0);
    assert_eq!(forgotten(noon() + Duration::seconds(4)).await, 1);
}

contract![
    what_was_recorded_is_listed_the_newest_first,
    the_log_is_searched_by_what_was_done_by_whom_and_on_whom,
    what_is_personal_goes_with_its_user_and_the_rest_with_time,
];
