//! From where a client comes: by its connection, or, behind proxies that are trusted, by what those say.
use crate::{Network, ProxyHeader};
use actix_web::{
    HttpRequest,
    http::header::{self, HeaderMap},
};
use std::{
    net::{IpAddr, SocketAddr},
    sync::Once,
};

/// The address of the client.
///
/// What proxies say is read from the right: each one adds by whom it was asked, so what stands left of
/// the first one that is not trusted may be anybody's invention.
pub fn of_client(req: &HttpRequest, network: &Network) -> Option<IpAddr> {
    let peer = req.peer_addr()?.ip().to_canonical();
    if !network.is_trusted(peer) {
        warn_of_proxy(req.headers(), peer);
        return Some(peer);
    }
    let hops = match network.header {
        ProxyHeader::XForwardedFor => hops(req.headers(), "x-forwarded-for", |hop| Some(hop)),
        ProxyHeader::Forwarded => hops(req.headers(), header::FORWARDED.as_str(), forwarded_for),
    };
    let mut client = peer;
    for hop in hops.into_iter().rev() {
        // What cannot be read was not written by a proxy of ours; it says nothing of who asked it.
        let Some(address) = hop else { break };
        client = address;
        if !network.is_trusted(client) {
            break;
        }
    }
    Some(client)
}

/// The elements of all lines of a header in their order.
fn hops(headers: &HeaderMap, name: &str, node: fn(&str) -> Option<&str>) -> Vec<Option<IpAddr>> {
    let lines = headers.get_all(name);
    let mut hops = Vec::new();
    for line in lines {
        match line.to_str() {
            Ok(line) => hops.extend(
                line.split(',')
                    .map(|hop| node(hop.trim()).and_then(address)),
            ),
            Err(_) => hops.push(None),
        }
    }
    hops
}

/// The parameter `for` of an element of `Forwarded` (RFC 7239, section 4).
fn forwarded_for(element: &str) -> Option<&str> {
    element.split(';').find_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        let is_for = name.eq_ignore_ascii_case("for");
        is_for.then(|| value.trim_matches('"'))
    })
}

/// An address, with or without a port, in brackets or not.
fn address(node: &str) -> Option<IpAddr> {
    let node = node.trim();
    if let Ok(with_port) = node.parse::<SocketAddr>() {
        return Some(with_port.ip().to_canonical());
    }
    let bare = node
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    let address: IpAddr = bare.unwrap_or(node).parse().ok()?;
    Some(address.to_canonical())
}

/// Says once that somebody forgot to name a proxy, since all its clients look like one then.
fn warn_of_proxy(headers: &HeaderMap, peer: IpAddr) {
    static WARNED: Once = Once::new();
    if is_inner(peer) && headers.contains_key("x-forwarded-for") {
        WARNED.call_once(|| {
            tracing::warn!(
                "requests come through a proxy that is not trusted, so limits cannot tell its clients \
                 apart; name it in FILMHUB_TRUSTED_PROXIES"
            );
        });
    }
}

/// Addresses of this machine and of inner networks; they tell nothing of who asks from the internet.
pub fn is_inner(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            address.is_loopback()
                || address.is_private()
                || address.is_link_local()
                || address.is_unspecified()
        }
        IpAddr::V6(address) => {
            address.is_loopback()
                || address.is_unique_local()
                || address.is_unicast_link_local()
                || address.is_unspecified()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn behind(header: ProxyHeader) -> Network {
        Network {
            proxies: vec!["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()],
            header,
            ..Network::default()
        }
    }

    fn client(peer: &str, headers: &[(&'static str, &str)], network: &Network) -> String {
        let mut request = TestRequest::default().peer_addr(peer.parse().unwrap());
        for header in headers {
            request = request.append_header(*header);
        }
        let address = of_client(&request.to_http_request(), network);
        address.unwrap().to_string()
    }

    const XFF: &str = "x-forwarded-for";

    #[test]
    fn nobody_but_a_trusted_proxy_says_who_asks() {
        let spoofed = [(XFF, "198.51.100.1")];
        let network = behind(ProxyHeader::XForwardedFor);
        assert_eq!(client("203.0.113.7:1", &spoofed, &network), "203.0.113.7");
        assert_eq!(client("10.0.0.1:1", &spoofed, &network), "198.51.100.1");
        assert_eq!(
            client("[::ffff:10.0.0.1]:1", &spoofed, &network),
            "198.51.100.1"
        );
        let nobody = Network::default();
        assert_eq!(client("10.0.0.1:1", &spoofed, &nobody), "10.0.0.1");
    }

    #[test]
    fn it_is_read_from_the_right_until_somebody_who_is_not_trusted() {
        let network = behind(ProxyHeader::XForwardedFor);
        for (said, meant) in [
            ("1.1.1.1, 203.0.113.7", "203.0.113.7"),
            ("1.1.1.1, 203.0.113.7, 10.0.0.2", "203.0.113.7"),
            ("203.0.113.7:4711, 10.0.0.2", "203.0.113.7"),
            ("[2001:db8::1]:4711", "2001:db8::1"),
            ("2001:db8::1,fd00::7", "2001:db8::1"),
            ("10.0.0.3", "10.0.0.3"),
            ("1.1.1.1, nonsense, 10.0.0.2", "10.0.0.2"),
            ("", "10.0.0.1"),
        ] {
            assert_eq!(
                client("10.0.0.1:1", &[(XFF, said)], &network),
                meant,
                "{said}"
            );
        }
        let lines = [(XFF, "1.1.1.1"), (XFF, "203.0.113.7")];
        assert_eq!(client("10.0.0.1:1", &lines, &network), "203.0.113.7");
    }

    #[test]
    fn the_standard_header_is_read_where_it_is_the_one_that_counts() {
        let network = behind(ProxyHeader::Forwarded);
        let both = [
            (XFF, "1.1.1.1"),
            (
                "forwarded",
                "for=1.2.3.4, for=\"[2001:db8::1]:80\";proto=https, For=10.0.0.2",
            ),
        ];
        assert_eq!(client("10.0.0.1:1", &both, &network), "2001:db8::1");
        let hidden = [("forwarded", "for=1.2.3.4, for=_hidden")];
        assert_eq!(client("10.0.0.1:1", &hidden, &network), "10.0.0.1");
        let other = behind(ProxyHeader::XForwardedFor);
        assert_eq!(client("10.0.0.1:1", &both, &other), "1.1.1.1");
    }
}
