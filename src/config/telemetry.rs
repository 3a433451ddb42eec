//! Metrics and traces.
use super::{
    reader::Reader,
    values::{BaseUrl, Exporter, Host, SamplerName, Switch},
};
use secrecy::{ExposeSecret, SecretString};
use std::{fmt, num::NonZeroU16, str::FromStr, time::Duration};
use url::Url;

/// What the service is called where traces go, unless somebody says otherwise.
const SERVICE_NAME: &str = "filmhub";

/// Where metrics are shown.
#[derive(Clone, Debug)]
pub struct MetricsConfig {
    /// The address to listen on.
    pub host: Host,
    /// The port to listen on.
    pub port: u16,
    /// What has to be shown by whoever asks, if anything.
    pub token: Option<SecretString>,
}

/// Where traces are sent.
#[derive(Clone, Debug)]
pub struct TracesConfig {
    /// Where to, with the path.
    pub endpoint: Url,
    /// What is sent along, names and values.
    pub headers: Vec<(String, SecretString)>,
    /// How long one sending may take.
    pub timeout: Duration,
    /// What the service is called there.
    pub service_name: String,
    /// What else is told of it there.
    pub resource: Vec<(String, String)>,
    /// Which traces are kept.
    pub sampler: Sampler,
}

/// Which traces are kept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sampler {
    /// The rule.
    pub name: SamplerName,
    /// The part that is kept, for the rules that have one.
    pub part: f64,
}

/// A part of a whole.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Part(f64);

impl FromStr for Part {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, &'static str> {
        let number = text.parse().ok();
        let part = number.filter(|number: &f64| (0.0..=1.0).contains(number));
        part.map(Self).ok_or("must be a number from 0 to 1")
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Names with values: `name=value,name=value`, the values with `%20` and the like.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Pairs(Vec<(String, String)>);

impl FromStr for Pairs {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, &'static str> {
        const FORM: &str = "must hold `name=value`, separated by commas";
        let pairs = text.split(',').filter(|pair| !pair.trim().is_empty());
        let pair = |pair: &str| {
            let (name, value) = pair.split_once('=').ok_or(FORM)?;
            let name = name.trim();
            if name.is_empty() {
                return Err(FORM);
            }
            Ok((name.to_owned(), decoded(value.trim())?))
        };
        pairs.map(pair).collect::<Result<_, _>>().map(Self)
    }
}

impl fmt::Display for Pairs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pairs = self.0.iter().map(|(name, value)| format!("{name}={value}"));
        f.write_str(&pairs.collect::<Vec<_>>().join(","))
    }
}

/// Reads `%20` and the like.
fn decoded(text: &str) -> Result<String, &'static str> {
    const FORM: &str = "has a `%` that is not followed by two hexadecimal digits";
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        if *first != b'%' {
            bytes.push(*first);
            rest = after;
            continue;
        }
        let (digits, after) = after.split_at_checked(2).ok_or(FORM)?;
        let digits = std::str::from_utf8(digits).map_err(|_no_text| FORM)?;
        bytes.push(u8::from_str_radix(digits, 16).map_err(|_no_number| FORM)?);
        rest = after;
    }
    String::from_utf8(bytes).map_err(|_no_text| "is not text once `%` is read")
}

/// Reads where metrics are shown; nowhere unless a port is named.
pub(super) fn read_metrics(reader: &mut Reader, port_of_the_api: u16) -> Option<MetricsConfig> {
    let host = reader.parsed("FILMHUB_METRICS_HOST", Host::default());
    let port: Option<NonZeroU16> = reader.optional("FILMHUB_METRICS_PORT");
    let token = reader.secret("FILMHUB_METRICS_TOKEN");
    let port = port?.get();
    if port == port_of_the_api {
        reader.refuse("FILMHUB_METRICS_PORT", "must differ from FILMHUB_PORT");
    }
    Some(MetricsConfig { host, port, token })
}

/// Reads where traces are sent; nowhere unless somebody says where.
pub(super) fn read_traces(reader: &mut Reader) -> Option<TracesConfig> {
    let base: Option<BaseUrl> = reader.optional("OTEL_EXPORTER_OTLP_ENDPOINT");
    let own: Option<BaseUrl> = reader.optional("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");
    let headers = read_headers(reader);
    let milliseconds = reader.within("OTEL_EXPORTER_OTLP_TIMEOUT", 1..=600_000, 10_000);
    let _: OtlpProtocol = reader.parsed("OTEL_EXPORTER_OTLP_PROTOCOL", OtlpProtocol);
    let service_name: Option<String> = reader.optional("OTEL_SERVICE_NAME");
    reader.show_default("OTEL_SERVICE_NAME", SERVICE_NAME);
    let resource = reader.parsed("OTEL_RESOURCE_ATTRIBUTES", Pairs::default());
    let name = reader.parsed("OTEL_TRACES_SAMPLER", SamplerName::ParentBasedAlwaysOn);
    let Part(part) = reader.parsed("OTEL_TRACES_SAMPLER_ARG", Part(1.0));
    let exporter = reader.parsed("OTEL_TRACES_EXPORTER", Exporter::Otlp);
    let is_off = reader.parsed("OTEL_SDK_DISABLED", Switch::Off) == Switch::On;
    if is_off || exporter == Exporter::None {
        return None;
    }
    let endpoint = match (own, base) {
        (Some(own), _) => own.into_url(),
        (None, base) => format!("{}/v1/traces", base?).parse().ok()?,
    };
    if !endpoint.username().is_empty() || endpoint.password().is_some() {
        let why = "must hold no password; OTEL_EXPORTER_OTLP_HEADERS can";
        reader.refuse("OTEL_EXPORTER_OTLP_ENDPOINT", why);
        return None;
    }
    let named = resource.0.iter().find(|(name, _)| name == "service.name");
    let named = named.map(|(_, value)| value.clone());
    Some(TracesConfig {
        endpoint,
        headers,
        timeout: Duration::from_millis(milliseconds.into()),
        service_name: service_name
            .or(named)
            .unwrap_or_else(|| SERVICE_NAME.to_owned()),
        resource: resource.0,
        sampler: Sampler { name, part },
    })
}

/// They often hold a key, so they are treated as a secret.
fn read_headers(reader: &mut Reader) -> Vec<(String, SecretString)> {
    const NAME: &str = "OTEL_EXPORTER_OTLP_HEADERS";
    let Some(secret) = reader.secret(NAME) else {
        return Vec::new();
    };
    match secret.expose_secret().parse::<Pairs>() {
        Ok(pairs) if pairs.0.iter().all(|(name, value)| is_header(name, value)) => {
            let pairs = pairs.0.into_iter();
            pairs.map(|(name, value)| (name, value.into())).collect()
        }
        Ok(_) => {
            reader.refuse(NAME, "holds what cannot be sent as a header");
            Vec::new()
        }
        Err(why) => {
            reader.refuse(NAME, why);
            Vec::new()
        }
    }
}

fn is_header(name: &str, value: &str) -> bool {
    use reqwest::header::{HeaderName, HeaderValue};
    name.parse::<HeaderName>().is_ok() && value.parse::<HeaderValue>().is_ok()
}

/// The one way of sending that is spoken here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct OtlpProtocol;

impl OtlpProtocol {
    const NAME: &str = "http/protobuf";
}

impl FromStr for OtlpProtocol {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, &'static str> {
        let is_spoken = text == Self::NAME;
        is_spoken
            .then_some(Self)
            .ok_or("must be `http/protobuf`, the only one that is spoken here")
    }
}

impl fmt::Display for OtlpProtocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::NAME)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::source::Sources;

    fn reader(values: &[(&str, &str)]) -> Reader {
        Reader::new(Sources::of(values), Vec::new())
    }

    fn traces(values: &[(&str, &str)]) -> (Option<TracesConfig>, Vec<String>) {
        let mut reader = reader(values);
        let config = read_traces(&mut reader);
        let (shown, errors) = reader.finish();
        let all = shown.iter().map(|line| line.value.as_str());
        assert!(
            !all.chain(errors.iter().map(String::as_str))
                .any(|text| text.contains("hidden"))
        );
        (config, errors)
    }

    const ENDPOINT: (&str, &str) = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318/");

    #[test]
    fn nothing_is_sent_unless_it_is_said_where() {
        assert!(traces(&[]).0.is_none());
        for off in [
            ("OTEL_SDK_DISABLED", "true"),
            ("OTEL_TRACES_EXPORTER", "none"),
        ] {
            let (config, errors) = traces(&[ENDPOINT, off]);
            assert!(config.is_none() && errors.is_empty(), "{off:?}");
        }
    }

    #[test]
    fn the_standard_names_are_understood() {
        let (config, errors) = traces(&[
            ENDPOINT,
            (
                "OTEL_EXPORTER_OTLP_HEADERS",
                "authorization=Bearer%20hidden, x-tenant=films",
            ),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "2500"),
            ("OTEL_SERVICE_NAME", "films"),
            (
                "OTEL_RESOURCE_ATTRIBUTES",
                "deployment.environment.name=production,team=a%2Cb",
            ),
            ("OTEL_TRACES_SAMPLER", "parentbased_traceidratio"),
            ("OTEL_TRACES_SAMPLER_ARG", "0.1"),
        ]);
        assert_eq!(errors, Vec::<String>::new());
        let config = config.unwrap();
        assert_eq!(config.endpoint.as_str(), "http://collector:4318/v1/traces");
        let headers = config.headers.iter();
        let headers: Vec<_> = headers
            .map(|(name, value)| (name.as_str(), value.expose_secret()))
            .collect();
        assert_eq!(
            headers,
            [("authorization", "Bearer hidden"), ("x-tenant", "films")]
        );
        assert_eq!(config.timeout, Duration::from_millis(2_500));
        assert_eq!(config.service_name, "films");
        let environment = ("deployment.environment.name", "production");
        let resource = config.resource.iter();
        let resource: Vec<_> = resource
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        assert_eq!(resource, [environment, ("team", "a,b")]);
        let name = SamplerName::ParentBasedTraceIdRatio;
        assert_eq!(config.sampler, Sampler { name, part: 0.1 });
    }

    #[test]
    fn an_address_for_traces_alone_is_taken_as_it_is() {
        let own = (
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
            "https://traces.example.org/in",
        );
        let (config, _) = traces(&[ENDPOINT, own]);
        assert_eq!(
            config.unwrap().endpoint.as_str(),
            "https://traces.example.org/in"
        );
    }

    #[test]
    fn what_is_wrong_with_traces_is_named_and_secrets_are_not_shown() {
        let (_, errors) = traces(&[
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "authorization: hidden"),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
            ("OTEL_RESOURCE_ATTRIBUTES", "team=%zz"),
            ("OTEL_TRACES_SAMPLER", "sometimes"),
            ("OTEL_TRACES_SAMPLER_ARG", "2"),
        ]);
        let names: Vec<_> = errors
            .iter()
            .filter_map(|line| line.split(' ').next())
            .collect();
        assert_eq!(
            names,
            [
                "OTEL_EXPORTER_OTLP_ENDPOINT",
                "OTEL_EXPORTER_OTLP_HEADERS",
                "OTEL_EXPORTER_OTLP_PROTOCOL",
                "OTEL_RESOURCE_ATTRIBUTES",
                "OTEL_TRACES_SAMPLER",
                "OTEL_TRACES_SAMPLER_ARG",
            ]
        );
    }

    #[test]
    fn metrics_are_shown_on_a_port_of_their_own_or_not_at_all() {
        assert!(read_metrics(&mut reader(&[]), 8080).is_none());
        let mut own = reader(&[
            ("FILMHUB_METRICS_PORT", "9464"),
            ("FILMHUB_METRICS_TOKEN", "hidden"),
        ]);
        let config = read_metrics(&mut own, 8080).unwrap();
        assert!(config.host.is_loopback());
        assert_eq!(config.port, 9464);
        assert!(config.token.is_some());
        for port in ["8080", "0", "x"] {
            let mut bad = reader(&[("FILMHUB_METRICS_PORT", port)]);
            let _ = read_metrics(&mut bad, 8080);
            assert_eq!(bad.finish().1.len(), 1, "{port}");
        }
    }
}
