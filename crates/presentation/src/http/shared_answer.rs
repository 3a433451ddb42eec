//! Answers that are the same for everybody, kept ready in memory.
//!
//! Each worker thread keeps its own, so that no lock is taken. What is kept is made anew after a few
//! seconds, which is how long a change of the vocabulary or the mixes takes to show.
use super::{
    language::{mark, preferred},
    problem::Problem,
    state::api,
};
use actix_web::{
    FromRequest, HttpRequest, HttpResponse,
    dev::Payload,
    http::header::{self, HeaderValue},
};
use application::shared::clock::Clock;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use domain::shared::Language;
use shaku::HasComponent;
use std::{
    cell::RefCell,
    collections::HashMap,
    future::{Ready, ready},
    hash::{DefaultHasher, Hasher},
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
    req: HttpRequest,
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
        let kept = match kept {
            Some(kept) => kept,
            None => answers.keep((thing, self.language), make().await?, now),
        };
        Ok(self.write(&kept))
    }

    fn write(&self, kept: &Kept) -> HttpResponse {
        let mut response = if self.is_known(&kept.etag) {
            HttpResponse::NotModified().finish()
        } else {
            HttpResponse::Ok()
                .insert_header((
                    header::CONTENT_TYPE,
                    HeaderValue::from_static("application/json"),
                ))
                .body(kept.body.clone())
        };
        let headers = response.headers_mut();
        headers.insert(header::ETAG, kept.etag.clone());
        headers.insert(
            header::CACHE_CONTROL,
            HeaderValue::from_static("public, max-age=60"),
        );
        mark(&mut response, self.language);
        response
    }

    /// Whether the client has it already; compared weakly (RFC 9110, section 13.1.2).
    fn is_known(&self, etag: &HeaderValue) -> bool {
        let mut wishes = self.req.headers().get_all(header::IF_NONE_MATCH);
        let Ok(etag) = etag.to_str() else {
            return false;
        };
        wishes.any(|wish| {
            wish.to_str().is_ok_and(|wish| {
                let mut tags = wish.split(',').map(str::trim);
                tags.any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
            })
        })
    }
}

impl SharedAnswers {
    fn find(&self, key: (SharedThing, Language), now: DateTime<Utc>) -> Option<Kept> {
        let answers = self.0.borrow();
        answers.get(&key).filter(|kept| now < kept.until).cloned()
    }

    fn keep(&self, key: (SharedThing, Language), body: Vec<u8>, now: DateTime<Utc>) -> Kept {
        let kept = Kept {
            etag: etag(&body),
            body: body.into(),
            until: now + KEPT_FOR,
        };
        self.0.borrow_mut().insert(key, kept.clone());
        kept
    }
}

fn etag(body: &[u8]) -> HeaderValue {
    let mut hasher = DefaultHasher::new();
    hasher.write(body);
    let tag = format!("\"{:016x}\"", hasher.finish());
    // Quoted hexadecimal digits are always fit for a header.
    HeaderValue::from_str(&tag).unwrap_or_else(|_| HeaderValue::from_static("\"0\""))
}
