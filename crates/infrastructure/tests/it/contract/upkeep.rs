//! Figures.
use super::{Bench, contract};
use application::{
    fakes::{Fixture, a_film, a_recommendation, a_user, a_watchlist},
    upkeep::ports::{DayOfActivity, Totals},
};
use chrono::{DateTime, Duration, Utc};
use domain::library::StandardList;

/// An hour before midnight.
fn late() -> DateTime<Utc> {
    "2026-04-17T23:00:00Z".parse().unwrap()
}

async fn what_there_is_is_counted_and_what_went_on_day_by_day(bench: Bench) {
    let figures = bench.figures();
    assert_eq!(figures.totals().await.unwrap(), Totals::default());
    let since = late() - Duration::hours(23);
    assert_eq!(figures.activity(since).await.unwrap(), []);
    let next_day = late() + Duration::hours(2);
    for (name, created_at) in [
        ("long ago", since - Duration::microseconds(1)),
        ("early", since),
        ("late", late()),
    ] {
        let mut user = a_user().named(name).build();
        user.email = None;
        user.telegram = Some(domain::identity::TelegramId(created_at.timestamp_micros()));
        user.created_at = created_at;
        bench.has_user(&user).await;
        let film = a_film().build();
        bench.has_film(&film).await;
        let mut list = a_watchlist().owned_by(user.id).build();
        list.created_at = created_at;
        bench.has_list(&list).await;
        let liked = StandardList::Liked.of(user.id);
        let added = bench.entries().add(liked, user.id, film.id, next_day);
        added.await.unwrap();
        let mut given = a_recommendation(film.id, user.id).build();
        given.given_at = next_day;
        let uow = bench.store().begin().await.unwrap();
        uow.recommendations().record(&given).await.unwrap();
        uow.commit().await.unwrap();
    }
    let totals = Totals {
        users: 3,
        films: 3,
        watchlists: 3,
    };
    assert_eq!(figures.totals().await.unwrap(), totals);
    let second = DayOfActivity {
        active_users: 3,
        new_entries: 3,
        recommendations: 3,
        ..DayOfActivity::quiet(next_day.date_naive())
    };
    let first = DayOfActivity {
        active_users: 2,
        new_users: 2,
        new_watchlists: 2,
        ..DayOfActivity::quiet(late().date_naive())
    };
    assert_eq!(figures.activity(since).await.unwrap(), [second, first]);
}

contract!(what_there_is_is_counted_and_what_went_on_day_by_day);
