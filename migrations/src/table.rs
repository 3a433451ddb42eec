//! Short words for what every table needs: named keys, named indexes, and a way back.
use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

/// A foreign key `fk_<table>_<column>` to the `id` of another table.
pub(crate) fn foreign_key(
    table: &'static str,
    column: &'static str,
    referenced: &'static str,
    on_delete: ForeignKeyAction,
) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .name(format!("fk_{table}_{column}"))
        .from(table, column)
        .to(referenced, "id")
        .on_delete(on_delete)
        .to_owned()
}

/// An index `ix_<table>_<columns>`.
pub(crate) fn index(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    named_index("ix", table, columns)
}

/// A unique index `uq_<table>_<columns>`.
pub(crate) fn unique(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    named_index("uq", table, columns).unique().to_owned()
}

fn named_index(kind: &str, table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create()
        .name(format!("{kind}_{table}_{}", columns.join("_")))
        .table(table)
        .to_owned();
    for column in columns {
        index.col(*column);
    }
    index
}

/// A check `ck_<table>_<column>` that a column holds one of these words.
pub(crate) fn one_of(table: &str, column: &'static str, words: &[&str]) -> Check {
    Check::named(
        format!("ck_{table}_{column}"),
        Expr::col(column).is_in(words.iter().copied()),
    )
}

/// A text column that sorts by its letters' numbers, so that both databases list alike.
pub(crate) fn sorted_text(
    manager: &SchemaManager<'_>,
    column: &'static str,
    length: u32,
) -> ColumnDef {
    let mut definition = ColumnDef::new(column);
    definition.string_len(length).not_null();
    // SQLite sorts so by itself.
    if manager.get_database_backend() == DbBackend::Postgres {
        definition.extra("COLLATE \"C\"");
    }
    definition
}

/// Makes tables and then their indexes.
pub(crate) async fn create(
    manager: &SchemaManager<'_>,
    tables: Vec<TableCreateStatement>,
    indexes: Vec<IndexCreateStatement>,
) -> Result<(), DbErr> {
    for table in tables {
        manager.create_table(table).await?;
    }
    for index in indexes {
        manager.create_index(index).await?;
    }
    Ok(())
}

/// Drops tables with their indexes, the referring ones first.
pub(crate) async fn drop(
    manager: &SchemaManager<'_>,
    tables: &[&'static str],
) -> Result<(), DbErr> {
    for table in tables {
        manager
            .drop_table(Table::drop().table(*table).to_owned())
            .await?;
    }
    Ok(())
}
