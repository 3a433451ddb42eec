//! Ready-made mixes are browsed.
pub mod browse_mixes;
pub mod ports;
