//! Parameters of a path.
use super::{
    checker::{Broken, Checker},
    problem::Problem,
};
use actix_web::{FromRequest, HttpRequest, dev::Payload};
use application::library::ports::WatchlistRef;
use domain::{
    assistant::Conversation,
    catalogue::{Film, Genre, Mood},
    events::DomainEvent,
    identity::{Session, User},
    jobs::Job,
    library::StandardList,
    mixes::Mix,
    recommendation::Companionship,
    shared::Id,
    taste::{DiaryYear, HiddenKind, HiddenSubject, Viewing},
};
use std::future::{Ready, ready};

/// What a path names by identifier.
pub trait InPath {
    /// The parameter's name in the path.
    const PARAMETER: &'static str;
}
impl InPath for Conversation {
    const PARAMETER: &'static str = "conversation_id";
}
impl InPath for Companionship {
    const PARAMETER: &'static str = "companion_id";
}
impl InPath for Film {
    const PARAMETER: &'static str = "film_id";
}
impl InPath for Genre {
    const PARAMETER: &'static str = "genre_id";
}
impl InPath for Mood {
    const PARAMETER: &'static str = "mood_id";
}
impl InPath for Mix {
    const PARAMETER: &'static str = "mix_id";
}
impl InPath for Job {
    const PARAMETER: &'static str = "job_id";
}
impl InPath for DomainEvent {
    const PARAMETER: &'static str = "event_id";
}
impl InPath for User {
    const PARAMETER: &'static str = "user_id";
}
impl InPath for Viewing {
    const PARAMETER: &'static str = "viewing_id";
}
impl InPath for Session {
    const PARAMETER: &'static str = "session_id";
}

/// An identifier in a path.
#[derive(Debug)]
pub struct PathId<K: ?Sized>(pub Id<K>);

impl<K: InPath> FromRequest for PathId<K> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(
            read(req, K::PARAMETER, "must be a UUID", |text| {
                text.parse().ok()
            })
            .map(Self),
        )
    }
}

/// A watchlist in a path: one of the words liked, watched, wish, or an identifier.
#[derive(Debug)]
pub struct PathWatchlist(pub WatchlistRef);

impl FromRequest for PathWatchlist {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let expected = "must be `liked`, `watched`, `wish` or a UUID";
        ready(read(req, "watchlist", expected, watchlist).map(Self))
    }
}

/// A year in a path.
#[derive(Debug)]
pub struct PathYear(pub DiaryYear);

impl FromRequest for PathYear {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let expected = "must be a year from 1888 to 9999";
        let year = |text: &str| DiaryYear::try_from(text.parse::<i64>().ok()?).ok();
        ready(read(req, "year", expected, year).map(Self))
    }
}

/// The list that a word or an identifier stands for.
pub fn watchlist(text: &str) -> Option<WatchlistRef> {
    match StandardList::from_word(text) {
        Some(list) => Some(WatchlistRef::Standard(list)),
        None => text.parse().ok().map(WatchlistRef::Id),
    }
}

/// A kind of thing that can be hidden, in a path: films, genres or people.
#[derive(Debug)]
pub struct PathHiddenKind(pub HiddenKind);

impl FromRequest for PathHiddenKind {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let expected = "must be `films`, `genres` or `people`";
        ready(read(req, "kind", expected, |text| text.parse().ok()).map(Self))
    }
}

/// Something that can be hidden, in a path: its kind and its identifier.
#[derive(Debug)]
pub struct PathHidden(pub HiddenSubject);

impl FromRequest for PathHidden {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let kind = PathHiddenKind::from_request(req, payload).into_inner();
        let subject = kind.and_then(|PathHiddenKind(kind)| {
            let id = read(req, "id", "must be a UUID", |text| text.parse().ok())?;
            Ok(Self(kind.of(id)))
        });
        ready(subject)
    }
}

fn read<V>(
    req: &HttpRequest,
    name: &str,
    expected: &'static str,
    parse: impl FnOnce(&str) -> Option<V>,
) -> Result<V, Problem> {
    let mut check = Checker::of_parameters();
    let text = req.match_info().get(name).unwrap_or_default();
    let value = check.value(name, parse(text).ok_or(Broken(expected)));
    check.finish(|| value)
}
