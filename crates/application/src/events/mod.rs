//! What has happened is told: kept with the change that it tells of, handed on in order, and dealt with
//! once by each who wants to know.
pub mod administer;
pub mod broker;
mod envelope;
pub mod ports;

pub use envelope::EventEnvelope;
