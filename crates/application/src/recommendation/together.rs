//! Films for several users at once.
//!
//! Each one's taste is read for this alone: what comes out is one ranking, and reasons that refer to
//! nothing but what everybody may hear and what the one who asks has told.
use super::{
    ports::{CompanionQueries, GroupMember},
    reasons::{Advice, Backing, RankingShow},
    recommender::{Filter, Recommender, Taste, TasteQueries},
    wishes::{Wishes, WishesError},
};
use crate::{
    catalogue::ports::Vocabulary,
    shared::{
        actor::{AccessDenied, Actor},
        clock::Clock,
        failure::failure,
        page::PageSize,
        store::StoreError,
        use_case::{UseCase, request},
    },
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    catalogue::FilmId,
    identity::UserId,
    recommendation::{CompanionshipId, GROUP_SIZES, GroupPick, Liking, Reason, choose_together},
};
use shaku::Component;
use std::{collections::HashMap, sync::Arc};
use tracing::instrument;

/// Recommends films to the user and companions of theirs, the best first.
///
/// What one of them has seen, hidden, or is expected to dislike is not among them.
#[derive(Clone, Debug, Default)]
pub struct RecommendTogether {
    /// With whom.
    pub companions: Vec<CompanionshipId>,
    /// Which films are wanted.
    pub wishes: Wishes,
    /// How many films at the most.
    pub most: PageSize,
}

/// Why nothing was recommended.
#[derive(Debug, thiserror::Error)]
pub enum TogetherError {
    /// The actor may not.
    #[error(transparent)]
    Access(#[from] AccessDenied),
    /// There are too few of them, or too many.
    #[error("name between 1 and {most} companions", most = GROUP_SIZES.end() - 1)]
    GroupSize,
    /// Somebody has not agreed to be advised together, or does not agree any more.
    #[error("somebody of the group is not your companion, or not any more")]
    NotCompanions,
    /// Somebody may not come in at present.
    #[error("somebody of the group cannot take part at present")]
    CompanionAway,
    /// It cannot be found by what was asked for.
    #[error(transparent)]
    Wishes(#[from] WishesError),
    /// There is no film that none of them would dislike.
    #[error("Nothing suits everyone")]
    NothingSuits,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

failure!(TogetherError {
    GroupSize => Invalid "recommendation.group_size",
    NotCompanions => Forbidden "recommendation.not_companions",
    CompanionAway => Conflict "recommendation.companion_away",
    NothingSuits => NotFound "recommendation.nothing_suits",
} via Access, Wishes, Store);
request!(RecommendTogether => Advice, TogetherError);

#[derive(Component)]
#[shaku(interface = UseCase<RecommendTogether>)]
pub(crate) struct RecommendTogetherUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    vocabulary: Arc<dyn Vocabulary>,
    #[shaku(inject)]
    companions: Arc<dyn CompanionQueries>,
    #[shaku(inject)]
    tastes: Arc<dyn TasteQueries>,
    #[shaku(inject)]
    recommender: Arc<dyn Recommender>,
    #[shaku(inject)]
    rankings: Arc<dyn RankingShow>,
}

#[async_trait]
impl UseCase<RecommendTogether> for RecommendTogetherUseCase {
    #[instrument(name = "recommendation.recommend_together", skip_all)]
    async fn execute(
        &self,
        actor: &Actor,
        request: RecommendTogether,
    ) -> Result<Advice, TogetherError> {
        let user = actor.user()?.id;
        let group = self.group(user, request.companions).await?;
        let most = usize::from(request.most.get());
        let mut filter = request.wishes.filter(&*self.vocabulary, most).await?;
        let tastes = self.tastes.read_many(&group).await?;
        filter.without = tastes.iter().flat_map(Taste::settled_films).collect();
        self.recommender.ready().await?;
        let now = self.clock.now();
        let picks = choose_together(self.likings(&tastes, &filter, now), most);
        let own = tastes.into_iter().next().unwrap_or_default();
        if picks.is_empty() {
            return Err(TogetherError::NothingSuits);
        }
        self.show(user, &own, filter, &picks, now).await
    }
}

impl RecommendTogetherUseCase {
    /// Who is advised, the one who asks first.
    async fn group(
        &self,
        user: UserId,
        mut companions: Vec<CompanionshipId>,
    ) -> Result<Vec<UserId>, TogetherError> {
        companions.sort_unstable();
        companions.dedup();
        if !GROUP_SIZES.contains(&(companions.len() + 1)) {
            return Err(TogetherError::GroupSize);
        }
        let members = self.companions.members(user, &companions).await?;
        if members.len() < companions.len() {
            return Err(TogetherError::NotCompanions);
        }
        if !members.iter().all(|member| member.is_active) {
            return Err(TogetherError::CompanionAway);
        }
        let others = members.into_iter().map(|GroupMember { user, .. }| user);
        Ok(std::iter::once(user).chain(others).collect())
    }

    /// How much each of them is expected to like each film that all of them may be recommended.
    fn likings(
        &self,
        tastes: &[Taste],
        filter: &Filter,
        now: DateTime<Utc>,
    ) -> Vec<(FilmId, Vec<Liking>)> {
        let mut films: Vec<FilmId> = Vec::new();
        let mut scores: Vec<HashMap<FilmId, f32>> = Vec::with_capacity(tastes.len());
        for taste in tastes {
            scores.push(self.recommender.score(taste, filter, now).films);
        }
        if let Some((first, others)) = scores.split_first() {
            let is_for_all = |film: &&FilmId| others.iter().all(|each| each.contains_key(film));
            films.extend(first.keys().filter(is_for_all));
        }
        let each: Vec<Vec<Liking>> = scores
            .iter()
            .map(|scores| {
                let of = |film| scores.get(film).copied().unwrap_or_default();
                Liking::of_scores(&films.iter().map(of).collect::<Vec<f32>>())
            })
            .collect();
        let liked = films.iter().enumerate().map(|(place, film)| {
            let likings = each
                .iter()
                .filter_map(|likings| likings.get(place).copied());
            (*film, likings.collect())
        });
        liked.collect()
    }

    /// Shows what was chosen, with what speaks for it by what the one who asks has told.
    async fn show(
        &self,
        user: UserId,
        own: &Taste,
        filter: Filter,
        picks: &[GroupPick],
        now: DateTime<Utc>,
    ) -> Result<Advice, TogetherError> {
        let filter = Filter {
            only: Some(picks.iter().map(|pick| pick.film).collect()),
            ..filter
        };
        let mut ranking = self.recommender.recommend(own, &filter, now);
        let place = |film: FilmId| picks.iter().position(|pick| pick.film == film);
        ranking.films.sort_by_key(|ranked| place(ranked.film));
        let backing = Backing::Told(own, &filter.moods);
        let mut advice = self.rankings.show(ranking, backing, Some(user)).await?;
        for advised in &mut advice.films {
            let pick = picks.iter().find(|pick| pick.film == advised.film.card.id);
            advised.score = pick.map_or(0.0, |pick| pick.least.get());
            advised.reasons.insert(0, Reason::SuitsEverybody);
        }
        Ok(advice)
    }
}
