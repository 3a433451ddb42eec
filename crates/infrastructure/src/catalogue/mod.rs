//! Adapters of the catalogue's ports.
pub mod film_index;
