//! A request that panics has failed, and nobody else has.
use super::{problem::Problem, state::api};
use actix_web::{Error, FromRequest, Handler, HttpRequest, Responder, web::Payload};
use futures_util::{FutureExt, future::LocalBoxFuture};
use std::{any::Any, marker::PhantomData, panic::AssertUnwindSafe};

/// A handler whose panics, and those of what is read for it, are answered as failures of the service.
///
/// It reads the handler's arguments itself: the framework would do so outside of what can be caught
/// here, and further out nothing is left of the request that could be answered.
pub struct Caught<F, Args> {
    handler: F,
    arguments: PhantomData<fn(Args)>,
}

impl<F, Args> Caught<F, Args> {
    /// Catches what this handler lets fall.
    pub const fn new(handler: F) -> Self {
        Self {
            handler,
            arguments: PhantomData,
        }
    }
}

impl<F: Clone, Args> Clone for Caught<F, Args> {
    fn clone(&self) -> Self {
        Self::new(self.handler.clone())
    }
}

impl<F, Args> Handler<(HttpRequest, Payload)> for Caught<F, Args>
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    type Output = Result<F::Output, Error>;
    type Future = LocalBoxFuture<'static, Self::Output>;

    fn call(&self, (req, payload): (HttpRequest, Payload)) -> Self::Future {
        let handler = self.handler.clone();
        let answer = async move {
            let mut payload = payload.into_inner();
            let arguments = Args::from_request(&req, &mut payload).await;
            let arguments = arguments.map_err(Into::into)?;
            // Only now: a body may take its time to arrive, and nobody is to wait for that.
            let _place = match req.app_data::<Uncrowded>() {
                None => Some(api(&req)?.crowd.enter().await?),
                Some(_) => None,
            };
            Ok(handler.call(arguments).await)
        };
        Box::pin(caught(answer).map(|answer| answer?))
    }
}

/// Put beside a path whose requests take no place in the crowd.
#[derive(Clone, Copy, Debug)]
pub struct Uncrowded;

/// What something comes to, or a failure of the service when it panics.
///
/// # Errors
/// [`Problem::internal`] after a panic.
pub async fn caught<T>(doing: impl Future<Output = T>) -> Result<T, Problem> {
    // What is left half done belongs to the request, so nobody sees it after a panic.
    let done = AssertUnwindSafe(doing).catch_unwind().await;
    done.map_err(|panic| {
        tracing::error!(panic = message(&*panic), "a request panicked");
        Problem::internal()
    })
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}
