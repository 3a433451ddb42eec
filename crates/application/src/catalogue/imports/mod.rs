//! Films come into the catalogue from elsewhere, and are kept up with what is told of them there.
//!
//! What is told is matched and merged by rules of the domain. Nothing outside is asked while a unit of
//! work is open. Whoever imports takes turns with everybody else who does, on every instance, so that
//! of two who bring the same film at once the second finds it there.
mod import;
pub mod ports;

pub(crate) use import::ImportFilmsUseCase;
pub use import::{ImportError, ImportFilms, ImportTally, PageReached};
