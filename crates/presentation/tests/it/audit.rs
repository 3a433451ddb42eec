//! Who came in, and what administrators did.
use crate::support::TestApi;
use application::fakes::{UserBuilder, a_user};
use serde_json::{Value, json};

async fn sign_in(api: &TestApi, email: &str) -> String {
    let call = api.post("/api/v1/auth/login").from("203.0.113.7:4711");
    let call = call.header("User-Agent", "A browser");
    let body = json!({ "email": email, "password": UserBuilder::PASSWORD });
    let answer = call.json(body).expect(201).await.json();
    answer["token"].as_str().unwrap().to_owned()
}

#[actix_web::test]
async fn users_see_when_and_from_where_they_signed_in() {
    let api = TestApi::new().await;
    api.world.has(a_user().with_email("anna@example.org"));
    sign_in(&api, "anna@example.org").await;
    let token = sign_in(&api, "anna@example.org").await;
    let list = async |query: &str| {
        let path = format!("/api/v1/me/sign-ins?{query}");
        api.get(path).by(&token).expect(200).await.json()
    };
    let first = list("limit=1").await;
    let entry = &first["items"][0];
    assert_eq!(entry["act"], "signed_in");
    assert_eq!(entry["network"], "203.0.113.0/24");
    assert_eq!(entry["device"], "A browser");
    assert!(entry["at"].is_string() && entry.get("by").is_none());
    let second = list(&format!("cursor={}", first["next"].as_str().unwrap())).await;
    assert_eq!(second["items"].as_array().unwrap().len(), 1);
    assert_eq!(second["next"], Value::Null);
}

#[actix_web::test]
async fn administrators_search_the_log() {
    let api = TestApi::new().await;
    let admin = api
        .world
        .has(a_user().with_email("admin@example.org").admin());
    let anna = api.world.has(a_user().with_email("anna@example.org"));
    let token = api.world.token_of(&admin);
    sign_in(&api, "anna@example.org").await;
    let path = format!("/api/v1/admin/users/{}", anna.id);
    let change = api.patch(path).by(&token);
    change
        .json(json!({ "is_disabled": true }))
        .expect(200)
        .await;
    let list = async |query: &str| {
        let path = format!("/api/v1/admin/audit?{query}");
        let page = api.get(path).by(&token).expect(200).await.json();
        page["items"].as_array().unwrap().clone()
    };
    assert_eq!(list("").await.len(), 2);
    let on = list(&format!("on={}", anna.id)).await;
    assert_eq!(on[0]["act"], "user_disabled");
    assert_eq!(on[0]["by"], admin.id.to_string());
    let by = list(&format!("by={}&act=signed_in", anna.id)).await;
    assert_eq!(by.len(), 1);
    let broken = "/api/v1/admin/audit?act=peeked&by=x&on=y&limit=0&cursor=z";
    let broken = api.get(broken).by(&token).expect(400).await;
    assert_eq!(broken.faults().len(), 5);
}
