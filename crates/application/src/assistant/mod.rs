//! What a language model adds: films told from words about them, and an assistant to talk to about
//! films.
//!
//! A model is never needed and never trusted. What it says is data: it is read within bounds, and a
//! film that it names counts only once it has been found in the catalogue.
pub(crate) mod asking;
pub mod conversations;
pub mod ports;
pub mod recall;
pub mod reply;
pub mod send_message;
pub(crate) mod toolbox;
