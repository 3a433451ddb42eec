//! The Telegram bot's way to the world: the Bot API over HTTP, updates in the database until they are
//! answered, and who asks for them and has them answered.
mod answers;
mod bell;
mod client;
mod inbox;
mod poller;
mod runner;
mod worker;

pub use bell::UpdateBell;
pub use client::{BotApi, BotApiConfig, BotToken, InvalidBotToken};
pub use inbox::{SqlUpdateInbox, SqlUpdateInboxParameters};
pub use runner::{BotPorts, BotRunner, BotSettings, Delivery};
