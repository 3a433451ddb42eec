//! The network that an address belongs to.
use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

/// The first 24 bits of an IPv4 address, or the first 48 of an IPv6 address.
///
/// It tells a person which provider and about which town somebody came from, and names no household.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NetworkPrefix(IpAddr);

/// The text is no such network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a network such as `203.0.113.0/24` or `2001:db8:1::/48`")]
pub struct UnknownNetworkPrefix;

impl NetworkPrefix {
    /// The network of an address.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V4(address) => {
                let [a, b, c, _] = address.octets();
                Ipv4Addr::new(a, b, c, 0).into()
            }
            IpAddr::V6(address) => {
                let [a, b, c, ..] = address.segments();
                Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0).into()
            }
        })
    }

    const fn length(self) -> u8 {
        match self.0 {
            IpAddr::V4(_) => 24,
            IpAddr::V6(_) => 48,
        }
    }
}

impl fmt::Display for NetworkPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.0, self.length())
    }
}

impl FromStr for NetworkPrefix {
    type Err = UnknownNetworkPrefix;
    fn from_str(text: &str) -> Result<Self, UnknownNetworkPrefix> {
        let (address, _) = text.split_once('/').ok_or(UnknownNetworkPrefix)?;
        let address = address.parse().map_err(|_malformed| UnknownNetworkPrefix)?;
        let prefix = Self::of(address);
        let is_the_same = prefix.to_string() == text;
        is_the_same.then_some(prefix).ok_or(UnknownNetworkPrefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_cut_to_its_network() {
        for (address, network) in [
            ("203.0.113.7", "203.0.113.0/24"),
            ("::ffff:203.0.113.7", "203.0.113.0/24"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
        ] {
            let prefix = NetworkPrefix::of(address.parse().unwrap());
            assert_eq!(prefix.to_string(), network);
            assert_eq!(network.parse(), Ok(prefix));
        }
    }

    #[test]
    fn nothing_finer_is_read_as_a_network() {
        for text in ["203.0.113.7/24", "203.0.113.7", "203.0.0.0/16", "x/24", ""] {
            assert_eq!(text.parse::<NetworkPrefix>(), Err(UnknownNetworkPrefix));
        }
    }
}
