//! What a client calls a request that may come again.
use super::{checker::Checker, problem::Problem};
use actix_web::{FromRequest, HttpRequest, dev::Payload};
use application::shared::once::{InvalidOnceKey, OnceKey};
use std::future::{Ready, ready};

/// The header in which the key comes.
const HEADER: &str = "Idempotency-Key";

/// The key of a request, if it has one.
#[derive(Debug)]
pub struct MaybeOnce(pub Option<OnceKey>);

impl FromRequest for MaybeOnce {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(key(req).map(Self))
    }
}

fn key(req: &HttpRequest) -> Result<Option<OnceKey>, Problem> {
    let Some(value) = req.headers().get(HEADER) else {
        return Ok(None);
    };
    let mut check = Checker::of_parameters();
    let text = value.to_str().map_err(|_not_ascii| InvalidOnceKey);
    let key = check.value(HEADER, text.and_then(OnceKey::parse));
    check.finish(|| Some(key))
}
