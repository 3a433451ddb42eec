//! Copies what is kept, and brings it back.
use crate::{composition, config::Config};
use anyhow::{Context, ensure};
use application::shared::clock::Clock;
use infrastructure::{
    system::SystemClock,
    upkeep::backup::{self, Backup, BackupDatabase, Origin},
};
use std::path::Path;

/// Makes a backup.
pub async fn make(config: &Config, to: &Path) -> anyhow::Result<()> {
    let url = &config.database.url;
    if let Some(file) = url.file() {
        ensure!(file.exists(), "there is no database {}", file.display());
    }
    let connection = composition::connect(config).await?;
    let origin = Origin {
        data_dir: &config.data_dir,
        database: BackupDatabase {
            connection: &connection,
            is_file: url.is_sqlite(),
        },
        version: env!("CARGO_PKG_VERSION"),
        now: SystemClock.now(),
    };
    let made = backup::back_up(&origin, to).await;
    let made = made.context("no backup was made")?;
    println!("{} in {}", held(&made), to.display());
    tell_what_is_elsewhere(config);
    Ok(())
}

/// Brings one back.
pub fn restore(config: &Config, from: &Path) -> anyhow::Result<()> {
    let file = config.database.url.file();
    let restored = backup::restore(from, &config.data_dir, file.as_deref());
    let restored = restored.context("nothing was restored")?;
    let made_at = restored.made_at.format("%Y-%m-%d %H:%M:%S UTC");
    println!("{}, as of {made_at}", held(&restored));
    Ok(())
}

fn held(backup: &Backup) -> String {
    let files = format!(
        "{} files, {} of them copied now",
        backup.files, backup.copied
    );
    match backup.database_bytes {
        Some(bytes) => format!("database of {} KiB, {files}", bytes / 1024),
        None => files,
    }
}

fn tell_what_is_elsewhere(config: &Config) {
    if !config.database.url.is_sqlite() {
        println!("not in it: the database on its server, see pg_dump in docs/OPERATIONS.md");
    }
    if config.s3.is_some() {
        println!("not in it: the bucket with posters and models");
    }
}
