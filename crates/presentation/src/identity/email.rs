//! A user shows that they read what is sent to their address.
use crate::http::{
    answer,
    body::JsonBody,
    checker::{Checker, Field},
    language::Preferred,
    problem::Problem,
    signed_in::SignedIn,
    state::Use,
};
use actix_web::HttpResponse;
use application::{
    identity::email_verification::{AskForVerification, VerifyEmail},
    notifications::ports::MailSecret,
    shared::actor::Actor,
};
use serde::Deserialize;
use std::convert::Infallible;
use utoipa::ToSchema;

/// The token of a mail.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = EmailVerification)]
pub struct VerificationBody {
    /// What the link of the mail shows.
    #[schema(value_type = String, required, min_length = 1)]
    #[serde(default)]
    token: Field<String>,
}

impl VerificationBody {
    fn check(self) -> Result<VerifyEmail, Problem> {
        let mut check = Checker::of_body();
        let token = check.required("token", self.token, Ok::<_, Infallible>);
        check.finish(|| {
            Some(VerifyEmail {
                token: MailSecret(token?),
            })
        })
    }
}

/// Shows by the token of a mail that its reader has the address.
#[utoipa::path(
    post, path = "/api/v1/auth/email/verify", operation_id = "verifyEmail", tag = "auth", security(()),
    request_body = VerificationBody,
    responses(
        (status = 204, description = "The address is verified"),
        (status = 400, description = "The token is not valid any more (`identity.invalid_mail_token`), or something is missing"),
    )
)]
pub async fn verify_email(
    body: JsonBody<VerificationBody>,
    verify: Use<VerifyEmail>,
) -> Result<HttpResponse, Problem> {
    verify.execute(&Actor::Anonymous, body.0.check()?).await?;
    Ok(answer::done())
}

/// Sends a link by which the user shows that the address is theirs.
///
/// Nothing is sent where that is known already, and one mail a minute at the most.
#[utoipa::path(
    post, path = "/api/v1/me/email/verification", operation_id = "askForVerification", tag = "me", security(("bearer" = [])),
    params(("Accept-Language" = Option<String>, Header, description = "The language of the mail, unless the user has chosen one")),
    responses(
        (status = 202, description = "A mail is on its way"),
        (status = 409, description = "The user has no address"),
    )
)]
pub async fn ask_for_verification(
    actor: SignedIn,
    language: Preferred,
    ask: Use<AskForVerification>,
) -> Result<HttpResponse, Problem> {
    let request = AskForVerification {
        language: language.0,
    };
    ask.execute(&actor, request).await?;
    Ok(HttpResponse::Accepted().finish())
}
