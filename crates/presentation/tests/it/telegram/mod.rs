//! Talks with the bot, on fakes: what people do, and what they get.
mod films;
mod lists;
mod sign_in;
mod support;
mod tonight;
mod troubles;
mod webhook;
