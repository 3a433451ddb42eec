//! Events as others read them: a document for each kind, and the description of all of them.
use application::events::EventEnvelope;
use chrono::{DateTime, Utc};
use domain::{
    events::{DomainEvent, EventKind},
    shared::Id,
};
use infrastructure::events::{decode, encode};
use serde_json::Value;
use std::{collections::BTreeSet, fmt::Write as _, fs, path::Path};
use uuid::Uuid;

const WRITTEN: &str = include_str!("../../../../docs/asyncapi.yaml");

/// An event of a kind, made of words that tell its parts apart.
fn sample(kind: &EventKind) -> EventEnvelope {
    let word = |(place, part): (u128, &&str)| {
        let word = match *part {
            "language" => "ru".to_owned(),
            _ => Uuid::from_u128(place).to_string(),
        };
        ((*part).to_owned(), word)
    };
    let parts = (1..).zip(kind.parts).map(word).collect();
    let event = DomainEvent::read(kind.name, &parts).unwrap();
    let at: DateTime<Utc> = "2026-04-17T12:00:00.000001Z".parse().unwrap();
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let id = Id::from_uuid(Uuid::from_u128(100));
    EventEnvelope::new(id, &event, at, Some(trace.to_owned()))
}

#[test]
fn each_kind_has_its_document_and_is_read_from_it() {
    for kind in DomainEvent::KINDS {
        let event = sample(kind);
        let document = encode(&event).unwrap();
        assert_eq!(decode(&document).unwrap(), event);
        let document: Value = serde_json::from_slice(&document).unwrap();
        insta::assert_json_snapshot!(kind.name, document);
    }
}

/// The description as the code has it.
fn described() -> String {
    let kinds = DomainEvent::KINDS;
    let aggregates: BTreeSet<&str> = kinds.iter().map(|kind| kind.aggregate).collect();
    let mut text = HEAD.to_owned();
    text.push_str("channels:\n");
    for aggregate in &aggregates {
        let of_it = kinds.iter().filter(|kind| kind.aggregate == *aggregate);
        let address = topic_of(aggregate);
        write!(
            text,
            "  {aggregate}:\n    address: {address}\n    \
             description: Events about a {aggregate}, those about one in order.\n    messages:\n"
        )
        .unwrap();
        for kind in of_it {
            let name = kind.name;
            let reference = format!("'#/components/messages/{name}'");
            write!(text, "      {name}:\n        $ref: {reference}\n").unwrap();
        }
    }
    text.push_str("operations:\n");
    for aggregate in &aggregates {
        write!(
            text,
            "  tell-of-{aggregate}:\n    action: send\n    channel:\n      \
             $ref: '#/channels/{aggregate}'\n"
        )
        .unwrap();
    }
    text.push_str("components:\n  messages:\n");
    for kind in kinds {
        describe(&mut text, kind);
    }
    text.push_str(SCHEMAS);
    text
}

fn describe(text: &mut String, kind: &EventKind) {
    let EventKind {
        name,
        aggregate,
        parts,
        meaning,
    } = kind;
    let meaning = meaning.trim();
    write!(
        text,
        "    {name}:\n      name: {name}\n      summary: {meaning}\n      \
         contentType: application/cloudevents+json\n      bindings:\n        amqp:\n          \
         messageType: {name}\n      payload:\n        allOf:\n          \
         - $ref: '#/components/schemas/CloudEvent'\n          - type: object\n            \
         properties:\n              type:\n                const: {name}\n              \
         subject:\n                pattern: ^{aggregate}/\n              data:\n                \
         type: object\n                required: [{}]\n                properties:\n",
        parts.join(", ")
    )
    .unwrap();
    for part in *parts {
        let schema = match *part {
            "language" => "Language",
            _ => "Id",
        };
        let reference = format!("'#/components/schemas/{schema}'");
        write!(
            text,
            "                  {part}:\n                    $ref: {reference}\n"
        )
        .unwrap();
    }
}

/// A film was a movie to those who listened first.
fn topic_of(aggregate: &str) -> String {
    match aggregate {
        "film" => "movie-events".to_owned(),
        other => format!("{other}-events"),
    }
}

const HEAD: &str = "\
# Made of the code, which a test in crates/infrastructure/tests/it/events.rs holds it to.
asyncapi: 3.0.0
info:
  title: Filmhub
  version: '1'
  description: |
    What happens, as CloudEvents 1.0 in JSON, at least once: whoever gets an id again has had the event before.
    Events of one subject come in order. The address of a channel is the topic in Kafka, where the subject is
    the key; in RabbitMQ all events go to the topic exchange `filmhub.events` with their type as routing key.
    What an event is made of never changes; what is to be told differently gets a type with a new version.
defaultContentType: application/cloudevents+json
";

const SCHEMAS: &str = "\
  schemas:
    CloudEvent:
      type: object
      required: [specversion, id, source, type, subject, time, datacontenttype, data]
      properties:
        specversion:
          const: '1.0'
        id:
          $ref: '#/components/schemas/Id'
        source:
          const: /filmhub
        type:
          type: string
        subject:
          type: string
          description: What it happened to, and what events keep their order by.
        time:
          type: string
          format: date-time
        datacontenttype:
          const: application/json
        traceparent:
          type: string
          description: The trace that it is part of, where somebody traces.
        data:
          type: object
    Id:
      type: string
      format: uuid
    Language:
      type: string
      enum: [ru, en]
";

#[test]
fn the_description_is_true() {
    let described = described();
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("asyncapi.yaml");
    fs::write(&file, &described).unwrap();
    assert!(
        described == WRITTEN,
        "replace docs/asyncapi.yaml by {}",
        file.display()
    );
}

#[test]
fn the_description_tells_of_every_member_of_a_document() {
    for kind in DomainEvent::KINDS {
        let document: Value = serde_json::from_slice(&encode(&sample(kind)).unwrap()).unwrap();
        for member in document.as_object().unwrap().keys() {
            assert!(
                SCHEMAS.contains(&format!("\n        {member}:\n")),
                "{member}"
            );
        }
    }
}
