//! Communities of raters come in from files, so that somebody who is alone here has neighbours all the
//! same, and are taken out again.
//!
//! An import is made of units of work that are each well when they are the last thing that happened: the
//! films first, then the ratings portion by portion with a note of how far it has come. What is stored
//! counts from the last of them on.
mod import_ratings;
mod manage;
pub mod ports;
mod settle_films;

pub(crate) use import_ratings::ImportRatingsUseCase;
pub use import_ratings::{ImportRatings, ImportRatingsError, ImportedRatings};
pub use manage::{CommunityError, ListCommunities, RemoveCommunity};
pub(crate) use manage::{ListCommunitiesUseCase, RemoveCommunityUseCase};
