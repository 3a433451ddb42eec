//! Tokens that go out by mail, and since when an address is known to be read.
use crate::table::{create, drop, foreign_key, index, one_of, unique};
use sea_orm_migration::{prelude::*, schema::*};

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

const TOKENS: &str = "mail_tokens";
const VERIFIED: &str = "email_verified_at";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// Whole or not at all, on SQLite too.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let indexes = vec![unique(TOKENS, &["digest"]), index(TOKENS, &["expires_at"])];
        create(manager, vec![mail_tokens()], indexes).await?;
        let verified = timestamp_with_time_zone_null(VERIFIED);
        let users = Table::alter()
            .table("users")
            .add_column(verified)
            .to_owned();
        manager.alter_table(users).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let users = Table::alter()
            .table("users")
            .drop_column(VERIFIED)
            .to_owned();
        manager.alter_table(users).await?;
        drop(manager, &[TOKENS]).await
    }
}

/// One for each user and purpose, so that only the newest is good; only digests are kept.
fn mail_tokens() -> TableCreateStatement {
    Table::create()
        .table(TOKENS)
        .col(uuid("user_id"))
        .col(string_len("purpose", 16))
        .col(binary_len("digest", 32))
        .col(timestamp_with_time_zone("issued_at"))
        .col(timestamp_with_time_zone("expires_at"))
        .col(timestamp_with_time_zone_null("sent_at"))
        .primary_key(
            Index::create()
                .name("pk_mail_tokens")
                .col("user_id")
                .col("purpose"),
        )
        .check(one_of(
            TOKENS,
            "purpose",
            &["verify_email", "reset_password"],
        ))
        .foreign_key(&mut foreign_key(
            TOKENS,
            "user_id",
            "users",
            ForeignKeyAction::Cascade,
        ))
        .to_owned()
}
