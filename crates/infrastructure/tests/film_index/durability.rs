//! The index survives restarts, and is built anew where it cannot be used.
use super::{
    feed::{MemoryFeed, a_film},
    harness::Running,
};
use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};
use tempfile::TempDir;

fn a_feed(catalogue: u128) -> Arc<MemoryFeed> {
    let feed = MemoryFeed::new(catalogue, vec![a_film(1, "Alien", 1979)]);
    feed.put(a_film(2, "Brazil", 1985));
    Arc::new(feed)
}

/// A folder with an index of [`a_feed`].
async fn a_folder(feed: &Arc<MemoryFeed>) -> TempDir {
    let folder = TempDir::new().unwrap();
    Running::start(Some(folder.path()), Arc::clone(feed))
        .await
        .stop()
        .await;
    folder
}

fn current(folder: &Path) -> PathBuf {
    folder.join(fs::read_to_string(folder.join("current")).unwrap())
}

/// Starts an index in a folder whose index holds no "Solaris"; it is found only if the index was
/// built anew, because the change is not noted.
async fn is_built_anew(folder: &Path, feed: Arc<MemoryFeed>) -> bool {
    feed.put_silently(a_film(3, "Solaris", 1972));
    let running = Running::start(Some(folder), feed).await;
    // The follower is done with what it found at the start once a later change is found.
    running.feed.put(a_film(4, "Dune", 1984));
    running.comes_to_find("dune", &["Dune (1984)"]).await;
    let found = running.find("solaris").await;
    assert_eq!(running.find("alien").await, ["Alien (1979)"]);
    running.stop().await;
    !found.is_empty()
}

#[tokio::test]
async fn an_index_is_used_again_after_a_restart() {
    let feed = a_feed(1);
    let folder = a_folder(&feed).await;
    feed.put(a_film(5, "Metropolis", 1927));
    assert!(!is_built_anew(folder.path(), Arc::clone(&feed)).await);
    let running = Running::start(Some(folder.path()), feed).await;
    assert_eq!(running.find("metropolis").await, ["Metropolis (1927)"]);
    running.stop().await;
}

#[tokio::test]
async fn an_index_of_another_database_is_not_used() {
    let folder = a_folder(&a_feed(1)).await;
    assert!(is_built_anew(folder.path(), a_feed(2)).await);
}

#[tokio::test]
async fn an_index_that_knows_of_later_changes_than_the_database_is_not_used() {
    let feed = a_feed(1);
    feed.put(a_film(6, "Tron", 1982));
    let folder = a_folder(&feed).await;
    assert!(is_built_anew(folder.path(), a_feed(1)).await);
}

#[tokio::test]
async fn an_index_is_used_while_no_change_that_it_lacks_is_forgotten() {
    let feed = a_feed(1);
    let folder = a_folder(&feed).await;
    feed.forget_changes();
    assert!(!is_built_anew(folder.path(), feed).await);
    let feed = a_feed(1);
    let folder = a_folder(&feed).await;
    feed.put(a_film(5, "Metropolis", 1927));
    feed.forget_changes();
    assert!(!is_built_anew(folder.path(), feed).await);
}

#[tokio::test]
async fn an_index_that_lacks_forgotten_changes_is_built_anew() {
    let feed = a_feed(1);
    let folder = a_folder(&feed).await;
    feed.put(a_film(5, "Metropolis", 1927));
    feed.put(a_film(6, "Tron", 1982));
    feed.forget_changes();
    assert!(is_built_anew(folder.path(), Arc::clone(&feed)).await);
    let running = Running::start(Some(folder.path()), feed).await;
    assert_eq!(running.find("metropolis").await, ["Metropolis (1927)"]);
    running.stop().await;
}

#[tokio::test]
async fn an_index_of_another_format_is_built_anew() {
    let feed = a_feed(1);
    let folder = a_folder(&feed).await;
    let meta = current(folder.path()).join("meta.json");
    let written = fs::read_to_string(&meta).unwrap();
    let format = "\\\"format\\\":";
    let other = written.replace(format, &format!("{format}9"));
    assert_ne!(other, written);
    fs::write(&meta, other).unwrap();
    assert!(is_built_anew(folder.path(), feed).await);
}

#[tokio::test]
async fn a_damaged_index_is_built_anew() {
    for damage in [
        damage_every_file,
        empty_every_file,
        remove_every_file,
        break_meta,
    ] {
        let feed = a_feed(1);
        let folder = a_folder(&feed).await;
        damage(&current(folder.path()));
        assert!(is_built_anew(folder.path(), feed).await);
    }
}

fn segment_files(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension != "json" && extension != "lock")
        })
        .collect()
}

/// Changes a byte in the middle, which only a checksum tells.
fn damage_every_file(folder: &Path) {
    for file in segment_files(folder) {
        let mut bytes = fs::read(&file).unwrap();
        bytes[0] ^= 1;
        fs::write(&file, bytes).unwrap();
    }
}

fn empty_every_file(folder: &Path) {
    for file in segment_files(folder) {
        fs::write(&file, []).unwrap();
    }
}

fn remove_every_file(folder: &Path) {
    for file in segment_files(folder) {
        fs::remove_file(&file).unwrap();
    }
}

fn break_meta(folder: &Path) {
    fs::write(folder.join("meta.json"), "{").unwrap();
}

#[tokio::test]
async fn a_build_that_was_cut_short_leaves_the_old_index() {
    let feed = a_feed(1);
    let folder = a_folder(&feed).await;
    let unfinished = folder.path().join("99");
    fs::create_dir(&unfinished).unwrap();
    fs::write(unfinished.join("meta.json"), "{").unwrap();
    fs::write(folder.path().join("current.new"), "99").unwrap();
    assert!(!is_built_anew(folder.path(), feed).await);
}

#[tokio::test]
async fn a_name_of_the_index_that_means_nothing_is_not_followed() {
    for name in ["", "../elsewhere", "12345"] {
        let feed = a_feed(1);
        let folder = a_folder(&feed).await;
        fs::write(folder.path().join("current"), name).unwrap();
        assert!(is_built_anew(folder.path(), feed).await);
    }
}

#[tokio::test]
async fn who_comes_second_keeps_an_index_in_memory() {
    let feed = a_feed(1);
    let folder = TempDir::new().unwrap();
    let first = Running::start(Some(folder.path()), Arc::clone(&feed)).await;
    let second = Running::start(Some(folder.path()), Arc::clone(&feed)).await;
    feed.put(a_film(3, "Solaris", 1972));
    first.comes_to_find("solaris", &["Solaris (1972)"]).await;
    second.comes_to_find("solaris", &["Solaris (1972)"]).await;
    second.stop().await;
    first.stop().await;
    assert!(!segment_files(&current(folder.path())).is_empty());
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_replaced_by_memory() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let running = Running::start(Some(&file.join("index")), a_feed(1)).await;
    assert_eq!(running.find("alien").await, ["Alien (1979)"]);
    running.stop().await;
}

#[tokio::test]
async fn an_index_whose_files_vanish_is_built_again() {
    let feed = a_feed(1);
    let folder = TempDir::new().unwrap();
    let running = Running::start(Some(folder.path()), Arc::clone(&feed)).await;
    fs::remove_dir_all(current(folder.path())).unwrap();
    feed.put(a_film(3, "Solaris", 1972));
    running.comes_to_find("solaris", &["Solaris (1972)"]).await;
    running.stop().await;
    assert!(current(folder.path()).join("meta.json").exists());
    let running = Running::start(Some(folder.path()), feed).await;
    assert_eq!(running.find("solaris").await, ["Solaris (1972)"]);
    running.stop().await;
}
