//! Answers that are the same for everybody, kept ready in memory.
//!
//! Each worker thread keeps its own, so that no lock is taken. What is kept is made anew after a few
//! seconds, which is how long a change of the vocabulary or the mixes takes to show.
use super::{
    conditional,
    language::{mark, preferred},
    problem::Problem,
    state::api,
};
use actix_web::{FromRequest, HttpRequest, HttpResponse, dev::Payload, http::header::HeaderValue};
use application::shared::clock::Clock;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use domain::shared::Language;
use shaku::HasComponent;
use std::{
    cell::RefCell,
    collections::HashMap,
    future::{Ready, ready},
};
use uuid::Uuid;

const KEPT_FOR: TimeDelta = TimeDelta::seconds(5);

/// What is the same for everybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SharedThing {
    /// All genres.
    Genres,
    /// One genre.
    Genre(Uuid),
    /// All moods.
    Moods,
    /// One mood.
    Mood(Uuid),
    /// All mixes.
    Mixes,
    /// One mix.
    Mix(Uuid),
}

/// The answers of one worker thread.
#[derive(Debug, Default)]
pub struct SharedAnswers(RefCell<HashMap<(SharedThing, Language), Kept>>);

#[derive(Clone, Debug)]
struct Kept {
    body: Bytes,
    etag: HeaderValue,
    until: DateTime<Utc>,
}

/// Answers one request for something that is the same for everybody.
#[derive(Debug)]
pub struct Shared {
    /// The request.
    pub req: HttpRequest,
    /// The language of the answer.
    pub language: Language,
}

impl FromRequest for Shared {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(preferred(req).map(|language| Self {
            req: req.clone(),
            language,
        }))
    }
}

impl Shared {
    /// Answers with what is kept, or with what `make` gives, which is kept from then on.
    ///
    /// # Errors
    /// What `make` fails with; failures are not kept.
    pub async fn answer(
        &self,
        thing: SharedThing,
        make: impl AsyncFnOnce() -> Result<Vec<u8>, Problem>,
    ) -> Result<HttpResponse, Problem> {
        let clock: &dyn Clock = api(&self.req)?.module.resolve_ref();
        let now = clock.now();
        let answers: &SharedAnswers = self.req.app_data().ok_or_else(Problem::internal)?;
        let kept = answers.find((thing, self.language), now);
        count(if kept.is_some() { "hit" } else { "miss" });
        let kept = match kept {
            Some(kept) => kept,
            None => answers.keep((thing, self.language), make().await?, now),
        };
        Ok(self.write(&kept))
    }

    fn write(&self, kept: &Kept) -> HttpResponse {
        let body = || kept.body.clone();
        let mut response = conditional::tagged(&self.req, &kept.etag, "public, max-age=60", body);
        mark(&self.req, &mut response, self.language);
        response
    }
}

fn count(outcome: &'static str) {
    telemetry::note_word("cache.outcome", outcome);
    metrics::counter!("filmhub_cache_total", "cache" => "shared_answers", "outcome" => outcome)
        .increment(1);
}

impl SharedAnswers {
    fn find(&self, key: (SharedThing, Language), now: DateTime<Utc>) -> Option<Kept> {
        let answers = self.0.borrow();
        answers.get(&key).filter(|kept| now < kept.until).cloned()
    }

    fn keep(&self, key: (SharedThing, Language), body: Vec<u8>, now: DateTime<Utc>) -> Kept {
        let kept = Kept {
            etag: conditional::tag(&body),
            body: body.into(),
            until: now + KEPT_FOR,
        };
        self.0.borrow_mut().insert(key, kept.clone());
        kept
    }
}
