//! The genres and moods are listed and shown.
use super::ports::Vocabulary;
use crate::shared::{
    actor::Actor,
    failure::failure,
    store::StoreError,
    use_case::{UseCase, request},
};
use async_trait::async_trait;
use domain::catalogue::{Genre, GenreId, Mood, MoodId};
use shaku::Component;
use std::sync::Arc;
use tracing::instrument;

/// Lists all genres, or those tied to any of the moods given.
#[derive(Debug)]
pub struct ListGenres {
    /// The moods; with none, all genres.
    pub moods: Vec<MoodId>,
}

/// Shows one genre.
#[derive(Debug)]
pub struct ShowGenre {
    /// Which genre.
    pub genre: GenreId,
}

/// Lists all moods.
#[derive(Debug)]
pub struct ListMoods;

/// Shows one mood.
#[derive(Debug)]
pub struct ShowMood {
    /// Which mood.
    pub mood: MoodId,
}

/// Why no genre or mood was shown.
#[derive(Debug, thiserror::Error)]
pub enum VocabularyError {
    /// There is no such genre.
    #[error("Genre not found")]
    GenreNotFound,
    /// There is no such mood.
    #[error("Mood not found")]
    MoodNotFound,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

failure!(VocabularyError {
    GenreNotFound => NotFound "catalogue.genre_not_found",
    MoodNotFound => NotFound "catalogue.mood_not_found",
} via Store);
request!(ListGenres => Vec<Genre>, VocabularyError);
request!(ShowGenre => Genre, VocabularyError);
request!(ListMoods => Arc<[Mood]>, VocabularyError);
request!(ShowMood => Mood, VocabularyError);

/// The genres tied to any of the moods.
pub(crate) fn genres_of_moods(moods: &[Mood], wanted: &[MoodId]) -> Vec<GenreId> {
    moods
        .iter()
        .filter(|mood| wanted.contains(&mood.id))
        .flat_map(|mood| mood.genres.iter().copied())
        .collect()
}

#[derive(Component)]
#[shaku(interface = UseCase<ListGenres>)]
pub(crate) struct ListGenresUseCase {
    #[shaku(inject)]
    vocabulary: Arc<dyn Vocabulary>,
}

#[async_trait]
impl UseCase<ListGenres> for ListGenresUseCase {
    #[instrument(name = "catalogue.list_genres", skip_all)]
    async fn execute(&self, _: &Actor, request: ListGenres) -> Result<Vec<Genre>, VocabularyError> {
        let genres = self.vocabulary.genres().await?;
        if request.moods.is_empty() {
            return Ok(genres.to_vec());
        }
        let tied = genres_of_moods(&self.vocabulary.moods().await?, &request.moods);
        Ok(genres
            .iter()
            .filter(|genre| tied.contains(&genre.id))
            .cloned()
            .collect())
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<ShowGenre>)]
pub(crate) struct ShowGenreUseCase {
    #[shaku(inject)]
    vocabulary: Arc<dyn Vocabulary>,
}

#[async_trait]
impl UseCase<ShowGenre> for ShowGenreUseCase {
    #[instrument(name = "catalogue.show_genre", skip_all)]
    async fn execute(&self, _: &Actor, request: ShowGenre) -> Result<Genre, VocabularyError> {
        let genres = self.vocabulary.genres().await?;
        let genre = genres.iter().find(|genre| genre.id == request.genre);
        genre.cloned().ok_or(VocabularyError::GenreNotFound)
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<ListMoods>)]
pub(crate) struct ListMoodsUseCase {
    #[shaku(inject)]
    vocabulary: Arc<dyn Vocabulary>,
}

#[async_trait]
impl UseCase<ListMoods> for ListMoodsUseCase {
    #[instrument(name = "catalogue.list_moods", skip_all)]
    async fn execute(&self, _: &Actor, _: ListMoods) -> Result<Arc<[Mood]>, VocabularyError> {
        Ok(self.vocabulary.moods().await?)
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<ShowMood>)]
pub(crate) struct ShowMoodUseCase {
    #[shaku(inject)]
    vocabulary: Arc<dyn Vocabulary>,
}

#[async_trait]
impl UseCase<ShowMood> for ShowMoodUseCase {
    #[instrument(name = "catalogue.show_mood", skip_all)]
    async fn execute(&self, _: &Actor, request: ShowMood) -> Result<Mood, VocabularyError> {
        let moods = self.vocabulary.moods().await?;
        let mood = moods.iter().find(|mood| mood.id == request.mood);
        mood.cloned().ok_or(VocabularyError::MoodNotFound)
    }
}
