//! Talking with people in Telegram: what the bot hears, keeps until it has answered, and says.
//!
//! An *update* is one thing that Telegram tells the bot. The words of the talk are those of the
//! presentation; here is only what the outside world has to offer for it.
pub mod ports;
pub mod receive;
