//! What the service does for itself from time to time: forgetting what is over or long ago, and
//! removing posters that nobody shows.
use crate::{
    assistant::ports::{Embedder, LanguageModel, ModelState},
    catalogue::{
        ports::MeaningQueries,
        posters::{PosterError, PosterRemoval},
    },
    events::ports::{EventPolicy, OutboxQueue},
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
        store::{Store, StoreError, UnitOfWork},
        use_case::{UseCase, request},
    },
    telegram::ports::UpdateInbox,
};
use async_trait::async_trait;
use chrono::{DateTime, Duration, Utc};
use domain::{
    jobs::{kept_when_failed, kept_when_over},
    recommendation::{Companionship, Shown},
};
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
    /// Tokens of mails that nobody can use any more.
    pub mail_tokens: u64,
    /// Films that were given for evenings long past.
    pub recommendations: u64,
    /// Films that were proposed so long ago that it does not count any more.
    pub shown: u64,
    /// Invitations that nobody has accepted.
    pub invitations: u64,
    /// Posters that nobody showed.
    pub posters: usize,
    /// Answers that were kept for requests that come again, and did not.
    pub answers: u64,
    /// Jobs that had ended some time ago.
    pub jobs: u64,
    /// What Telegram told the bot some time ago.
    pub telegram_updates: u64,
    /// Events that were told or given up some time ago.
    pub events: u64,
}

/// How long a search index may be away without having to be built anew.
const FILM_CHANGES_KEPT: Duration = Duration::days(7);
/// How long it is known what was given for tonight; more than long enough not to give it again.
const RECOMMENDATIONS_KEPT: Duration = Duration::days(30);

/// Telegram tells of nothing again that is older than a day.
const TELEGRAM_UPDATES_KEPT: Duration = Duration::days(2);

/// Posters that jobs are told to look at each time; those that came before anybody looked at them.
const LOOKED_AT_ONCE: u32 = 100;

/// Lists for which jobs are told to choose colours each time.
const COLORED_AT_ONCE: u32 = 100;
/// After so long a list keeps the colours that its owner is used to.
const COLORS_CHOSEN_WITHIN: Duration = Duration::days(30);

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
    model: Arc<dyn LanguageModel>,
    #[shaku(inject)]
    embedder: Arc<dyn Embedder>,
    #[shaku(inject)]
    meanings: Arc<dyn MeaningQueries>,
    #[shaku(inject)]
    inbox: Arc<dyn UpdateInbox>,
    #[shaku(inject)]
    outbox: Arc<dyn OutboxQueue>,
    #[shaku(inject)]
    events: Arc<dyn EventPolicy>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<TidyUp> for TidyUpUseCase {
    #[instrument(name = "upkeep.tidy_up", skip_all)]
    async fn execute(&self, actor: &Actor, _: TidyUp) -> Result<Tidied, TidyUpError> {
        actor.ensure_operator()?;
        let now = self.clock.now();
        let lacks_numbers = self.lacks_numbers().await?;
        let uow = self.store.begin().await?;
        let sessions = uow.sessions().forget_expired(now).await?;
        let telegram_sign_ins = uow.telegram_sign_ins().forget_expired(now).await?;
        let mail_tokens = uow.mail_tokens().forget_expired(now).await?;
        let film_changes = uow.films().forget_changes(now - FILM_CHANGES_KEPT).await?;
        let recommendations = uow
            .recommendations()
            .forget_given(now - RECOMMENDATIONS_KEPT)
            .await?;
        let shown = uow
            .recommendations()
            .forget_shown(now - Shown::is_forgotten_after())
            .await?;
        let invitations = uow
            .companions()
            .forget_unanswered(now - Companionship::waits_for())
            .await?;
        let answers = uow.answers().forget(now - kept_for()).await?;
        let jobs = uow
            .jobs()
            .forget(now - kept_when_over(), now - kept_when_failed())
            .await?;
        let mut left_to_do = self.left_to_do(&*uow, now).await?;
        left_to_do.extend(lacks_numbers.then_some(Task::EmbedFilms));
        let new = left_to_do
            .into_iter()
            .map(|task| NewJob::new(self.ids.next(), task, now));
        uow.jobs().enqueue_all(new.collect()).await?;
        uow.commit().await?;
        let telegram_updates = self.inbox.forget(now - TELEGRAM_UPDATES_KEPT).await?;
        let told = now - self.events.kept_for();
        let events = self.outbox.forget(told, now - kept_when_failed()).await?;
        let posters = self.removal.remove_obsolete().await?;
        Ok(Tidied {
            sessions,
            telegram_sign_ins,
            film_changes,
            mail_tokens,
            recommendations,
            shown,
            invitations,
            posters,
            answers,
            jobs,
            telegram_updates,
            events,
        })
    }
}

impl TidyUpUseCase {
    /// Whether there are films to be put into numbers, and a model that does it.
    async fn lacks_numbers(&self) -> Result<bool, StoreError> {
        match self.embedder.model() {
            Some(model) if self.embedder.state() == ModelState::Ready => {
                Ok(self.meanings.count_lacking(&model).await? > 0)
            }
            Some(_) | None => Ok(false),
        }
    }

    /// What nobody had an occasion to ask for: posters are to be looked at, colours to be chosen.
    async fn left_to_do(
        &self,
        uow: &dyn UnitOfWork,
        now: DateTime<Utc>,
    ) -> Result<Vec<Task>, StoreError> {
        let unseen = uow.films().list_unseen_posters(LOOKED_AT_ONCE).await?;
        let since = now - COLORS_CHOSEN_WITHIN;
        let lists = uow.watchlists();
        let lists = lists.list_colorless(since, COLORED_AT_ONCE).await?;
        let has_model = self.model.state() == ModelState::Ready;
        let mixes = uow.mixes().list_colorless(has_model).await?;
        let looks = unseen.into_iter().map(|film| Task::MakeImages { film });
        let lists = lists.into_iter();
        let lists = lists.map(|watchlist| Task::ChooseGradient { watchlist });
        let mixes = mixes.into_iter().map(|mix| Task::ChooseMixGradient { mix });
        Ok(looks.chain(lists).chain(mixes).collect())
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
