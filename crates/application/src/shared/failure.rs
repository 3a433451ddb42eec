//! How use cases say that something went wrong.
use std::{error::Error, time::Duration};

/// What a failure means to whoever asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// What was given is not valid.
    Invalid,
    /// Nobody has signed in.
    Unauthenticated,
    /// The actor may not do this.
    Forbidden,
    /// There is no such thing.
    NotFound,
    /// It contradicts what is there.
    Conflict,
    /// It is larger than accepted.
    TooLarge,
    /// Asked for too often, or too much at once.
    Limited,
    /// Something that is needed does not answer.
    Unavailable,
    /// The service itself is at fault.
    Internal,
}

/// One field of a request that broke a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// The field's name as the client wrote it.
    pub field: String,
    /// Stable code of the rule.
    pub code: &'static str,
    /// What is wrong, for a person.
    pub message: String,
}

/// What every use case's error says of itself, in words of the application.
pub trait Failure: Error + Send + Sync + 'static {
    /// What it means to whoever asked.
    fn kind(&self) -> FailureKind;
    /// Stable, documented name, `<context>.<what>`; part of the contract.
    fn code(&self) -> &'static str;
    /// The fields at fault, where fields are at fault.
    fn fields(&self) -> Vec<FieldError> {
        Vec::new()
    }
    /// When trying again makes sense, where it does.
    fn retry_after(&self) -> Option<Duration> {
        None
    }
}

/// What cannot fail has nothing to tell.
impl Failure for std::convert::Infallible {
    fn kind(&self) -> FailureKind {
        match *self {}
    }
    fn code(&self) -> &'static str {
        match *self {}
    }
}

/// One documented failure: its code and what it means.
pub type ProblemCode = (&'static str, FailureKind);

/// Says for each variant of an error what it means and by which code it is known; variants named
/// after `via` pass on what their cause says.
macro_rules! failure {
    ($error:ident { $($variant:ident => $kind:ident $code:literal),* $(,)? } $(via $($via:ident),+)?) => {
        impl $crate::shared::failure::Failure for $error {
            fn kind(&self) -> $crate::shared::failure::FailureKind {
                match self {
                    $(Self::$variant { .. } => $crate::shared::failure::FailureKind::$kind,)*
                    $($(Self::$via(cause) => cause.kind(),)+)?
                }
            }
            fn code(&self) -> &'static str {
                match self {
                    $(Self::$variant { .. } => $code,)*
                    $($(Self::$via(cause) => cause.code(),)+)?
                }
            }
            fn fields(&self) -> Vec<$crate::shared::failure::FieldError> {
                match self {
                    $(Self::$variant { .. } => Vec::new(),)*
                    $($(Self::$via(cause) => cause.fields(),)+)?
                }
            }
            fn retry_after(&self) -> Option<std::time::Duration> {
                match self {
                    $(Self::$variant { .. } => $crate::shared::failure::usual_retry(
                        $crate::shared::failure::FailureKind::$kind),)*
                    $($(Self::$via(cause) => cause.retry_after(),)+)?
                }
            }
        }
        impl $error {
            /// The failures that start here, for the list of problems.
            pub const PROBLEMS: &'static [$crate::shared::failure::ProblemCode] = &[
                $(($code, $crate::shared::failure::FailureKind::$kind)),*
            ];
        }
    };
}
pub(crate) use failure;

/// A failure as a field of a log line, which keeps the chain of its causes.
#[must_use]
pub fn logged(failure: &(impl Error + 'static)) -> &(dyn Error + 'static) {
    failure
}

/// When to try again unless something better is known.
#[must_use]
pub fn usual_retry(kind: FailureKind) -> Option<Duration> {
    match kind {
        FailureKind::Limited => Some(Duration::from_secs(1)),
        FailureKind::Unavailable => Some(Duration::from_secs(5)),
        FailureKind::Invalid
        | FailureKind::Unauthenticated
        | FailureKind::Forbidden
        | FailureKind::NotFound
        | FailureKind::Conflict
        | FailureKind::TooLarge
        | FailureKind::Internal => None,
    }
}
