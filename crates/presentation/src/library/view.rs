//! What is told of watchlists.
use crate::http::words::WatchlistType;
use domain::{
    library::{Watchlist, WatchlistKind},
    shared::Language,
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A list of films, without its films.
#[derive(Serialize, ToSchema)]
#[schema(as = Watchlist)]
pub struct WatchlistView<'a> {
    id: Uuid,
    /// Whose it is.
    user_id: Uuid,
    #[schema(example = "Rainy evenings")]
    title: &'a str,
    #[schema(value_type = WatchlistType)]
    r#type: &'static str,
    #[schema(example = "#0B3D91")]
    color1: &'a str,
    #[schema(example = "#1C6DD0")]
    color2: &'a str,
    #[schema(example = "#0E8AA8")]
    color3: &'a str,
}

impl<'a> WatchlistView<'a> {
    /// Tells of a list; the standard ones have a title in each language.
    pub fn new(list: &'a Watchlist, language: Language) -> Self {
        Self {
            id: list.id.as_uuid(),
            user_id: list.owner.as_uuid(),
            title: match list.kind {
                WatchlistKind::Standard(standard) => standard.title(language),
                WatchlistKind::Custom => list.title.as_str(),
            },
            r#type: list.kind.name(),
            color1: list.gradient.first().as_str(),
            color2: list.gradient.second().as_str(),
            color3: list.gradient.third().as_str(),
        }
    }
}
