//! A mail as a server gets it.
use base64::{Engine, engine::general_purpose::STANDARD};

/// A mail as a server gets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivedMail {
    /// In whose name it comes.
    pub from: String,
    /// To whom.
    pub to: String,
    /// Head and body, byte for byte.
    pub data: String,
}

impl ReceivedMail {
    pub(super) fn new(from: String, to: String, data: String) -> Self {
        Self { from, to, data }
    }

    /// A line of its head, unfolded and in plain letters; empty where there is none.
    #[must_use]
    pub fn header(&self, name: &str) -> String {
        words(&header_of(&self.data, name))
    }

    /// The text of the part of this type.
    ///
    /// # Panics
    /// When there is none, or it is written in a way that mails are not.
    #[must_use]
    pub fn part(&self, kind: &str) -> String {
        let boundary = header_of(&self.data, "Content-Type");
        let (_, boundary) = boundary.split_once("boundary=\"").expect("it has parts");
        let boundary = boundary.trim_end_matches(['"', ';']);
        let border = format!("--{boundary}");
        let mut parts = self.data.split(&border).skip(1);
        let is_wanted =
            |part: &&str| header_of(part.trim_start(), "Content-Type").starts_with(kind);
        let part = parts.find(is_wanted);
        let part = part.expect("it has a part of this type").trim_start();
        let (_, body) = part.split_once("\r\n\r\n").expect("a part has a body");
        let bytes = match header_of(part, "Content-Transfer-Encoding").as_str() {
            "base64" => STANDARD.decode(body.replace("\r\n", "")).expect("base64"),
            "quoted-printable" => {
                let mode = quoted_printable::ParseMode::Strict;
                quoted_printable::decode(body, mode).expect("quoted-printable")
            }
            _ => body.as_bytes().to_vec(),
        };
        let text = String::from_utf8(bytes).expect("UTF-8");
        text.trim_end().replace("\r\n", "\n")
    }

    /// The address in its plain text that starts so.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn link(&self, start: &str) -> String {
        let plain = self.part("text/plain");
        let link = plain.lines().find(|line| line.starts_with(start));
        link.expect("it has such a link").to_owned()
    }
}

fn header_of(text: &str, name: &str) -> String {
    let head = text.split_once("\r\n\r\n").map_or(text, |(head, _)| head);
    let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
    let start = format!("{}:", name.to_ascii_lowercase());
    let mut lines = unfolded.lines();
    let found = lines.find(|line| line.to_ascii_lowercase().starts_with(&start));
    let value = found.and_then(|line| line.split_once(':'));
    value.map_or("", |(_, value)| value).trim().to_owned()
}

/// Words that are coded (RFC 2047), decoded.
fn words(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("=?utf-8?b?") {
        let (coded, beyond) = after.split_once("?=").expect("a coded word ends");
        // Blanks between coded words are none (RFC 2047, section 6.2).
        if !before.trim().is_empty() {
            plain.push_str(before);
        }
        let bytes = STANDARD.decode(coded).expect("base64");
        plain.push_str(&String::from_utf8(bytes).expect("UTF-8"));
        rest = beyond;
    }
    plain.push_str(rest);
    plain
}
