//! A user's own data.
use crate::support::TestApi;
use application::fakes::{UserBuilder, a_film, a_genre, a_user};
use serde_json::{Value, json};

#[actix_web::test]
async fn a_user_sees_themselves() {
    let api = TestApi::new().await;
    let anna = api.world.has(a_user().with_email("anna@example.org"));
    let me = api
        .get("/api/v1/me")
        .by(&api.world.token_of(&anna))
        .expect(200)
        .await
        .json();
    assert_eq!(me["id"], anna.id.to_string());
    assert_eq!(me["email"], "anna@example.org");
    assert_eq!(me["telegram_id"], Value::Null);
    assert_eq!(me["username"], "Anna");
    assert_eq!(me["role"], "user");
    assert_eq!(me["first_name"], Value::Null);
    assert!(me["created_at"].is_string());
}

#[actix_web::test]
async fn a_patch_changes_what_it_names_and_null_clears() {
    let api = TestApi::new().await;
    let anna = api.world.has(a_user());
    let token = api.world.token_of(&anna);
    let patch =
        json!({"username": "Nan", "first_name": "Anna", "last_name": "K", "language": "en"});
    let me = api
        .patch("/api/v1/me")
        .by(&token)
        .json(patch)
        .expect(200)
        .await
        .json();
    assert_eq!(
        (&me["username"], &me["first_name"]),
        (&json!("Nan"), &json!("Anna"))
    );
    assert_eq!(
        (&me["last_name"], &me["language"]),
        (&json!("K"), &json!("en"))
    );
    let patch = json!({"last_name": null, "language": null, "unknown": 1}).to_string();
    let call = api.patch("/api/v1/me").by(&token);
    let me = call
        .body("application/merge-patch+json", patch)
        .expect(200)
        .await
        .json();
    assert_eq!(
        (&me["username"], &me["first_name"]),
        (&json!("Nan"), &json!("Anna"))
    );
    assert_eq!(
        (&me["last_name"], &me["language"]),
        (&Value::Null, &Value::Null)
    );
}

#[actix_web::test]
async fn a_patch_that_breaks_rules_changes_nothing() {
    let api = TestApi::new().await;
    let anna = api.world.has(a_user());
    let token = api.world.token_of(&anna);
    let before = api.world.stored();
    let patch = json!({"username": null, "first_name": "", "last_name": 3, "language": "de"});
    let answer = api
        .patch("/api/v1/me")
        .by(&token)
        .json(patch)
        .expect(400)
        .await;
    let faults = [
        ("username", "null"),
        ("first_name", "empty"),
        ("last_name", "wrong_type"),
        ("language", "unknown_value"),
    ];
    assert_eq!(
        answer.faults(),
        faults.map(|(field, code)| (field.to_owned(), code.to_owned()))
    );
    assert!(api.world.stored() == before);
}

#[actix_web::test]
async fn a_password_is_changed_by_who_knows_the_one_in_force() {
    let api = TestApi::new().await;
    let anna = api.world.has(a_user().with_email("anna@example.org"));
    let (here, there) = (api.world.token_of(&anna), api.world.token_of(&anna));
    for wrong in [json!("wrong"), json!(""), Value::Null] {
        let body = json!({"current_password": wrong, "new_password": "next"});
        let answer = api
            .put("/api/v1/me/password")
            .by(&here)
            .json(body)
            .expect(403)
            .await;
        assert_eq!(answer.code(), "identity.wrong_password");
    }
    let body = json!({"current_password": UserBuilder::PASSWORD, "new_password": ""});
    let answer = api
        .put("/api/v1/me/password")
        .by(&here)
        .json(body)
        .expect(400)
        .await;
    assert_eq!(answer.faults()[0].0, "new_password");
    let body = json!({"current_password": UserBuilder::PASSWORD, "new_password": "next"});
    api.put("/api/v1/me/password")
        .by(&here)
        .json(body)
        .expect(204)
        .await;
    api.get("/api/v1/me").by(&there).expect(401).await;
    let login = json!({"email": "anna@example.org", "password": "next"});
    api.post("/api/v1/auth/login").json(login).expect(201).await;
}

#[actix_web::test]
async fn the_language_a_user_chose_counts_where_the_client_names_none() {
    let api = TestApi::new().await;
    api.world.has(a_genre("comedy").in_russian("комедия"));
    let token = api.world.token_of(&api.world.has(a_user()));
    let asked = async |path: &str, wish: Option<&str>, by: Option<&str>| {
        let mut call = api.get(path);
        if let Some(wish) = wish {
            call = call.header("Accept-Language", wish);
        }
        if let Some(token) = by {
            call = call.by(token);
        }
        let answer = call.expect(200).await;
        (answer.header("content-language").to_owned(), answer)
    };
    let me = Some(token.as_str());
    assert_eq!(asked("/api/v1/genres", None, me).await.0, "ru");
    let patch = json!({"language": "en"});
    api.patch("/api/v1/me")
        .by(&token)
        .json(patch)
        .expect(200)
        .await;
    for path in ["/api/v1/genres", "/api/v1/mix", "/api/v1/moods"] {
        let (language, answer) = asked(path, None, me).await;
        assert_eq!(language, "en", "{path}");
        assert!(answer.varies_by("Authorization"));
        let (language, answer) = asked(path, Some("ru"), me).await;
        assert_eq!(language, "ru", "{path}");
        assert!(!answer.varies_by("Authorization"));
        assert_eq!(asked(path, None, None).await.0, "ru", "{path}");
        assert_eq!(asked(path, None, Some("nobody's")).await.0, "ru", "{path}");
    }
    let (language, _) = asked("/api/v1/me/watchlists/wish", None, me).await;
    assert_eq!(language, "en");
}

#[actix_web::test]
async fn the_last_administrator_cannot_delete_themselves() {
    let api = TestApi::new().await;
    let token = api.world.token_of(&api.world.has(a_user().admin()));
    let refused = api.delete("/api/v1/me").by(&token).expect(409).await;
    assert_eq!(refused.code(), "identity.last_admin");
    api.world
        .has(a_user().with_email("boris@example.org").admin());
    api.delete("/api/v1/me").by(&token).expect(204).await;
}

#[actix_web::test]
async fn a_deleted_user_is_gone_with_what_was_theirs() {
    let api = TestApi::new().await;
    let anna = api.world.has(a_user());
    let film = api.world.has(a_film().owned_by(anna.id));
    let token = api.world.token_of(&anna);
    api.delete("/api/v1/me").by(&token).expect(204).await;
    api.get("/api/v1/me").by(&token).expect(401).await;
    assert_eq!(api.world.stored().user_count(), 0);
    assert!(api.world.stored().film(film.id).is_none());
}
