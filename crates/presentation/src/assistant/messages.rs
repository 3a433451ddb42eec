//! A user talks to the assistant, whose answer comes as server-sent events.
use crate::{
    ApiSettings,
    catalogue::film_view::FilmView,
    http::{
        body::JsonBody,
        checker::{Broken, Checker, Field},
        language::Preferred,
        problem::Problem,
        signed_in::SignedIn,
        state::{Settings, Use},
    },
};
use actix_web::Responder;
use actix_web_lab::sse::{Data, Event, Sse};
use application::assistant::{
    reply::{Reply, ReplyEvent, Teller, Unavailable},
    send_message::SendMessage,
};
use async_trait::async_trait;
use domain::{assistant::Question, shared::Language};
use futures_util::{Stream, stream};
use serde::{Deserialize, Serialize};
use std::{pin::Pin, task::Poll, time::Duration};
use tokio::sync::mpsc;
use utoipa::ToSchema;
use uuid::Uuid;

/// Proxies close connections on which nothing is said for a minute or so. And only by writing does a
/// server learn that a client has left: the first time is in vain, the second fails.
const KEEP_ALIVE: Duration = Duration::from_secs(5);
/// How many events wait for a slow reader before the model has to.
const IN_FLIGHT: usize = 16;

/// Something said to the assistant.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = MessageCreate)]
pub struct MessageBody {
    #[schema(value_type = String, required, min_length = 1, max_length = 2000, example = "Something funny for a rainy evening")]
    #[serde(default)]
    text: Field<String>,
    /// The conversation to go on with; a new one begins unless it is given.
    #[schema(value_type = Option<Uuid>)]
    #[serde(default)]
    conversation_id: Field<String>,
}

/// One server-sent event of an answer.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "only its shape is told; events are written by the framework"
)]
struct AnswerEvent {
    #[schema(example = "text")]
    event: String,
    /// JSON, by the kind of event.
    #[schema(example = "{\"text\":\"Try \"}")]
    data: String,
}

impl MessageBody {
    fn check(self, language: Language) -> Result<SendMessage, Problem> {
        let mut check = Checker::of_body();
        let question = check.required("text", self.text, |text| Question::parse(&text));
        let parse = |text: String| text.parse().map_err(|_malformed| Broken("must be a UUID"));
        let conversation = check.optional("conversation_id", self.conversation_id, parse);
        check.finish(|| {
            Some(SendMessage {
                conversation,
                question: question?,
                language,
            })
        })
    }
}

/// Says something to the assistant, and streams its answer.
///
/// The answer is a stream of server-sent events, each with JSON as its data: `conversation` (first, its
/// `id`), `text` (the next words), `films` (films of the catalogue to be shown beside the words),
/// `unavailable` (the model does not answer or does not go on; `reason` is `not_configured`,
/// `budget_spent` or `failed`, `message` says so in the language of `Accept-Language`; films that the
/// index finds follow) and `done` (last). Closing the connection stops the model.
#[utoipa::path(
    post, path = "/api/v1/assistant/messages", operation_id = "sendMessage", tag = "assistant", security(("bearer" = [])),
    params(("Accept-Language" = Option<String>, Header, description = "The language of the interface; the assistant answers in that of the message")),
    request_body = MessageBody,
    responses(
        (status = 200, description = "The answer, word by word", body = inline(AnswerEvent), content_type = "text/event-stream"),
        (status = 404, description = "The user has no such conversation"),
        (status = 409, description = "The conversation is full, or the user was removed meanwhile"),
    )
)]
pub async fn send_message(
    actor: SignedIn,
    language: Preferred,
    body: JsonBody<MessageBody>,
    send: Use<SendMessage>,
    settings: Settings,
) -> Result<impl Responder, Problem> {
    let reply = send.execute(&actor, body.0.check(language.0)?).await?;
    let events = events(reply, language.0, settings);
    Ok(Sse::from_infallible_stream(events).with_keep_alive(KEEP_ALIVE))
}

/// Passes on what is told to whoever reads the stream.
struct ToStream(mpsc::Sender<ReplyEvent>);

#[async_trait]
impl Teller for ToStream {
    async fn tell(&self, event: ReplyEvent) {
        // The stream and the answer are dropped together, so nobody is told when nobody reads.
        let _ = self.0.send(event).await;
    }
}

/// The answer as a stream that gives it while it is read: dropping the one drops the other.
fn events(reply: Reply, language: Language, settings: Settings) -> impl Stream<Item = Event> {
    let (sender, mut told) = mpsc::channel(IN_FLIGHT);
    let giving = async move { reply.give(&ToStream(sender)).await };
    let mut giving: Option<Pin<Box<dyn Future<Output = ()>>>> = Some(Box::pin(giving));
    stream::poll_fn(move |context| {
        if let Some(running) = &mut giving
            && running.as_mut().poll(context).is_ready()
        {
            giving = None;
        }
        match told.poll_recv(context) {
            Poll::Ready(Some(event)) => Poll::Ready(Some(write(&event, language, &settings))),
            Poll::Ready(None) => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
}

#[derive(Serialize)]
struct Started {
    id: Uuid,
}

#[derive(Serialize)]
struct Words<'a> {
    text: &'a str,
}

#[derive(Serialize)]
struct Films<'a> {
    films: Vec<FilmView<'a>>,
}

#[derive(Serialize)]
struct Reason {
    reason: &'static str,
    message: &'static str,
}

#[derive(Serialize)]
struct Nothing {}

fn write(event: &ReplyEvent, language: Language, settings: &ApiSettings) -> Event {
    match event {
        ReplyEvent::Started(conversation) => named(
            "conversation",
            &Started {
                id: conversation.as_uuid(),
            },
        ),
        ReplyEvent::Words(text) => named("text", &Words { text }),
        ReplyEvent::Films(films) => named(
            "films",
            &Films {
                films: FilmView::all(films, settings),
            },
        ),
        ReplyEvent::Unavailable(why) => named("unavailable", &reason(*why, language)),
        ReplyEvent::Done => named("done", &Nothing {}),
    }
}

fn named(name: &'static str, data: &impl Serialize) -> Event {
    // Strings, numbers and their like always serialise.
    let data = serde_json::to_string(data).unwrap_or_default();
    Event::Data(Data::new(data).event(name))
}

const fn reason(why: Unavailable, language: Language) -> Reason {
    let (reason, message) = match (why, language) {
        (Unavailable::NotConfigured, Language::English) => (
            "not_configured",
            "No language model is set up here. This is what the catalogue finds.",
        ),
        (Unavailable::NotConfigured, Language::Russian) => (
            "not_configured",
            "Языковая модель здесь не подключена. Вот что нашлось в каталоге.",
        ),
        (Unavailable::BudgetSpent, Language::English) => (
            "budget_spent",
            "The assistant has answered you as often as it may today. This is what the catalogue finds.",
        ),
        (Unavailable::BudgetSpent, Language::Russian) => (
            "budget_spent",
            "На сегодня вопросы к помощнику закончились. Вот что нашлось в каталоге.",
        ),
        (Unavailable::Failed, Language::English) => (
            "failed",
            "The assistant cannot answer now. This is what the catalogue finds.",
        ),
        (Unavailable::Failed, Language::Russian) => (
            "failed",
            "Помощник сейчас не может ответить. Вот что нашлось в каталоге.",
        ),
    };
    Reason { reason, message }
}
