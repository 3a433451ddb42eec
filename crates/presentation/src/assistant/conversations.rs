//! A user sees and deletes what they talked about.
use super::view::{ConversationPageView, ConversationView, ShownConversationView};
use crate::http::{
    answer,
    checker::Checker,
    cursor,
    path::PathId,
    problem::Problem,
    query::QueryFields,
    signed_in::SignedIn,
    state::{Settings, Use},
};
use actix_web::HttpResponse;
use application::{
    assistant::conversations::{
        DeleteConversation, DeleteConversations, ListConversations, ShowConversation,
    },
    shared::page::PageRequest,
};
use domain::assistant::Conversation;

/// Lists the user's conversations with the assistant, the newest first.
#[utoipa::path(
    get, path = "/api/v1/assistant/conversations", operation_id = "listConversations", tag = "assistant", security(("bearer" = [])),
    params(
        ("limit" = Option<i64>, Query, description = "How many conversations on a page; 20 unless given", minimum = 1, maximum = 100),
        ("cursor" = Option<String>, Query, description = "`next` of the page before"),
    ),
    responses((status = 200, description = "A page of conversations", body = ConversationPageView<'static>))
)]
pub async fn list_conversations(
    actor: SignedIn,
    query: QueryFields,
    list: Use<ListConversations>,
) -> Result<HttpResponse, Problem> {
    let mut check = Checker::of_parameters();
    let size = query.number(&mut check, "limit").unwrap_or_default();
    let after = query.parsed(&mut check, "cursor", cursor::read_conversation_key);
    let page = check.finish(|| Some(PageRequest { size, after }))?;
    let page = list.execute(&actor, ListConversations { page }).await?;
    answer::ok(&ConversationPageView {
        items: page.items.iter().map(ConversationView::from).collect(),
        next: page.next.as_ref().map(cursor::write_conversation_key),
    })
}

/// Shows a conversation with everything that was said.
#[utoipa::path(
    get, path = "/api/v1/assistant/conversations/{conversation_id}", operation_id = "showConversation", tag = "assistant", security(("bearer" = [])),
    params(("conversation_id" = uuid::Uuid, Path, description = "The conversation")),
    responses(
        (status = 200, description = "The conversation", body = ShownConversationView<'static>),
        (status = 404, description = "The user has no such conversation"),
    )
)]
pub async fn show_conversation(
    actor: SignedIn,
    conversation: PathId<Conversation>,
    show: Use<ShowConversation>,
    settings: Settings,
) -> Result<HttpResponse, Problem> {
    let conversation = conversation.0;
    let shown = show
        .execute(&actor, ShowConversation { conversation })
        .await?;
    answer::ok(&ShownConversationView::new(&shown, &settings))
}

/// Deletes a conversation.
#[utoipa::path(
    delete, path = "/api/v1/assistant/conversations/{conversation_id}", operation_id = "deleteConversation", tag = "assistant", security(("bearer" = [])),
    params(("conversation_id" = uuid::Uuid, Path, description = "The conversation")),
    responses(
        (status = 204, description = "Gone"),
        (status = 404, description = "The user has no such conversation"),
    )
)]
pub async fn delete_conversation(
    actor: SignedIn,
    conversation: PathId<Conversation>,
    delete: Use<DeleteConversation>,
) -> Result<HttpResponse, Problem> {
    let conversation = conversation.0;
    delete
        .execute(&actor, DeleteConversation { conversation })
        .await?;
    Ok(answer::done())
}

/// Deletes all of the user's conversations.
#[utoipa::path(
    delete, path = "/api/v1/assistant/conversations", operation_id = "deleteConversations", tag = "assistant", security(("bearer" = [])),
    responses((status = 204, description = "Gone"))
)]
pub async fn delete_conversations(
    actor: SignedIn,
    delete: Use<DeleteConversations>,
) -> Result<HttpResponse, Problem> {
    delete.execute(&actor, DeleteConversations).await?;
    Ok(answer::done())
}
