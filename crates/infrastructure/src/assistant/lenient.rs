//! JSON as models write it: in code fences, between sentences, with commas too many, and with numbers
//! that are texts.
use serde_json::Value;

/// The most bytes that are looked at.
const LONGEST: usize = 64 * 1024;
/// The most places where an object is looked for.
const MOST_STARTS: usize = 64;

/// The first object in a text that is acceptable.
pub(super) fn find_object(text: &str, is_acceptable: impl Fn(&Value) -> bool) -> Option<Value> {
    if text.len() > LONGEST {
        return None;
    }
    let starts = text.match_indices('{').take(MOST_STARTS);
    starts
        .filter_map(|(start, _)| parse(balanced(text.get(start..)?)?))
        .find(is_acceptable)
}

/// An object as it is written, to its closing brace.
fn balanced(text: &str) -> Option<&str> {
    let mut depth = 0_u32;
    for (place, letter, is_quoted) in letters(text) {
        match letter {
            '{' if !is_quoted => depth += 1,
            '}' if !is_quoted => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return text.get(..=place);
                }
            }
            _ => {}
        }
    }
    None
}

fn parse(text: &str) -> Option<Value> {
    let strict = serde_json::from_str(text);
    strict
        .or_else(|_| serde_json::from_str(&without_extra_commas(text)))
        .ok()
}

/// The same without commas that nothing follows.
fn without_extra_commas(text: &str) -> String {
    let is_extra = |place: usize| {
        let rest = text.get(place + 1..).unwrap_or_default().trim_start();
        rest.starts_with(['}', ']'])
    };
    letters(text)
        .filter(|(place, letter, is_quoted)| *letter != ',' || *is_quoted || !is_extra(*place))
        .map(|(_, letter, _)| letter)
        .collect()
}

/// Each letter with its place and whether it stands within quotation marks.
fn letters(text: &str) -> impl Iterator<Item = (usize, char, bool)> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    text.char_indices().map(move |(place, letter)| {
        let was_quoted = is_quoted;
        match letter {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            _ => {}
        }
        (place, letter, was_quoted)
    })
}

/// A text of at most so many characters, in one line; numbers are texts too.
pub(super) fn line(value: &Value, most: usize) -> Option<String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
    };
    let printable = text
        .chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter });
    let short: String = printable.take(most).collect();
    let short = short.trim();
    (!short.is_empty()).then(|| short.to_owned())
}

/// A number, also one that is written as a text, with a percent sign, or first among other things.
pub(super) fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => {
            let is_part = |letter: char| letter.is_ascii_digit() || letter == '.';
            let start = text.trim_start_matches(|letter: char| !letter.is_ascii_digit());
            let end = start.find(|letter| !is_part(letter)).unwrap_or(start.len());
            let number: f64 = start.get(..end)?.parse().ok()?;
            Some(if text.contains('%') {
                number / 100.0
            } else {
                number
            })
        }
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The items of an array; a single thing counts as an array of one.
pub(super) fn items(value: Option<&Value>) -> &[Value] {
    match value {
        None | Some(Value::Null) => &[],
        Some(Value::Array(items)) => items,
        Some(single) => std::slice::from_ref(single),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn found(text: &str) -> Option<Value> {
        find_object(text, |value| value.get("films").is_some())
    }

    #[test]
    fn an_object_is_found_in_fences_and_between_sentences() {
        let films = json!({ "films": [] });
        for text in [
            r#"{"films": []}"#,
            "```json\n{\"films\": []}\n```",
            "Sure! Here is what I think:\n{\"films\": []}\nHope this helps {and more}.",
            "<think>maybe {\"titles\": 1} or {this}</think>{\"films\": []}",
            r#"{"films": [],}"#,
            "{\"films\": [ , ]}".replace(" , ", "").as_str(),
        ] {
            assert_eq!(found(text), Some(films.clone()), "{text}");
        }
    }

    #[test]
    fn commas_and_braces_within_texts_are_kept() {
        let text = r#"{"films": ["a,]", "b\",}", "{"],}"#;
        assert_eq!(found(text), Some(json!({ "films": ["a,]", "b\",}", "{"] })));
    }

    #[test]
    fn what_is_no_object_or_too_long_is_not_found() {
        for text in ["", "I do not know.", "{", "{\"films\": [", "[]", "}{"] {
            assert_eq!(found(text), None, "{text}");
        }
        let long = format!("{}{{\"films\": []}}", " ".repeat(LONGEST));
        assert_eq!(found(&long), None);
    }

    #[test]
    fn numbers_are_read_however_they_are_written() {
        for (value, expected) in [
            (json!(1999), Some(1999.0)),
            (json!("1999"), Some(1999.0)),
            (json!("1999-03-31"), Some(1999.0)),
            (json!("c. 1999"), Some(1999.0)),
            (json!("90%"), Some(0.9)),
            (json!("0.7"), Some(0.7)),
            (json!("high"), None),
            (json!(null), None),
            (json!([1]), None),
        ] {
            assert_eq!(number(&value), expected, "{value}");
        }
    }

    #[test]
    fn lines_are_short_and_printable() {
        assert_eq!(line(&json!(" a\nb\u{7} "), 9).as_deref(), Some("a b"));
        assert_eq!(line(&json!("ёлка"), 2).as_deref(), Some("ёл"));
        assert_eq!(line(&json!(7), 9).as_deref(), Some("7"));
        assert_eq!(line(&json!(" "), 9), None);
        assert_eq!(line(&json!(true), 9), None);
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange(text in "[\\{\\}\\[\\],:\"\\\\a ё`]{0,80}") {
            let _ = find_object(&text, |_| true);
        }
    }
}
