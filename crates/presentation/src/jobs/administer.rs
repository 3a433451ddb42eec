//! Administrators look at jobs, call them off, and have failed ones tried again.
use super::view::{JobPageView, JobView};
use crate::http::{
    answer,
    checker::Checker,
    cursor,
    path::PathId,
    problem::Problem,
    query::QueryFields,
    signed_in::SignedIn,
    state::Use,
    words::{JobStateName, TaskKindName},
};
use actix_web::HttpResponse;
use application::{
    jobs::{
        TaskKind,
        administer::{CancelJob, ListJobs, RetryJob, ShowJob},
        ports::JobFilter,
    },
    shared::page::PageRequest,
};
use domain::jobs::{Job, JobState};

fn request(query: &QueryFields) -> Result<ListJobs, Problem> {
    let mut check = Checker::of_parameters();
    let filter = JobFilter {
        state: query.parsed(&mut check, "state", str::parse::<JobState>),
        kind: query.parsed(&mut check, "kind", str::parse::<TaskKind>),
    };
    let size = query.number(&mut check, "limit").unwrap_or_default();
    let after = query.parsed(&mut check, "cursor", cursor::read_id);
    let page = PageRequest { size, after };
    check.finish(|| Some(ListJobs { filter, page }))
}

/// Lists jobs, the newest first, page by page.
#[utoipa::path(
    get, path = "/api/v1/admin/jobs", operation_id = "listJobs", tag = "admin", security(("bearer" = [])),
    params(
        ("state" = inline(Option<JobStateName>), Query, description = "Only jobs in this state"),
        ("kind" = inline(Option<TaskKindName>), Query, description = "Only jobs of this kind"),
        ("limit" = Option<i64>, Query, description = "How many jobs on a page; 20 unless given", minimum = 1, maximum = 100),
        ("cursor" = Option<String>, Query, description = "`next` of the page before"),
    ),
    responses(
        (status = 200, description = "A page of jobs", body = JobPageView<'static>),
        (status = 403, description = "Only for administrators"),
    )
)]
pub async fn list_jobs(
    actor: SignedIn,
    query: QueryFields,
    list: Use<ListJobs>,
) -> Result<HttpResponse, Problem> {
    let page = list.execute(&actor, request(&query)?).await?;
    answer::ok(&JobPageView {
        items: page.items.iter().map(JobView::from).collect(),
        next: page.next.map(cursor::write_id),
    })
}

/// Shows a job and how far it is.
#[utoipa::path(
    get, path = "/api/v1/admin/jobs/{job_id}", operation_id = "showJob", tag = "admin", security(("bearer" = [])),
    params(("job_id" = uuid::Uuid, Path, description = "Which job")),
    responses(
        (status = 200, description = "The job", body = JobView<'static>),
        (status = 403, description = "Only for administrators"),
    )
)]
pub async fn show_job(
    actor: SignedIn,
    job: PathId<Job>,
    show: Use<ShowJob>,
) -> Result<HttpResponse, Problem> {
    let job = show.execute(&actor, ShowJob { job: job.0 }).await?;
    answer::ok(&JobView::from(&job))
}

/// Calls a job off.
///
/// One that waits is cancelled at once; one that runs is asked to stop, and `is_cancel_asked` says so.
#[utoipa::path(
    post, path = "/api/v1/admin/jobs/{job_id}/cancel", operation_id = "cancelJob", tag = "admin", security(("bearer" = [])),
    params(("job_id" = uuid::Uuid, Path, description = "Which job")),
    responses(
        (status = 200, description = "The job as it now stands", body = JobView<'static>),
        (status = 403, description = "Only for administrators"),
        (status = 409, description = "The job has ended already"),
    )
)]
pub async fn cancel_job(
    actor: SignedIn,
    job: PathId<Job>,
    cancel: Use<CancelJob>,
) -> Result<HttpResponse, Problem> {
    let job = cancel.execute(&actor, CancelJob { job: job.0 }).await?;
    answer::ok(&JobView::from(&job))
}

/// Has a job tried again that has failed.
#[utoipa::path(
    post, path = "/api/v1/admin/jobs/{job_id}/retry", operation_id = "retryJob", tag = "admin", security(("bearer" = [])),
    params(("job_id" = uuid::Uuid, Path, description = "Which job")),
    responses(
        (status = 200, description = "The job as it now stands", body = JobView<'static>),
        (status = 403, description = "Only for administrators"),
        (status = 409, description = "The job has not failed, or another one that does the same is waiting"),
    )
)]
pub async fn retry_job(
    actor: SignedIn,
    job: PathId<Job>,
    retry: Use<RetryJob>,
) -> Result<HttpResponse, Problem> {
    let job = retry.execute(&actor, RetryJob { job: job.0 }).await?;
    answer::ok(&JobView::from(&job))
}
