//! Events as rows of the outbox.
use crate::persistence::{Row, corrupt};
use application::{events::EventEnvelope, shared::store::StoreError};
use domain::shared::Id;
use sea_orm::Value;
use std::collections::BTreeMap;

/// The columns that [`read`] reads first, in this order.
pub(super) const COLUMNS: &str = "id, kind, aggregate, aggregate_id, at, trace_parent, data";

/// The values of [`COLUMNS`].
pub(super) fn values(event: &EventEnvelope) -> Result<[Value; 7], StoreError> {
    let data = serde_json::to_string(&event.data).map_err(|source| corrupt("event", source))?;
    Ok([
        event.id.as_uuid().into(),
        event.kind.as_str().into(),
        event.aggregate.as_str().into(),
        event.aggregate_id.into(),
        event.at.into(),
        event.trace_parent.clone().into(),
        data.into(),
    ])
}

/// Reads an event.
pub(super) fn read(row: &Row) -> Result<EventEnvelope, StoreError> {
    let data: String = row.get(6)?;
    let data: BTreeMap<String, String> =
        serde_json::from_str(&data).map_err(|source| corrupt("event", source))?;
    Ok(EventEnvelope {
        id: Id::from_uuid(row.get(0)?),
        kind: row.get(1)?,
        aggregate: row.get(2)?,
        aggregate_id: row.get(3)?,
        at: row.get(4)?,
        trace_parent: row.get(5)?,
        data,
    })
}
