//! The wiring of the adapters.
#![expect(
    missing_docs,
    clippy::struct_field_names,
    reason = "the module macro leaves no say in what it declares"
)]

use crate::{
    assistant::{
        FixedModelPolicy, FixedModelPolicyParameters, ModelConnection, OpenAiEmbedder,
        OpenAiEmbedderParameters, OpenAiLanguageModel, OpenAiLanguageModelParameters,
        SqlConversationQueries, SqlModelBudget, SqlModelBudgetParameters,
    },
    catalogue::{
        CachedFilmCards, CachedFilmCardsParameters, ConfiguredPosterStore,
        ConfiguredPosterStoreParameters, DecodingTurns, FilmCardCache, HttpPictureFetcher,
        HttpPictureFetcherParameters, ImageInspector, ImageInspectorParameters, ImageWorkshop,
        InMemoryMeaningIndex, InMemoryMeaningIndexParameters, MeaningsInMemory, SqlFilmQueries,
        SqlMeaningQueries, SqlVocabulary, SqlVocabularyParameters, StoredPosterImages,
        StoredPosterImagesParameters, VocabularyCache,
        film_index::{FilmIndexState, TantivyFilmIndex, TantivyFilmIndexParameters},
        picture_fetcher::PictureWays,
    },
    community::SqlCommunityQueries,
    events::{
        ConfiguredBrokerWatch, ConfiguredBrokerWatchParameters, EventBell, FixedEventPolicy,
        FixedEventPolicyParameters, SqlOutboxQueue, SqlOutboxQueueParameters,
    },
    identity::{
        Argon2PasswordHasher, Argon2PasswordHasherParameters, FixedSessionPolicy,
        FixedSessionPolicyParameters, GateState, HashingSlots, HmacSeals, HmacSealsParameters,
        JwtAccessTokens, JwtAccessTokensParameters, JwtSecret, SqlIdentityQueries, SqlSessionGate,
        SqlSessionGateParameters,
    },
    jobs::{JobBell, SqlJobQueries},
    library::{SqlLibraryQueries, SqlWatchlistEntries, SqlWatchlistEntriesParameters},
    mixes::{MixCache, SqlMixQueries, SqlMixQueriesParameters},
    notifications::{ConfiguredMailer, ConfiguredMailerParameters, SqlNotificationQueries},
    persistence::{SqlDatabase, SqlDatabaseParameters, SqlStore, SqlStoreParameters, WriteTurns},
    recommendation::{
        CachedPeopleNames, CachedPeopleNamesParameters, MemoryRecommender,
        MemoryRecommenderParameters, ModelFiles, PeopleNameCache, ServingState,
        SqlCompanionQueries, SqlModelWorkshop, SqlModelWorkshopParameters, SqlShownFilms,
        SqlShownFilmsParameters, SqlTasteQueries,
    },
    sources::{
        ConfiguredFilmSources, ConfiguredFilmSourcesParameters, FixedSearchBudget,
        FixedSearchBudgetParameters,
    },
    system::{
        RandomBackoff, SystemChance, SystemClock, SystemSecrets, TokioBackground, UuidV7Generator,
    },
    taste::{
        SqlDiaryQueries, SqlHideQueries, SqlMineQueries, SqlProgressQueries, SqlRatingQueries,
        SqlReviewQueries, SqlStatsQueries,
    },
    telegram::{SqlUpdateInbox, SqlUpdateInboxParameters, UpdateBell},
    upkeep::SqlFigureQueries,
};
use application::{
    assistant::ports::ModelLimits,
    catalogue::{ports::PosterStore, sources::FilmSources},
    identity::ports::TokenLives,
    notifications::ports::Mailer,
};
use sea_orm::DatabaseConnection;
use shaku::{ModuleBuilder, module};
use std::{sync::Arc, time::Duration};

module! {
    pub InfrastructureModule {
        components = [
            SystemClock, UuidV7Generator, SystemChance, RandomBackoff, SystemSecrets,
            TokioBackground,
            SqlDatabase, SqlStore,
            SqlIdentityQueries, Argon2PasswordHasher, JwtAccessTokens, FixedSessionPolicy,
            SqlSessionGate,
            CachedFilmCards, SqlFilmQueries, SqlVocabulary, TantivyFilmIndex,
            ImageInspector, ConfiguredPosterStore, StoredPosterImages, HttpPictureFetcher,
            ConfiguredFilmSources, FixedSearchBudget,
            SqlLibraryQueries, SqlWatchlistEntries,
            SqlRatingQueries, SqlDiaryQueries, SqlReviewQueries, SqlProgressQueries, SqlHideQueries,
            SqlMixQueries, SqlCommunityQueries, SqlStatsQueries, SqlMineQueries,
            MemoryRecommender, SqlTasteQueries, SqlShownFilms, CachedPeopleNames,
            SqlCompanionQueries,
            SqlMeaningQueries, InMemoryMeaningIndex, OpenAiEmbedder,
            SqlModelWorkshop,
            OpenAiLanguageModel, FixedModelPolicy, SqlModelBudget,
            SqlConversationQueries,
            SqlJobQueries, SqlFigureQueries,
            SqlUpdateInbox,
            ConfiguredMailer, HmacSeals, SqlNotificationQueries,
            SqlOutboxQueue, FixedEventPolicy, ConfiguredBrokerWatch,
        ],
        providers = [],
    }
}

/// What has to be made ready before the adapters can be wired.
pub struct Prepared {
    /// The database.
    pub connection: DatabaseConnection,
    /// Whose turn it is to write; shared by everything in this process that does.
    pub turns: WriteTurns,
    /// Rung when there are new jobs; shared with who does them.
    pub bell: JobBell,
    /// Rung when Telegram told something; shared with who answers it.
    pub update_bell: UpdateBell,
    /// Rung when there is something to tell; shared with who tells it.
    pub event_bell: EventBell,
    /// How long events are remembered that were told.
    pub events_kept_for: chrono::Duration,
    /// After how many new acts a model is trained.
    pub acts_per_training: u32,
    /// What tokens are signed with.
    pub jwt_secret: JwtSecret,
    /// How long tokens live.
    pub lives: TokenLives,
    /// Which sessions have been ended.
    pub gate: Arc<GateState>,
    /// The search index.
    pub index: Arc<FilmIndexState>,
    /// What ranks films.
    pub recommender: Arc<ServingState>,
    /// Where trained models are kept.
    pub model_files: Arc<dyn ModelFiles>,
    /// How models are trained.
    pub training: learning::Settings,
    /// By which ways pictures of other catalogues are fetched.
    pub pictures: PictureWays,
    /// Where posters are kept.
    pub posters: Arc<dyn PosterStore>,
    /// The way to a language model, if one is configured.
    pub model: Option<Arc<ModelConnection>>,
    /// The way to a model that puts texts into numbers, if one is configured.
    pub embedder: Option<Arc<ModelConnection>>,
    /// What asking them may cost.
    pub model_limits: ModelLimits,
    /// Other catalogues.
    pub sources: Arc<dyn FilmSources>,
    /// How long a search by title waits for them.
    pub search_budget: Duration,
    /// How the broker of events is, where there is one.
    pub broker: ConfiguredBrokerWatchParameters,
    /// Who sends mails.
    pub mailer: Arc<dyn Mailer>,
}

/// Wires the adapters.
#[must_use]
pub fn infrastructure_module(prepared: Prepared) -> Arc<InfrastructureModule> {
    let turns = prepared.turns;
    let decoding = DecodingTurns::default();
    let module = signing(&prepared.jwt_secret)
        .with_component_parameters::<ConfiguredMailer>(ConfiguredMailerParameters {
            mailer: prepared.mailer,
        })
        .with_component_parameters::<SqlDatabase>(SqlDatabaseParameters {
            connection: prepared.connection,
        })
        .with_component_parameters::<SqlStore>(SqlStoreParameters {
            turns: turns.clone(),
            bell: prepared.bell,
            event_bell: prepared.event_bell.clone(),
        })
        .with_component_parameters::<SqlWatchlistEntries>(SqlWatchlistEntriesParameters {
            turns: turns.clone(),
            bell: prepared.event_bell.clone(),
        })
        .with_component_parameters::<SqlOutboxQueue>(SqlOutboxQueueParameters {
            turns: turns.clone(),
            bell: prepared.event_bell,
        })
        .with_component_parameters::<FixedEventPolicy>(FixedEventPolicyParameters {
            kept_for: prepared.events_kept_for,
            acts_per_training: prepared.acts_per_training,
        })
        .with_component_parameters::<SqlUpdateInbox>(SqlUpdateInboxParameters {
            turns: turns.clone(),
            bell: prepared.update_bell,
        })
        .with_component_parameters::<Argon2PasswordHasher>(Argon2PasswordHasherParameters {
            slots: Arc::new(HashingSlots::for_this_machine()),
        })
        .with_component_parameters::<FixedSessionPolicy>(FixedSessionPolicyParameters {
            lives: prepared.lives,
        })
        .with_component_parameters::<SqlSessionGate>(SqlSessionGateParameters {
            state: prepared.gate,
        })
        .with_component_parameters::<CachedFilmCards>(CachedFilmCardsParameters {
            cache: FilmCardCache::default(),
        })
        .with_component_parameters::<SqlVocabulary>(SqlVocabularyParameters {
            cache: VocabularyCache::default(),
        })
        .with_component_parameters::<SqlMixQueries>(SqlMixQueriesParameters {
            cache: MixCache::default(),
        })
        .with_component_parameters::<MemoryRecommender>(MemoryRecommenderParameters {
            state: prepared.recommender,
        })
        .with_component_parameters::<SqlModelWorkshop>(SqlModelWorkshopParameters {
            turns: turns.clone(),
            files: prepared.model_files,
            settings: prepared.training,
        })
        .with_component_parameters::<SqlShownFilms>(SqlShownFilmsParameters {
            turns: turns.clone(),
        })
        .with_component_parameters::<CachedPeopleNames>(CachedPeopleNamesParameters {
            cache: PeopleNameCache::default(),
        })
        .with_component_parameters::<TantivyFilmIndex>(TantivyFilmIndexParameters {
            state: prepared.index,
        })
        .with_component_parameters::<ConfiguredPosterStore>(ConfiguredPosterStoreParameters {
            store: prepared.posters,
        })
        .with_component_parameters::<ImageInspector>(ImageInspectorParameters {
            turns: decoding.clone(),
            ..Default::default()
        })
        .with_component_parameters::<StoredPosterImages>(StoredPosterImagesParameters {
            workshop: ImageWorkshop::new(decoding),
        })
        .with_component_parameters::<HttpPictureFetcher>(HttpPictureFetcherParameters {
            ways: prepared.pictures,
        })
        .with_component_parameters::<ConfiguredFilmSources>(ConfiguredFilmSourcesParameters {
            sources: prepared.sources,
        })
        .with_component_parameters::<FixedSearchBudget>(FixedSearchBudgetParameters {
            of_a_search: prepared.search_budget,
        })
        .with_component_parameters::<ConfiguredBrokerWatch>(prepared.broker)
        .with_component_parameters::<OpenAiEmbedder>(OpenAiEmbedderParameters {
            connection: prepared.embedder,
        })
        .with_component_parameters::<InMemoryMeaningIndex>(InMemoryMeaningIndexParameters {
            memory: MeaningsInMemory::default(),
        })
        .with_component_parameters::<OpenAiLanguageModel>(OpenAiLanguageModelParameters {
            connection: prepared.model,
        })
        .with_component_parameters::<FixedModelPolicy>(FixedModelPolicyParameters {
            limits: prepared.model_limits,
        })
        .with_component_parameters::<SqlModelBudget>(SqlModelBudgetParameters { turns });
    Arc::new(module.build())
}

/// Begins the wiring with what the secret of the service is for.
fn signing(secret: &JwtSecret) -> ModuleBuilder<InfrastructureModule> {
    InfrastructureModule::builder()
        .with_component_parameters::<JwtAccessTokens>(JwtAccessTokensParameters {
            keys: secret.into(),
        })
        .with_component_parameters::<HmacSeals>(HmacSealsParameters {
            keys: secret.into(),
        })
}
