//! The token endpoint of OAuth 2.0 (RFC 6749, sections 4.3, 5 and 6).
use crate::http::{
    answer,
    body::FormOrJson,
    checker::{Checker, Field, UnknownWord},
    device::Opening,
    problem::Problem,
    state::Use,
    words::GrantType,
};
use actix_web::{HttpResponse, http::StatusCode};
use application::{
    identity::{
        tokens::{IssueTokens, RefreshTokens},
        views::TokenPair,
    },
    shared::actor::Actor,
};
use domain::identity::{EmailAddress, NewPassword};
use serde::{Deserialize, Serialize};
use std::convert::Infallible;
use utoipa::ToSchema;

/// Asks for a pair of tokens.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = TokenRequest)]
pub struct TokenBody {
    #[schema(inline, value_type = GrantType, required, example = "password")]
    #[serde(default)]
    grant_type: Field<String>,
    /// The e-mail address; with `password`.
    #[schema(value_type = String, required = false, example = "ann@example.org")]
    #[serde(default)]
    username: Field<String>,
    /// The password; with `password`.
    #[schema(value_type = String, required = false, format = Password, example = "correct horse battery staple")]
    #[serde(default)]
    password: Field<String>,
    /// The newest refresh token; with `refresh_token`.
    #[schema(value_type = String, required = false)]
    #[serde(default)]
    refresh_token: Field<String>,
}

/// A pair of tokens.
#[derive(Serialize, ToSchema)]
#[schema(as = TokenPair)]
pub struct TokenPairView {
    access_token: String,
    /// `Bearer`.
    #[schema(example = "Bearer")]
    token_type: &'static str,
    /// How many seconds the access token lives.
    #[schema(example = 900)]
    expires_in: i64,
    /// Good for the next pair, once.
    refresh_token: String,
}

impl From<TokenPair> for TokenPairView {
    fn from(pair: TokenPair) -> Self {
        Self {
            access_token: pair.access_token,
            token_type: "Bearer",
            expires_in: pair.expires_in,
            refresh_token: pair.refresh_token,
        }
    }
}

enum Grant {
    Password(IssueTokens),
    RefreshToken(RefreshTokens),
}

impl TokenBody {
    fn check(self, opening: Opening) -> Result<Grant, Problem> {
        let mut check = Checker::of_body();
        match &self.grant_type {
            Field::Given(grant) if grant == "password" => self.password_grant(check, opening),
            Field::Given(grant) if grant == "refresh_token" => self.refresh_grant(check),
            Field::Given(_) => {
                let unknown = UnknownWord("`password`, `refresh_token`");
                let nothing: Option<Grant> = check.value("grant_type", Err(unknown));
                check
                    .finish(|| nothing)
                    .map_err(|problem| problem.with_error("unsupported_grant_type"))
            }
            Field::Missing | Field::Null | Field::Wrong => {
                let _faulty = check.required("grant_type", self.grant_type, Ok::<_, Infallible>);
                check.finish(|| None).map_err(invalid_request)
            }
        }
    }

    fn password_grant(self, mut check: Checker, opening: Opening) -> Result<Grant, Problem> {
        let username = check.required("username", self.username, Ok::<_, Infallible>);
        let password = check.required("password", self.password, Ok::<_, Infallible>);
        // Not needed, but what is known by name has to be what its name says.
        let _unused = check.optional("refresh_token", self.refresh_token, Ok::<_, Infallible>);
        let build = || {
            Some(Grant::Password(IssueTokens {
                email: EmailAddress::parse(&username?).ok(),
                password: NewPassword::parse(&password?).ok(),
                from: opening.0,
            }))
        };
        check.finish(build).map_err(invalid_request)
    }

    fn refresh_grant(self, mut check: Checker) -> Result<Grant, Problem> {
        let token = check.required("refresh_token", self.refresh_token, Ok::<_, Infallible>);
        let _unused = check.optional("username", self.username, Ok::<_, Infallible>);
        let _unused = check.optional("password", self.password, Ok::<_, Infallible>);
        let build = || {
            Some(Grant::RefreshToken(RefreshTokens {
                refresh_token: token?,
            }))
        };
        check.finish(build).map_err(invalid_request)
    }
}

fn invalid_request(problem: Problem) -> Problem {
    problem.with_error("invalid_request")
}

/// Where other endpoints answer 401, this one has to answer 400 (RFC 6749, section 5.2).
fn invalid_grant(problem: Problem) -> Problem {
    match problem.code() {
        "identity.wrong_credentials" | "identity.invalid_refresh_token" => problem
            .with_status(StatusCode::BAD_REQUEST)
            .with_error("invalid_grant"),
        _ => problem,
    }
}

/// Gives a short-lived access token and a refresh token for the next pair.
///
/// The grants `password` and `refresh_token` of OAuth 2.0. Each refresh token is good once; using one
/// again ends the session, because then somebody holds a copy.
#[utoipa::path(
    post, path = "/api/v1/auth/token", operation_id = "issueTokens", tag = "auth", security(()),
    request_body(content((TokenBody = "application/x-www-form-urlencoded"), (TokenBody = "application/json"))),
    responses(
        (status = 200, description = "The pair", body = TokenPairView),
        (status = 400, description = "With `error`: `invalid_request`, `unsupported_grant_type`, or `invalid_grant` for wrong credentials and refresh tokens that are not good (any more)"),
    )
)]
pub async fn issue_tokens(
    opening: Opening,
    body: Result<FormOrJson<TokenBody>, Problem>,
    issue: Use<IssueTokens>,
    refresh: Use<RefreshTokens>,
) -> Result<HttpResponse, Problem> {
    let body = body.map_err(invalid_request)?;
    let pair = match body.0.check(opening)? {
        Grant::Password(request) => {
            let pair = issue.execute(&Actor::Anonymous, request).await;
            pair.map_err(|failure| invalid_grant(failure.into()))?
        }
        Grant::RefreshToken(request) => {
            let pair = refresh.execute(&Actor::Anonymous, request).await;
            pair.map_err(|failure| invalid_grant(failure.into()))?
        }
    };
    answer::ok(&TokenPairView::from(pair))
}
