//! What is recommended: what users have told, what ranks films for them, and what was given.
mod companion_queries;
mod companion_repository;
mod facts_feed;
mod new_acts;
mod numbers;
mod people_names;
mod recommendation_repository;
mod serving;
mod shown_films;
mod taste_queries;
mod training;

pub use companion_queries::SqlCompanionQueries;
pub use facts_feed::{FactsFeed, SqlFactsFeed};
pub use learning::Settings as LearningSettings;
pub use people_names::{CachedPeopleNames, CachedPeopleNamesParameters, PeopleNameCache};
pub use serving::{
    Credit, FilmFacts, MemoryRecommender, MemoryRecommenderParameters, ServingState,
};
pub use shown_films::{SqlShownFilms, SqlShownFilmsParameters};
pub use taste_queries::SqlTasteQueries;
pub use training::{
    DiskModelFiles, KeptModel, ModelFiles, SqlModelShelf, SqlModelWorkshop,
    SqlModelWorkshopParameters,
};
