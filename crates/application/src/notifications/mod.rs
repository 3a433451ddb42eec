//! What users are told without having asked just then: mails, what they want to hear of, and how they
//! stop it.
pub mod ports;
pub mod preferences;
pub mod send_letter;
pub mod unsubscribe;
pub(crate) mod welcome;
