//! Films are found by title, or by words about them.
use super::{
    ports::{FilmIndex, FilmIndexError, FilmQueries},
    views::FlaggedFilm,
};
use crate::shared::{
    actor::Actor,
    failure::failure,
    store::StoreError,
    use_case::{UseCase, request},
};
use async_trait::async_trait;
use shaku::Component;
use std::sync::Arc;
use tracing::instrument;

/// How many films a search gives, 1 to 50.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SearchLimit(u8);

/// The number is no limit of a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be between 1 and {max}, got {0}", max = SearchLimit::MAX)]
pub struct SearchLimitOutOfRange(pub i64);

impl SearchLimit {
    /// The most films of one search.
    pub const MAX: u8 = 50;
}

impl Default for SearchLimit {
    fn default() -> Self {
        Self(10)
    }
}

impl TryFrom<i64> for SearchLimit {
    type Error = SearchLimitOutOfRange;
    fn try_from(limit: i64) -> Result<Self, SearchLimitOutOfRange> {
        u8::try_from(limit)
            .ok()
            .filter(|limit| (1..=Self::MAX).contains(limit))
            .map(Self)
            .ok_or(SearchLimitOutOfRange(limit))
    }
}

/// Finds films, best first. Without a title and a description there is nothing to find.
#[derive(Debug)]
pub struct SearchFilms {
    /// Words of a title.
    pub title: Option<String>,
    /// Words about a film.
    pub description: Option<String>,
    /// How many films at the most.
    pub limit: SearchLimit,
}

/// Why nothing could be searched.
#[derive(Debug, thiserror::Error)]
pub enum SearchFilmsError {
    /// The index failed.
    #[error(transparent)]
    Index(#[from] FilmIndexError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

failure!(SearchFilmsError {} via Index, Store);
request!(SearchFilms => Vec<FlaggedFilm>, SearchFilmsError);

#[derive(Component)]
#[shaku(interface = UseCase<SearchFilms>)]
pub(crate) struct SearchFilmsUseCase {
    #[shaku(inject)]
    index: Arc<dyn FilmIndex>,
    #[shaku(inject)]
    queries: Arc<dyn FilmQueries>,
}

#[async_trait]
impl UseCase<SearchFilms> for SearchFilmsUseCase {
    #[instrument(name = "catalogue.search_films", skip_all)]
    async fn execute(
        &self,
        actor: &Actor,
        request: SearchFilms,
    ) -> Result<Vec<FlaggedFilm>, SearchFilmsError> {
        let most = usize::from(request.limit.0);
        let title = request
            .title
            .as_deref()
            .filter(|text| !text.trim().is_empty());
        let description = request
            .description
            .as_deref()
            .filter(|text| !text.trim().is_empty());
        let found = match (title, description) {
            (title, Some(description)) => {
                self.index
                    .find_by_description(title, description, most)
                    .await?
            }
            (Some(title), None) => self.index.find_by_title(title, most).await?,
            (None, None) => return Ok(Vec::new()),
        };
        Ok(self.queries.show_many(&found, actor.viewer()).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_gives_one_to_fifty_films() {
        assert_eq!(SearchLimit::try_from(0), Err(SearchLimitOutOfRange(0)));
        assert!(SearchLimit::try_from(1).is_ok());
        assert!(SearchLimit::try_from(50).is_ok());
        assert!(SearchLimit::try_from(51).is_err());
        assert!(SearchLimit::try_from(-1).is_err());
    }
}
