//! Units of work as database transactions.
use super::{
    Database, IntoStoreError, Query, ROWS_AT_ONCE,
    dialect::{self, Turn},
    row_list,
};
use crate::{
    events::{EventBell, PublishedEvent, store_events},
    jobs::JobBell,
    readiness::asked,
};
use application::{
    assistant::ports::{AssistantStores, ConversationRepository},
    catalogue::{
        imports::ports::FilmImports,
        ports::{CatalogueStores, FilmRepository, MeaningRepository, ObsoletePosterRepository},
    },
    community::ports::{CommunityRepository, CommunityStores},
    events::ports::{EventStores, HandledEvents, Outbox},
    identity::ports::{
        IdentityStores, MailTokenRepository, SessionRepository, TelegramSignInRepository,
        UserRepository,
    },
    jobs::ports::{JobQueue, JobStores},
    library::ports::{EntryRepository, LibraryStores, WatchlistRepository},
    mixes::ports::{MixRepository, MixStores},
    notifications::ports::{NotificationStores, PreferenceRepository},
    recommendation::ports::{
        CompanionRepository, NewActs, RecommendationRepository, RecommendationStores,
    },
    shared::{
        clock::IdGenerator,
        once::{AnswerRepository, OnceStores},
        store::{Store, StoreError, UnitOfWork},
    },
    taste::ports::{
        HideRepository, ProgressRepository, RatingRepository, ReviewRepository, TasteKeeper,
        TasteStores, ViewingRepository,
    },
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::catalogue::FilmId;
use sea_orm::{DatabaseTransaction, TransactionTrait, Value};
use shaku::Component;
use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Lets writers take turns where the database has one writer at a time.
#[derive(Clone)]
pub struct WriteTurns(Option<Arc<Semaphore>>);

impl WriteTurns {
    /// Turns as the database needs them.
    #[must_use]
    pub fn of(connection: &sea_orm::DatabaseConnection) -> Self {
        let needed = dialect::writers_take_turns(connection);
        Self(needed.then(|| Arc::new(Semaphore::new(1))))
    }

    /// Waits for a turn, which lasts until the permit is dropped.
    pub(crate) async fn take(&self) -> Option<OwnedSemaphorePermit> {
        let turns = self.0.as_ref()?;
        // The semaphore is never closed.
        Arc::clone(turns).acquire_owned().await.ok()
    }
}

/// One transaction. Fields are dropped in order: it is rolled back before the turn passes on.
pub(crate) struct Transaction {
    pub(crate) tx: DatabaseTransaction,
    /// Whether somebody is to be woken once it is committed.
    pub(crate) has_new_jobs: AtomicBool,
    bell: JobBell,
    turn: Option<OwnedSemaphorePermit>,
    changed_films: Mutex<Vec<FilmChange>>,
    ids: Arc<dyn IdGenerator>,
    event_bell: EventBell,
    events: Mutex<Vec<PublishedEvent>>,
}

/// A film that search indexes are to read again.
pub(crate) struct FilmChange {
    film: FilmId,
    at: DateTime<Utc>,
}

impl Transaction {
    /// Notes that a film is to be read again; it is numbered and stored at the commit.
    pub(crate) fn note_change(&self, film: FilmId, at: DateTime<Utc>) {
        let mut changed = self
            .changed_films
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        changed.push(FilmChange { film, at });
    }

    /// Notes that an event is to be told; it is stored at the commit.
    pub(crate) fn note_event(&self, event: PublishedEvent) {
        let mut events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        events.push(event);
    }
}

/// Stores what was noted.
///
/// Whoever follows the numbers must not see a higher one before a lower one, so they are given in
/// the order of the commits: the last statements before a commit give them, one transaction at a time.
async fn number_changes(
    tx: &DatabaseTransaction,
    changes: &[FilmChange],
) -> Result<(), StoreError> {
    const NOTE: &str = "INSERT INTO film_changes (film_id, changed_at) VALUES ";
    if changes.is_empty() {
        return Ok(());
    }
    dialect::take_turn_until_commit(tx, Turn::FilmChanges)
        .await
        .or_store_error()?;
    for some in changes.chunks(ROWS_AT_ONCE) {
        let note = format!("{NOTE}{}", row_list(some.len(), 2));
        let values: Vec<Value> = some
            .iter()
            .flat_map(|change| [change.film.as_uuid().into(), change.at.into()])
            .collect();
        Query::new(&note, values).change(tx).await?;
    }
    Ok(())
}

/// Begins transactions.
#[derive(Component)]
#[shaku(interface = Store)]
pub struct SqlStore {
    #[shaku(inject)]
    database: Arc<dyn Database>,
    #[shaku(inject)]
    ids: Arc<dyn IdGenerator>,
    turns: WriteTurns,
    bell: JobBell,
    event_bell: EventBell,
}

#[async_trait]
impl Store for SqlStore {
    async fn begin(&self) -> Result<Box<dyn UnitOfWork>, StoreError> {
        let turn = self.turns.take().await;
        let connection = self.database.connection();
        let tx = connection
            .begin_with_options(dialect::writing())
            .await
            .or_store_error()?;
        Ok(Box::new(Transaction {
            tx,
            has_new_jobs: AtomicBool::new(false),
            bell: self.bell.clone(),
            turn,
            changed_films: Mutex::default(),
            ids: Arc::clone(&self.ids),
            event_bell: self.event_bell.clone(),
            events: Mutex::default(),
        }))
    }

    async fn check(&self) -> Result<(), StoreError> {
        let answer = async {
            let row = Query::new("SELECT 1", []).one(self.database.connection());
            row.await.map(drop)
        };
        asked(answer, |late| StoreError::Unavailable(late.into())).await
    }
}

#[async_trait]
impl UnitOfWork for Transaction {
    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        let Self {
            tx,
            has_new_jobs,
            bell,
            turn,
            changed_films,
            ids,
            event_bell,
            events,
        } = *self;
        let events = events.into_inner().unwrap_or_else(PoisonError::into_inner);
        store_events(&tx, &*ids, &events).await?;
        let changes = changed_films
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        number_changes(&tx, &changes).await?;
        tx.commit().await.or_store_error()?;
        drop(turn);
        if has_new_jobs.load(Ordering::Relaxed) {
            bell.ring();
        }
        if !events.is_empty() {
            event_bell.ring();
        }
        Ok(())
    }
}

impl IdentityStores for Transaction {
    fn users(&self) -> &dyn UserRepository {
        self
    }
    fn sessions(&self) -> &dyn SessionRepository {
        self
    }
    fn telegram_sign_ins(&self) -> &dyn TelegramSignInRepository {
        self
    }
    fn mail_tokens(&self) -> &dyn MailTokenRepository {
        self
    }
}

impl CatalogueStores for Transaction {
    fn films(&self) -> &dyn FilmRepository {
        self
    }
    fn obsolete_posters(&self) -> &dyn ObsoletePosterRepository {
        self
    }
    fn imports(&self) -> &dyn FilmImports {
        self
    }
    fn meanings(&self) -> &dyn MeaningRepository {
        self
    }
}

impl CommunityStores for Transaction {
    fn communities(&self) -> &dyn CommunityRepository {
        self
    }
}

impl LibraryStores for Transaction {
    fn watchlists(&self) -> &dyn WatchlistRepository {
        self
    }
    fn entries(&self) -> &dyn EntryRepository {
        self
    }
}

impl TasteStores for Transaction {
    fn tastes(&self) -> &dyn TasteKeeper {
        self
    }
    fn ratings(&self) -> &dyn RatingRepository {
        self
    }
    fn viewings(&self) -> &dyn ViewingRepository {
        self
    }
    fn reviews(&self) -> &dyn ReviewRepository {
        self
    }
    fn progress(&self) -> &dyn ProgressRepository {
        self
    }
    fn hides(&self) -> &dyn HideRepository {
        self
    }
}

impl OnceStores for Transaction {
    fn answers(&self) -> &dyn AnswerRepository {
        self
    }
}

impl MixStores for Transaction {
    fn mixes(&self) -> &dyn MixRepository {
        self
    }
}

impl AssistantStores for Transaction {
    fn conversations(&self) -> &dyn ConversationRepository {
        self
    }
}

impl RecommendationStores for Transaction {
    fn recommendations(&self) -> &dyn RecommendationRepository {
        self
    }
    fn companions(&self) -> &dyn CompanionRepository {
        self
    }
    fn new_acts(&self) -> &dyn NewActs {
        self
    }
}

impl EventStores for Transaction {
    fn outbox(&self) -> &dyn Outbox {
        self
    }
    fn handled_events(&self) -> &dyn HandledEvents {
        self
    }
}

impl NotificationStores for Transaction {
    fn preferences(&self) -> &dyn PreferenceRepository {
        self
    }
}

impl JobStores for Transaction {
    fn jobs(&self) -> &dyn JobQueue {
        self
    }
}
