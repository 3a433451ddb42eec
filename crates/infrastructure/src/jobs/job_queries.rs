//! Reads of jobs.
use super::job_row;
use crate::persistence::{Database, Query, in_list};
use application::{
    jobs::{
        TaskKind,
        ports::{JobFilter, JobQueries},
        views::JobView,
    },
    shared::{
        page::{Page, PageRequest},
        store::StoreError,
    },
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::jobs::JobId;
use sea_orm::Value;
use shaku::Component;
use std::{fmt::Write, sync::Arc};

/// Reads from the pool, each one statement.
#[derive(Component)]
#[shaku(interface = JobQueries)]
pub struct SqlJobQueries {
    #[shaku(inject)]
    database: Arc<dyn Database>,
}

#[async_trait]
impl JobQueries for SqlJobQueries {
    async fn is_any_due(&self, kinds: &[TaskKind], now: DateTime<Utc>) -> Result<bool, StoreError> {
        let names: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
        if names.is_empty() {
            return Ok(false);
        }
        let (places, members) = in_list(2, &names);
        let sql = format!(
            "SELECT 1 FROM jobs \
             WHERE state IN ('waiting', 'running') AND due_at <= $1 AND kind IN ({places}) LIMIT 1"
        );
        let mut values: Vec<Value> = vec![now.into()];
        values.extend(members);
        let found = Query::new(&sql, values)
            .one(self.database.connection())
            .await?;
        Ok(found.is_some())
    }

    async fn list(
        &self,
        filter: JobFilter,
        page: &PageRequest<JobId>,
    ) -> Result<Page<JobView, JobId>, StoreError> {
        let (sql, values) = listing(filter, page);
        let rows = Query::new(&sql, values)
            .all(self.database.connection())
            .await?;
        let jobs: Vec<JobView> = rows.iter().map(job_row::view).collect::<Result<_, _>>()?;
        Ok(Page::from_overfetched(jobs, page.size, |job| job.id))
    }

    async fn show(&self, job: JobId) -> Result<Option<JobView>, StoreError> {
        let sql = format!("SELECT {} FROM jobs WHERE id = $1", job_row::COLUMNS);
        let row = Query::new(&sql, [job.as_uuid().into()])
            .one(self.database.connection())
            .await?;
        row.as_ref().map(job_row::view).transpose()
    }
}

fn listing(filter: JobFilter, page: &PageRequest<JobId>) -> (String, Vec<Value>) {
    let mut values: Vec<Value> = vec![(i64::from(page.size.get()) + 1).into()];
    let mut conditions = String::new();
    let mut add = |condition: &str, value: Value| {
        values.push(value);
        let word = if conditions.is_empty() {
            "WHERE"
        } else {
            " AND"
        };
        // Writing to a string cannot fail.
        let _ = write!(conditions, "{word} {condition} ${}", values.len());
    };
    if let Some(state) = filter.state {
        add("state =", state.name().into());
    }
    if let Some(kind) = filter.kind {
        add("kind =", kind.name().into());
    }
    if let Some(after) = page.after {
        add("id <", after.as_uuid().into());
    }
    let columns = job_row::COLUMNS;
    let sql = format!("SELECT {columns} FROM jobs {conditions} ORDER BY id DESC LIMIT $1");
    (sql, values)
}
