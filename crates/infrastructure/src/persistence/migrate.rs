//! Moving the schema forth and back: all steps of one command or none, one command at a time.
use super::dialect::{Turn, take_turn_until_commit, writing};
use migrations::{Migrator, MigratorTrait};
use sea_orm::{DatabaseConnection, DatabaseTransaction, DbErr, TransactionTrait};

/// One step of the schema's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MigrationStatus {
    /// The step's name.
    pub name: String,
    /// Whether the database has taken it.
    pub is_applied: bool,
}

/// Lists all steps, the oldest first; nothing is written.
///
/// # Errors
/// When the database does not answer.
pub async fn migration_status(
    connection: &DatabaseConnection,
) -> Result<Vec<MigrationStatus>, DbErr> {
    let steps = Migrator::get_migration_with_status_read_only(connection).await?;
    Ok(steps
        .into_iter()
        .map(|step| MigrationStatus {
            name: step.name().to_owned(),
            is_applied: step.status() == sea_orm_migration::MigrationStatus::Applied,
        })
        .collect())
}

/// Takes all steps that are pending. Of several that try at once, one does it and the others find
/// nothing left to do.
///
/// # Errors
/// When the database does not answer or refuses a step.
pub async fn migrate_up(connection: &DatabaseConnection) -> Result<(), DbErr> {
    let tx = begin(connection).await?;
    Migrator::up(&tx, None).await?;
    tx.commit().await
}

/// Takes back the last `steps` steps, with the data in them.
///
/// # Errors
/// When the database does not answer or refuses a step.
pub async fn migrate_down(connection: &DatabaseConnection, steps: u32) -> Result<(), DbErr> {
    let tx = begin(connection).await?;
    Migrator::down(&tx, Some(steps)).await?;
    tx.commit().await
}

async fn begin(connection: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    let tx = connection.begin_with_options(writing()).await?;
    take_turn_until_commit(&tx, Turn::Schema).await?;
    Ok(tx)
}
