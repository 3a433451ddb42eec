//! Talking to the assistant, and what was talked about.
use crate::support::TestApi;
use application::{
    assistant::ports::{ModelError, Tool},
    fakes::{a_conversation, a_film, a_user},
};
use chrono::Duration;
use domain::identity::User;
use serde_json::{Value, json};

/// The events of a stream, each with its data.
fn events(body: &str) -> Vec<(String, Value)> {
    let blocks = body.split("\n\n").filter(|block| block.contains("data:"));
    let field = |block: &str, name: &str| {
        let start = format!("{name}:");
        let line = block.lines().find_map(|line| line.strip_prefix(&start));
        line.unwrap_or_else(|| panic!("no {name} in {block}"))
            .trim()
            .to_owned()
    };
    blocks
        .map(|block| {
            let data = field(block, "data");
            (field(block, "event"), serde_json::from_str(&data).unwrap())
        })
        .collect()
}

fn names(events: &[(String, Value)]) -> Vec<&str> {
    events.iter().map(|(name, _)| name.as_str()).collect()
}

struct Anna {
    api: TestApi,
    user: User,
    token: String,
}

async fn anna() -> Anna {
    let api = TestApi::new().await;
    let user = api.world.has(a_user());
    let token = api.world.token_of(&user);
    Anna { api, user, token }
}

impl Anna {
    async fn say(&self, body: Value) -> Vec<(String, Value)> {
        let call = self.api.post("/api/v1/assistant/messages").by(&self.token);
        events(&call.json(body).expect(200).await.text())
    }
}

#[actix_web::test]
async fn the_answer_is_a_stream_of_events() {
    let anna = anna().await;
    let film = anna
        .api
        .world
        .has(a_film().titled("Paddington").described("A bear."));
    anna.api.world.model.wishes([Tool::SearchFilms {
        title: None,
        description: Some("bear".to_owned()),
        includes_watched: false,
    }]);
    anna.api.world.model.says("Watch Paddington.");
    let call = anna.api.post("/api/v1/assistant/messages").by(&anna.token);
    let call = call
        .header("Accept-Encoding", "gzip")
        .json(json!({ "text": "A bear?" }));
    let answer = call.expect(200).await;
    assert!(
        answer
            .header("content-type")
            .starts_with("text/event-stream")
    );
    assert!(answer.header("cache-control").contains("no-"));
    let events = events(&answer.text());
    assert_eq!(
        names(&events),
        ["conversation", "text", "text", "films", "done"]
    );
    let words: Vec<&str> = events[1..3]
        .iter()
        .map(|(_, data)| data["text"].as_str().unwrap())
        .collect();
    assert_eq!(words.concat(), "Watch Paddington.");
    let films = events[3].1["films"].as_array().unwrap();
    assert_eq!(
        (films.len(), &films[0]["id"]),
        (1, &json!(film.id.to_string()))
    );
    assert_eq!(films[0]["is_liked"], false);
}

#[actix_web::test]
async fn without_a_model_the_answer_says_so_in_the_users_language() {
    let anna = anna().await;
    anna.api
        .world
        .has(a_film().titled("Paddington").described("A bear."));
    for (language, words) in [("en", "No language model"), ("ru", "Языковая модель")]
    {
        let call = anna.api.post("/api/v1/assistant/messages").by(&anna.token);
        let call = call
            .header("Accept-Language", language)
            .json(json!({ "text": "bear" }));
        let events = events(&call.expect(200).await.text());
        assert_eq!(
            names(&events),
            ["conversation", "unavailable", "films", "done"]
        );
        assert_eq!(events[1].1["reason"], "not_configured");
        assert!(events[1].1["message"].as_str().unwrap().starts_with(words));
    }
}

#[actix_web::test]
async fn a_model_that_fails_is_told_as_an_event() {
    let anna = anna().await;
    anna.api.world.model.takes_turn(Err(ModelError::TooSlow));
    let told = anna.say(json!({ "text": "bear" })).await;
    assert_eq!(names(&told), ["conversation", "unavailable", "done"]);
    assert_eq!(told[1].1["reason"], "failed");
    anna.api
        .world
        .model_policy
        .change(|limits| limits.daily_per_user = 0);
    anna.api.world.model.says("Never said.");
    let told = anna.say(json!({ "text": "bear" })).await;
    assert_eq!(told[1].1["reason"], "budget_spent");
}

#[actix_web::test]
async fn what_was_said_is_shown_and_deleted() {
    let anna = anna().await;
    anna.api
        .world
        .has(a_film().titled("Paddington").described("A bear."));
    let told = anna.say(json!({ "text": "bear" })).await;
    let id = told[0].1["id"].as_str().unwrap().to_owned();
    anna.say(json!({ "text": "Another bear", "conversation_id": id }))
        .await;
    let path = format!("/api/v1/assistant/conversations/{id}");
    let shown = anna.api.get(&path).by(&anna.token).expect(200).await.json();
    assert_eq!(
        (&shown["id"], &shown["title"]),
        (&json!(id), &json!("bear"))
    );
    let messages = shown["messages"].as_array().unwrap();
    let said: Vec<_> = messages
        .iter()
        .map(|said| (&said["author"], &said["text"]))
        .collect();
    assert_eq!(
        said,
        [
            (&json!("user"), &json!("bear")),
            (&json!("assistant"), &json!("")),
            (&json!("user"), &json!("Another bear")),
        ]
    );
    assert_eq!(messages[1]["films"][0]["title"], "Paddington");
    anna.api.delete(&path).by(&anna.token).expect(204).await;
    let gone = anna.api.get(&path).by(&anna.token).expect(404).await;
    assert_eq!(gone.code(), "assistant.conversation_not_found");
}

#[actix_web::test]
async fn conversations_are_listed_page_by_page_and_deleted_at_once() {
    let anna = anna().await;
    for question in ["first", "second", "third"] {
        anna.api.world.clock.advance(Duration::minutes(1));
        anna.api
            .world
            .has(a_conversation().of(anna.user.id).asking(question));
    }
    let list = async |query: &str| {
        let path = format!("/api/v1/assistant/conversations{query}");
        anna.api.get(path).by(&anna.token).expect(200).await.json()
    };
    let titles = |page: &Value| {
        let items = page["items"].as_array().unwrap().iter();
        items
            .map(|item| item["title"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let first = list("?limit=2").await;
    assert_eq!(titles(&first), ["third", "second"]);
    let cursor = first["next"].as_str().unwrap();
    let second = list(&format!("?limit=2&cursor={cursor}")).await;
    assert_eq!(
        (titles(&second), &second["next"]),
        (vec!["first".to_owned()], &Value::Null)
    );
    let all = "/api/v1/assistant/conversations";
    anna.api.delete(all).by(&anna.token).expect(204).await;
    assert!(titles(&list("").await).is_empty());
    let broken = anna
        .api
        .get(format!("{all}?cursor=x&limit=0"))
        .by(&anna.token)
        .expect(400)
        .await;
    assert_eq!(broken.faults().len(), 2);
}

#[actix_web::test]
async fn a_message_that_is_not_valid_is_refused_before_anything_is_streamed() {
    let anna = anna().await;
    for (body, fault) in [
        (json!({}), ("text", "missing")),
        (json!({ "text": " " }), ("text", "empty")),
        (json!({ "text": "x".repeat(2001) }), ("text", "too_long")),
        (
            json!({ "text": "x", "conversation_id": "y" }),
            ("conversation_id", "malformed"),
        ),
    ] {
        let call = anna.api.post("/api/v1/assistant/messages").by(&anna.token);
        let faults = call.json(body).expect(400).await.faults();
        assert_eq!(faults, [(fault.0.to_owned(), fault.1.to_owned())]);
    }
    let unknown = "00000000-0000-4000-8000-000000000000";
    let call = anna.api.post("/api/v1/assistant/messages").by(&anna.token);
    let call = call.json(json!({ "text": "x", "conversation_id": unknown }));
    assert_eq!(
        call.expect(404).await.code(),
        "assistant.conversation_not_found"
    );
}
