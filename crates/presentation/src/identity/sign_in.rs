//! Somebody signs in with e-mail and password and gets one long-lived token.
use super::view::SignedInView;
use crate::http::{
    answer,
    body::JsonBody,
    checker::{Checker, Field},
    device::Opening,
    problem::Problem,
    state::Use,
};
use actix_web::HttpResponse;
use application::{identity::sign_in::SignIn, shared::actor::Actor};
use domain::identity::{EmailAddress, NewPassword};
use serde::Deserialize;
use std::convert::Infallible;
use utoipa::ToSchema;

/// What somebody signs in with.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = UserLogin)]
pub struct SignInBody {
    #[schema(value_type = String, required, example = "ann@example.org")]
    #[serde(default)]
    email: Field<String>,
    #[schema(value_type = String, required, format = Password, example = "correct horse battery staple")]
    #[serde(default)]
    password: Field<String>,
}

impl SignInBody {
    /// What can be no address or password is treated as one that nobody has.
    fn check(self, opening: Opening) -> Result<SignIn, Problem> {
        let mut check = Checker::of_body();
        let email = check.required("email", self.email, Ok::<_, Infallible>);
        let password = check.required("password", self.password, Ok::<_, Infallible>);
        check.finish(|| {
            Some(SignIn {
                email: EmailAddress::parse(&email?).ok(),
                password: NewPassword::parse(&password?).ok(),
                from: opening.0,
            })
        })
    }
}

/// Signs in with e-mail and password.
///
/// The token lives long; `POST /auth/token` gives short-lived ones with refresh tokens.
#[utoipa::path(
    post, path = "/api/v1/auth/login", operation_id = "signIn", tag = "auth", security(()),
    request_body = SignInBody,
    responses(
        (status = 201, description = "Signed in", body = SignedInView<'static>),
        (status = 401, description = "The e-mail address or the password is wrong; which one is not told"),
    )
)]
pub async fn sign_in(
    opening: Opening,
    body: JsonBody<SignInBody>,
    sign_in: Use<SignIn>,
) -> Result<HttpResponse, Problem> {
    let request = body.0.check(opening)?;
    let signed_in = sign_in.execute(&Actor::Anonymous, request).await?;
    answer::created(&SignedInView::from(&signed_in))
}
