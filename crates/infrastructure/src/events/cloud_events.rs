//! Events as others read them: `CloudEvents` 1.0 in JSON, the whole event in one document.
use application::{events::EventEnvelope, shared::store::Cause};
use chrono::{DateTime, Utc};
use domain::shared::Id;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// The media type of a message that holds an event.
pub const CONTENT_TYPE: &str = "application/cloudevents+json; charset=utf-8";

const VERSION: &str = "1.0";
const SOURCE: &str = "/filmhub";
const DATA: &str = "application/json";

/// The bytes are no event that could be dealt with.
#[derive(Debug, thiserror::Error)]
#[error("it is no event")]
pub struct Unreadable(#[source] Cause);

/// The attributes in the order in which the specification tells of them. Others that somebody has added
/// on the way are left out.
#[derive(Serialize, Deserialize)]
struct CloudEvent {
    specversion: String,
    id: Uuid,
    source: String,
    #[serde(rename = "type")]
    kind: String,
    subject: String,
    time: DateTime<Utc>,
    #[serde(default)]
    datacontenttype: String,
    /// Of the extension for distributed tracing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    traceparent: Option<String>,
    data: BTreeMap<String, String>,
}

/// Writes an event.
///
/// # Errors
/// Words and numbers can always be written, so there are none in practice.
pub fn encode(event: &EventEnvelope) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(&CloudEvent {
        specversion: VERSION.to_owned(),
        id: event.id.as_uuid(),
        source: SOURCE.to_owned(),
        kind: event.kind.clone(),
        subject: event.subject(),
        time: event.at,
        datacontenttype: DATA.to_owned(),
        traceparent: event.trace_parent.clone(),
        data: event.data.clone(),
    })
}

/// Reads an event, whoever has written it.
///
/// # Errors
/// [`Unreadable`] when it is none.
pub fn decode(bytes: &[u8]) -> Result<EventEnvelope, Unreadable> {
    let read: CloudEvent =
        serde_json::from_slice(bytes).map_err(|failure| Unreadable(failure.into()))?;
    if read.specversion != VERSION {
        return Err(Unreadable("it is of another version of CloudEvents".into()));
    }
    let subject = read.subject.split_once('/').and_then(|(aggregate, id)| {
        let id: Uuid = id.parse().ok()?;
        Some((aggregate.to_owned(), id))
    });
    let (aggregate, aggregate_id) =
        subject.ok_or_else(|| Unreadable("its subject is of no known form".into()))?;
    Ok(EventEnvelope {
        id: Id::from_uuid(read.id),
        kind: read.kind,
        aggregate,
        aggregate_id,
        at: read.time,
        trace_parent: read.traceparent,
        data: read.data,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn event() -> EventEnvelope {
        EventEnvelope {
            id: Id::from_uuid(Uuid::from_u128(7)),
            kind: "filmhub.film.added.v1".to_owned(),
            aggregate: "film".to_owned(),
            aggregate_id: Uuid::from_u128(5),
            at: DateTime::UNIX_EPOCH + chrono::TimeDelta::microseconds(1_500),
            trace_parent: Some(
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".to_owned(),
            ),
            data: [("film_id".to_owned(), Uuid::from_u128(5).to_string())].into(),
        }
    }

    #[test]
    fn an_event_is_one_document() {
        let written: Value = serde_json::from_slice(&encode(&event()).unwrap()).unwrap();
        assert_eq!(
            written,
            json!({
                "specversion": "1.0",
                "id": "00000000-0000-0000-0000-000000000007",
                "source": "/filmhub",
                "type": "filmhub.film.added.v1",
                "subject": "film/00000000-0000-0000-0000-000000000005",
                "time": "1970-01-01T00:00:00.001500Z",
                "datacontenttype": "application/json",
                "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                "data": { "film_id": "00000000-0000-0000-0000-000000000005" },
            })
        );
    }

    #[test]
    fn what_was_written_is_read_again() {
        let quiet = EventEnvelope {
            trace_parent: None,
            ..event()
        };
        for event in [event(), quiet] {
            assert_eq!(decode(&encode(&event).unwrap()).unwrap(), event);
        }
    }

    #[test]
    fn what_others_add_is_left_out_and_what_is_no_event_is_not_read() {
        let written: Value = serde_json::from_slice(&encode(&event()).unwrap()).unwrap();
        let with = |name: &str, value: Value| {
            let mut changed = written.clone();
            changed[name] = value;
            decode(&serde_json::to_vec(&changed).unwrap())
        };
        assert_eq!(with("knativearrivaltime", json!("now")).unwrap(), event());
        assert!(with("specversion", json!("0.3")).is_err());
        assert!(with("subject", json!("film")).is_err());
        assert!(with("id", json!("seven")).is_err());
        assert!(with("data", json!("bytes")).is_err());
        assert!(decode(b"poison").is_err());
    }
}
