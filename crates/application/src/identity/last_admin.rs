//! Somebody must be left who may administer the service.
use crate::shared::{
    failure::failure,
    store::{StoreError, UnitOfWork},
};
use domain::identity::UserId;

/// Nobody could administer the service any more.
#[derive(Debug, thiserror::Error)]
pub enum LastAdminError {
    /// The user is the only one.
    #[error("the last administrator must stay one")]
    Last,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

failure!(LastAdminError { Last => Conflict "identity.last_admin" } via Store);

/// The administrators who may come in, whom nobody else changes until the unit of work ends. To be
/// asked for before any single user, so that no two wait for each other.
pub(super) struct Admins(Vec<UserId>);

impl Admins {
    pub(super) async fn held_by(uow: &dyn UnitOfWork) -> Result<Self, StoreError> {
        uow.users().find_active_admins().await.map(Self)
    }

    /// Refuses to go on when this user is the only one.
    pub(super) fn ensure_left_without(&self, user: UserId) -> Result<(), LastAdminError> {
        if self.0 == [user] {
            return Err(LastAdminError::Last);
        }
        Ok(())
    }
}
