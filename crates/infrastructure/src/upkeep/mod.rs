//! Counts for administrators, and copies of what is kept.
pub mod backup;
mod figure_queries;
mod gauges;

pub use figure_queries::SqlFigureQueries;
pub use gauges::Gauges;
