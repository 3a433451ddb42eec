//! Counts for administrators.
mod figure_queries;

pub use figure_queries::SqlFigureQueries;
