//! Moves the schema.
use crate::{cli::Migrate, composition, config::Config};
use anyhow::Context;
use infrastructure::persistence::{migrate_down, migrate_up, migration_status};

/// Takes steps, takes them back, or lists them.
pub async fn run(config: &Config, command: &Migrate) -> anyhow::Result<()> {
    let connection = composition::connect(config).await?;
    match command {
        Migrate::Up => migrate_up(&connection).await.context("a step failed")?,
        Migrate::Down { steps } => {
            migrate_down(&connection, *steps)
                .await
                .context("a step could not be taken back")?;
        }
        Migrate::Status => {}
    }
    for step in migration_status(&connection).await? {
        println!(
            "{:<8} {}",
            if step.is_applied {
                "applied"
            } else {
                "pending"
            },
            step.name
        );
    }
    Ok(())
}
