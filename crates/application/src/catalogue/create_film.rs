//! A user adds a film of their own.
use super::{
    ports::{FilmIndex, Vocabulary},
    views::{FilmCard, FlaggedFilm, Flags},
};
use crate::shared::{
    actor::{AccessDenied, Actor},
    clock::{Clock, IdGenerator},
    failure::failure,
    store::{Store, StoreError},
    use_case::{UseCase, request},
};
use async_trait::async_trait;
use domain::{
    catalogue::{Film, FilmContent, GenreId},
    events::DomainEvent,
};
use shaku::Component;
use std::sync::Arc;
use tracing::instrument;

/// Adds a film; the caller owns it.
#[derive(Debug)]
pub struct CreateFilm {
    /// What the user says of it.
    pub content: FilmContent,
}

/// Why no film was added.
#[derive(Debug, thiserror::Error)]
pub enum CreateFilmError {
    /// The actor may not.
    #[error(transparent)]
    Access(#[from] AccessDenied),
    /// A genre does not exist.
    #[error("Genre not found")]
    GenreNotFound,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

failure!(CreateFilmError { GenreNotFound => Invalid "catalogue.unknown_genre" } via Access, Store);
request!(CreateFilm => FlaggedFilm, CreateFilmError);

#[derive(Component)]
#[shaku(interface = UseCase<CreateFilm>)]
pub(crate) struct CreateFilmUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    ids: Arc<dyn IdGenerator>,
    #[shaku(inject)]
    vocabulary: Arc<dyn Vocabulary>,
    #[shaku(inject)]
    index: Arc<dyn FilmIndex>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<CreateFilm> for CreateFilmUseCase {
    #[instrument(name = "catalogue.create_film", skip_all)]
    async fn execute(
        &self,
        actor: &Actor,
        request: CreateFilm,
    ) -> Result<FlaggedFilm, CreateFilmError> {
        let owner = actor.user()?;
        if !all_known(&*self.vocabulary, &request.content.genres).await? {
            return Err(CreateFilmError::GenreNotFound);
        }
        let film = Film::add(self.ids.next(), owner.id, request.content, self.clock.now());
        let uow = self.store.begin().await?;
        uow.films().insert(&film).await?;
        uow.outbox()
            .publish(DomainEvent::FilmAdded { film: film.id }, film.updated_at);
        uow.commit().await?;
        self.index.nudge();
        // Nobody can have put a film on a list before it was there.
        Ok(FlaggedFilm {
            card: Arc::new(FilmCard::of(&film)),
            flags: Flags::default(),
        })
    }
}

/// Whether all these genres exist.
pub(super) async fn all_known(
    vocabulary: &dyn Vocabulary,
    genres: &[GenreId],
) -> Result<bool, StoreError> {
    if genres.is_empty() {
        return Ok(true);
    }
    let known = vocabulary.genres().await?;
    Ok(genres
        .iter()
        .all(|genre| known.iter().any(|each| each.id == *genre)))
}

impl FilmCard {
    /// What lists show of a film.
    #[must_use]
    pub fn of(film: &Film) -> Self {
        Self {
            id: film.id,
            title: film.content.title.as_str().to_owned(),
            description: film
                .content
                .description
                .as_ref()
                .map(|text| text.as_str().to_owned())
                .unwrap_or_default(),
            country: film
                .content
                .country
                .as_ref()
                .map(|country| country.as_str().to_owned()),
            release_year: film
                .content
                .release_year
                .map(domain::catalogue::ReleaseYear::get),
            poster: film.poster.clone(),
            poster_looks: film.poster_looks.clone(),
            tmdb: film.tmdb,
            owner: film.owner,
            is_complete: film.owner.is_some(),
            revision: film.revision,
        }
    }
}
