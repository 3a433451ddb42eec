//! The pages that links of mails lead to.
//!
//! Programs that look at mails follow every link in them, so following one shows a page and changes
//! nothing; what is to be done is done by a `POST`. Whoever has an app of its own may take these
//! addresses over and use the API.
use super::page::{Form, Words, page};
use crate::http::{
    body::FormOrJson, checker::Field, language::Preferred, problem::Problem, query::QueryFields,
    state::Use,
};
use actix_web::HttpResponse;
use application::{
    identity::{
        email_verification::{VerifyEmail, VerifyEmailError},
        password_reset::{PasswordResetError, ResetPassword},
    },
    notifications::{
        ports::MailSecret,
        unsubscribe::{Unsubscribe, UnsubscribeError},
    },
    shared::actor::Actor,
};
use domain::{identity::NewPassword, shared::Language};
use serde::Deserialize;

/// Where somebody shows that they read what is sent to their address.
pub const VERIFY_EMAIL: &str = "/account/verify-email";
/// Where somebody chooses another password.
pub const RESET_PASSWORD: &str = "/account/reset-password";
/// Where somebody wants no more mails.
pub const UNSUBSCRIBE: &str = "/account/unsubscribe";

/// Says something in the language of whoever reads it.
const fn in_words(
    language: Language,
    english: (&'static str, &'static str),
    russian: (&'static str, &'static str),
) -> Words {
    let (title, text) = match language {
        Language::English => english,
        Language::Russian => russian,
    };
    Words { title, text }
}

const fn either(language: Language, english: &'static str, russian: &'static str) -> &'static str {
    match language {
        Language::English => english,
        Language::Russian => russian,
    }
}

fn token(query: &QueryFields) -> MailSecret {
    MailSecret(query.get("token").unwrap_or_default().to_owned())
}

fn done(language: Language, english: &'static str, russian: &'static str) -> HttpResponse {
    let words = in_words(language, ("Done", english), ("Готово", russian));
    page(language, &words, &Form::None)
}

fn not_valid(language: Language) -> HttpResponse {
    let words = in_words(
        language,
        (
            "This link is not valid any more",
            "It was used, its time is over, or there is a newer one. Ask for another mail.",
        ),
        (
            "Ссылка больше не действует",
            "Ею уже воспользовались, её время вышло или есть ссылка новее. Запросите ещё одно письмо.",
        ),
    );
    page(language, &words, &Form::None)
}

/// Asks whether an address is theirs.
pub async fn ask_to_verify(language: Preferred) -> HttpResponse {
    let Preferred(language) = language;
    let words = in_words(
        language,
        (
            "Your address",
            "Is the address yours that the mail came to?",
        ),
        ("Ваш адрес", "Адрес, на который пришло письмо, ваш?"),
    );
    let button = either(language, "Yes, it is mine", "Да, мой");
    std::future::ready(page(language, &words, &Form::Button(button))).await
}

/// Takes note that an address is theirs.
pub async fn verify(
    language: Preferred,
    query: QueryFields,
    verify: Use<VerifyEmail>,
) -> Result<HttpResponse, Problem> {
    let request = VerifyEmail {
        token: token(&query),
    };
    match verify.execute(&Actor::Anonymous, request).await {
        Ok(()) => Ok(done(language.0, "The address is yours.", "Адрес ваш.")),
        Err(VerifyEmailError::NotValid) => Ok(not_valid(language.0)),
        Err(failure) => Err(failure.into()),
    }
}

/// Asks for another password.
pub async fn ask_for_password(language: Preferred) -> HttpResponse {
    std::future::ready(password_form(language.0)).await
}

fn password_form(language: Language) -> HttpResponse {
    let words = in_words(
        language,
        (
            "A new password",
            "Once it is chosen, you are signed out everywhere.",
        ),
        (
            "Новый пароль",
            "Когда он будет выбран, вы выйдете на всех устройствах.",
        ),
    );
    let label = either(language, "New password", "Новый пароль");
    let button = either(language, "Choose it", "Выбрать");
    page(language, &words, &Form::Password(label, button))
}

/// What the form of the page sends.
#[derive(Debug, Deserialize)]
pub struct PasswordForm {
    #[serde(default)]
    password: Field<String>,
}

/// Takes another password; one that is none is asked for again.
pub async fn reset(
    language: Preferred,
    query: QueryFields,
    form: FormOrJson<PasswordForm>,
    reset: Use<ResetPassword>,
) -> Result<HttpResponse, Problem> {
    let Preferred(language) = language;
    let Field::Given(password) = form.0.password else {
        return Ok(password_form(language));
    };
    let Ok(new) = NewPassword::parse(&password) else {
        return Ok(password_form(language));
    };
    let token = token(&query);
    let request = ResetPassword { token, new };
    match reset.execute(&Actor::Anonymous, request).await {
        Ok(()) => Ok(done(
            language,
            "Sign in with the new password.",
            "Войдите с новым паролем.",
        )),
        Err(PasswordResetError::NotValid) => Ok(not_valid(language)),
        Err(failure) => Err(failure.into()),
    }
}

/// Asks whether they want no more mails.
pub async fn ask_to_unsubscribe(language: Preferred) -> HttpResponse {
    let Preferred(language) = language;
    let words = in_words(
        language,
        (
            "No more mails",
            "Mails about your account, such as a forgotten password, will still come.",
        ),
        (
            "Больше не писать",
            "Письма об учётной записи, например о забытом пароле, будут приходить по-прежнему.",
        ),
    );
    let button = either(language, "No more mails", "Больше не писать");
    std::future::ready(page(language, &words, &Form::Button(button))).await
}

/// Takes note that they want no more mails. Programs that read mails send this with a body that says so
/// too (RFC 8058, section 3.1); whatever is in it, the address is enough.
pub async fn unsubscribe(
    language: Preferred,
    query: QueryFields,
    unsubscribe: Use<Unsubscribe>,
) -> Result<HttpResponse, Problem> {
    let token = token(&query);
    match unsubscribe
        .execute(&Actor::Anonymous, Unsubscribe { token })
        .await
    {
        Ok(()) => Ok(done(
            language.0,
            "You get no more of these mails.",
            "Таких писем больше не будет.",
        )),
        Err(UnsubscribeError::NotValid) => Ok(not_valid(language.0)),
        Err(failure) => Err(failure.into()),
    }
}
