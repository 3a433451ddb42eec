//! A user's own data, and what the operator does with accounts.
use crate::app::{App, Caller, Database, eventually, id_of, unique_email};
use serde_json::{Value, json};
use std::time::Duration;

stories![
    a_profile_is_changed_by_a_merge_patch,
    a_new_password_ends_the_other_sessions,
    a_deleted_account_is_gone_with_everything,
    the_operator_opens_accounts_and_grants_roles,
    the_operator_shuts_people_out_and_lets_them_in_again,
    the_operator_is_told_what_is_wrong,
];

async fn a_profile_is_changed_by_a_merge_patch(database: Database) {
    let app = App::start(database).await;
    let anna = app.somebody().await;
    let before = anna.get("/me").await.json(200);
    let change =
        json!({ "username": "Аня", "first_name": "Анна", "last_name": "К.", "language": "en" });
    let changed = anna.patch("/me", &change).await.json(200);
    let mut expected = before.clone();
    for (name, value) in change.as_object().unwrap() {
        expected[name] = value.clone();
    }
    assert_eq!(changed, expected);
    assert_eq!(anna.patch("/me", &json!({})).await.json(200), expected);

    let cleared = anna
        .patch("/me", &json!({ "last_name": null, "language": null }))
        .await
        .json(200);
    expected["last_name"] = Value::Null;
    expected["language"] = Value::Null;
    assert_eq!(cleared, expected);
    assert_eq!(anna.get("/me").await.json(200), expected);

    let bad = json!({ "username": null, "first_name": "x".repeat(129), "language": "de" });
    let fields = ["username", "first_name", "language"];
    anna.patch("/me", &bad)
        .await
        .names("http.invalid_fields", &fields);
    assert_eq!(anna.get("/me").await.json(200), expected);
}

async fn a_new_password_ends_the_other_sessions(database: Database) {
    let app = App::start(database).await;
    let anna = app.somebody().await;
    let elsewhere = anna.signed_in().await;
    let change =
        |current: &str| json!({ "current_password": current, "new_password": "another one" });
    for wrong in [change("wrong"), json!({ "new_password": "another one" })] {
        let answer = anna.put("/me/password", &wrong).await;
        answer.refused(
            403,
            "identity.wrong_password",
            "the current password is wrong",
        );
    }
    elsewhere.get("/me").await.expect(200);

    anna.put("/me/password", &change(&anna.password))
        .await
        .done();
    anna.get("/me").await.expect(200);
    elsewhere
        .get("/me")
        .await
        .problem(401, "identity.invalid_token");
    let answer = anna.post("/auth/login", &anna.credentials()).await;
    answer.problem(401, "identity.wrong_credentials");
    let with_new = anna.with_credentials(&anna.email, "another one");
    with_new.signed_in().await.get("/me").await.expect(200);
}

async fn a_deleted_account_is_gone_with_everything(database: Database) {
    let app = App::start(database).await;
    let (anna, ben) = (app.somebody().await, app.somebody().await);
    let (private, shared) = (
        anna.add_film("Anna's own").await,
        anna.add_film("Ben's too").await,
    );
    ben.put(
        "/me/watchlists/liked/items/add",
        &json!({ "film_id": shared }),
    )
    .await
    .done();
    let list = id_of(
        &anna
            .post("/me/watchlists", &json!({ "title": "Mine" }))
            .await
            .json(201),
    );
    let list = format!("/me/watchlists/{list}");

    anna.delete("/me").await.done();
    anna.get("/me").await.problem(401, "identity.invalid_token");
    let answer = anna.post("/auth/login", &anna.credentials()).await;
    answer.problem(401, "identity.wrong_credentials");
    ben.get(&list)
        .await
        .problem(404, "library.watchlist_not_found");
    ben.get(&format!("/films/{private}"))
        .await
        .problem(404, "catalogue.film_not_found");
    // What others keep stays with them, but no longer tells who added it.
    let film = ben.get(&format!("/films/{shared}")).await.json(200);
    assert_eq!(film["owner_id"], Value::Null);
    assert_eq!(film["is_liked"], true);

    let body = json!({ "email": anna.email, "password": anna.password, "username": "Anna" });
    let reborn = anna.post("/auth/register", &body).await.json(201);
    assert_ne!(reborn["id"], anna.id);
    let reborn = anna.signed_in().await;
    assert_eq!(reborn.get("/me/watchlists").await.json(200), json!([]));
}

/// Somebody whose account the operator opens.
async fn opened_by_operator(app: &App, arguments: &[&str]) -> Caller {
    let email = unique_email();
    let password = "чтобы никто не угадал";
    let mut all = vec!["admin", "create-user", &email];
    all.extend(arguments);
    let printed = app
        .setup
        .run_with_input(&all, &format!("{password}\n"))
        .succeeded();
    assert!(!printed.contains(password));
    app.anyone()
        .with_credentials(&email, password)
        .signed_in()
        .await
}

async fn the_operator_opens_accounts_and_grants_roles(database: Database) {
    let app = App::start(database).await;
    let admin = opened_by_operator(&app, &[]).await;
    let me = admin.get("/me").await.json(200);
    assert_eq!(me["role"], "admin");
    assert_eq!(me["username"], admin.email.split_once('@').unwrap().0);
    admin.get("/me/watchlists/wish").await.expect(200);
    let user = opened_by_operator(&app, &["--role", "user", "--username", "Вера"]).await;
    let me = user.get("/me").await.json(200);
    assert_eq!(
        (&me["role"], &me["username"]),
        (&json!("user"), &json!("Вера"))
    );

    // An administrator may edit what is others', and only as long as they are one.
    let film = format!(
        "/films/{}",
        app.somebody().await.add_film("Somebody's").await
    );
    let body = json!({ "title": "Edited", "description": "By another." });
    user.put(&film, &body)
        .await
        .problem(403, "catalogue.not_film_owner");
    let ten_seconds = Duration::from_secs(10);
    for (role, status) in [("admin", 200), ("user", 403)] {
        app.setup
            .run(&["admin", "grant-role", &user.email, role])
            .succeeded();
        assert_eq!(user.get("/me").await.json(200)["role"], role);
        eventually("the role counts", ten_seconds, async || {
            (user.put(&film, &body).await.status == status).then_some(())
        })
        .await;
    }
}

async fn the_operator_shuts_people_out_and_lets_them_in_again(database: Database) {
    let app = App::start(database).await;
    let (anna, ben) = (app.somebody().await, app.somebody().await);
    app.setup
        .run(&["admin", "disable-user", &anna.email])
        .succeeded();
    let answer = anna.post("/auth/login", &anna.credentials()).await;
    answer.refused(401, "identity.wrong_credentials", "wrong email or password");
    eventually(
        "the token is refused",
        Duration::from_secs(10),
        async || (anna.get("/me").await.status == 401).then_some(()),
    )
    .await;
    ben.get("/me").await.expect(200);

    app.setup
        .run(&["admin", "enable-user", &anna.email])
        .succeeded();
    anna.signed_in().await.get("/me").await.expect(200);
    // What was ended stays ended.
    anna.get("/me").await.problem(401, "identity.invalid_token");
}

async fn the_operator_is_told_what_is_wrong(database: Database) {
    let app = App::start(database).await;
    let anna = app.somebody().await;
    let unknown = unique_email();
    let create = ["admin", "create-user", &anna.email];
    for (arguments, input, told) in [
        (
            &create[..],
            "password\n",
            "User with this email already exists",
        ),
        (
            &["admin", "create-user", &unknown],
            "",
            "the password must not be empty",
        ),
        (
            &["admin", "create-user", "nobody"],
            "password\n",
            "the e-mail address must be",
        ),
        (
            &["admin", "grant-role", &unknown, "admin"],
            "",
            "User not found",
        ),
        (&["admin", "disable-user", &unknown], "", "User not found"),
        (&["admin", "enable-user", &unknown], "", "User not found"),
    ] {
        let message = app.setup.run_with_input(arguments, input).failed();
        assert!(message.contains(told), "{arguments:?}: {message}");
    }
}
