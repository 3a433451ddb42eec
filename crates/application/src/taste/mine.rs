//! What a user says of the films on a list that they look at.
use crate::shared::{
    actor::Actor,
    store::StoreError,
    use_case::{UseCase, request},
};
use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use domain::{catalogue::FilmId, identity::UserId, taste::Rating};
use shaku::{Component, Interface};
use std::{collections::HashMap, sync::Arc};
use tracing::instrument;

/// What somebody says of a film beside its flags.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mine {
    /// How much they liked it, and since when they say so.
    pub rating: Option<(Rating, DateTime<Utc>)>,
    /// When they last saw it, where the day is known.
    pub last_seen_on: Option<NaiveDate>,
    /// How often they saw it.
    pub viewings: u64,
}

/// Reads what somebody says of films.
#[async_trait]
pub trait MineQueries: Interface {
    /// What a user says of films, by one statement; films of which they say nothing are left out.
    async fn of(&self, user: UserId, films: &[FilmId])
    -> Result<HashMap<FilmId, Mine>, StoreError>;
}

/// Shows what the user says of films; nothing to somebody who has not signed in.
#[derive(Clone, Debug)]
pub struct ShowMine {
    /// Which films.
    pub films: Vec<FilmId>,
}

request!(ShowMine => HashMap<FilmId, Mine>, StoreError);

#[derive(Component)]
#[shaku(interface = UseCase<ShowMine>)]
pub(crate) struct ShowMineUseCase {
    #[shaku(inject)]
    queries: Arc<dyn MineQueries>,
}

#[async_trait]
impl UseCase<ShowMine> for ShowMineUseCase {
    #[instrument(name = "taste.show_mine", skip_all)]
    async fn execute(
        &self,
        actor: &Actor,
        request: ShowMine,
    ) -> Result<HashMap<FilmId, Mine>, StoreError> {
        match actor.viewer() {
            Some(user) => self.queries.of(user, &request.films).await,
            None => Ok(HashMap::new()),
        }
    }
}
