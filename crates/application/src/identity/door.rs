//! The door: passwords are verified, and whoever is wrong too often waits.
use super::{
    ports::{FailurePlaces, IdentityQueries, PasswordHasher, Secrets},
    sign_in::SignInError,
};
use crate::shared::{
    failure::{Failure, FailureKind, ProblemCode},
    store::{Store, StoreError, UnitOfWork},
};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    audit::NetworkPrefix,
    identity::{EmailAddress, NewPassword, Opener, SignInPlace, User},
};
use std::time::Duration;

/// Somebody has been wrong too often. It is told of addresses that nobody has, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many failed attempts, try again later")]
pub struct TooManyFailures {
    /// How long to wait, in whole seconds.
    wait: Duration,
}

impl TooManyFailures {
    /// The failure, for the list of problems.
    pub const PROBLEMS: &'static [ProblemCode] =
        &[("identity.too_many_failures", FailureKind::Limited)];

    fn after(wait: TimeDelta) -> Self {
        // Rounded up, so that whoever comes back then is not early.
        let seconds = wait.num_seconds() + i64::from(wait.subsec_nanos() > 0);
        Self {
            wait: Duration::from_secs(u64::try_from(seconds).unwrap_or_default()),
        }
    }
}

impl Failure for TooManyFailures {
    fn kind(&self) -> FailureKind {
        FailureKind::Limited
    }
    fn code(&self) -> &'static str {
        "identity.too_many_failures"
    }
    fn retry_after(&self) -> Option<Duration> {
        Some(self.wait)
    }
}

/// What somebody shows at the door.
pub(super) struct Shown<'a> {
    /// `None` for what cannot be an address.
    pub(super) email: Option<&'a EmailAddress>,
    /// `None` for what cannot be a password.
    pub(super) password: Option<&'a NewPassword>,
    pub(super) from: &'a Opener,
}

/// Somebody whose password was right.
pub(super) struct Verified {
    pub(super) user: User,
    /// Where they failed before, if they did.
    failed_at: Option<FailurePlaces>,
}

/// Verifies passwords.
pub(super) struct Door<'a> {
    pub(super) queries: &'a dyn IdentityQueries,
    pub(super) hasher: &'a dyn PasswordHasher,
    pub(super) secrets: &'a dyn Secrets,
    pub(super) store: &'a dyn Store,
}

impl Door<'_> {
    /// Finds the active user with these credentials. Every way of failing takes the time of one
    /// verification and one note, but for waiting, which comes the same to all addresses.
    pub(super) async fn verify(
        &self,
        shown: Shown<'_>,
        now: DateTime<Utc>,
    ) -> Result<Verified, SignInError> {
        let Some(email) = shown.email else {
            return self.refuse_slowly().await;
        };
        let places = self.places(email, shown.from);
        let network = shown.from.address.map(NetworkPrefix::of);
        let failed = self
            .queries
            .show_failed_sign_ins(places, email, network, now);
        let failed = failed.await?;
        if let Some(wait) = failed.wait(now) {
            return Err(TooManyFailures::after(wait).into());
        }
        let user = self.queries.show_user_by_email(email).await?;
        let Some(user) = self.matching(user, shown.password).await? else {
            self.note_failure(places, now).await?;
            return Err(SignInError::WrongCredentials);
        };
        Ok(Verified {
            user,
            failed_at: failed.here.map(|_| places),
        })
    }

    async fn matching(
        &self,
        user: Option<User>,
        password: Option<&NewPassword>,
    ) -> Result<Option<User>, SignInError> {
        let Some(password) = password else {
            return self.refuse_slowly().await;
        };
        let hash = user.as_ref().and_then(|user| user.password.as_ref());
        let is_right = self.hasher.verify(password, hash).await?;
        Ok(user.filter(|user| is_right && user.is_active()))
    }

    fn places(&self, email: &EmailAddress, from: &Opener) -> FailurePlaces {
        let place = SignInPlace {
            email,
            address: from.address,
        };
        FailurePlaces {
            here: self.secrets.digest(&place.here()),
            anywhere: self.secrets.digest(&place.anywhere()),
        }
    }

    async fn note_failure(
        &self,
        places: FailurePlaces,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let uow = self.store.begin().await?;
        uow.failed_sign_ins().note(places, now).await?;
        uow.commit().await
    }

    async fn refuse_slowly<T>(&self) -> Result<T, SignInError> {
        if let Ok(any) = NewPassword::parse("any") {
            self.hasher.verify(&any, None).await?;
        }
        Err(SignInError::WrongCredentials)
    }
}

impl Verified {
    /// Lets a user pass who is still who was verified. Verifying takes time and happens outside the unit
    /// of work: meanwhile the user may have been shut out or have changed the password, which ended every
    /// session but could not end one that was yet to come. Their own failures here are forgotten.
    pub(super) async fn enter(self, uow: &dyn UnitOfWork) -> Result<User, SignInError> {
        let user = uow.users().find(self.user.id).await?;
        let is_unchanged =
            user.is_some_and(|user| user.is_active() && user.password == self.user.password);
        if !is_unchanged {
            return Err(SignInError::WrongCredentials);
        }
        if let Some(places) = self.failed_at {
            uow.failed_sign_ins().forget_here(places).await?;
        }
        Ok(self.user)
    }
}
