//! Who came in, and what administrators did, as they see it.
use crate::app::{App, Database, Setup, eventually};
use serde_json::json;
use std::time::Duration;

stories![sign_ins_and_acts_are_remembered_without_addresses];

async fn sign_ins_and_acts_are_remembered_without_addresses(database: Database) {
    let setup = Setup::without_films(database).await;
    let app: App = setup
        .set("FILMHUB_TRUSTED_PROXIES", "127.0.0.1")
        .start()
        .await;
    let anna = app.somebody().await;
    let login = anna.request(reqwest::Method::POST, "/auth/login");
    let login = login
        .json(&anna.credentials())
        .header("User-Agent", "A browser");
    let login = login.header("X-Forwarded-For", "203.0.113.7");
    anna.send(login).await.expect(201);
    let own = anna.get("/me/sign-ins").await.json(200);
    let newest = &own["items"][0];
    assert_eq!(newest["network"], "203.0.113.0/24");
    assert_eq!(newest["device"], "A browser");
    assert_eq!(own["items"].as_array().unwrap().len(), 2);
    app.setup
        .run(&["admin", "grant-role", &anna.email, "admin"])
        .succeeded();
    let admin = anna.signed_in().await;
    let most = Duration::from_secs(20);
    let told = eventually("the role is known", most, async || {
        let answer = admin.get("/admin/users").await;
        (answer.status == 200).then_some(())
    });
    told.await;
    let bob = app.somebody().await;
    let path = format!("/admin/users/{}", bob.id);
    admin.delete(&path).await.done();
    let log = admin.get("/admin/audit").await.json(200);
    let acts: Vec<&str> = log["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["act"].as_str().unwrap())
        .collect();
    // Bob's sign-in went with Bob; that he was deleted is known.
    let expected = [
        "user_deleted",
        "signed_in",
        "made_admin",
        "signed_in",
        "signed_in",
    ];
    assert_eq!(acts, expected, "{log}");
    assert_eq!(log["items"][0]["on"], json!(bob.id));
    assert!(!log.to_string().contains("203.0.113.7"));
}
