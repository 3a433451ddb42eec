//! The owner of a film gives it a poster or takes it away.
//!
//! Bytes are stored before the film says so, and the old ones are removed only after it is committed
//! that nobody shows them. What is about to be stored or removed is noted before, in a transaction of
//! its own, so that a crash in between leaves work for the upkeep: neither bytes that nobody knows of
//! nor a film whose poster is gone.
use super::ports::{
    FilmIndex, FilmQueries, Picture, PictureInspector, PictureRefused, PosterStore,
    PosterStoreError,
};
use crate::jobs::{Task, ports::NewJob};
use crate::shared::{
    actor::{AccessDenied, Actor, SignedInUser},
    clock::{Clock, IdGenerator},
    failure::{failure, logged},
    retry::retryable,
    store::{Store, StoreError},
    use_case::{UseCase, request},
};
use async_trait::async_trait;
use bytes::Bytes;
use chrono::Duration;
use domain::{
    catalogue::{Film, FilmId, NotFilmOwner, PosterKey, PosterLooks, ensure_editable},
    events::DomainEvent,
};
use shaku::Component;
use std::sync::Arc;
use tracing::instrument;

/// Gives a film a poster, replacing the one before.
#[derive(Clone, Debug)]
pub struct SetPoster {
    /// Which film.
    pub film: FilmId,
    /// The picture's bytes.
    pub bytes: Bytes,
}

/// Takes a film's poster away.
#[derive(Clone, Debug)]
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
/// How long a poster may be on its way in; longer than any request lasts.
const RESERVED_FOR: Duration = Duration::hours(1);
/// How long a poster may be on its way out; longer than any poster store takes to remove one.
const CLAIMED_FOR: Duration = Duration::minutes(1);

/// The same picture is just being removed; in a moment it can be stored anew.
#[derive(Debug, thiserror::Error)]
#[error("the poster is being removed")]
struct PosterOnItsWayOut;

impl From<PosterOnItsWayOut> for PosterError {
    fn from(cause: PosterOnItsWayOut) -> Self {
        StoreError::Contention(cause.into()).into()
    }
}

request!(SetPoster => (), PosterError);
request!(RemovePoster => (), PosterError);
request!(MayEditFilm => (), PosterError);
retryable!(SetPoster, RemovePoster);

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
    intake: Arc<dyn PosterIntake>,
    #[shaku(inject)]
    queries: Arc<dyn FilmQueries>,
}

#[async_trait]
impl UseCase<SetPoster> for SetPosterUseCase {
    #[instrument(name = "catalogue.set_poster", skip_all, fields(film.id = %request.film))]
    async fn execute(&self, actor: &Actor, request: SetPoster) -> Result<(), PosterError> {
        let editor = actor.user()?;
        editable(&*self.queries, request.film, editor).await?;
        let setter = PosterSetter::User(editor);
        let poster = self.intake.take_in(request.film, setter, request.bytes);
        poster.await.map(drop)
    }
}

/// The step by which all posters come in.
#[async_trait]
pub trait PosterIntake: shaku::Interface {
    /// Looks at a picture, stores it, and makes the film show it; tells what the film shows then.
    async fn take_in(
        &self,
        film: FilmId,
        setter: PosterSetter,
        bytes: Bytes,
    ) -> Result<PosterKey, PosterError>;
}

#[derive(Component)]
#[shaku(interface = PosterIntake)]
pub(crate) struct ReservedPosterIntake {
    #[shaku(inject)]
    inspector: Arc<dyn PictureInspector>,
    #[shaku(inject)]
    posters: Arc<dyn PosterStore>,
    #[shaku(inject)]
    change: Arc<dyn PosterChange>,
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl PosterIntake for ReservedPosterIntake {
    async fn take_in(
        &self,
        film: FilmId,
        setter: PosterSetter,
        bytes: Bytes,
    ) -> Result<PosterKey, PosterError> {
        let picture = self.inspector.inspect(bytes).await?;
        let Picture {
            bytes,
            format,
            sha256,
            looks,
        } = picture;
        let key = PosterKey::new(film, &sha256, format);
        self.reserve(&key).await?;
        self.posters.put(&key, bytes).await?;
        let poster = Some((key.clone(), looks));
        self.change.replace(film, setter, poster).await?;
        Ok(key)
    }
}

impl ReservedPosterIntake {
    /// Notes what is about to be stored.
    async fn reserve(&self, key: &PosterKey) -> Result<(), PosterError> {
        let now = self.clock.now();
        let uow = self.store.begin().await?;
        let until = now + RESERVED_FOR;
        if !uow.obsolete_posters().reserve(key, now, until).await? {
            return Err(PosterOnItsWayOut.into());
        }
        uow.commit().await?;
        Ok(())
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
        let setter = PosterSetter::User(actor.user()?);
        self.change.replace(request.film, setter, None).await
    }
}

/// On whose behalf a film's poster is changed.
#[derive(Clone, Copy, Debug)]
pub enum PosterSetter {
    /// A user, who must be allowed to edit the film.
    User(SignedInUser),
    /// A source that told of the film, which must belong to nobody and have no poster.
    Source,
}

impl PosterSetter {
    fn ensure_may_change(self, film: &Film) -> Result<(), PosterError> {
        match self {
            Self::User(user) => Ok(film.ensure_editable_by(user.id, user.role)?),
            Self::Source if film.owner.is_none() && film.poster.is_none() => Ok(()),
            Self::Source => Err(NotFilmOwner.into()),
        }
    }
}

/// The step that setting and removing share.
#[async_trait]
pub trait PosterChange: shaku::Interface {
    /// Makes the film show `poster`, commits, and then removes what it showed before.
    async fn replace(
        &self,
        film: FilmId,
        setter: PosterSetter,
        poster: Option<(PosterKey, PosterLooks)>,
    ) -> Result<(), PosterError>;
}

#[derive(Component)]
#[shaku(interface = PosterChange)]
pub(crate) struct CommittedPosterChange {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    ids: Arc<dyn IdGenerator>,
    #[shaku(inject)]
    removal: Arc<dyn PosterRemoval>,
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
        setter: PosterSetter,
        poster: Option<(PosterKey, PosterLooks)>,
    ) -> Result<(), PosterError> {
        let now = self.clock.now();
        let uow = self.store.begin().await?;
        let mut film = uow
            .films()
            .find(film)
            .await?
            .ok_or(PosterError::FilmNotFound)?;
        setter.ensure_may_change(&film)?;
        if poster.is_none() && film.poster.is_none() {
            return Err(PosterError::PosterNotFound);
        }
        if let Some((poster, _)) = &poster {
            let is_kept = uow.obsolete_posters().take_out(poster).await?;
            if !is_kept && film.poster.as_ref() != Some(poster) {
                return Err(PosterOnItsWayOut.into());
            }
        }
        let key = poster.as_ref().map(|(key, _)| key.clone());
        if film.poster != key {
            uow.outbox()
                .publish(DomainEvent::FilmChanged { film: film.id }, now);
        }
        let obsolete: Vec<PosterKey> = film.replace_poster(key, now).into_iter().collect();
        film.poster_looks = poster.map(|(_, looks)| looks);
        uow.films().save(&film).await?;
        uow.obsolete_posters().add(&obsolete, now).await?;
        if film.poster.is_some() {
            let task = Task::MakeImages { film: film.id };
            let job = NewJob::new(self.ids.next(), task, now);
            uow.jobs().enqueue(&job).await?;
        }
        uow.commit().await?;
        self.index.nudge();
        self.removal.remove_now(&obsolete).await;
        Ok(())
    }
}

/// The step that everything shares by which posters go.
#[async_trait]
pub trait PosterRemoval: shaku::Interface {
    /// Removes posters as soon as it is committed that nobody shows them. What fails here is tried
    /// again by the upkeep, so the request that caused it has succeeded all the same.
    async fn remove_now(&self, obsolete: &[PosterKey]);
    /// Removes posters that nobody shows; says how many.
    ///
    /// # Errors
    /// The first failure, told after everything that can be removed is gone.
    async fn remove_obsolete(&self) -> Result<usize, PosterError>;
}

#[derive(Component)]
#[shaku(interface = PosterRemoval)]
pub(crate) struct ClaimedPosterRemoval {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    posters: Arc<dyn PosterStore>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl PosterRemoval for ClaimedPosterRemoval {
    async fn remove_now(&self, obsolete: &[PosterKey]) {
        if let Err(failure) = self.remove_all(obsolete).await {
            tracing::warn!(
                error = logged(&failure),
                "an old poster could not be removed now, the upkeep will try again"
            );
        }
    }

    async fn remove_obsolete(&self) -> Result<usize, PosterError> {
        const AT_ONCE: u32 = 100;
        let uow = self.store.begin().await?;
        let now = self.clock.now();
        let obsolete = uow.obsolete_posters().list(now, AT_ONCE).await?;
        drop(uow);
        self.remove_all(&obsolete).await
    }
}

impl ClaimedPosterRemoval {
    async fn remove_all(&self, obsolete: &[PosterKey]) -> Result<usize, PosterError> {
        let mut gone = 0;
        let mut first_failure = None;
        for key in obsolete {
            match self.remove(key).await {
                Ok(is_gone) => gone += usize::from(is_gone),
                Err(failure) => first_failure = first_failure.or(Some(failure)),
            }
        }
        first_failure.map_or(Ok(gone), Err)
    }

    /// Removes one poster unless it is needed after all.
    ///
    /// It is forgotten only after it is gone: a crash in between removes it twice, which does no harm.
    /// A removal that failed may still happen, so its claim is left to run out.
    async fn remove(&self, key: &PosterKey) -> Result<bool, PosterError> {
        let now = self.clock.now();
        let uow = self.store.begin().await?;
        let until = now + CLAIMED_FOR;
        if !uow.obsolete_posters().claim(key, now, until).await? {
            return Ok(false);
        }
        uow.commit().await?;
        self.posters.remove(key).await?;
        let uow = self.store.begin().await?;
        uow.obsolete_posters().forget(key).await?;
        uow.commit().await?;
        Ok(true)
    }
}
