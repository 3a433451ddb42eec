//! A user's watchlists: made, shown, filled, deleted.
pub mod choose_gradient;
pub mod create_watchlist;
pub mod entries;
pub mod list_watchlists;
pub mod painting;
pub mod ports;
pub mod show_watchlist;
