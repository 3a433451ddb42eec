//! A user says of what they want to hear, and by which way.
use super::ports::NotificationQueries;
use crate::shared::{
    actor::{AccessDenied, Actor},
    failure::failure,
    retry::retryable,
    store::{Store, StoreError},
    use_case::{UseCase, request},
};
use async_trait::async_trait;
use domain::notifications::{Choice, Preferences};
use shaku::Component;
use std::sync::Arc;
use tracing::instrument;

/// Shows of what the user wants to hear.
#[derive(Debug)]
pub struct ShowPreferences;

/// Replaces what the user has chosen.
#[derive(Clone, Debug)]
pub struct ChoosePreferences {
    /// All that holds from now on.
    pub preferences: Preferences,
}

/// Why preferences were not shown or changed.
#[derive(Debug, thiserror::Error)]
pub enum PreferencesError {
    /// The actor may not.
    #[error(transparent)]
    Access(#[from] AccessDenied),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

failure!(PreferencesError {} via Access, Store);
request!(ShowPreferences => Preferences, PreferencesError);
request!(ChoosePreferences => (), PreferencesError);
retryable!(ChoosePreferences);

#[derive(Component)]
#[shaku(interface = UseCase<ShowPreferences>)]
pub(crate) struct ShowPreferencesUseCase {
    #[shaku(inject)]
    queries: Arc<dyn NotificationQueries>,
}

#[async_trait]
impl UseCase<ShowPreferences> for ShowPreferencesUseCase {
    #[instrument(name = "notifications.show_preferences", skip_all)]
    async fn execute(
        &self,
        actor: &Actor,
        _: ShowPreferences,
    ) -> Result<Preferences, PreferencesError> {
        let user = actor.user()?;
        Ok(self.queries.show_preferences(user.id).await?)
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<ChoosePreferences>)]
pub(crate) struct ChoosePreferencesUseCase {
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<ChoosePreferences> for ChoosePreferencesUseCase {
    #[instrument(name = "notifications.choose_preferences", skip_all)]
    async fn execute(
        &self,
        actor: &Actor,
        request: ChoosePreferences,
    ) -> Result<(), PreferencesError> {
        let user = actor.user()?;
        let choices: Vec<Choice> = request.preferences.choices().collect();
        let uow = self.store.begin().await?;
        uow.preferences().save(user.id, &choices).await?;
        uow.commit().await?;
        Ok(())
    }
}
