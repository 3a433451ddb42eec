//! A store in memory.
use super::state::{Database, Stored, WriterTurn, locked};
use crate::{
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
        once::{AnswerRepository, OnceStores},
        store::{Store, StoreError, UnitOfWork},
    },
    taste::ports::{
        HideRepository, ProgressRepository, RatingRepository, ReviewRepository, TasteKeeper,
        TasteStores, ViewingRepository,
    },
};
use async_trait::async_trait;
use std::sync::Mutex;

/// A store in memory. Like SQLite it lets one unit of work be open at a time, and others wait.
#[derive(Clone, Debug, Default)]
pub struct FakeStore {
    pub(super) database: Database,
}

impl FakeStore {
    /// Stops answering.
    pub fn go_down(&self) {
        self.database.set_down(true);
    }

    /// Answers again.
    pub fn come_back(&self) {
        self.database.set_down(false);
    }

    /// Fails from now on at the last moment: when a change is committed.
    pub fn refuse_commits(&self) {
        self.database.set_refuses_commits(true);
    }

    /// Commits again.
    pub fn accept_commits(&self) {
        self.database.set_refuses_commits(false);
    }

    /// Finds others in the way of the next commits, so many times.
    pub fn contend(&self, times: usize) {
        self.database.set_contentions(times);
    }

    /// How often something was committed.
    #[must_use]
    pub fn commits(&self) -> usize {
        self.database.commits()
    }
}

#[async_trait]
impl Store for FakeStore {
    async fn begin(&self) -> Result<Box<dyn UnitOfWork>, StoreError> {
        let turn = self.database.wait_for_turn().await?;
        let copy = Mutex::new(self.database.read(Stored::clone)?);
        Ok(Box::new(FakeUnitOfWork {
            database: self.database.clone(),
            copy,
            turn,
        }))
    }

    async fn check(&self) -> Result<(), StoreError> {
        self.database.ensure_up()
    }
}

/// Changes to a copy, which become visible when they are committed.
pub(super) struct FakeUnitOfWork {
    database: Database,
    copy: Mutex<Stored>,
    turn: WriterTurn,
}

impl FakeUnitOfWork {
    /// Reads or changes the copy.
    pub(super) fn with<T>(&self, act: impl FnOnce(&mut Stored) -> T) -> Result<T, StoreError> {
        self.database.ensure_up()?;
        Ok(act(&mut locked(&self.copy)))
    }
}

#[async_trait]
impl UnitOfWork for FakeUnitOfWork {
    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        let changed = locked(&self.copy).clone();
        self.database.commit(changed, self.turn)
    }
}

impl IdentityStores for FakeUnitOfWork {
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

impl CatalogueStores for FakeUnitOfWork {
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

impl CommunityStores for FakeUnitOfWork {
    fn communities(&self) -> &dyn CommunityRepository {
        self
    }
}

impl LibraryStores for FakeUnitOfWork {
    fn watchlists(&self) -> &dyn WatchlistRepository {
        self
    }
    fn entries(&self) -> &dyn EntryRepository {
        self
    }
}

impl TasteStores for FakeUnitOfWork {
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

impl OnceStores for FakeUnitOfWork {
    fn answers(&self) -> &dyn AnswerRepository {
        self
    }
}

impl MixStores for FakeUnitOfWork {
    fn mixes(&self) -> &dyn MixRepository {
        self
    }
}

impl AssistantStores for FakeUnitOfWork {
    fn conversations(&self) -> &dyn ConversationRepository {
        self
    }
}

impl RecommendationStores for FakeUnitOfWork {
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

impl EventStores for FakeUnitOfWork {
    fn outbox(&self) -> &dyn Outbox {
        self
    }
    fn handled_events(&self) -> &dyn HandledEvents {
        self
    }
}

impl NotificationStores for FakeUnitOfWork {
    fn preferences(&self) -> &dyn PreferenceRepository {
        self
    }
}

impl JobStores for FakeUnitOfWork {
    fn jobs(&self) -> &dyn JobQueue {
        self
    }
}
