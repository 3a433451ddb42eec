//! Who agreed to be advised together, and who is invited to.
use crate::persistence::{Query, Row, Transaction, corrupt, dialect::locked};
use application::{
    recommendation::ports::{CompanionRepository, NewInvitation},
    shared::store::StoreError,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    recommendation::{Addressee, Agreement, Companionship, CompanionshipId},
    shared::Id,
};
use sea_orm::Value;
use uuid::Uuid;

#[async_trait]
impl CompanionRepository for Transaction {
    async fn invite(&self, invitation: &NewInvitation, most: u32) -> Result<bool, StoreError> {
        const IS_INVITED: &str =
            "SELECT 1 FROM companions c WHERE c.inviter_id = $1 AND c.addressee = $2";
        let addressee = || Value::from(invitation.addressee.as_str());
        let inviter = || Value::from(invitation.inviter.as_uuid());
        let values = [
            invitation.id.as_uuid().into(),
            inviter(),
            addressee(),
            invitation.at.into(),
            i64::from(most).into(),
        ];
        let invite = invite(&invitation.addressee);
        if Query::new(&invite, values).change(&self.tx).await? > 0 {
            return Ok(true);
        }
        let there = Query::new(IS_INVITED, [inviter(), addressee()]);
        Ok(there.one(&self.tx).await?.is_some())
    }

    async fn find(&self, id: CompanionshipId) -> Result<Option<Companionship>, StoreError> {
        let find = format!(
            "SELECT c.id, c.inviter_id, c.invitee_id, c.state, c.answered_at FROM companions c \
             WHERE c.id = $1{}",
            locked(&self.tx)
        );
        let row = Query::new(&find, [id.as_uuid().into()])
            .one(&self.tx)
            .await?;
        row.map(|row| companionship(&row)).transpose()
    }

    async fn save(&self, companionship: &Companionship) -> Result<(), StoreError> {
        const SAVE: &str = "UPDATE companions SET state = $2, answered_at = $3 WHERE id = $1";
        const REMOVE_OTHERS: &str = "DELETE FROM companions WHERE id <> $1 \
             AND ((inviter_id = $2 AND invitee_id = $3) OR (inviter_id = $3 AND invitee_id = $2))";
        let (state, answered_at) = written(companionship.agreement);
        let id = companionship.id.as_uuid();
        let values = [id.into(), state.into(), answered_at.into()];
        Query::new(SAVE, values).change(&self.tx).await?;
        if let (Agreement::Accepted { .. }, Some(invitee)) =
            (companionship.agreement, companionship.invitee)
        {
            let inviter = companionship.inviter.as_uuid();
            let values = [id.into(), inviter.into(), invitee.as_uuid().into()];
            Query::new(REMOVE_OTHERS, values).change(&self.tx).await?;
        }
        Ok(())
    }

    async fn remove(&self, id: CompanionshipId) -> Result<(), StoreError> {
        const REMOVE: &str = "DELETE FROM companions WHERE id = $1";
        let values = [id.as_uuid().into()];
        Query::new(REMOVE, values).change(&self.tx).await?;
        Ok(())
    }

    async fn forget_unanswered(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        const FORGET: &str = "DELETE FROM companions \
             WHERE (state <> 'accepted' AND invited_at < $1) \
                OR (state = 'accepted' AND invitee_id IS NULL)";
        Query::new(FORGET, [before.into()]).change(&self.tx).await
    }
}

/// Finds the invitee and stores the invitation by one statement, which takes as long whether there is
/// somebody or not.
fn invite(addressee: &Addressee) -> String {
    let column = match addressee {
        Addressee::Email(_) => "email",
        Addressee::Name(_) => "username",
    };
    format!(
        "INSERT INTO companions (id, inviter_id, invitee_id, addressee, state, invited_at) \
         SELECT $1, $2, \
             (SELECT u.id FROM users u \
              WHERE u.{column} = $3 AND u.id <> $2 AND u.disabled_at IS NULL \
                AND NOT EXISTS (SELECT 1 FROM users v WHERE v.{column} = $3 \
                    AND v.id <> $2 AND v.id <> u.id AND v.disabled_at IS NULL)), \
             $3, 'waiting', $4 \
         WHERE (SELECT COUNT(*) FROM companions c WHERE c.inviter_id = $2) < $5 \
         ON CONFLICT (inviter_id, addressee) DO NOTHING"
    )
}

fn companionship(row: &Row) -> Result<Companionship, StoreError> {
    let invitee: Option<Uuid> = row.get(2)?;
    Ok(Companionship {
        id: Id::from_uuid(row.get(0)?),
        inviter: Id::from_uuid(row.get(1)?),
        invitee: invitee.map(Id::from_uuid),
        agreement: agreement(&row.get::<String>(3)?, row.get(4)?)?,
    })
}

/// The agreement that a state and the time of the answer stand for.
pub(super) fn agreement(
    state: &str,
    answered_at: Option<DateTime<Utc>>,
) -> Result<Agreement, StoreError> {
    match (state, answered_at) {
        ("waiting", _) => Ok(Agreement::Waiting),
        ("accepted", Some(at)) => Ok(Agreement::Accepted { at }),
        ("declined", Some(at)) => Ok(Agreement::Declined { at }),
        _ => Err(corrupt("companionship", "an answer without a time")),
    }
}

const fn written(agreement: Agreement) -> (&'static str, Option<DateTime<Utc>>) {
    match agreement {
        Agreement::Waiting => ("waiting", None),
        Agreement::Accepted { at } => ("accepted", Some(at)),
        Agreement::Declined { at } => ("declined", Some(at)),
    }
}
