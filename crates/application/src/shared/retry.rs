//! Trying again what failed only because others were changing the same.
use super::{
    actor::Actor,
    failure::Failure,
    use_case::{Request, UseCase},
};
use async_trait::async_trait;
use shaku::{Component, HasComponent, Interface, Module, ModuleBuildContext};
use std::{marker::PhantomData, sync::Arc};

/// A request that may be executed again when it failed by
/// [`Contention`](super::store::StoreError::Contention): its unit of work is undone then, and
/// whatever it does outside the store comes to the same when it is done twice.
pub trait Retryable: Request + Clone {}

/// Says that requests may be executed again.
macro_rules! retryable {
    ($($request:ty),+ $(,)?) => {
        $(impl $crate::shared::retry::Retryable for $request {})+
    };
}
pub(crate) use retryable;

/// Waits before something is tried again.
#[async_trait]
pub trait Backoff: Interface {
    /// Waits a little, after more failures for longer. Of several who wait at once each SHOULD wait for
    /// another time, so that they do not meet again.
    async fn wait(&self, failures: u32);
}

/// A use case that is executed again while others are in its way.
pub(crate) struct Retrying<U, R: Request> {
    use_case: Box<dyn UseCase<R>>,
    backoff: Arc<dyn Backoff>,
    wrapped: PhantomData<fn() -> U>,
}

/// The code of [`Contention`](super::store::StoreError::Contention), whichever error it lies in.
const CONTENTION: &str = "store.contention";
const MOST_RETRIES: u32 = 3;

impl<M, U, R> Component<M> for Retrying<U, R>
where
    M: Module + HasComponent<dyn Backoff>,
    U: Component<M, Interface = dyn UseCase<R>>,
    R: Retryable,
{
    type Interface = dyn UseCase<R>;
    type Parameters = U::Parameters;

    fn build(context: &mut ModuleBuildContext<M>, params: U::Parameters) -> Box<dyn UseCase<R>> {
        Box::new(Self {
            use_case: U::build(context, params),
            backoff: M::build_component(context),
            wrapped: PhantomData,
        })
    }
}

#[async_trait]
impl<U: 'static, R: Retryable> UseCase<R> for Retrying<U, R> {
    async fn execute(&self, actor: &Actor, request: R) -> Result<R::Response, R::Error> {
        for failures in 1..=MOST_RETRIES {
            let again = request.clone();
            match self.use_case.execute(actor, again).await {
                Err(failure) if failure.code() == CONTENTION => {
                    tracing::debug!(failures, "others were changing the same, trying again");
                    self.backoff.wait(failures).await;
                }
                outcome => return outcome,
            }
        }
        self.use_case.execute(actor, request).await
    }
}
