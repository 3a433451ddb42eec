//! The adapters against the real things: databases, file systems, servers.
mod contract;
mod image_inspector;
mod poster_storage;
