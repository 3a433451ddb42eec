//! The Telegram bot.
use super::{
    read_proxy,
    reader::Reader,
    values::{BaseUrl, BotUserName, Updates},
};
use infrastructure::telegram::{BotApiConfig, BotToken};
use url::Url;

/// How the bot is set up.
#[derive(Clone, Debug)]
pub struct BotConfig {
    /// Where the Bot API is, and as which bot it is asked.
    pub api: BotApiConfig,
    /// Where Telegram brings updates; without it they are asked for.
    pub webhook: Option<Url>,
    /// The name by which people find the bot, where somebody said it.
    pub name: Option<String>,
}

/// Reads the bot's settings; there is one where there is a token.
pub(super) fn read(reader: &mut Reader, public_url: Option<&BaseUrl>) -> Option<BotConfig> {
    let token = read_token(reader);
    let base_url = reader.parsed("BOT_API_URL", BaseUrl::of_telegram());
    let proxy = read_proxy(reader, "BOT_PROXY");
    let updates = reader.parsed("BOT_UPDATES", Updates::Polling);
    let name: Option<BotUserName> = reader.optional("BOT_NAME");
    let webhook = match updates {
        Updates::Polling => None,
        Updates::Webhook => webhook(reader, public_url),
    };
    Some(BotConfig {
        api: BotApiConfig {
            token: token?,
            base_url: base_url.into_url(),
            proxy,
        },
        webhook,
        name: name.map(|name| name.0),
    })
}

fn read_token(reader: &mut Reader) -> Option<BotToken> {
    let secret = reader.secret("BOT_TOKEN")?;
    match BotToken::new(&secret) {
        Ok(token) => Some(token),
        Err(failure) => {
            reader.refuse("BOT_TOKEN", failure);
            None
        }
    }
}

/// Telegram brings updates by `https` only, to an address that it reaches.
fn webhook(reader: &mut Reader, public_url: Option<&BaseUrl>) -> Option<Url> {
    let url = public_url.map(|base| format!("{base}{}", presentation::WEBHOOK_PATH));
    let url: Option<Url> = url.and_then(|url| url.parse().ok());
    let url = url.filter(|url| url.scheme() == "https");
    if url.is_none() {
        let why = "can be `webhook` only where FILMHUB_PUBLIC_URL starts with `https://`";
        reader.refuse("BOT_UPDATES", why);
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::source::Sources;
    use application::telegram::ports::BotId;

    fn read_from(values: &[(&str, &str)]) -> (Option<BotConfig>, Vec<String>) {
        let mut reader = Reader::new(Sources::of(values), Vec::new());
        let public: Option<BaseUrl> = reader.optional("FILMHUB_PUBLIC_URL");
        let bot = read(&mut reader, public.as_ref());
        (bot, reader.finish().1)
    }

    #[test]
    fn there_is_a_bot_where_there_is_a_token() {
        assert!(read_from(&[("BOT_NAME", "filmhub_bot")]).0.is_none());
        let (bot, errors) = read_from(&[("BOT_TOKEN", "123456:abc")]);
        let bot = bot.unwrap();
        assert_eq!(bot.api.token.bot(), BotId(123_456));
        assert_eq!(bot.api.base_url.as_str(), "https://api.telegram.org/");
        assert_eq!((bot.webhook, bot.name), (None, None));
        assert!(errors.is_empty());
    }

    #[test]
    fn a_name_may_be_given_with_its_sign() {
        let name = |name| read_from(&[("BOT_TOKEN", "1:a"), ("BOT_NAME", name)]);
        assert_eq!(name("@filmhub_bot").0.unwrap().name.unwrap(), "filmhub_bot");
        assert_eq!(name("https://t.me/filmhub_bot").1.len(), 1);
    }

    #[test]
    fn updates_are_brought_by_https_only() {
        let brought = |url| {
            let values = [("BOT_TOKEN", "1:a"), ("BOT_UPDATES", "webhook")];
            let public = [("FILMHUB_PUBLIC_URL", url)];
            read_from(&[values.as_slice(), public.as_slice()].concat())
        };
        let (bot, errors) = brought("https://films.example/");
        let url = bot.unwrap().webhook.unwrap();
        assert_eq!(url.as_str(), "https://films.example/telegram/webhook");
        assert!(errors.is_empty());
        assert_eq!(brought("http://films.example").1.len(), 1);
        let nowhere = read_from(&[("BOT_TOKEN", "1:a"), ("BOT_UPDATES", "webhook")]);
        assert_eq!(nowhere.1.len(), 1);
    }
}
