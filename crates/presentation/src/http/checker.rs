//! Collects everything that is wrong with a request, so that one answer names it all.
use super::problem::{Fault, Problem};
use application::{
    catalogue::{
        imports::{NoListPages, RefreshCountOutOfRange},
        search_films::SearchLimitOutOfRange,
        sources::UnknownSourceList,
    },
    jobs::UnknownTaskKind,
    recommendation::{recommend::DegreeOutOfRange, wishes::MinutesOutOfRange},
    shared::{once::InvalidOnceKey, page::PageSizeOutOfRange},
    upkeep::figures::FigureDaysOutOfRange,
};
use domain::{
    catalogue::{InvalidSourceRef, UnknownFilmKind, UnknownSourceName, YearOutOfRange},
    identity::{InvalidEmailAddress, InvalidPassword, UnknownRole},
    jobs::UnknownJobState,
    notifications::NotOptional,
    shared::{Id, InvalidText, TextRule, UnknownLanguage},
    taste::{NotHalfStars, RatingOutOfRange, UnknownHide, UnknownProgress, UnknownStance},
};
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::Value;
use std::fmt;

/// A rule that a value broke, with its stable code.
pub trait Rule: fmt::Display {
    /// Stable code of the rule.
    fn code(&self) -> &'static str;
}

impl Rule for InvalidText {
    fn code(&self) -> &'static str {
        match self.rule {
            TextRule::Empty => "empty",
            TextRule::TooLong { .. } => "too_long",
            TextRule::ControlCharacter => "control_character",
        }
    }
}
impl Rule for InvalidEmailAddress {
    fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLong => "too_long",
            Self::Malformed => "malformed",
        }
    }
}
impl Rule for InvalidPassword {
    fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLong => "too_long",
        }
    }
}

macro_rules! rule {
    ($($error:ty => $code:literal),* $(,)?) => {
        $(impl Rule for $error {
            fn code(&self) -> &'static str {
                $code
            }
        })*
    };
}
rule! {
    YearOutOfRange => "out_of_range",
    PageSizeOutOfRange => "out_of_range",
    SearchLimitOutOfRange => "out_of_range",
    NoListPages => "out_of_range",
    RefreshCountOutOfRange => "out_of_range",
    InvalidSourceRef => "malformed",
    UnknownSourceName => "unknown_value",
    UnknownSourceList => "unknown_value",
    UnknownFilmKind => "unknown_value",
    DegreeOutOfRange => "out_of_range",
    MinutesOutOfRange => "out_of_range",
    FigureDaysOutOfRange => "out_of_range",
    UnknownLanguage => "unknown_value",
    UnknownRole => "unknown_value",
    UnknownJobState => "unknown_value",
    UnknownTaskKind => "unknown_value",
    RatingOutOfRange => "out_of_range",
    NotHalfStars => "out_of_range",
    InvalidOnceKey => "malformed",
    UnknownStance => "unknown_value",
    UnknownProgress => "unknown_value",
    UnknownHide => "unknown_value",
    Broken => "malformed",
    UnknownWord => "unknown_value",
    NotOptional => "not_optional",
    std::convert::Infallible => "malformed",
}

/// A value that does not have the form it should have.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Broken(pub &'static str);

/// A word that is not among those known.
#[derive(Debug, thiserror::Error)]
#[error("must be one of {0}")]
pub struct UnknownWord(pub &'static str);

/// What a JSON value has to be to be read as this type.
pub trait JsonType: DeserializeOwned {
    /// Told when it is something else.
    const EXPECTED: &'static str;
}
impl JsonType for String {
    const EXPECTED: &'static str = "must be a string";
}
impl JsonType for bool {
    const EXPECTED: &'static str = "must be `true` or `false`";
}
impl JsonType for i64 {
    const EXPECTED: &'static str = "must be a whole number";
}
impl JsonType for f64 {
    const EXPECTED: &'static str = "must be a number";
}
impl JsonType for Vec<Value> {
    const EXPECTED: &'static str = "must be an array";
}

/// A member of a JSON object, whatever a client put there.
#[derive(Debug, Default)]
pub enum Field<T> {
    /// Nothing.
    #[default]
    Missing,
    /// `null`.
    Null,
    /// A value of another type.
    Wrong,
    /// A value of the type expected.
    Given(T),
}

impl<'de, T: JsonType> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Value::deserialize(deserializer)? {
            Value::Null => Self::Null,
            value => serde_json::from_value(value).map_or(Self::Wrong, Self::Given),
        })
    }
}

/// Collects faults while a request is taken apart.
#[derive(Debug)]
pub struct Checker {
    faults: Vec<Fault>,
    source: Source,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    Body,
    Parameters,
}

impl Checker {
    /// Checks the members of a body.
    pub const fn of_body() -> Self {
        Self {
            faults: Vec::new(),
            source: Source::Body,
        }
    }

    /// Checks parameters of a path or a query.
    pub const fn of_parameters() -> Self {
        Self {
            faults: Vec::new(),
            source: Source::Parameters,
        }
    }

    /// A member that must be there and not be null.
    pub fn required<T: JsonType, V, E: Rule>(
        &mut self,
        name: &str,
        field: Field<T>,
        check: impl FnOnce(T) -> Result<V, E>,
    ) -> Option<V> {
        match field {
            Field::Missing => self.fault(name, "missing", "is required"),
            Field::Null => self.fault(name, "null", "must not be null"),
            other => self.optional(name, other, check),
        }
    }

    /// A member that may be left out or null.
    pub fn optional<T: JsonType, V, E: Rule>(
        &mut self,
        name: &str,
        field: Field<T>,
        check: impl FnOnce(T) -> Result<V, E>,
    ) -> Option<V> {
        match field {
            Field::Missing | Field::Null => None,
            Field::Wrong => self.fault(name, "wrong_type", T::EXPECTED),
            Field::Given(value) => self.value(name, check(value)),
        }
    }

    /// A member of a merge patch (RFC 7396): left out changes nothing, null clears.
    #[expect(
        clippy::option_option,
        reason = "left out, null and given are three cases of a merge patch"
    )]
    pub fn patched<T: JsonType, V, E: Rule>(
        &mut self,
        name: &str,
        field: Field<T>,
        check: impl FnOnce(T) -> Result<V, E>,
    ) -> Option<Option<V>> {
        match field {
            Field::Missing => None,
            Field::Null => Some(None),
            other => Some(self.optional(name, other, check)),
        }
    }

    /// A member that holds identifiers; each wrong one is named by its place.
    pub fn ids<K: ?Sized>(&mut self, name: &str, field: Field<Vec<Value>>) -> Vec<Id<K>> {
        let given = self.optional(name, field, Ok::<_, std::convert::Infallible>);
        let mut ids = Vec::new();
        for (place, value) in given.into_iter().flatten().enumerate() {
            match value.as_str().and_then(|text| text.parse().ok()) {
                Some(id) => ids.push(id),
                None => self.fault_at(name, Some(place), "malformed", "must be a UUID"),
            }
        }
        ids
    }

    /// A value that has been checked.
    pub fn value<V, E: Rule>(&mut self, name: &str, checked: Result<V, E>) -> Option<V> {
        match checked {
            Ok(value) => Some(value),
            Err(rule) => self.fault(name, rule.code(), &rule.to_string()),
        }
    }

    /// Gives what was built from values without fault, or tells all faults.
    ///
    /// # Errors
    /// A [`Problem`] with every fault found.
    pub fn finish<T>(self, build: impl FnOnce() -> Option<T>) -> Result<T, Problem> {
        if self.faults.is_empty() {
            return build().ok_or_else(Problem::internal);
        }
        let code = match self.source {
            Source::Body => "http.invalid_fields",
            Source::Parameters => "http.invalid_parameters",
        };
        Err(Problem::of_faults(code, self.faults))
    }

    fn fault<V>(&mut self, name: &str, code: &'static str, message: &str) -> Option<V> {
        self.fault_at(name, None, code, message);
        None
    }

    fn fault_at(&mut self, name: &str, place: Option<usize>, code: &'static str, message: &str) {
        let pointer = match place {
            Some(place) => format!("/{name}/{place}"),
            None => format!("/{name}"),
        };
        self.faults.push(Fault {
            field: name.to_owned(),
            pointer: (self.source == Source::Body).then_some(pointer),
            code,
            message: message.to_owned(),
        });
    }
}
