//! Clients that ask too often are told so.
use super::{
    address::{is_inner, of_client},
    problem::Problem,
    signed_in,
};
use crate::Api;
use actix_web::{
    Error, HttpResponse,
    body::{EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method,
        header::{HeaderMap, HeaderName, HeaderValue},
    },
    middleware::Next,
};
use application::shared::limiter::{Asker, Counted, Standing};
use domain::identity::household;
use std::time::Duration;

const LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("ratelimit-reset");
const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// Counts a request before it is answered; `counted` says as what, unless its method does.
///
/// # Errors
/// What answering it fails with.
pub async fn limited<B: MessageBody + 'static>(
    counted: Option<Counted>,
    req: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let Some(standing) = take(counted, &req).await else {
        return Ok(next.call(req).await?.map_into_left_body());
    };
    let mut response = match standing.refused_for {
        None => next.call(req).await?.map_into_left_body(),
        Some(wait) => {
            let problem = Problem::too_many_requests(wait);
            let (request, _) = req.into_parts();
            ServiceResponse::new(request, HttpResponse::from_error(problem)).map_into_right_body()
        }
    };
    tell(&standing, response.headers_mut());
    Ok(response)
}

async fn take(counted: Option<Counted>, req: &ServiceRequest) -> Option<Standing> {
    if *req.method() == Method::OPTIONS {
        return None;
    }
    let by_method = if req.method().is_safe() {
        Counted::Read
    } else {
        Counted::Change
    };
    let what = counted.unwrap_or(by_method);
    let api = req.app_data::<Api>()?;
    let limiter = api.limiter.as_ref().filter(|limits| limits.is_on(what))?;
    let asker = asker(what, req, api)?;
    let standing = limiter.count.take(what, asker).await?;
    if standing.refused_for.is_some() {
        metrics::counter!("filmhub_http_limited_total", "what" => what.name()).increment(1);
    }
    Some(standing)
}

/// Whose request it is. Those of inner networks are of nobody who is counted, unless that is wanted: they
/// are this machine's own, or a proxy's that nobody named.
fn asker(what: Counted, req: &ServiceRequest, api: &Api) -> Option<Asker> {
    let network = &api.settings.network;
    let address = of_client(req.request(), network)?;
    if is_inner(address) && !network.counts_inner {
        return None;
    }
    let user = || signed_in::actor(req.request()).ok()?.viewer();
    let user = if what.is_at_the_door() { None } else { user() };
    let network = || Asker::Network(household(address));
    Some(user.map_or_else(network, Asker::User))
}

/// Tells how the client stands, in the form that is most widely understood.
fn tell(standing: &Standing, headers: &mut HeaderMap) {
    let rate = standing.rate;
    headers.insert(LIMIT, HeaderValue::from(rate.count.get()));
    headers.insert(REMAINING, HeaderValue::from(standing.left));
    headers.insert(RESET, HeaderValue::from(whole_seconds(standing.resets_in)));
    let policy = format!("{};w={}", rate.count, rate.per.as_secs());
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(POLICY, policy);
    }
}

/// Rounded up: who comes back then is not early.
pub fn whole_seconds(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}
