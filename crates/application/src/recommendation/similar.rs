//! Films that are like one.
use super::{
    reasons::{Advice, Backing, RankingShow},
    recommender::{Recommender, TasteQueries},
};
use crate::{
    catalogue::ports::FilmQueries,
    shared::{
        actor::Actor,
        failure::failure,
        page::PageSize,
        store::StoreError,
        use_case::{UseCase, request},
    },
};
use async_trait::async_trait;
use domain::{catalogue::FilmId, identity::UserId, taste::Hide};
use shaku::Component;
use std::{collections::HashMap, sync::Arc};
use tracing::instrument;

/// Shows the films that are most like one, with the viewer's flags; films that the viewer has hidden are not
/// among them.
#[derive(Clone, Debug)]
pub struct ShowSimilar {
    /// Which film.
    pub film: FilmId,
    /// How many films at the most.
    pub most: PageSize,
}

/// Why no films were shown.
#[derive(Debug, thiserror::Error)]
pub enum SimilarError {
    /// There is no such film.
    #[error("Film not found")]
    FilmNotFound,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

failure!(SimilarError { FilmNotFound => NotFound "catalogue.film_not_found" } via Store);
request!(ShowSimilar => Advice, SimilarError);

#[derive(Component)]
#[shaku(interface = UseCase<ShowSimilar>)]
pub(crate) struct ShowSimilarUseCase {
    #[shaku(inject)]
    tastes: Arc<dyn TasteQueries>,
    #[shaku(inject)]
    recommender: Arc<dyn Recommender>,
    #[shaku(inject)]
    rankings: Arc<dyn RankingShow>,
    #[shaku(inject)]
    films: Arc<dyn FilmQueries>,
}

#[async_trait]
impl UseCase<ShowSimilar> for ShowSimilarUseCase {
    #[instrument(name = "recommendation.show_similar", skip_all, fields(film.id = %request.film))]
    async fn execute(&self, actor: &Actor, request: ShowSimilar) -> Result<Advice, SimilarError> {
        let viewer = actor.viewer();
        let hidden = self.hidden(viewer).await?;
        let most = usize::from(request.most.get());
        self.recommender.ready().await?;
        // So many more are asked for as may have to be left out.
        let ranking = self.recommender.similar(request.film, most + hidden.len());
        let Some(mut ranking) = ranking else {
            return self.nothing_known(request.film).await;
        };
        ranking
            .films
            .retain(|ranked| !hidden.contains_key(&ranked.film));
        ranking.films.truncate(most);
        let backing = Backing::LikenessTo(request.film);
        Ok(self.rankings.show(ranking, backing, viewer).await?)
    }
}

impl ShowSimilarUseCase {
    async fn hidden(&self, viewer: Option<UserId>) -> Result<HashMap<FilmId, Hide>, StoreError> {
        match viewer {
            Some(user) => Ok(self.tastes.read(user).await?.hidden.films),
            None => Ok(HashMap::new()),
        }
    }

    /// A film that has come only now is not known to the recommender yet.
    async fn nothing_known(&self, film: FilmId) -> Result<Advice, SimilarError> {
        let film = self.films.show(film, None).await?;
        film.ok_or(SimilarError::FilmNotFound)?;
        Ok(Advice {
            source: self.recommender.state().source,
            films: Vec::new(),
        })
    }
}
