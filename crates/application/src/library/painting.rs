//! Colours that suit what they stand behind.
use crate::{
    assistant::{
        asking::may_ask,
        ports::{LanguageModel, ModelBudget, ModelError, ModelPolicy, ModelState},
    },
    shared::{clock::Clock, failure::logged},
};
use async_trait::async_trait;
use domain::{
    identity::UserId,
    library::{Gradient, HexColor},
};
use shaku::{Component, Interface};
use std::sync::Arc;

/// How many posters are looked at, the newest first.
pub(crate) const POSTERS: u32 = 12;

/// What colours are wanted for.
#[derive(Clone, Copy, Debug)]
pub struct Canvas<'a> {
    /// What is written on them.
    pub title: &'a str,
    /// Against whose budget asking a model counts; for what is everybody's, nobody's.
    pub payer: Option<UserId>,
    /// The colours of the posters of the films behind it.
    pub posters: &'a [HexColor],
}

/// Chooses colours.
#[async_trait]
pub trait Painter: Interface {
    /// Colours that a model proposes and on which white text can be read, else those of the posters,
    /// else none.
    ///
    /// # Errors
    /// When the model could not be asked and there are too few posters.
    async fn paint(&self, canvas: Canvas<'_>) -> Result<Option<Gradient>, ModelError>;
}

#[derive(Component)]
#[shaku(interface = Painter)]
pub(crate) struct ModelPainter {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    model: Arc<dyn LanguageModel>,
    #[shaku(inject)]
    policy: Arc<dyn ModelPolicy>,
    #[shaku(inject)]
    budget: Arc<dyn ModelBudget>,
}

#[async_trait]
impl Painter for ModelPainter {
    async fn paint(&self, canvas: Canvas<'_>) -> Result<Option<Gradient>, ModelError> {
        let proposed = self.propose(&canvas).await;
        if let Ok(Some(gradient)) = proposed {
            return Ok(Some(gradient));
        }
        let Some(gradient) = Gradient::of_posters(canvas.posters) else {
            return proposed;
        };
        if let Err(failure) = &proposed {
            tracing::debug!(
                error = logged(failure),
                "colours are those of posters, the model failed"
            );
        }
        Ok(Some(gradient))
    }
}

impl ModelPainter {
    async fn propose(&self, canvas: &Canvas<'_>) -> Result<Option<Gradient>, ModelError> {
        if self.model.state() == ModelState::NotConfigured || !self.may_ask(canvas).await {
            return Ok(None);
        }
        let within = self.policy.limits().reply_within;
        match self.model.propose_colors(canvas.title, within).await {
            Ok(colors) => Ok(Gradient::readable(colors)),
            Err(ModelError::Unreadable) => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    async fn may_ask(&self, canvas: &Canvas<'_>) -> bool {
        if canvas.payer.is_none() {
            return true;
        }
        let most = self.policy.limits().daily_per_user;
        may_ask(&*self.budget, canvas.payer, most, self.clock.now()).await
    }
}
