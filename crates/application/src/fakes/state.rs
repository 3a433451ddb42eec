//! What is stored, and the rule by which it is read and changed: many readers of what is committed,
//! one writer on a copy.
use super::{
    catalogue::{FilmExtras, OnTheWay},
    communities::StoredCommunities,
    companions::StoredCompanionship,
    events::StoredEvents,
    identity::{StoredRefreshToken, StoredSession},
    jobs::StoredJob,
    meanings::StoredMeaning,
    mixes::ColorsDue,
    taste::TakenKey,
    telegram::StoredUpdate,
};
use crate::{
    identity::ports::RefreshTokenDigest,
    recommendation::ports::ActsSince,
    shared::{once::OnceKey, store::StoreError},
    telegram::ports::{BotId, UpdateId},
};
use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    assistant::{Conversation, ConversationId, Message},
    catalogue::{ExternalRef, Film, FilmId, Genre, Mood, PersonId, PosterKey},
    identity::{
        MailToken, MailTokenPurpose, SessionId, SignInKeyDigest, TelegramSignIn, User, UserId,
    },
    jobs::JobId,
    library::{Watchlist, WatchlistId},
    mixes::{Mix, MixId},
    notifications::{Channel, NoticeKind},
    recommendation::{CompanionshipId, Recommendation, RecommendationId, Shown},
    taste::{FilmProgress, FilmRating, Hidden, HiddenSubject, Review, Viewing, ViewingId},
};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};
use tokio::sync::OwnedMutexGuard;
use uuid::Uuid;

/// Everything that is stored. Two of them are equal when nothing has changed between them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stored {
    pub(super) users: BTreeMap<UserId, User>,
    pub(super) sessions: BTreeMap<SessionId, StoredSession>,
    pub(super) refresh_tokens: HashMap<RefreshTokenDigest, StoredRefreshToken>,
    pub(super) telegram_sign_ins: HashMap<SignInKeyDigest, TelegramSignIn>,
    pub(super) mail_tokens: BTreeMap<(UserId, MailTokenPurpose), MailToken>,
    pub(super) notices: BTreeMap<(UserId, NoticeKind, Channel), bool>,
    pub(super) films: BTreeMap<FilmId, Film>,
    pub(super) extras: BTreeMap<FilmId, FilmExtras>,
    pub(super) meanings: BTreeMap<FilmId, StoredMeaning>,
    pub(super) film_changes: Vec<(FilmId, DateTime<Utc>)>,
    pub(super) obsolete_posters: HashMap<PosterKey, OnTheWay>,
    pub(super) genres: Vec<Genre>,
    pub(super) moods: Vec<Mood>,
    pub(super) watchlists: BTreeMap<WatchlistId, Watchlist>,
    pub(super) entries: BTreeMap<(WatchlistId, FilmId), DateTime<Utc>>,
    pub(super) colorless_watchlists: BTreeSet<WatchlistId>,
    pub(super) mixes: Vec<Mix>,
    pub(super) colors_of_mixes: BTreeMap<MixId, ColorsDue>,
    pub(super) mix_films: BTreeMap<MixId, Vec<FilmId>>,
    pub(super) recommendations: BTreeMap<RecommendationId, Recommendation>,
    pub(super) shown: BTreeMap<(UserId, FilmId), Shown>,
    pub(super) companions: BTreeMap<CompanionshipId, StoredCompanionship>,
    pub(super) conversations: BTreeMap<ConversationId, (Conversation, Vec<Message>)>,
    pub(super) model_spending: BTreeMap<Option<UserId>, (NaiveDate, u32)>,
    pub(super) jobs: BTreeMap<JobId, StoredJob>,
    pub(super) names_of_people: BTreeMap<PersonId, Vec<ExternalRef>>,
    pub(super) pages_reached: HashMap<String, u32>,
    pub(super) communities: StoredCommunities,
    pub(super) ticks: BTreeMap<String, DateTime<Utc>>,
    pub(super) ratings: BTreeMap<(UserId, FilmId), FilmRating>,
    pub(super) viewings: BTreeMap<ViewingId, Viewing>,
    pub(super) progress: BTreeMap<(UserId, FilmId), FilmProgress>,
    pub(super) reviews: BTreeMap<(UserId, FilmId), Review>,
    pub(super) hidden: BTreeMap<(UserId, HiddenSubject), Hidden>,
    pub(super) once_keys: BTreeMap<(UserId, OnceKey), TakenKey>,
    pub(super) telegram_updates: BTreeMap<(BotId, UpdateId), StoredUpdate>,
    pub(super) telegram_askers: BTreeMap<BotId, (Uuid, DateTime<Utc>)>,
    pub(super) events: StoredEvents,
    pub(super) new_acts: ActsSince,
}

/// The committed state, shared by every fake of a world.
#[derive(Clone, Debug, Default)]
pub(super) struct Database(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    committed: Mutex<Stored>,
    writer: Arc<tokio::sync::Mutex<()>>,
    is_down: AtomicBool,
    refuses_commits: AtomicBool,
    contentions: AtomicUsize,
    commits: AtomicUsize,
}

/// The right to write, held by one at a time.
pub(super) type WriterTurn = OwnedMutexGuard<()>;

impl Database {
    /// Reads what is committed, which never waits for a writer.
    pub(super) fn read<T>(&self, read: impl FnOnce(&Stored) -> T) -> Result<T, StoreError> {
        self.ensure_up()?;
        Ok(self.peek(read))
    }

    /// Reads what is committed even while the store is down, for a test that looks behind the
    /// curtain.
    pub(super) fn peek<T>(&self, read: impl FnOnce(&Stored) -> T) -> T {
        read(&locked(&self.0.committed))
    }

    /// Waits until nobody else writes.
    pub(super) async fn wait_for_turn(&self) -> Result<WriterTurn, StoreError> {
        self.ensure_up()?;
        let turn = Arc::clone(&self.0.writer).lock_owned().await;
        self.ensure_up()?;
        Ok(turn)
    }

    /// Makes a changed copy the committed state; the turn ends with that.
    pub(super) fn commit(&self, changed: Stored, turn: WriterTurn) -> Result<(), StoreError> {
        self.ensure_up()?;
        if self.0.refuses_commits.load(Ordering::SeqCst) {
            return Err(StoreError::Unavailable("told to refuse commits".into()));
        }
        let contentions = &self.0.contentions;
        let left = |left: usize| left.checked_sub(1);
        if contentions
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, left)
            .is_ok()
        {
            return Err(StoreError::Contention("told to contend".into()));
        }
        *locked(&self.0.committed) = changed;
        self.0.commits.fetch_add(1, Ordering::SeqCst);
        drop(turn);
        Ok(())
    }

    /// Changes in one statement: waits for its turn, changes, commits.
    pub(super) async fn change<T: Send>(
        &self,
        change: impl FnOnce(&mut Stored) -> T + Send,
    ) -> Result<T, StoreError> {
        let turn = self.wait_for_turn().await?;
        let mut copy = self.read(Stored::clone)?;
        let outcome = change(&mut copy);
        self.commit(copy, turn)?;
        Ok(outcome)
    }

    /// Prepares a test: changes what is committed at once.
    ///
    /// # Panics
    /// When a unit of work is open, whose commit would undo the preparation.
    #[track_caller]
    pub(super) fn prepare<T>(&self, change: impl FnOnce(&mut Stored) -> T) -> T {
        let turn = self.0.writer.try_lock();
        assert!(turn.is_ok(), "a unit of work is open");
        change(&mut locked(&self.0.committed))
    }

    pub(super) fn ensure_up(&self) -> Result<(), StoreError> {
        if self.0.is_down.load(Ordering::SeqCst) {
            return Err(StoreError::Unavailable("told to be down".into()));
        }
        Ok(())
    }

    pub(super) fn set_down(&self, is_down: bool) {
        self.0.is_down.store(is_down, Ordering::SeqCst);
    }

    pub(super) fn set_refuses_commits(&self, refuses: bool) {
        self.0.refuses_commits.store(refuses, Ordering::SeqCst);
    }

    pub(super) fn set_contentions(&self, times: usize) {
        self.0.contentions.store(times, Ordering::SeqCst);
    }

    pub(super) fn commits(&self) -> usize {
        self.0.commits.load(Ordering::SeqCst)
    }
}

/// Locks a mutex, also after a test has panicked while holding it.
pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a database says of a row that refers to nothing.
pub(super) fn dangling(what: &'static str) -> StoreError {
    StoreError::Dangling(what.into())
}

/// What a database says of a second row with the same key.
pub(super) fn duplicate(what: &'static str) -> StoreError {
    StoreError::Unavailable(format!("there is such a {what} already").into())
}
