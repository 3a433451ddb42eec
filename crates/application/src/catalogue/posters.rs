//! The owner of a film gives it a poster or takes it away.
//!
//! Bytes are stored before the film says so, and the old ones are removed only after it is committed
//! that nobody shows them. Their key is noted in the same transaction, so that a crash in between
//! leaves work for the upkeep, never a film whose poster is gone. New bytes that no film came to show
//! are noted likewise.
use super::ports::{
    FilmIndex, FilmQueries, Picture, PictureInspector, PictureRefused, PosterStore,
    PosterStoreError,
};
use crate::shared::{
    actor::{AccessDenied, Actor, SignedInUser},
    clock::Clock,
    failure::{failure, logged},
    store::{Store, StoreError},
    use_case::{UseCase, request},
};
use async_trait::async_trait;
use bytes::Bytes;
use domain::catalogue::{FilmId, NotFilmOwner, PosterKey, ensure_editable};
use shaku::Component;
use std::sync::Arc;
use tracing::instrument;

/// Gives a film a poster, replacing the one before.
#[derive(Debug)]
pub struct SetPoster {
    /// Which film.
    pub film: FilmId,
    /// The picture's bytes.
    pub bytes: Bytes,
}

/// Takes a film's poster away.
#[derive(Debug)]
pub struct RemovePoster {
    /// Which film.
    pub film: FilmId,
}

/// Asks whether the actor may change a film, before a body is read that may be large.
#[derive(Debug)]
pub struct MayEditFilm {
    /// Which film.
    pub film: FilmId,
}

/// Why the poster was not changed.
#[derive(Debug, thiserror::Error)]
pub enum PosterError {
    /// The actor may not.
    #[error(transparent)]
    Access(#[from] AccessDenied),
    /// There is no such film.
    #[error("Film not found")]
    FilmNotFound,
    /// The film has no poster to take away.
    #[error("Poster not found")]
    PosterNotFound,
    /// The film is somebody else's.
    #[error(transparent)]
    NotOwner(#[from] NotFilmOwner),
    /// The bytes cannot serve as a poster.
    #[error(transparent)]
    Picture(#[from] PictureRefused),
    /// The poster store failed; nothing has changed.
    #[error(transparent)]
    Posters(#[from] PosterStoreError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

failure!(PosterError {
    FilmNotFound => NotFound "catalogue.film_not_found",
    PosterNotFound => NotFound "catalogue.poster_not_found",
    NotOwner => Forbidden "catalogue.not_film_owner",
} via Access, Picture, Posters, Store);
request!(SetPoster => (), PosterError);
request!(RemovePoster => (), PosterError);
request!(MayEditFilm => (), PosterError);

async fn editable(
    queries: &dyn FilmQueries,
    film: FilmId,
    editor: SignedInUser,
) -> Result<(), PosterError> {
    let film = queries
        .show(film, None)
        .await?
        .ok_or(PosterError::FilmNotFound)?;
    Ok(ensure_editable(film.card.owner, editor.id, editor.role)?)
}

#[derive(Component)]
#[shaku(interface = UseCase<MayEditFilm>)]
pub(crate) struct MayEditFilmUseCase {
    #[shaku(inject)]
    queries: Arc<dyn FilmQueries>,
}

#[async_trait]
impl UseCase<MayEditFilm> for MayEditFilmUseCase {
    #[instrument(name = "catalogue.may_edit_film", skip_all, fields(film.id = %request.film))]
    async fn execute(&self, actor: &Actor, request: MayEditFilm) -> Result<(), PosterError> {
        editable(&*self.queries, request.film, actor.user()?).await
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<SetPoster>)]
pub(crate) struct SetPosterUseCase {
    #[shaku(inject)]
    inspector: Arc<dyn PictureInspector>,
    #[shaku(inject)]
    posters: Arc<dyn PosterStore>,
    #[shaku(inject)]
    change: Arc<dyn PosterChange>,
    #[shaku(inject)]
    queries: Arc<dyn FilmQueries>,
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<SetPoster> for SetPosterUseCase {
    #[instrument(name = "catalogue.set_poster", skip_all, fields(film.id = %request.film))]
    async fn execute(&self, actor: &Actor, request: SetPoster) -> Result<(), PosterError> {
        let editor = actor.user()?;
        editable(&*self.queries, request.film, editor).await?;
        let picture = self.inspector.inspect(request.bytes).await?;
        let Picture {
            bytes,
            format,
            sha256,
        } = picture;
        let key = PosterKey::new(request.film, &sha256, format);
        self.posters.put(&key, bytes.clone()).await?;
        let shown = self.change.replace(request.film, editor, Some(key.clone()));
        if let Err(failure) = shown.await {
            self.abandon(&key).await;
            return Err(failure);
        }
        self.ensure_kept(&key, bytes).await;
        Ok(())
    }
}

impl SetPosterUseCase {
    /// Stores a poster again that was on its way out while it came in again. The film shows it
    /// already, so a store that fails now is no failure of the request.
    async fn ensure_kept(&self, key: &PosterKey, bytes: Bytes) {
        let kept = match self.posters.exists(key).await {
            Ok(true) => Ok(()),
            Ok(false) => self.posters.put(key, bytes).await,
            Err(failure) => Err(failure),
        };
        if let Err(failure) = kept {
            tracing::warn!(
                error = logged(&failure),
                "a new poster could not be looked at again"
            );
        }
    }

    /// Leaves bytes that were stored in vain to the upkeep, which spares them if the film shows the
    /// same picture already.
    async fn abandon(&self, key: &PosterKey) {
        if let Err(failure) = self.note_obsolete(key).await {
            tracing::warn!(
                error = logged(&failure),
                "a poster that no film shows stays in the poster store"
            );
        }
    }

    async fn note_obsolete(&self, key: &PosterKey) -> Result<(), StoreError> {
        let uow = self.store.begin().await?;
        let posters = std::slice::from_ref(key);
        uow.obsolete_posters()
            .add(posters, self.clock.now())
            .await?;
        uow.commit().await
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<RemovePoster>)]
pub(crate) struct RemovePosterUseCase {
    #[shaku(inject)]
    change: Arc<dyn PosterChange>,
}

#[async_trait]
impl UseCase<RemovePoster> for RemovePosterUseCase {
    #[instrument(name = "catalogue.remove_poster", skip_all, fields(film.id = %request.film))]
    async fn execute(&self, actor: &Actor, request: RemovePoster) -> Result<(), PosterError> {
        self.change.replace(request.film, actor.user()?, None).await
    }
}

/// The step that setting and removing share.
#[async_trait]
pub trait PosterChange: shaku::Interface {
    /// Makes the film show `poster`, commits, and then removes what it showed before.
    async fn replace(
        &self,
        film: FilmId,
        editor: SignedInUser,
        poster: Option<PosterKey>,
    ) -> Result<(), PosterError>;
}

#[derive(Component)]
#[shaku(interface = PosterChange)]
pub(crate) struct CommittedPosterChange {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    posters: Arc<dyn PosterStore>,
    #[shaku(inject)]
    index: Arc<dyn FilmIndex>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl PosterChange for CommittedPosterChange {
    async fn replace(
        &self,
        film: FilmId,
        editor: SignedInUser,
        poster: Option<PosterKey>,
    ) -> Result<(), PosterError> {
        let now = self.clock.now();
        let uow = self.store.begin().await?;
        let mut film = uow
            .films()
            .find(film)
            .await?
            .ok_or(PosterError::FilmNotFound)?;
        film.ensure_editable_by(editor.id, editor.role)?;
        if poster.is_none() && film.poster.is_none() {
            return Err(PosterError::PosterNotFound);
        }
        let obsolete: Vec<PosterKey> = film.replace_poster(poster, now).into_iter().collect();
        uow.films().save(&film).await?;
        uow.obsolete_posters().add(&obsolete, now).await?;
        uow.commit().await?;
        self.index.nudge();
        remove_now(&*self.posters, &*self.store, &obsolete).await;
        Ok(())
    }
}

/// Removes what the poster store need not keep, as soon as that is committed. What fails here is
/// tried again by the upkeep, so the request that caused it has succeeded all the same.
pub(crate) async fn remove_now(
    posters: &dyn PosterStore,
    store: &dyn Store,
    obsolete: &[PosterKey],
) {
    if let Err(failure) = remove_all(posters, store, obsolete).await {
        tracing::warn!(
            error = logged(&failure),
            "an old poster could not be removed now, the upkeep will try again"
        );
    }
}

/// Removes posters that nobody shows any more; says how many.
pub(crate) async fn remove_obsolete(
    posters: &dyn PosterStore,
    store: &dyn Store,
) -> Result<usize, PosterError> {
    const AT_ONCE: u32 = 100;
    let uow = store.begin().await?;
    let obsolete = uow.obsolete_posters().list(AT_ONCE).await?;
    drop(uow);
    remove_all(posters, store, &obsolete).await
}

/// Removes posters one by one, past those that cannot be removed now; the first failure is told when
/// the rest is done.
///
/// They are forgotten only after they are gone: a crash in between removes a poster twice, which does
/// no harm.
async fn remove_all(
    posters: &dyn PosterStore,
    store: &dyn Store,
    obsolete: &[PosterKey],
) -> Result<usize, PosterError> {
    let mut gone = Vec::with_capacity(obsolete.len());
    let mut first_failure = None;
    for key in obsolete {
        match posters.remove(key).await {
            Ok(()) => gone.push(key.clone()),
            Err(failure) => first_failure = first_failure.or(Some(failure)),
        }
    }
    if !gone.is_empty() {
        let uow = store.begin().await?;
        uow.obsolete_posters().forget(&gone).await?;
        uow.commit().await?;
    }
    match first_failure {
        None => Ok(gone.len()),
        Some(failure) => Err(failure.into()),
    }
}
