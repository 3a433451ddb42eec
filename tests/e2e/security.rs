//! The OWASP API Security Top 10 (2023), as far as it applies, against the real binary and for every
//! operation of the document that it serves.
use crate::app::{Answer, App, Caller, Database, Setup, eventually, id_of};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

stories![
    nothing_that_is_somebodys_is_reached_without_a_valid_token,
    nobody_but_an_administrator_does_what_administrators_do,
    what_is_anothers_is_neither_shown_nor_changed,
    no_client_gives_itself_what_is_not_its_to_give,
    whatever_goes_wrong_tells_nothing_of_the_inside,
    pictures_are_fetched_from_nowhere_that_clients_say,
];

const NOBODYS: &str = "00000000-0000-4000-8000-000000000000";

struct Operation {
    id: String,
    method: Method,
    path: String,
    needs_token: bool,
}

async fn operations(anyone: &Caller) -> Vec<Operation> {
    let document = anyone.get("//api/schema/openapi.json").await.json(200);
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let needs = operation["security"].as_array().unwrap();
            operations.push(Operation {
                id: operation["operationId"].as_str().unwrap().to_owned(),
                method: method.to_uppercase().parse().unwrap(),
                path: path.clone(),
                needs_token: needs.iter().all(|need| need.get("bearer").is_some()),
            });
        }
    }
    assert!(operations.len() > 80, "{}", operations.len());
    operations
}

impl Operation {
    /// Its address, with one identifier in all its places.
    fn at(&self, id: &str) -> String {
        let segments = self.path.split('/').map(|segment| match segment {
            "{kind}" => "films",
            "{year}" => "2026",
            parameter if parameter.starts_with('{') => id,
            literal => literal,
        });
        format!("/{}", segments.collect::<Vec<_>>().join("/"))
    }

    fn is_for_admins(&self) -> bool {
        self.path.starts_with("/api/v1/admin/")
    }

    async fn ask(&self, caller: &Caller, id: &str) -> Answer {
        caller
            .send(caller.request(self.method.clone(), &self.at(id)))
            .await
    }
}

/// The statuses of those operations that were answered otherwise than they should.
async fn others_than(
    operations: impl Iterator<Item = &Operation>,
    caller: &Caller,
    status: u16,
) -> Vec<String> {
    let mut others = Vec::new();
    for operation in operations {
        let answer = operation.ask(caller, NOBODYS).await;
        if answer.status != status {
            others.push(format!("{} {}", operation.id, answer.status));
        }
    }
    others
}

async fn admin(app: &App) -> Caller {
    let admin = app.somebody().await;
    app.setup
        .run(&["admin", "grant-role", &admin.email, "admin"])
        .succeeded();
    // Running instances know it within ten seconds.
    let most = Duration::from_secs(20);
    let told = eventually("the role is known", most, async || {
        let answer = admin.get("/admin/users").await;
        (answer.status == 200).then_some(())
    });
    told.await;
    admin
}

/// API2: broken authentication.
async fn nothing_that_is_somebodys_is_reached_without_a_valid_token(database: Database) {
    let app = App::start(database).await;
    let anyone = app.anyone();
    let operations = operations(&anyone).await;
    let guarded = || operations.iter().filter(|operation| operation.needs_token);
    assert!(guarded().count() > 50);
    assert_eq!(others_than(guarded(), &anyone, 401).await, [""; 0]);
    let bob = app.somebody().await;
    // Signed by nobody: the head says that there is no signature.
    let claims = bob.token().split('.').nth(1).unwrap();
    let unsigned = format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{claims}.");
    for token in ["x", &unsigned, &format!("{}x", bob.token())] {
        let forger = bob.with_token(token);
        assert_eq!(others_than(guarded(), &forger, 401).await, [""; 0]);
    }
    let boss = admin(&app).await;
    let path = format!("/admin/users/{}", bob.id);
    boss.patch(&path, &json!({ "is_disabled": true }))
        .await
        .expect(200);
    assert_eq!(others_than(guarded(), &bob, 401).await, [""; 0]);
}

/// API5: broken function level authorisation.
async fn nobody_but_an_administrator_does_what_administrators_do(database: Database) {
    let app = App::start(database).await;
    let bob = app.somebody().await;
    let operations = operations(&bob).await;
    let of_admins = || {
        let all = operations.iter();
        all.filter(|operation| operation.is_for_admins())
    };
    assert!(of_admins().count() >= 10);
    // Where a body is looked at first, an empty one is refused before anybody is asked who they are.
    for operation in of_admins() {
        let request = bob.request(operation.method.clone(), &operation.at(NOBODYS));
        let body = match operation.id.as_str() {
            "changeUser" => json!({ "role": "admin" }),
            "importFilms" => json!({ "source": "tmdb", "from": 1 }),
            "refreshFilms" => json!({ "count": 1 }),
            "chooseModel" => json!({ "version": 1 }),
            _ => json!({}),
        };
        let answer = bob.send(request.json(&body)).await;
        assert_eq!(answer.status, 403, "{}: {}", operation.id, answer.text());
    }
    bob.get("/me").await.expect(200);
}

/// API1: broken object level authorisation. The table of every operation is that of the document's own
/// tests; this is what matters most of it, on real databases.
async fn what_is_anothers_is_neither_shown_nor_changed(database: Database) {
    let app = App::start(database).await;
    let (anna, bob) = (app.somebody().await, app.somebody().await);
    let film = anna.add_film("Mine").await;
    let body = json!({ "title": "Mine" });
    let list = id_of(&anna.post("/me/watchlists", &body).await.json(201));
    let entry = json!({ "film_id": film });
    let viewing = json!({ "film_id": film, "watched_on": "2026-01-01" });
    let viewing = id_of(&anna.post("/me/diary", &viewing).await.json(201));
    let sessions = anna.get("/me/sessions").await.array(200);
    let session = id_of(&sessions[0]);
    let before = seen(&anna, &list, &film).await;
    for (method, path, body, status) in [
        (Method::GET, format!("/me/watchlists/{list}"), None, 403),
        (Method::DELETE, format!("/me/watchlists/{list}"), None, 403),
        (
            Method::GET,
            format!("/me/watchlists/{list}/items"),
            None,
            403,
        ),
        (
            Method::PUT,
            format!("/me/watchlists/{list}/items/add"),
            Some(&entry),
            403,
        ),
        (
            Method::PUT,
            format!("/films/{film}"),
            Some(&json!({ "title": "His", "description": "Now." })),
            403,
        ),
        (Method::DELETE, format!("/films/{film}/poster"), None, 403),
        (Method::GET, format!("/me/diary/{viewing}"), None, 404),
        (Method::DELETE, format!("/me/diary/{viewing}"), None, 404),
        (Method::DELETE, format!("/me/sessions/{session}"), None, 404),
    ] {
        let request = bob.request(method, &path);
        let request = match body {
            Some(body) => request.json(body),
            None => request,
        };
        let answer = bob.send(request).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text());
    }
    assert_eq!(seen(&anna, &list, &film).await, before);
}

async fn seen(anna: &Caller, list: &str, film: &str) -> Vec<Value> {
    let mut all = Vec::new();
    for path in [
        format!("/me/watchlists/{list}"),
        format!("/films/{film}"),
        "/me/diary".to_owned(),
    ] {
        all.push(anna.get(&path).await.json(200));
    }
    all
}

/// API3: broken object property level authorisation.
async fn no_client_gives_itself_what_is_not_its_to_give(database: Database) {
    let app = App::start(database).await;
    let anna = app.somebody().await;
    let greedy = json!({
        "role": "admin", "is_admin": true, "is_disabled": false, "id": NOBODYS, "telegram_id": 7,
        "email": "somebody@example.com", "first_name": "Anna",
    });
    let me = anna.patch("/me", &greedy).await.json(200);
    assert_eq!(me["first_name"], "Anna");
    assert_eq!((&me["id"], &me["role"]), (&json!(anna.id), &json!("user")));
    assert_eq!(me["email"], json!(anna.email));
    assert_eq!(me["telegram_id"], Value::Null);
    anna.signed_in().await.get("/admin/users").await.expect(403);
    let text = me.to_string();
    assert!(
        !text.contains("password") && !text.contains("argon2"),
        "{text}"
    );
}

/// API8: security misconfiguration.
async fn whatever_goes_wrong_tells_nothing_of_the_inside(database: Database) {
    let app = App::start(database).await;
    let anna = app.somebody().await;
    let odd = "%00'\"%3Bselect%201--";
    for path in [
        format!("/films/{odd}"),
        format!("/films/search?title={odd}"),
        format!("/me/watchlists/{odd}"),
        format!("/films?cursor={odd}&limit=-1"),
        "/nowhere".to_owned(),
        format!("/{odd}"),
    ] {
        let answer = anna.get(&path).await;
        assert!(answer.status < 500, "{path}");
        let text = answer.text().to_ascii_lowercase();
        for inside in [
            "panicked", ".rs:", "sqlx", "sea_orm", "sqlite", "postgres", "/root",
        ] {
            assert!(!text.contains(inside), "{path}: {text}");
        }
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("x-frame-options", "DENY"),
        ] {
            assert_eq!(answer.header(name), value, "{path}");
        }
        assert!(answer.find_header("server").is_none());
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    }
    for method in ["TRACE", "PURGE"] {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let answer = anna.send(anna.request(method, "/me")).await;
        assert_eq!(answer.status, 405);
    }
}

/// API7: server side request forgery. No operation takes an address to fetch; those that sources name are
/// held to a list and to public addresses by the fetcher's own tests.
async fn pictures_are_fetched_from_nowhere_that_clients_say(database: Database) {
    let setup = Setup::without_films(database).await;
    let app = setup.start().await;
    let anna = app.somebody().await;
    let film = anna.add_film("Mine").await;
    let poster =
        json!({ "title": "Mine", "description": "Now.", "poster_url": "http://127.0.0.1:1/x" });
    anna.put(&format!("/films/{film}"), &poster).await;
    let shown = anna.get(&format!("/films/{film}")).await.json(200);
    assert_eq!(shown["poster_url"], Value::Null, "{shown}");
}
