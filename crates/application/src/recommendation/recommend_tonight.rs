//! One film for tonight.
use super::{
    giving::{Given, TonightGiver},
    ports::Wanted,
};
use crate::{
    catalogue::{
        ports::{FilmQueries, Vocabulary},
        views::FlaggedFilm,
        vocabulary::genres_of_moods,
    },
    shared::{
        actor::{AccessDenied, Actor},
        failure::failure,
        retry::retryable,
        store::StoreError,
        use_case::{UseCase, request},
    },
};
use async_trait::async_trait;
use domain::{
    catalogue::{FilmId, FilmKind, GenreId, MoodId},
    identity::UserId,
};
use shaku::Component;
use std::sync::Arc;
use tracing::instrument;

/// Gives one film for tonight and notes that it was given.
#[derive(Clone, Debug, Default)]
pub struct RecommendTonight {
    /// Moods, which stand for the genres tied to them.
    pub moods: Vec<MoodId>,
    /// Genres; with neither, any genre.
    pub genres: Vec<GenreId>,
    /// Film, series or anime; without it, any.
    pub kind: Option<FilmKind>,
}

/// Why nothing was given.
#[derive(Debug, thiserror::Error)]
pub enum RecommendTonightError {
    /// The actor may not.
    #[error(transparent)]
    Access(#[from] AccessDenied),
    /// There is no such genre.
    #[error("Genre not found")]
    GenreNotFound,
    /// There is no such mood.
    #[error("Mood not found")]
    MoodNotFound,
    /// Every film that suits was watched or given already.
    #[error("Nothing suits tonight")]
    NothingSuits,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

failure!(RecommendTonightError {
    GenreNotFound => Invalid "catalogue.unknown_genre",
    MoodNotFound => Invalid "catalogue.unknown_mood",
    NothingSuits => NotFound "recommendation.nothing_suits",
} via Access, Store);
request!(RecommendTonight => FlaggedFilm, RecommendTonightError);
retryable!(RecommendTonight);

#[derive(Component)]
#[shaku(interface = UseCase<RecommendTonight>)]
pub(crate) struct RecommendTonightUseCase {
    #[shaku(inject)]
    vocabulary: Arc<dyn Vocabulary>,
    #[shaku(inject)]
    queries: Arc<dyn FilmQueries>,
    #[shaku(inject)]
    giver: Arc<dyn TonightGiver>,
}

#[async_trait]
impl UseCase<RecommendTonight> for RecommendTonightUseCase {
    #[instrument(name = "recommendation.recommend_tonight", skip_all)]
    async fn execute(
        &self,
        actor: &Actor,
        request: RecommendTonight,
    ) -> Result<FlaggedFilm, RecommendTonightError> {
        let user = actor.user()?.id;
        let wanted = self.understand(request).await?;
        let film = self.give(user, &wanted).await?;
        let shown = self.queries.show(film, Some(user)).await?;
        shown.ok_or(RecommendTonightError::NothingSuits)
    }
}

impl RecommendTonightUseCase {
    async fn understand(&self, request: RecommendTonight) -> Result<Wanted, RecommendTonightError> {
        let known_genres = self.vocabulary.genres().await?;
        let known_moods = self.vocabulary.moods().await?;
        let is_known = |genre: &GenreId| known_genres.iter().any(|known| known.id == *genre);
        if !request.genres.iter().all(is_known) {
            return Err(RecommendTonightError::GenreNotFound);
        }
        let is_known = |mood: &MoodId| known_moods.iter().any(|known| known.id == *mood);
        if !request.moods.iter().all(is_known) {
            return Err(RecommendTonightError::MoodNotFound);
        }
        let asks_for_any = request.genres.is_empty() && request.moods.is_empty();
        // Moods beside genres are only more genres: who names a genre wants films of it, whatever the mood.
        let moods = if request.genres.is_empty() {
            request.moods.clone()
        } else {
            Vec::new()
        };
        let mut genres = request.genres;
        genres.extend(genres_of_moods(&known_moods, &request.moods));
        genres.sort_unstable();
        genres.dedup();
        if genres.is_empty() && !asks_for_any {
            // A mood that no genre suits must not come to mean "anything".
            return Err(RecommendTonightError::NothingSuits);
        }
        Ok(Wanted {
            genres,
            moods,
            kind: request.kind,
        })
    }

    async fn give(&self, user: UserId, wanted: &Wanted) -> Result<FilmId, RecommendTonightError> {
        match self.giver.give(user, wanted).await? {
            Given::Film(film) => Ok(film),
            Given::NothingSuits => Err(RecommendTonightError::NothingSuits),
            Given::NoSuchUser => Err(AccessDenied::NotSignedIn.into()),
        }
    }
}
