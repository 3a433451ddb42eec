//! The language of an answer, agreed on by `Accept-Language` (RFC 9110, section 12.5.4); a client that
//! does not send it gets the language that its user chose, if any.
use super::{answer, problem::Problem, signed_in, state::api};
use actix_web::{
    FromRequest, HttpRequest, HttpResponse,
    dev::Payload,
    http::header::{self, HeaderValue},
};
use domain::shared::Language;
use std::future::{Ready, ready};

/// The language that the client, or else its user, likes best among those that the service speaks.
#[derive(Clone, Copy, Debug)]
pub struct Preferred(pub Language);

impl FromRequest for Preferred {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(preferred(req).map(Self))
    }
}

/// The language that the client, or else its user, likes best.
///
/// # Errors
/// [`Problem::internal`] when the routes were set up without settings.
pub fn preferred(req: &HttpRequest) -> Result<Language, Problem> {
    let default = api(req)?.settings.default_language;
    let wishes = req.headers().get_all(header::ACCEPT_LANGUAGE);
    if is_left_to_user(req) {
        return Ok(of_user(req).unwrap_or(default));
    }
    Ok(choose(
        wishes.filter_map(|value| value.to_str().ok()),
        default,
    ))
}

/// Whether the client says nothing about languages, so that it is its user who decides.
fn is_left_to_user(req: &HttpRequest) -> bool {
    !req.headers().contains_key(header::ACCEPT_LANGUAGE)
}

/// What the user chose; nobody is refused here for a token that is not valid.
fn of_user(req: &HttpRequest) -> Option<Language> {
    signed_in::actor(req).ok()?.user().ok()?.language
}

fn choose<'a>(wishes: impl Iterator<Item = &'a str>, default: Language) -> Language {
    let mut best = (0, default);
    for range in wishes.flat_map(|wish| wish.split(',')) {
        let (tag, parameters) = range.split_once(';').unwrap_or((range, ""));
        let quality = quality(parameters);
        if let Some(language) = spoken(tag.trim(), default).filter(|_| quality > best.0) {
            best = (quality, language);
        }
    }
    best.1
}

fn spoken(tag: &str, default: Language) -> Option<Language> {
    match tag.split('-').next()? {
        "*" => Some(default),
        primary => primary.parse().ok(),
    }
}

/// A quality in thousandths; what cannot be read counts as nothing.
fn quality(parameters: &str) -> u16 {
    let Some(value) = parameters.trim().strip_prefix("q=") else {
        return 1000;
    };
    let (whole, part) = value.trim().split_once('.').unwrap_or((value.trim(), ""));
    match (whole, format!("{part:0<3}").parse::<u16>()) {
        ("0", Ok(thousandths @ 0..=999)) => thousandths,
        ("1", Ok(0)) => 1000,
        _ => 0,
    }
}

/// Says in which language an answer is, and that others may be had.
pub fn mark(req: &HttpRequest, response: &mut HttpResponse, language: Language) {
    let code = HeaderValue::from_static(language.code());
    response
        .headers_mut()
        .insert(header::CONTENT_LANGUAGE, code);
    answer::depends_on(response, "Accept-Language");
    if is_left_to_user(req) {
        answer::depends_on(response, "Authorization");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(wish: &str) -> Language {
        choose(std::iter::once(wish), Language::Russian)
    }

    #[test]
    fn the_best_liked_language_that_is_spoken_wins() {
        assert_eq!(chosen("en"), Language::English);
        assert_eq!(chosen("EN-us,ru;q=0.5"), Language::English);
        assert_eq!(chosen("en;q=0.4, ru;q=0.9"), Language::Russian);
        assert_eq!(chosen("de, fr;q=0.9, en;q=0.1"), Language::English);
        assert_eq!(chosen("en;q=0.5,en-GB;q=0.7,ru;q=0.6"), Language::English);
    }

    #[test]
    fn what_is_not_spoken_or_cannot_be_read_gives_the_default() {
        for wish in [
            "",
            "de",
            "*",
            "en;q=0",
            "en;q=2",
            "en;q=0.x",
            ";;;,,,",
            "en;q=0.5,*",
        ] {
            assert_eq!(chosen(wish), Language::Russian, "{wish}");
        }
    }
}
