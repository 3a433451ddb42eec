//! The document is a superset of the contract that existing clients were written against.
use crate::support::DOCUMENT;
use serde_json::Value;
use std::{collections::BTreeSet, sync::LazyLock};

static CONTRACT: LazyLock<Value> = LazyLock::new(|| {
    serde_saphyr::from_str(include_str!("../../../../tests/contract/v1-clients.yaml")).unwrap()
});
const PREFIX: &str = "/api/v1";
/// What an answer has to keep to when it was promised.
const BOUNDS: [&str; 5] = ["minLength", "maxLength", "minimum", "maximum", "pattern"];
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
            let name = format!(
                "{}: {}",
                operation.name,
                parameter["name"].as_str().unwrap()
            );
            assert_accepts(&name, &parameter["schema"], &found["schema"]);
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

/// Narrower than the contract's schemas, but as its descriptions say: an e-mail address that is
/// malformed is refused, a limit is from 1 to 50, a type of film is one of three words.
const IN_ITS_WORDS: [(&str, &str); 5] = [
    ("post /auth/register: email", "maxLength"),
    ("post /auth/register: email", "format"),
    ("get /films/search: limit", "minimum"),
    ("get /films/search: limit", "maximum"),
    ("post /recommend: movie_type", "enum"),
];

fn is_in_its_words(name: &str, keyword: &str) -> bool {
    IN_ITS_WORDS.contains(&(name, keyword))
}

/// Formats that say how a value is shown or stored, and refuse nothing.
fn is_a_hint(value: &Value) -> bool {
    ["password", "binary", "int32", "int64"].contains(&value.as_str().unwrap_or_default())
}

/// The largest whole number that the service can keep; no client has a greater one.
const LARGEST: i64 = 2_147_483_647;

#[track_caller]
fn assert_bound(
    name: &str,
    keyword: &str,
    promised: &Value,
    ours: &Value,
    is_wide_enough: impl FnOnce(i64, i64) -> bool,
) {
    let Some(own) = ours.get(keyword).and_then(Value::as_i64) else {
        return;
    };
    let is_wide_enough = match promised.get(keyword).and_then(Value::as_i64) {
        Some(given) => is_wide_enough(own, given),
        None => keyword == "maximum" && own >= LARGEST,
    };
    assert!(
        is_wide_enough || is_in_its_words(name, keyword),
        "{name}: {keyword}: {ours}"
    );
}

#[test]
fn what_the_contract_narrows_in_words_is_narrowed_in_the_document() {
    // An exception that is no longer needed would hide the next one.
    for (name, keyword) in IN_ITS_WORDS {
        let (operation, member) = name.split_once(": ").unwrap();
        let operations = promised_operations();
        let found = operations.iter().find(|found| found.name == operation);
        let ours = found.unwrap().ours;
        let body = &ours["requestBody"]["content"]["application/json"]["schema"];
        let of_body = &resolve(&DOCUMENT, body)["properties"][member];
        let parameters = ours["parameters"].as_array().into_iter().flatten();
        let of_query = parameters
            .filter(|parameter| parameter["name"] == member)
            .find_map(|parameter| resolve(&DOCUMENT, &parameter["schema"]).get(keyword));
        assert!(of_query.or(of_body.get(keyword)).is_some(), "{name}");
    }
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
    for keyword in ["minLength", "minimum", "minItems"] {
        assert_bound(name, keyword, promised, ours, |own, given| own <= given);
    }
    for keyword in ["maxLength", "maximum", "maxItems"] {
        assert_bound(name, keyword, promised, ours, |own, given| own >= given);
    }
    for keyword in ["pattern", "format", "enum", "const", "multipleOf"] {
        let own = ours.get(keyword).filter(|own| !is_a_hint(own));
        if own.is_some() && own != promised.get(keyword) {
            assert!(is_in_its_words(name, keyword), "{name}: {keyword}: {ours}");
        }
    }
    assert_eq!(promised.get("default"), ours.get("default"), "{name}");
    assert_ne!(
        ours.get("additionalProperties"),
        Some(&Value::Bool(false)),
        "{name}"
    );
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
    for (keyword, bound) in BOUNDS
        .into_iter()
        .filter_map(|keyword| Some((keyword, promised.get(keyword)?)))
    {
        assert_eq!(ours.get(keyword), Some(bound), "{name}: {keyword}");
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

#[actix_web::test]
async fn the_defaults_in_the_document_are_those_that_apply() {
    let api = crate::support::TestApi::new().await;
    for _ in 0..30 {
        api.world.has(application::fakes::a_film().titled("A film"));
    }
    let default = |path: &str| -> usize {
        let parameters = DOCUMENT["paths"][path]["get"]["parameters"].as_array();
        let mut limits = parameters
            .unwrap()
            .iter()
            .filter(|one| one["name"] == "limit");
        serde_json::from_value(limits.next().unwrap()["schema"]["default"].clone()).unwrap()
    };
    let found = api.get("/api/v1/films/search?title=film").expect(200).await;
    let found = found.json().as_array().unwrap().len();
    assert_eq!(found, default("/api/v1/films/search"));
    let page = api.get("/api/v1/films").expect(200).await.json();
    let listed = page["items"].as_array().unwrap().len();
    assert_eq!(listed, default("/api/v1/films"));
}
