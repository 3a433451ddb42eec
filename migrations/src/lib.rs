//! The history of the schema, the same for SQLite and PostgreSQL.
//!
//! An applied migration is never edited. A change comes in steps: widen, move the data, narrow; the
//! release before must be able to run on the new schema.
#![cfg_attr(
    not(test),
    expect(
        clippy::wildcard_imports,
        reason = "the words of a schema are made to be imported whole"
    )
)]

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::prelude::*;

mod m20261121_000001_identity;
mod m20261121_000002_catalogue;
mod m20261121_000003_library;
mod m20261121_000004_mixes;
mod m20261121_000005_recommendation;
mod m20261122_000006_jobs;
mod m20261122_000007_sourced_films;
mod m20261122_000008_poster_looks;
mod m20261122_000009_assistant;
mod m20261122_000010_posters_on_the_way;
mod m20261122_000020_contract_bounds;
mod m20261122_000021_taste;
mod m20261122_000022_communities;
mod m20261122_000023_recommender_models;
mod m20261122_000024_advice;
mod m20261122_000025_once;
mod m20261122_000026_telegram_bot;
mod m20261122_000027_job_traces;
mod m20261122_000028_chosen_languages;
mod m20261122_000029_colors_due;
mod m20261122_000030_film_meanings;
mod m20261123_000031_events;
mod m20261123_000032_new_acts;
mod m20261123_000034_mail_tokens;
mod m20261123_000035_notice_choices;
mod table;

/// Applies and takes back migrations.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261121_000001_identity::Migration),
            Box::new(m20261121_000002_catalogue::Migration),
            Box::new(m20261121_000003_library::Migration),
            Box::new(m20261121_000004_mixes::Migration),
            Box::new(m20261121_000005_recommendation::Migration),
            Box::new(m20261122_000006_jobs::Migration),
            Box::new(m20261122_000007_sourced_films::Migration),
            Box::new(m20261122_000008_poster_looks::Migration),
            Box::new(m20261122_000009_assistant::Migration),
            Box::new(m20261122_000010_posters_on_the_way::Migration),
            Box::new(m20261122_000020_contract_bounds::Migration),
            Box::new(m20261122_000021_taste::Migration),
            Box::new(m20261122_000022_communities::Migration),
            Box::new(m20261122_000023_recommender_models::Migration),
            Box::new(m20261122_000024_advice::Migration),
            Box::new(m20261122_000025_once::Migration),
            Box::new(m20261122_000026_telegram_bot::Migration),
            Box::new(m20261122_000027_job_traces::Migration),
            Box::new(m20261122_000028_chosen_languages::Migration),
            Box::new(m20261122_000029_colors_due::Migration),
            Box::new(m20261122_000030_film_meanings::Migration),
            Box::new(m20261123_000031_events::Migration),
            Box::new(m20261123_000032_new_acts::Migration),
            Box::new(m20261123_000034_mail_tokens::Migration),
            Box::new(m20261123_000035_notice_choices::Migration),
        ]
    }
}
