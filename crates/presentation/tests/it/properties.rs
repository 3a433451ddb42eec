//! Which properties may be told, and which may be set: by table, so that a new one has to be thought
//! about.
use crate::support::{DOCUMENT, TestApi};
use application::fakes::a_user;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Words that a property has in its name if it is about a person or what guards them.
const SENSITIVE: [&str; 16] = [
    "email", "telegram", "password", "token", "secret", "hash", "role", "admin", "disabled",
    "owner", "user_", "device", "network", "address", "session", "key",
];

/// What everybody is told of a film: who brought it is part of the clients' contract, and the rest is about
/// the film.
const OF_FILMS: &[&str] = &["owner_id", "poster_blurhash"];

/// The sensitive properties that each operation may tell beside those of films.
const TOLD: &[(&str, &[&str])] = &[
    // To whom a job sends a mail; these are for administrators alone.
    ("cancelJob", &["user_id"]),
    ("importFilms", &["user_id"]),
    ("listJobs", &["user_id"]),
    ("refreshFilm", &["user_id"]),
    ("refreshFilms", &["user_id"]),
    ("retryJob", &["user_id"]),
    ("showJob", &["user_id"]),
    ("trainModel", &["user_id"]),
    (
        "changeUser",
        &[
            "email",
            "email_verified",
            "telegram_id",
            "role",
            "disabled_at",
            "username",
        ],
    ),
    (
        "exchangeTelegramKey",
        &[
            "email",
            "email_verified",
            "telegram_id",
            "token",
            "username",
        ],
    ),
    (
        "issueTokens",
        &["access_token", "token_type", "refresh_token"],
    ),
    ("linkTelegram", &["link_key"]),
    ("listAudit", &["network", "device"]),
    ("createWatchlist", &["user_id"]),
    ("listRecommendations", &["role"]),
    ("listSessions", &["device"]),
    ("listSimilar", &["role"]),
    ("listSignIns", &["network", "device"]),
    (
        "listUsers",
        &[
            "email",
            "email_verified",
            "telegram_id",
            "role",
            "disabled_at",
            "username",
        ],
    ),
    ("listWatchlists", &["user_id"]),
    ("openTelegramSignIn", &["auth_key"]),
    ("recommendTogether", &["role"]),
    (
        "register",
        &["email", "email_verified", "telegram_id", "role", "username"],
    ),
    ("showFigures", &["users", "new_users", "active_users"]),
    (
        "showMe",
        &["email", "email_verified", "telegram_id", "role", "username"],
    ),
    // Whether somebody wants to hear of things that way.
    ("showNotificationPreferences", &["telegram"]),
    ("showWatchlist", &["user_id"]),
    ("showReadiness", &["is_key_refused"]),
    (
        "signIn",
        &[
            "email",
            "email_verified",
            "telegram_id",
            "token",
            "username",
        ],
    ),
    (
        "updateMe",
        &["email", "email_verified", "telegram_id", "role", "username"],
    ),
];

/// The sensitive properties that each operation may be given.
const GIVEN: &[(&str, &[&str])] = &[
    ("forgetPassword", &["email"]),
    ("resetPassword", &["token", "new_password"]),
    ("verifyEmail", &["token"]),
    ("changePassword", &["current_password", "new_password"]),
    ("changeUser", &["role", "is_disabled"]),
    ("checkTelegramSignIn", &[]),
    ("chooseNotificationPreferences", &["telegram"]),
    ("issueTokens", &["username", "password", "refresh_token"]),
    ("register", &["email", "password", "username"]),
    ("signIn", &["email", "password"]),
    ("updateMe", &["username"]),
];

fn is_sensitive(name: &str) -> bool {
    SENSITIVE.iter().any(|word| name.contains(word))
}

/// The names of all properties below a part of the document, references followed.
fn properties(part: &Value, seen: &mut BTreeSet<String>, found: &mut BTreeSet<String>) {
    match part {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get("$ref") {
                if seen.insert(reference.clone()) {
                    let target = DOCUMENT.pointer(reference.strip_prefix('#').unwrap());
                    properties(target.unwrap(), seen, found);
                }
                return;
            }
            if let Some(Value::Object(named)) = members.get("properties") {
                found.extend(named.keys().cloned());
            }
            for member in members.values() {
                properties(member, seen, found);
            }
        }
        Value::Array(items) => {
            for item in items {
                properties(item, seen, found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The sensitive properties of each operation, in its answers or in what it is sent.
fn sensitive(part: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut all = BTreeMap::new();
    let paths = DOCUMENT["paths"].as_object().unwrap().values();
    for operation in paths.flat_map(|item| item.as_object().unwrap().values()) {
        let mut parts = vec![&operation[part]];
        if part == "responses" {
            let answers = operation[part].as_object().unwrap();
            let good = answers.iter().filter(|(status, _)| status.starts_with('2'));
            parts = good.map(|(_, answer)| answer).collect();
        }
        let mut found = BTreeSet::new();
        for part in parts {
            properties(part, &mut BTreeSet::new(), &mut found);
        }
        found.retain(|name| is_sensitive(name));
        if !found.is_empty() {
            let id = operation["operationId"].as_str().unwrap();
            all.insert(id.to_owned(), found);
        }
    }
    all
}

#[track_caller]
fn holds_to(table: &[(&str, &[&str])], part: &str) {
    let table: BTreeMap<&str, &[&str]> = table.iter().copied().collect();
    for (operation, found) in sensitive(part) {
        let allowed = table.get(operation.as_str()).copied().unwrap_or_default();
        for name in found {
            assert!(
                allowed.contains(&name.as_str()) || OF_FILMS.contains(&name.as_str()),
                "{operation} has `{name}`, which is not in the table"
            );
        }
    }
}

#[test]
fn operations_tell_of_people_only_what_the_table_says() {
    holds_to(TOLD, "responses");
    assert!(sensitive("responses").contains_key("showMe"));
}

#[test]
fn operations_are_given_of_people_only_what_the_table_says() {
    holds_to(GIVEN, "requestBody");
    assert!(sensitive("requestBody").contains_key("register"));
}

#[test]
fn every_list_has_a_bound() {
    let mut lists = 0;
    let paths = DOCUMENT["paths"].as_object().unwrap().values();
    for operation in paths.flat_map(|item| item.as_object().unwrap().values()) {
        let parameters = operation["parameters"].as_array();
        for parameter in parameters.into_iter().flatten() {
            if parameter["name"] == "limit" {
                lists += 1;
                let schema = parameter["schema"].to_string();
                let (_, most) = schema.split_once("\"maximum\":").unwrap();
                let most: String = most.chars().take_while(char::is_ascii_digit).collect();
                let id = &operation["operationId"];
                assert!(most.parse::<u32>().unwrap() <= 100, "{id}: {schema}");
            }
        }
    }
    assert!(lists > 10, "{lists}");
}

#[actix_web::test]
async fn what_is_not_for_clients_to_set_is_ignored() {
    let api = TestApi::new().await;
    let more = json!({
        "id": "00000000-0000-4000-8000-000000000001", "role": "admin", "is_admin": true,
        "owner": "somebody", "owner_id": "somebody", "user_id": "somebody", "telegram_id": 7,
        "is_disabled": false, "created_at": "2000-01-01T00:00:00Z", "revision": 99,
    });
    let with = |body: Value| {
        let mut all = more.clone();
        let members = all.as_object_mut().unwrap();
        members.extend(body.as_object().unwrap().clone());
        all
    };
    let register =
        json!({ "email": "eve@example.org", "password": "secret words", "username": "E" });
    let call = api.post("/api/v1/auth/register").json(with(register));
    let eve = call.expect(201).await.json();
    let anna = api.world.has(a_user().with_email("anna@example.org"));
    let token = api.world.token_of(&anna);
    let call = api.patch("/api/v1/me").by(&token);
    let body = with(json!({ "first_name": "Anna", "email": "eve@example.com" }));
    let me = call.json(body).expect(200).await.json();
    assert_eq!(
        (&me["role"], &me["email"]),
        (&json!("user"), &json!("anna@example.org"))
    );
    let call = api.post("/api/v1/films").by(&token);
    let film = json!({ "title": "Mine", "description": "All there is to say." });
    let film = call.json(with(film)).expect(201).await.json();
    let call = api.post("/api/v1/me/watchlists").by(&token);
    let list = call
        .json(with(json!({ "title": "Mine" })))
        .expect(201)
        .await
        .json();
    let stored = api.world.stored();
    for made in [&eve, &me, &film, &list] {
        assert_ne!(made["id"], more["id"]);
    }
    assert_eq!(stored.user(anna.id).unwrap().role, anna.role);
    assert_eq!(stored.user(anna.id).unwrap().telegram, None);
    let film = film["id"].as_str().unwrap().parse().unwrap();
    assert_eq!(stored.film(film).unwrap().owner, Some(anna.id));
}
