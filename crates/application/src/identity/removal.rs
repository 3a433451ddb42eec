//! Everything that goes with a user.
use super::ports::{EndedSession, SessionGate};
use crate::{
    catalogue::{ports::FilmIndex, posters::PosterRemoval},
    shared::store::{StoreError, UnitOfWork},
};
use chrono::{DateTime, Utc};
use domain::{catalogue::PosterKey, events::DomainEvent, identity::UserId};

/// What the world outside the database has to learn of a user who is gone.
pub(super) struct Removed {
    sessions: Vec<EndedSession>,
    posters: Vec<PosterKey>,
}

/// Removes a user with everything that is theirs: sessions, lists, what they told of films,
/// recommendations, and the films that matter to nobody else.
pub(super) async fn remove_user(
    uow: &dyn UnitOfWork,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<Removed, StoreError> {
    let sessions = uow.sessions().end_all(user, None, now).await?;
    let posters = uow.films().remove_private_films(user, now).await?;
    uow.obsolete_posters().add(&posters, now).await?;
    uow.users().remove(user).await?;
    uow.outbox().publish(DomainEvent::UserDeleted { user }, now);
    Ok(Removed { sessions, posters })
}

impl Removed {
    /// Tells the world, once it is committed.
    pub(super) async fn tell(
        self,
        gate: &dyn SessionGate,
        index: &dyn FilmIndex,
        removal: &dyn PosterRemoval,
    ) {
        gate.close(&self.sessions);
        index.nudge();
        removal.remove_now(&self.posters).await;
    }
}
