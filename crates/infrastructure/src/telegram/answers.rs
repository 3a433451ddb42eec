//! What the Bot API answers, and what its errors mean.
use application::telegram::ports::{RawUpdate, TelegramError, UpdateId};
use serde::Deserialize;
use serde_json::Value;
use std::time::Duration;

/// How long Telegram is left alone when it asks for that without saying for how long.
const USUAL_PAUSE: Duration = Duration::from_secs(5);

/// The envelope of every answer.
#[derive(Deserialize)]
struct Envelope {
    ok: bool,
    #[serde(default)]
    result: Value,
    #[serde(default)]
    error_code: u16,
    #[serde(default)]
    description: String,
    #[serde(default)]
    parameters: Parameters,
}

#[derive(Default, Deserialize)]
struct Parameters {
    retry_after: Option<u64>,
}

/// What was asked for, or what went wrong.
pub(super) fn read(status: u16, body: &[u8]) -> Result<Value, TelegramError> {
    let envelope: Envelope = match serde_json::from_slice(body) {
        Ok(envelope) => envelope,
        // What stands before Telegram, or a proxy on the way, answers with pages of its own.
        Err(why) if status < 500 && status != 429 => {
            return Err(TelegramError::Unreadable(why.into()));
        }
        Err(_page) => return Err(meaning(status, String::new(), None)),
    };
    if envelope.ok {
        return Ok(envelope.result);
    }
    let code = match envelope.error_code {
        0 => status,
        code => code,
    };
    let pause = envelope.parameters.retry_after.map(Duration::from_secs);
    Err(meaning(code, envelope.description, pause))
}

/// Telegram tells many things apart by words only.
fn meaning(code: u16, description: String, pause: Option<Duration>) -> TelegramError {
    let says = |words: &[&str]| {
        let description = description.to_lowercase();
        words.iter().any(|word| description.contains(word))
    };
    match code {
        429 => TelegramError::Busy {
            retry_after: pause.unwrap_or(USUAL_PAUSE),
        },
        // A path that does not exist is one with a token that does not.
        401 | 404 => TelegramError::TokenRefused,
        403 => TelegramError::Unwanted,
        409 => TelegramError::Conflict,
        400 if says(&["message is not modified"]) => TelegramError::Unchanged,
        400 if says(&["chat not found", "user is deactivated"]) => TelegramError::Unwanted,
        400 if says(&[
            "message can't be edited",
            "message to edit not found",
            "message_id_invalid",
            "query is too old",
            "query id is invalid",
        ]) =>
        {
            TelegramError::TooOld
        }
        500.. => TelegramError::Unavailable(format!("it answers with {code}").into()),
        _ => TelegramError::Refused(description),
    }
}

/// Updates, each as it was told; what has no number is no update.
pub(super) fn updates(result: Value) -> Result<Vec<RawUpdate>, TelegramError> {
    let Value::Array(updates) = result else {
        return Err(TelegramError::Unreadable("no list of updates".into()));
    };
    let read = updates.into_iter().filter_map(|update| {
        let id = update.get("update_id")?.as_i64()?;
        Some(RawUpdate {
            id: UpdateId(id),
            body: update.to_string(),
        })
    });
    Ok(read.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn refusal(code: u16, description: &str) -> TelegramError {
        let body = json!({ "ok": false, "error_code": code, "description": description });
        read(code, body.to_string().as_bytes()).unwrap_err()
    }

    #[test]
    fn what_telegram_says_is_understood() {
        use TelegramError as Error;
        assert!(matches!(refusal(401, "Unauthorized"), Error::TokenRefused));
        assert!(matches!(refusal(404, "Not Found"), Error::TokenRefused));
        assert!(matches!(refusal(409, "Conflict"), Error::Conflict));
        let blocked = "Forbidden: bot was blocked by the user";
        assert!(matches!(refusal(403, blocked), Error::Unwanted));
        let same =
            "Bad Request: message is not modified: specified new message content is the same";
        assert!(matches!(refusal(400, same), Error::Unchanged));
        let old =
            "Bad Request: query is too old and response timeout expired or query ID is invalid";
        assert!(matches!(refusal(400, old), Error::TooOld));
        let gone = "Bad Request: message to edit not found";
        assert!(matches!(refusal(400, gone), Error::TooOld));
        assert!(matches!(refusal(502, "Bad Gateway"), Error::Unavailable(_)));
        let other = refusal(400, "Bad Request: can't parse entities");
        assert!(matches!(other, Error::Refused(why) if why.contains("entities")));
    }

    #[test]
    fn a_pause_is_as_long_as_telegram_says() {
        let body = json!({
            "ok": false, "error_code": 429, "description": "Too Many Requests: retry after 7",
            "parameters": { "retry_after": 7 },
        });
        let failure = read(429, body.to_string().as_bytes()).unwrap_err();
        let TelegramError::Busy { retry_after } = failure else {
            panic!("{failure}");
        };
        assert_eq!(retry_after, Duration::from_secs(7));
        let page = read(429, b"<html>").unwrap_err();
        assert!(matches!(page, TelegramError::Busy { retry_after } if retry_after == USUAL_PAUSE));
    }

    #[test]
    fn pages_of_others_are_no_answers() {
        let unreadable = read(200, b"<html>").unwrap_err();
        assert!(matches!(unreadable, TelegramError::Unreadable(_)));
        let down = read(503, b"<html>").unwrap_err();
        assert!(matches!(down, TelegramError::Unavailable(_)));
    }

    #[test]
    fn what_is_no_update_is_passed_over() {
        let told = json!([{ "update_id": 7, "poll": {} }, { "message": {} }, 3]);
        let updates = updates(told).unwrap();
        assert_eq!(updates.len(), 1);
        assert_eq!(updates[0].id, UpdateId(7));
        assert!(updates[0].body.contains("poll"));
        assert!(super::updates(json!({})).is_err());
    }
}
