//! Which films were proposed to whom, and who agreed to be advised together.
use crate::table::{create, drop, foreign_key, index, one_of, unique};
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
        let tables = vec![shown_recommendations(), companions()];
        let indexes = vec![
            index("shown_recommendations", &["film_id"]),
            index("shown_recommendations", &["last_shown_at"]),
            unique("companions", &["inviter_id", "addressee"]),
            index("companions", &["invitee_id", "id"]),
            index("companions", &["invited_at"]),
            index("users", &["username"]),
        ];
        create(manager, tables, indexes).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let named = Index::drop()
            .name("ix_users_username")
            .table("users")
            .to_owned();
        manager.drop_index(named).await?;
        drop(manager, &["companions", "shown_recommendations"]).await
    }
}

fn shown_recommendations() -> TableCreateStatement {
    const TABLE: &str = "shown_recommendations";
    Table::create()
        .table(TABLE)
        .col(uuid("user_id"))
        .col(uuid("film_id"))
        .col(integer("times"))
        .col(timestamp_with_time_zone("last_shown_at"))
        .primary_key(
            Index::create()
                .name("pk_shown_recommendations")
                .col("user_id")
                .col("film_id"),
        )
        .foreign_key(&mut foreign_key(
            TABLE,
            "user_id",
            "users",
            ForeignKeyAction::Cascade,
        ))
        .foreign_key(&mut foreign_key(
            TABLE,
            "film_id",
            "films",
            ForeignKeyAction::Cascade,
        ))
        .check(Check::named(
            "ck_shown_recommendations_times",
            Expr::col("times").gte(1),
        ))
        .to_owned()
}

/// An invitation to an addressee whom nobody is behind has no invitee, and neither has one whose invitee
/// left: whoever invited cannot tell these from one that waits.
fn companions() -> TableCreateStatement {
    const TABLE: &str = "companions";
    Table::create()
        .table(TABLE)
        .col(uuid("id").primary_key())
        .col(uuid("inviter_id"))
        .col(uuid_null("invitee_id"))
        .col(string_len("addressee", 256))
        .col(string_len("state", 8))
        .col(timestamp_with_time_zone("invited_at"))
        .col(timestamp_with_time_zone_null("answered_at"))
        .foreign_key(&mut foreign_key(
            TABLE,
            "inviter_id",
            "users",
            ForeignKeyAction::Cascade,
        ))
        .foreign_key(&mut foreign_key(
            TABLE,
            "invitee_id",
            "users",
            ForeignKeyAction::SetNull,
        ))
        .check(one_of(TABLE, "state", &["waiting", "accepted", "declined"]))
        .to_owned()
}
