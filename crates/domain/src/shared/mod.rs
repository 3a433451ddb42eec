//! Words that every context uses: typed identifiers and bounded text.
mod id;
mod language;
mod text;

pub use id::Id;
pub use language::{Language, UnknownLanguage};
pub(crate) use text::text_value;
pub use text::{InvalidText, TextRule, normalise_line, normalise_text};
