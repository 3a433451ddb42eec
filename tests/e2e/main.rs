//! The product as its users meet it: the real binary in a process of its own, asked over HTTP, on
//! each of the databases.
#[macro_use]
mod app;
mod accounts;
mod auth;
mod commands;
mod films;
mod listing;
mod posters;
mod problems;
mod recommend;
mod running;
mod search;
mod sessions;
mod vocabulary;
mod watchlists;
