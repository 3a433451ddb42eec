//! What a language model adds, and that nothing needs it.
mod recall;
