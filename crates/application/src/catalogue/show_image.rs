//! A poster is shown, in a size and a format that suit the client.
use super::ports::{PosterImageError, PosterImages};
use crate::shared::{
    actor::Actor,
    failure::failure,
    use_case::{UseCase, request},
};
use async_trait::async_trait;
use bytes::Bytes;
use domain::catalogue::ShownPoster;
use shaku::Component;
use std::sync::Arc;
use tracing::instrument;

/// Shows a poster or an image of it. Whoever knows the name may see it.
#[derive(Debug)]
pub struct ShowImage {
    /// What is to be shown.
    pub shown: ShownPoster,
}

/// Why nothing was shown.
#[derive(Debug, thiserror::Error)]
pub enum ShowImageError {
    /// There is no such poster.
    #[error("Poster not found")]
    PosterNotFound,
    /// The image cannot be had.
    #[error(transparent)]
    Images(#[from] PosterImageError),
}

failure!(ShowImageError { PosterNotFound => NotFound "catalogue.poster_not_found" } via Images);
request!(ShowImage => Bytes, ShowImageError);

#[derive(Component)]
#[shaku(interface = UseCase<ShowImage>)]
pub(crate) struct ShowImageUseCase {
    #[shaku(inject)]
    images: Arc<dyn PosterImages>,
}

#[async_trait]
impl UseCase<ShowImage> for ShowImageUseCase {
    #[instrument(name = "catalogue.show_image", skip_all, fields(image = %request.shown))]
    async fn execute(&self, _: &Actor, request: ShowImage) -> Result<Bytes, ShowImageError> {
        let found = self.images.find(&request.shown).await?;
        found.ok_or(ShowImageError::PosterNotFound)
    }
}
