//! A film for tonight is drawn among those that suit best, and noted so that it is not drawn again soon.
use super::{
    ports::Wanted,
    recommender::{Filter, Recommender, TasteQueries},
};
use crate::shared::{
    clock::{Chance, Clock, IdGenerator},
    store::{Store, StoreError},
};
use async_trait::async_trait;
use domain::{
    catalogue::FilmId,
    events::DomainEvent,
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
    tastes: Arc<dyn TasteQueries>,
    #[shaku(inject)]
    recommender: Arc<dyn Recommender>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

/// How many films are looked at.
const ENOUGH: u16 = 200;

#[async_trait]
impl TonightGiver for DrawingGiver {
    async fn give(&self, user: UserId, wanted: &Wanted) -> Result<Given, StoreError> {
        let best = self.best(user, wanted).await?;
        let uow = self.store.begin().await?;
        if !uow.recommendations().take_turn(user).await? {
            return Ok(Given::NoSuchUser);
        }
        // After the turn has come: what was given a moment ago is known only now.
        let now = self.clock.now();
        let since = now - not_again_within();
        let candidates = uow
            .recommendations()
            .find_candidates(user, wanted, &best, since, ENOUGH.into())
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
        let told = DomainEvent::RecommendationGiven {
            user,
            recommendation: given.id,
            film,
        };
        uow.outbox().publish(told, now);
        uow.commit().await?;
        Ok(Given::Film(film))
    }
}

impl DrawingGiver {
    /// The films that suit the user best of those that are wanted, the best first.
    async fn best(&self, user: UserId, wanted: &Wanted) -> Result<Vec<FilmId>, StoreError> {
        let taste = self.tastes.read(user).await?;
        let filter = Filter {
            kind: wanted.kind,
            genres: wanted.genres.clone(),
            moods: wanted.moods.clone(),
            ..Filter::any(ENOUGH.into())
        };
        self.recommender.ready().await?;
        let ranking = self
            .recommender
            .recommend(&taste, &filter, self.clock.now());
        Ok(ranking
            .films
            .into_iter()
            .map(|ranked| ranked.film)
            .collect())
    }
}
