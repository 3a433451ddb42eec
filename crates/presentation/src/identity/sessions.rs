//! A user sees where they are signed in, and signs out.
use super::view::SessionView;
use crate::http::{
    answer, checker::Checker, path::PathId, problem::Problem, query::QueryFields,
    signed_in::SignedIn, state::Use,
};
use actix_web::HttpResponse;
use application::identity::sessions::{EndSession, EndSessions, ListSessions};
use domain::identity::Session;

/// Ends the session of the token that is shown.
#[utoipa::path(
    post, path = "/api/v1/auth/logout", operation_id = "signOut", tag = "auth", security(("bearer" = [])),
    responses((status = 204, description = "Signed out"), (status = 404, description = "The session is over already"))
)]
pub async fn sign_out(actor: SignedIn, end: Use<EndSession>) -> Result<HttpResponse, Problem> {
    end.execute(&actor, EndSession { session: None }).await?;
    Ok(answer::done())
}

/// Lists where the user is signed in, the newest first.
#[utoipa::path(
    get, path = "/api/v1/me/sessions", operation_id = "listSessions", tag = "me", security(("bearer" = [])),
    responses((status = 200, description = "The open sessions", body = Vec<SessionView<'static>>))
)]
pub async fn list_sessions(
    actor: SignedIn,
    list: Use<ListSessions>,
) -> Result<HttpResponse, Problem> {
    let sessions = list.execute(&actor, ListSessions).await?;
    let current = actor.user()?.session;
    let views = sessions
        .iter()
        .map(|session| SessionView::new(session, current));
    answer::ok(&views.collect::<Vec<_>>())
}

/// Signs the user out everywhere else.
#[utoipa::path(
    delete, path = "/api/v1/me/sessions", operation_id = "endSessions", tag = "me", security(("bearer" = [])),
    params(("including_current" = Option<bool>, Query, description = "Whether this session is ended too; it is not unless asked for")),
    responses((status = 204, description = "Signed out"))
)]
pub async fn end_sessions(
    actor: SignedIn,
    query: QueryFields,
    end: Use<EndSessions>,
) -> Result<HttpResponse, Problem> {
    let mut check = Checker::of_parameters();
    let including_current = query.is_set(&mut check, "including_current");
    let request = check.finish(|| {
        Some(EndSessions {
            keep_this: !including_current,
        })
    })?;
    end.execute(&actor, request).await?;
    Ok(answer::done())
}

/// Signs the user out in one place.
#[utoipa::path(
    delete, path = "/api/v1/me/sessions/{session_id}", operation_id = "endSession", tag = "me", security(("bearer" = [])),
    params(("session_id" = uuid::Uuid, Path, description = "The session")),
    responses((status = 204, description = "Signed out"), (status = 404, description = "The user has no such session"))
)]
pub async fn end_session(
    actor: SignedIn,
    session: PathId<Session>,
    end: Use<EndSession>,
) -> Result<HttpResponse, Problem> {
    end.execute(
        &actor,
        EndSession {
            session: Some(session.0),
        },
    )
    .await?;
    Ok(answer::done())
}
