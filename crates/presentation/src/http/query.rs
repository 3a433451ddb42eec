//! Parameters of a query, with repeated keys for arrays.
use super::checker::{Broken, Checker, Rule};
use actix_web::{FromRequest, HttpRequest, dev::Payload};
use domain::shared::Id;
use std::{
    convert::Infallible,
    future::{Ready, ready},
};
use url::form_urlencoded;

/// The parameters of a query; parts that are not valid UTF-8 are read as replacement characters.
#[derive(Debug)]
pub struct QueryFields(Vec<(String, String)>);

impl FromRequest for QueryFields {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let pairs = form_urlencoded::parse(req.query_string().as_bytes());
        ready(Ok(Self(pairs.into_owned().collect())))
    }
}

impl QueryFields {
    /// The parameter's value; the last one counts where there are several.
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut found = self.0.iter().rev().filter(|(key, _)| key == name);
        found.next().map(|(_, value)| value.as_str())
    }

    /// Whether the parameter is given.
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Text to search for: without characters that nothing could be found by, and of bounded length.
    pub fn words(&self, name: &str, max: usize) -> Option<String> {
        let text = self.get(name)?;
        let printable = text.chars().map(|c| if c.is_control() { ' ' } else { c });
        Some(printable.take(max).collect())
    }

    /// A parameter that is parsed.
    pub fn parsed<V, E: Rule>(
        &self,
        check: &mut Checker,
        name: &str,
        parse: impl FnOnce(&str) -> Result<V, E>,
    ) -> Option<V> {
        self.get(name)
            .and_then(|text| check.value(name, parse(text)))
    }

    /// A parameter that may be repeated, each of which is parsed.
    pub fn all<V, E: Rule>(
        &self,
        check: &mut Checker,
        name: &str,
        parse: impl Fn(&str) -> Result<V, E>,
    ) -> Vec<V> {
        let values = self.every(name);
        values
            .filter_map(|value| check.value(name, parse(value)))
            .collect()
    }

    /// A parameter that is a number within bounds.
    pub fn number<V: TryFrom<i64, Error: Rule>>(
        &self,
        check: &mut Checker,
        name: &str,
    ) -> Option<V> {
        let number = self.parsed(check, name, |text| {
            text.parse::<i64>()
                .map_err(|_not_a_number| Broken("must be a whole number"))
        });
        number.and_then(|number| check.value(name, V::try_from(number)))
    }

    /// A parameter that is true or false.
    pub fn is_set(&self, check: &mut Checker, name: &str) -> bool {
        let parse = |text: &str| {
            text.parse::<bool>()
                .map_err(|_other| Broken("must be `true` or `false`"))
        };
        self.parsed(check, name, parse).unwrap_or_default()
    }

    /// The values of a parameter that may be repeated.
    pub fn every(&self, name: &str) -> impl Iterator<Item = &str> {
        let found = self.0.iter().filter(move |(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    /// A parameter that may be repeated and names things by identifier.
    pub fn ids<K: ?Sized>(&self, check: &mut Checker, name: &str) -> Vec<Id<K>> {
        let values = self.every(name);
        values
            .filter_map(|value| {
                let parsed = value.parse().map_err(|_malformed| Broken("must be a UUID"));
                check.value(name, parsed)
            })
            .collect()
    }
}
