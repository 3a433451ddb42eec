//! What was found of a part.
use serde_json::json;
use std::fmt;
use tokio::time::{Instant, timeout};

/// How a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It does what it is for.
    Ok,
    /// It does, but somebody should have a look.
    Warning,
    /// It does not.
    Failed,
}

impl State {
    const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Failed => "failed",
        }
    }
}

/// What was found of a part. Nothing in it may be secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which part.
    pub part: String,
    /// How it is.
    pub state: State,
    /// What was seen.
    pub told: String,
    /// What to do about it.
    pub advice: Option<String>,
}

impl Finding {
    /// A part that is in order.
    pub fn ok(part: impl Into<String>, told: impl Into<String>) -> Self {
        Self::new(part, State::Ok, told)
    }

    /// A part that somebody should have a look at.
    pub fn warning(part: impl Into<String>, told: impl Into<String>) -> Self {
        Self::new(part, State::Warning, told)
    }

    /// A part that is out of order.
    pub fn failed(part: impl Into<String>, told: impl Into<String>) -> Self {
        Self::new(part, State::Failed, told)
    }

    fn new(part: impl Into<String>, state: State, told: impl Into<String>) -> Self {
        Self {
            part: part.into(),
            state,
            told: told.into(),
            advice: None,
        }
    }

    /// The same with what to do about it.
    pub fn with_advice(self, advice: impl Into<String>) -> Self {
        Self {
            advice: Some(advice.into()),
            ..self
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state.name();
        // Messages of others may have several lines.
        let told = self.told.replace('\n', " ");
        write!(f, "{state:<8} {:<20} {told}", self.part)?;
        match &self.advice {
            Some(advice) => write!(f, "\n{:<29} -> {advice}", ""),
            None => Ok(()),
        }
    }
}

/// All findings, for machines.
pub fn to_json(findings: &[Finding]) -> serde_json::Result<String> {
    let parts: Vec<_> = findings.iter().map(to_value).collect();
    let is_in_order = findings.iter().all(|one| one.state != State::Failed);
    serde_json::to_string_pretty(&json!({ "is_in_order": is_in_order, "parts": parts }))
}

fn to_value(finding: &Finding) -> serde_json::Value {
    let Finding {
        part,
        state,
        told,
        advice,
    } = finding;
    json!({ "name": part, "state": state.name(), "detail": told, "advice": advice })
}

/// Something that is tried, within the time that a part has; failing, it says why.
pub async fn tried<T>(work: impl Future<Output = anyhow::Result<T>>) -> Result<Tried<T>, String> {
    let begun = Instant::now();
    let done = timeout(super::PATIENCE, work).await;
    match done {
        Ok(Ok(value)) => Ok(Tried {
            value,
            took_ms: begun.elapsed().as_millis(),
        }),
        Ok(Err(failure)) => Err(crate::chain(&failure)),
        Err(_late) => Err(format!(
            "no answer within {} seconds",
            super::PATIENCE.as_secs()
        )),
    }
}

/// What came of it, and how long it took.
pub struct Tried<T> {
    /// What came of it.
    pub value: T,
    /// How long it took.
    pub took_ms: u128,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_is_a_line_and_its_advice_another() {
        let finding = Finding::failed("redis", "it is\naway").with_advice("start it");
        let text = finding.to_string();
        let lines: Vec<_> = text.lines().map(str::trim).collect();
        assert_eq!(
            lines,
            ["failed   redis                it is away", "-> start it"]
        );
    }

    #[test]
    fn machines_are_told_the_same() {
        let findings = [Finding::ok("a", "well"), Finding::warning("b", "old")];
        let told: serde_json::Value = serde_json::from_str(&to_json(&findings).unwrap()).unwrap();
        assert_eq!(told["is_in_order"], true);
        let second = json!({ "name": "b", "state": "warning", "detail": "old", "advice": null });
        assert_eq!(told["parts"][1], second);
    }
}
