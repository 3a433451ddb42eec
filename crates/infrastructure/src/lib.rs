//! Adapters: how the ports of the application are met with databases, files and libraries.
pub mod catalogue;
