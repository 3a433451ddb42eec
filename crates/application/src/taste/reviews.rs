//! A user writes about films, and everybody reads what is public.
use super::ports::{PublicReview, PublicReviewKey, ReviewKey, ReviewQueries, ReviewedFilm};
use crate::shared::{
    actor::{AccessDenied, Actor},
    clock::Clock,
    failure::failure,
    page::{Page, PageRequest},
    retry::retryable,
    store::{Store, StoreError},
    use_case::{UseCase, request},
};
use async_trait::async_trait;
use domain::{
    catalogue::FilmId,
    events::DomainEvent,
    taste::{Review, ReviewContent},
};
use shaku::Component;
use std::sync::Arc;
use tracing::instrument;

/// Writes a review, in place of the one before.
#[derive(Clone, Debug)]
pub struct WriteReview {
    /// About which film.
    pub film: FilmId,
    /// What it says.
    pub content: ReviewContent,
}

/// Takes a review back.
#[derive(Clone, Debug)]
pub struct DeleteReview {
    /// About which film.
    pub film: FilmId,
}

/// Shows what the user wrote about a film.
#[derive(Debug)]
pub struct ShowReview {
    /// About which film.
    pub film: FilmId,
}

/// Lists what the user wrote, the last changed first.
#[derive(Debug)]
pub struct ListReviews {
    /// Which page.
    pub page: PageRequest<ReviewKey>,
}

/// Lists what everybody may read about a film, the last changed first.
#[derive(Debug)]
pub struct ListFilmReviews {
    /// Which film.
    pub film: FilmId,
    /// Which page.
    pub page: PageRequest<PublicReviewKey>,
}

/// Why no review was written or shown.
#[derive(Debug, thiserror::Error)]
pub enum ReviewError {
    /// The actor may not.
    #[error(transparent)]
    Access(#[from] AccessDenied),
    /// There is no such film.
    #[error("Film not found")]
    FilmNotFound,
    /// The user has not written about the film.
    #[error("review not found")]
    NotFound,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

failure!(ReviewError {
    FilmNotFound => NotFound "catalogue.film_not_found",
    NotFound => NotFound "taste.review_not_found",
} via Access, Store);
request!(WriteReview => Review, ReviewError);
request!(DeleteReview => (), ReviewError);
request!(ShowReview => Review, ReviewError);
request!(ListReviews => Page<ReviewedFilm, ReviewKey>, ReviewError);
request!(ListFilmReviews => Page<PublicReview, PublicReviewKey>, ReviewError);
retryable!(WriteReview, DeleteReview);

#[derive(Component)]
#[shaku(interface = UseCase<WriteReview>)]
pub(crate) struct WriteReviewUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<WriteReview> for WriteReviewUseCase {
    #[instrument(name = "taste.write_review", skip_all, fields(film.id = %request.film))]
    async fn execute(&self, actor: &Actor, request: WriteReview) -> Result<Review, ReviewError> {
        let now = self.clock.now();
        let review = Review {
            user: actor.user()?.id,
            film: request.film,
            content: request.content,
            created_at: now,
            updated_at: now,
        };
        let uow = self.store.begin().await?;
        let kept = uow.reviews().put(&review).await?;
        let kept = kept.ok_or(ReviewError::FilmNotFound)?;
        if kept.updated_at == now {
            let Review { user, film, .. } = kept;
            uow.outbox()
                .publish(DomainEvent::FilmReviewed { user, film }, now);
        }
        uow.commit().await?;
        Ok(kept)
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<DeleteReview>)]
pub(crate) struct DeleteReviewUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<DeleteReview> for DeleteReviewUseCase {
    #[instrument(name = "taste.delete_review", skip_all, fields(film.id = %request.film))]
    async fn execute(&self, actor: &Actor, request: DeleteReview) -> Result<(), ReviewError> {
        let user = actor.user()?.id;
        let uow = self.store.begin().await?;
        let film = request.film;
        if !uow.reviews().remove(user, film).await? {
            return Err(ReviewError::NotFound);
        }
        uow.outbox()
            .publish(DomainEvent::FilmUnreviewed { user, film }, self.clock.now());
        uow.commit().await?;
        Ok(())
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<ShowReview>)]
pub(crate) struct ShowReviewUseCase {
    #[shaku(inject)]
    queries: Arc<dyn ReviewQueries>,
}

#[async_trait]
impl UseCase<ShowReview> for ShowReviewUseCase {
    #[instrument(name = "taste.show_review", skip_all, fields(film.id = %request.film))]
    async fn execute(&self, actor: &Actor, request: ShowReview) -> Result<Review, ReviewError> {
        let user = actor.user()?.id;
        let found = self.queries.show(user, request.film).await?;
        found.ok_or(ReviewError::NotFound)
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<ListReviews>)]
pub(crate) struct ListReviewsUseCase {
    #[shaku(inject)]
    queries: Arc<dyn ReviewQueries>,
}

#[async_trait]
impl UseCase<ListReviews> for ListReviewsUseCase {
    #[instrument(name = "taste.list_reviews", skip_all)]
    async fn execute(
        &self,
        actor: &Actor,
        request: ListReviews,
    ) -> Result<Page<ReviewedFilm, ReviewKey>, ReviewError> {
        let user = actor.user()?.id;
        Ok(self.queries.list(user, &request.page).await?)
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<ListFilmReviews>)]
pub(crate) struct ListFilmReviewsUseCase {
    #[shaku(inject)]
    queries: Arc<dyn ReviewQueries>,
}

#[async_trait]
impl UseCase<ListFilmReviews> for ListFilmReviewsUseCase {
    #[instrument(name = "taste.list_film_reviews", skip_all, fields(film.id = %request.film))]
    async fn execute(
        &self,
        _: &Actor,
        request: ListFilmReviews,
    ) -> Result<Page<PublicReview, PublicReviewKey>, ReviewError> {
        let found = self.queries.list_public(request.film, &request.page);
        found.await?.ok_or(ReviewError::FilmNotFound)
    }
}
