//! The wiring of the fakes as the ports of the application.
#![expect(
    missing_docs,
    reason = "the module macro leaves no place for comments on what it declares"
)]
use super::{
    assistant::{FakeLanguageModel, FakeModelBudget, FakeModelPolicy},
    background::FakeBackground,
    broker_watch::FakeBrokerWatch,
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
    recommendation::{FakePeopleNames, FakeShownFilms},
    recommender::{FakeRecommender, FakeTasteQueries},
    sources::FakeFilmSources,
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
    assistant::ports::{ConversationQueries, Embedder, LanguageModel, ModelBudget, ModelPolicy},
    catalogue::{
        fetch_poster::PictureFetcher,
        ports::{
            FilmIndex, FilmQueries, MeaningIndex, MeaningQueries, PictureInspector, PosterImages,
            PosterStore, SearchBudget, Vocabulary,
        },
        sources::FilmSources,
    },
    community::ports::CommunityQueries,
    events::{
        broker::BrokerWatch,
        ports::{EventPolicy, OutboxQueue},
    },
    identity::ports::{
        AccessTokens, IdentityQueries, PasswordHasher, Secrets, SessionGate, SessionPolicy,
    },
    jobs::ports::JobQueries,
    library::ports::{LibraryQueries, WatchlistEntries},
    mixes::ports::MixQueries,
    notifications::ports::{Mailer, NotificationQueries, Seals},
    recommendation::{
        ports::{CompanionQueries, PeopleNames, ShownFilms},
        recommender::{Recommender, TasteQueries},
        training::ModelWorkshop,
    },
    shared::{
        background::Background,
        clock::{Chance, Clock, IdGenerator},
        retry::Backoff,
        store::Store,
    },
    taste::{
        mine::MineQueries,
        ports::{DiaryQueries, HideQueries, ProgressQueries, RatingQueries, ReviewQueries},
        stats::StatsQueries,
    },
    telegram::ports::UpdateInbox,
    upkeep::ports::FigureQueries,
};
use shaku::{Component, Module, ModuleBuildContext, module};

/// Says which fake stands for which port, and makes a module of them.
macro_rules! fake_ports {
    ($($fake:ident for $port:ident),* $(,)?) => {
        $(impl<M: Module> Component<M> for $fake {
            type Interface = dyn $port;
            type Parameters = Self;

            fn build(_: &mut ModuleBuildContext<M>, fake: Self) -> Box<dyn $port> {
                Box::new(fake)
            }
        })*

        module! {
            pub FakePorts {
                components = [$($fake),*],
                providers = []
            }
        }
    };
}

fake_ports! {
    FixedClock for Clock, SequentialIds for IdGenerator, FixedChance for Chance,
    FakeBackoff for Backoff, FakeBackground for Background,
    FakeSearchBudget for SearchBudget,
    FakeStore for Store,
    FakeIdentityQueries for IdentityQueries, FakePasswordHasher for PasswordHasher,
    FakeAccessTokens for AccessTokens, FakeSecrets for Secrets,
    FakeSessionPolicy for SessionPolicy, FakeSessionGate for SessionGate,
    FakeFilmQueries for FilmQueries, FakeVocabulary for Vocabulary, FakeFilmIndex for FilmIndex,
    FakePictureInspector for PictureInspector, FakePosterImages for PosterImages,
    FakePosterStore for PosterStore, FakeFilmSources for FilmSources,
    FakePictureFetcher for PictureFetcher,
    FakeLibraryQueries for LibraryQueries, FakeWatchlistEntries for WatchlistEntries,
    FakeRatingQueries for RatingQueries, FakeDiaryQueries for DiaryQueries,
    FakeReviewQueries for ReviewQueries, FakeProgressQueries for ProgressQueries,
    FakeHideQueries for HideQueries,
    FakeStatsQueries for StatsQueries, FakeMineQueries for MineQueries,
    FakeMixQueries for MixQueries, FakeCommunityQueries for CommunityQueries,
    FakeRecommender for Recommender, FakeTasteQueries for TasteQueries,
    FakeModelWorkshop for ModelWorkshop,
    FakeShownFilms for ShownFilms, FakePeopleNames for PeopleNames,
    FakeCompanionQueries for CompanionQueries,
    FakeEmbedder for Embedder, FakeMeaningIndex for MeaningIndex,
    FakeMeaningQueries for MeaningQueries,
    FakeLanguageModel for LanguageModel, FakeModelPolicy for ModelPolicy,
    FakeConversationQueries for ConversationQueries, FakeModelBudget for ModelBudget,
    FakeJobQueries for JobQueries, FakeFigureQueries for FigureQueries,
    FakeUpdateInbox for UpdateInbox,
    FakeOutboxQueue for OutboxQueue, FakeEventPolicy for EventPolicy,
    FakeBrokerWatch for BrokerWatch,
    RecordingMailer for Mailer, FakeNotificationQueries for NotificationQueries,
    FakeSeals for Seals,
}
