//! The HTTP face on fakes: what each path answers, and that nothing answers otherwise than the
//! document says.
mod auth;
mod bad_input;
mod client_contract;
mod films;
mod me;
mod openapi;
mod posters;
mod recommend;
mod sessions;
mod support;
mod surroundings;
mod vocabulary;
mod watchlists;
