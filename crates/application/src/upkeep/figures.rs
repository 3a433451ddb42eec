//! Figures for administrators.
use super::ports::{DayOfActivity, FigureQueries, Totals};
use crate::shared::{
    actor::{AccessDenied, Actor},
    clock::Clock,
    failure::failure,
    store::StoreError,
    use_case::{UseCase, request},
};
use async_trait::async_trait;
use chrono::{Days, NaiveDate, NaiveTime};
use shaku::Component;
use std::{collections::HashMap, sync::Arc};
use tracing::instrument;

/// Shows how much there is, and what went on lately.
#[derive(Debug)]
pub struct ShowFigures {
    /// For how many days, today among them.
    pub days: FigureDays,
}

/// How many days are looked back upon, 1 to 366.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FigureDays(u16);

/// The number is no number of days to look back upon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be between 1 and {max}, got {0}", max = FigureDays::MAX)]
pub struct FigureDaysOutOfRange(pub i64);

impl FigureDays {
    /// The most days.
    pub const MAX: u16 = 366;
}

impl Default for FigureDays {
    fn default() -> Self {
        Self(30)
    }
}

impl TryFrom<i64> for FigureDays {
    type Error = FigureDaysOutOfRange;
    fn try_from(days: i64) -> Result<Self, FigureDaysOutOfRange> {
        u16::try_from(days)
            .ok()
            .filter(|days| (1..=Self::MAX).contains(days))
            .map(Self)
            .ok_or(FigureDaysOutOfRange(days))
    }
}

/// How much there is, and what went on lately.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figures {
    /// How much there is.
    pub totals: Totals,
    /// What went on, day by day without a gap, the newest first.
    pub days: Vec<DayOfActivity>,
}

/// Why figures were not shown.
#[derive(Debug, thiserror::Error)]
pub enum FiguresError {
    /// The actor may not.
    #[error(transparent)]
    Access(#[from] AccessDenied),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

failure!(FiguresError {} via Access, Store);
request!(ShowFigures => Figures, FiguresError);

#[derive(Component)]
#[shaku(interface = UseCase<ShowFigures>)]
pub(crate) struct ShowFiguresUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    queries: Arc<dyn FigureQueries>,
}

#[async_trait]
impl UseCase<ShowFigures> for ShowFiguresUseCase {
    #[instrument(name = "upkeep.show_figures", skip_all)]
    async fn execute(&self, actor: &Actor, request: ShowFigures) -> Result<Figures, FiguresError> {
        actor.ensure_admin()?;
        let days = days_until(self.clock.now().date_naive(), request.days);
        let first = days.last().copied().unwrap_or_default();
        let totals = self.queries.totals().await?;
        let since = first.and_time(NaiveTime::MIN).and_utc();
        let active = self.queries.activity(since).await?;
        let mut active: HashMap<NaiveDate, DayOfActivity> =
            active.into_iter().map(|day| (day.day, day)).collect();
        let days = days.into_iter().map(|day| {
            let active = active.remove(&day);
            active.unwrap_or_else(|| DayOfActivity::quiet(day))
        });
        Ok(Figures {
            totals,
            days: days.collect(),
        })
    }
}

/// So many days up to one, the newest first.
fn days_until(last: NaiveDate, count: FigureDays) -> Vec<NaiveDate> {
    let back = |days| last.checked_sub_days(Days::new(days));
    (0..u64::from(count.0)).map_while(back).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_may_be_looked_back_upon_and_no_more() {
        assert!(FigureDays::try_from(1).is_ok());
        assert!(FigureDays::try_from(366).is_ok());
        for days in [0, 367, -1, i64::MAX] {
            assert_eq!(FigureDays::try_from(days), Err(FigureDaysOutOfRange(days)));
        }
    }

    #[test]
    fn days_have_no_gap() {
        let last = NaiveDate::from_ymd_opt(2026, 3, 1).unwrap();
        let days = days_until(last, FigureDays(3));
        let texts: Vec<String> = days.iter().map(NaiveDate::to_string).collect();
        assert_eq!(texts, ["2026-03-01", "2026-02-28", "2026-02-27"]);
    }
}
