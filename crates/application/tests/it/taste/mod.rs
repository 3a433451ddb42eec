//! What people tell of films.
mod diary;
mod others;
mod ratings;
mod watched;
