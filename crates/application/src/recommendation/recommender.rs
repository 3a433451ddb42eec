//! What ranks films for a user: what it is told, and what it answers.
//!
//! A [`Recommender`] is pure computation over what this process holds in memory. What a user has told
//! comes in from [`TasteQueries`], read anew for each request, so that an answer knows of the newest
//! rating whichever instance gives it.
use crate::shared::store::StoreError;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    catalogue::{CreditRole, FilmId, FilmKind, GenreId, MoodId, PersonId, ReleaseYear},
    identity::UserId,
    recommendation::Shown,
    taste::{Hide, Rating},
};
use shaku::Interface;
use std::{
    collections::{HashMap, HashSet},
    fmt,
};

/// Everything that one user has told of their taste.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Taste {
    /// What they did with films, in no particular order; a film may stand here several times.
    pub acts: Vec<Act>,
    /// What they do not want to see.
    pub hidden: Hidden,
    /// What was recommended to them.
    pub shown: Vec<Shown>,
}

/// Something that a user did with a film.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Act {
    /// Which film.
    pub film: FilmId,
    /// What they did.
    pub kind: ActKind,
    /// When they said so.
    pub at: DateTime<Utc>,
}

/// What can be done with a film.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActKind {
    /// It was given so many points.
    Rated(Rating),
    /// It is among the favourites.
    Liked,
    /// They want to see it.
    Wished,
    /// They have seen it.
    Watched,
}

/// What a user does not want to see: each with how strongly.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hidden {
    /// Films.
    pub films: HashMap<FilmId, Hide>,
    /// Genres.
    pub genres: HashMap<GenreId, Hide>,
    /// People.
    pub people: HashMap<PersonId, Hide>,
}

impl Taste {
    /// The films that must not be recommended: what was seen or rated, and what is hidden.
    #[must_use]
    pub fn settled_films(&self) -> HashSet<FilmId> {
        let seen = self.acts.iter().filter(|act| act.kind.tells_of_seeing());
        let hidden = self.hidden.films.keys().copied();
        seen.map(|act| act.film).chain(hidden).collect()
    }
}

impl ActKind {
    /// Whether who does this has seen the film.
    #[must_use]
    pub const fn tells_of_seeing(self) -> bool {
        matches!(self, Self::Rated(_) | Self::Watched | Self::Liked)
    }
}

/// Reads what users have told, one statement each.
#[async_trait]
pub trait TasteQueries: Interface {
    /// What one user has told, as of now; empty for one who does not exist.
    async fn read(&self, user: UserId) -> Result<Taste, StoreError>;
    /// The same for several users, in their order, by one statement.
    async fn read_many(&self, users: &[UserId]) -> Result<Vec<Taste>, StoreError>;
}

/// Which films may be recommended; every condition must hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter {
    /// Films, series or anime only.
    pub kind: Option<FilmKind>,
    /// Films of any of these genres; with none, of any genre.
    pub genres: Vec<GenreId>,
    /// What suits these moods goes first; what suits none of them is left out.
    pub moods: Vec<MoodId>,
    /// Films of this year or later.
    pub year_from: Option<ReleaseYear>,
    /// Films of this year or earlier.
    pub year_to: Option<ReleaseYear>,
    /// Films of this many minutes or more.
    pub minutes_from: Option<u32>,
    /// Films of this many minutes or fewer.
    pub minutes_to: Option<u32>,
    /// Films of any of these countries, by name; case does not count.
    pub countries: Vec<String>,
    /// Films that are left out, beside [`Taste::settled_films`].
    pub without: HashSet<FilmId>,
    /// Only these films.
    pub only: Option<HashSet<FilmId>>,
    /// How much the films shall differ from each other: 0 not at all, 1 as much as can be.
    pub diversity: f32,
    /// How much films that few know are preferred: 0 not at all, 1 as much as can be.
    pub novelty: f32,
    /// How many films at the most.
    pub most: usize,
}

impl Filter {
    /// Any films, so many at the most.
    #[must_use]
    pub fn any(most: usize) -> Self {
        Self {
            kind: None,
            genres: Vec::new(),
            moods: Vec::new(),
            year_from: None,
            year_to: None,
            minutes_from: None,
            minutes_to: None,
            countries: Vec::new(),
            without: HashSet::new(),
            only: None,
            diversity: 0.0,
            novelty: 0.0,
            most,
        }
    }
}

/// Which kind of model answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ModelName {
    /// What people of like taste do, blended with content and popularity.
    Blend,
    /// What films are made of, blended with popularity.
    Content,
    /// What many like at present.
    Popularity,
}

/// The number of a trained model; later ones have higher numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ModelVersion(pub u32);

/// Which model answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ModelSource {
    /// Of which kind.
    pub name: ModelName,
    /// Which of the trained ones; `None` where nothing was trained.
    pub version: Option<ModelVersion>,
}

impl ModelName {
    /// Its name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Blend => "blend",
            Self::Content => "content",
            Self::Popularity => "popularity",
        }
    }
}

impl fmt::Display for ModelVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Films, the best first.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranking {
    /// Which model says so.
    pub source: ModelSource,
    /// The films.
    pub films: Vec<Ranked>,
}

/// A film in a ranking.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranked {
    /// Which film.
    pub film: FilmId,
    /// How well it suits, from 0 to 1; falls along a ranking unless diversity was asked for.
    pub score: f32,
    /// Why, the strongest first; may be empty.
    pub why: Vec<Evidence>,
}

/// A fact that speaks for a film. It MUST be true of the user's own acts and of the film.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// The user gave a film that people who like this one like too so many points.
    BecauseYouRated {
        /// Which film.
        film: FilmId,
        /// How many points.
        value: Rating,
    },
    /// A film that people who like this one like too is among the user's favourites.
    BecauseYouLiked {
        /// Which film.
        film: FilmId,
    },
    /// A person took part in this film and in one that the user thinks well of.
    SharesPerson {
        /// Who.
        person: PersonId,
        /// As what, in this film.
        role: CreditRole,
        /// The film that the user thinks well of.
        film: FilmId,
    },
    /// This film and one that the user thinks well of are of a genre.
    SharesGenre {
        /// Which genre.
        genre: GenreId,
        /// The film that the user thinks well of.
        film: FilmId,
    },
    /// The film is rated highly by people who like what the user likes, this one above all.
    PeopleWithYourTaste {
        /// The film of the user's that speaks for it most.
        film: FilmId,
    },
    /// The film suits a mood that was asked for.
    FitsMood {
        /// Which mood.
        mood: MoodId,
    },
    /// Many have taken to the film lately.
    PopularNow,
}

/// How much a user would like films, by a scale on which those of different users compare.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scores {
    /// From 0, which they would dislike, to 1; a film that is not known is missing.
    pub films: HashMap<FilmId, f32>,
}

/// What serves at present.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecommenderState {
    /// Which model.
    pub source: ModelSource,
    /// When it was trained; `None` where nothing was.
    pub trained_at: Option<DateTime<Utc>>,
    /// Whose acts it learned from, people of other communities among them.
    pub users: u64,
    /// How many acts.
    pub acts: u64,
    /// How many films can be recommended.
    pub films: u64,
}

/// Ranks films. Once [`ready`](Recommender::ready) has returned, it computes, for a few milliseconds at
/// the most, and waits for nothing.
///
/// Whatever it is told it MUST answer with finite scores, and with films as long as any suits.
#[async_trait]
pub trait Recommender: Interface {
    /// Reads what it ranks from the database, unless that was done; to be called before the others,
    /// which know no films until then.
    async fn ready(&self) -> Result<(), StoreError>;
    /// The films that suit a user best, never one of [`Taste::settled_films`].
    fn recommend(&self, taste: &Taste, filter: &Filter, now: DateTime<Utc>) -> Ranking;
    /// How much a user would like each film that the filter lets through and that may be recommended to
    /// them; others are missing. How many films are asked for, and how they shall differ, does not count.
    fn score(&self, taste: &Taste, filter: &Filter, now: DateTime<Utc>) -> Scores;
    /// The films that are most like one; `None` where it is not known.
    fn similar(&self, film: FilmId, most: usize) -> Option<Ranking>;
    /// What serves at present.
    fn state(&self) -> RecommenderState;
}
