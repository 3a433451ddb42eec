//! A model behind a server that speaks like OpenAI's.
use super::{
    connection::{Failure, ModelConnection},
    guessing,
};
use application::assistant::ports::{Guesses, LanguageModel, ModelError, ModelState, Remembered};
use async_trait::async_trait;
use serde_json::Value;
use shaku::Component;
use std::{sync::Arc, time::Duration};
use tokio::time::Instant;

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
}
