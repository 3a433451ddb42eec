//! Filmhub: find films, keep watchlists, be told what to watch tonight.
//!
//! This package is the one binary and the composition root: the only place that knows every layer.
mod cli;
mod commands;
mod composition;
mod config;
mod telemetry;

use clap::Parser;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // One provider of cryptography for every client of TLS; setting it twice does no harm.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    match commands::run(cli::Cli::parse().command.unwrap_or_default()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("filmhub: {}", chain(&failure));
            ExitCode::FAILURE
        }
    }
}

/// A failure with its causes, each told once.
fn chain(failure: &anyhow::Error) -> String {
    let mut told = String::new();
    for cause in failure.chain() {
        let cause = cause.to_string();
        if told.contains(&cause) {
            continue;
        }
        if !told.is_empty() {
            told.push_str(": ");
        }
        told.push_str(&cause);
    }
    told
}
