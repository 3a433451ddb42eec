//! A user rates films.
use super::{
    following::follow,
    ports::{RatedFilm, RatingFilter, RatingKey, RatingOrder, RatingQueries},
};
use crate::shared::{
    actor::{AccessDenied, Actor},
    clock::{Clock, IdGenerator},
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
    taste::{Deed, FilmRating, Rating, Viewing},
};
use shaku::Component;
use std::sync::Arc;
use tracing::instrument;

/// Rates a film, in place of the rating before. A film that is rated was seen.
#[derive(Clone, Debug)]
pub struct RateFilm {
    /// Which film.
    pub film: FilmId,
    /// How much the user liked it.
    pub rating: Rating,
}

/// Takes a rating back; that the film was seen stays.
#[derive(Clone, Debug)]
pub struct UnrateFilm {
    /// Which film.
    pub film: FilmId,
}

/// Shows how the user rated a film.
#[derive(Debug)]
pub struct ShowRating {
    /// Which film.
    pub film: FilmId,
}

/// Lists what the user rated.
#[derive(Debug)]
pub struct ListRatings {
    /// Which ratings.
    pub filter: RatingFilter,
    /// In which order.
    pub order: RatingOrder,
    /// Which page of them.
    pub page: PageRequest<RatingKey>,
}

/// Why a film was not rated or no rating shown.
#[derive(Debug, thiserror::Error)]
pub enum RatingError {
    /// The actor may not.
    #[error(transparent)]
    Access(#[from] AccessDenied),
    /// There is no such film.
    #[error("Film not found")]
    FilmNotFound,
    /// The user has not rated the film.
    #[error("the film is not rated")]
    NotRated,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

failure!(RatingError {
    FilmNotFound => NotFound "catalogue.film_not_found",
    NotRated => NotFound "taste.not_rated",
} via Access, Store);
request!(RateFilm => FilmRating, RatingError);
request!(UnrateFilm => (), RatingError);
request!(ShowRating => FilmRating, RatingError);
request!(ListRatings => Page<RatedFilm, RatingKey>, RatingError);
retryable!(RateFilm, UnrateFilm);

#[derive(Component)]
#[shaku(interface = UseCase<RateFilm>)]
pub(crate) struct RateFilmUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    ids: Arc<dyn IdGenerator>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<RateFilm> for RateFilmUseCase {
    #[instrument(name = "taste.rate_film", skip_all, fields(film.id = %request.film))]
    async fn execute(&self, actor: &Actor, request: RateFilm) -> Result<FilmRating, RatingError> {
        let user = actor.user()?.id;
        let RateFilm { film, rating } = request;
        let now = self.clock.now();
        let uow = self.store.begin().await?;
        uow.tastes().take_turn(user).await?;
        let rating = FilmRating {
            user,
            film,
            rating,
            rated_at: now,
        };
        let kept = uow.ratings().put(&rating).await?;
        let kept = kept.ok_or(RatingError::FilmNotFound)?;
        if kept.rated_at == now {
            uow.outbox()
                .publish(DomainEvent::FilmRated { user, film }, now);
        }
        let bare = Viewing::bare(self.ids.next(), user, film, now);
        follow(&*uow, Deed::Rated, &bare).await?;
        uow.commit().await?;
        Ok(kept)
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<UnrateFilm>)]
pub(crate) struct UnrateFilmUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<UnrateFilm> for UnrateFilmUseCase {
    #[instrument(name = "taste.unrate_film", skip_all, fields(film.id = %request.film))]
    async fn execute(&self, actor: &Actor, request: UnrateFilm) -> Result<(), RatingError> {
        let user = actor.user()?.id;
        let uow = self.store.begin().await?;
        let film = request.film;
        if !uow.ratings().remove(user, film).await? {
            return Err(RatingError::NotRated);
        }
        uow.outbox()
            .publish(DomainEvent::FilmUnrated { user, film }, self.clock.now());
        uow.commit().await?;
        Ok(())
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<ShowRating>)]
pub(crate) struct ShowRatingUseCase {
    #[shaku(inject)]
    queries: Arc<dyn RatingQueries>,
}

#[async_trait]
impl UseCase<ShowRating> for ShowRatingUseCase {
    #[instrument(name = "taste.show_rating", skip_all, fields(film.id = %request.film))]
    async fn execute(&self, actor: &Actor, request: ShowRating) -> Result<FilmRating, RatingError> {
        let user = actor.user()?.id;
        let found = self.queries.show(user, request.film).await?;
        found.ok_or(RatingError::NotRated)
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<ListRatings>)]
pub(crate) struct ListRatingsUseCase {
    #[shaku(inject)]
    queries: Arc<dyn RatingQueries>,
}

#[async_trait]
impl UseCase<ListRatings> for ListRatingsUseCase {
    #[instrument(name = "taste.list_ratings", skip_all)]
    async fn execute(
        &self,
        actor: &Actor,
        request: ListRatings,
    ) -> Result<Page<RatedFilm, RatingKey>, RatingError> {
        let user = actor.user()?.id;
        let ListRatings {
            filter,
            order,
            page,
        } = request;
        Ok(self.queries.list(user, filter, order, &page).await?)
    }
}
