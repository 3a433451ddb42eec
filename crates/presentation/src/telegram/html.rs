//! Words become HTML of Telegram's kind.
use std::fmt::Write;

/// Makes letters harmless that have a meaning in HTML.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// The beginning of a text, up to a number of letters, ended at a word.
pub(super) fn beginning(text: &str, most: usize) -> String {
    let text = text.trim();
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let cut: String = text.chars().take(most).collect();
    let whole = cut.rsplit_once(char::is_whitespace);
    let mut kept = whole.map_or(cut.as_str(), |(words, _)| words).to_owned();
    kept.push('…');
    kept
}

/// Puts texts in the places of their names, such as `{device}`, and makes them harmless.
pub(super) fn filled(template: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let (name, beyond) = after.split_once('}').unwrap_or((after, ""));
        let value = values.iter().find(|(known, _)| *known == name);
        // Writing to a string cannot fail.
        let _ = match value {
            Some((_, value)) => filled.write_str(&escaped(value)),
            None => write!(filled, "{{{name}}}"),
        };
        rest = beyond;
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_people_write_becomes_markup() {
        assert_eq!(
            escaped(r#"<b>"Tom & Jerry"</b>"#),
            "&lt;b&gt;&quot;Tom &amp; Jerry&quot;&lt;/b&gt;"
        );
        let filled = filled("from {device}, {other}", &[("device", "<i>{other}</i>")]);
        assert_eq!(filled, "from &lt;i&gt;{other}&lt;/i&gt;, {other}");
    }

    #[test]
    fn a_long_text_ends_at_a_word() {
        assert_eq!(beginning(" one two ", 7), "one two");
        assert_eq!(beginning("one two three", 9), "one two…");
        assert_eq!(beginning("однослово", 4), "одно…");
    }
}
