//! What the viewer says of films, where that is asked for by `include=me`.
use crate::http::{
    checker::{Checker, UnknownWord},
    problem::Problem,
    query::QueryFields,
    state::Use,
};
use application::{
    catalogue::views::FlaggedFilm,
    shared::actor::Actor,
    taste::mine::{Mine, ShowMine},
};
use chrono::{DateTime, NaiveDate, Utc};
use domain::catalogue::FilmId;
use serde::Serialize;
use std::collections::HashMap;
use utoipa::ToSchema;

/// Whether what the viewer says is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Include(bool);

impl Include {
    /// Reads it from a query.
    pub fn of(query: &QueryFields, check: &mut Checker) -> Self {
        let is_me = |word: &str| (word == "me").then_some(()).ok_or(UnknownWord("`me`"));
        Self(query.parsed(check, "include", is_me).is_some())
    }

    /// Whether it is.
    pub const fn is_asked_for(self) -> bool {
        self.0
    }

    /// What the viewer says of films, if that is asked for and anybody has signed in.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn look_up(
        self,
        viewer: &Actor,
        films: &[FlaggedFilm],
        show: &Use<ShowMine>,
    ) -> Result<Mines, Problem> {
        if !self.0 || viewer.viewer().is_none() {
            return Ok(Mines(None));
        }
        let films = films.iter().map(|film| film.card.id).collect();
        Ok(Mines(Some(show.execute(viewer, ShowMine { films }).await?)))
    }
}

/// What the viewer says of films, if that is told.
pub struct Mines(Option<HashMap<FilmId, Mine>>);

impl Mines {
    /// What they say of one.
    pub fn of(&self, film: FilmId) -> Option<MineView> {
        let mine = self.0.as_ref()?.get(&film).copied();
        Some(mine.unwrap_or_default().into())
    }
}

/// What the viewer says of a film beside the flags.
#[derive(Serialize, ToSchema)]
#[schema(as = FilmOfMine)]
pub struct MineView {
    /// How much they liked it, from 1 to 10; null where they have not rated it.
    #[schema(required, minimum = 1, maximum = 10, example = 9)]
    rating: Option<u8>,
    /// Since when they say so.
    #[schema(required)]
    rated_at: Option<DateTime<Utc>>,
    /// When they last saw it, where the day is known.
    #[schema(required, example = "2026-11-21")]
    last_seen_on: Option<NaiveDate>,
    /// How often they saw it.
    viewings: u64,
}

impl From<Mine> for MineView {
    fn from(mine: Mine) -> Self {
        Self {
            rating: mine.rating.map(|(rating, _)| rating.get()),
            rated_at: mine.rating.map(|(_, at)| at),
            last_seen_on: mine.last_seen_on,
            viewings: mine.viewings,
        }
    }
}
