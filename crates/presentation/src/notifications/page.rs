//! Small pages for those who follow a link of a mail: no script, no style, nothing from elsewhere.
use actix_web::{
    HttpResponse,
    http::header::{CONTENT_LANGUAGE, ContentType, HeaderValue},
};
use domain::shared::Language;

/// What a page says. Nothing that anybody else wrote is among it, so nothing has to be made harmless.
pub struct Words {
    pub title: &'static str,
    pub text: &'static str,
}

/// What somebody may do on a page.
pub enum Form {
    /// Nothing.
    None,
    /// Press a button.
    Button(&'static str),
    /// Choose a password: what it is called, and what the button says.
    Password(&'static str, &'static str),
}

/// Writes a page. Its form leads to the address of the page itself, with all that is in it.
pub fn page(language: Language, words: &Words, form: &Form) -> HttpResponse {
    let Words { title, text } = words;
    let form = match form {
        Form::None => String::new(),
        Form::Button(button) => {
            format!("<form method=\"post\"><button>{button}</button></form>\n")
        }
        Form::Password(label, button) => format!(
            "<form method=\"post\"><label>{label} <input type=\"password\" name=\"password\" \
             autocomplete=\"new-password\" required></label> <button>{button}</button></form>\n"
        ),
    };
    let code = language.code();
    let page = format!(
        "<!DOCTYPE html>\n<html lang=\"{code}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <meta name=\"robots\" content=\"noindex\">\n<title>{title} · Filmhub</title>\n</head>\n\
         <body>\n<h1>{title}</h1>\n<p>{text}</p>\n{form}</body>\n</html>\n"
    );
    HttpResponse::Ok()
        .insert_header(ContentType::html())
        .insert_header((CONTENT_LANGUAGE, HeaderValue::from_static(code)))
        .body(page)
}
