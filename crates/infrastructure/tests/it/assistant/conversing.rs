//! A model talks and uses tools.
use super::{config, model_at, model_of};
use application::{
    assistant::ports::{
        LanguageModel, Listener, ModelError, ModelState, Step, Talk, Tool, ToolOutcome, Turn,
    },
    fakes::{Fixture, a_film},
};
use async_trait::async_trait;
use domain::{assistant::MessageText, shared::Language};
use infrastructure::assistant::ModelConfig;
use serde_json::{Value, json};
use std::{
    sync::Mutex,
    time::{Duration, Instant},
};
use test_servers::{ModelAnswer, ModelServer};

const PATIENCE: Duration = Duration::from_secs(10);

/// Remembers what is heard.
#[derive(Default)]
struct Recorder(Mutex<Vec<String>>);

#[async_trait]
impl Listener for Recorder {
    async fn hear(&self, words: &str) {
        self.0.lock().unwrap().push(words.to_owned());
    }
}

impl Recorder {
    fn heard(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

async fn talk(
    model: &dyn LanguageModel,
    steps: &[Step],
    within: Duration,
) -> (Result<Turn, ModelError>, Vec<String>) {
    let recorder = Recorder::default();
    let talk = Talk {
        language: Language::English,
        steps,
        may_use_tools: true,
    };
    let turn = model.converse(talk, &recorder, within).await;
    (turn, recorder.heard())
}

fn hello() -> Vec<Step> {
    vec![Step::User("Something funny, «please»".to_owned())]
}

#[tokio::test]
async fn words_are_heard_as_they_come() {
    let server = ModelServer::start(|_| ModelAnswer::words("Смотрите «Паддингтон»."));
    let (turn, heard) = talk(&*model_of(&server), &hello(), PATIENCE).await;
    let turn = turn.unwrap();
    assert_eq!(turn.text, "Смотрите «Паддингтон».");
    assert!(turn.calls.is_empty());
    assert!(heard.len() > 1, "{heard:?}");
    assert_eq!(heard.concat(), turn.text);
    let body = &server.requests()[0].body;
    assert_eq!(
        (&body["stream"], &body["tool_choice"]),
        (&json!(true), &json!("auto"))
    );
    assert_eq!(
        body["messages"][1],
        json!({ "role": "user", "content": "Something funny, «please»" })
    );
    assert!(body["tools"].as_array().unwrap().len() >= 6);
}

#[tokio::test]
async fn wishes_are_understood_and_what_tools_told_is_passed_on() {
    let server = ModelServer::start(|request| {
        if request.body["messages"].as_array().unwrap().len() == 2 {
            ModelAnswer::Calls(
                "Let me see.".to_owned(),
                vec![
                    (
                        "search_films".to_owned(),
                        json!({ "description": "смешное", "include_watched": false }),
                    ),
                    ("list_films".to_owned(), json!({ "list": "wish" })),
                ],
            )
        } else {
            ModelAnswer::words("There.")
        }
    });
    let model = model_of(&server);
    let mut steps = hello();
    let (turn, heard) = talk(&*model, &steps, PATIENCE).await;
    let turn = turn.unwrap();
    assert_eq!(
        (turn.text.as_str(), heard.concat().as_str()),
        ("Let me see.", "Let me see.")
    );
    let ids: Vec<&str> = turn.calls.iter().map(|call| call.id.as_str()).collect();
    assert_eq!(ids, ["call-0", "call-1"]);
    assert_eq!(
        turn.calls[0].tool,
        Tool::SearchFilms {
            title: None,
            description: Some("смешное".to_owned()),
            includes_watched: false,
        }
    );
    let told = [
        ToolOutcome::Films(vec![application::catalogue::views::FlaggedFilm {
            card: card("Paddington"),
            flags: application::catalogue::views::Flags::default(),
        }]),
        ToolOutcome::Refused("no".to_owned()),
    ];
    let results: Vec<Step> = ids
        .iter()
        .zip(told)
        .map(|(id, told)| Step::Told((*id).to_owned(), told))
        .collect();
    steps.push(Step::Model(turn));
    steps.extend(results);
    let (turn, _) = talk(&*model, &steps, PATIENCE).await;
    assert_eq!(turn.unwrap().text, "There.");
    let messages = server.requests()[1].body["messages"].clone();
    assert_eq!(
        messages[2]["tool_calls"][0]["function"]["name"],
        "search_films"
    );
    assert_eq!(messages[3]["tool_call_id"], "call-0");
    let told: Value = serde_json::from_str(messages[3]["content"].as_str().unwrap()).unwrap();
    assert_eq!(told["films"][0]["title"], "Paddington");
    let told: Value = serde_json::from_str(messages[4]["content"].as_str().unwrap()).unwrap();
    assert_eq!(told, json!({ "error": "no" }));
}

fn card(title: &str) -> std::sync::Arc<application::catalogue::views::FilmCard> {
    let film = a_film().titled(title).build();
    std::sync::Arc::new(application::catalogue::views::FilmCard {
        id: film.id,
        title: title.to_owned(),
        description: "A bear.".to_owned(),
        country: None,
        release_year: Some(2014),
        poster: None,
        poster_looks: None,
        tmdb: None,
        owner: None,
        is_complete: true,
        revision: 1,
    })
}

#[tokio::test]
async fn a_stream_that_breaks_off_is_a_failure_though_words_were_heard() {
    let server = ModelServer::start(|_| ModelAnswer::BrokenOff("Watch Hea".to_owned()));
    let (turn, heard) = talk(&*model_of(&server), &hello(), PATIENCE).await;
    assert!(matches!(turn, Err(ModelError::Failed(_))), "{turn:?}");
    assert_eq!(heard.concat(), "Watch Hea");
}

#[tokio::test]
async fn a_stream_that_falls_silent_is_not_waited_for_and_is_closed() {
    let server = ModelServer::start(|_| ModelAnswer::FallsSilent("Watch".to_owned()));
    let started = Instant::now();
    let (turn, heard) = talk(&*model_of(&server), &hello(), Duration::from_millis(300)).await;
    assert!(matches!(turn, Err(ModelError::TooSlow)), "{turn:?}");
    assert_eq!(heard.concat(), "Watch");
    assert!(started.elapsed() < Duration::from_secs(5));
    until_left(&server).await;
}

#[tokio::test]
async fn a_listener_who_leaves_closes_the_stream() {
    let server = ModelServer::start(|_| ModelAnswer::FallsSilent("Watch".to_owned()));
    let model = model_of(&server);
    let steps = hello();
    let listening = talk(&*model, &steps, PATIENCE);
    assert!(
        tokio::time::timeout(Duration::from_millis(300), listening)
            .await
            .is_err()
    );
    until_left(&server).await;
    assert_eq!(model.state(), ModelState::Ready);
}

async fn until_left(server: &ModelServer) {
    let started = Instant::now();
    while server.left() == 0 {
        assert!(started.elapsed() < PATIENCE, "the stream is still open");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_model_that_talks_without_end_is_cut_off() {
    let server = ModelServer::start(|_| ModelAnswer::words("blah ".repeat(20_000)));
    let (turn, _) = talk(&*model_of(&server), &hello(), PATIENCE).await;
    let length = turn.unwrap().text.len();
    assert!(
        (MessageText::MAX..MessageText::MAX + 100).contains(&length),
        "{length}"
    );
}

#[tokio::test]
async fn what_is_no_stream_is_a_failure() {
    for (kind, body) in [
        (
            "text/event-stream",
            "data: {\"error\": {\"message\": \"overloaded\"}}\n\n",
        ),
        ("text/event-stream", "data: not json\n\n"),
        ("text/event-stream", ""),
        ("text/html", "<html>sign in first</html>"),
    ] {
        let server = ModelServer::start(move |_| ModelAnswer::Raw(kind.into(), body.into()));
        let (turn, heard) = talk(&*model_of(&server), &hello(), PATIENCE).await;
        assert!(turn.is_err(), "{body}: {turn:?}");
        assert!(heard.is_empty());
    }
}

#[tokio::test]
async fn failures_count_towards_leaving_the_server_alone() {
    let server = ModelServer::start(|_| ModelAnswer::BrokenOff("Watch".to_owned()));
    let model = model_of(&server);
    for _ in 0..3 {
        assert!(talk(&*model, &hello(), PATIENCE).await.0.is_err());
    }
    assert_eq!(model.state(), ModelState::Resting);
    let (turn, _) = talk(&*model, &hello(), PATIENCE).await;
    assert!(matches!(turn, Err(ModelError::NotReady)));
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn a_server_that_takes_no_keys_is_talked_to_without_one() {
    let server = ModelServer::start(|_| ModelAnswer::words("Yes."));
    let config = ModelConfig {
        key: None,
        ..config(&server)
    };
    let (turn, _) = talk(&*model_at(Some(&config)), &hello(), PATIENCE).await;
    assert_eq!(turn.unwrap().text, "Yes.");
    assert_eq!(server.requests()[0].authorization, None);
}
