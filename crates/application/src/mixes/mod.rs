//! Ready-made mixes are browsed, and get their colours.
pub mod browse_mixes;
pub mod choose_gradient;
pub mod ports;
