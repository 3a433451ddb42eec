//! The document is a superset of the contract that existing clients were written against.
use crate::support::DOCUMENT;
use serde_json::Value;
use std::{collections::BTreeSet, sync::LazyLock};

static CONTRACT: LazyLock<Value> = LazyLock::new(|| {
    serde_saphyr::from_str(include_str!("../../../../tests/contract/v1-clients.yaml")).unwrap()
});
const PREFIX: &str = "/api/v1";
const METHODS: [&str; 5] = ["get", "put", "post", "patch", "delete"];

/// Follows a reference within its document.
fn resolve<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    match value.get("$ref").and_then(Value::as_str) {
        Some(reference) => document
            .pointer(reference.strip_prefix('#').unwrap())
            .unwrap(),
        None => value,
    }
}

struct Operation {
    name: String,
    item: &'static Value,
    promised: &'static Value,
    ours: &'static Value,
}

fn promised_operations() -> Vec<Operation> {
    let mut operations = Vec::new();
    for (path, item) in CONTRACT["paths"].as_object().unwrap() {
        for method in METHODS
            .into_iter()
            .filter(|method| item.get(method).is_some())
        {
            let name = format!("{method} {path}");
            let ours = DOCUMENT["paths"].get(format!("{PREFIX}{path}"));
            let ours = ours.unwrap_or_else(|| panic!("{path} is missing"));
            let ours = ours
                .get(method)
                .unwrap_or_else(|| panic!("{name} is missing"));
            operations.push(Operation {
                name,
                item,
                promised: &item[method],
                ours,
            });
        }
    }
    operations
}

#[test]
fn every_path_and_method_is_there() {
    assert_eq!(promised_operations().len(), 27);
}

#[test]
fn every_status_is_there() {
    for operation in promised_operations() {
        for status in operation.promised["responses"].as_object().unwrap().keys() {
            assert!(
                operation.ours["responses"].get(status).is_some(),
                "{}: {status}",
                operation.name
            );
        }
    }
}

#[test]
fn every_parameter_is_there_and_no_other_is_required() {
    for operation in promised_operations() {
        let promised = parameters(
            &CONTRACT,
            [
                &operation.item["parameters"],
                &operation.promised["parameters"],
            ],
        );
        let ours = parameters(&DOCUMENT, [&operation.ours["parameters"], &Value::Null]);
        for parameter in &promised {
            let same = |other: &&&Value| {
                other["name"] == parameter["name"] && other["in"] == parameter["in"]
            };
            let found = ours.iter().find(same);
            let found = found.unwrap_or_else(|| panic!("{}: {parameter}", operation.name));
            assert_accepts(&operation.name, &parameter["schema"], &found["schema"]);
        }
        for parameter in ours
            .iter()
            .filter(|parameter| parameter["required"] == true)
        {
            let same =
                |other: &&&Value| other["name"] == parameter["name"] && other["required"] == true;
            assert!(
                promised.iter().any(|other| same(&other)),
                "{}: {parameter}",
                operation.name
            );
        }
    }
}

fn parameters(document: &'static Value, lists: [&'static Value; 2]) -> Vec<&'static Value> {
    let all = lists.into_iter().filter_map(Value::as_array).flatten();
    all.map(|parameter| resolve(document, parameter)).collect()
}

#[test]
fn security_is_as_promised() {
    for operation in promised_operations() {
        let needs_none = operation.promised["security"]
            .as_array()
            .is_some_and(Vec::is_empty);
        let ours = operation.ours["security"].as_array().unwrap();
        let may_do_without =
            ours.iter().any(|need| need.as_object().unwrap().is_empty()) || ours.is_empty();
        // What the contract's first lines say of reading: it needs no token either.
        let reads = ["get /films", "get /genres", "get /moods", "get /mix"];
        let is_read = reads.iter().any(|read| operation.name.starts_with(read));
        assert_eq!(may_do_without, needs_none || is_read, "{}", operation.name);
    }
}

#[test]
fn every_body_that_was_accepted_still_is() {
    for operation in promised_operations() {
        let Some(body) = operation.promised.get("requestBody") else {
            continue;
        };
        for (kind, content) in body["content"].as_object().unwrap() {
            let ours = &operation.ours["requestBody"]["content"][kind]["schema"];
            assert!(!ours.is_null(), "{}: {kind}", operation.name);
            assert_accepts(&operation.name, &content["schema"], ours);
        }
    }
}

#[test]
fn every_answer_has_all_that_was_promised() {
    for operation in promised_operations() {
        for (status, response) in operation.promised["responses"].as_object().unwrap() {
            let name = format!("{} {status}", operation.name);
            let response = resolve(&CONTRACT, response);
            for (kind, content) in response
                .get("content")
                .and_then(Value::as_object)
                .into_iter()
                .flatten()
            {
                let ours = &operation.ours["responses"][status]["content"][kind]["schema"];
                assert!(!ours.is_null(), "{name}: {kind}");
                assert_gives(&name, &content["schema"], ours);
            }
        }
    }
}

fn types(schema: &Value) -> BTreeSet<&str> {
    match &schema["type"] {
        Value::String(word) => [word.as_str()].into(),
        Value::Array(words) => words.iter().filter_map(Value::as_str).collect(),
        other => panic!("no type but {other} in {schema}"),
    }
}

fn words(value: &Value) -> BTreeSet<&str> {
    value
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

/// Whatever fits the promised schema fits ours.
#[track_caller]
fn assert_accepts(name: &str, promised: &'static Value, ours: &'static Value) {
    let (promised, ours) = (resolve(&CONTRACT, promised), resolve(&DOCUMENT, ours));
    assert!(
        types(ours).is_superset(&types(promised)),
        "{name}: {promised} {ours}"
    );
    assert!(
        words(&ours["required"]).is_subset(&words(&promised["required"])),
        "{name}: {ours}"
    );
    for bound in ["minLength", "minimum"] {
        if let Some(least) = ours.get(bound).and_then(Value::as_i64) {
            let promised = promised.get(bound).and_then(Value::as_i64);
            assert!(
                promised.is_none_or(|promised| least <= promised),
                "{name}: {ours}"
            );
        }
    }
    if let Some(items) = promised.get("items") {
        assert_accepts(name, items, &ours["items"]);
    }
    for (member, schema) in promised
        .get("properties")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        let found = &ours["properties"][member];
        assert!(!found.is_null(), "{name}: {member}");
        assert_accepts(&format!("{name}: {member}"), schema, found);
    }
}

/// Whatever fits our schema fits the promised one.
#[track_caller]
fn assert_gives(name: &str, promised: &'static Value, ours: &'static Value) {
    let (promised, ours) = (resolve(&CONTRACT, promised), resolve(&DOCUMENT, ours));
    assert!(
        types(ours).is_subset(&types(promised)),
        "{name}: {promised} {ours}"
    );
    assert!(
        words(&promised["required"]).is_subset(&words(&ours["required"])),
        "{name}: {ours}"
    );
    if let Some(format) = promised.get("format").filter(|format| *format == "uuid") {
        assert_eq!(ours.get("format"), Some(format), "{name}");
    }
    if let Some(known) = promised.get("enum") {
        assert_eq!(words(&ours["enum"]), words(known), "{name}");
    }
    if let Some(items) = promised.get("items") {
        assert_gives(name, items, &ours["items"]);
    }
    for (member, schema) in promised
        .get("properties")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        let found = &ours["properties"][member];
        assert!(!found.is_null(), "{name}: {member}");
        assert_gives(&format!("{name}: {member}"), schema, found);
    }
}
