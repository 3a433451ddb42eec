//! A model behind a server that speaks like OpenAI's.
use super::{
    coloring,
    connection::{Failure, ModelConnection},
    conversing::{self, Hearing},
    guessing,
};
use application::assistant::ports::{
    Guesses, LanguageModel, Listener, ModelError, ModelState, Remembered, Talk, Turn,
};
use async_trait::async_trait;
use domain::{assistant::MessageText, library::HexColor};
use futures_util::StreamExt;
use serde_json::Value;
use shaku::Component;
use std::{sync::Arc, time::Duration};
use tokio::time::{Instant, timeout};

/// A model, or none.
#[derive(Component)]
#[shaku(interface = LanguageModel)]
pub struct OpenAiLanguageModel {
    connection: Option<Arc<ModelConnection>>,
}

impl OpenAiLanguageModel {
    fn connection(&self) -> Result<&ModelConnection, ModelError> {
        self.connection.as_deref().ok_or(ModelError::NotReady)
    }

    /// Asks for an answer in a form, or without one where the server does not know of forms.
    async fn ask_in_form(
        &self,
        request: Value,
        form: Value,
        within: Duration,
    ) -> Result<String, ModelError> {
        let connection = self.connection()?;
        let since = Instant::now();
        if connection.knows_forms() {
            let mut request = request.clone();
            if let Some(members) = request.as_object_mut() {
                members.insert("response_format".to_owned(), form);
            }
            match connection.ask(&request, within).await {
                Err(Failure::NotUnderstood(_)) => connection.forget_forms(),
                answer => return Ok(content(&answer?)?),
            }
        }
        let within = within.saturating_sub(since.elapsed());
        Ok(content(&connection.ask(&request, within).await?)?)
    }
}

/// The text of an answer; some servers send it in parts.
fn content(answer: &Value) -> Result<String, Failure> {
    let content = answer.pointer("/choices/0/message/content");
    match content {
        Some(Value::String(text)) => Ok(text.clone()),
        Some(Value::Array(parts)) => {
            let texts = parts.iter().filter_map(|part| part.get("text")?.as_str());
            Ok(texts.collect())
        }
        _ => Err(Failure::Unreadable),
    }
}

#[async_trait]
impl LanguageModel for OpenAiLanguageModel {
    fn state(&self) -> ModelState {
        let connection = self.connection.as_ref();
        connection.map_or(ModelState::NotConfigured, |connection| connection.state())
    }

    async fn guess_films(
        &self,
        remembered: Remembered<'_>,
        within: Duration,
    ) -> Result<Guesses, ModelError> {
        let request = guessing::request(&self.connection()?.model, remembered);
        let said = self.ask_in_form(request, guessing::form(), within).await?;
        guessing::read(&said).ok_or(ModelError::Unreadable)
    }

    async fn propose_colors(
        &self,
        title: &str,
        within: Duration,
    ) -> Result<[HexColor; 3], ModelError> {
        let request = coloring::request(&self.connection()?.model, title);
        let said = self.ask_in_form(request, coloring::form(), within).await?;
        coloring::read(&said).ok_or(ModelError::Unreadable)
    }

    async fn converse(
        &self,
        talk: Talk<'_>,
        listener: &dyn Listener,
        within: Duration,
    ) -> Result<Turn, ModelError> {
        let connection = self.connection()?;
        connection.admit()?;
        let request = conversing::request(&connection.model, talk);
        let hearing = async {
            let turn = timeout(within, hear(connection, &request, listener)).await;
            turn.unwrap_or(Err(Failure::TooSlow))
        };
        let turn = connection.timed("converse", hearing).await;
        connection.note(turn.as_ref().err());
        Ok(turn?)
    }
}

/// Hears a whole turn, or as much of it as is bearable.
async fn hear(
    connection: &ModelConnection,
    request: &Value,
    listener: &dyn Listener,
) -> Result<Turn, Failure> {
    let chat = connection.client.chat();
    let parts = chat.create_stream_byot::<_, Value>(request).await;
    let mut parts = parts.map_err(Failure::of)?;
    let mut hearing = Hearing::default();
    while let Some(part) = parts.next().await {
        let words = hearing.take(&part.map_err(Failure::of)?);
        let words = words.map_err(|failure| Failure::Failed(Box::new(failure)))?;
        if let Some(words) = words {
            listener.hear(&words).await;
        }
        if hearing.turn.text.len() > MessageText::MAX {
            return Ok(hearing.finish());
        }
    }
    if hearing.is_over() {
        return Ok(hearing.finish());
    }
    Err(Failure::Failed("the stream broke off".into()))
}
