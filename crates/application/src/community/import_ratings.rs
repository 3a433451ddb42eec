//! The operator brings a community of raters in.
use super::{
    ports::{BadFiles, FiledRating, RatingFiles, Survey},
    settle_films::{FilmSettler, SettledFilms},
};
use crate::{
    catalogue::ports::FilmIndex,
    jobs::handler::Progress,
    shared::{
        actor::{AccessDenied, Actor},
        clock::{Clock, IdGenerator},
        failure::failure,
        store::{Store, StoreError, UnitOfWork},
        use_case::{UseCase, request},
    },
};
use async_trait::async_trait;
use domain::{
    catalogue::FilmId,
    community::{Community, CommunityName, CommunityRating, Start},
};
use shaku::Component;
use std::{collections::HashMap, sync::Arc};
use tracing::instrument;

/// Imports files of ratings as a community of that name, or brings one that is there up to date with
/// them. Whatever ends an import, the next one of the same files goes on where it was; files that were
/// imported to their end are not read into the store again.
pub struct ImportRatings {
    /// What the community is called.
    pub name: CommunityName,
    /// The files.
    pub files: Arc<dyn RatingFiles>,
    /// Who is told how many ratings are stored, and asked whether to go on.
    pub progress: Arc<dyn Progress>,
}

/// What an import has brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedRatings {
    /// The community as it is now.
    pub community: Community,
    /// How many films were made for it.
    pub new_films: usize,
    /// Whether these files had been imported before, so that nothing was to be done.
    pub is_unchanged: bool,
}

/// Why ratings were not imported to their end.
#[derive(Debug, thiserror::Error)]
pub enum ImportRatingsError {
    /// The actor may not.
    #[error(transparent)]
    Access(#[from] AccessDenied),
    /// The files are not as they should be.
    #[error(transparent)]
    Files(#[from] BadFiles),
    /// It was told to stop.
    #[error("the import was stopped")]
    Stopped,
    /// Somebody else has begun to import or to remove the same community.
    #[error("somebody else is importing or removing this community")]
    Overtaken,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

failure!(ImportRatingsError {
    Stopped => Conflict "community.import_stopped",
    Overtaken => Conflict "community.import_overtaken",
} via Access, Files, Store);
request!(ImportRatings => ImportedRatings, ImportRatingsError);

#[derive(Component)]
#[shaku(interface = UseCase<ImportRatings>)]
pub(crate) struct ImportRatingsUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    ids: Arc<dyn IdGenerator>,
    #[shaku(inject)]
    index: Arc<dyn FilmIndex>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<ImportRatings> for ImportRatingsUseCase {
    #[instrument(name = "community.import_ratings", skip_all, fields(community = %request.name))]
    async fn execute(
        &self,
        actor: &Actor,
        request: ImportRatings,
    ) -> Result<ImportedRatings, ImportRatingsError> {
        actor.ensure_operator()?;
        let survey = request.files.survey().await?;
        let (community, start) = self.begin(&request.name, &survey).await?;
        let Start::After(done) = start else {
            return Ok(ImportedRatings {
                community,
                new_films: 0,
                is_unchanged: true,
            });
        };
        let total = survey.ratings;
        let films = self.settle_films(&community, survey, &request).await?;
        let community = self
            .bring_in(community, &films.places, &request, done..total)
            .await?;
        Ok(ImportedRatings {
            community: self.finish(community).await?,
            new_films: films.new,
            is_unchanged: false,
        })
    }
}

impl ImportRatingsUseCase {
    async fn begin(
        &self,
        name: &CommunityName,
        survey: &Survey,
    ) -> Result<(Community, Start), StoreError> {
        let uow = self.store.begin().await?;
        // Two that begin a community of one name at once must not both find it missing.
        uow.imports().take_turn().await?;
        let (communities, now) = (uow.communities(), self.clock.now());
        let found = communities.find(name).await?;
        let mut community = if let Some(community) = found {
            community
        } else {
            let id = communities.free_id().await?;
            Community::new(id, name.clone(), survey.digest.clone(), now)
        };
        let start = community.take_up(survey.digest.clone(), now);
        communities.save(&community).await?;
        uow.commit().await?;
        Ok((community, start))
    }

    async fn settle_films(
        &self,
        community: &Community,
        survey: Survey,
        request: &ImportRatings,
    ) -> Result<SettledFilms, ImportRatingsError> {
        let settler = FilmSettler {
            clock: &*self.clock,
            ids: &*self.ids,
            store: &*self.store,
        };
        let settled = settler
            .settle(community.id, survey.films, &*request.progress)
            .await;
        // Those that were made before it was stopped are there.
        self.index.nudge();
        settled
    }

    async fn bring_in(
        &self,
        mut community: Community,
        places: &HashMap<i64, FilmId>,
        request: &ImportRatings,
        ratings: std::ops::Range<u64>,
    ) -> Result<Community, ImportRatingsError> {
        let (mut done, total) = (ratings.start, ratings.end);
        let progress = &*request.progress;
        let mut portions = request.files.ratings(done);
        progress.report(done, Some(total)).await;
        while let Some(portion) = portions.next().await? {
            if progress.is_cancelled() {
                return Err(ImportRatingsError::Stopped);
            }
            done = done.saturating_add(u64::try_from(portion.len()).unwrap_or(u64::MAX));
            let ratings = newest_of_each(&portion, places)?;
            community = self.store_portion(community, &ratings, done).await?;
            progress.report(done, Some(total)).await;
        }
        if done != total {
            return Err(BadFiles::Changed.into());
        }
        Ok(community)
    }

    async fn store_portion(
        &self,
        mut community: Community,
        ratings: &[CommunityRating],
        done: u64,
    ) -> Result<Community, ImportRatingsError> {
        let uow = self.store.begin().await?;
        ensure_ours(&*uow, &community).await?;
        uow.communities().add_ratings(&community, ratings).await?;
        community.reach(done);
        uow.communities().save(&community).await?;
        uow.commit().await?;
        Ok(community)
    }

    async fn finish(&self, mut community: Community) -> Result<Community, ImportRatingsError> {
        let uow = self.store.begin().await?;
        ensure_ours(&*uow, &community).await?;
        let counted = uow.communities().settle(&community).await?;
        community.finish(counted.raters, counted.ratings, self.clock.now());
        uow.communities().save(&community).await?;
        uow.commit().await?;
        Ok(community)
    }
}

/// Lets those pass who find the community as they left it.
async fn ensure_ours(
    uow: &dyn UnitOfWork,
    community: &Community,
) -> Result<(), ImportRatingsError> {
    let found = uow.communities().find(&community.name).await?;
    if found.as_ref() == Some(community) {
        Ok(())
    } else {
        Err(ImportRatingsError::Overtaken)
    }
}

/// The ratings of a portion, of each rater the last one of a film: files may tell of one film under two
/// numbers.
fn newest_of_each(
    portion: &[FiledRating],
    places: &HashMap<i64, FilmId>,
) -> Result<Vec<CommunityRating>, BadFiles> {
    let mut newest: HashMap<(i64, FilmId), CommunityRating> = HashMap::with_capacity(portion.len());
    for filed in portion {
        let film = *places.get(&filed.item).ok_or(BadFiles::Changed)?;
        let rating = CommunityRating {
            rater: filed.rater,
            film,
            rating: filed.rating,
            rated_at: filed.rated_at,
        };
        newest
            .entry((filed.rater, film))
            .and_modify(|known| {
                if rating.rated_at >= known.rated_at {
                    *known = rating;
                }
            })
            .or_insert(rating);
    }
    Ok(newest.into_values().collect())
}
