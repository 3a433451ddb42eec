//! The bot's way to Telegram, against a server that plays the Bot API.
mod api;
mod running;

use infrastructure::telegram::{BotApi, BotApiConfig, BotToken};
use test_servers::{BOT_TOKEN, BotApiServer};
use url::Url;

fn config(server: &BotApiServer, token: &str) -> BotApiConfig {
    BotApiConfig {
        token: BotToken::new(&token.to_owned().into()).unwrap(),
        base_url: server.endpoint().parse().unwrap(),
        proxy: None,
    }
}

fn api(server: &BotApiServer) -> BotApi {
    BotApi::new(&config(server, BOT_TOKEN)).unwrap()
}

/// What is on the way between, such as a proxy that is not there.
fn api_by_proxy(server: &BotApiServer, proxy: &str) -> BotApi {
    let proxy: Option<Url> = proxy.parse().ok();
    BotApi::new(&BotApiConfig {
        proxy,
        ..config(server, BOT_TOKEN)
    })
    .unwrap()
}

/// A failure with all that lies under it, as it may come to stand in a log.
fn chain(failure: &dyn std::error::Error) -> String {
    let mut told = format!("{failure} {failure:?}");
    let mut cause = failure.source();
    while let Some(next) = cause {
        told = format!("{told} {next} {next:?}");
        cause = next.source();
    }
    told
}
