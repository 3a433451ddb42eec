//! What every store must do, held against SQLite, PostgreSQL and the fake alike.
mod assistant;
mod catalogue;
mod community;
mod companions;
mod events;
mod identity;
mod imports;
mod jobs;
mod library;
mod meanings;
mod mixes;
mod models;
mod notifications;
mod recommendation;
mod statements;
mod stats;
mod taste;
mod tastes;
mod telegram;
mod upkeep;

use application::{
    assistant::ports::{ConversationQueries, ModelBudget},
    catalogue::ports::{FilmQueries, MeaningQueries, Vocabulary},
    community::ports::CommunityQueries,
    events::ports::OutboxQueue,
    fakes::{Fixture, GenreBuilder, MixBuilder, World},
    identity::ports::{IdentityQueries, SessionGate},
    jobs::ports::JobQueries,
    library::ports::{LibraryQueries, WatchlistEntries},
    mixes::ports::MixQueries,
    module::Ports,
    recommendation::{
        ports::{CompanionQueries, ShownFilms},
        recommender::{Recommender, TasteQueries},
        training::ModelWorkshop,
    },
    shared::{
        page::{PageRequest, PageSize},
        store::Store,
    },
    taste::{
        mine::MineQueries,
        ports::{
            DiaryFilter, DiaryQueries, HideQueries, ProgressQueries, RatingQueries, ReviewQueries,
        },
        stats::StatsQueries,
    },
    telegram::ports::UpdateInbox,
    upkeep::ports::FigureQueries,
};
use chrono::{DateTime, Utc};
use domain::{
    catalogue::{Film, FilmId, Genre},
    identity::{User, UserId},
    library::Watchlist,
    mixes::MixId,
    shared::Language,
    taste::Viewing,
};
use infrastructure::{
    assistant::ModelConnection,
    catalogue::{
        DiskPosterStore, SqlFilmFeed,
        film_index::FilmIndexState,
        picture_fetcher::{PictureHosts, PictureWays},
    },
    events::{ConfiguredBrokerWatchParameters, EventBell},
    identity::{GateState, JwtSecret},
    jobs::JobBell,
    module::{Prepared, infrastructure_module},
    notifications::LoggedMailer,
    persistence::{DatabaseConfig, DatabaseUrl, WriteTurns, migrate_up},
    recommendation::{
        DiskModelFiles, LearningSettings, ModelFiles, ServingState, SqlFactsFeed, SqlModelShelf,
    },
    sources::NoFilmSources,
    telegram::UpdateBell,
};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use shaku::HasComponent;
use std::{collections::HashMap, path::Path, sync::Arc};
use tempfile::TempDir;
use test_servers::PostgresServer;
use uuid::Uuid;

/// A store to hold to the contract.
pub struct Bench {
    pub ports: Arc<dyn Ports>,
    backing: Backing,
    known_sessions: Arc<GateState>,
    folder: TempDir,
}

enum Backing {
    Fake(Box<World>),
    Sql(DatabaseConnection),
}

macro_rules! port {
    ($name:ident -> $port:ident) => {
        pub fn $name(&self) -> &dyn $port {
            HasComponent::<dyn $port>::resolve_ref(&*self.ports)
        }
    };
}

impl Bench {
    port!(store -> Store);
    port!(gate -> SessionGate);
    port!(identity -> IdentityQueries);
    port!(films -> FilmQueries);
    port!(vocabulary -> Vocabulary);
    port!(library -> LibraryQueries);
    port!(entries -> WatchlistEntries);
    port!(ratings -> RatingQueries);
    port!(diaries -> DiaryQueries);
    port!(reviews -> ReviewQueries);
    port!(progress -> ProgressQueries);
    port!(hides -> HideQueries);
    port!(mixes -> MixQueries);
    port!(meanings -> MeaningQueries);
    port!(communities -> CommunityQueries);
    port!(recommender -> Recommender);
    port!(tastes -> TasteQueries);
    port!(workshop -> ModelWorkshop);
    port!(shown -> ShownFilms);
    port!(companions -> CompanionQueries);
    port!(stats -> StatsQueries);
    port!(mines -> MineQueries);
    port!(budget -> ModelBudget);
    port!(conversations -> ConversationQueries);
    port!(jobs -> JobQueries);
    port!(figures -> FigureQueries);
    port!(inbox -> UpdateInbox);
    port!(outbox -> OutboxQueue);

    /// The database; the fake has none.
    pub fn connection(&self) -> &DatabaseConnection {
        match &self.backing {
            Backing::Sql(connection) => connection,
            Backing::Fake(_) => panic!("the fake has no database"),
        }
    }

    /// Where this store keeps files.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Tells the fake, which does not look, how many acts there are.
    pub fn has_acts_to_learn_from(&self, count: u64) {
        if let Backing::Fake(world) = &self.backing {
            world.workshop.has_acts(count);
        }
    }

    pub fn fake() -> Self {
        let world = World::new();
        Self {
            ports: Arc::new(world.ports()),
            backing: Backing::Fake(Box::new(world)),
            known_sessions: Arc::default(),
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::sqlite_file(&folder.path().join("films.db"));
        Self::sql(url, folder, |_| {}).await
    }

    pub async fn postgres() -> Self {
        let url = PostgresServer::shared().fresh_database().parse().unwrap();
        Self::sql(url, tempfile::tempdir().unwrap(), |_| {}).await
    }

    /// A store beside a model that puts texts into numbers.
    pub async fn sqlite_with_model(model: Arc<ModelConnection>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::sqlite_file(&folder.path().join("films.db"));
        Self::of(url, folder, |_| {}, Some(model)).await
    }

    /// The same.
    pub async fn postgres_with_model(model: Arc<ModelConnection>) -> Self {
        let url = PostgresServer::shared().fresh_database().parse().unwrap();
        Self::of(url, tempfile::tempdir().unwrap(), |_| {}, Some(model)).await
    }

    /// A store whose connection is changed before it is used.
    pub async fn sql(
        url: DatabaseUrl,
        folder: TempDir,
        prepare: impl FnOnce(&mut DatabaseConnection),
    ) -> Self {
        Self::of(url, folder, prepare, None).await
    }

    async fn of(
        url: DatabaseUrl,
        folder: TempDir,
        prepare: impl FnOnce(&mut DatabaseConnection),
        embedder: Option<Arc<ModelConnection>>,
    ) -> Self {
        let config = DatabaseConfig {
            url,
            max_connections: 8,
        };
        let mut connection = config.connect().await.unwrap();
        migrate_up(&connection).await.unwrap();
        prepare(&mut connection);
        let feed = SqlFilmFeed::new(connection.clone(), Uuid::from_u128(1));
        let secret = JwtSecret::new("0123456789abcdef0123456789abcdef".to_owned().into()).unwrap();
        let posters = DiskPosterStore::open(folder.path().join("files")).unwrap();
        let known_sessions = Arc::new(GateState::default());
        let models = DiskModelFiles::new(folder.path().join("models"));
        let model_files: Arc<dyn ModelFiles> = Arc::new(models);
        let ports = infrastructure_module(Prepared {
            connection: connection.clone(),
            turns: WriteTurns::of(&connection),
            jwt_secret: secret,
            lives: application::identity::ports::TokenLives {
                long_token: chrono::Duration::days(31),
                access_token: chrono::Duration::minutes(15),
                refresh_token: chrono::Duration::days(30),
            },
            bell: JobBell::default(),
            update_bell: UpdateBell::default(),
            event_bell: EventBell::default(),
            events_kept_for: chrono::Duration::days(7),
            acts_per_training: 3,
            gate: Arc::clone(&known_sessions),
            index: FilmIndexState::new(None, Arc::new(feed)),
            recommender: ServingState::new(
                Arc::new(SqlFactsFeed::new(connection.clone())),
                SqlModelShelf::new(connection.clone(), Arc::clone(&model_files)),
            ),
            model_files,
            training: LearningSettings::default(),
            posters: Arc::new(posters),
            pictures: PictureWays::new(PictureHosts::default(), &HashMap::new()).unwrap(),
            model: None,
            embedder,
            model_limits: application::assistant::ports::ModelLimits {
                search_within: std::time::Duration::from_secs(4),
                reply_within: std::time::Duration::from_mins(1),
                daily_per_user: 100,
                daily_of_visitors: 100,
            },
            sources: Arc::new(NoFilmSources),
            search_budget: std::time::Duration::from_millis(1_500),
            broker: ConfiguredBrokerWatchParameters { health: None },
            mailer: Arc::new(LoggedMailer),
        });
        Self {
            ports,
            backing: Backing::Sql(connection),
            known_sessions,
            folder,
        }
    }

    /// Lets the gate learn from the database, as every instance does each few seconds.
    pub async fn learn(&self, now: DateTime<Utc>) {
        match &self.backing {
            Backing::Fake(world) => world.gate.learn(),
            Backing::Sql(connection) => {
                self.known_sessions.refresh(connection, now).await.unwrap();
            }
        }
    }

    /// Stores a user with their standard lists.
    pub async fn has_user(&self, user: &User) {
        let uow = self.store().begin().await.unwrap();
        uow.users().insert(user).await.unwrap();
        let lists = Watchlist::standard_set(user.id, Language::English, user.created_at);
        uow.watchlists().insert_many(&lists).await.unwrap();
        uow.commit().await.unwrap();
    }

    pub async fn has_film(&self, film: &Film) {
        let uow = self.store().begin().await.unwrap();
        uow.films().insert(film).await.unwrap();
        uow.commit().await.unwrap();
    }

    /// Stores a mix of films.
    pub async fn has_mix(&self, mix: MixBuilder, films: &[FilmId]) -> MixId {
        let connection = match &self.backing {
            Backing::Fake(world) => {
                let mix = films.iter().fold(mix, |mix, film| mix.with_film(*film));
                return world.has(mix).id;
            }
            Backing::Sql(connection) => connection,
        };
        let mix = mix.build();
        let [first, second, third] = [
            mix.gradient.first(),
            mix.gradient.second(),
            mix.gradient.third(),
        ];
        let run = async |sql: &str, values: Vec<sea_orm::Value>| {
            let backend = connection.get_database_backend();
            let statement = Statement::from_sql_and_values(backend, sql, values);
            connection.execute_raw(statement).await.unwrap();
        };
        run(
            "INSERT INTO mixes \
             (id, slug, title_en, title_ru, color1, color2, color3, colors_due, position) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, 'model', 0)",
            vec![
                mix.id.as_uuid().into(),
                mix.id.to_string().into(),
                mix.english.into(),
                mix.russian.into(),
                first.as_str().into(),
                second.as_str().into(),
                third.as_str().into(),
            ],
        )
        .await;
        for (film, place) in films.iter().zip(0_i16..) {
            run(
                "INSERT INTO mix_films (mix_id, position, film_id) VALUES ($1, $2, $3)",
                vec![mix.id.as_uuid().into(), place.into(), film.as_uuid().into()],
            )
            .await;
        }
        mix.id
    }

    pub async fn has_list(&self, list: &Watchlist) {
        let uow = self.store().begin().await.unwrap();
        uow.watchlists()
            .insert_many(std::slice::from_ref(list))
            .await
            .unwrap();
        uow.commit().await.unwrap();
    }

    /// Stores a viewing, and nothing that follows from it.
    pub async fn has_viewing(&self, viewing: &Viewing) {
        let uow = self.store().begin().await.unwrap();
        uow.viewings().insert(viewing).await.unwrap();
        uow.commit().await.unwrap();
    }

    /// The first page of a user's diary.
    pub async fn diary(&self, user: UserId) -> Vec<Viewing> {
        let (size, filter) = (PageSize::default(), DiaryFilter::default());
        let page = PageRequest { size, after: None };
        let page = self.diaries().list(user, filter, &page).await.unwrap();
        page.items.into_iter().map(|entry| entry.viewing).collect()
    }

    /// Stores a genre, which only the starter catalogue does otherwise.
    pub async fn has_genre(&self, genre: GenreBuilder) -> Genre {
        let connection = match &self.backing {
            Backing::Fake(world) => return world.has(genre),
            Backing::Sql(connection) => connection,
        };
        let genre = genre.build();
        let insert = "INSERT INTO genres (id, slug, name_en, name_ru, position) \
             VALUES ($1, $2, $3, $4, 0)";
        let values = [
            genre.id.as_uuid().into(),
            genre.english.to_lowercase().replace(' ', "-").into(),
            genre.english.as_str().into(),
            genre.russian.as_str().into(),
        ];
        let backend = connection.get_database_backend();
        let statement = Statement::from_sql_and_values(backend, insert, values);
        connection.execute_raw(statement).await.unwrap();
        genre
    }
}

/// Makes each case a test of all three stores.
macro_rules! contract {
    ($($case:ident),+ $(,)?) => {
        mod fake {
            $(#[tokio::test] async fn $case() { super::$case(super::Bench::fake()).await })+
        }
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
              async fn $case() { super::$case(super::Bench::sqlite().await).await })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
              async fn $case() { super::$case(super::Bench::postgres().await).await })+
        }
    };
}
use contract;
