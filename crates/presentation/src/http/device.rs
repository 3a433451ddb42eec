//! What a client calls itself, and from where it comes.
use super::{
    address::{is_inner, of_client},
    problem::Problem,
    state::api,
};
use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header};
use domain::identity::{DeviceName, Opener};
use std::future::{Ready, ready};

/// A client, and from where it comes, as far as a person may be told of it.
#[derive(Debug)]
pub struct Opening(pub Opener);

impl FromRequest for Opening {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let address = api(req).map(|api| of_client(req, &api.settings.network));
        ready(address.map(|address| {
            Self(Opener {
                device: device(req),
                address: address.filter(|address| !is_inner(*address)),
            })
        }))
    }
}

/// The client's `User-Agent`, cut to what is kept; nothing where there is none.
fn device(req: &HttpRequest) -> Option<DeviceName> {
    let text = req.headers().get(header::USER_AGENT)?.to_str().ok()?;
    let cut: String = text.chars().take(DeviceName::MAX).collect();
    DeviceName::parse(&cut).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Api, ApiSettings, BotName, Limits, Network, PosterAddresses};
    use actix_web::test::TestRequest;
    use application::fakes::World;
    use domain::shared::Language;
    use std::net::IpAddr;

    fn opener(peer: &str) -> Opener {
        let settings = ApiSettings {
            default_language: Language::Russian,
            posters: PosterAddresses::Originals {
                base: String::new(),
            },
            files_dir: None,
            cors_origins: Vec::new(),
            version: String::new(),
            bot_name: BotName::default(),
            webhook: None,
            limits: Limits::default(),
            network: Network::default(),
            hsts_days: 0,
        };
        let request = TestRequest::default()
            .app_data(Api::new(World::new().application(), settings))
            .peer_addr(peer.parse().unwrap())
            .insert_header((header::USER_AGENT, "Films 2 (Pixel 9)"))
            .to_http_request();
        let opening = Opening::from_request(&request, &mut Payload::None);
        opening.into_inner().unwrap().0
    }

    #[test]
    fn who_opens_something_is_told_of_by_device_and_address() {
        let opener = opener("203.0.113.7:4711");
        assert_eq!(opener.device.unwrap().as_str(), "Films 2 (Pixel 9)");
        assert_eq!(opener.address, Some(IpAddr::from([203, 0, 113, 7])));
    }

    #[test]
    fn addresses_of_inner_networks_are_not_told() {
        for peer in [
            "127.0.0.1:1",
            "10.1.2.3:1",
            "172.18.0.2:1",
            "192.168.1.1:1",
            "[::1]:1",
            "[fd00::1]:1",
            "[::ffff:10.0.0.1]:1",
        ] {
            assert_eq!(opener(peer).address, None, "{peer}");
        }
        assert!(opener("[2001:db8::1]:1").address.is_some());
        assert!(opener("[::ffff:203.0.113.7]:1").address.unwrap().is_ipv4());
    }
}
