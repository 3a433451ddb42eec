//! Names are resolved to addresses of the public network only.
use super::hosts::PictureHosts;
use futures_util::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
};

/// Asks the system for the addresses of a name.
pub(super) type LookUp =
    Arc<dyn Fn(String) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> + Send + Sync>;

/// Resolves names for the HTTP client, which connects to these addresses and looks up nothing by
/// itself: between the check and the connection a name cannot come to mean something else.
pub(super) struct PublicAddresses {
    hosts: PictureHosts,
    proxy: Option<String>,
    look_up: LookUp,
}

/// A name leads nowhere, or only into a network that is not public.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` has no public address")]
struct NoPublicAddress(String);

impl PublicAddresses {
    /// Resolves names of pictures' hosts, and of a proxy, which may well be nearby.
    pub(super) fn new(hosts: PictureHosts, proxy: Option<String>, look_up: LookUp) -> Self {
        Self {
            hosts,
            proxy,
            look_up,
        }
    }
}

impl Resolve for PublicAddresses {
    fn resolve(&self, name: Name) -> Resolving {
        let name = name.as_str().to_owned();
        let is_proxy = self.proxy.as_ref() == Some(&name);
        let may_be_near = is_proxy || self.hosts.is_on_this_machine(&name);
        let looked_up = (self.look_up)(name.clone());
        Box::pin(async move {
            let mut addresses = looked_up.await?;
            if !may_be_near {
                addresses.retain(|address| is_public(address.ip()));
            }
            if addresses.is_empty() {
                return Err(NoPublicAddress(name).into());
            }
            let addresses: Addrs = Box::new(addresses.into_iter());
            Ok(addresses)
        })
    }
}

/// The system's own way.
pub(super) fn by_the_system() -> LookUp {
    Arc::new(|name| {
        Box::pin(async move {
            // The client puts in the port.
            Ok(tokio::net::lookup_host((name, 0)).await?.collect())
        })
    })
}

/// Whether an address belongs to the public network (the registries of special addresses that RFC 6890
/// set up).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let is_special = match (a, b, c) {
        // This network, private, this machine, multicast and reserved.
        (0 | 10 | 127 | 224..=255, _, _)
        // Shared by customers of a provider.
        | (100, 64..=127, _)
        // Of one link; clouds tell secrets there.
        | (169, 254, _)
        // Private.
        | (172, 16..=31, _)
        | (192, 168, _)
        // Protocols, examples, and the way to 6to4.
        | (192, 0, 0 | 2)
        | (192, 88, 99)
        // Measuring, and examples.
        | (198, 18..=19, _)
        | (198, 51, 100)
        | (203, 0, 113) => true,
        _ => false,
    };
    !is_special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    if let Some(within) = v4_within(address) {
        return is_public_v4(within);
    }
    let [first, second, third, ..] = address.segments();
    match first {
        // Protocols, Teredo and other tunnels.
        0x2001 if second < 0x0200 => false,
        // Examples.
        0x2001 if second == 0x0db8 => false,
        0x3fff if second < 0x1000 => false,
        // NAT64 of a network's own.
        0x0064 if (second, third) == (0xff9b, 1) => false,
        // The only part of the space that is given out.
        0x2000..=0x3fff => true,
        _ => false,
    }
}

/// The address of the older kind that one of the newer kind leads to.
fn v4_within(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let [first, second, third, fourth, fifth, sixth, seventh, eighth] = address.segments();
    let of = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match (first, second, third, fourth, fifth, sixth) {
        // Mapped, and NAT64.
        (0, 0, 0, 0, 0, 0xffff) | (0x0064, 0xff9b, 0, 0, 0, 0) => Some(of(seventh, eighth)),
        // 6to4.
        (0x2002, ..) => Some(of(second, third)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_the_public_network_are_public() {
        for public in [
            "1.1.1.1",
            "100.63.255.255",
            "100.128.0.0",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "198.20.0.1",
            "223.255.255.255",
            "2606:4700::1111",
            "2a00:1450:4010::5e",
            "::ffff:1.1.1.1",
            "64:ff9b::1.1.1.1",
            "2002:101:101::1",
        ] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
    }

    #[test]
    fn addresses_of_inner_networks_are_not() {
        for inner in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::10.0.0.1",
            "64:ff9b:1::1.1.1.1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "2002:a00:1::1",
            "3fff::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_public(inner.parse().unwrap()), "{inner}");
        }
    }
}
