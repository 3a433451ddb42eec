//! Users agree to be advised together.
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
    words::CompanionState,
};
use actix_web::HttpResponse;
use application::{
    recommendation::{
        companions::{
            AcceptCompanion, DeclineCompanion, EndCompanionship, InviteCompanion, ListCompanions,
        },
        ports::{CompanionStanding, CompanionView},
    },
    shared::page::PageRequest,
};
use chrono::{DateTime, Utc};
use domain::recommendation::{Addressee, Companionship};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Whom the user invites.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = CompanionInvite)]
pub struct InvitationBody {
    /// Their e-mail address, or their username where nobody else has the same.
    #[schema(value_type = String, required, min_length = 1, max_length = 254, example = "anna@example.org")]
    #[serde(default)]
    invite: Field<String>,
}

impl InvitationBody {
    fn check(self) -> Result<InviteCompanion, Problem> {
        let mut check = Checker::of_body();
        let addressee = check.required("invite", self.invite, |text| Addressee::parse(&text));
        check.finish(|| {
            Some(InviteCompanion {
                addressee: addressee?,
            })
        })
    }
}

/// Somebody with whom the user is advised, or an invitation.
#[derive(Serialize, ToSchema)]
#[schema(as = Companion)]
pub struct CompanionItemView<'a> {
    id: Uuid,
    /// The other's username; as long as they have not accepted, what they were invited by.
    #[schema(example = "Anna")]
    name: &'a str,
    #[schema(inline, value_type = CompanionState, example = "companion")]
    state: &'static str,
    invited_at: DateTime<Utc>,
    /// When the invitation was accepted.
    #[schema(required)]
    accepted_at: Option<DateTime<Utc>>,
}

impl<'a> From<&'a CompanionView> for CompanionItemView<'a> {
    fn from(view: &'a CompanionView) -> Self {
        let (state, accepted_at) = match view.standing {
            CompanionStanding::Invited => ("invited", None),
            CompanionStanding::InvitesMe => ("invites_me", None),
            CompanionStanding::Companion { since } => ("companion", Some(since)),
        };
        Self {
            id: view.id.as_uuid(),
            name: &view.name,
            state,
            invited_at: view.invited_at,
            accepted_at,
        }
    }
}

/// A page of companions and invitations.
#[derive(Serialize, ToSchema)]
#[schema(as = CompanionPage)]
pub struct CompanionPageView<'a> {
    items: Vec<CompanionItemView<'a>>,
    /// The `cursor` of the next page; null when this is the last one.
    #[schema(required)]
    next: Option<String>,
}

/// Lists the user's companions and the invitations that wait, the newest first.
#[utoipa::path(
    get, path = "/api/v1/me/companions", operation_id = "listCompanions", tag = "me", security(("bearer" = [])),
    params(
        ("limit" = Option<i64>, Query, description = "How many on a page; 20 unless given", minimum = 1, maximum = 100),
        ("cursor" = Option<String>, Query, description = "`next` of the page before"),
    ),
    responses((status = 200, description = "A page of companions and invitations", body = CompanionPageView<'static>))
)]
pub async fn list_companions(
    actor: SignedIn,
    query: QueryFields,
    list: Use<ListCompanions>,
) -> Result<HttpResponse, Problem> {
    let mut check = Checker::of_parameters();
    let size = query.number(&mut check, "limit").unwrap_or_default();
    let after = query.parsed(&mut check, "cursor", cursor::read_id::<Companionship>);
    let page = check.finish(|| Some(PageRequest { size, after }))?;
    let page = list.execute(&actor, ListCompanions { page }).await?;
    answer::ok(&CompanionPageView {
        items: page.items.iter().map(CompanionItemView::from).collect(),
        next: page.next.map(cursor::write_id),
    })
}

/// Invites somebody to be advised together.
///
/// The answer is the same whether there is such a user or not, and so is the list of those invited until
/// they accept. Inviting the same person twice is the same as once.
#[utoipa::path(
    post, path = "/api/v1/me/companions", operation_id = "inviteCompanion", tag = "me", security(("bearer" = [])),
    request_body = InvitationBody,
    responses(
        (status = 204, description = "If there is such a user, they find the invitation among their companions"),
        (status = 409, description = "The user has invited as many people as anybody may"),
    )
)]
pub async fn invite_companion(
    actor: SignedIn,
    body: JsonBody<InvitationBody>,
    invite: Use<InviteCompanion>,
) -> Result<HttpResponse, Problem> {
    invite.execute(&actor, body.0.check()?).await?;
    Ok(answer::done())
}

/// Accepts an invitation; accepting twice is the same as once.
#[utoipa::path(
    post, path = "/api/v1/me/companions/{companion_id}/accept", operation_id = "acceptCompanion", tag = "me", security(("bearer" = [])),
    params(("companion_id" = uuid::Uuid, Path, description = "The invitation")),
    responses(
        (status = 204, description = "Accepted: either may ask for films for both"),
        (status = 404, description = "The user has no such invitation"),
    )
)]
pub async fn accept_companion(
    actor: SignedIn,
    companion: PathId<Companionship>,
    accept: Use<AcceptCompanion>,
) -> Result<HttpResponse, Problem> {
    let companionship = companion.0;
    accept
        .execute(&actor, AcceptCompanion { companionship })
        .await?;
    Ok(answer::done())
}

/// Declines an invitation; whoever made it is not told.
#[utoipa::path(
    post, path = "/api/v1/me/companions/{companion_id}/decline", operation_id = "declineCompanion", tag = "me", security(("bearer" = [])),
    params(("companion_id" = uuid::Uuid, Path, description = "The invitation")),
    responses(
        (status = 204, description = "Declined"),
        (status = 404, description = "The user has no such invitation"),
        (status = 409, description = "The invitation was accepted"),
    )
)]
pub async fn decline_companion(
    actor: SignedIn,
    companion: PathId<Companionship>,
    decline: Use<DeclineCompanion>,
) -> Result<HttpResponse, Problem> {
    let companionship = companion.0;
    decline
        .execute(&actor, DeclineCompanion { companionship })
        .await?;
    Ok(answer::done())
}

/// Takes an invitation back, or ends what both had agreed to, which either may do at any time.
#[utoipa::path(
    delete, path = "/api/v1/me/companions/{companion_id}", operation_id = "endCompanionship", tag = "me", security(("bearer" = [])),
    params(("companion_id" = uuid::Uuid, Path, description = "The companion or invitation")),
    responses(
        (status = 204, description = "Ended"),
        (status = 404, description = "The user has no such companion and has made no such invitation"),
    )
)]
pub async fn end_companionship(
    actor: SignedIn,
    companion: PathId<Companionship>,
    end: Use<EndCompanionship>,
) -> Result<HttpResponse, Problem> {
    let companionship = companion.0;
    end.execute(&actor, EndCompanionship { companionship })
        .await?;
    Ok(answer::done())
}
