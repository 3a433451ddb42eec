//! What a client calls itself.
use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header};
use domain::identity::DeviceName;
use std::{
    convert::Infallible,
    future::{Ready, ready},
};

/// The client's `User-Agent`, cut to what is kept; nothing where there is none.
#[derive(Debug)]
pub struct Device(pub Option<DeviceName>);

impl FromRequest for Device {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let text = req
            .headers()
            .get(header::USER_AGENT)
            .and_then(|value| value.to_str().ok());
        let name = text.and_then(|text| {
            let cut: String = text.chars().take(DeviceName::MAX).collect();
            DeviceName::parse(&cut).ok()
        });
        ready(Ok(Self(name)))
    }
}
