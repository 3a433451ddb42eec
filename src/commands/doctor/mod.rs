//! Tries every part that is configured, and says what is wrong and what to do.
mod finding;
mod mail;
mod outside;
mod stored;

use crate::config::Config;
use anyhow::ensure;
use finding::{Finding, State};
use futures_util::future::{LocalBoxFuture, join_all};
use std::time::Duration;

/// How long one part may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Looks at everything at once, and fails when something is wrong.
pub async fn look(json: bool) -> anyhow::Result<()> {
    let findings = match Config::load() {
        Ok((config, _)) => examine(&config).await,
        Err(invalid) => invalid.0.into_iter().map(bad_setting).collect(),
    };
    let ill = findings.iter().filter(|one| one.state == State::Failed);
    let ill = ill.count();
    if json {
        println!("{}", finding::to_json(&findings)?);
    } else {
        for finding in &findings {
            println!("{finding}");
        }
    }
    ensure!(ill == 0, "{ill} of {} are not in order", findings.len());
    Ok(())
}

fn bad_setting(line: String) -> Finding {
    let advice = "correct the setting; README.md lists them all";
    Finding::failed("configuration", line).with_advice(advice)
}

/// A new part gets a line here, and a function in a file beside.
async fn examine(config: &Config) -> Vec<Finding> {
    let parts: Vec<LocalBoxFuture<'_, Vec<Finding>>> = vec![
        Box::pin(stored::database_and_index(config)),
        Box::pin(stored::storage(config)),
        Box::pin(outside::sources(config)),
        Box::pin(outside::proxies(config)),
        Box::pin(outside::redis(config)),
        Box::pin(outside::broker(config)),
        Box::pin(outside::model(config)),
        Box::pin(outside::traces(config)),
        Box::pin(mail::server(config)),
    ];
    let mut findings = vec![
        Finding::ok("configuration", "every setting is valid"),
        stored::data_directory(config),
        stored::secret(config),
    ];
    findings.extend(join_all(parts).await.into_iter().flatten());
    findings
}
