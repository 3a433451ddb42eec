//! Registering, signing in and out, sessions, and a user's own data.
mod account;
pub mod administer;
pub mod authenticate;
pub mod email_verification;
pub mod last_admin;
pub mod manage_users;
pub mod password_reset;
pub mod ports;
pub mod profile;
pub mod register;
mod removal;
pub mod sessions;
pub mod sign_in;
pub mod telegram;
pub mod tokens;
pub mod views;
