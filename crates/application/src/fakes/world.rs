//! One of each fake, and the application upon them.
use super::{
    assistant::{FakeLanguageModel, FakeModelBudget, FakeModelPolicy},
    background::FakeBackground,
    broker_watch::FakeBrokerWatch,
    builders::{Fixture, Origin, a_session},
    catalogue::{
        FakeFilmIndex, FakeFilmQueries, FakePictureInspector, FakePosterImages, FakePosterStore,
        FakeSearchBudget, FakeVocabulary,
    },
    communities::FakeCommunityQueries,
    companions::FakeCompanionQueries,
    conversations::FakeConversationQueries,
    events::{FakeEventPolicy, FakeOutboxQueue},
    figures::FakeFigureQueries,
    identity::{
        FakeAccessTokens, FakeIdentityQueries, FakePasswordHasher, FakeSecrets, FakeSessionGate,
        FakeSessionPolicy,
    },
    jobs::FakeJobQueries,
    library::{FakeLibraryQueries, FakeWatchlistEntries},
    meanings::{FakeEmbedder, FakeMeaningIndex, FakeMeaningQueries},
    mixes::FakeMixQueries,
    notifications::{FakeNotificationQueries, FakeSeals, RecordingMailer},
    picture_fetcher::FakePictureFetcher,
    ports::FakePorts,
    recommendation::{FakePeopleNames, FakeShownFilms},
    recommender::{FakeRecommender, FakeTasteQueries},
    sources::FakeFilmSources,
    state::{Database, Stored},
    stats::{FakeMineQueries, FakeStatsQueries},
    store::FakeStore,
    system::{FakeBackoff, FixedChance, FixedClock, SequentialIds},
    taste::{
        FakeDiaryQueries, FakeHideQueries, FakeProgressQueries, FakeRatingQueries,
        FakeReviewQueries,
    },
    telegram::FakeUpdateInbox,
    training::FakeModelWorkshop,
};
use crate::{
    identity::ports::{AccessGrant, AccessTokens},
    module::ApplicationModule,
    shared::{
        actor::{Actor, SignedInUser},
        clock::Clock,
        use_case::{Request, UseCase},
    },
};
use chrono::{DateTime, Utc};
use domain::{
    catalogue::{Film, FilmId, PosterKey},
    events::DomainEvent,
    identity::{Session, User, UserId},
    library::{Watchlist, WatchlistId},
    recommendation::{Recommendation, Shown},
    taste::{FilmRating, Viewing},
};
use shaku::HasComponent;
use std::sync::{Arc, OnceLock};

/// A world to test in: every fake, at hand, and the application that knows only them. Copies are the
/// same world.
#[derive(Clone)]
pub struct World {
    /// The time.
    pub clock: FixedClock,
    /// New identifiers.
    pub ids: SequentialIds,
    /// Lots.
    pub chance: FixedChance,
    /// Waiting before something is tried again.
    pub backoff: FakeBackoff,
    /// Work beside requests.
    pub background: FakeBackground,
    /// The store.
    pub store: FakeStore,
    /// The password hasher.
    pub hasher: FakePasswordHasher,
    /// Access tokens.
    pub tokens: FakeAccessTokens,
    /// Secrets.
    pub secrets: FakeSecrets,
    /// How long tokens live.
    pub policy: FakeSessionPolicy,
    /// Whose tokens are refused.
    pub gate: FakeSessionGate,
    /// The search index.
    pub index: FakeFilmIndex,
    /// Who tells pictures.
    pub inspector: FakePictureInspector,
    /// The poster store.
    pub posters: FakePosterStore,
    /// Images of posters.
    pub images: FakePosterImages,
    /// The pictures that can be fetched.
    pub fetcher: FakePictureFetcher,
    /// Other catalogues.
    pub sources: FakeFilmSources,
    /// How the broker is.
    pub broker: FakeBrokerWatch,
    /// Reads of users.
    pub identity_queries: FakeIdentityQueries,
    /// Reads of films.
    pub film_queries: FakeFilmQueries,
    /// Genres and moods.
    pub vocabulary: FakeVocabulary,
    /// Reads of watchlists.
    pub library_queries: FakeLibraryQueries,
    /// Changes of single entries of watchlists.
    pub entries: FakeWatchlistEntries,
    /// Reads of ratings.
    pub rating_queries: FakeRatingQueries,
    /// Reads of diaries.
    pub diary_queries: FakeDiaryQueries,
    /// Reads of reviews.
    pub review_queries: FakeReviewQueries,
    /// Reads of progress.
    pub progress_queries: FakeProgressQueries,
    /// Reads of hidden things.
    pub hide_queries: FakeHideQueries,
    /// Reads of mixes.
    pub mix_queries: FakeMixQueries,
    /// Diaries in numbers.
    pub stats_queries: FakeStatsQueries,
    /// What users say of films.
    pub mine_queries: FakeMineQueries,
    /// Reads of communities.
    pub community_queries: FakeCommunityQueries,
    /// What ranks films.
    pub recommender: FakeRecommender,
    /// Training of models.
    pub workshop: FakeModelWorkshop,
    /// Reads of what users have told.
    pub tastes: FakeTasteQueries,
    /// Notes of what was proposed.
    pub shown: FakeShownFilms,
    /// Names of people.
    pub people: FakePeopleNames,
    /// Reads of companionships.
    pub companion_queries: FakeCompanionQueries,
    /// Reads of conversations.
    pub conversation_queries: FakeConversationQueries,
    /// Counts.
    pub figure_queries: FakeFigureQueries,
    /// The language model.
    pub model: FakeLanguageModel,
    /// The model that puts texts into numbers.
    pub embedder: FakeEmbedder,
    /// Reads of films that lack numbers.
    pub meaning_queries: FakeMeaningQueries,
    /// Films by what they mean.
    pub meanings: FakeMeaningIndex,
    /// What asking it may cost.
    pub model_policy: FakeModelPolicy,
    /// How often it was asked.
    pub model_budget: FakeModelBudget,
    /// Reads of jobs.
    pub job_queries: FakeJobQueries,
    /// What Telegram told the bot.
    pub inbox: FakeUpdateInbox,
    /// What was published, until it is told.
    pub outbox: FakeOutboxQueue,
    /// How much is remembered of it.
    pub event_policy: FakeEventPolicy,
    /// Mails.
    pub mailer: RecordingMailer,
    /// Seals.
    pub seals: FakeSeals,
    /// Reads of what users want to hear of.
    pub notification_queries: FakeNotificationQueries,
    database: Database,
    application: OnceLock<Arc<ApplicationModule>>,
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

impl World {
    /// An empty world.
    #[must_use]
    pub fn new() -> Self {
        let database = Database::default();
        let of = || database.clone();
        let posters = FakePosterStore::default();
        Self {
            clock: FixedClock::default(),
            ids: SequentialIds::default(),
            chance: FixedChance::default(),
            backoff: FakeBackoff::default(),
            background: FakeBackground::default(),
            store: FakeStore { database: of() },
            hasher: FakePasswordHasher::default(),
            tokens: FakeAccessTokens,
            secrets: FakeSecrets::default(),
            policy: FakeSessionPolicy,
            gate: FakeSessionGate::on(of()),
            index: FakeFilmIndex::on(of()),
            inspector: FakePictureInspector::default(),
            images: FakePosterImages::of(posters.clone()),
            posters,
            fetcher: FakePictureFetcher::default(),
            sources: FakeFilmSources::default(),
            identity_queries: FakeIdentityQueries { database: of() },
            film_queries: FakeFilmQueries { database: of() },
            vocabulary: FakeVocabulary { database: of() },
            library_queries: FakeLibraryQueries { database: of() },
            entries: FakeWatchlistEntries { database: of() },
            rating_queries: FakeRatingQueries { database: of() },
            diary_queries: FakeDiaryQueries { database: of() },
            review_queries: FakeReviewQueries { database: of() },
            progress_queries: FakeProgressQueries { database: of() },
            hide_queries: FakeHideQueries { database: of() },
            mix_queries: FakeMixQueries { database: of() },
            stats_queries: FakeStatsQueries { database: of() },
            mine_queries: FakeMineQueries { database: of() },
            community_queries: FakeCommunityQueries { database: of() },
            recommender: FakeRecommender {
                database: of(),
                favoured: Arc::default(),
            },
            workshop: FakeModelWorkshop::on(of()),
            tastes: FakeTasteQueries { database: of() },
            shown: FakeShownFilms { database: of() },
            people: FakePeopleNames { database: of() },
            companion_queries: FakeCompanionQueries { database: of() },
            conversation_queries: FakeConversationQueries { database: of() },
            figure_queries: FakeFigureQueries { database: of() },
            model: FakeLanguageModel::default(),
            embedder: FakeEmbedder::default(),
            meaning_queries: FakeMeaningQueries { database: of() },
            meanings: FakeMeaningIndex { database: of() },
            model_policy: FakeModelPolicy::default(),
            model_budget: FakeModelBudget { database: of() },
            job_queries: FakeJobQueries { database: of() },
            inbox: FakeUpdateInbox { database: of() },
            outbox: FakeOutboxQueue { database: of() },
            event_policy: FakeEventPolicy,
            broker: FakeBrokerWatch::default(),
            mailer: RecordingMailer::default(),
            seals: FakeSeals,
            notification_queries: FakeNotificationQueries { database: of() },
            application: OnceLock::new(),
            database: of(),
        }
    }

    /// The application.
    #[must_use]
    pub fn application(&self) -> Arc<ApplicationModule> {
        let build = || Arc::new(ApplicationModule::builder(Arc::new(self.ports())).build());
        Arc::clone(self.application.get_or_init(build))
    }

    /// The ports of this world, wired anew.
    #[must_use]
    pub fn ports(&self) -> FakePorts {
        FakePorts::builder()
            .with_component_parameters::<FixedClock>(self.clock.clone())
            .with_component_parameters::<SequentialIds>(self.ids.clone())
            .with_component_parameters::<FixedChance>(self.chance.clone())
            .with_component_parameters::<FakeBackoff>(self.backoff.clone())
            .with_component_parameters::<FakeBackground>(self.background.clone())
            .with_component_parameters::<FakeSearchBudget>(FakeSearchBudget)
            .with_component_parameters::<FakeStore>(self.store.clone())
            .with_component_parameters::<FakeIdentityQueries>(self.identity_queries.clone())
            .with_component_parameters::<FakePasswordHasher>(self.hasher.clone())
            .with_component_parameters::<FakeAccessTokens>(self.tokens)
            .with_component_parameters::<FakeSecrets>(self.secrets.clone())
            .with_component_parameters::<FakeSessionPolicy>(self.policy)
            .with_component_parameters::<FakeSessionGate>(self.gate.clone())
            .with_component_parameters::<FakeFilmQueries>(self.film_queries.clone())
            .with_component_parameters::<FakeVocabulary>(self.vocabulary.clone())
            .with_component_parameters::<FakeFilmIndex>(self.index.clone())
            .with_component_parameters::<FakePictureInspector>(self.inspector.clone())
            .with_component_parameters::<FakePosterImages>(self.images.clone())
            .with_component_parameters::<FakePosterStore>(self.posters.clone())
            .with_component_parameters::<FakePictureFetcher>(self.fetcher.clone())
            .with_component_parameters::<FakeFilmSources>(self.sources.clone())
            .with_component_parameters::<FakeLibraryQueries>(self.library_queries.clone())
            .with_component_parameters::<FakeWatchlistEntries>(self.entries.clone())
            .with_component_parameters::<FakeRatingQueries>(self.rating_queries.clone())
            .with_component_parameters::<FakeDiaryQueries>(self.diary_queries.clone())
            .with_component_parameters::<FakeReviewQueries>(self.review_queries.clone())
            .with_component_parameters::<FakeProgressQueries>(self.progress_queries.clone())
            .with_component_parameters::<FakeHideQueries>(self.hide_queries.clone())
            .with_component_parameters::<FakeMixQueries>(self.mix_queries.clone())
            .with_component_parameters::<FakeCommunityQueries>(self.community_queries.clone())
            .with_component_parameters::<FakeRecommender>(self.recommender.clone())
            .with_component_parameters::<FakeModelWorkshop>(self.workshop.clone())
            .with_component_parameters::<FakeTasteQueries>(self.tastes.clone())
            .with_component_parameters::<FakeStatsQueries>(self.stats_queries.clone())
            .with_component_parameters::<FakeMineQueries>(self.mine_queries.clone())
            .with_component_parameters::<FakeShownFilms>(self.shown.clone())
            .with_component_parameters::<FakePeopleNames>(self.people.clone())
            .with_component_parameters::<FakeCompanionQueries>(self.companion_queries.clone())
            .with_component_parameters::<FakeConversationQueries>(self.conversation_queries.clone())
            .with_component_parameters::<FakeFigureQueries>(self.figure_queries.clone())
            .with_component_parameters::<FakeLanguageModel>(self.model.clone())
            .with_component_parameters::<FakeEmbedder>(self.embedder.clone())
            .with_component_parameters::<FakeMeaningQueries>(self.meaning_queries.clone())
            .with_component_parameters::<FakeMeaningIndex>(self.meanings.clone())
            .with_component_parameters::<FakeModelPolicy>(self.model_policy.clone())
            .with_component_parameters::<FakeModelBudget>(self.model_budget.clone())
            .with_component_parameters::<FakeJobQueries>(self.job_queries.clone())
            .with_component_parameters::<FakeUpdateInbox>(self.inbox.clone())
            .with_component_parameters::<FakeOutboxQueue>(self.outbox.clone())
            .with_component_parameters::<FakeEventPolicy>(self.event_policy)
            .with_component_parameters::<FakeBrokerWatch>(self.broker.clone())
            .with_component_parameters::<RecordingMailer>(self.mailer.clone())
            .with_component_parameters::<FakeSeals>(self.seals)
            .with_component_parameters::<FakeNotificationQueries>(self.notification_queries.clone())
            .build()
    }

    /// Executes the use case of a request.
    ///
    /// # Errors
    /// Those of the use case.
    pub async fn run<R: Request>(&self, actor: &Actor, request: R) -> Result<R::Response, R::Error>
    where
        ApplicationModule: HasComponent<dyn UseCase<R>>,
    {
        let use_case: Arc<dyn UseCase<R>> = self.application().resolve();
        use_case.execute(actor, request).await
    }

    /// Gives the world a thing, and tells what it is.
    ///
    /// # Panics
    /// When the thing refers to what the world does not have.
    #[track_caller]
    pub fn has<F: Fixture>(&self, fixture: F) -> F::Thing {
        let origin = Origin {
            ids: &self.ids,
            now: self.clock.now(),
        };
        self.database.prepare(|stored| fixture.put(&origin, stored))
    }

    /// Puts a film on a list of its owner, now.
    ///
    /// # Panics
    /// When there is no such list or film.
    #[track_caller]
    pub fn lists(&self, film: FilmId, list: WatchlistId) {
        let now = self.clock.now();
        self.database.prepare(|stored| {
            let owner = stored.watchlists.get(&list).map(|list| list.owner);
            assert!(owner.is_some(), "there is no such list");
            assert!(stored.films.contains_key(&film), "there is no such film");
            if let Some(owner) = owner {
                stored.add_entry(list, owner, film, now);
            }
        });
    }

    /// Puts a viewing into a diary, and nothing else.
    ///
    /// # Panics
    /// When there is no such user or film.
    #[track_caller]
    pub fn logs(&self, viewing: Viewing) {
        self.database.prepare(|stored| {
            assert!(
                stored.users.contains_key(&viewing.user),
                "there is no such user"
            );
            assert!(
                stored.films.contains_key(&viewing.film),
                "there is no such film"
            );
            stored.viewings.insert(viewing.id, viewing);
        });
    }

    /// Forgets all jobs, whatever has become of them.
    ///
    /// # Panics
    /// When a unit of work is open.
    #[track_caller]
    pub fn forget_jobs(&self) {
        self.database.prepare(|stored| stored.jobs.clear());
    }

    /// Signs a user in, in a session of its own.
    ///
    /// # Panics
    /// When the world does not have the user.
    #[track_caller]
    #[must_use]
    pub fn signed_in(&self, user: &User) -> Actor {
        let session = self.has(a_session().of(user.id));
        Actor::User(SignedInUser {
            id: user.id,
            role: user.role,
            session: session.id,
            language: user.language,
        })
    }

    /// A token that lets a user in, in a session of its own.
    ///
    /// # Panics
    /// When the world does not have the user.
    #[track_caller]
    #[must_use]
    pub fn token_of(&self, user: &User) -> String {
        let session = self.has(a_session().of(user.id));
        let grant = AccessGrant {
            user: user.id,
            session: session.id,
            expires_at: session.expires_at,
        };
        // The fake never fails, and an empty token lets nobody in.
        self.tokens
            .issue(&grant, self.clock.now())
            .unwrap_or_default()
    }

    /// Everything that is committed, to be compared with what is committed later.
    #[must_use]
    pub fn stored(&self) -> Stored {
        self.database.peek(Stored::clone)
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }
}

/// What a test asks of the stored state.
impl Stored {
    /// A user.
    #[must_use]
    pub fn user(&self, user: UserId) -> Option<&User> {
        self.users.get(&user)
    }

    /// How many users there are.
    #[must_use]
    pub fn user_count(&self) -> usize {
        self.users.len()
    }

    /// The sessions of a user that nobody has ended.
    #[must_use]
    pub fn sessions_of(&self, user: UserId) -> Vec<&Session> {
        let stored = self.sessions.values();
        stored
            .filter(|stored| stored.ended_at.is_none() && stored.session.user == user)
            .map(|stored| &stored.session)
            .collect()
    }

    /// How many sessions are remembered, ended or not.
    #[must_use]
    pub fn session_count(&self) -> usize {
        self.sessions.len()
    }

    /// How many attempts to sign in by Telegram are remembered.
    #[must_use]
    pub fn telegram_sign_in_count(&self) -> usize {
        self.telegram_sign_ins.len()
    }

    /// How many updates of Telegram are remembered, and how many of them are not answered.
    #[must_use]
    pub fn telegram_update_counts(&self) -> (usize, usize) {
        let all = self.telegram_updates.values();
        let open = all.clone().filter(|stored| stored.is_open()).count();
        (all.count(), open)
    }

    /// A film.
    #[must_use]
    pub fn film(&self, film: FilmId) -> Option<&Film> {
        self.films.get(&film)
    }

    /// How many films there are.
    #[must_use]
    pub fn film_count(&self) -> usize {
        self.films.len()
    }

    /// The lists of a user, standard ones too.
    #[must_use]
    pub fn watchlists_of(&self, user: UserId) -> Vec<&Watchlist> {
        let lists = self.watchlists.values();
        lists.filter(|list| list.owner == user).collect()
    }

    /// The films of a list, newest first.
    #[must_use]
    pub fn films_on(&self, list: WatchlistId) -> Vec<FilmId> {
        let entries = self.entries_of(list);
        entries.into_iter().map(|entry| entry.film).collect()
    }

    /// How a user rated a film.
    #[must_use]
    pub fn rating_of(&self, user: UserId, film: FilmId) -> Option<&FilmRating> {
        self.ratings.get(&(user, film))
    }

    /// The diary of a user, in the order of identifiers.
    #[must_use]
    pub fn diary_of(&self, user: UserId) -> Vec<&Viewing> {
        let viewings = self.viewings.values();
        viewings.filter(|viewing| viewing.user == user).collect()
    }

    /// What was recommended to a user, in the order of identifiers.
    #[must_use]
    pub fn recommendations_to(&self, user: UserId) -> Vec<&Recommendation> {
        let given = self.recommendations.values();
        given.filter(|given| given.user == user).collect()
    }

    /// What was proposed to a user, and how often.
    #[must_use]
    pub fn shown_films_of(&self, user: UserId) -> Vec<Shown> {
        self.shown_to(user)
    }

    /// The posters that are to be removed, now or later, the oldest first.
    #[must_use]
    pub fn obsolete_posters(&self) -> Vec<PosterKey> {
        self.posters_on_the_way(|_| true)
    }

    /// Everything that was told of, in order.
    #[must_use]
    pub fn events(&self) -> Vec<DomainEvent> {
        self.told_events()
    }

    /// How many changes of films are noted for search indexes.
    #[must_use]
    pub fn film_change_count(&self) -> usize {
        self.film_changes.len()
    }
}
