//! The index keeps up with the database.
use super::{
    feed::{MemoryFeed, a_film},
    harness::Running,
};
use std::{sync::Arc, time::Duration};

fn a_feed() -> Arc<MemoryFeed> {
    Arc::new(MemoryFeed::new(
        1,
        vec![a_film(1, "Alien", 1979), a_film(2, "Brazil", 1985)],
    ))
}

#[tokio::test]
async fn a_change_is_found_after_a_nudge() {
    let running = Running::start(None, a_feed()).await;
    running.feed.put(a_film(3, "Solaris", 1972));
    running.comes_to_find("solaris", &["Solaris (1972)"]).await;
    running.feed.put(a_film(3, "Stalker", 1979));
    running.comes_to_find("stalker", &["Stalker (1979)"]).await;
    assert!(running.find("solaris").await.is_empty());
    running.stop().await;
}

#[tokio::test]
async fn a_change_is_found_without_a_nudge_too() {
    let running = Running::start(None, a_feed()).await;
    running.feed.put(a_film(3, "Solaris", 1972));
    let found = async {
        while running.find("solaris").await.is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), found)
        .await
        .unwrap();
    running.stop().await;
}

#[tokio::test]
async fn a_film_that_is_gone_is_not_found() {
    let running = Running::start(None, a_feed()).await;
    running.feed.remove(a_film(2, "", 0).id);
    running.comes_to_find("brazil", &[]).await;
    running.stop().await;
}

#[tokio::test]
async fn a_change_that_becomes_visible_late_is_found() {
    let running = Running::start(None, a_feed()).await;
    running.feed.put_as(10, a_film(3, "Solaris", 1972));
    running.comes_to_find("solaris", &["Solaris (1972)"]).await;
    running.feed.put_as(9, a_film(4, "Stalker", 1979));
    running.comes_to_find("stalker", &["Stalker (1979)"]).await;
    running.stop().await;
}

#[tokio::test]
async fn many_changes_are_all_found() {
    let running = Running::start(None, a_feed()).await;
    for number in 0..2_500 {
        running
            .feed
            .put(a_film(100 + number, &format!("Episode {number}"), 1972));
    }
    running
        .comes_to_find("Episode 2499", &["Episode 2499 (1972)"])
        .await;
    assert_eq!(running.find("episode 0").await[0], "Episode 0 (1972)");
    for number in 0..30 {
        running
            .feed
            .put(a_film(100, &format!("Finale {number}"), 1972));
        running
            .comes_to_find(
                &format!("finale {number}"),
                &[&format!("Finale {number} (1972)")],
            )
            .await;
    }
    running.stop().await;
}

#[tokio::test]
async fn a_panic_while_following_is_overcome() {
    let feed = a_feed();
    feed.set_panicking(true);
    let running = Running::start_without_waiting(None, Arc::clone(&feed));
    assert!(running.index.check().await.is_err());
    feed.set_panicking(false);
    running.index.nudge();
    assert_eq!(running.find("alien").await, ["Alien (1979)"]);
    feed.set_panicking(true);
    feed.put(a_film(3, "Solaris", 1972));
    running.index.nudge();
    assert_eq!(running.find("brazil").await, ["Brazil (1985)"]);
    feed.set_panicking(false);
    running.comes_to_find("solaris", &["Solaris (1972)"]).await;
    assert!(running.index.check().await.is_ok());
    running.stop().await;
}

#[tokio::test]
async fn an_index_that_is_not_built_says_so() {
    let feed = a_feed();
    feed.set_panicking(true);
    let running = Running::start_without_waiting(None, feed);
    assert!(running.index.check().await.is_err());
    let (by_title, by_description) = tokio::join!(
        running.index.find_by_title("alien", 1),
        running.index.find_by_description(None, "alien", 1),
    );
    assert!(by_title.is_err());
    assert!(by_description.is_err());
    running.stop().await;
}
