//! A model helps to tell which film somebody means.
use super::{
    asking::{Deadline, may_ask},
    ports::{
        Embedder, Guesses, LanguageModel, ModelBudget, ModelLimits, ModelPolicy, ModelState,
        Remembered,
    },
    toolbox::is_meant,
};
use crate::{
    catalogue::{
        imports::FilmResolver,
        ports::{FilmIndex, FilmQueries, MeaningIndex},
    },
    shared::{actor::Actor, clock::Clock, failure::logged},
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::catalogue::{Confidence, FilmGuess, FilmId};
use futures_util::future::join;
use shaku::{Component, Interface};
use std::sync::Arc;

/// What a model contributed to a search.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Recalled {
    /// Words by which the film may be found; empty when there are none.
    pub(crate) terms: String,
    /// Films that are there and may be meant, the likeliest first.
    pub(crate) films: Vec<(FilmId, Confidence)>,
    /// Films that mean most nearly what was said, the nearest first.
    pub(crate) near: Vec<FilmId>,
}

/// Asks a model which film is meant.
#[async_trait]
pub(crate) trait Recall: Interface {
    /// What the model contributes; nothing when it cannot be asked, may not be asked any more today,
    /// or fails. It keeps within what is left of the time of a search that started at `since`.
    async fn recall(
        &self,
        actor: &Actor,
        remembered: Remembered<'_>,
        since: DateTime<Utc>,
    ) -> Option<Recalled>;
}

#[derive(Component)]
#[shaku(interface = Recall)]
pub(crate) struct ModelRecall {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    model: Arc<dyn LanguageModel>,
    #[shaku(inject)]
    embedder: Arc<dyn Embedder>,
    #[shaku(inject)]
    meanings: Arc<dyn MeaningIndex>,
    #[shaku(inject)]
    policy: Arc<dyn ModelPolicy>,
    #[shaku(inject)]
    budget: Arc<dyn ModelBudget>,
    #[shaku(inject)]
    index: Arc<dyn FilmIndex>,
    #[shaku(inject)]
    queries: Arc<dyn FilmQueries>,
    #[shaku(inject)]
    resolver: Arc<dyn FilmResolver>,
}

#[async_trait]
impl Recall for ModelRecall {
    async fn recall(
        &self,
        actor: &Actor,
        remembered: Remembered<'_>,
        since: DateTime<Utc>,
    ) -> Option<Recalled> {
        let limits = self.policy.limits();
        let states = [self.model.state(), self.embedder.state()];
        if !states.contains(&ModelState::Ready) || !self.may_ask(actor, limits).await {
            return None;
        }
        let until = Deadline {
            since,
            within: limits.search_within,
        };
        let (mut recalled, near) = join(
            self.guessed(remembered, &until),
            self.near(remembered, &until),
        )
        .await;
        recalled.near = near;
        (recalled != Recalled::default()).then_some(recalled)
    }
}

impl ModelRecall {
    /// What the model makes of the words; nothing when it cannot be asked or fails.
    async fn guessed(&self, remembered: Remembered<'_>, until: &Deadline) -> Recalled {
        if self.model.state() != ModelState::Ready {
            return Recalled::default();
        }
        let Some(guesses) = self.guess(remembered, until).await else {
            return Recalled::default();
        };
        let mut films: Vec<(FilmId, Confidence)> = Vec::with_capacity(guesses.films.len());
        for guess in most_likely_first(guesses.films) {
            if let Some(film) = self.resolve(&guess, until).await
                && !films.iter().any(|(known, _)| *known == film)
            {
                films.push((film, guess.confidence));
            }
        }
        Recalled {
            terms: guesses.terms.join(" "),
            films,
            near: Vec::new(),
        }
    }

    /// Films that mean the like; none when no model puts words into numbers, or it fails.
    async fn near(&self, remembered: Remembered<'_>, until: &Deadline) -> Vec<FilmId> {
        /// As many as of the other rankings.
        const ENOUGH: usize = 100;
        /// Models read no more at a time.
        const MOST_LETTERS: usize = 2_000;
        if self.embedder.state() != ModelState::Ready {
            return Vec::new();
        }
        let words = [remembered.title, Some(remembered.description)];
        let words: Vec<&str> = words.into_iter().flatten().collect();
        let words: String = words.join("\n").chars().take(MOST_LETTERS).collect();
        let within = until.left(self.clock.now());
        match self.embedder.embed(&[&words], within).await {
            Ok(meant) => match meant.into_iter().next() {
                Some(meant) => self.meanings.nearest(meant, ENOUGH).await,
                None => Vec::new(),
            },
            Err(failure) => {
                tracing::warn!(
                    error = logged(&failure),
                    "the model gave no numbers, words alone are searched"
                );
                Vec::new()
            }
        }
    }
}

fn most_likely_first(mut guesses: Vec<FilmGuess>) -> Vec<FilmGuess> {
    guesses.truncate(Guesses::MOST_FILMS);
    guesses.sort_by(|one, other| {
        let (one, other) = (one.confidence.get(), other.confidence.get());
        other.total_cmp(&one)
    });
    guesses
}

impl ModelRecall {
    async fn may_ask(&self, actor: &Actor, limits: ModelLimits) -> bool {
        let most = match actor {
            Actor::User(_) => limits.daily_per_user,
            Actor::Anonymous | Actor::System => limits.daily_of_visitors,
        };
        may_ask(&*self.budget, actor.viewer(), most, self.clock.now()).await
    }

    async fn guess(&self, remembered: Remembered<'_>, until: &Deadline) -> Option<Guesses> {
        let within = until.left(self.clock.now());
        match self.model.guess_films(remembered, within).await {
            Ok(guesses) => Some(guesses),
            Err(failure) => {
                tracing::warn!(
                    error = logged(&failure),
                    "the model did not help, the index answers alone"
                );
                None
            }
        }
    }

    /// The real film that is meant: one of the catalogue, else one that can be had elsewhere.
    async fn resolve(&self, guess: &FilmGuess, until: &Deadline) -> Option<FilmId> {
        if let Some(film) = self.find(guess).await {
            return Some(film);
        }
        let within = until.left(self.clock.now());
        if within.is_zero() {
            return None;
        }
        self.resolver.resolve(guess, within).await
    }

    async fn find(&self, guess: &FilmGuess) -> Option<FilmId> {
        const ENOUGH: usize = 8;
        for title in guess.titles() {
            let found = self.index.find_by_title(title, ENOUGH).await.ok()?;
            let films = self.queries.show_many(&found, None).await.ok()?;
            let meant = films.iter().find(|film| is_meant(guess, film));
            if let Some(film) = meant {
                return Some(film.card.id);
            }
        }
        None
    }
}
