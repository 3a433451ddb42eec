//! Failures to sign in, counted in the database.
use crate::persistence::{Query, Row, Transaction, corrupt};
use application::{
    identity::ports::{FailedSignInRepository, FailurePlaces},
    shared::store::StoreError,
};
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    audit::NetworkPrefix,
    identity::{EmailAddress, FailedSignIns, Failures},
};
use sea_orm::ConnectionTrait;

/// So long a network stays known from which an account's owner has signed in.
const KNOWN_FOR: TimeDelta = TimeDelta::days(90);

const NOTE: &str = "INSERT INTO failed_sign_ins (digest, failures, last_at) \
    VALUES ($1, 1, $3), ($2, 1, $3) \
    ON CONFLICT (digest) DO UPDATE SET last_at = excluded.last_at, failures = CASE \
        WHEN failed_sign_ins.last_at < $4 THEN 1 ELSE failed_sign_ins.failures + 1 END";

/// Whether the network is known is told beside each count, so that it costs no statement of its own.
const SHOW: &str = "SELECT f.digest, f.failures, f.last_at, EXISTS ( \
        SELECT 1 FROM users u JOIN audit_log a ON a.of_user_id = u.id \
        WHERE u.email = $3 AND a.network = $4 AND a.at >= $5 \
          AND a.act IN ('signed_in', 'signed_in_by_telegram')) \
    FROM failed_sign_ins f WHERE f.digest IN ($1, $2) AND f.last_at >= $6";

#[async_trait]
impl FailedSignInRepository for Transaction {
    async fn note(&self, places: FailurePlaces, at: DateTime<Utc>) -> Result<(), StoreError> {
        let values = [
            places.here.to_vec().into(),
            places.anywhere.to_vec().into(),
            at.into(),
            (at - Failures::forgotten_after()).into(),
        ];
        Query::new(NOTE, values).change(&self.tx).await.map(drop)
    }

    async fn forget_here(&self, places: FailurePlaces) -> Result<(), StoreError> {
        let forget = "DELETE FROM failed_sign_ins WHERE digest = $1";
        let values = [places.here.to_vec().into()];
        Query::new(forget, values).change(&self.tx).await.map(drop)
    }

    async fn forget(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        let forget = "DELETE FROM failed_sign_ins WHERE last_at < $1";
        Query::new(forget, [before.into()]).change(&self.tx).await
    }
}

/// Reads what [`show_failed_sign_ins`](application::identity::ports::IdentityQueries) tells.
pub(super) async fn show(
    on: &impl ConnectionTrait,
    places: FailurePlaces,
    email: &EmailAddress,
    network: Option<NetworkPrefix>,
    now: DateTime<Utc>,
) -> Result<FailedSignIns, StoreError> {
    let network = network.map(|network| network.to_string());
    let values = [
        places.here.to_vec().into(),
        places.anywhere.to_vec().into(),
        email.as_str().into(),
        network.unwrap_or_default().into(),
        (now - KNOWN_FOR).into(),
        (now - Failures::forgotten_after()).into(),
    ];
    let mut failed = FailedSignIns::default();
    for row in Query::new(SHOW, values).all(on).await? {
        let failures = Some(failures(&row)?);
        failed.is_known_network = row.get(3)?;
        if row.get::<Vec<u8>>(0)? == places.here {
            failed.here = failures;
        } else {
            failed.anywhere = failures;
        }
    }
    Ok(failed)
}

fn failures(row: &Row) -> Result<Failures, StoreError> {
    let count: i64 = row.get(1)?;
    Ok(Failures {
        count: u32::try_from(count).map_err(|why| corrupt("failed sign-in", why))?,
        last_at: row.get(2)?,
    })
}
