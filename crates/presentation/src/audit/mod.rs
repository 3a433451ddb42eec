//! Who came in, and what administrators did, over HTTP.
use crate::http::{
    answer,
    checker::{Broken, Checker},
    cursor,
    problem::Problem,
    query::QueryFields,
    resource::Path,
    signed_in::SignedIn,
    state::Use,
    words::ActName,
};
use actix_web::{HttpResponse, web::ServiceConfig};
use application::{
    audit::{
        list::{ListAudit, ListSignIns},
        ports::AuditFilter,
    },
    shared::page::PageRequest,
};
use chrono::{DateTime, Utc};
use domain::{
    audit::{Entry, EntryId},
    identity::DeviceName,
    shared::Id,
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Opens the paths of this context.
pub fn routes(routes: &mut ServiceConfig) {
    Path::at("/api/v1/me/sign-ins")
        .get(list_sign_ins)
        .open(routes);
    Path::at("/api/v1/admin/audit").get(list_audit).open(routes);
}

/// Something that a user did about their own account.
#[derive(Serialize, ToSchema)]
#[schema(as = SignInEntry)]
pub struct SignInView<'a> {
    at: DateTime<Utc>,
    #[schema(inline, value_type = ActName, example = "signed_in")]
    act: &'static str,
    /// The network it was done from: the first 24 bits of an IPv4 address, 48 of an IPv6 address.
    #[schema(required, example = "203.0.113.0/24")]
    network: Option<String>,
    /// What the client called itself.
    #[schema(required)]
    device: Option<&'a str>,
}

impl<'a> From<&'a Entry> for SignInView<'a> {
    fn from(entry: &'a Entry) -> Self {
        Self {
            at: entry.at,
            act: entry.act.name(),
            network: entry.network.map(|network| network.to_string()),
            device: entry.device.as_ref().map(DeviceName::as_str),
        }
    }
}

/// A page of what a user did about their own account.
#[derive(Serialize, ToSchema)]
#[schema(as = SignInPage)]
pub struct SignInPageView<'a> {
    items: Vec<SignInView<'a>>,
    /// The cursor of the next page; null on the last one.
    #[schema(required)]
    next: Option<String>,
}

/// Something that was done.
#[derive(Serialize, ToSchema)]
#[schema(as = AuditEntry)]
pub struct AuditEntryView<'a> {
    id: Uuid,
    /// The user who did it; null for the operator at the command line.
    #[schema(required)]
    by: Option<Uuid>,
    /// The user, film or job on which it was done.
    #[schema(required)]
    on: Option<Uuid>,
    #[serde(flatten)]
    what: SignInView<'a>,
}

impl<'a> From<&'a Entry> for AuditEntryView<'a> {
    fn from(entry: &'a Entry) -> Self {
        Self {
            id: entry.id.as_uuid(),
            by: entry.by.map(Id::as_uuid),
            on: entry.on,
            what: entry.into(),
        }
    }
}

/// A page of what was done.
#[derive(Serialize, ToSchema)]
#[schema(as = AuditPage)]
pub struct AuditPageView<'a> {
    items: Vec<AuditEntryView<'a>>,
    /// The cursor of the next page; null on the last one.
    #[schema(required)]
    next: Option<String>,
}

fn page(check: &mut Checker, query: &QueryFields) -> PageRequest<EntryId> {
    PageRequest {
        size: query.number(check, "limit").unwrap_or_default(),
        after: query.parsed(check, "cursor", cursor::read_id),
    }
}

/// Lists when and from where the user signed in or changed the password, the newest first.
#[utoipa::path(
    get, path = "/api/v1/me/sign-ins", operation_id = "listSignIns", tag = "me", security(("bearer" = [])),
    params(
        ("limit" = Option<i64>, Query, description = "How many entries on a page; 20 unless given", minimum = 1, maximum = 100),
        ("cursor" = Option<String>, Query, description = "`next` of the page before"),
    ),
    responses((status = 200, description = "A page of entries", body = SignInPageView<'static>))
)]
pub async fn list_sign_ins(
    actor: SignedIn,
    query: QueryFields,
    list: Use<ListSignIns>,
) -> Result<HttpResponse, Problem> {
    let mut check = Checker::of_parameters();
    let page = page(&mut check, &query);
    let request = check.finish(|| Some(ListSignIns { page }))?;
    let page = list.execute(&actor, request).await?;
    answer::ok(&SignInPageView {
        items: page.items.iter().map(SignInView::from).collect(),
        next: page.next.map(cursor::write_id),
    })
}

fn request(query: &QueryFields) -> Result<ListAudit, Problem> {
    let uuid = |text: &str| Uuid::parse_str(text).map_err(|_malformed| Broken("must be a UUID"));
    let mut check = Checker::of_parameters();
    let page = page(&mut check, query);
    let filter = AuditFilter {
        act: query.parsed(&mut check, "act", str::parse),
        by: query.parsed(&mut check, "by", uuid).map(Id::from_uuid),
        on: query.parsed(&mut check, "on", uuid),
    };
    check.finish(|| Some(ListAudit { filter, page }))
}

/// Lists who signed in and what administrators did, the newest first, page by page.
#[utoipa::path(
    get, path = "/api/v1/admin/audit", operation_id = "listAudit", tag = "admin", security(("bearer" = [])),
    params(
        ("act" = inline(Option<ActName>), Query, description = "Only this act"),
        ("by" = Option<Uuid>, Query, description = "Only what this user did"),
        ("on" = Option<Uuid>, Query, description = "Only what was done on this user, film or job"),
        ("limit" = Option<i64>, Query, description = "How many entries on a page; 20 unless given", minimum = 1, maximum = 100),
        ("cursor" = Option<String>, Query, description = "`next` of the page before"),
    ),
    responses(
        (status = 200, description = "A page of entries", body = AuditPageView<'static>),
        (status = 403, description = "Only for administrators"),
    )
)]
pub async fn list_audit(
    actor: SignedIn,
    query: QueryFields,
    list: Use<ListAudit>,
) -> Result<HttpResponse, Problem> {
    let page = list.execute(&actor, request(&query)?).await?;
    answer::ok(&AuditPageView {
        items: page.items.iter().map(AuditEntryView::from).collect(),
        next: page.next.map(cursor::write_id),
    })
}
