//! Adapters against the real things.
mod contract;
