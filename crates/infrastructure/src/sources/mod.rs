//! Films from other catalogues.
mod configured;

pub use configured::{ConfiguredFilmSources, ConfiguredFilmSourcesParameters, NoFilmSources};
