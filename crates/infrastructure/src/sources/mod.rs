//! Films from other catalogues.
//!
//! [`Failover`] asks the configured sources in their order. Behind it each source has an adapter that
//! speaks its words, and before each a gate with a circuit breaker, a rate limiter, a quota and
//! retries. [`CachedSources`] remembers what they told. Nothing of it is needed: with no source configured, every answer is "none" and comes at
//! once.
mod adapters;
mod breaker;
mod budget;
mod cache;
mod configured;
mod failover;
mod gate;
mod http;
mod quota;

pub use budget::{FixedSearchBudget, FixedSearchBudgetParameters};
pub use cache::{CachedSources, InvalidRedisUrl, RedisAway, RedisShelf};
pub use configured::{ConfiguredFilmSources, ConfiguredFilmSourcesParameters, NoFilmSources};
pub use failover::{Failover, SourceConfig};
pub use http::{Endpoint, InvalidEndpoint, MOST_BYTES, outbound_client};
