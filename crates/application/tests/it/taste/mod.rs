//! What people tell of films.
mod ratings;
mod watched;
