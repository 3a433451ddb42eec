//! A film that another catalogue told of gets the poster that it shows there.
use super::{
    ports::{FilmQueries, PictureRefused},
    posters::{PosterError, PosterIntake, PosterSetter},
};
use crate::shared::{
    actor::{AccessDenied, Actor},
    failure::failure,
    store::{Cause, Store, StoreError},
    use_case::{UseCase, request},
};
use async_trait::async_trait;
use bytes::Bytes;
use domain::catalogue::{FilmId, PosterKey, PosterUrl, SourceName};
use shaku::{Component, Interface};
use std::sync::Arc;
use tracing::instrument;

/// Where a source shows the poster of a film.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemotePoster {
    /// Which source says so.
    pub source: SourceName,
    /// The address, at whatever host.
    pub url: PosterUrl,
}

/// A picture could not be fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchPictureError {
    /// It is not at a place from which pictures may be fetched.
    #[error("pictures are not fetched from this address")]
    NotAllowed,
    /// It is not there.
    #[error("there is no picture at this address")]
    NotThere,
    /// It has too many bytes.
    #[error("the picture is larger than 10 MiB")]
    TooLarge,
    /// The server does not answer, or not as it should.
    #[error("the picture cannot be fetched now")]
    Unavailable(#[source] Cause),
}

failure!(FetchPictureError {
    NotAllowed => Invalid "catalogue.picture_not_allowed",
    NotThere => NotFound "catalogue.picture_not_there",
    TooLarge => TooLarge "catalogue.fetched_picture_too_large",
    Unavailable => Unavailable "catalogue.picture_unavailable",
});

/// Fetches pictures from other catalogues. Whatever the address and whoever answers there, it MUST
/// reach nothing but hosts that are allowed, at addresses of the public network, and MUST read no more
/// than 10 MiB.
#[async_trait]
pub trait PictureFetcher: Interface {
    /// Fetches the bytes of a poster, which are yet to be looked at.
    async fn fetch(&self, poster: &RemotePoster) -> Result<Bytes, FetchPictureError>;
}

/// Gives a film of the catalogue the poster that its source shows, unless it has one.
#[derive(Debug)]
pub struct FetchPoster {
    /// Which film.
    pub film: FilmId,
}

/// Why no poster was fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchPosterError {
    /// The actor may not.
    #[error(transparent)]
    Access(#[from] AccessDenied),
    /// There is no such film.
    #[error("Film not found")]
    FilmNotFound,
    /// The picture could not be fetched.
    #[error(transparent)]
    Fetch(#[from] FetchPictureError),
    /// It could not be set.
    #[error(transparent)]
    Poster(#[from] PosterError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

failure!(FetchPosterError {
    FilmNotFound => NotFound "catalogue.film_not_found",
} via Access, Fetch, Poster, Store);
request!(FetchPoster => Option<PosterKey>, FetchPosterError);

#[derive(Component)]
#[shaku(interface = UseCase<FetchPoster>)]
pub(crate) struct FetchPosterUseCase {
    #[shaku(inject)]
    queries: Arc<dyn FilmQueries>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
    #[shaku(inject)]
    fetcher: Arc<dyn PictureFetcher>,
    #[shaku(inject)]
    intake: Arc<dyn PosterIntake>,
}

#[async_trait]
impl UseCase<FetchPoster> for FetchPosterUseCase {
    /// Answers with the poster that the film shows then, if any.
    #[instrument(name = "catalogue.fetch_poster", skip_all, fields(film.id = %request.film))]
    async fn execute(
        &self,
        actor: &Actor,
        request: FetchPoster,
    ) -> Result<Option<PosterKey>, FetchPosterError> {
        actor.ensure_operator()?;
        let film = self.queries.show(request.film, None).await?;
        let film = film.ok_or(FetchPosterError::FilmNotFound)?;
        if film.card.poster.is_some() {
            return Ok(film.card.poster.clone());
        }
        let Some(remote) = self.remote(request.film).await? else {
            return Ok(None);
        };
        let bytes = self.fetcher.fetch(&remote).await?;
        let setter = PosterSetter::Source;
        let poster = self.intake.take_in(request.film, setter, bytes).await?;
        Ok(Some(poster))
    }
}

impl FetchPosterUseCase {
    /// Where a source shows the poster of a film that belongs to nobody.
    async fn remote(&self, film: FilmId) -> Result<Option<RemotePoster>, StoreError> {
        let uow = self.store.begin().await?;
        let known = uow.imports().find(&[film]).await?.pop();
        Ok(known.and_then(|film| film.poster).map(|said| RemotePoster {
            source: said.by,
            url: said.what,
        }))
    }
}

impl FetchPosterError {
    /// Whether the source shows nothing that can be a poster, and will not soon.
    #[must_use]
    pub const fn is_final(&self) -> bool {
        matches!(
            self,
            Self::Fetch(
                FetchPictureError::NotAllowed
                    | FetchPictureError::NotThere
                    | FetchPictureError::TooLarge
            ) | Self::Poster(PosterError::Picture(
                PictureRefused::NotAPicture(_)
                    | PictureRefused::TooManyBytes
                    | PictureRefused::TooManyPixels
            ))
        )
    }
}
