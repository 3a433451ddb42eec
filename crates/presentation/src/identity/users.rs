//! Administrators mind other people's accounts.
use super::view::{ManagedUserView, UserPageView};
use crate::http::{
    answer,
    body::JsonBody,
    checker::{Checker, Field},
    cursor,
    path::PathId,
    problem::Problem,
    query::QueryFields,
    signed_in::SignedIn,
    state::Use,
    words::RoleName,
};
use actix_web::HttpResponse;
use application::{
    identity::manage_users::{ChangeUser, DeleteUser, ListUsers},
    shared::page::PageRequest,
};
use domain::identity::{EmailAddress, Role, User, UserId};
use serde::Deserialize;
use std::convert::Infallible;
use utoipa::ToSchema;

/// What changes; members left out stay as they are.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ManagedUserUpdate)]
pub struct ChangeBody {
    /// What the user may do.
    #[schema(inline, value_type = RoleName, required = false, example = "admin")]
    #[serde(default)]
    role: Field<String>,
    /// Whether the user is shut out.
    #[schema(value_type = bool, required = false)]
    #[serde(default)]
    is_disabled: Field<bool>,
}

impl ChangeBody {
    fn check(self, user: UserId) -> Result<ChangeUser, Problem> {
        let mut check = Checker::of_body();
        let role = match self.role {
            Field::Missing => None,
            given => check.required("role", given, |text| text.parse::<Role>()),
        };
        let is_disabled = match self.is_disabled {
            Field::Missing => None,
            given => check.required("is_disabled", given, Ok::<_, Infallible>),
        };
        check.finish(|| {
            Some(ChangeUser {
                user,
                role,
                is_disabled,
            })
        })
    }
}

fn request(query: &QueryFields) -> Result<ListUsers, Problem> {
    let mut check = Checker::of_parameters();
    let size = query.number(&mut check, "limit").unwrap_or_default();
    let after = query.parsed(&mut check, "cursor", cursor::read_id);
    let search = query.words("search", EmailAddress::MAX);
    let page = PageRequest { size, after };
    check.finish(|| Some(ListUsers { search, page }))
}

/// Lists users, the newest first, page by page.
#[utoipa::path(
    get, path = "/api/v1/admin/users", operation_id = "listUsers", tag = "admin", security(("bearer" = [])),
    params(
        ("search" = Option<String>, Query, description = "Only users whose e-mail address or username contains this", max_length = 254),
        ("limit" = Option<i64>, Query, description = "How many users on a page; 20 unless given", minimum = 1, maximum = 100),
        ("cursor" = Option<String>, Query, description = "`next` of the page before"),
    ),
    responses(
        (status = 200, description = "A page of users", body = UserPageView<'static>),
        (status = 403, description = "Only for administrators"),
    )
)]
pub async fn list_users(
    actor: SignedIn,
    query: QueryFields,
    list: Use<ListUsers>,
) -> Result<HttpResponse, Problem> {
    let page = list.execute(&actor, request(&query)?).await?;
    answer::ok(&UserPageView {
        items: page.items.iter().map(ManagedUserView::from).collect(),
        next: page.next.map(cursor::write_id),
    })
}

/// Gives a user another role, shuts them out, or lets them in again.
///
/// Somebody who is shut out is signed out everywhere within ten seconds.
#[utoipa::path(
    patch, path = "/api/v1/admin/users/{user_id}", operation_id = "changeUser", tag = "admin", security(("bearer" = [])),
    params(("user_id" = uuid::Uuid, Path, description = "Which user")),
    request_body(content((ChangeBody = "application/json"), (ChangeBody = "application/merge-patch+json"))),
    responses(
        (status = 200, description = "The user as they now stand", body = ManagedUserView<'static>),
        (status = 403, description = "Only for administrators"),
        (status = 409, description = "The last administrator must stay one"),
    )
)]
pub async fn change_user(
    actor: SignedIn,
    user: PathId<User>,
    body: JsonBody<ChangeBody>,
    change: Use<ChangeUser>,
) -> Result<HttpResponse, Problem> {
    let user = change.execute(&actor, body.0.check(user.0)?).await?;
    answer::ok(&ManagedUserView::from(&user))
}

/// Deletes a user with everything that is theirs.
#[utoipa::path(
    delete, path = "/api/v1/admin/users/{user_id}", operation_id = "deleteUser", tag = "admin", security(("bearer" = [])),
    params(("user_id" = uuid::Uuid, Path, description = "Which user")),
    responses(
        (status = 204, description = "Gone"),
        (status = 403, description = "Only for administrators"),
        (status = 409, description = "The last administrator must stay one"),
    )
)]
pub async fn delete_user(
    actor: SignedIn,
    user: PathId<User>,
    delete: Use<DeleteUser>,
) -> Result<HttpResponse, Problem> {
    delete.execute(&actor, DeleteUser { user: user.0 }).await?;
    Ok(answer::done())
}
