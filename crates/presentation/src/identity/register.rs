//! Somebody opens an account.
use super::view::UserView;
use crate::http::{
    answer,
    body::JsonBody,
    checker::{Checker, Field},
    language::Preferred,
    problem::Problem,
    state::Use,
};
use actix_web::HttpResponse;
use application::{identity::register::Register, shared::actor::Actor};
use domain::{
    identity::{EmailAddress, NewPassword, Username},
    shared::Language,
};
use serde::Deserialize;
use utoipa::ToSchema;

/// A new account.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = UserRegister)]
pub struct RegisterBody {
    /// Where mail reaches the user, and the name to sign in by.
    #[schema(value_type = String, required, min_length = 1, max_length = 254, format = Email, example = "ann@example.org")]
    #[serde(default)]
    email: Field<String>,
    /// What they will sign in with.
    #[schema(value_type = String, required, min_length = 1, format = Password, example = "correct horse battery staple")]
    #[serde(default)]
    password: Field<String>,
    /// How others will see them.
    #[schema(value_type = String, required, min_length = 1, max_length = 128, example = "Ann")]
    #[serde(default)]
    username: Field<String>,
}

impl RegisterBody {
    fn check(self, language: Language) -> Result<Register, Problem> {
        let mut check = Checker::of_body();
        let email = check.required("email", self.email, |text| EmailAddress::parse(&text));
        let password = check.required("password", self.password, |text| NewPassword::parse(&text));
        let username = check.required("username", self.username, |text| Username::parse(&text));
        check.finish(|| {
            Some(Register {
                email: email?,
                password: password?,
                username: username?,
                language,
            })
        })
    }
}

/// Opens an account with its three standard watchlists.
#[utoipa::path(
    post, path = "/api/v1/auth/register", operation_id = "register", tag = "auth", security(()),
    request_body = RegisterBody,
    params(("Accept-Language" = Option<String>, Header, description = "The language in which the standard watchlists are named")),
    responses(
        (status = 201, description = "The account, without any password material", body = UserView<'static>),
        (status = 409, description = "User with this email already exists"),
    )
)]
pub async fn register(
    language: Preferred,
    body: JsonBody<RegisterBody>,
    register: Use<Register>,
) -> Result<HttpResponse, Problem> {
    let request = body.0.check(language.0)?;
    let user = register.execute(&Actor::Anonymous, request).await?;
    answer::created(&UserView::from(&user))
}
