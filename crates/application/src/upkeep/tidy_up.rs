//! What the service does for itself from time to time: forgetting what is over or long ago, and
//! removing posters that nobody shows.
use crate::{
    catalogue::posters::{PosterError, PosterRemoval},
    jobs::{
        Task, TaskKind,
        handler::{Progress, TaskFailure, TaskHandler},
        ports::NewJob,
    },
    shared::{
        actor::{AccessDenied, Actor},
        clock::{Clock, IdGenerator},
        failure::failure,
        once::kept_for,
        store::{Store, StoreError},
        use_case::{UseCase, request},
    },
};
use async_trait::async_trait;
use chrono::Duration;
use domain::jobs::{kept_when_failed, kept_when_over};
use shaku::Component;
use std::sync::Arc;
use tracing::instrument;

/// Tidies up once.
#[derive(Debug)]
pub struct TidyUp;

/// What tidying up removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tidied {
    /// Sessions that had ended.
    pub sessions: u64,
    /// Attempts to sign in by Telegram that had ended.
    pub telegram_sign_ins: u64,
    /// Changes of films that every search index has followed long since.
    pub film_changes: u64,
    /// Films that were given for evenings long past.
    pub recommendations: u64,
    /// Posters that nobody showed.
    pub posters: usize,
    /// Answers that were kept for requests that come again, and did not.
    pub answers: u64,
    /// Jobs that had ended some time ago.
    pub jobs: u64,
}

/// How long a search index may be away without having to be built anew.
const FILM_CHANGES_KEPT: Duration = Duration::days(7);
/// How long it is known what was given for tonight; more than long enough not to give it again.
const RECOMMENDATIONS_KEPT: Duration = Duration::days(30);

/// Posters that jobs are told to look at each time; those that came before anybody looked at them.
const LOOKED_AT_ONCE: u32 = 100;

/// Why tidying up failed; what it had done before stays done.
#[derive(Debug, thiserror::Error)]
pub enum TidyUpError {
    /// The actor may not.
    #[error(transparent)]
    Access(#[from] AccessDenied),
    /// A poster could not be removed.
    #[error(transparent)]
    Posters(#[from] PosterError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

failure!(TidyUpError {} via Access, Posters, Store);
request!(TidyUp => Tidied, TidyUpError);

#[derive(Component)]
#[shaku(interface = UseCase<TidyUp>)]
pub(crate) struct TidyUpUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    ids: Arc<dyn IdGenerator>,
    #[shaku(inject)]
    removal: Arc<dyn PosterRemoval>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<TidyUp> for TidyUpUseCase {
    #[instrument(name = "upkeep.tidy_up", skip_all)]
    async fn execute(&self, actor: &Actor, _: TidyUp) -> Result<Tidied, TidyUpError> {
        actor.ensure_operator()?;
        let now = self.clock.now();
        let uow = self.store.begin().await?;
        let sessions = uow.sessions().forget_expired(now).await?;
        let telegram_sign_ins = uow.telegram_sign_ins().forget_expired(now).await?;
        let film_changes = uow.films().forget_changes(now - FILM_CHANGES_KEPT).await?;
        let recommendations = uow
            .recommendations()
            .forget_given(now - RECOMMENDATIONS_KEPT)
            .await?;
        let answers = uow.answers().forget(now - kept_for()).await?;
        let jobs = uow
            .jobs()
            .forget(now - kept_when_over(), now - kept_when_failed())
            .await?;
        let unseen = uow.films().list_unseen_posters(LOOKED_AT_ONCE).await?;
        let looks = unseen
            .into_iter()
            .map(|film| NewJob::new(self.ids.next(), Task::MakeImages { film }, now));
        uow.jobs().enqueue_all(looks.collect()).await?;
        uow.commit().await?;
        let posters = self.removal.remove_obsolete().await?;
        Ok(Tidied {
            sessions,
            telegram_sign_ins,
            film_changes,
            recommendations,
            posters,
            answers,
            jobs,
        })
    }
}

#[derive(Component)]
#[shaku(interface = TaskHandler)]
pub(crate) struct TidyUpHandler {
    #[shaku(inject)]
    tidy_up: Arc<dyn UseCase<TidyUp>>,
}

#[async_trait]
impl TaskHandler for TidyUpHandler {
    fn kind(&self) -> TaskKind {
        TaskKind::TidyUp
    }

    async fn handle(&self, _: &Task, _: &dyn Progress) -> Result<(), TaskFailure> {
        let tidied = self.tidy_up.execute(&Actor::System, TidyUp).await?;
        tracing::debug!(?tidied, "tidied up");
        Ok(())
    }
}
