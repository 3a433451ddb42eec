//! The assistant over HTTP: talking, and what was talked about.
pub mod conversations;
pub mod messages;
mod view;

use crate::http::resource::Path;
use actix_web::web::ServiceConfig;
use application::shared::limiter::Counted;

/// Opens the paths of this context.
pub fn routes(routes: &mut ServiceConfig) {
    Path::at("/api/v1/assistant/messages")
        .counted_as(Counted::Assistant)
        .post(messages::send_message)
        .open(routes);
    Path::at("/api/v1/assistant/conversations")
        .get(conversations::list_conversations)
        .delete(conversations::delete_conversations)
        .open(routes);
    Path::at("/api/v1/assistant/conversations/{conversation_id}")
        .get(conversations::show_conversation)
        .delete(conversations::delete_conversation)
        .open(routes);
}
