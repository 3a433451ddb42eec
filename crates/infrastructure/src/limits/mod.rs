//! Requests are counted, in the process and together with other instances.
mod bounded;
mod local;
mod shared;

pub use local::LocalLimiter;
pub use shared::SharedLimiter;

use application::shared::limiter::{Counted, Rate};
use std::collections::HashMap;

/// What is allowed; what is not named is not limited.
pub type Rates = HashMap<Counted, Rate>;
