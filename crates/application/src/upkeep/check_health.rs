//! Tells whether each part that the service needs answers.
use crate::{
    catalogue::ports::{FilmIndex, PosterStore},
    shared::{
        actor::Actor,
        failure::{Failure, logged},
        store::{Store, StoreError},
        use_case::{UseCase, request},
    },
};
use async_trait::async_trait;
use shaku::Component;
use std::sync::Arc;

/// Asks every part.
#[derive(Debug)]
pub struct CheckHealth;

/// How one part is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartHealth {
    /// Which part: `database`, `storage` or `index`.
    pub name: &'static str,
    /// The code of what is wrong with it, if something is.
    pub problem: Option<&'static str>,
}

request!(CheckHealth => Vec<PartHealth>, StoreError);

#[derive(Component)]
#[shaku(interface = UseCase<CheckHealth>)]
pub(crate) struct CheckHealthUseCase {
    #[shaku(inject)]
    store: Arc<dyn Store>,
    #[shaku(inject)]
    posters: Arc<dyn PosterStore>,
    #[shaku(inject)]
    index: Arc<dyn FilmIndex>,
}

#[async_trait]
impl UseCase<CheckHealth> for CheckHealthUseCase {
    async fn execute(&self, _: &Actor, _: CheckHealth) -> Result<Vec<PartHealth>, StoreError> {
        Ok(vec![
            part("database", self.store.check().await),
            part("storage", self.posters.check().await),
            part("index", self.index.check().await),
        ])
    }
}

fn part<E: Failure>(name: &'static str, answer: Result<(), E>) -> PartHealth {
    let problem = answer.err().map(|failure| {
        tracing::debug!(
            error = logged(&failure),
            part = name,
            "a part does not answer"
        );
        failure.code()
    });
    PartHealth { name, problem }
}
