//! What each use case promises, told on fakes: one sentence per outcome.
#[cfg(test)]
mod assistant;
#[cfg(test)]
mod catalogue;
#[cfg(test)]
mod community;
#[cfg(test)]
mod companions;
#[cfg(test)]
mod events;
#[cfg(test)]
mod identity;
#[cfg(test)]
mod jobs;
#[cfg(test)]
mod library;
#[cfg(test)]
mod mixes;
#[cfg(test)]
mod models;
#[cfg(test)]
mod notifications;
#[cfg(test)]
mod recommendation;
#[cfg(test)]
mod recommendations;
#[cfg(test)]
mod retry;
#[cfg(test)]
mod stats;
#[cfg(test)]
mod store;
#[cfg(test)]
mod support;
#[cfg(test)]
mod taste;
#[cfg(test)]
mod telegram;
#[cfg(test)]
mod together;
#[cfg(test)]
mod upkeep;
