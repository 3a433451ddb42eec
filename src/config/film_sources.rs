//! Other catalogues, and the cache of what they tell.
use super::{reader::Reader, values::BaseUrl};
use domain::{catalogue::SourceName, shared::Language};
use infrastructure::sources::{Endpoint, RedisShelf, SourceConfig};
use secrecy::{ExposeSecret, SecretString};
use std::{fmt, str::FromStr, time::Duration};
use url::Url;

/// The names of the settings of one source.
struct Names {
    source: SourceName,
    key: &'static str,
    base_url: &'static str,
    proxy: &'static str,
    timeout: &'static str,
    default_base_url: &'static str,
    /// Paths of versions that may stand at the end of the base URL, because other programs want them
    /// there; they are part of what is asked here.
    versions: &'static [&'static str],
}

const TMDB: Names = Names {
    source: SourceName::Tmdb,
    key: "TMDB_API_KEY",
    base_url: "TMDB_BASE_URL",
    proxy: "TMDB_PROXY",
    timeout: "TMDB_TIMEOUT_SECONDS",
    default_base_url: "https://api.themoviedb.org",
    versions: &["/3"],
};
const KINOPOISK_UNOFFICIAL: Names = Names {
    source: SourceName::KinopoiskUnofficial,
    key: "KINOPOISK_UNOFFICIAL_KEY",
    base_url: "KINOPOISK_UNOFFICIAL_BASE_URL",
    proxy: "KINOPOISK_UNOFFICIAL_PROXY",
    timeout: "KINOPOISK_UNOFFICIAL_TIMEOUT_SECONDS",
    default_base_url: "https://kinopoiskapiunofficial.tech",
    versions: &["/api/v2.2", "/api/v2.1", "/api/v1", "/api"],
};
const KINOPOISK_DEV: Names = Names {
    source: SourceName::KinopoiskDev,
    key: "KINOPOISK_DEV_KEY",
    base_url: "KINOPOISK_DEV_BASE_URL",
    proxy: "KINOPOISK_DEV_PROXY",
    timeout: "KINOPOISK_DEV_TIMEOUT_SECONDS",
    default_base_url: "https://api.kinopoisk.dev",
    versions: &["/v1.4", "/v1"],
};

/// Sources by name, in the order in which they are asked.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Order(Vec<SourceName>);

impl Order {
    /// Who knows most in a language comes first.
    fn usual(language: Language) -> Self {
        use SourceName::{KinopoiskDev, KinopoiskUnofficial, Tmdb};
        Self(match language {
            Language::Russian => vec![KinopoiskUnofficial, KinopoiskDev, Tmdb],
            Language::English => vec![Tmdb, KinopoiskUnofficial, KinopoiskDev],
        })
    }
}

impl FromStr for Order {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let mut order = Vec::new();
        for name in text.split(',').map(str::trim) {
            let source: SourceName = name.parse().map_err(|failure| format!("{failure}"))?;
            if order.contains(&source) {
                return Err(format!("names `{source}` twice"));
            }
            order.push(source);
        }
        Ok(Self(order))
    }
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.0.iter().map(|source| source.name()).collect();
        f.write_str(&names.join(","))
    }
}

/// Reads the sources that have a key, in their order.
pub(super) fn read(reader: &mut Reader, language: Language) -> Vec<SourceConfig> {
    let order = reader.parsed("FILMHUB_SOURCES", Order::usual(language));
    let tmdb_language = reader.parsed("TMDB_LANGUAGE", language);
    let configured = [
        read_source(reader, &TMDB, tmdb_language),
        read_source(reader, &KINOPOISK_UNOFFICIAL, Language::Russian),
        read_source(reader, &KINOPOISK_DEV, Language::Russian),
    ];
    let configured: Vec<SourceConfig> = configured.into_iter().flatten().collect();
    let in_order = order.0.iter().filter_map(|source| {
        let meant = |config: &&SourceConfig| config.source == *source;
        configured.iter().find(meant).cloned()
    });
    in_order.collect()
}

fn read_source(reader: &mut Reader, names: &Names, language: Language) -> Option<SourceConfig> {
    let key = reader.secret(names.key);
    let base_url: Option<BaseUrl> = reader.optional(names.base_url);
    let proxy = read_proxy(reader, names.proxy);
    let seconds = reader.within(names.timeout, 1..=30, 5);
    let base_url = match base_url {
        Some(url) => without_version(url.into_url(), names.versions),
        None => names.default_base_url.parse().ok()?,
    };
    let config = SourceConfig {
        source: names.source,
        endpoint: Endpoint {
            base_url,
            proxy,
            answer_within: Duration::from_secs(seconds.into()),
        },
        key: key?,
        language,
    };
    if let Err(failure) = config.check() {
        reader.refuse(names.key, format!("or its proxy cannot be used: {failure}"));
        return None;
    }
    Some(config)
}

/// A proxy may hold a password, so it is treated as a secret.
fn read_proxy(reader: &mut Reader, name: &'static str) -> Option<Url> {
    let secret = reader.secret(name)?;
    let url = Url::parse(secret.expose_secret()).ok();
    let is_proxy = |url: &Url| {
        matches!(url.scheme(), "http" | "https" | "socks5" | "socks5h") && url.has_host()
    };
    let proxy = url.filter(is_proxy);
    if proxy.is_none() {
        let why = "must start with `http://`, `https://`, `socks5://` or `socks5h://`";
        reader.refuse(name, why);
    }
    proxy
}

fn without_version(mut url: Url, versions: &[&str]) -> Url {
    let path = url.path().trim_end_matches('/').to_owned();
    let version = versions
        .iter()
        .find_map(|version| path.strip_suffix(version));
    url.set_path(version.unwrap_or(&path));
    url
}

/// Reads the address of Redis.
pub(super) fn read_redis(reader: &mut Reader) -> Option<SecretString> {
    let url = reader.secret("REDIS_URL")?;
    if let Err(failure) = RedisShelf::check(&url) {
        reader.refuse("REDIS_URL", failure);
        return None;
    }
    Some(url)
}

/// Reads how long a search by title waits for sources.
pub(super) fn read_search_budget(reader: &mut Reader) -> Duration {
    let milliseconds = reader.within("FILMHUB_SEARCH_BUDGET_MS", 0..=10_000, 1_500);
    Duration::from_millis(milliseconds.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::source::Sources;

    fn read_from(values: &[(&str, &str)], language: Language) -> (Vec<SourceConfig>, Vec<String>) {
        let mut reader = Reader::new(Sources::of(values), Vec::new());
        let sources = read(&mut reader, language);
        let _ = read_redis(&mut reader);
        let (shown, errors) = reader.finish();
        assert!(
            shown.iter().all(|line| !line.value.contains("hidden")),
            "a secret is shown"
        );
        (sources, errors)
    }

    fn names(sources: &[SourceConfig]) -> Vec<&'static str> {
        sources.iter().map(|config| config.source.name()).collect()
    }

    const KEYS: [(&str, &str); 3] = [
        ("TMDB_API_KEY", "hidden-1"),
        ("KINOPOISK_UNOFFICIAL_KEY", "hidden-2"),
        ("KINOPOISK_DEV_KEY", "hidden-3"),
    ];

    #[test]
    fn with_no_key_there_is_no_source() {
        let (sources, errors) = read_from(&[], Language::Russian);
        assert!(sources.is_empty() && errors.is_empty());
    }

    #[test]
    fn the_usual_order_follows_the_language() {
        let (sources, _) = read_from(&KEYS, Language::Russian);
        assert_eq!(
            names(&sources),
            ["kinopoisk_unofficial", "kinopoisk_dev", "tmdb"]
        );
        let (sources, _) = read_from(&KEYS, Language::English);
        assert_eq!(names(&sources).first(), Some(&"tmdb"));
    }

    #[test]
    fn an_order_of_ones_own_leaves_out_what_it_does_not_name() {
        let mut values = KEYS.to_vec();
        values.push(("FILMHUB_SOURCES", "tmdb, kinopoisk_dev"));
        let (sources, errors) = read_from(&values, Language::Russian);
        assert_eq!(names(&sources), ["tmdb", "kinopoisk_dev"]);
        assert!(errors.is_empty());
    }

    #[test]
    fn base_urls_written_for_other_programs_are_understood() {
        for (name, value) in [
            ("TMDB_BASE_URL", "https://api.example.org/3"),
            ("TMDB_BASE_URL", "https://api.example.org/3/"),
            ("TMDB_BASE_URL", "https://api.example.org"),
            (
                "KINOPOISK_UNOFFICIAL_BASE_URL",
                "https://api.example.org/api/v2.2",
            ),
            ("KINOPOISK_DEV_BASE_URL", "https://api.example.org/v1.4/"),
        ] {
            let mut values = KEYS.to_vec();
            values.push((name, value));
            let (sources, _) = read_from(&values, Language::Russian);
            let urls = sources
                .iter()
                .map(|source| source.endpoint.base_url.as_str());
            let urls: Vec<&str> = urls.collect();
            assert!(urls.contains(&"https://api.example.org/"), "{urls:?}");
        }
    }

    #[test]
    fn what_is_wrong_is_named_and_not_shown() {
        let (_, errors) = read_from(
            &[
                ("FILMHUB_SOURCES", "tmdb,imdb"),
                ("TMDB_PROXY", "ftp://hidden@proxy"),
                ("TMDB_TIMEOUT_SECONDS", "0"),
                ("TMDB_LANGUAGE", "de"),
                ("KINOPOISK_DEV_BASE_URL", "ftp://kinopoisk"),
                ("KINOPOISK_UNOFFICIAL_KEY", "hidden\nkey"),
                ("REDIS_URL", "http://hidden"),
            ],
            Language::Russian,
        );
        for name in [
            "FILMHUB_SOURCES",
            "TMDB_PROXY",
            "TMDB_TIMEOUT_SECONDS",
            "TMDB_LANGUAGE",
            "KINOPOISK_DEV_BASE_URL",
            "KINOPOISK_UNOFFICIAL_KEY",
            "REDIS_URL",
        ] {
            let named = errors.iter().filter(|line| line.starts_with(name)).count();
            assert_eq!(named, 1, "{name} in {errors:?}");
        }
        assert!(!errors.join("\n").contains("hidden"));
    }
}
