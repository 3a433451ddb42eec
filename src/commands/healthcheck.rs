//! Asks the instance on this machine how it is.
use crate::config::Config;
use anyhow::{Context, ensure};
use std::{net::IpAddr, time::Duration};

/// Asks over HTTP, as clients do.
pub async fn ask(live: bool) -> anyhow::Result<()> {
    let (config, _) = Config::load()?;
    let path = if live { "healthz" } else { "readyz" };
    let host = match config.host {
        IpAddr::V4(host) if host.is_unspecified() => "127.0.0.1".to_owned(),
        IpAddr::V4(host) => host.to_string(),
        IpAddr::V6(host) if host.is_unspecified() => "[::1]".to_owned(),
        IpAddr::V6(host) => format!("[{host}]"),
    };
    let url = format!("http://{host}:{}/{path}", config.port);
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
