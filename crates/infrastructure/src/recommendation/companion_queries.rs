//! Reads of companionships.
use super::companion_repository::agreement;
use crate::persistence::{Database, Query, Row, in_list};
use application::{
    recommendation::ports::{CompanionQueries, CompanionStanding, CompanionView, GroupMember},
    shared::{
        page::{Page, PageRequest},
        store::StoreError,
    },
};
use async_trait::async_trait;
use domain::{
    identity::UserId,
    recommendation::{Agreement, CompanionshipId},
    shared::Id,
};
use sea_orm::Value;
use shaku::Component;
use std::sync::Arc;
use uuid::Uuid;

/// The other of the two, as seen by the first parameter.
const OTHER: &str =
    "users o ON o.id = CASE WHEN c.inviter_id = $1 THEN c.invitee_id ELSE c.inviter_id END";

/// Reads from the pool, each one statement.
#[derive(Component)]
#[shaku(interface = CompanionQueries)]
pub struct SqlCompanionQueries {
    #[shaku(inject)]
    database: Arc<dyn Database>,
}

#[async_trait]
impl CompanionQueries for SqlCompanionQueries {
    async fn list(
        &self,
        user: UserId,
        page: PageRequest<CompanionshipId>,
    ) -> Result<Page<CompanionView, CompanionshipId>, StoreError> {
        let list = format!(
            "SELECT c.id, (c.inviter_id = $1), c.addressee, c.state, c.invited_at, c.answered_at, \
                 COALESCE(o.username, '') \
             FROM companions c LEFT JOIN {OTHER} \
             WHERE ((c.inviter_id = $1 AND NOT (c.state = 'accepted' AND c.invitee_id IS NULL)) \
                 OR (c.invitee_id = $1 AND c.state <> 'declined')) \
               AND c.id < $2 ORDER BY c.id DESC LIMIT $3"
        );
        let after = page.after.map_or(Uuid::max(), Id::as_uuid);
        let values = [
            user.as_uuid().into(),
            after.into(),
            (i64::from(page.size.get()) + 1).into(),
        ];
        let rows = Query::new(&list, values)
            .all(self.database.connection())
            .await?;
        let views = rows.iter().map(view).collect::<Result<_, _>>()?;
        Ok(Page::from_overfetched(
            views,
            page.size,
            |view: &CompanionView| view.id,
        ))
    }

    async fn members(
        &self,
        user: UserId,
        companionships: &[CompanionshipId],
    ) -> Result<Vec<GroupMember>, StoreError> {
        if companionships.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<Uuid> = companionships.iter().map(|id| id.as_uuid()).collect();
        let (places, members) = in_list(2, &ids);
        let mut values: Vec<Value> = vec![user.as_uuid().into()];
        values.extend(members);
        let list = format!(
            "SELECT c.id, o.id, (o.disabled_at IS NULL) FROM companions c JOIN {OTHER} \
             WHERE c.id IN ({places}) AND c.state = 'accepted' \
               AND (c.inviter_id = $1 OR c.invitee_id = $1)"
        );
        let rows = Query::new(&list, values)
            .all(self.database.connection())
            .await?;
        rows.iter().map(member).collect()
    }
}

fn view(row: &Row) -> Result<CompanionView, StoreError> {
    let is_inviter: bool = row.get(1)?;
    let standing = match agreement(&row.get::<String>(3)?, row.get(5)?)? {
        Agreement::Accepted { at } => CompanionStanding::Companion { since: at },
        Agreement::Waiting | Agreement::Declined { .. } if is_inviter => CompanionStanding::Invited,
        Agreement::Waiting | Agreement::Declined { .. } => CompanionStanding::InvitesMe,
    };
    let name = if standing == CompanionStanding::Invited {
        row.get(2)?
    } else {
        row.get(6)?
    };
    Ok(CompanionView {
        id: Id::from_uuid(row.get(0)?),
        name,
        standing,
        invited_at: row.get(4)?,
    })
}

fn member(row: &Row) -> Result<GroupMember, StoreError> {
    Ok(GroupMember {
        companionship: Id::from_uuid(row.get(0)?),
        user: Id::from_uuid(row.get(1)?),
        is_active: row.get(2)?,
    })
}
