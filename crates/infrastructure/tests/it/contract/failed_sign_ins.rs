//! Failures to sign in are counted.
use super::{Bench, contract};
use application::{
    fakes::{Fixture, a_user},
    identity::ports::FailurePlaces,
};
use chrono::{DateTime, Duration, Utc};
use domain::{
    audit::{Act, Entry, NetworkPrefix},
    identity::{EmailAddress, FailedSignIns, Failures, Opener},
    shared::Id,
};
use uuid::Uuid;

const HOME: FailurePlaces = FailurePlaces {
    here: [1; 32],
    anywhere: [9; 32],
};
const ELSEWHERE: FailurePlaces = FailurePlaces {
    here: [2; 32],
    anywhere: [9; 32],
};

fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap()
}

fn network(address: &str) -> NetworkPrefix {
    NetworkPrefix::of(address.parse().unwrap())
}

fn anna() -> EmailAddress {
    EmailAddress::parse("anna@example.org").unwrap()
}

async fn note(bench: &Bench, places: FailurePlaces, at: DateTime<Utc>) {
    let uow = bench.store().begin().await.unwrap();
    uow.failed_sign_ins().note(places, at).await.unwrap();
    uow.commit().await.unwrap();
}

async fn show(
    bench: &Bench,
    places: FailurePlaces,
    from: Option<NetworkPrefix>,
    now: DateTime<Utc>,
) -> FailedSignIns {
    let anna = anna();
    let failed = bench
        .identity()
        .show_failed_sign_ins(places, &anna, from, now);
    failed.await.unwrap()
}

fn counted(count: u32, last_at: DateTime<Utc>) -> Failures {
    Failures { count, last_at }
}

async fn each_place_is_counted_and_all_together(bench: Bench) {
    assert_eq!(
        show(&bench, HOME, None, noon()).await,
        FailedSignIns::default()
    );
    let later = noon() + Duration::seconds(5);
    note(&bench, HOME, noon()).await;
    note(&bench, HOME, noon()).await;
    note(&bench, ELSEWHERE, later).await;
    let home = show(&bench, HOME, None, later).await;
    assert_eq!(
        (home.here, home.anywhere),
        (Some(counted(2, noon())), Some(counted(3, later)))
    );
    let elsewhere = show(&bench, ELSEWHERE, None, later).await;
    assert_eq!(elsewhere.here, Some(counted(1, later)));
}

async fn what_is_made_up_for_here_counts_elsewhere_still(bench: Bench) {
    note(&bench, HOME, noon()).await;
    let uow = bench.store().begin().await.unwrap();
    uow.failed_sign_ins().forget_here(HOME).await.unwrap();
    uow.commit().await.unwrap();
    let home = show(&bench, HOME, None, noon()).await;
    assert_eq!((home.here, home.anywhere), (None, Some(counted(1, noon()))));
}

async fn failures_of_yesterday_do_not_count_any_more(bench: Bench) {
    let tomorrow = noon() + Failures::forgotten_after() + Duration::seconds(1);
    note(&bench, HOME, noon()).await;
    note(&bench, HOME, noon()).await;
    assert_eq!(show(&bench, HOME, None, tomorrow).await.here, None);
    note(&bench, HOME, tomorrow).await;
    assert_eq!(
        show(&bench, HOME, None, tomorrow).await.here,
        Some(counted(1, tomorrow))
    );
    note(&bench, ELSEWHERE, noon()).await;
    let uow = bench.store().begin().await.unwrap();
    let forgotten = uow.failed_sign_ins().forget(tomorrow).await.unwrap();
    assert!(forgotten >= 1, "{forgotten}");
    uow.commit().await.unwrap();
}

async fn a_network_is_known_where_the_owner_has_signed_in(bench: Bench) {
    let user = a_user().with_email("anna@example.org").build();
    bench.has_user(&user).await;
    let from = Opener {
        device: None,
        address: "203.0.113.7".parse().ok(),
    };
    let id = Id::from_uuid(Uuid::from_u128(1));
    let entry = Entry::personal(id, Act::SignedIn, user.id, from, noon());
    let uow = bench.store().begin().await.unwrap();
    uow.audit().record(&entry).await.unwrap();
    uow.commit().await.unwrap();
    note(&bench, HOME, noon()).await;
    let is_known = async |from| show(&bench, HOME, from, noon()).await.is_known_network;
    assert!(is_known(Some(network("203.0.113.99"))).await);
    assert!(!is_known(Some(network("198.51.100.1"))).await);
    assert!(!is_known(None).await);
    let later = noon() + Duration::days(91);
    note(&bench, HOME, later).await;
    let home = show(&bench, HOME, Some(network("203.0.113.99")), later).await;
    assert!(!home.is_known_network);
}

contract![
    each_place_is_counted_and_all_together,
    what_is_made_up_for_here_counts_elsewhere_still,
    failures_of_yesterday_do_not_count_any_more,
    a_network_is_known_where_the_owner_has_signed_in,
];
