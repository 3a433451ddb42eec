//! What administrators do with jobs.
use super::{
    ports::{Cancelling, JobFilter, JobQueries, Reviving},
    views::JobView,
};
use crate::shared::{
    actor::{AccessDenied, Actor},
    clock::{Clock, IdGenerator},
    failure::failure,
    page::{Page, PageRequest},
    retry::retryable,
    store::{Store, StoreError},
    use_case::{UseCase, request},
};
use async_trait::async_trait;
use domain::{
    audit::{Act, Entry},
    jobs::JobId,
};
use shaku::Component;
use std::sync::Arc;
use tracing::instrument;

/// Lists jobs, the newest first.
#[derive(Debug)]
pub struct ListJobs {
    /// Which ones.
    pub filter: JobFilter,
    /// Which page.
    pub page: PageRequest<JobId>,
}

/// Shows a job.
#[derive(Debug)]
pub struct ShowJob {
    /// Which one.
    pub job: JobId,
}

/// Calls a job off: one that waits at once, one that runs by asking.
#[derive(Clone, Debug)]
pub struct CancelJob {
    /// Which one.
    pub job: JobId,
}

/// Makes a failed job wait again.
#[derive(Clone, Debug)]
pub struct RetryJob {
    /// Which one.
    pub job: JobId,
}

/// Why jobs were not shown or changed.
#[derive(Debug, thiserror::Error)]
pub enum JobsError {
    /// The actor may not.
    #[error(transparent)]
    Access(#[from] AccessDenied),
    /// There is no such job, or it has been forgotten.
    #[error("Job not found")]
    JobNotFound,
    /// What has ended cannot be called off.
    #[error("the job has ended already")]
    JobOver,
    /// Only what has failed is tried again.
    #[error("the job has not failed")]
    NotFailed,
    /// It need not wait beside one that does the same.
    #[error("another job that does the same is waiting already")]
    AlreadyWaiting,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

failure!(JobsError {
    JobNotFound => NotFound "jobs.job_not_found",
    JobOver => Conflict "jobs.job_over",
    NotFailed => Conflict "jobs.not_failed",
    AlreadyWaiting => Conflict "jobs.already_waiting",
} via Access, Store);
request!(ListJobs => Page<JobView, JobId>, JobsError);
request!(ShowJob => JobView, JobsError);
request!(CancelJob => JobView, JobsError);
request!(RetryJob => JobView, JobsError);
retryable!(CancelJob, RetryJob);

async fn shown(queries: &dyn JobQueries, job: JobId) -> Result<JobView, JobsError> {
    let view = queries.show(job).await?;
    view.ok_or(JobsError::JobNotFound)
}

#[derive(Component)]
#[shaku(interface = UseCase<ListJobs>)]
pub(crate) struct ListJobsUseCase {
    #[shaku(inject)]
    queries: Arc<dyn JobQueries>,
}

#[async_trait]
impl UseCase<ListJobs> for ListJobsUseCase {
    #[instrument(name = "jobs.list", skip_all)]
    async fn execute(
        &self,
        actor: &Actor,
        request: ListJobs,
    ) -> Result<Page<JobView, JobId>, JobsError> {
        actor.ensure_admin()?;
        Ok(self.queries.list(request.filter, &request.page).await?)
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<ShowJob>)]
pub(crate) struct ShowJobUseCase {
    #[shaku(inject)]
    queries: Arc<dyn JobQueries>,
}

#[async_trait]
impl UseCase<ShowJob> for ShowJobUseCase {
    #[instrument(name = "jobs.show", skip_all, fields(job.id = %request.job))]
    async fn execute(&self, actor: &Actor, request: ShowJob) -> Result<JobView, JobsError> {
        actor.ensure_admin()?;
        shown(&*self.queries, request.job).await
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<CancelJob>)]
pub(crate) struct CancelJobUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    ids: Arc<dyn IdGenerator>,
    #[shaku(inject)]
    queries: Arc<dyn JobQueries>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<CancelJob> for CancelJobUseCase {
    #[instrument(name = "jobs.cancel", skip_all, fields(job.id = %request.job))]
    async fn execute(&self, actor: &Actor, request: CancelJob) -> Result<JobView, JobsError> {
        actor.ensure_admin()?;
        let uow = self.store.begin().await?;
        let now = self.clock.now();
        match uow.jobs().cancel(request.job, now).await? {
            Cancelling::Unknown => return Err(JobsError::JobNotFound),
            Cancelling::Over => return Err(JobsError::JobOver),
            Cancelling::Cancelled | Cancelling::Asked => {}
        }
        let (id, on) = (self.ids.next(), Some(request.job.as_uuid()));
        let entry = Entry::administrative(id, Act::JobCancelled, actor.viewer(), on, now);
        uow.audit().record(&entry).await?;
        uow.commit().await?;
        shown(&*self.queries, request.job).await
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<RetryJob>)]
pub(crate) struct RetryJobUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    ids: Arc<dyn IdGenerator>,
    #[shaku(inject)]
    queries: Arc<dyn JobQueries>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<RetryJob> for RetryJobUseCase {
    #[instrument(name = "jobs.retry", skip_all, fields(job.id = %request.job))]
    async fn execute(&self, actor: &Actor, request: RetryJob) -> Result<JobView, JobsError> {
        actor.ensure_admin()?;
        let uow = self.store.begin().await?;
        let now = self.clock.now();
        match uow.jobs().revive(request.job, now).await? {
            Reviving::Unknown => return Err(JobsError::JobNotFound),
            Reviving::NotFailed => return Err(JobsError::NotFailed),
            Reviving::AlreadyWaiting => return Err(JobsError::AlreadyWaiting),
            Reviving::Waiting => {}
        }
        let (id, on) = (self.ids.next(), Some(request.job.as_uuid()));
        let entry = Entry::administrative(id, Act::JobRetried, actor.viewer(), on, now);
        uow.audit().record(&entry).await?;
        uow.commit().await?;
        shown(&*self.queries, request.job).await
    }
}
