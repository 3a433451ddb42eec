//! Counts for administrators.
mod figure_queries;
mod gauges;

pub use figure_queries::SqlFigureQueries;
pub use gauges::Gauges;
