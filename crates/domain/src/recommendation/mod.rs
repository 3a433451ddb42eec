//! What to watch tonight.
mod tonight;

pub use tonight::{
    Candidate, Recommendation, RecommendationId, choose_for_tonight, not_again_within,
};
