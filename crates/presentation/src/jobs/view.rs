//! What is told of jobs.
use crate::http::words::{JobStateName, PriorityName};
use application::jobs::{Task, views::JobView as Job};
use chrono::{DateTime, Utc};
use domain::shared::Language;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A job.
#[derive(Serialize, ToSchema)]
#[schema(as = Job)]
pub struct JobView<'a> {
    id: Uuid,
    /// What kind of work it is.
    #[schema(example = "import_pages")]
    kind: &'a str,
    /// What there is to do; null for a kind that only a newer version knows.
    #[schema(required)]
    task: Option<TaskView<'a>>,
    #[schema(inline, value_type = JobStateName, example = "running")]
    state: &'a str,
    #[schema(inline, value_type = PriorityName, example = "low")]
    priority: &'a str,
    /// How many steps are done.
    done: u64,
    /// Of how many, where that is known.
    #[schema(required)]
    total: Option<u64>,
    /// How often it has been tried.
    attempts: u32,
    /// Whether whoever runs it has been asked to stop.
    is_cancel_asked: bool,
    /// What went wrong the last time.
    #[schema(required)]
    problem: Option<&'a str>,
    /// Before when it is not run, while it waits.
    #[schema(required)]
    due_at: Option<DateTime<Utc>>,
    /// When it was asked for.
    created_at: DateTime<Utc>,
    /// When it was last begun.
    #[schema(required)]
    started_at: Option<DateTime<Utc>>,
    /// When it ended.
    #[schema(required)]
    ended_at: Option<DateTime<Utc>>,
}

/// A page of jobs.
#[derive(Serialize, ToSchema)]
#[schema(as = JobPage)]
pub struct JobPageView<'a> {
    pub items: Vec<JobView<'a>>,
    /// The cursor of the next page; null on the last one.
    #[schema(required)]
    pub next: Option<String>,
}

/// What there is to do; which members there are depends on the kind.
#[derive(Default, Serialize, ToSchema)]
#[schema(as = JobTask)]
pub struct TaskView<'a> {
    /// The source of films.
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'a str>,
    /// The film's place there.
    #[serde(skip_serializing_if = "Option::is_none")]
    source_id: Option<&'a str>,
    /// Which of the source's lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    list: Option<&'a str>,
    /// The first page.
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<u32>,
    /// The last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<u32>,
    /// What somebody searched for.
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    film_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    watchlist_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mix_id: Option<Uuid>,
    /// How many films.
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<u32>,
    /// Which mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    letter: Option<&'a str>,
    /// To whom; perhaps to nobody.
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<Uuid>,
}

impl<'a> From<&'a Job> for JobView<'a> {
    fn from(job: &'a Job) -> Self {
        Self {
            id: job.id.as_uuid(),
            kind: &job.kind,
            task: job.task.as_ref().map(TaskView::from),
            state: job.state.name(),
            priority: job.priority.name(),
            done: job.steps.done,
            total: job.steps.total,
            attempts: job.attempts,
            is_cancel_asked: job.is_cancel_asked,
            problem: job.problem.as_deref(),
            due_at: job.due_at,
            created_at: job.created_at,
            started_at: job.started_at,
            ended_at: job.ended_at,
        }
    }
}

impl<'a> From<&'a Task> for TaskView<'a> {
    fn from(task: &'a Task) -> Self {
        let nothing = Self::default();
        match task {
            Task::ImportFilm { at } => Self {
                source: Some(at.source().name()),
                source_id: Some(at.id()),
                ..nothing
            },
            Task::ImportPages {
                source,
                list,
                from,
                to,
            } => Self {
                source: Some(source.name()),
                list: Some(list.name()),
                from: Some(*from),
                to: Some(*to),
                ..nothing
            },
            Task::SearchSources { title, language } => Self {
                title: Some(title),
                language: Some(language.code()),
                ..nothing
            },
            Task::CompleteFilm { film } | Task::MakeImages { film } => Self {
                film_id: Some(film.as_uuid()),
                ..nothing
            },
            Task::RefreshOldest { count } => Self {
                count: Some(*count),
                ..nothing
            },
            Task::ChooseGradient { watchlist } => Self {
                watchlist_id: Some(watchlist.as_uuid()),
                ..nothing
            },
            Task::ChooseMixGradient { mix } => Self {
                mix_id: Some(mix.as_uuid()),
                ..nothing
            },
            Task::SendLetter {
                letter,
                user,
                language,
            } => Self {
                letter: Some(letter.name()),
                user_id: Some(user.as_uuid()),
                language: language.map(Language::code),
                ..nothing
            },
            Task::EmbedFilms | Task::TrainRecommender | Task::TidyUp => nothing,
        }
    }
}
