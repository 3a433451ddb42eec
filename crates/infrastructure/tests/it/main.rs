//! The adapters against the real things: databases, file systems, servers.
#[cfg(test)]
mod assistant;
#[cfg(test)]
mod backlog;
#[cfg(test)]
mod brokers;
#[cfg(test)]
mod contention;
#[cfg(test)]
mod contract;
#[cfg(test)]
mod events;
#[cfg(test)]
mod film_feed;
#[cfg(test)]
mod image_inspector;
#[cfg(test)]
mod jobs;
#[cfg(test)]
mod mail;
#[cfg(test)]
mod migrating;
#[cfg(test)]
mod poster_images;
#[cfg(test)]
mod poster_storage;
#[cfg(test)]
mod sources;
#[cfg(test)]
mod telegram;
