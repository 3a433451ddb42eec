//! Fakes of every port, and a small world to test in.
//!
//! [`World`] holds one of each, all looking at the same stored state, and the application built upon
//! them. Builders such as [`a_film`] fill it with things that are valid unless a test says otherwise:
//!
//! ```
//! use application::{catalogue::show_film::ShowFilm, fakes::{Fixture, World, a_film, a_user}};
//!
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! let world = World::new();
//! let anna = world.has(a_user());
//! let film = world.has(a_film().titled("Stalker").owned_by(anna.id));
//! let shown = world.run(&world.signed_in(&anna), ShowFilm { film: film.id }).await.unwrap();
//! assert_eq!(shown.card.title, "Stalker");
//! # });
//! ```
//!
//! The fakes keep every promise of their ports; the contract tests of the real adapters run against
//! them too. They are not for production: nothing here is secret, slow or lasting.
mod assistant;
mod background;
mod broker_watch;
mod builders;
mod catalogue;
mod communities;
mod companions;
mod conversations;
mod events;
mod figures;
mod identity;
mod imports;
mod jobs;
mod library;
mod meanings;
mod mixes;
mod notifications;
mod picture_fetcher;
mod ports;
mod recommendation;
mod recommender;
mod sources;
mod state;
mod stats;
mod store;
mod system;
mod taste;
mod telegram;
mod training;
mod world;

pub use assistant::{
    AskedToGuess, AskedToTalk, FakeLanguageModel, FakeModelBudget, FakeModelPolicy,
};
pub use background::FakeBackground;
pub use broker_watch::FakeBrokerWatch;
pub use builders::{
    ConversationBuilder, FilmBuilder, Fixture, GenreBuilder, MixBuilder, MoodBuilder, Origin,
    RecommendationBuilder, SessionBuilder, UserBuilder, WatchlistBuilder, a_conversation, a_film,
    a_genre, a_mix, a_mood, a_poster_of, a_recommendation, a_session, a_user, a_watchlist,
};
pub use catalogue::{
    FakeFilmIndex, FakeFilmQueries, FakePictureInspector, FakePosterImages, FakePosterStore,
    FakeSearchBudget, FakeVocabulary,
};
pub use communities::{FakeCommunityQueries, FakeRatingFiles};
pub use companions::FakeCompanionQueries;
pub use conversations::FakeConversationQueries;
pub use events::{FakeEventPolicy, FakeOutboxQueue};
pub use figures::FakeFigureQueries;
pub use identity::{
    FakeAccessTokens, FakeIdentityQueries, FakePasswordHasher, FakeSecrets, FakeSessionGate,
    FakeSessionPolicy,
};
pub use jobs::FakeJobQueries;
pub use library::{FakeLibraryQueries, FakeWatchlistEntries};
pub use meanings::{FakeEmbedder, FakeMeaningIndex, FakeMeaningQueries};
pub use mixes::FakeMixQueries;
pub use notifications::{FakeNotificationQueries, FakeSeals, MailTrouble, RecordingMailer};
pub use picture_fetcher::{FakePictureFetcher, PictureTrouble};
pub use ports::FakePorts;
pub use recommendation::{FakePeopleNames, FakeShownFilms};
pub use recommender::{FakeRecommender, FakeTasteQueries};
pub use sources::{FakeFilmSources, SourceTrouble, SourcedFilmBuilder, a_sourced_film};
pub use state::Stored;
pub use stats::{FakeMineQueries, FakeStatsQueries};
pub use store::FakeStore;
pub use system::{FakeBackoff, FixedChance, FixedClock, SequentialIds, opening_time};
pub use taste::{
    FakeDiaryQueries, FakeHideQueries, FakeProgressQueries, FakeRatingQueries, FakeReviewQueries,
};
pub use telegram::{FakeTelegram, FakeUpdateInbox, Said};
pub use training::FakeModelWorkshop;
pub use world::World;
