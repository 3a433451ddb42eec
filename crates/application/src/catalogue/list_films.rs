//! The catalogue is browsed.
use super::{
    ports::{FilmFilter, FilmKey, FilmOrder, FilmQueries},
    views::FlaggedFilm,
};
use crate::shared::{
    actor::Actor,
    page::{Page, PageRequest},
    store::StoreError,
    use_case::{UseCase, request},
};
use async_trait::async_trait;
use shaku::Component;
use std::sync::Arc;
use tracing::instrument;

/// Lists films, page by page.
#[derive(Debug)]
pub struct ListFilms {
    /// Which films.
    pub filter: FilmFilter,
    /// In which order.
    pub order: FilmOrder,
    /// Which page.
    pub page: PageRequest<FilmKey>,
}

request!(ListFilms => Page<FlaggedFilm, FilmKey>, StoreError);

#[derive(Component)]
#[shaku(interface = UseCase<ListFilms>)]
pub(crate) struct ListFilmsUseCase {
    #[shaku(inject)]
    queries: Arc<dyn FilmQueries>,
}

#[async_trait]
impl UseCase<ListFilms> for ListFilmsUseCase {
    #[instrument(name = "catalogue.list_films", skip_all)]
    async fn execute(
        &self,
        actor: &Actor,
        request: ListFilms,
    ) -> Result<Page<FlaggedFilm, FilmKey>, StoreError> {
        self.queries
            .list(
                &request.filter,
                request.order,
                &request.page,
                actor.viewer(),
            )
            .await
    }
}
