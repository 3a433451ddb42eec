//! Asks the instance on this machine how it is.
use crate::config::Config;
use anyhow::{Context, ensure};
use std::time::Duration;

/// Asks over HTTP, as clients do.
pub async fn ask(live: bool) -> anyhow::Result<()> {
    let (config, _) = Config::load()?;
    let path = if live { "healthz" } else { "readyz" };
    let url = format!("http://{}:{}/{path}", config.host.in_url(), config.port);
    let client = reqwest::Client::builder()
        .no_proxy()
        .timeout(Duration::from_secs(5))
        .build()?;
    let answer = client.get(&url).send().await.context("no answer")?;
    let status = answer.status();
    let body = answer.text().await.unwrap_or_default();
    println!("{body}");
    ensure!(status.is_success(), "{url} answered {status}");
    Ok(())
}
