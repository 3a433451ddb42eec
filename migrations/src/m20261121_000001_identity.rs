//! Users, their sessions, and attempts to sign in by Telegram.
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
        let tables = vec![
            users(),
            sessions(),
            refresh_tokens(),
            ended_sessions(),
            telegram_sign_ins(),
        ];
        let indexes = vec![
            unique("users", &["email"]),
            unique("users", &["telegram_id"]),
            index("users", &["role"]),
            index("sessions", &["user_id", "created_at"]),
            index("sessions", &["expires_at"]),
            index("refresh_tokens", &["session_id"]),
            index("ended_sessions", &["ended_at"]),
            index("ended_sessions", &["expires_at"]),
            index("telegram_sign_ins", &["user_id"]),
            index("telegram_sign_ins", &["expires_at"]),
        ];
        create(manager, tables, indexes).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(
            manager,
            &[
                "telegram_sign_ins",
                "ended_sessions",
                "refresh_tokens",
                "sessions",
                "users",
            ],
        )
        .await
    }
}

fn users() -> TableCreateStatement {
    Table::create()
        .table("users")
        .col(uuid("id").primary_key())
        .col(string_len_null("email", 254))
        .col(big_integer_null("telegram_id"))
        .col(string_len("username", 128))
        .col(string_len_null("first_name", 128))
        .col(string_len_null("last_name", 128))
        .col(string_len_null("language", 2))
        .col(string_len("role", 16))
        .col(timestamp_with_time_zone_null("disabled_at"))
        .col(string_len_null("password_hash", 255))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("updated_at"))
        .check(one_of("users", "role", &["user", "admin"]))
        .check(one_of("users", "language", &["ru", "en"]))
        .check(Check::named(
            "ck_users_reachable",
            Expr::col("email")
                .is_not_null()
                .or(Expr::col("telegram_id").is_not_null()),
        ))
        .to_owned()
}

fn sessions() -> TableCreateStatement {
    Table::create()
        .table("sessions")
        .col(uuid("id").primary_key())
        .col(uuid("user_id"))
        .col(string_len("kind", 16))
        .col(string_len_null("device", 256))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("last_used_at"))
        .col(timestamp_with_time_zone("expires_at"))
        .check(one_of("sessions", "kind", &["long_token", "refreshable"]))
        .foreign_key(&mut foreign_key(
            "sessions",
            "user_id",
            "users",
            ForeignKeyAction::Cascade,
        ))
        .to_owned()
}

/// Used tokens stay until their session is forgotten, so that using one again is noticed.
fn refresh_tokens() -> TableCreateStatement {
    Table::create()
        .table("refresh_tokens")
        .col(binary_len("digest", 32).primary_key())
        .col(uuid("session_id"))
        .col(timestamp_with_time_zone("issued_at"))
        .col(timestamp_with_time_zone_null("used_at"))
        .foreign_key(&mut foreign_key(
            "refresh_tokens",
            "session_id",
            "sessions",
            ForeignKeyAction::Cascade,
        ))
        .to_owned()
}

/// Sessions that were ended while tokens of theirs were still good. No foreign keys: a row outlives
/// its session and its user.
fn ended_sessions() -> TableCreateStatement {
    Table::create()
        .table("ended_sessions")
        .col(uuid("session_id").primary_key())
        .col(timestamp_with_time_zone("ended_at"))
        .col(timestamp_with_time_zone("expires_at"))
        .to_owned()
}

fn telegram_sign_ins() -> TableCreateStatement {
    const TABLE: &str = "telegram_sign_ins";
    Table::create()
        .table(TABLE)
        .col(binary_len("key_digest", 32).primary_key())
        .col(string_len("state", 16))
        .col(uuid_null("user_id"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("expires_at"))
        .check(one_of(
            TABLE,
            "state",
            &["pending", "confirmed", "declined", "used"],
        ))
        .foreign_key(&mut foreign_key(
            TABLE,
            "user_id",
            "users",
            ForeignKeyAction::Cascade,
        ))
        .to_owned()
}
