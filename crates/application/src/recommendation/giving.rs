//! A film for tonight is drawn, and noted so that it is not drawn again soon.
use super::ports::Wanted;
use crate::shared::{
    clock::{Chance, Clock, IdGenerator},
    store::{Store, StoreError},
};
use async_trait::async_trait;
use domain::{
    catalogue::FilmId,
    identity::UserId,
    recommendation::{Recommendation, choose_for_tonight, not_again_within},
};
use shaku::{Component, Interface};
use std::sync::Arc;

/// What became of drawing a film.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Given {
    /// This one.
    Film(FilmId),
    /// Every film that suits was watched or given already.
    NothingSuits,
    /// There is no such user (any more).
    NoSuchUser,
}

/// Gives films for tonight.
#[async_trait]
pub(crate) trait TonightGiver: Interface {
    /// Draws a film that suits and notes that it was given.
    async fn give(&self, user: UserId, wanted: &Wanted) -> Result<Given, StoreError>;
}

#[derive(Component)]
#[shaku(interface = TonightGiver)]
pub(crate) struct DrawingGiver {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    ids: Arc<dyn IdGenerator>,
    #[shaku(inject)]
    chance: Arc<dyn Chance>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl TonightGiver for DrawingGiver {
    async fn give(&self, user: UserId, wanted: &Wanted) -> Result<Given, StoreError> {
        const ENOUGH: u32 = 200;
        let uow = self.store.begin().await?;
        if !uow.recommendations().take_turn(user).await? {
            return Ok(Given::NoSuchUser);
        }
        // After the turn has come: what was given a moment ago is known only now.
        let now = self.clock.now();
        let since = now - not_again_within();
        let candidates = uow
            .recommendations()
            .find_candidates(user, wanted, since, ENOUGH)
            .await?;
        let Some(film) = choose_for_tonight(&candidates, self.chance.draw()) else {
            return Ok(Given::NothingSuits);
        };
        let given = Recommendation {
            id: self.ids.next(),
            user,
            film,
            given_at: now,
        };
        uow.recommendations().record(&given).await?;
        uow.commit().await?;
        Ok(Given::Film(film))
    }
}
