//! A user says what they do not want to be shown.
use super::cursors;
use crate::http::{
    answer,
    body::JsonBody,
    checker::{Checker, Field},
    language::{Preferred, mark},
    path::{PathHidden, PathHiddenKind},
    problem::Problem,
    query::QueryFields,
    signed_in::SignedIn,
    state::Use,
    words::{FilmPageSize, HiddenKindName, HideName},
};
use actix_web::{HttpRequest, HttpResponse};
use application::{
    shared::page::{Page, PageRequest},
    taste::{
        hides::{HideThing, ListHidden, UnhideThing},
        ports::{HiddenKey, HiddenName, HiddenThing},
    },
};
use chrono::{DateTime, Utc};
use domain::{
    shared::Language,
    taste::{Hidden, Hide},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// How little the user wants to be shown something.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = HiddenPut)]
pub struct HiddenBody {
    #[schema(inline, value_type = HideName, required, example = "not_interested")]
    #[serde(default)]
    how: Field<String>,
}

impl HiddenBody {
    fn check(self) -> Result<Hide, Problem> {
        let mut check = Checker::of_body();
        let how = check.required("how", self.how, |word| word.parse::<Hide>());
        check.finish(|| how)
    }
}

/// Something that the user does not want to be shown.
#[derive(Serialize, ToSchema)]
#[schema(as = Hidden)]
pub struct HiddenView {
    id: Uuid,
    #[schema(inline, value_type = HideName, example = "not_interested")]
    how: &'static str,
    /// Since when.
    hidden_at: DateTime<Utc>,
}

impl From<Hidden> for HiddenView {
    fn from(hidden: Hidden) -> Self {
        Self {
            id: hidden.subject.as_uuid(),
            how: hidden.how.name(),
            hidden_at: hidden.hidden_at,
        }
    }
}

/// Something that the user does not want to be shown, and its name.
#[derive(Serialize, ToSchema)]
#[schema(as = HiddenThing)]
pub struct HiddenThingView<'a> {
    id: Uuid,
    /// The title of a film, or the name of a genre or a person.
    #[schema(example = "Horror")]
    name: &'a str,
    #[schema(inline, value_type = HideName, example = "not_interested")]
    how: &'static str,
    /// Since when.
    hidden_at: DateTime<Utc>,
}

impl<'a> HiddenThingView<'a> {
    fn new(thing: &'a HiddenThing, language: Language) -> Self {
        let name = match (&thing.name, language) {
            (HiddenName::Same(name), _) => name,
            (HiddenName::Translated { english, .. }, Language::English) => english,
            (HiddenName::Translated { russian, .. }, Language::Russian) => russian,
        };
        Self {
            id: thing.subject.as_uuid(),
            name,
            how: thing.how.name(),
            hidden_at: thing.hidden_at,
        }
    }
}

/// A page of what the user does not want to be shown.
#[derive(Serialize, ToSchema)]
#[schema(as = HiddenPage)]
pub struct HiddenPageView<'a> {
    items: Vec<HiddenThingView<'a>>,
    /// The `cursor` of the next page; null when this is the last one.
    #[schema(required)]
    next: Option<String>,
}

impl<'a> HiddenPageView<'a> {
    fn new(page: &'a Page<HiddenThing, HiddenKey>, language: Language) -> Self {
        let things = page.items.iter();
        let items = things.map(|thing| HiddenThingView::new(thing, language));
        Self {
            items: items.collect(),
            next: page.next.as_ref().map(cursors::write_hidden_key),
        }
    }
}

/// Lists what the user does not want to be shown, the last hidden first.
#[utoipa::path(
    get, path = "/api/v1/me/hidden/{kind}", operation_id = "listHidden", tag = "me", security(("bearer" = [])),
    params(
        ("kind" = inline(HiddenKindName), Path, description = "`films`, `genres` or `people`"),
        ("limit" = inline(Option<FilmPageSize>), Query, description = "How many on a page"),
        ("cursor" = Option<String>, Query, description = "`next` of the page before"),
        ("Accept-Language" = Option<String>, Header, description = "The language of the names of genres"),
    ),
    responses((status = 200, description = "A page of hidden things", body = HiddenPageView<'static>))
)]
pub async fn list_hidden(
    actor: SignedIn,
    kind: PathHiddenKind,
    language: Preferred,
    query: QueryFields,
    list: Use<ListHidden>,
    req: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let mut check = Checker::of_parameters();
    let size = query.number(&mut check, "limit").unwrap_or_default();
    let after = query.parsed(&mut check, "cursor", cursors::read_hidden_key);
    let page = check.finish(|| Some(PageRequest { size, after }))?;
    let kind = kind.0;
    let page = list.execute(&actor, ListHidden { kind, page }).await?;
    let mut response = answer::ok(&HiddenPageView::new(&page, language.0))?;
    mark(&req, &mut response, language.0);
    Ok(response)
}

/// Hides a film, a genre or a person from what is proposed, or says that it is not to the user's taste.
#[utoipa::path(
    put, path = "/api/v1/me/hidden/{kind}/{id}", operation_id = "hide", tag = "me", security(("bearer" = [])),
    params(
        ("kind" = inline(HiddenKindName), Path, description = "`films`, `genres` or `people`"),
        ("id" = Uuid, Path, description = "The film, genre or person"),
    ),
    request_body = HiddenBody,
    responses(
        (status = 200, description = "How it is hidden", body = HiddenView),
        (status = 404, description = "There is no such film, genre or person"),
        (status = 409, description = "The user was removed meanwhile"),
    )
)]
pub async fn hide(
    actor: SignedIn,
    subject: PathHidden,
    body: JsonBody<HiddenBody>,
    hide: Use<HideThing>,
) -> Result<HttpResponse, Problem> {
    let (subject, how) = (subject.0, body.0.check()?);
    let hidden = hide.execute(&actor, HideThing { subject, how }).await?;
    answer::ok(&HiddenView::from(hidden))
}

/// No longer hides a film, a genre or a person.
#[utoipa::path(
    delete, path = "/api/v1/me/hidden/{kind}/{id}", operation_id = "unhide", tag = "me", security(("bearer" = [])),
    params(
        ("kind" = inline(HiddenKindName), Path, description = "`films`, `genres` or `people`"),
        ("id" = Uuid, Path, description = "The film, genre or person"),
    ),
    responses(
        (status = 204, description = "No longer hidden"),
        (status = 404, description = "It is not hidden"),
    )
)]
pub async fn unhide(
    actor: SignedIn,
    subject: PathHidden,
    unhide: Use<UnhideThing>,
) -> Result<HttpResponse, Problem> {
    let subject = subject.0;
    unhide.execute(&actor, UnhideThing { subject }).await?;
    Ok(answer::done())
}
