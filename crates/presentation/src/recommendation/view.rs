//! What is told of films that are proposed, and why.
use crate::{
    ApiSettings,
    catalogue::film_view::{FilmView, NamedView, PosterLooksView},
    http::words::{CreditRoleName, ModelKind, ReasonCode},
};
use application::recommendation::{
    reasons::{Advice, AdvisedFilm},
    recommender::ModelSource,
};
use domain::{
    catalogue::CreditRole,
    recommendation::{Mentioned, Reason},
    shared::Language,
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A film that a reason refers to.
#[derive(Serialize, ToSchema)]
#[schema(as = MentionedFilm)]
pub struct MentionedFilmView<'a> {
    id: Uuid,
    #[schema(example = "Stalker")]
    title: &'a str,
}

/// A person that a reason refers to.
#[derive(Serialize, ToSchema)]
#[schema(as = MentionedPerson)]
pub struct MentionedPersonView<'a> {
    id: Uuid,
    #[schema(example = "Andrei Tarkovsky")]
    name: &'a str,
    #[schema(inline, value_type = CreditRoleName, example = "director")]
    role: &'static str,
}

/// Why a film is proposed: a fact that the user has told, or that anybody can look up.
#[derive(Serialize, ToSchema)]
#[schema(as = Reason)]
pub struct ReasonView<'a> {
    #[schema(inline, value_type = ReasonCode, example = "you_rated")]
    code: &'static str,
    /// The reason in words, in the language of the answer.
    #[schema(example = "Because you rated Stalker 9")]
    text: String,
    /// The film that it refers to.
    #[schema(required)]
    film: Option<MentionedFilmView<'a>>,
    /// How many points the user gave to that film.
    #[schema(required, example = 9)]
    rating: Option<u8>,
    /// The person that it refers to.
    #[schema(required)]
    person: Option<MentionedPersonView<'a>>,
    /// The genre that it refers to.
    #[schema(required)]
    genre: Option<NamedView<'a>>,
    /// The mood that it refers to.
    #[schema(required)]
    mood: Option<NamedView<'a>>,
}

impl<'a> ReasonView<'a> {
    fn new(reason: &'a Reason, language: Language) -> Self {
        let film = |film: &'a Mentioned| MentionedFilmView {
            id: film.film.as_uuid(),
            title: &film.title,
        };
        let mut view = Self {
            code: reason.code(),
            text: reason.words(language),
            film: reason.film().map(film),
            rating: None,
            person: None,
            genre: None,
            mood: None,
        };
        match reason {
            Reason::YouRated { rating, .. } => view.rating = Some(rating.get()),
            Reason::SharesPerson {
                person, name, role, ..
            } => {
                view.person = Some(MentionedPersonView {
                    id: person.as_uuid(),
                    name,
                    role: role_name(*role),
                });
            }
            Reason::SharesGenre { genre, .. } => {
                view.genre = Some(NamedView::new(genre.id, genre.name(language)));
            }
            Reason::FitsMood { mood } => {
                view.mood = Some(NamedView::new(mood.id, mood.name(language)));
            }
            Reason::YouLiked { .. }
            | Reason::PeopleWithYourTaste { .. }
            | Reason::PopularNow
            | Reason::SuitsEverybody => {}
        }
        view
    }
}

const fn role_name(role: CreditRole) -> &'static str {
    match role {
        CreditRole::Director => "director",
        CreditRole::Cast => "cast",
    }
}

/// A film that is proposed, with the viewer's flags.
#[derive(Serialize, ToSchema)]
#[schema(as = AdvisedFilm)]
pub struct AdvisedFilmView<'a> {
    #[serde(flatten)]
    film: FilmView<'a>,
    #[serde(flatten)]
    looks: PosterLooksView<'a>,
    /// How well it suits, from 0 to 1.
    #[schema(example = 0.8731)]
    score: f64,
    /// Why, the strongest first.
    reasons: Vec<ReasonView<'a>>,
}

impl<'a> AdvisedFilmView<'a> {
    fn new(advised: &'a AdvisedFilm, language: Language, settings: &'a ApiSettings) -> Self {
        let reasons = advised.reasons.iter();
        Self {
            film: FilmView::new(&advised.film, settings),
            looks: PosterLooksView::new(&advised.film),
            score: (advised.score * 10_000.0).round() / 10_000.0,
            reasons: reasons
                .map(|reason| ReasonView::new(reason, language))
                .collect(),
        }
    }
}

/// Which model ranked films.
#[derive(Serialize, ToSchema)]
#[schema(as = ModelSource)]
pub struct ModelSourceView {
    #[schema(inline, value_type = ModelKind, example = "blend")]
    model: &'static str,
    /// The number of the trained model; null where nothing was trained.
    #[schema(required, example = 7)]
    version: Option<u32>,
}

impl From<ModelSource> for ModelSourceView {
    fn from(source: ModelSource) -> Self {
        Self {
            model: source.name.name(),
            version: source.version.map(|version| version.0),
        }
    }
}

/// Films that are proposed, the best first.
#[derive(Serialize, ToSchema)]
#[schema(as = Advice)]
pub struct AdviceView<'a> {
    items: Vec<AdvisedFilmView<'a>>,
    source: ModelSourceView,
}

impl<'a> AdviceView<'a> {
    /// Tells of films in a language.
    pub fn new(advice: &'a Advice, language: Language, settings: &'a ApiSettings) -> Self {
        let films = advice.films.iter();
        Self {
            items: films
                .map(|advised| AdvisedFilmView::new(advised, language, settings))
                .collect(),
            source: advice.source.into(),
        }
    }
}
