//! How often a model was asked, and what was said.
use super::{Bench, contract};
use application::fakes::{Fixture, a_user};
use chrono::NaiveDate;

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

contract!(
    a_budget_lasts_a_day_and_each_has_their_own,
    of_many_who_want_the_last_one_exactly_one_gets_it,
    what_a_user_spent_goes_with_them,
);
