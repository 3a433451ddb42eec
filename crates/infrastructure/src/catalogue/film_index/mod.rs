//! The search index: films by title and by words about them.
//!
//! It lies beside the database and follows it: whatever is in it can be built again. Titles are found
//! in two steps: the index proposes films that share words, sounds or beginnings with what was typed,
//! and `ranking` judges each of them. Descriptions are found by what `cues` reads of a request: words,
//! which are looked for by BM25 over stems of both languages, and years, genres, countries and people,
//! each of which makes films likelier and none of which rules any out.
mod analysis;
mod cues;
mod description_search;
mod feed;
mod folding;
mod follower;
mod inspection;
mod progress;
mod ranking;
mod schema;
mod sound;
mod storage;
mod title_search;

pub use feed::{FilmDocument, FilmFeed};
pub use follower::{FilmIndexState, IndexFigures};
pub use inspection::{KeptIndex, Unreadable};

use application::{
    catalogue::ports::{FilmIndex, FilmIndexError, TitleHit, TitledFilm},
    shared::store::Cause,
};
use async_trait::async_trait;
use domain::catalogue::FilmId;
use ranking::{Candidate, TitleQuery};
use shaku::Component;
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};
use storage::Generation;
use tokio::task::spawn_blocking;

/// Why the index does not answer.
#[derive(Debug, thiserror::Error)]
enum SearchFailure {
    #[error("it has not been built yet")]
    NotBuilt,
    #[error("the search ended early")]
    Ended,
}

/// Finds films in an index of Tantivy.
#[derive(Component)]
#[shaku(interface = FilmIndex)]
pub struct TantivyFilmIndex {
    /// The index and what it follows.
    state: Arc<FilmIndexState>,
}

impl TantivyFilmIndex {
    async fn generation(&self) -> Result<Arc<Generation>, FilmIndexError> {
        let generation = self.state.awaited_generation().await;
        generation.ok_or_else(|| unavailable(SearchFailure::NotBuilt))
    }
}

#[async_trait]
impl FilmIndex for TantivyFilmIndex {
    async fn find_titles(&self, title: &str, most: usize) -> Result<Vec<TitleHit>, FilmIndexError> {
        let generation = self.generation().await?;
        // Well under a millisecond: not worth another thread.
        guarded(|| {
            let searcher = generation.reader.searcher();
            let hits = title_search::find(&searcher, &generation.fields, title, most)?;
            let hit = |hit: title_search::Hit| TitleHit {
                film: hit.film,
                fit: hit.fit.degree(),
            };
            Ok(hits.into_iter().map(hit).collect())
        })
    }

    fn judge(&self, title: &str, films: &[TitledFilm]) -> Vec<TitleHit> {
        let query = TitleQuery::read(title);
        let judged = films.iter().map(|film| {
            let candidate = Candidate::of(&film.titles, film.year);
            TitleHit {
                film: film.film,
                fit: ranking::fit(&query, &candidate).degree(),
            }
        });
        judged.collect()
    }

    async fn find_by_description(
        &self,
        title: Option<&str>,
        description: &str,
        most: usize,
    ) -> Result<Vec<FilmId>, FilmIndexError> {
        let generation = self.generation().await?;
        let (title, description) = (title.map(str::to_owned), description.to_owned());
        let search = move || {
            let searcher = generation.reader.searcher();
            let title = title.as_deref();
            description_search::find(&searcher, &generation.fields, title, &description, most)
        };
        spawn_blocking(move || guarded(search))
            .await
            .map_err(unavailable)?
    }

    fn nudge(&self) {
        self.state.nudge();
    }

    async fn check(&self) -> Result<(), FilmIndexError> {
        match self.state.generation() {
            Some(_) => Ok(()),
            None => Err(unavailable(SearchFailure::NotBuilt)),
        }
    }
}

/// Searches a file that may be damaged: neither an error nor a panic of the library goes further.
fn guarded<T>(search: impl FnOnce() -> tantivy::Result<T>) -> Result<T, FilmIndexError> {
    match catch_unwind(AssertUnwindSafe(search)) {
        Ok(outcome) => outcome.map_err(unavailable),
        Err(_) => Err(unavailable(SearchFailure::Ended)),
    }
}

fn unavailable(cause: impl Into<Cause>) -> FilmIndexError {
    FilmIndexError::Unavailable(cause.into())
}
