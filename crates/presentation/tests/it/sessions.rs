//! Where a user is signed in, and signing out.
use crate::support::TestApi;
use application::fakes::{a_session, a_user};
use serde_json::Value;

#[actix_web::test]
async fn signing_out_shuts_the_token_out_at_once() {
    let api = TestApi::new().await;
    let anna = api.world.has(a_user());
    let token = api.world.token_of(&anna);
    api.get("/api/v1/me").by(&token).expect(200).await;
    api.post("/api/v1/auth/logout").by(&token).expect(204).await;
    let refused = api.get("/api/v1/me").by(&token).expect(401).await;
    assert_eq!(refused.code(), "identity.invalid_token");
    assert_eq!(
        refused.header("www-authenticate"),
        "Bearer error=\"invalid_token\""
    );
}

#[actix_web::test]
async fn a_user_sees_their_sessions_and_which_one_is_current() {
    let api = TestApi::new().await;
    let anna = api.world.has(a_user());
    let other = api.world.has(a_session().of(anna.id).refreshable());
    api.world.has(a_user().with_email("bob@example.org"));
    let token = api.world.token_of(&anna);
    let sessions = api
        .get("/api/v1/me/sessions")
        .by(&token)
        .expect(200)
        .await
        .json();
    let sessions = sessions.as_array().unwrap();
    assert_eq!(sessions.len(), 2);
    let current: Vec<&Value> = sessions
        .iter()
        .filter(|each| each["is_current"] == true)
        .collect();
    assert_eq!(current.len(), 1);
    assert_eq!(current[0]["kind"], "long_token");
    let listed = sessions
        .iter()
        .find(|each| each["id"] == other.id.to_string())
        .unwrap();
    assert_eq!(listed["kind"], "refreshable");
    for member in ["device", "created_at", "last_used_at", "expires_at"] {
        assert!(listed.get(member).is_some(), "{member}");
    }
}

#[actix_web::test]
async fn a_user_ends_one_session_of_theirs() {
    let api = TestApi::new().await;
    let anna = api.world.has(a_user());
    let other = api.world.has(a_session().of(anna.id));
    let token = api.world.token_of(&anna);
    let path = format!("/api/v1/me/sessions/{}", other.id);
    api.delete(&path).by(&token).expect(204).await;
    let again = api.delete(&path).by(&token).expect(404).await;
    assert_eq!(again.code(), "identity.session_not_found");
}

#[actix_web::test]
async fn a_user_signs_out_everywhere_else_or_everywhere() {
    let api = TestApi::new().await;
    let anna = api.world.has(a_user());
    let (here, there) = (api.world.token_of(&anna), api.world.token_of(&anna));
    api.delete("/api/v1/me/sessions")
        .by(&here)
        .expect(204)
        .await;
    api.get("/api/v1/me").by(&there).expect(401).await;
    api.get("/api/v1/me").by(&here).expect(200).await;
    let path = "/api/v1/me/sessions?including_current=maybe";
    let broken = api.delete(path).by(&here).expect(400).await;
    assert_eq!(broken.faults()[0].0, "including_current");
    let path = "/api/v1/me/sessions?including_current=true";
    api.delete(path).by(&here).expect(204).await;
    api.get("/api/v1/me").by(&here).expect(401).await;
}
