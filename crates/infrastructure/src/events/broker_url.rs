//! Where events go beside the consumers of this process.
use lapin::uri::AMQPUri;
use secrecy::{ExposeSecret, SecretString};
use std::fmt;
use url::{Host, Url};

/// A server like `RabbitMQ`, by `amqp://` or `amqps://`.
#[derive(Clone)]
pub struct AmqpUrl {
    whole: SecretString,
    place: Option<Host>,
    /// Without user and password.
    shown: String,
}

/// Servers of Kafka, as its client takes them: each as `host:port`, with commas between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KafkaServers(String);

/// The address of a broker.
#[derive(Clone, Debug)]
pub enum BrokerUrl {
    /// It speaks AMQP 0.9.1.
    Amqp(AmqpUrl),
    /// It is Kafka.
    #[cfg(feature = "kafka")]
    Kafka(KafkaServers),
}

/// The text is no address of a broker. It may hold a password, so nothing of it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidBrokerUrl {
    /// It names another kind of broker.
    #[error("must start with `amqp://`, `amqps://` or `kafka://`")]
    UnknownScheme,
    /// It is no address of its kind.
    #[error("must be like `amqp://user:password@host:5672/vhost`")]
    MalformedAmqp,
    /// It is no address of its kind.
    #[error("must be like `kafka://host:9092` or `kafka://host:9092,other:9092`, without a user")]
    MalformedKafka,
    /// This binary cannot speak to Kafka.
    #[error("names Kafka, for which this binary was not built (cargo feature `kafka`)")]
    WithoutKafka,
}

impl BrokerUrl {
    /// Reads an address.
    ///
    /// # Errors
    /// [`InvalidBrokerUrl`] when it is none, or one that this binary cannot speak to.
    pub fn read(secret: &SecretString) -> Result<Self, InvalidBrokerUrl> {
        let text = secret.expose_secret().trim();
        match text.split_once("://") {
            Some(("amqp" | "amqps", _)) => AmqpUrl::read(text).map(Self::Amqp),
            Some(("kafka", servers)) => KafkaServers::read(servers).and_then(Self::of_kafka),
            Some(_) | None => Err(InvalidBrokerUrl::UnknownScheme),
        }
    }

    #[cfg(feature = "kafka")]
    #[expect(
        clippy::unnecessary_wraps,
        reason = "without the feature it is refused"
    )]
    fn of_kafka(servers: KafkaServers) -> Result<Self, InvalidBrokerUrl> {
        Ok(Self::Kafka(servers))
    }

    #[cfg(not(feature = "kafka"))]
    fn of_kafka(_: KafkaServers) -> Result<Self, InvalidBrokerUrl> {
        Err(InvalidBrokerUrl::WithoutKafka)
    }
}

impl fmt::Display for BrokerUrl {
    /// Without user and password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Amqp(url) => f.write_str(&url.shown),
            #[cfg(feature = "kafka")]
            Self::Kafka(servers) => write!(f, "kafka://{servers}"),
        }
    }
}

impl AmqpUrl {
    fn read(text: &str) -> Result<Self, InvalidBrokerUrl> {
        let malformed = || InvalidBrokerUrl::MalformedAmqp;
        let url = Url::parse(text).map_err(|_malformed| malformed())?;
        let host = url.host_str().filter(|host| !host.is_empty());
        let host = host.ok_or_else(malformed)?;
        text.parse::<AMQPUri>().map_err(|_malformed| malformed())?;
        let port = url
            .port()
            .map_or_else(String::new, |port| format!(":{port}"));
        let shown = format!("{}://{host}{port}{}", url.scheme(), url.path());
        Ok(Self {
            whole: text.to_owned().into(),
            place: url.host().map(|host| host.to_owned()),
            shown,
        })
    }

    /// The address as the client understands it. A connection that has died is noticed by its heartbeat
    /// within a minute, unless the address says otherwise.
    pub(super) fn for_client(&self) -> Result<AMQPUri, InvalidBrokerUrl> {
        const HEARTBEAT_SECONDS: u16 = 20;
        let uri = self.whole.expose_secret().parse::<AMQPUri>();
        let mut uri = uri.map_err(|_malformed| InvalidBrokerUrl::MalformedAmqp)?;
        uri.query.heartbeat.get_or_insert(HEARTBEAT_SECONDS);
        // The client takes an address of version 6 for none and asks this machine instead.
        if let Some(Host::Ipv6(address)) = self.place.as_ref() {
            uri.authority.host = address.to_string();
        }
        Ok(uri)
    }
}

impl fmt::Debug for AmqpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl KafkaServers {
    fn read(text: &str) -> Result<Self, InvalidBrokerUrl> {
        let servers = text.trim_end_matches('/').split(',').map(server);
        let servers: Option<Vec<String>> = servers.collect();
        let servers = servers.ok_or(InvalidBrokerUrl::MalformedKafka)?;
        Ok(Self(servers.join(",")))
    }
}

impl fmt::Display for KafkaServers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One server, if it is one and names no user: nothing of it is a secret then.
fn server(text: &str) -> Option<String> {
    let url = Url::parse(&format!("kafka://{}", text.trim())).ok()?;
    let is_plain = url.username().is_empty()
        && url.password().is_none()
        && url.path().is_empty()
        && url.query().is_none()
        && url.fragment().is_none();
    let host = url.host_str().filter(|host| !host.is_empty() && is_plain)?;
    Some(format!("{host}:{}", url.port()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<BrokerUrl, InvalidBrokerUrl> {
        BrokerUrl::read(&text.to_owned().into())
    }

    #[test]
    fn an_address_is_shown_without_user_and_password() {
        for (text, shown) in [
            ("amqp://films:hidden@mq:5672/films", "amqp://mq:5672/films"),
            (
                "amqps://films:hid%2Fden@mq.example.org",
                "amqps://mq.example.org",
            ),
            ("amqp://[::1]:5672/%2f", "amqp://[::1]:5672/%2f"),
        ] {
            let url = read(text).unwrap();
            assert_eq!(url.to_string(), shown);
            assert!(!format!("{url:?}").contains("hid"), "{url:?}");
        }
    }

    #[test]
    fn the_client_gets_all_of_it_and_a_heartbeat() {
        let Ok(BrokerUrl::Amqp(url)) = read("amqp://films:p%40ss%2Fword@mq/films") else {
            panic!("it is the address of a broker");
        };
        let uri = url.for_client().unwrap();
        assert_eq!(uri.authority.userinfo.password, "p@ss/word");
        assert_eq!(
            (uri.vhost.as_str(), uri.query.heartbeat),
            ("films", Some(20))
        );
        let Ok(BrokerUrl::Amqp(url)) = read("amqp://mq?heartbeat=5") else {
            panic!("it is the address of a broker");
        };
        let uri = url.for_client().unwrap();
        assert_eq!((uri.vhost.as_str(), uri.query.heartbeat), ("/", Some(5)));
        let Ok(BrokerUrl::Amqp(url)) = read("amqp://[::1]:5672") else {
            panic!("it is the address of a broker");
        };
        assert_eq!(url.for_client().unwrap().authority.host, "::1");
    }

    #[test]
    fn other_texts_are_refused_and_not_told() {
        for (text, why) in [
            ("hidden", InvalidBrokerUrl::UnknownScheme),
            ("redis://hidden", InvalidBrokerUrl::UnknownScheme),
            ("amqp://user:hidden@", InvalidBrokerUrl::MalformedAmqp),
            ("amqp://hidden:port", InvalidBrokerUrl::MalformedAmqp),
            (
                "amqp://mq?heartbeat=hidden",
                InvalidBrokerUrl::MalformedAmqp,
            ),
            ("kafka://", InvalidBrokerUrl::MalformedKafka),
            ("kafka://hidden", InvalidBrokerUrl::MalformedKafka),
            ("kafka://a:9092,", InvalidBrokerUrl::MalformedKafka),
            ("kafka://u:hidden@a:9092", InvalidBrokerUrl::MalformedKafka),
            ("kafka://a:9092/hidden", InvalidBrokerUrl::MalformedKafka),
        ] {
            let refused = read(text).unwrap_err();
            assert_eq!(refused, why, "{text}");
            assert!(!refused.to_string().contains("hidden"));
        }
    }

    #[test]
    fn kafka_is_spoken_to_by_a_binary_that_can() {
        let read = read("kafka://one:9092,[::1]:9093");
        if cfg!(feature = "kafka") {
            assert_eq!(read.unwrap().to_string(), "kafka://one:9092,[::1]:9093");
        } else {
            assert_eq!(read.unwrap_err(), InvalidBrokerUrl::WithoutKafka);
        }
    }
}
