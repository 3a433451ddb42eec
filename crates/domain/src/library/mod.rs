//! What users keep: their watchlists.
//!
//! Everybody has three standard lists (liked, wish, watched) from the first moment and may make lists
//! of their own. A list belongs to its owner alone. A film is on a list once.
mod gradient;
mod watchlist;

pub use gradient::{Gradient, HexColor, MalformedHexColor};
pub use watchlist::{
    NotYourWatchlist, StandardList, StandardListStays, UnknownWatchlistKind, Watchlist,
    WatchlistId, WatchlistKind, WatchlistTitle,
};
