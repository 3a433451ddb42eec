//! What is not in the catalogue is not to be had.
use application::catalogue::ports::FilmResolver;
use async_trait::async_trait;
use domain::catalogue::{FilmGuess, FilmId};
use shaku::Component;
use std::time::Duration;

/// Knows no films beside those of the catalogue.
#[derive(Component)]
#[shaku(interface = FilmResolver)]
pub struct NoOtherFilms;

#[async_trait]
impl FilmResolver for NoOtherFilms {
    async fn resolve(&self, _: &FilmGuess, _: Duration) -> Option<FilmId> {
        None
    }
}
