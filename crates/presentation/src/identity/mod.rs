//! Registering, signing in and out, sessions, and a user's own data over HTTP.
pub mod email;
pub mod me;
pub mod password_reset;
pub mod register;
pub mod sessions;
pub mod sign_in;
pub mod telegram;
pub mod tokens;
pub mod users;
pub mod view;

use crate::http::resource::Path;
use actix_web::web::ServiceConfig;

/// Opens the paths of this context.
pub fn routes(routes: &mut ServiceConfig) {
    Path::at("/api/v1/me")
        .get(me::show_me)
        .patch(me::update_me)
        .delete(me::delete_me)
        .open(routes);
    Path::at("/api/v1/me/password")
        .put(me::change_password)
        .open(routes);
    Path::at("/api/v1/me/email/verification")
        .post(email::ask_for_verification)
        .open(routes);
    Path::at("/api/v1/me/telegram")
        .post(telegram::link)
        .delete(telegram::unlink)
        .open(routes);
    Path::at("/api/v1/me/sessions")
        .get(sessions::list_sessions)
        .delete(sessions::end_sessions)
        .open(routes);
    Path::at("/api/v1/me/sessions/{session_id}")
        .delete(sessions::end_session)
        .open(routes);
    Path::at("/api/v1/admin/users")
        .get(users::list_users)
        .open(routes);
    Path::at("/api/v1/admin/users/{user_id}")
        .patch(users::change_user)
        .delete(users::delete_user)
        .open(routes);
    Path::at("/api/v1/auth/register")
        .post(register::register)
        .open(routes);
    Path::at("/api/v1/auth/login")
        .post(sign_in::sign_in)
        .open(routes);
    Path::at("/api/v1/auth/password/forgot")
        .post(password_reset::forget_password)
        .open(routes);
    Path::at("/api/v1/auth/password/reset")
        .post(password_reset::reset_password)
        .open(routes);
    Path::at("/api/v1/auth/email/verify")
        .post(email::verify_email)
        .open(routes);
    Path::at("/api/v1/auth/token")
        .post(tokens::issue_tokens)
        .open(routes);
    Path::at("/api/v1/auth/logout")
        .post(sessions::sign_out)
        .open(routes);
    Path::at("/api/v1/auth/telegram/get_auth_key")
        .post(telegram::open)
        .open(routes);
    Path::at("/api/v1/auth/telegram/check_auth_key")
        .post(telegram::check)
        .open(routes);
    Path::at("/api/v1/auth/telegram/login")
        .post(telegram::exchange)
        .open(routes);
}
