//! What a language model adds, and that nothing needs it.
mod conversations;
mod gradient;
mod recall;
mod reply;
