//! The log of sign-ins and of administrators' acts in the database.
use crate::persistence::{Database, Query, Row, Transaction, corrupt};
use application::{
    audit::ports::{AuditFilter, AuditLog, AuditQueries},
    shared::{
        page::{Page, PageRequest},
        store::StoreError,
    },
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    audit::{Entry, EntryId},
    identity::{DeviceName, UserId},
    shared::Id,
};
use sea_orm::Value;
use shaku::Component;
use std::{fmt::Write, sync::Arc};
use uuid::Uuid;

const RECORD: &str = "INSERT INTO audit_log \
    (id, at, act, by_user_id, on_id, of_user_id, network, device) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";

const COLUMNS: &str = "id, at, act, by_user_id, on_id, network, device";

#[async_trait]
impl AuditLog for Transaction {
    async fn record(&self, entry: &Entry) -> Result<(), StoreError> {
        let by = entry.by.map(Id::as_uuid);
        let values = [
            entry.id.as_uuid().into(),
            entry.at.into(),
            entry.act.name().into(),
            by.into(),
            entry.on.into(),
            by.filter(|_| entry.act.is_personal()).into(),
            entry.network.map(|network| network.to_string()).into(),
            entry.device.as_ref().map(DeviceName::as_str).into(),
        ];
        Query::new(RECORD, values).change(&self.tx).await.map(drop)
    }

    async fn forget(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        let forget = "DELETE FROM audit_log WHERE at < $1";
        Query::new(forget, [before.into()]).change(&self.tx).await
    }
}

/// Reads from the pool, each one statement.
#[derive(Component)]
#[shaku(interface = AuditQueries)]
pub struct SqlAuditQueries {
    #[shaku(inject)]
    database: Arc<dyn Database>,
}

impl SqlAuditQueries {
    async fn page(
        &self,
        conditions: &[(&str, Value)],
        page: &PageRequest<EntryId>,
    ) -> Result<Page<Entry, EntryId>, StoreError> {
        let after = page.after.map_or(Uuid::max(), Id::as_uuid);
        let mut values: Vec<Value> = vec![after.into(), (i64::from(page.size.get()) + 1).into()];
        let mut wanted = String::new();
        for (column, value) in conditions {
            values.push(value.clone());
            // Writing to a string cannot fail.
            let _ = write!(wanted, " AND {column} = ${}", values.len());
        }
        let list = format!(
            "SELECT {COLUMNS} FROM audit_log WHERE id < $1{wanted} ORDER BY id DESC LIMIT $2"
        );
        let rows = Query::new(&list, values)
            .all(self.database.connection())
            .await?;
        let entries: Vec<Entry> = rows.iter().map(entry).collect::<Result<_, _>>()?;
        Ok(Page::from_overfetched(entries, page.size, |entry| entry.id))
    }
}

#[async_trait]
impl AuditQueries for SqlAuditQueries {
    async fn list(
        &self,
        filter: AuditFilter,
        page: &PageRequest<EntryId>,
    ) -> Result<Page<Entry, EntryId>, StoreError> {
        let conditions = [
            ("act", filter.act.map(|act| act.name().into())),
            ("by_user_id", filter.by.map(|by| by.as_uuid().into())),
            ("on_id", filter.on.map(Value::from)),
        ];
        let given = conditions.into_iter();
        let given = given.filter_map(|(column, value)| Some((column, value?)));
        self.page(&given.collect::<Vec<_>>(), page).await
    }

    async fn list_personal(
        &self,
        user: UserId,
        page: &PageRequest<EntryId>,
    ) -> Result<Page<Entry, EntryId>, StoreError> {
        let own = [("of_user_id", user.as_uuid().into())];
        self.page(&own, page).await
    }
}

fn entry(row: &Row) -> Result<Entry, StoreError> {
    let network: Option<String> = row.get(5)?;
    let network = network.map(|text| text.parse()).transpose();
    let device: Option<String> = row.get(6)?;
    let device = device.map(|text| DeviceName::parse(&text)).transpose();
    let act = row.get::<String>(2)?.parse();
    Ok(Entry {
        id: Id::from_uuid(row.get(0)?),
        at: row.get(1)?,
        act: act.map_err(|why| corrupt("audit entry", why))?,
        by: row.get::<Option<Uuid>>(3)?.map(Id::from_uuid),
        on: row.get(4)?,
        network: network.map_err(|why| corrupt("audit entry", why))?,
        device: device.map_err(|why| corrupt("audit entry", why))?,
    })
}
