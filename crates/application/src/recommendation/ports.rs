//! What recommending asks of the outside world, beside the [recommender](super::recommender).
use crate::shared::{
    page::{Page, PageRequest},
    store::StoreError,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    catalogue::{FilmId, FilmKind, GenreId, MoodId, PersonId},
    identity::UserId,
    recommendation::{Addressee, Candidate, Companionship, CompanionshipId, Recommendation},
};
use shaku::Interface;
use std::collections::HashMap;

/// The repositories of this context, bound to one unit of work.
pub trait RecommendationStores {
    /// What was recommended.
    fn recommendations(&self) -> &dyn RecommendationRepository;
    /// Who agreed to be advised together.
    fn companions(&self) -> &dyn CompanionRepository;
    /// How much there is to learn that no model knows of.
    fn new_acts(&self) -> &dyn NewActs;
}

/// How much was told since a model was trained.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ActsSince {
    /// How many acts were counted.
    pub acts: u64,
    /// When the newest model was trained, if there is one.
    pub trained_at: Option<DateTime<Utc>>,
}

/// Counts acts that models could learn from.
#[async_trait]
pub trait NewActs: Send + Sync {
    /// Counts one more, and says how many there are since the newest model was trained. One statement.
    async fn count(&self, now: DateTime<Utc>) -> Result<ActsSince, StoreError>;
}

/// What suits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Films of any of these genres; with none, of any genre.
    pub genres: Vec<GenreId>,
    /// Moods that speak for a film, where nothing but moods was asked for.
    pub moods: Vec<MoodId>,
    /// Films, series or anime; without it, any.
    pub kind: Option<FilmKind>,
}

/// Keeps what was recommended, and finds what could be.
#[async_trait]
pub trait RecommendationRepository: Send + Sync {
    /// Keeps other recommendations for the user waiting until this unit of work ends; `false` when
    /// there is no such user.
    async fn take_turn(&self, user: UserId) -> Result<bool, StoreError>;
    /// Finds up to `most` films that suit, that the user has neither watched nor rated nor hidden, and
    /// that were not given after `since`. What the user wishes to see comes first, then what is among
    /// the `best`, then the rest in random order; each says its place among the best.
    async fn find_candidates(
        &self,
        user: UserId,
        wanted: &Wanted,
        best: &[FilmId],
        since: DateTime<Utc>,
        most: u32,
    ) -> Result<Vec<Candidate>, StoreError>;
    /// Notes that a film was given.
    async fn record(&self, recommendation: &Recommendation) -> Result<(), StoreError>;
    /// Forgets what was given before `before`; says how many.
    async fn forget_given(&self, before: DateTime<Utc>) -> Result<u64, StoreError>;
    /// Forgets what was last shown before `before`; says how many.
    async fn forget_shown(&self, before: DateTime<Utc>) -> Result<u64, StoreError>;
}

/// Notes which films were proposed.
#[async_trait]
pub trait ShownFilms: Interface {
    /// Counts one more time for each film, by one statement. Films or users that are not there (any
    /// more) MUST be left out.
    async fn note(
        &self,
        user: UserId,
        films: &[FilmId],
        at: DateTime<Utc>,
    ) -> Result<(), StoreError>;
}

/// The names of people, as they are shown with films.
#[async_trait]
pub trait PeopleNames: Interface {
    /// The names of those who are there; they may be some minutes old.
    async fn names(&self, people: &[PersonId]) -> Result<HashMap<PersonId, String>, StoreError>;
}

/// A new invitation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewInvitation {
    /// Which one.
    pub id: CompanionshipId,
    /// Who invites.
    pub inviter: UserId,
    /// Whom.
    pub addressee: Addressee,
    /// When.
    pub at: DateTime<Utc>,
}

/// Keeps who agreed to be advised together.
#[async_trait]
pub trait CompanionRepository: Send + Sync {
    /// Adds an invitation unless the same addressee is invited by the same user already; `false` when
    /// there are `most` of theirs. The invitee is the other active user who has this address, or alone
    /// has this name; that there is none MUST NOT show.
    async fn invite(&self, invitation: &NewInvitation, most: u32) -> Result<bool, StoreError>;
    /// Finds a companionship and keeps others from changing it until the unit of work ends.
    async fn find(&self, id: CompanionshipId) -> Result<Option<Companionship>, StoreError>;
    /// Stores how far it has come. What is accepted is then the only companionship of the two: others
    /// between them, whoever invited, MUST be gone.
    async fn save(&self, companionship: &Companionship) -> Result<(), StoreError>;
    /// Removes it.
    async fn remove(&self, id: CompanionshipId) -> Result<(), StoreError>;
    /// Forgets invitations made before `before` that nobody has accepted, and those that were accepted
    /// by somebody who left; says how many.
    async fn forget_unanswered(&self, before: DateTime<Utc>) -> Result<u64, StoreError>;
}

/// How a companionship looks to one of the two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompanionView {
    /// Which one.
    pub id: CompanionshipId,
    /// What the other is called: their name, or, as long as they have not accepted, what they were
    /// invited by.
    pub name: String,
    /// How it stands.
    pub standing: CompanionStanding,
    /// When the invitation was made.
    pub invited_at: DateTime<Utc>,
}

/// How a companionship stands, seen by one of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompanionStanding {
    /// They have invited the other, who has not accepted.
    Invited,
    /// They are invited by the other.
    InvitesMe,
    /// Both agreed.
    Companion {
        /// Since when.
        since: DateTime<Utc>,
    },
}

/// Somebody who agreed to be advised together with another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupMember {
    /// By which companionship.
    pub companionship: CompanionshipId,
    /// Who.
    pub user: UserId,
    /// Whether they may come in.
    pub is_active: bool,
}

/// Reads of companionships, each one statement.
#[async_trait]
pub trait CompanionQueries: Interface {
    /// Lists the companions and invitations of a user, the newest first. What they declined is left
    /// out; that the other declined MUST NOT show.
    async fn list(
        &self,
        user: UserId,
        page: PageRequest<CompanionshipId>,
    ) -> Result<Page<CompanionView, CompanionshipId>, StoreError>;
    /// Those of the companionships that the user and another have agreed to, in no particular order.
    async fn members(
        &self,
        user: UserId,
        companionships: &[CompanionshipId],
    ) -> Result<Vec<GroupMember>, StoreError>;
}
