//! A user's own data: shown, changed, deleted.
use super::view::UserView;
use crate::http::{
    answer,
    body::JsonBody,
    checker::{Checker, Field},
    device::Opening,
    problem::Problem,
    signed_in::SignedIn,
    state::Use,
    words::LanguageCode,
};
use actix_web::HttpResponse;
use application::identity::profile::{ChangePassword, DeleteAccount, ShowMe, UpdateProfile};
use domain::{
    identity::{NewPassword, PersonalName, ProfileChange, Username},
    shared::Language,
};
use serde::Deserialize;
use std::convert::Infallible;
use utoipa::ToSchema;

/// What changes; members left out stay as they are, null clears those that may be empty.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = UserUpdate)]
pub struct UpdateBody {
    /// How others see the user.
    #[schema(value_type = String, required = false, min_length = 1, max_length = 128)]
    #[serde(default)]
    username: Field<String>,
    #[schema(value_type = Option<String>, required = false, min_length = 1, max_length = 128)]
    #[serde(default)]
    first_name: Field<String>,
    #[schema(value_type = Option<String>, required = false, min_length = 1, max_length = 128)]
    #[serde(default)]
    last_name: Field<String>,
    #[schema(inline, value_type = Option<LanguageCode>, required = false, example = "en")]
    #[serde(default)]
    language: Field<String>,
}

impl UpdateBody {
    fn check(self) -> Result<UpdateProfile, Problem> {
        let mut check = Checker::of_body();
        let username = match self.username {
            Field::Missing => None,
            given => check.required("username", given, |text| Username::parse(&text)),
        };
        let name = |text: String| PersonalName::parse(&text);
        let first_name = check.patched("first_name", self.first_name, name);
        let last_name = check.patched("last_name", self.last_name, name);
        let language = check.patched("language", self.language, |code| code.parse::<Language>());
        check.finish(|| {
            let change = ProfileChange {
                username,
                first_name,
                last_name,
                language,
            };
            Some(UpdateProfile { change })
        })
    }
}

/// A change of password.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = PasswordChange)]
pub struct PasswordBody {
    /// The password in force; not needed by somebody who has none yet.
    #[schema(value_type = Option<String>, required = false, format = Password)]
    #[serde(default)]
    current_password: Field<String>,
    /// The one to come.
    #[schema(value_type = String, required, min_length = 1, format = Password)]
    #[serde(default)]
    new_password: Field<String>,
}

impl PasswordBody {
    /// What can be no password is treated as a wrong one.
    fn check(self, opening: Opening) -> Result<ChangePassword, Problem> {
        let mut check = Checker::of_body();
        let current = check.optional(
            "current_password",
            self.current_password,
            Ok::<_, Infallible>,
        );
        let new = check.required("new_password", self.new_password, |text| {
            NewPassword::parse(&text)
        });
        let current = current.and_then(|text| NewPassword::parse(&text).ok());
        check.finish(|| {
            Some(ChangePassword {
                current,
                new: new?,
                from: opening.0,
            })
        })
    }
}

/// Shows the signed-in user.
#[utoipa::path(
    get, path = "/api/v1/me", operation_id = "showMe", tag = "me", security(("bearer" = [])),
    responses((status = 200, description = "The signed-in user", body = UserView<'static>))
)]
pub async fn show_me(actor: SignedIn, show: Use<ShowMe>) -> Result<HttpResponse, Problem> {
    let user = show.execute(&actor, ShowMe).await?;
    answer::ok(&UserView::from(&user))
}

/// Changes what the user says of themselves.
///
/// A merge patch (RFC 7396): members left out stay as they are, null clears names and language.
#[utoipa::path(
    patch, path = "/api/v1/me", operation_id = "updateMe", tag = "me", security(("bearer" = [])),
    request_body(content((UpdateBody = "application/json"), (UpdateBody = "application/merge-patch+json"))),
    responses((status = 200, description = "The user as they now stand", body = UserView<'static>))
)]
pub async fn update_me(
    actor: SignedIn,
    body: JsonBody<UpdateBody>,
    update: Use<UpdateProfile>,
) -> Result<HttpResponse, Problem> {
    let user = update.execute(&actor, body.0.check()?).await?;
    answer::ok(&UserView::from(&user))
}

/// Replaces the password and signs the user out everywhere else.
#[utoipa::path(
    put, path = "/api/v1/me/password", operation_id = "changePassword", tag = "me", security(("bearer" = [])),
    request_body = PasswordBody,
    responses(
        (status = 204, description = "Changed"),
        (status = 403, description = "The current password is wrong"),
    )
)]
pub async fn change_password(
    actor: SignedIn,
    opening: Opening,
    body: JsonBody<PasswordBody>,
    change: Use<ChangePassword>,
) -> Result<HttpResponse, Problem> {
    change.execute(&actor, body.0.check(opening)?).await?;
    Ok(answer::done())
}

/// Deletes the user with everything that is theirs.
#[utoipa::path(
    delete, path = "/api/v1/me", operation_id = "deleteMe", tag = "me", security(("bearer" = [])),
    responses(
        (status = 204, description = "Gone"),
        (status = 409, description = "The last administrator must stay one"),
    )
)]
pub async fn delete_me(
    actor: SignedIn,
    delete: Use<DeleteAccount>,
) -> Result<HttpResponse, Problem> {
    delete.execute(&actor, DeleteAccount).await?;
    Ok(answer::done())
}
