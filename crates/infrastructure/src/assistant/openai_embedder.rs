//! Texts become numbers at a server that speaks like OpenAI's.
use super::connection::{Failure, ModelConnection};
use application::assistant::ports::{Embedder, ModelError, ModelState};
use async_trait::async_trait;
use domain::catalogue::Meaning;
use serde_json::{Value, json};
use shaku::Component;
use std::{sync::Arc, time::Duration};

/// A model for numbers, or none.
#[derive(Component)]
#[shaku(interface = Embedder)]
pub struct OpenAiEmbedder {
    connection: Option<Arc<ModelConnection>>,
}

#[async_trait]
impl Embedder for OpenAiEmbedder {
    fn state(&self) -> ModelState {
        let connection = self.connection.as_ref();
        connection.map_or(ModelState::NotConfigured, |connection| connection.state())
    }

    fn model(&self) -> Option<String> {
        let connection = self.connection.as_ref()?;
        Some(connection.model.clone())
    }

    async fn embed(&self, texts: &[&str], within: Duration) -> Result<Vec<Meaning>, ModelError> {
        let connection = self.connection.as_ref().ok_or(ModelError::NotReady)?;
        let request = json!({
            "model": connection.model,
            "input": texts,
            "encoding_format": "float",
        });
        let answer = connection.ask_for_numbers(&request, within).await?;
        let meanings = read(&answer, texts.len()).ok_or(Failure::Unreadable);
        if let Err(failure) = &meanings {
            connection.note(Some(failure));
        }
        Ok(meanings?)
    }
}

/// Reads the numbers of so many texts, which are told in any order; nothing when any are missing.
fn read(answer: &Value, texts: usize) -> Option<Vec<Meaning>> {
    let told = answer.get("data")?.as_array()?;
    let mut meanings: Vec<Option<Meaning>> = vec![None; texts];
    for (one, place) in told.iter().zip(0_u64..) {
        let place = one.get("index").and_then(Value::as_u64).unwrap_or(place);
        let numbers = one.get("embedding")?.as_array()?;
        let numbers: Option<Vec<f32>> = numbers.iter().map(number).collect();
        let place = usize::try_from(place).ok()?;
        *meanings.get_mut(place)? = Meaning::from_numbers(&numbers?);
    }
    meanings.into_iter().collect()
}

/// A number in the precision that models have.
fn number(value: &Value) -> Option<f32> {
    serde_json::from_value(value.clone()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(data: &Value) -> Option<Vec<Vec<u8>>> {
        let meanings = read(&json!({ "data": data }), 2)?;
        Some(meanings.iter().map(Meaning::bytes).collect())
    }

    #[test]
    fn numbers_are_put_in_the_order_of_the_texts() {
        let (one, other) = (json!([1.0, 0]), json!([0, 1]));
        let expected = Some(vec![vec![127, 0], vec![0, 127]]);
        let in_order = json!([{ "embedding": one }, { "embedding": other }]);
        assert_eq!(told(&in_order), expected);
        let mixed = json!([
            { "index": 1, "embedding": other },
            { "index": 0, "embedding": one },
        ]);
        assert_eq!(told(&mixed), expected);
    }

    #[test]
    fn anything_else_is_nothing() {
        let good = json!({ "embedding": [1.0, 0.0] });
        for data in [
            json!([good]),
            json!([good, good, good]),
            json!([good, { "embedding": [0.0, 0.0] }]),
            json!([good, { "embedding": ["1", "2"] }]),
            json!([good, { "embedding": "AAAA" }]),
            json!([good, { "index": 0, "embedding": [1.0] }]),
            json!("no"),
            json!(null),
        ] {
            assert_eq!(told(&data), None, "{data}");
        }
    }
}
