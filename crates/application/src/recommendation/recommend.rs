//! Films for one user, ranked, with reasons.
use super::{
    ports::ShownFilms,
    reasons::{Advice, Backing, RankingShow},
    recommender::{Recommender, Taste, TasteQueries},
    wishes::{Wishes, WishesError},
};
use crate::{
    catalogue::ports::Vocabulary,
    library::ports::{LibraryQueries, WatchlistRef},
    shared::{
        actor::{AccessDenied, Actor},
        clock::Clock,
        failure::{failure, logged},
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
    library::{NotYourWatchlist, WatchlistId},
    recommendation::Shown,
};
use shaku::Component;
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};
use tracing::instrument;

/// How much of something there is to be, from 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Degree(f32);

/// The number is no degree.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("must be between 0 and 1, got {0}")]
pub struct DegreeOutOfRange(pub f32);

impl Degree {
    /// The number, from 0 to 1.
    #[must_use]
    pub const fn get(self) -> f32 {
        self.0
    }
}

impl TryFrom<f32> for Degree {
    type Error = DegreeOutOfRange;
    fn try_from(degree: f32) -> Result<Self, DegreeOutOfRange> {
        if (0.0..=1.0).contains(&degree) {
            Ok(Self(degree))
        } else {
            Err(DegreeOutOfRange(degree))
        }
    }
}

/// Recommends films to the user, the best first.
///
/// Films that they have seen, rated, liked or hidden are never among them; what was recommended before
/// and not taken up comes later.
#[derive(Clone, Debug, Default)]
pub struct Recommend {
    /// Which films are wanted.
    pub wishes: Wishes,
    /// Films that are not.
    pub without_films: Vec<FilmId>,
    /// Lists whose films are not.
    pub without_lists: Vec<WatchlistRef>,
    /// How much the films shall differ from each other.
    pub diversity: Degree,
    /// How much films that few know are preferred.
    pub novelty: Degree,
    /// How many films at the most.
    pub most: PageSize,
}

/// Why nothing was recommended.
#[derive(Debug, thiserror::Error)]
pub enum RecommendError {
    /// The actor may not.
    #[error(transparent)]
    Access(#[from] AccessDenied),
    /// It cannot be found by what was asked for.
    #[error(transparent)]
    Wishes(#[from] WishesError),
    /// There is no such list.
    #[error("Watchlist not found")]
    WatchlistNotFound,
    /// The list is somebody else's.
    #[error(transparent)]
    NotYourWatchlist(#[from] NotYourWatchlist),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

failure!(RecommendError {
    WatchlistNotFound => NotFound "library.watchlist_not_found",
    NotYourWatchlist => Forbidden "library.not_your_watchlist",
} via Access, Wishes, Store);
request!(Recommend => Advice, RecommendError);

#[derive(Component)]
#[shaku(interface = UseCase<Recommend>)]
pub(crate) struct RecommendUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    vocabulary: Arc<dyn Vocabulary>,
    #[shaku(inject)]
    lists: Arc<dyn LibraryQueries>,
    #[shaku(inject)]
    tastes: Arc<dyn TasteQueries>,
    #[shaku(inject)]
    recommender: Arc<dyn Recommender>,
    #[shaku(inject)]
    rankings: Arc<dyn RankingShow>,
    #[shaku(inject)]
    shown: Arc<dyn ShownFilms>,
}

#[async_trait]
impl UseCase<Recommend> for RecommendUseCase {
    #[instrument(name = "recommendation.recommend", skip_all)]
    async fn execute(&self, actor: &Actor, request: Recommend) -> Result<Advice, RecommendError> {
        let user = actor.user()?.id;
        let now = self.clock.now();
        let most = usize::from(request.most.get());
        let mut filter = request.wishes.filter(&*self.vocabulary, most).await?;
        filter.without = self.listed(user, &request.without_lists).await?;
        filter.without.extend(request.without_films);
        filter.diversity = request.diversity.get();
        filter.novelty = request.novelty.get();
        let taste = self.tastes.read(user).await?;
        self.recommender.ready().await?;
        let ranking = self.recommender.recommend(&taste, &filter, now);
        let backing = Backing::Told(&taste, &filter.moods);
        let advice = self.rankings.show(ranking, backing, Some(user)).await?;
        self.note(user, &taste, &advice, now).await;
        Ok(advice)
    }
}

impl RecommendUseCase {
    /// The films of the user's lists; no statement where there are none to be left out.
    async fn listed(
        &self,
        user: UserId,
        lists: &[WatchlistRef],
    ) -> Result<HashSet<FilmId>, RecommendError> {
        let lists: Vec<WatchlistId> = lists.iter().map(|list| list.resolve(user)).collect();
        if lists.is_empty() {
            return Ok(HashSet::new());
        }
        let found = self.lists.list_films(&lists).await?;
        let mut films = HashSet::new();
        for list in &lists {
            let list = found.iter().find(|found| found.list == *list);
            let list = list.ok_or(RecommendError::WatchlistNotFound)?;
            if list.owner != user {
                return Err(NotYourWatchlist.into());
            }
            films.extend(list.films.iter().copied());
        }
        Ok(films)
    }

    /// Notes what is shown, but not what was shown just now. That it could not be noted is no reason to
    /// keep the films from the user.
    async fn note(&self, user: UserId, taste: &Taste, advice: &Advice, now: DateTime<Utc>) {
        let before: HashMap<FilmId, &Shown> = taste
            .shown
            .iter()
            .map(|shown| (shown.film, shown))
            .collect();
        let counts = |film: &FilmId| before.get(film).is_none_or(|shown| shown.counts_again(now));
        let shown = advice.films.iter().map(|advised| advised.film.card.id);
        let shown: Vec<FilmId> = shown.filter(counts).collect();
        if shown.is_empty() {
            return;
        }
        if let Err(failure) = self.shown.note(user, &shown, now).await {
            let error = logged(&failure);
            tracing::warn!(error, "what was recommended could not be noted");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_degree_is_from_nought_to_one() {
        for degree in [0.0, 0.5, 1.0] {
            assert_eq!(Degree::try_from(degree).map(Degree::get), Ok(degree));
        }
        for other in [-0.1, 1.1, f32::NAN, f32::INFINITY] {
            assert!(Degree::try_from(other).is_err(), "{other}");
        }
    }
}
