//! What all routes share: how requests are read, how answers and problems are written.
pub mod answer;
pub mod body;
pub mod caught;
pub mod checker;
pub mod context;
pub mod cors;
pub mod cursor;
pub mod device;
pub mod language;
pub mod path;
pub mod problem;
pub mod query;
pub mod resource;
pub mod shared_answer;
pub mod signed_in;
pub mod state;
pub mod words;
