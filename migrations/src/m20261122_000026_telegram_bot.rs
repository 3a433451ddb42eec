//! What the Telegram bot keeps: who opened a sign-in key and who was asked, and updates until they are
//! answered.
use crate::table::{create, drop};
use sea_orm_migration::{prelude::*, schema::*};

const SIGN_INS: &str = "telegram_sign_ins";
const UPDATES: &str = "telegram_updates";

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// No key refers to a user: an attempt lives for ten minutes, and one whose user is gone ties nobody.
fn columns() -> [ColumnDef; 4] {
    [
        uuid_null("links_user_id"),
        string_len_null("device", 256),
        string_len_null("address", 45),
        big_integer_null("asked_telegram_id"),
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// Whole or not at all, on SQLite too.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in columns() {
            let add = Table::alter().table(SIGN_INS).add_column(column).to_owned();
            manager.alter_table(add).await?;
        }
        create(manager, vec![updates(), askers()], vec![open_updates()]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["telegram_askers", UPDATES]).await?;
        for column in columns() {
            let name = column.get_column_name();
            let drop = Table::alter().table(SIGN_INS).drop_column(name).to_owned();
            manager.alter_table(drop).await?;
        }
        Ok(())
    }
}

/// `due_at` of an update that waits is the time before which it is not taken, of one that was taken the
/// end of the time for which it is held.
fn updates() -> TableCreateStatement {
    Table::create()
        .table(UPDATES)
        .col(big_integer("bot_id"))
        .col(big_integer("update_id"))
        .col(big_integer("chat_id"))
        .col(text("body"))
        .col(integer("tries"))
        .col(timestamp_with_time_zone("due_at"))
        .col(timestamp_with_time_zone("kept_at"))
        .col(timestamp_with_time_zone_null("settled_at"))
        .primary_key(
            Index::create()
                .name("pk_telegram_updates")
                .col("bot_id")
                .col("update_id"),
        )
        .to_owned()
}

/// Finds what is not answered, and what of the same chat comes before it.
fn open_updates() -> IndexCreateStatement {
    Index::create()
        .name("ix_telegram_updates_open")
        .table(UPDATES)
        .col("bot_id")
        .col("chat_id")
        .col("update_id")
        .and_where(Expr::col("settled_at").is_null())
        .to_owned()
}

/// Who asks Telegram for the updates of a bot, until when.
fn askers() -> TableCreateStatement {
    Table::create()
        .table("telegram_askers")
        .col(big_integer("bot_id").primary_key())
        .col(uuid("asker"))
        .col(timestamp_with_time_zone("asks_until"))
        .to_owned()
}
