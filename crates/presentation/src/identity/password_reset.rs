//! Somebody has forgotten their password.
use crate::http::{
    answer,
    body::JsonBody,
    checker::{Checker, Field},
    language::Preferred,
    problem::Problem,
    state::Use,
};
use actix_web::HttpResponse;
use application::{
    identity::password_reset::{AskForPasswordReset, ResetPassword},
    notifications::ports::MailSecret,
    shared::actor::Actor,
};
use domain::{
    identity::{EmailAddress, NewPassword},
    shared::Language,
};
use serde::Deserialize;
use std::convert::Infallible;
use utoipa::ToSchema;

/// Whose password is forgotten.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = PasswordForgotten)]
pub struct ForgottenBody {
    /// The address to sign in by.
    #[schema(value_type = String, required, min_length = 1, max_length = 254, format = Email, example = "ann@example.org")]
    #[serde(default)]
    email: Field<String>,
}

impl ForgottenBody {
    fn check(self, language: Language) -> Result<AskForPasswordReset, Problem> {
        let mut check = Checker::of_body();
        let email = check.required("email", self.email, |text| EmailAddress::parse(&text));
        check.finish(|| {
            Some(AskForPasswordReset {
                email: email?,
                language,
            })
        })
    }
}

/// A new password, and the token of a mail in place of the old one.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = PasswordReset)]
pub struct ResetBody {
    /// What the link of the mail shows.
    #[schema(value_type = String, required, min_length = 1)]
    #[serde(default)]
    token: Field<String>,
    /// The password from now on.
    #[schema(value_type = String, required, min_length = 1, format = Password)]
    #[serde(default)]
    new_password: Field<String>,
}

impl ResetBody {
    fn check(self) -> Result<ResetPassword, Problem> {
        let mut check = Checker::of_body();
        let token = check.required("token", self.token, Ok::<_, Infallible>);
        let new = check.required("new_password", self.new_password, |text| {
            NewPassword::parse(&text)
        });
        check.finish(|| {
            Some(ResetPassword {
                token: MailSecret(token?),
                new: new?,
            })
        })
    }
}

/// Sends a link by which to choose a new password.
///
/// Whether anybody has the address is not told. An account is sent one mail a minute at the most; only
/// the newest link is good, once and for 30 minutes.
#[utoipa::path(
    post, path = "/api/v1/auth/password/forgot", operation_id = "forgetPassword", tag = "auth", security(()),
    request_body = ForgottenBody,
    params(("Accept-Language" = Option<String>, Header, description = "The language of the mail, unless the user has chosen one")),
    responses((status = 202, description = "If somebody has this address, a mail is on its way"))
)]
pub async fn forget_password(
    language: Preferred,
    body: JsonBody<ForgottenBody>,
    ask: Use<AskForPasswordReset>,
) -> Result<HttpResponse, Problem> {
    let request = body.0.check(language.0)?;
    ask.execute(&Actor::Anonymous, request).await?;
    Ok(HttpResponse::Accepted().finish())
}

/// Chooses a new password by the token of such a link, and signs the user out everywhere.
#[utoipa::path(
    post, path = "/api/v1/auth/password/reset", operation_id = "resetPassword", tag = "auth", security(()),
    request_body = ResetBody,
    responses(
        (status = 204, description = "The new password is in force"),
        (status = 400, description = "The token is not valid any more (`identity.invalid_mail_token`), or something is missing"),
    )
)]
pub async fn reset_password(
    body: JsonBody<ResetBody>,
    reset: Use<ResetPassword>,
) -> Result<HttpResponse, Problem> {
    reset.execute(&Actor::Anonymous, body.0.check()?).await?;
    Ok(answer::done())
}
