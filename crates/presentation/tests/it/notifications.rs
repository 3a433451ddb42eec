//! Forgotten passwords, verified addresses, what users want to hear of, and the pages that links of
//! mails lead to.
use crate::support::{Answer, TestApi};
use application::{
    fakes::{Fixture, UserBuilder, a_user},
    notifications::{send_letter::SendLetter, unsubscribe::Unwanted},
    shared::actor::Actor,
};
use domain::{identity::User, notifications::LetterKind};
use serde_json::{Value, json};

/// Sends a mail to a user and gives the token in it.
async fn token_by(api: &TestApi, user: &User, letter: LetterKind) -> String {
    let send = SendLetter {
        letter,
        user: user.id,
        language: None,
    };
    api.world.run(&Actor::System, send).await.unwrap();
    api.world.mailer.sent().pop().unwrap().token.unwrap().0
}

fn anna(api: &TestApi) -> User {
    api.world.has(a_user().with_email("anna@example.org"))
}

async fn login(api: &TestApi, password: &str, status: u16) {
    let body = json!({"email": "anna@example.org", "password": password});
    api.post("/api/v1/auth/login")
        .json(body)
        .expect(status)
        .await;
}

#[actix_web::test]
async fn a_known_and_an_unknown_address_get_one_answer() {
    let api = TestApi::new().await;
    anna(&api);
    let ask = async |address: &str| {
        let body = json!({ "email": address });
        let forgot = api.post("/api/v1/auth/password/forgot").json(body);
        forgot.expect(202).await
    };
    let told = |answer: &Answer| {
        let mut names: Vec<_> = answer.headers.keys().map(ToString::to_string).collect();
        names.sort();
        (names, answer.text())
    };
    let known = ask("Anna@Example.org").await;
    let unknown = ask("nobody@example.org").await;
    assert_eq!(told(&known), told(&unknown));
    assert_eq!(known.text(), "");
    let bad = api
        .post("/api/v1/auth/password/forgot")
        .json(json!({"email": "anna"}))
        .expect(400)
        .await;
    assert_eq!(bad.faults(), [("email".to_owned(), "malformed".to_owned())]);
}

#[actix_web::test]
async fn a_token_of_a_mail_sets_another_password_once() {
    let api = TestApi::new().await;
    let anna = anna(&api);
    let session = api.world.token_of(&anna);
    let token = token_by(&api, &anna, LetterKind::ResetPassword).await;
    let reset = json!({"token": token, "new_password": "another horse"});
    let call = || api.post("/api/v1/auth/password/reset");
    call().json(reset.clone()).expect(204).await;
    api.get("/api/v1/me").by(&session).expect(401).await;
    login(&api, UserBuilder::PASSWORD, 401).await;
    login(&api, "another horse", 201).await;
    let again = call().json(reset).expect(400).await;
    assert_eq!(again.code(), "identity.invalid_mail_token");
    let nothing = call().json(json!({"new_password": ""})).expect(400).await;
    let faults = [("token", "missing"), ("new_password", "empty")];
    assert_eq!(
        nothing.faults(),
        faults.map(|(field, code)| (field.to_owned(), code.to_owned()))
    );
}

#[actix_web::test]
async fn an_address_is_verified_by_the_token_of_a_mail() {
    let api = TestApi::new().await;
    let anna = anna(&api);
    let session = api.world.token_of(&anna);
    let me = async || api.get("/api/v1/me").by(&session).expect(200).await.json();
    assert_eq!(me().await["email_verified"], false);
    let ask = api.post("/api/v1/me/email/verification").by(&session);
    ask.expect(202).await;
    let token = token_by(&api, &anna, LetterKind::VerifyEmail).await;
    let body = json!({ "token": token });
    let verify = || api.post("/api/v1/auth/email/verify");
    verify().json(body.clone()).expect(204).await;
    assert_eq!(me().await["email_verified"], true);
    let again = verify().json(body).expect(400).await;
    assert_eq!(again.code(), "identity.invalid_mail_token");
    let boris = api.world.has(a_user().of_telegram(7));
    let nowhere = api
        .post("/api/v1/me/email/verification")
        .by(&api.world.token_of(&boris))
        .expect(409)
        .await;
    assert_eq!(nowhere.code(), "identity.no_email");
}

/// What is told of a user who has chosen nothing.
fn usual() -> Value {
    json!({
        "welcome": {"mail": true, "telegram": false},
        "security": {"mail": true, "telegram": false},
        "wish_released": {"mail": true, "telegram": true},
        "followed_mix_changed": {"mail": true, "telegram": true},
    })
}

#[actix_web::test]
async fn what_a_user_wants_to_hear_of_is_put_whole_and_may_be_put_back_as_shown() {
    let api = TestApi::new().await;
    let token = api.world.token_of(&anna(&api));
    let show = async || {
        let shown = api.get("/api/v1/me/notifications").by(&token);
        shown.expect(200).await.json()
    };
    let put = |body: Value| api.put("/api/v1/me/notifications").by(&token).json(body);
    assert_eq!(show().await, usual());
    put(json!({"wish_released": {"mail": false}}))
        .expect(204)
        .await;
    let mut chosen = usual();
    chosen["wish_released"]["mail"] = json!(false);
    assert_eq!(show().await, chosen);
    put(chosen.clone()).expect(204).await;
    assert_eq!(show().await, chosen);
    put(json!({})).expect(204).await;
    assert_eq!(show().await, usual());
}

#[actix_web::test]
async fn mails_about_security_cannot_be_switched_off() {
    let api = TestApi::new().await;
    let token = api.world.token_of(&anna(&api));
    let body = json!({
        "security": {"mail": false, "telegram": true},
        "wish_released": {"mail": "no"},
        "followed_mix_changed": [],
    });
    let refused = api
        .put("/api/v1/me/notifications")
        .by(&token)
        .json(body)
        .expect(400)
        .await;
    let expected = [
        ("security/mail", "not_optional"),
        ("security/telegram", "not_optional"),
        ("wish_released/mail", "wrong_type"),
        ("followed_mix_changed", "wrong_type"),
    ];
    assert_eq!(
        refused.faults(),
        expected.map(|(field, code)| (field.to_owned(), code.to_owned()))
    );
    assert_eq!(refused.json()["errors"][0]["pointer"], "/security/mail");
    let shown = api.get("/api/v1/me/notifications").by(&token);
    assert_eq!(shown.expect(200).await.json(), usual());
}

#[actix_web::test]
async fn following_a_link_changes_nothing_and_asks() {
    let api = TestApi::new().await;
    let anna = anna(&api);
    let token = token_by(&api, &anna, LetterKind::ResetPassword).await;
    let before = api.world.stored();
    for path in ["verify-email", "reset-password", "unsubscribe"] {
        let link = format!("/account/{path}?token={token}");
        let page = api
            .get(&link)
            .header("Accept-Language", "en")
            .expect(200)
            .await;
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        assert_eq!(page.header("content-language"), "en");
        assert_eq!(page.header("cache-control"), "no-store");
        let text = page.text();
        assert!(text.contains("<form method=\"post\">"), "{text}");
        // The secret stays in the address; nothing is loaded from elsewhere.
        assert!(!text.contains(&token) && !text.contains("://"), "{text}");
        let russian = api
            .get(&link)
            .header("Accept-Language", "ru")
            .expect(200)
            .await;
        assert!(russian.text().contains("lang=\"ru\""));
    }
    assert!(api.world.stored() == before);
}

#[actix_web::test]
async fn the_form_of_a_page_does_what_it_says() {
    let api = TestApi::new().await;
    let anna = anna(&api);
    let form = "application/x-www-form-urlencoded";
    let post = |path: &str, token: &str| {
        let link = format!("/account/{path}?token={token}");
        api.post(link).header("Accept-Language", "en")
    };
    let verify = token_by(&api, &anna, LetterKind::VerifyEmail).await;
    let done = post("verify-email", &verify)
        .body(form, "")
        .expect(200)
        .await;
    assert!(done.text().contains("<h1>Done</h1>"), "{}", done.text());
    let again = post("verify-email", &verify)
        .body(form, "")
        .expect(200)
        .await;
    assert!(
        again.text().contains("not valid any more"),
        "{}",
        again.text()
    );
    let reset = token_by(&api, &anna, LetterKind::ResetPassword).await;
    let empty = post("reset-password", &reset)
        .body(form, "password=")
        .expect(200)
        .await;
    assert!(
        empty.text().contains("type=\"password\""),
        "{}",
        empty.text()
    );
    let word = "password=another+horse";
    let done = post("reset-password", &reset)
        .body(form, word)
        .expect(200)
        .await;
    assert!(done.text().contains("<h1>Done</h1>"), "{}", done.text());
    login(&api, "another horse", 201).await;
    let again = post("reset-password", &reset)
        .body(form, word)
        .expect(200)
        .await;
    assert!(
        again.text().contains("not valid any more"),
        "{}",
        again.text()
    );
}

#[actix_web::test]
async fn one_click_of_a_mail_program_ends_mails_however_it_is_sent() {
    let bodies = [
        (
            "application/x-www-form-urlencoded",
            "List-Unsubscribe=One-Click",
        ),
        (
            "multipart/form-data; boundary=x",
            "--x\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--\r\n",
        ),
    ];
    for (kind, body) in bodies {
        let api = TestApi::new().await;
        let anna = anna(&api);
        let user = anna.id;
        let token = Unwanted { user, kind: None }.to_token(&api.world.seals).0;
        let link = format!("/account/unsubscribe?token={token}");
        api.post(link).body(kind, body).expect(200).await;
        let session = api.world.token_of(&anna);
        let shown = api.get("/api/v1/me/notifications").by(&session);
        let shown = shown.expect(200).await.json();
        assert_eq!(
            shown["wish_released"],
            json!({"mail": false, "telegram": true})
        );
        assert_eq!(shown["security"]["mail"], true);
    }
}

#[actix_web::test]
async fn a_link_that_is_not_ours_ends_nothing() {
    let api = TestApi::new().await;
    let anna = anna(&api);
    let before = api.world.stored();
    let forged = format!("/account/unsubscribe?token={}.any.forged", anna.id);
    for link in [forged.as_str(), "/account/unsubscribe"] {
        let call = api.post(link).header("Accept-Language", "en");
        let page = call.expect(200).await;
        assert!(
            page.text().contains("not valid any more"),
            "{}",
            page.text()
        );
    }
    assert!(api.world.stored() == before);
    api.world.store.go_down();
    let user = a_user().build().id;
    let token = Unwanted { user, kind: None }.to_token(&api.world.seals).0;
    let link = format!("/account/unsubscribe?token={token}");
    api.post(link).expect(503).await;
}
