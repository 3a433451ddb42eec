//! An index that follows a database in memory.
use super::feed::MemoryFeed;
use application::catalogue::ports::FilmIndex;
use infrastructure::catalogue::film_index::{
    FilmIndexState, TantivyFilmIndex, TantivyFilmIndexParameters,
};
use shaku::{HasComponent, module};
use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

module! {
    Wired {
        components = [TantivyFilmIndex],
        providers = []
    }
}

pub struct Running {
    pub index: Arc<dyn FilmIndex>,
    pub feed: Arc<MemoryFeed>,
    cancelled: CancellationToken,
    follower: JoinHandle<()>,
}

impl Running {
    /// Starts an index and waits until it answers.
    pub async fn start(folder: Option<&Path>, feed: Arc<MemoryFeed>) -> Self {
        let running = Self::start_without_waiting(folder, feed);
        let deadline = Instant::now() + Duration::from_mins(1);
        while running.index.check().await.is_err() {
            assert!(Instant::now() < deadline, "the index is still not built");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        running
    }

    pub fn start_without_waiting(folder: Option<&Path>, feed: Arc<MemoryFeed>) -> Self {
        // What was logged shows up beside a test that fails; only the first one can set it up.
        tracing_subscriber::fmt().with_test_writer().try_init().ok();
        let state = FilmIndexState::new(folder.map(Path::to_owned), Arc::clone(&feed) as _);
        let wired = Wired::builder()
            .with_component_parameters::<TantivyFilmIndex>(TantivyFilmIndexParameters {
                state: Arc::clone(&state),
            })
            .build();
        let cancelled = CancellationToken::new();
        Self {
            index: wired.resolve(),
            feed,
            follower: tokio::spawn(state.follow(cancelled.clone())),
            cancelled,
        }
    }

    /// The titles found, best first.
    pub async fn find(&self, title: &str) -> Vec<String> {
        let found = self.index.find_by_title(title, 10).await.unwrap();
        found
            .into_iter()
            .map(|film| self.feed.title(film))
            .collect()
    }

    pub async fn find_described(&self, title: Option<&str>, description: &str) -> Vec<String> {
        let found = self
            .index
            .find_by_description(title, description, 10)
            .await
            .unwrap();
        found
            .into_iter()
            .map(|film| self.feed.title(film))
            .collect()
    }

    /// Nudges the index and waits until a search gives these titles.
    #[track_caller]
    pub fn comes_to_find(&self, query: &str, expected: &[&str]) -> impl Future<Output = ()> {
        self.index.nudge();
        async move {
            let deadline = Instant::now() + Duration::from_secs(10);
            loop {
                let found = self.find(query).await;
                if found == expected {
                    return;
                }
                assert!(Instant::now() < deadline, "{query} still finds {found:?}");
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
    }

    /// Ends the follower and lets go of the folder.
    pub async fn stop(self) {
        self.cancelled.cancel();
        self.follower.await.unwrap();
    }
}
