//! A look at an index that another process may be using.
use super::{
    FilmIndexState,
    storage::{Generation, current},
};
use application::shared::store::Cause;
use std::path::Path;

/// An index in a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeptIndex {
    /// How many films are in it.
    pub films: u64,
    /// The number of the newest change that is in it.
    pub newest: i64,
}

/// The index cannot be read.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Unreadable(Cause);

impl FilmIndexState {
    /// Looks at the index in a folder without taking the folder; nothing where there is none.
    ///
    /// # Errors
    /// [`Unreadable`] when it is damaged, or another version wrote it.
    pub fn inspect(folder: &Path) -> Result<Option<KeptIndex>, Unreadable> {
        let unreadable = |cause: Cause| Unreadable(cause);
        let Some(name) = current(folder).map_err(|failure| unreadable(failure.into()))? else {
            return Ok(None);
        };
        let place = folder.join(&name);
        let generation = Generation::open(name, &place);
        let generation = generation.map_err(|failure| unreadable(failure.into()))?;
        let progress = generation.progress();
        let progress = progress.map_err(|failure| unreadable(failure.into()))?;
        Ok(Some(KeptIndex {
            films: generation.reader.searcher().num_docs(),
            newest: progress.newest,
        }))
    }
}
