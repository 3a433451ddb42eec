//! Companions, and films for several users at once.
use crate::support::{Answer, TestApi};
use application::fakes::{a_film, a_genre, a_user};
use domain::{identity::User, library::StandardList, recommendation::CompanionshipId};
use serde_json::{Value, json};

const COMPANIONS: &str = "/api/v1/me/companions";
const NOWHERE: &str = "00000000-0000-4000-8000-000000000000";

/// Invites somebody, and tells by which companionship.
pub async fn invited(api: &TestApi, by: &User, whom: &str) -> CompanionshipId {
    let token = api.world.token_of(by);
    let call = api.post(COMPANIONS).by(&token);
    call.json(json!({ "invite": whom })).expect(204).await;
    let newest = list(api, &token).await[0]["id"].clone();
    newest.as_str().unwrap().parse().unwrap()
}

async fn list(api: &TestApi, token: &str) -> Vec<Value> {
    let page = api.get(COMPANIONS).by(token).expect(200).await.json();
    page["items"].as_array().unwrap().clone()
}

async fn agreed(api: &TestApi, one: &User, other: &User) -> CompanionshipId {
    let address = other.email.as_ref().unwrap().as_str();
    let companionship = invited(api, one, address).await;
    let accept = format!("{COMPANIONS}/{companionship}/accept");
    let token = api.world.token_of(other);
    api.post(accept).by(&token).expect(204).await;
    companionship
}

#[actix_web::test]
async fn an_invitation_is_accepted_and_ended() {
    let api = TestApi::new().await;
    let anna = api.world.has(a_user().named("Anna"));
    let boris = api.world.has(a_user().named("Boris"));
    let [annas, boriss] = [&anna, &boris].map(|user| api.world.token_of(user));
    let id = invited(&api, &anna, "Boris").await;
    let his = list(&api, &boriss).await;
    let expected = json!({
        "id": id.to_string(), "name": "Anna", "state": "invites_me",
        "invited_at": his[0]["invited_at"], "accepted_at": null,
    });
    assert_eq!(his, [expected]);
    assert_eq!(list(&api, &annas).await[0]["state"], "invited");
    let one = format!("{COMPANIONS}/{id}");
    api.post(format!("{one}/accept"))
        .by(&boriss)
        .expect(204)
        .await;
    let refused = api
        .post(format!("{one}/decline"))
        .by(&boriss)
        .expect(409)
        .await;
    assert_eq!(refused.code(), "recommendation.invitation_accepted");
    let hers = list(&api, &annas).await;
    assert_eq!(
        (&hers[0]["state"], &hers[0]["name"]),
        (&json!("companion"), &json!("Boris"))
    );
    assert!(hers[0]["accepted_at"].is_string());
    api.delete(one.clone()).by(&boriss).expect(204).await;
    assert!(list(&api, &annas).await.is_empty());
    let gone = api.delete(one).by(&annas).expect(404).await;
    assert_eq!(gone.code(), "recommendation.companion_not_found");
}

#[actix_web::test]
async fn a_declined_invitation_looks_as_if_it_waited() {
    let api = TestApi::new().await;
    let anna = api.world.has(a_user().named("Anna"));
    let boris = api.world.has(a_user().named("Boris"));
    let [annas, boriss] = [&anna, &boris].map(|user| api.world.token_of(user));
    let id = invited(&api, &anna, "Boris").await;
    let before = list(&api, &annas).await;
    let decline = format!("{COMPANIONS}/{id}/decline");
    api.post(decline).by(&boriss).expect(204).await;
    assert!(list(&api, &boriss).await.is_empty());
    assert_eq!(list(&api, &annas).await, before);
}

#[actix_web::test]
async fn pages_of_companions_are_followed_by_their_cursor() {
    let api = TestApi::new().await;
    let anna = api.world.has(a_user());
    for name in ["One", "Two", "Three"] {
        invited(&api, &anna, name).await;
    }
    let token = api.world.token_of(&anna);
    let page = |query: String| api.get(format!("{COMPANIONS}?limit=2{query}")).by(&token);
    let first = page(String::new()).expect(200).await.json();
    assert_eq!(first["items"][0]["name"], "Three");
    let cursor = first["next"].as_str().unwrap();
    let second = page(format!("&cursor={cursor}")).expect(200).await.json();
    assert_eq!(
        (&second["items"][0]["name"], &second["next"]),
        (&json!("One"), &json!(null))
    );
    let refused = page("&cursor=x".to_owned()).expect(400).await;
    assert_eq!(
        refused.faults(),
        [("cursor".to_owned(), "malformed".to_owned())]
    );
}

#[actix_web::test]
async fn an_invitation_needs_an_addressee() {
    let api = TestApi::new().await;
    let token = api.world.token_of(&api.world.has(a_user()));
    for (body, code) in [(json!({}), "missing"), (json!({ "invite": " " }), "empty")] {
        let refused = api.post(COMPANIONS).by(&token).json(body).expect(400).await;
        assert_eq!(refused.faults(), [("invite".to_owned(), code.to_owned())]);
    }
}

async fn together(api: &TestApi, token: &str, body: Value, status: u16) -> Answer {
    let call = api.post("/api/v1/recommend/together").by(token);
    let call = call.header("Accept-Language", "en");
    call.json(body).expect(status).await
}

#[actix_web::test]
async fn films_for_two_say_that_they_suit_everyone() {
    let api = TestApi::new().await;
    let (anna, boris) = (api.world.has(a_user()), api.world.has(a_user()));
    let [comedy, drama] = ["Comedy", "Drama"].map(|name| api.world.has(a_genre(name)).id);
    for (user, genre) in [(&anna, comedy), (&boris, drama)] {
        let own = api
            .world
            .has(a_film().titled("Private").with_genre(genre))
            .id;
        api.world.lists(own, StandardList::Liked.of(user.id));
        api.world.has(a_film().with_genre(genre));
    }
    api.world.has(a_film());
    api.world
        .has(a_film().titled("Both").with_genre(comedy).with_genre(drama));
    let companion = agreed(&api, &anna, &boris).await.to_string();
    let token = api.world.token_of(&anna);
    let answer = together(&api, &token, json!({ "companions_ids": [companion] }), 200).await;
    let found = answer.json();
    assert_eq!(found["items"].as_array().map(Vec::len), Some(1));
    let film = &found["items"][0];
    assert_eq!(film["title"], "Both");
    assert_eq!(film["reasons"][0]["code"], "suits_everybody");
    assert_eq!(film["reasons"][0]["text"], "Everyone of you should like it");
    assert!(!answer.text().contains("Private"));
    let nothing = json!({ "companions_ids": [companion], "movie_type": "tv" });
    let nothing = together(&api, &token, nothing, 404).await;
    assert_eq!(nothing.code(), "recommendation.nothing_suits");
}

#[actix_web::test]
async fn groups_that_cannot_be_advised_are_refused() {
    let api = TestApi::new().await;
    let token = api.world.token_of(&api.world.has(a_user()));
    for body in [json!({}), json!({ "companions_ids": [] })] {
        let refused = together(&api, &token, body, 400).await;
        assert_eq!(refused.code(), "recommendation.group_size");
    }
    let stranger = together(&api, &token, json!({ "companions_ids": [NOWHERE] }), 403).await;
    assert_eq!(stranger.code(), "recommendation.not_companions");
    let wrong = json!({
        "companions_ids": ["x"], "n": 0, "movie_type": "opera", "genres_ids": 5,
        "year_from": "late", "runtime_to": 0, "countries": [7],
    });
    let refused = together(&api, &token, wrong, 400).await;
    let mut faults: Vec<String> = refused
        .faults()
        .into_iter()
        .map(|(field, _)| field)
        .collect();
    faults.sort_unstable();
    let expected = [
        "companions_ids",
        "countries",
        "genres_ids",
        "movie_type",
        "n",
        "runtime_to",
        "year_from",
    ];
    assert_eq!(faults, expected);
}
