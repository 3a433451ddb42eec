//! A handler that panics has failed, and nobody else has.
use super::problem::Problem;
use actix_web::{Handler, Responder};
use futures_util::{
    FutureExt,
    future::{CatchUnwind, Map},
};
use std::{any::Any, panic::AssertUnwindSafe, thread};

/// A handler whose panics are answered as failures of the service.
#[derive(Clone)]
pub struct Caught<F>(pub F);

type Tell<T> = fn(thread::Result<T>) -> Result<T, Problem>;

impl<F, Args> Handler<Args> for Caught<F>
where
    F: Handler<Args>,
    F::Output: Responder + 'static,
{
    type Output = Result<F::Output, Problem>;
    // What a handler leaves half done is its own, so nobody sees it after a panic.
    type Future = Map<CatchUnwind<AssertUnwindSafe<F::Future>>, Tell<F::Output>>;

    fn call(&self, args: Args) -> Self::Future {
        let answer = AssertUnwindSafe(self.0.call(args)).catch_unwind();
        answer.map(tell)
    }
}

fn tell<T>(answer: thread::Result<T>) -> Result<T, Problem> {
    answer.map_err(|panic| {
        tracing::error!(panic = message(&*panic), "a request panicked");
        Problem::internal()
    })
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}
