//! Learns from what many people did with films which of them go together, and ranks films for one person.
//!
//! Pure computation: people and films are numbers, and whatever is read, stored or shown is the business
//! of others. [`Model::train`] learns, [`Model::score`] ranks, and a model goes to bytes and back.
mod acts;
mod artifact;
mod closed_form;
mod leanings;
mod model;
mod neighbours;
mod numbers;
mod settings;
mod succession;
mod trend;

pub use acts::{Act, Acts};
pub use artifact::Unreadable;
pub use closed_form::NotInvertible;
pub use model::{Model, Past};
pub use neighbours::Neighbours;
pub use settings::Settings;
