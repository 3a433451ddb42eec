//! The shape of every use case.
use super::{actor::Actor, failure::Failure};
use async_trait::async_trait;
use shaku::Interface;

/// What is asked for; its name is the name of the use case.
pub trait Request: Send + 'static {
    /// What comes back.
    type Response: Send;
    /// What may go wrong.
    type Error: Failure;
}

/// The inbound port of one use case.
#[async_trait]
pub trait UseCase<R: Request>: Interface {
    /// Does it, or changes nothing.
    async fn execute(&self, actor: &Actor, request: R) -> Result<R::Response, R::Error>;
}

/// Names what a request gives back and how it may fail.
macro_rules! request {
    ($request:ty => $response:ty, $error:ty) => {
        impl $crate::shared::use_case::Request for $request {
            type Response = $response;
            type Error = $error;
        }
    };
}
pub(crate) use request;
