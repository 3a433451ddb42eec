//! Models: what they are learned from, where they are kept, and which serves.
mod learned;
mod model_files;
mod model_shelf;
mod reading;
mod workshop;

pub(crate) use learned::Learned;
pub use model_files::{DiskModelFiles, ModelFiles};
pub(crate) use model_shelf::ModelShelf;
pub use model_shelf::{KeptModel, SqlModelShelf};
pub use workshop::{SqlModelWorkshop, SqlModelWorkshopParameters};
