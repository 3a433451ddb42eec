//! Posters that somebody is just removing, and indexes for what is forgotten by its age.
use crate::table::index;
use sea_orm_migration::{prelude::*, schema::*};

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// Whole or not at all, on SQLite too.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let claimed = Table::alter()
            .table("obsolete_posters")
            .add_column(timestamp_with_time_zone_null("claimed_until"))
            .to_owned();
        manager.alter_table(claimed).await?;
        manager
            .create_index(index("recommendations", &["given_at"]))
            .await?;
        manager
            .create_index(index("film_changes", &["changed_at"]))
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let by_change = Index::drop()
            .name("ix_film_changes_changed_at")
            .table("film_changes")
            .to_owned();
        manager.drop_index(by_change).await?;
        let by_age = Index::drop()
            .name("ix_recommendations_given_at")
            .table("recommendations")
            .to_owned();
        manager.drop_index(by_age).await?;
        let claimed = Table::alter()
            .table("obsolete_posters")
            .drop_column("claimed_until")
            .to_owned();
        manager.alter_table(claimed).await
    }
}
