//! How often clients may ask, and how they are told apart.
use super::{reader::Reader, values};
use application::shared::limiter::{Counted, Rate};
use infrastructure::limits::Rates;
use ipnet::IpNet;
use presentation::{Network, ProxyHeader};
use std::{fmt, net::IpAddr, num::NonZeroU32, str::FromStr, time::Duration};
use values::{CountedClients, ProxyHeaderName};

/// How often clients may ask.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RateLimits {
    /// What is allowed; empty where nothing is counted.
    pub rates: Rates,
    /// What lies between clients and the service.
    pub network: Network,
}

/// What is counted, by which setting, and how much is allowed unless somebody says otherwise.
const USUAL: [(Counted, &str, &str); 6] = [
    (Counted::SignIn, "FILMHUB_RATE_SIGN_IN", "30/m"),
    (Counted::SignUp, "FILMHUB_RATE_SIGN_UP", "20/h"),
    (Counted::Search, "FILMHUB_RATE_SEARCH", "120/m"),
    (Counted::Assistant, "FILMHUB_RATE_ASSISTANT", "20/m"),
    (Counted::Change, "FILMHUB_RATE_CHANGES", "600/m"),
    (Counted::Read, "FILMHUB_RATE_READS", "off"),
];

/// Reads them.
pub(super) fn read(reader: &mut Reader) -> RateLimits {
    let clients = reader.parsed("FILMHUB_RATE_LIMITS", CountedClients::Public);
    let proxies = reader.parsed("FILMHUB_TRUSTED_PROXIES", Networks::default());
    let header = reader.parsed("FILMHUB_PROXY_HEADER", ProxyHeaderName::XForwardedFor);
    let mut rates = Rates::default();
    for (what, name, usual) in USUAL {
        let usual = usual.parse().unwrap_or(Allowance(None));
        if let Allowance(Some(rate)) = reader.parsed(name, usual) {
            rates.insert(what, rate);
        }
    }
    if clients == CountedClients::Off {
        rates.clear();
    }
    RateLimits {
        rates,
        network: Network {
            proxies: proxies.0,
            header: match header {
                ProxyHeaderName::XForwardedFor => ProxyHeader::XForwardedFor,
                ProxyHeaderName::Forwarded => ProxyHeader::Forwarded,
            },
            counts_inner: clients == CountedClients::All,
        },
    }
}

/// A rate such as `30/m`, or `off`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Allowance(Option<Rate>);

const UNITS: [(&str, u64); 4] = [("s", 1), ("m", 60), ("h", 3_600), ("d", 86_400)];

impl FromStr for Allowance {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, &'static str> {
        const WRONG: &str = "must be `off` or a rate such as `30/m`: a number from 1 to 1000000 in a \
             second (`s`), a minute (`m`), an hour (`h`) or a day (`d`)";
        if text == "off" {
            return Ok(Self(None));
        }
        let (count, unit) = text.split_once('/').ok_or(WRONG)?;
        let count: NonZeroU32 = count.trim().parse().map_err(|_not_a_number| WRONG)?;
        let unit = UNITS.iter().find(|(name, _)| *name == unit.trim());
        let (_, seconds) = unit.ok_or(WRONG)?;
        if count.get() > 1_000_000 {
            return Err(WRONG);
        }
        let per = Duration::from_secs(*seconds);
        Ok(Self(Some(Rate { count, per })))
    }
}

impl fmt::Display for Allowance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(rate) = self.0 else {
            return f.write_str("off");
        };
        let seconds = rate.per.as_secs();
        let unit = UNITS.iter().find(|(_, length)| *length == seconds);
        write!(f, "{}/{}", rate.count, unit.map_or("s", |(name, _)| name))
    }
}

/// Networks and addresses, separated by commas.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Networks(Vec<IpNet>);

impl FromStr for Networks {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty());
        let network = |part: &str| {
            let whole = part.parse::<IpNet>().ok();
            let single = || part.parse::<IpAddr>().ok().map(IpNet::from);
            whole.or_else(single).ok_or_else(|| {
                format!("must hold networks such as `10.0.0.0/8` or addresses, got `{part}`")
            })
        };
        parts.map(network).collect::<Result<_, _>>().map(Self)
    }
}

impl fmt::Display for Networks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<String> = self.0.iter().map(IpNet::to_string).collect();
        f.write_str(&names.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::source::Sources;

    fn read_from(values: &[(&str, &str)]) -> (RateLimits, Vec<String>) {
        let mut reader = Reader::new(Sources::of(values), Vec::new());
        let limits = read(&mut reader);
        (limits, reader.finish().1)
    }

    #[test]
    fn doors_are_limited_and_reading_is_not() {
        let (limits, errors) = read_from(&[]);
        assert!(errors.is_empty());
        let rate = limits.rates[&Counted::SignIn];
        assert_eq!((rate.count.get(), rate.per), (30, Duration::from_mins(1)));
        assert!(!limits.rates.contains_key(&Counted::Read));
        assert_eq!(limits.network, Network::default());
    }

    #[test]
    fn rates_can_be_set_and_all_switched_off() {
        let (limits, _) = read_from(&[
            ("FILMHUB_RATE_SIGN_UP", "off"),
            ("FILMHUB_RATE_READS", "1000/s"),
            ("FILMHUB_RATE_LIMITS", "all"),
        ]);
        assert!(!limits.rates.contains_key(&Counted::SignUp));
        let interval = limits.rates[&Counted::Read].interval();
        assert_eq!(interval, Duration::from_millis(1));
        assert!(limits.network.counts_inner);
        assert!(
            read_from(&[("FILMHUB_RATE_LIMITS", "off")])
                .0
                .rates
                .is_empty()
        );
    }

    #[test]
    fn proxies_are_networks_or_addresses() {
        let proxies = [("FILMHUB_TRUSTED_PROXIES", "10.0.0.0/8, 192.0.2.1,fd00::/8")];
        let (limits, errors) = read_from(&proxies);
        let shown: Vec<String> = limits
            .network
            .proxies
            .iter()
            .map(IpNet::to_string)
            .collect();
        assert_eq!(shown, ["10.0.0.0/8", "192.0.2.1/32", "fd00::/8"]);
        assert!(errors.is_empty());
    }

    #[test]
    fn what_is_no_rate_or_network_is_refused() {
        for (name, value) in [
            ("FILMHUB_RATE_SIGN_IN", "30"),
            ("FILMHUB_RATE_SIGN_IN", "0/m"),
            ("FILMHUB_RATE_SIGN_IN", "1000001/s"),
            ("FILMHUB_RATE_SIGN_IN", "3/w"),
            ("FILMHUB_RATE_LIMITS", "some"),
            ("FILMHUB_TRUSTED_PROXIES", "proxy.internal"),
            ("FILMHUB_PROXY_HEADER", "x-real-ip"),
        ] {
            let (_, errors) = read_from(&[(name, value)]);
            assert_eq!(errors.len(), 1, "{name}={value}: {errors:?}");
        }
    }
}
