//! Values that settings may have.
use percent_encoding::percent_decode_str;
use secrecy::SecretString;
use std::{fmt, net::IpAddr, num::NonZeroUsize, str::FromStr};
use url::Url;

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Pretty,
    /// One JSON object a line.
    Json,
}

/// Which log lines are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogFilter(pub String);

impl FromStr for LogFilter {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        tracing_subscriber::EnvFilter::try_new(text)
            .map(|_| Self(text.to_owned()))
            .map_err(|failure| format!("is not a filter of log lines: {failure}"))
    }
}

impl fmt::Display for LogFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An address of this machine, or a name that stands for one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Host {
    /// An address.
    Address(IpAddr),
    /// A name, resolved when the server starts.
    Name(String),
}

impl Host {
    /// Whether only this machine reaches it.
    pub fn is_loopback(&self) -> bool {
        match self {
            Self::Address(address) => address.is_loopback(),
            Self::Name(name) => name == "localhost",
        }
    }

    /// As it stands in a URL that this machine asks.
    pub fn in_url(&self) -> String {
        match self {
            Self::Address(IpAddr::V4(address)) if address.is_unspecified() => "127.0.0.1".into(),
            Self::Address(IpAddr::V4(address)) => address.to_string(),
            Self::Address(IpAddr::V6(address)) if address.is_unspecified() => "[::1]".into(),
            Self::Address(IpAddr::V6(address)) => format!("[{address}]"),
            Self::Name(name) => name.clone(),
        }
    }
}

impl Default for Host {
    fn default() -> Self {
        Self::Address(IpAddr::from([127, 0, 0, 1]))
    }
}

impl FromStr for Host {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, &'static str> {
        if let Ok(address) = text.parse() {
            return Ok(Self::Address(address));
        }
        match url::Host::parse(text) {
            Ok(url::Host::Domain(name)) => Ok(Self::Name(name)),
            Ok(url::Host::Ipv4(address)) => Ok(Self::Address(address.into())),
            Ok(url::Host::Ipv6(address)) => Ok(Self::Address(address.into())),
            Err(_) => Err("must be an address such as `0.0.0.0` or the name of a host"),
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => address.fmt(f),
            Self::Name(name) => f.write_str(name),
        }
    }
}

/// How the Telegram bot hears of anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Updates {
    /// It asks.
    Polling,
    /// Telegram brings it.
    Webhook,
}

/// How the way to a server of mails is secured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmtpTls {
    /// By STARTTLS.
    StartTls,
    /// By TLS from the first byte.
    Tls,
    /// Not at all.
    None,
}

/// On or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    /// On.
    On,
    /// Off.
    Off,
}

/// Which traces are kept, by the names that `OpenTelemetry` has for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SamplerName {
    /// All.
    AlwaysOn,
    /// None.
    AlwaysOff,
    /// A part of them.
    TraceIdRatio,
    /// Those that whoever calls keeps, and all that begin here.
    ParentBasedAlwaysOn,
    /// Those that whoever calls keeps.
    ParentBasedAlwaysOff,
    /// Those that whoever calls keeps, and a part of those that begin here.
    ParentBasedTraceIdRatio,
}

/// By which way traces are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exporter {
    /// By the protocol of `OpenTelemetry`.
    Otlp,
    /// Not at all.
    None,
}

/// Declares the words of an enumeration.
macro_rules! words {
    ($name:ident { $($variant:ident = $word:literal $(or $other:literal)*),+ }) => {
        impl FromStr for $name {
            type Err = String;
            fn from_str(text: &str) -> Result<Self, String> {
                match text.to_ascii_lowercase().as_str() {
                    $($word $(| $other)* => Ok(Self::$variant),)+
                    other => Err(format!(
                        "must be one of {}, got `{other}`", [$(concat!("`", $word, "`")),+].join(", ")
                    )),
                }
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $(Self::$variant => $word),+ })
            }
        }
    };
}
words!(Updates { Polling = "polling", Webhook = "webhook" });
words!(LogFormat { Pretty = "pretty", Json = "json" });
words!(SamplerName {
    AlwaysOn = "always_on",
    AlwaysOff = "always_off",
    TraceIdRatio = "traceidratio",
    ParentBasedAlwaysOn = "parentbased_always_on",
    ParentBasedAlwaysOff = "parentbased_always_off",
    ParentBasedTraceIdRatio = "parentbased_traceidratio"
});
words!(SmtpTls { StartTls = "starttls", Tls = "tls", None = "none" });
words!(Exporter { Otlp = "otlp", None = "none" });
words!(Switch { On = "on" or "true" or "1", Off = "off" or "false" or "0" });

/// The start of URLs, without a slash at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl(Url);

impl BaseUrl {
    /// This service as its own machine sees it.
    pub fn local(port: u16) -> Self {
        match format!("http://localhost:{port}").parse() {
            Ok(url) => url,
            Err(_) => unreachable!("a URL with a number as its port is valid"),
        }
    }

    /// The API of the first server of its kind.
    pub fn of_openai() -> Self {
        match "https://api.openai.com/v1".parse() {
            Ok(url) => url,
            Err(_) => unreachable!("a URL that is written here is valid"),
        }
    }

    /// Telegram's own server of its Bot API.
    pub fn of_telegram() -> Self {
        match "https://api.telegram.org".parse() {
            Ok(url) => url,
            Err(_) => unreachable!("a URL that is written here is valid"),
        }
    }

    /// The URL itself.
    pub fn into_url(self) -> Url {
        self.0
    }
}

impl FromStr for BaseUrl {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let url = Url::parse(text).map_err(|failure| format!("is not a URL: {failure}"))?;
        if matches!(url.scheme(), "http" | "https") && url.has_host() {
            Ok(Self(url))
        } else {
            Err("must start with `http://` or `https://`".to_owned())
        }
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

/// The address of a proxy. It has no form to be shown in, because it may hold a password.
pub struct ProxyUrl(pub Url);

impl FromStr for ProxyUrl {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, &'static str> {
        let is_proxy = |url: &Url| {
            matches!(url.scheme(), "http" | "https" | "socks5" | "socks5h") && url.has_host()
        };
        let url = Url::parse(text).ok().filter(is_proxy);
        url.map(Self)
            .ok_or("must be an address that starts with `http://`, `https://`, `socks5://` or `socks5h://`")
    }
}

/// A server of mails, by one address. It has no form to be shown in, because it may hold a password.
pub struct SmtpServer {
    /// Where it is.
    pub host: String,
    /// At which port, if not at the usual one.
    pub port: Option<u16>,
    /// As whom it is asked.
    pub user: Option<String>,
    /// By which password.
    pub password: Option<SecretString>,
    /// How the way there is secured, where that is said.
    pub tls: Option<SmtpTls>,
}

impl FromStr for SmtpServer {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, &'static str> {
        const WRONG: &str = "must be an address such as `smtp://user:password@mail.example.org:587`, \
             with `smtps://` for TLS from the first byte, or `?tls=none` for none";
        let url = Url::parse(text).ok().filter(Url::has_host).ok_or(WRONG)?;
        let mut asked = url.query_pairs();
        let tls = match (url.scheme(), asked.next()) {
            ("smtps", None) => Some(SmtpTls::Tls),
            ("smtp", None) => None,
            ("smtp", Some((name, value))) if name == "tls" => {
                Some(value.parse().map_err(|_unknown| WRONG)?)
            }
            _ => return Err(WRONG),
        };
        let plain = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let user = Some(url.username()).filter(|user| !user.is_empty());
        let password = url.password().filter(|_| user.is_some());
        if asked.next().is_some() || user.is_some() != password.is_some() {
            return Err(WRONG);
        }
        Ok(Self {
            // A socket takes addresses of version 6 without their brackets.
            host: url
                .host_str()
                .ok_or(WRONG)?
                .trim_matches(['[', ']'])
                .to_owned(),
            port: url.port(),
            user: user.map(plain),
            password: password.map(|password| plain(password).into()),
            tls,
        })
    }
}

/// The name by which people find a bot, without the `@`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BotUserName(pub String);

impl FromStr for BotUserName {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let name = text.trim().trim_start_matches('@');
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        if (1..=32).contains(&name.len()) && name.bytes().all(is_plain) {
            return Ok(Self(name.to_owned()));
        }
        Err(format!(
            "must be a name such as `filmhub_bot`, got `{text}`"
        ))
    }
}

impl fmt::Display for BotUserName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Origins of browser apps, separated by commas, or `*` for any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origins(pub Vec<String>);

impl FromStr for Origins {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        if text.trim() == "*" {
            return Ok(Self(vec!["*".to_owned()]));
        }
        text.split(',')
            .map(str::trim)
            .filter(|origin| !origin.is_empty())
            .map(|origin| {
                let url: BaseUrl = origin.parse()?;
                let written = url.to_string();
                if !written.contains('*')
                    && url.into_url().origin().ascii_serialization() == written
                {
                    Ok(written)
                } else {
                    Err(format!(
                        "must hold origins such as `https://app.example.org`, got `{origin}`"
                    ))
                }
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

impl fmt::Display for Origins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(", "))
    }
}

/// The processors of this machine.
pub fn cores() -> u32 {
    std::thread::available_parallelism()
        .map(NonZeroUsize::get)
        .ok()
        .and_then(|cores| u32::try_from(cores).ok())
        .unwrap_or(1)
        .min(256)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_have_no_path_and_any_is_a_star() {
        let origins: Origins = "https://a.example.org, http://localhost:5173"
            .parse()
            .unwrap();
        assert_eq!(
            origins.0,
            ["https://a.example.org", "http://localhost:5173"]
        );
        assert!("https://a.example.org/app".parse::<Origins>().is_err());
        assert!("https://*.example.org".parse::<Origins>().is_err());
        assert_eq!("*".parse::<Origins>().unwrap().0, ["*"]);
    }

    #[test]
    fn words_are_read_and_others_named() {
        assert_eq!("JSON".parse(), Ok(LogFormat::Json));
        assert_eq!("true".parse(), Ok(Switch::On));
        assert!(
            "maybe"
                .parse::<Switch>()
                .unwrap_err()
                .contains("`on`, `off`")
        );
    }
}
