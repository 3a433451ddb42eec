//! Reviews, progress, and what is hidden.
use super::{NOWHERE, scene};
use application::fakes::{a_film, a_genre, a_user};
use serde_json::{Value, json};

#[actix_web::test]
async fn a_review_is_written_shown_and_taken_back() {
    let (api, _, token) = scene().await;
    let film = api.world.has(a_film().titled("Stalker")).id.to_string();
    let path = format!("/api/v1/me/reviews/{film}");
    let body = json!({"text": " Slow.\n\nVery. ", "stance": "positive", "has_spoilers": true});
    let answer = api.put(&path).by(&token).json(body).expect(200).await;
    let expected = json!({
        "film_id": film, "text": "Slow.\n\nVery.", "has_spoilers": true, "stance": "positive",
        "is_public": false, "created_at": api.world.now(), "updated_at": api.world.now(),
    });
    assert_eq!(answer.json(), expected);
    let shown = api.get(&path).by(&token).expect(200).await;
    assert_eq!(shown.json(), expected);
    let list = api.get("/api/v1/me/reviews").by(&token).expect(200).await;
    let list = list.json();
    assert_eq!(list["items"][0]["review"], expected);
    assert_eq!(list["items"][0]["film"]["title"], "Stalker");
    assert_eq!(list["next"], Value::Null);
    let public = format!("/api/v1/films/{film}/reviews");
    let nobody = api.get(&public).expect(200).await.json();
    assert_eq!(nobody, json!({"items": [], "next": null}));
    api.delete(&path).by(&token).expect(204).await;
    for call in [api.get(&path), api.delete(&path)] {
        let answer = call.by(&token).expect(404).await;
        assert_eq!(answer.code(), "taste.review_not_found");
    }
    for (body, field, code) in [
        (json!({"stance": "neutral"}), "text", "missing"),
        (json!({"text": " ", "stance": "neutral"}), "text", "empty"),
        (json!({"text": "Slow."}), "stance", "missing"),
        (
            json!({"text": "Slow.", "stance": "good"}),
            "stance",
            "unknown_value",
        ),
        (
            json!({"text": "Slow.", "stance": "neutral", "is_public": 1}),
            "is_public",
            "wrong_type",
        ),
    ] {
        let answer = api.put(&path).by(&token).json(body).expect(400).await;
        assert_eq!(answer.faults(), [(field.to_owned(), code.to_owned())]);
    }
    let nowhere = format!("/api/v1/me/reviews/{NOWHERE}");
    let body = json!({"text": "Slow.", "stance": "neutral"});
    let answer = api.put(nowhere).by(&token).json(body).expect(404).await;
    assert_eq!(answer.code(), "catalogue.film_not_found");
}

#[actix_web::test]
async fn public_reviews_tell_of_their_author_what_they_go_by_and_no_more() {
    let (api, _, _) = scene().await;
    let film = api.world.has(a_film()).id.to_string();
    for name in ["Ben", "Cleo", "Dora"] {
        let email = format!("{name}@example.org");
        let user = api.world.has(a_user().named(name).with_email(&email));
        let token = api.world.token_of(&user);
        let body = json!({"text": "Slow.", "stance": "negative", "is_public": true});
        let path = format!("/api/v1/me/reviews/{film}");
        api.put(path).by(&token).json(body).expect(200).await;
    }
    let mut authors = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/api/v1/films/{film}/reviews?limit=1{cursor}");
        let page = api.get(path).expect(200).await;
        assert!(!page.header("etag").is_empty());
        let page = page.json();
        let review = page["items"][0].as_object().unwrap();
        let mut members: Vec<&str> = review.keys().map(String::as_str).collect();
        members.sort_unstable();
        assert_eq!(
            members,
            [
                "author",
                "created_at",
                "has_spoilers",
                "stance",
                "text",
                "updated_at"
            ]
        );
        authors.push(review["author"].as_str().unwrap().to_owned());
        match &page["next"] {
            Value::String(next) => cursor = format!("&cursor={next}"),
            _ => break,
        }
    }
    authors.sort_unstable();
    assert_eq!(authors, ["Ben", "Cleo", "Dora"]);
    let nowhere = format!("/api/v1/films/{NOWHERE}/reviews");
    let answer = api.get(nowhere).expect(404).await;
    assert_eq!(answer.code(), "catalogue.film_not_found");
    let broken = format!("/api/v1/films/{film}/reviews?cursor=x");
    api.get(broken).expect(400).await;
}

#[actix_web::test]
async fn progress_is_told_listed_and_taken_back() {
    let (api, _, token) = scene().await;
    let mut paths = Vec::new();
    for (title, state) in [("A", "planned"), ("B", "completed")] {
        let film = api.world.has(a_film().titled(title)).id.to_string();
        api.world.clock.advance(chrono::Duration::seconds(1));
        let path = format!("/api/v1/me/progress/{film}");
        let body = json!({"state": state});
        let answer = api.put(&path).by(&token).json(body).expect(200).await;
        let updated_at = api.world.now();
        let expected = json!({"film_id": film, "state": state, "updated_at": updated_at});
        assert_eq!(answer.json(), expected);
        paths.push(path);
    }
    let list = async |query: &str| {
        let path = format!("/api/v1/me/progress?{query}");
        let page = api.get(path).by(&token).expect(200).await.json();
        let items = page["items"].as_array().unwrap();
        let told = items.iter().map(|item| {
            let flags = [&item["film"]["is_wish"], &item["film"]["is_watched"]];
            format!("{} {} {flags:?}", item["film"]["title"], item["state"])
        });
        (
            told.collect::<Vec<_>>(),
            page["next"].as_str().map(ToOwned::to_owned),
        )
    };
    let planned = "\"A\" \"planned\" [Bool(true), Bool(false)]";
    let completed = "\"B\" \"completed\" [Bool(false), Bool(true)]";
    let (first, next) = list("limit=1").await;
    assert_eq!(first, [completed]);
    let (second, _) = list(&format!("cursor={}", next.unwrap())).await;
    assert_eq!(second, [planned]);
    assert_eq!(
        list("state=planned").await,
        (vec![planned.to_owned()], None)
    );
    assert!(list("state=dropped").await.0.is_empty());
    for query in ["state=seen", "cursor=x", "limit=0"] {
        let path = format!("/api/v1/me/progress?{query}");
        api.get(path).by(&token).expect(400).await;
    }
    api.delete(&paths[0]).by(&token).expect(204).await;
    let gone = api.delete(&paths[0]).by(&token).expect(404).await;
    assert_eq!(gone.code(), "taste.no_progress");
    let put = api.put(&paths[0]).by(&token).json(json!({"state": "seen"}));
    let fault = ("state".to_owned(), "unknown_value".to_owned());
    assert_eq!(put.expect(400).await.faults(), [fault]);
    let nowhere = format!("/api/v1/me/progress/{NOWHERE}");
    let put = api
        .put(nowhere)
        .by(&token)
        .json(json!({"state": "planned"}));
    assert_eq!(put.expect(404).await.code(), "catalogue.film_not_found");
}

#[actix_web::test]
async fn films_genres_and_people_are_hidden_and_shown_again() {
    let (api, _, token) = scene().await;
    let film = api
        .world
        .has(a_film().titled("Jaws").directed_by("Spielberg"));
    let genre = api.world.has(a_genre("Horror").in_russian("Ужасы"));
    let details = api.get(format!("/api/v1/films/{}/details", film.id));
    let details = details.expect(200).await.json();
    let person = details["directors"][0]["id"].as_str().unwrap().to_owned();
    for (kind, id, name) in [
        ("films", film.id.to_string(), "Jaws"),
        ("genres", genre.id.to_string(), "Horror"),
        ("people", person, "Spielberg"),
    ] {
        let path = format!("/api/v1/me/hidden/{kind}/{id}");
        for how in ["hide", "not_interested"] {
            let body = json!({"how": how});
            let answer = api.put(&path).by(&token).json(body).expect(200).await;
            let hidden_at = api.world.now();
            let expected = json!({"id": id, "how": how, "hidden_at": hidden_at});
            assert_eq!(answer.json(), expected);
        }
        let list = format!("/api/v1/me/hidden/{kind}");
        let get = || api.get(&list).by(&token).header("Accept-Language", "en");
        let listed = get().expect(200).await;
        assert_eq!(listed.header("content-language"), "en");
        let listed = listed.json();
        assert_eq!(listed["items"][0]["name"], name);
        assert_eq!(listed["items"][0]["how"], "not_interested");
        api.delete(&path).by(&token).expect(204).await;
        let gone = api.delete(&path).by(&token).expect(404).await;
        assert_eq!(gone.code(), "taste.not_hidden");
        assert_eq!(get().expect(200).await.json()["items"], json!([]));
        let nowhere = format!("/api/v1/me/hidden/{kind}/{NOWHERE}");
        let put = api.put(nowhere).by(&token).json(json!({"how": "hide"}));
        assert_eq!(put.expect(404).await.code(), "taste.nothing_to_hide");
        let put = api.put(&path).by(&token).json(json!({"how": "never"}));
        let fault = ("how".to_owned(), "unknown_value".to_owned());
        assert_eq!(put.expect(400).await.faults(), [fault]);
    }
    for (path, field) in [
        ("/api/v1/me/hidden/moods/1", "kind"),
        ("/api/v1/me/hidden/films/1", "id"),
    ] {
        let answer = api.delete(path).by(&token).expect(400).await;
        assert_eq!(
            answer.faults(),
            [(field.to_owned(), "malformed".to_owned())]
        );
    }
    api.get("/api/v1/me/hidden/moods")
        .by(&token)
        .expect(400)
        .await;
}
