//! What to watch: tonight, next, and together.
mod companionship;
mod reason;
mod shown;
mod together;
mod tonight;

pub use companionship::{
    Addressee, Agreement, CannotDecline, Companionship, CompanionshipId, NotInvited,
};
pub use reason::{Mentioned, Reason};
pub use shown::Shown;
pub use together::{GROUP_SIZES, GroupPick, Liking, choose_together};
pub use tonight::{
    Candidate, Recommendation, RecommendationId, choose_for_tonight, not_again_within,
};
