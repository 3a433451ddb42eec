//! What a language model adds: films told from words about them.
//!
//! A model is never needed and never trusted. What it says is data: it is read within bounds, and a
//! film that it names counts only once it has been found in the catalogue.
pub mod ports;
pub mod recall;
