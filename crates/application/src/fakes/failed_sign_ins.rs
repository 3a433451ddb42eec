//! Failures to sign in, counted in memory.
use super::{state::Stored, store::FakeUnitOfWork};
use crate::{
    identity::ports::{FailedSignInRepository, FailurePlaces},
    shared::store::StoreError,
};
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    audit::{Act, NetworkPrefix},
    identity::{EmailAddress, FailedSignIns, Failures},
};

const KNOWN_FOR: TimeDelta = TimeDelta::days(90);

impl Stored {
    /// The same, had nobody failed to sign in.
    #[must_use]
    pub fn without_failed_sign_ins(mut self) -> Self {
        self.failed_sign_ins.clear();
        self
    }

    pub(super) fn show_failed_sign_ins(
        &self,
        places: FailurePlaces,
        email: &EmailAddress,
        network: Option<NetworkPrefix>,
        now: DateTime<Utc>,
    ) -> FailedSignIns {
        let since = now - Failures::forgotten_after();
        let at = |place: [u8; 32]| {
            let failures = self.failed_sign_ins.get(&place).copied();
            failures.filter(|failures| failures.last_at >= since)
        };
        let mut users = self.users.values();
        let user = users.find(|user| user.email.as_ref() == Some(email));
        let knows = |act| matches!(act, Act::SignedIn | Act::SignedInByTelegram);
        let is_known_network = user.is_some_and(|user| {
            self.audit.values().any(|entry| {
                knows(entry.act)
                    && entry.by == Some(user.id)
                    && entry.network.is_some()
                    && entry.network == network
                    && entry.at >= now - KNOWN_FOR
            })
        });
        let (here, anywhere) = (at(places.here), at(places.anywhere));
        FailedSignIns {
            here,
            anywhere,
            // As in the database: with nothing to show there is nothing beside which it could be told.
            is_known_network: is_known_network && (here.is_some() || anywhere.is_some()),
        }
    }
}

#[async_trait]
impl FailedSignInRepository for FakeUnitOfWork {
    async fn note(&self, places: FailurePlaces, at: DateTime<Utc>) -> Result<(), StoreError> {
        let since = at - Failures::forgotten_after();
        self.with(|stored| {
            for place in [places.here, places.anywhere] {
                let before = stored.failed_sign_ins.get(&place);
                let before = before.filter(|failures| failures.last_at >= since);
                let count = before.map_or(1, |failures| failures.count + 1);
                let failures = Failures { count, last_at: at };
                stored.failed_sign_ins.insert(place, failures);
            }
        })
    }

    async fn forget_here(&self, places: FailurePlaces) -> Result<(), StoreError> {
        self.with(|stored| {
            stored.failed_sign_ins.remove(&places.here);
        })
    }

    async fn forget(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        self.with(|stored| {
            let all = stored.failed_sign_ins.len();
            let failures = &mut stored.failed_sign_ins;
            failures.retain(|_, failures| failures.last_at >= before);
            u64::try_from(all - stored.failed_sign_ins.len()).unwrap_or(u64::MAX)
        })
    }
}
