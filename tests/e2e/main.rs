//! The product as its users meet it: the real binary in a process of its own, asked over HTTP, on
//! each of the databases.
#[macro_use]
#[cfg(test)]
mod app;
#[cfg(test)]
mod accounts;
#[cfg(test)]
mod assistant;
#[cfg(test)]
mod auth;
#[cfg(test)]
mod backup;
#[cfg(test)]
mod commands;
#[cfg(test)]
mod doctor;
#[cfg(test)]
mod events;
#[cfg(test)]
mod films;
#[cfg(test)]
mod imports;
#[cfg(test)]
mod jobs;
#[cfg(test)]
mod listing;
#[cfg(test)]
mod mail;
#[cfg(test)]
mod outage;
#[cfg(test)]
mod posters;
#[cfg(test)]
mod problems;
#[cfg(test)]
mod ratings;
#[cfg(test)]
mod recommend;
#[cfg(test)]
mod recommendations;
#[cfg(test)]
mod running;
#[cfg(test)]
mod search;
#[cfg(test)]
mod sessions;
#[cfg(test)]
mod stats;
#[cfg(test)]
mod taste;
#[cfg(test)]
mod telegram;
#[cfg(test)]
mod together;
#[cfg(test)]
mod upgrade;
#[cfg(test)]
mod vocabulary;
#[cfg(test)]
mod watching;
#[cfg(test)]
mod watchlists;

/// An identifier that nothing has.
#[expect(
    clippy::disallowed_methods,
    reason = "a story needs names that no other story has"
)]
fn unknown_id() -> uuid::Uuid {
    uuid::Uuid::new_v4()
}
