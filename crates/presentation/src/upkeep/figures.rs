//! Figures for administrators.
use crate::http::{
    answer, checker::Checker, problem::Problem, query::QueryFields, signed_in::SignedIn, state::Use,
};
use actix_web::HttpResponse;
use application::upkeep::{
    figures::{Figures, ShowFigures},
    ports::DayOfActivity,
};
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

/// How much there is, and what went on lately.
#[derive(Serialize, ToSchema)]
#[schema(as = Figures)]
pub struct FiguresView {
    users: u64,
    films: u64,
    /// Watchlists that users have made themselves.
    watchlists: u64,
    /// What went on, day by day, the newest first.
    days: Vec<DayView>,
}

/// What went on in a day, by UTC. What has been deleted since is not counted.
#[derive(Serialize, ToSchema)]
#[schema(as = DayOfActivity)]
pub struct DayView {
    day: NaiveDate,
    /// Users who did any of what follows.
    active_users: u64,
    /// Users who joined.
    new_users: u64,
    /// Watchlists that were made.
    new_watchlists: u64,
    /// Films that were put on a list.
    new_entries: u64,
    /// Films that were recommended.
    recommendations: u64,
}

impl From<Figures> for FiguresView {
    fn from(figures: Figures) -> Self {
        Self {
            users: figures.totals.users,
            films: figures.totals.films,
            watchlists: figures.totals.watchlists,
            days: figures.days.into_iter().map(DayView::from).collect(),
        }
    }
}

impl From<DayOfActivity> for DayView {
    fn from(day: DayOfActivity) -> Self {
        Self {
            day: day.day,
            active_users: day.active_users,
            new_users: day.new_users,
            new_watchlists: day.new_watchlists,
            new_entries: day.new_entries,
            recommendations: day.recommendations,
        }
    }
}

/// Shows how much there is, and what went on lately.
#[utoipa::path(
    get, path = "/api/v1/admin/figures", operation_id = "showFigures", tag = "admin", security(("bearer" = [])),
    params(("days" = Option<i64>, Query, description = "How many days, today among them; 30 unless given", minimum = 1, maximum = 366)),
    responses(
        (status = 200, description = "The figures", body = FiguresView),
        (status = 403, description = "Only for administrators"),
    )
)]
pub async fn show_figures(
    actor: SignedIn,
    query: QueryFields,
    show: Use<ShowFigures>,
) -> Result<HttpResponse, Problem> {
    let mut check = Checker::of_parameters();
    let days = query.number(&mut check, "days").unwrap_or_default();
    let request = check.finish(|| Some(ShowFigures { days }))?;
    let figures = show.execute(&actor, request).await?;
    answer::ok(&FiguresView::from(figures))
}
