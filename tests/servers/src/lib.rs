//! Private servers for tests. Tests start them by themselves, in a temporary folder and on a free
//! port of the loopback interface, and fail loudly where that does not work.
#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a test that does not get its server must fail at once and say why"
)]
#![warn(missing_docs)]

mod bot_api;
mod model;
mod otlp;
mod postgres;
mod rabbitmq;
mod redis;
mod s3;
mod scripted;
mod serving;
mod smtp;

pub use bot_api::{BOT_NAME, BOT_TOKEN, BotApiServer, BotApiTrouble, BotMessage};
pub use model::{ModelAnswer, ModelRequest, ModelServer};
pub use otlp::{SentSpan, TraceServer};
pub use postgres::PostgresServer;
pub use rabbitmq::RabbitMqServer;
pub use redis::RedisServer;
pub use s3::{MuteServer, S3Server};
pub use scripted::{Reply, ScriptedServer};
pub use smtp::{ReceivedMail, SmtpServer, SmtpTrouble};
