//! Moving the schema forth and back.
use migrations::{Migrator, MigratorTrait};
use sea_orm::{DatabaseConnection, DbErr};

/// One step of the schema's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MigrationStatus {
    /// The step's name.
    pub name: String,
    /// Whether the database has taken it.
    pub is_applied: bool,
}

/// Lists all steps, the oldest first.
///
/// # Errors
/// When the database does not answer.
pub async fn migration_status(
    connection: &DatabaseConnection,
) -> Result<Vec<MigrationStatus>, DbErr> {
    let steps = Migrator::get_migration_with_status(connection).await?;
    Ok(steps
        .into_iter()
        .map(|step| MigrationStatus {
            name: step.name().to_owned(),
            is_applied: step.status() == sea_orm_migration::MigrationStatus::Applied,
        })
        .collect())
}

/// Takes all steps that are pending.
///
/// # Errors
/// When the database does not answer or refuses a step.
pub async fn migrate_up(connection: &DatabaseConnection) -> Result<(), DbErr> {
    Migrator::up(connection, None).await
}

/// Takes back the last `steps` steps, with the data in them.
///
/// # Errors
/// When the database does not answer or refuses a step.
pub async fn migrate_down(connection: &DatabaseConnection, steps: u32) -> Result<(), DbErr> {
    Migrator::down(connection, Some(steps)).await
}
