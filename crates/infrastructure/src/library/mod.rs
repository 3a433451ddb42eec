//! Watchlists in the database.
mod library_queries;
mod watchlist_entries;
mod watchlist_repository;
mod watchlist_row;

pub use library_queries::SqlLibraryQueries;
pub(crate) use library_queries::read_colours;
pub use watchlist_entries::{SqlWatchlistEntries, SqlWatchlistEntriesParameters};
pub(crate) use watchlist_row::read_gradient;
