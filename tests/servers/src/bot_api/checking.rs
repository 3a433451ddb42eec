//! Requests are held to the specification of the Bot API.
use serde_json::{Map, Value};
use std::sync::LazyLock;

static SPECIFICATION: LazyLock<Value> = LazyLock::new(|| {
    serde_json::from_str(include_str!("methods.json")).expect("the specification is JSON")
});

/// Tags that messages may hold, of those that the bot uses.
const TAGS: [&str; 4] = ["<b>", "</b>", "<i>", "</i>"];

/// The fields of a method or a type.
fn fields_of(kind: &str, name: &str) -> Option<&'static Map<String, Value>> {
    SPECIFICATION.get(kind)?.get(name)?.as_object()
}

/// What is wrong with a request, if anything is.
pub(super) fn fault(method: &str, body: &Value) -> Option<String> {
    let Some(fields) = fields_of("methods", method) else {
        return Some("there is no such method".to_owned());
    };
    fault_of_object(fields, body)
        .or_else(|| body.get("text").and_then(|text| fault_of_text(body, text)))
        .or_else(|| fault_of_buttons(&body["reply_markup"]))
}

fn fault_of_object(fields: &Map<String, Value>, object: &Value) -> Option<String> {
    let Some(members) = object.as_object() else {
        return Some("an object is expected".to_owned());
    };
    for (name, field) in fields {
        if field["required"] == true && !members.contains_key(name) {
            return Some(format!("`{name}` is required"));
        }
    }
    members.iter().find_map(|(name, value)| {
        let Some(field) = fields.get(name) else {
            return Some(format!("there is no `{name}`"));
        };
        let types = field["types"].as_array().into_iter().flatten();
        let mut faults = types.map(|kind| fault_of_value(kind.as_str().unwrap_or_default(), value));
        // One of the types must do.
        if faults.clone().any(|fault| fault.is_none()) {
            return None;
        }
        let fault = faults.next().flatten().unwrap_or_default();
        Some(format!("`{name}`: {fault}"))
    })
}

fn fault_of_value(kind: &str, value: &Value) -> Option<String> {
    if let Some(item) = kind.strip_prefix("Array of ") {
        let Some(items) = value.as_array() else {
            return Some("an array is expected".to_owned());
        };
        return items.iter().find_map(|value| fault_of_value(item, value));
    }
    let is_right = match kind {
        "Integer" => value.is_i64(),
        "String" => value.is_string(),
        "Boolean" => value.is_boolean(),
        _ => match fields_of("types", kind) {
            Some(fields) => return fault_of_object(fields, value),
            None => value.is_object(),
        },
    };
    (!is_right).then(|| format!("{kind} is expected, got {value}"))
}

/// Texts are short enough, and hold no markup but what is meant to be.
fn fault_of_text(body: &Value, text: &Value) -> Option<String> {
    let text = text.as_str()?;
    if body.get("callback_query_id").is_some() {
        return (text.chars().count() > 200).then(|| "the notice is too long".to_owned());
    }
    if body["parse_mode"] != "HTML" {
        return Some("the text is to be HTML".to_owned());
    }
    let plain = TAGS
        .iter()
        .fold(text.to_owned(), |text, tag| text.replace(tag, ""));
    if plain.contains(['<', '>']) {
        return Some(format!("there is markup that is not known: {text}"));
    }
    for (open, close) in [("<b>", "</b>"), ("<i>", "</i>")] {
        if text.matches(open).count() != text.matches(close).count() {
            return Some(format!("`{open}` is not closed: {text}"));
        }
    }
    let entities = ["&amp;", "&lt;", "&gt;", "&quot;"];
    let read = entities
        .iter()
        .fold(plain, |text, entity| text.replace(entity, "."));
    if read.contains('&') {
        return Some(format!("an ampersand is bare: {text}"));
    }
    let length = read.chars().count();
    (!(1..=4096).contains(&length)).then(|| format!("the text has {length} letters"))
}

fn fault_of_buttons(markup: &Value) -> Option<String> {
    let rows = markup["inline_keyboard"].as_array()?;
    if rows
        .iter()
        .any(|row| row.as_array().is_none_or(Vec::is_empty))
    {
        return Some("a row has no buttons".to_owned());
    }
    let mut buttons = rows
        .iter()
        .flat_map(|row| row.as_array().into_iter().flatten());
    buttons.find_map(|button| {
        let data = button["callback_data"].as_str().unwrap_or_default();
        let is_right = (1..=64).contains(&data.len()) && button["text"] != "";
        (!is_right).then(|| format!("the button {button} is not valid"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_the_specification_says_is_held_to() {
        let good = json!({ "chat_id": 1, "text": "<b>a</b> &amp; b", "parse_mode": "HTML" });
        assert_eq!(fault("sendMessage", &good), None);
        assert!(fault("sendMessage", &json!({ "chat_id": 1 })).is_some());
        assert!(fault("sendMessages", &good).is_some());
        for (name, value) in [
            ("text", json!("a < b")),
            ("text", json!("<b>a")),
            ("text", json!("a & b")),
            ("text", json!("")),
            ("text", json!("a".repeat(4097))),
            ("chat_id", json!([1])),
            ("mood", json!("good")),
            (
                "reply_markup",
                json!({ "inline_keyboard": [[{ "text": "a" }]] }),
            ),
            ("reply_markup", json!({ "inline_keyboard": [[]] })),
            (
                "reply_markup",
                json!({ "inline_keyboard": [[{ "text": "a", "callback_data": "é".repeat(33) }]] }),
            ),
        ] {
            let mut bad = good.clone();
            bad[name] = value;
            assert!(fault("sendMessage", &bad).is_some(), "{bad}");
        }
    }
}
