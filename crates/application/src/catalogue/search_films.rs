//! Films are found by title, or by words about them.
use super::{
    find_by_title::TitleSearch,
    ports::{FilmIndex, FilmIndexError, FilmQueries},
    views::FlaggedFilm,
};
use crate::{
    assistant::{
        ports::Remembered,
        recall::{Recall, Recalled},
    },
    shared::{
        actor::Actor,
        clock::Clock,
        failure::failure,
        store::StoreError,
        use_case::{UseCase, request},
    },
};
use async_trait::async_trait;
use domain::{
    catalogue::{FilmId, SourceName, Vote, fuse, votes},
    shared::Language,
};
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
    /// In which language sources are asked.
    pub language: Language,
    /// How many films at the most.
    pub limit: SearchLimit,
}

/// Who took part in answering a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answerer {
    /// The catalogue and its index.
    Local,
    /// A language model.
    Model,
    /// Another catalogue.
    Source(SourceName),
}

impl Answerer {
    /// Its name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Model => "model",
            Self::Source(source) => source.name(),
        }
    }
}

/// What a search found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchAnswer {
    /// The films, best first.
    pub films: Vec<FlaggedFilm>,
    /// Who took part, the catalogue first.
    pub answered_by: Vec<Answerer>,
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
request!(SearchFilms => SearchAnswer, SearchFilmsError);

#[derive(Component)]
#[shaku(interface = UseCase<SearchFilms>)]
pub(crate) struct SearchFilmsUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    index: Arc<dyn FilmIndex>,
    #[shaku(inject)]
    titles: Arc<dyn TitleSearch>,
    #[shaku(inject)]
    queries: Arc<dyn FilmQueries>,
    #[shaku(inject)]
    recall: Arc<dyn Recall>,
}

#[async_trait]
impl UseCase<SearchFilms> for SearchFilmsUseCase {
    #[instrument(name = "catalogue.search_films", skip_all)]
    async fn execute(
        &self,
        actor: &Actor,
        request: SearchFilms,
    ) -> Result<SearchAnswer, SearchFilmsError> {
        let most = usize::from(request.limit.0);
        let title = words(request.title.as_deref());
        let description = words(request.description.as_deref());
        let mut answered_by = vec![Answerer::Local];
        let mut found = match (title, description) {
            (title, Some(description)) => {
                let remembered = Remembered { title, description };
                let (found, has_helped) = self.find_by_words(actor, remembered).await?;
                answered_by.extend(has_helped.then_some(Answerer::Model));
                found
            }
            (Some(title), None) => {
                let found = self.titles.find(title, request.language, most).await?;
                answered_by.extend(found.answered_by.into_iter().map(Answerer::Source));
                found.films
            }
            (None, None) => Vec::new(),
        };
        found.truncate(most);
        let films = self.queries.show_many(&found, actor.viewer()).await?;
        Ok(SearchAnswer { films, answered_by })
    }
}

fn words(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.trim().is_empty())
}

impl SearchFilmsUseCase {
    /// Films by words about them, and whether a model helped.
    async fn find_by_words(
        &self,
        actor: &Actor,
        remembered: Remembered<'_>,
    ) -> Result<(Vec<FilmId>, bool), SearchFilmsError> {
        // More than is shown, so that what one ranking has far down can still meet the others.
        const ENOUGH: usize = 100;
        let Remembered { title, description } = remembered;
        let since = self.clock.now();
        let local = self.index.find_by_description(title, description, ENOUGH);
        let local = local.await?;
        let Some(recalled) = self.recall.recall(actor, remembered, since).await else {
            return Ok((local, false));
        };
        let rewritten = if recalled.terms.is_empty() {
            Vec::new()
        } else {
            let found = self
                .index
                .find_by_description(title, &recalled.terms, ENOUGH);
            found.await?
        };
        Ok((merge(&local, &rewritten, &recalled), true))
    }
}

/// How much the ranking of the words counts, and that of what means the like, when they become one.
pub const OF_WORDS: f64 = 1.0;
/// See [`OF_WORDS`].
pub const OF_MEANING: f64 = 1.0;

/// One ranking of what the words found, what the model's words found, what means the like, and what the
/// model guessed.
fn merge(local: &[FilmId], rewritten: &[FilmId], recalled: &Recalled) -> Vec<FilmId> {
    // A guess of which the model is sure outweighs both rankings together, one that it doubts none.
    const OF_REWRITTEN: f64 = 0.8;
    const OF_GUESS: f64 = 4.0;
    let guesses = (0_u32..).zip(&recalled.films);
    let guesses = guesses.map(|(place, (film, confidence))| Vote {
        film: *film,
        place,
        weight: confidence.get() * OF_GUESS,
    });
    let rankings = votes(local, OF_WORDS)
        .chain(votes(rewritten, OF_REWRITTEN))
        .chain(votes(&recalled.near, OF_MEANING));
    fuse(rankings.chain(guesses))
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
