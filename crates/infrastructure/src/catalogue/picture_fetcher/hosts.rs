//! From where pictures may be fetched.
use std::{collections::HashSet, fmt, net::IpAddr, str::FromStr};
use url::{Host, Origin, Url};

/// The hosts from which pictures may be fetched: those that the known sources name, and more by
/// setting.
///
/// They are asked by `https` on its own port. A setting may name a whole origin with another port, and
/// one by plain `http` on this machine, where nobody listens in; only then may pictures come from
/// this machine at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PictureHosts {
    names: HashSet<String>,
    origins: HashSet<Origin>,
    on_this_machine: HashSet<String>,
    added: String,
}

/// Where the known sources keep their pictures.
const KNOWN: [&str; 5] = [
    "image.tmdb.org",
    "kinopoiskapiunofficial.tech",
    "avatars.mds.yandex.net",
    "st.kp.yandex.net",
    "image.openmoviedb.com",
];

impl Default for PictureHosts {
    fn default() -> Self {
        Self {
            names: KNOWN.map(str::to_owned).into(),
            origins: HashSet::new(),
            on_this_machine: HashSet::new(),
            added: String::new(),
        }
    }
}

/// Something in the list of hosts is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "must hold names of hosts or `https` origins, with `http` for this machine only; `{0}` is neither"
)]
pub struct NotAPictureHost(String);

/// What was added to the known hosts, as it is shown in a list of settings.
impl fmt::Display for PictureHosts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.added)
    }
}

/// The known hosts and those in a list with commas between.
impl FromStr for PictureHosts {
    type Err = NotAPictureHost;

    fn from_str(text: &str) -> Result<Self, NotAPictureHost> {
        let mut hosts = Self {
            added: text.to_owned(),
            ..Self::default()
        };
        for entry in text.split(',').map(str::trim) {
            if !entry.is_empty() && hosts.add(entry).is_none() {
                return Err(NotAPictureHost(entry.to_owned()));
            }
        }
        Ok(hosts)
    }
}

impl PictureHosts {
    fn add(&mut self, entry: &str) -> Option<()> {
        if !entry.contains("://") {
            let url = Url::parse(&format!("https://{entry}")).ok()?;
            let Host::Domain(name) = url.host()? else {
                return None;
            };
            let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"-.".contains(&byte);
            let is_bare =
                is_bare_origin(&url) && url.port().is_none() && name.bytes().all(is_letter);
            return is_bare.then(|| {
                self.names.insert(name.to_owned());
            });
        }
        let url = Url::parse(entry).ok()?;
        let is_here = is_this_machine(&url.host()?);
        let is_asked_safely = url.scheme() == "https" || (url.scheme() == "http" && is_here);
        if !is_asked_safely || !is_bare_origin(&url) {
            return None;
        }
        if is_here {
            self.on_this_machine.insert(url.host_str()?.to_owned());
        }
        self.origins.insert(url.origin());
        Some(())
    }

    /// Whether a picture may be fetched from this address.
    pub(super) fn allow(&self, url: &Url) -> bool {
        if !url.username().is_empty() || url.password().is_some() {
            return false;
        }
        let is_known = match url.host() {
            Some(Host::Domain(name)) => self.names.contains(name.trim_end_matches('.')),
            Some(Host::Ipv4(_) | Host::Ipv6(_)) | None => false,
        };
        (is_known && url.scheme() == "https" && url.port().is_none())
            || self.origins.contains(&url.origin())
    }

    /// Whether a name is one of this machine from which pictures may be fetched.
    pub(super) fn is_on_this_machine(&self, name: &str) -> bool {
        self.on_this_machine.contains(name)
    }
}

fn is_bare_origin(url: &Url) -> bool {
    let is_nobody = url.username().is_empty() && url.password().is_none();
    is_nobody && url.path() == "/" && url.query().is_none() && url.fragment().is_none()
}

fn is_this_machine(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => IpAddr::from(*address).is_loopback(),
        Host::Ipv6(address) => IpAddr::from(*address).is_loopback(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(hosts: &str, url: &str) -> bool {
        let hosts: PictureHosts = hosts.parse().unwrap();
        Url::parse(url).is_ok_and(|url| hosts.allow(&url))
    }

    #[test]
    fn pictures_come_from_the_known_hosts_by_https() {
        for url in [
            "https://image.tmdb.org/t/p/original/a.jpg",
            "https://IMAGE.TMDB.ORG:443/t/p/original/a.jpg",
            "https://kinopoiskapiunofficial.tech/images/posters/kp/1.jpg",
        ] {
            assert!(allows("", url), "{url}");
        }
    }

    #[test]
    fn no_disguise_of_another_host_passes() {
        for url in [
            "http://image.tmdb.org/a.jpg",
            "https://image.tmdb.org:8443/a.jpg",
            "https://evil.example/a.jpg",
            "https://image.tmdb.org.evil.example/a.jpg",
            "https://image.tmdb.org@evil.example/a.jpg",
            "https://user:password@image.tmdb.org/a.jpg",
            "https://evil.example/#image.tmdb.org",
            "https://evil.example\\@image.tmdb.org/a.jpg",
            "https://x.image.tmdb.org/a.jpg",
            "https://127.0.0.1/a.jpg",
            "https://2130706433/a.jpg",
            "https://0x7f.1/a.jpg",
            "https://[::1]/a.jpg",
            "https://[::ffff:10.0.0.1]/a.jpg",
            "https://localhost/a.jpg",
            "file:///etc/passwd",
            "ftp://image.tmdb.org/a.jpg",
            "gopher://image.tmdb.org/",
        ] {
            assert!(!allows("", url), "{url}");
        }
    }

    #[test]
    fn a_setting_adds_hosts_and_origins() {
        let hosts = "pictures.example.org, https://cdn.example.org:8443,http://127.0.0.1:9000,";
        assert!(allows(hosts, "https://pictures.example.org/a.jpg"));
        assert!(allows(hosts, "https://cdn.example.org:8443/a.jpg"));
        assert!(allows(hosts, "http://127.0.0.1:9000/a.jpg"));
        assert!(allows(hosts, "https://image.tmdb.org/a.jpg"));
        for url in [
            "https://cdn.example.org/a.jpg",
            "http://cdn.example.org:8443/a.jpg",
            "http://127.0.0.1:9001/a.jpg",
            "http://pictures.example.org/a.jpg",
        ] {
            assert!(!allows(hosts, url), "{url}");
        }
    }

    #[test]
    fn what_is_no_host_is_refused() {
        for bad in [
            "http://pictures.example.org",
            "http://10.0.0.1",
            "https://pictures.example.org/path",
            "https://user@pictures.example.org",
            "pictures.example.org/path",
            "pictures.example.org:8443",
            "10.0.0.1",
            "ftp://127.0.0.1",
            "*",
            "a b",
        ] {
            bad.parse::<PictureHosts>().unwrap_err();
        }
    }
}
