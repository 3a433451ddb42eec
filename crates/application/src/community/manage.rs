//! The operator looks at communities and takes one out again.
use super::ports::CommunityQueries;
use crate::shared::{
    actor::{AccessDenied, Actor},
    failure::failure,
    store::{Store, StoreError},
    use_case::{UseCase, request},
};
use async_trait::async_trait;
use domain::community::{Community, CommunityName};
use shaku::Component;
use std::sync::Arc;
use tracing::instrument;

/// Lists communities, those whose import has not come to its end among them.
#[derive(Clone, Copy, Debug)]
pub struct ListCommunities;

/// Removes a community with everything that its raters said. Films that were made for it stay: somebody
/// may have them on a list. When it is broken off, the next one goes on; the community counts nowhere
/// from the beginning on.
#[derive(Clone, Debug)]
pub struct RemoveCommunity {
    /// Which one.
    pub name: CommunityName,
}

/// Why communities were not listed or removed.
#[derive(Debug, thiserror::Error)]
pub enum CommunityError {
    /// The actor may not.
    #[error(transparent)]
    Access(#[from] AccessDenied),
    /// There is no community of this name.
    #[error("there is no such community")]
    NotFound,
    /// Somebody else has begun to import or to remove it meanwhile.
    #[error("somebody else is importing or removing this community")]
    Overtaken,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

failure!(CommunityError {
    NotFound => NotFound "community.not_found",
    Overtaken => Conflict "community.import_overtaken",
} via Access, Store);
request!(ListCommunities => Vec<Community>, CommunityError);
request!(RemoveCommunity => (), CommunityError);

#[derive(Component)]
#[shaku(interface = UseCase<ListCommunities>)]
pub(crate) struct ListCommunitiesUseCase {
    #[shaku(inject)]
    queries: Arc<dyn CommunityQueries>,
}

#[async_trait]
impl UseCase<ListCommunities> for ListCommunitiesUseCase {
    #[instrument(name = "community.list_communities", skip_all)]
    async fn execute(
        &self,
        actor: &Actor,
        _: ListCommunities,
    ) -> Result<Vec<Community>, CommunityError> {
        actor.ensure_operator()?;
        Ok(self.queries.list().await?)
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<RemoveCommunity>)]
pub(crate) struct RemoveCommunityUseCase {
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<RemoveCommunity> for RemoveCommunityUseCase {
    #[instrument(name = "community.remove_community", skip_all, fields(community = %request.name))]
    async fn execute(&self, actor: &Actor, request: RemoveCommunity) -> Result<(), CommunityError> {
        actor.ensure_operator()?;
        let community = self.dissolve(&request.name).await?;
        while self.remove_some(&community).await? {}
        Ok(())
    }
}

impl RemoveCommunityUseCase {
    /// From then on it counts nowhere, and whoever imports it notices.
    async fn dissolve(&self, name: &CommunityName) -> Result<Community, CommunityError> {
        let uow = self.store.begin().await?;
        let found = uow.communities().find(name).await?;
        let mut community = found.ok_or(CommunityError::NotFound)?;
        community.dissolve();
        uow.communities().forget_totals(community.id).await?;
        uow.communities().save(&community).await?;
        uow.commit().await?;
        Ok(community)
    }

    /// Removes a part that does not hold up others, and says whether anything may be left.
    async fn remove_some(&self, community: &Community) -> Result<bool, CommunityError> {
        const RATERS: u32 = 200;
        let uow = self.store.begin().await?;
        let communities = uow.communities();
        if communities.find(&community.name).await?.as_ref() != Some(community) {
            return Err(CommunityError::Overtaken);
        }
        let is_left = communities.remove_ratings(community.id, RATERS).await?;
        if !is_left {
            communities.remove(community.id).await?;
        }
        uow.commit().await?;
        Ok(is_left)
    }
}
