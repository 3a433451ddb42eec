//! Ready-made mixes.
use crate::table::{create, drop, foreign_key, index, unique};
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
        let indexes = vec![
            unique("mixes", &["slug"]),
            index("mixes", &["position"]),
            unique("mix_films", &["mix_id", "film_id"]),
            index("mix_films", &["film_id"]),
        ];
        create(manager, vec![mixes(), mix_films()], indexes).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["mix_films", "mixes"]).await
    }
}

fn mixes() -> TableCreateStatement {
    Table::create()
        .table("mixes")
        .col(uuid("id").primary_key())
        .col(string_len("slug", 64))
        .col(string_len("title_en", 256))
        .col(string_len("title_ru", 256))
        .col(char_len("color1", 7))
        .col(char_len("color2", 7))
        .col(char_len("color3", 7))
        .col(small_integer("position"))
        .to_owned()
}

fn mix_films() -> TableCreateStatement {
    Table::create()
        .table("mix_films")
        .col(uuid("mix_id"))
        .col(small_integer("position"))
        .col(uuid("film_id"))
        .primary_key(
            Index::create()
                .name("pk_mix_films")
                .col("mix_id")
                .col("position"),
        )
        .foreign_key(&mut foreign_key(
            "mix_films",
            "mix_id",
            "mixes",
            ForeignKeyAction::Cascade,
        ))
        .foreign_key(&mut foreign_key(
            "mix_films",
            "film_id",
            "films",
            ForeignKeyAction::Cascade,
        ))
        .to_owned()
}
