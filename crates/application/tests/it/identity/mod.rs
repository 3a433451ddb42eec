//! Registering, signing in and out, and a user's own data.
mod administer;
mod authenticate;
mod email_verification;
mod manage_users;
mod password_reset;
mod profile;
mod register;
mod sessions;
mod sign_in;
mod telegram;
mod telegram_bot;
mod tokens;
