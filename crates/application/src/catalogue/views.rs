//! What is shown of films.
use chrono::{DateTime, Utc};
use domain::{
    catalogue::{
        FilmId, FilmKind, GenreId, PersonId, PosterKey, PosterLooks, SourceName, SourceRating,
        SourceRef, TmdbId,
    },
    identity::UserId,
    taste::Opinion,
};
use std::sync::Arc;

/// What every list shows of a film; the same for everybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilmCard {
    /// Which film.
    pub id: FilmId,
    /// Its title.
    pub title: String,
    /// Its description; empty when there is none.
    pub description: String,
    /// The country it is shown with.
    pub country: Option<String>,
    /// The year of its first release.
    pub release_year: Option<i32>,
    /// Where its poster lies.
    pub poster: Option<PosterKey>,
    /// How that looks, if somebody has looked.
    pub poster_looks: Option<PosterLooks>,
    /// Its number at TMDB.
    pub tmdb: Option<TmdbId>,
    /// The user who added it.
    pub owner: Option<UserId>,
    /// Whether all is known that a source would tell, or nobody is to be asked: it is a user's own.
    pub is_complete: bool,
    /// Which state of the film this is.
    pub revision: i64,
}

/// On which of the viewer's standard lists a film stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// On "liked".
    pub is_liked: bool,
    /// On "wish".
    pub is_wish: bool,
    /// On "watched".
    pub is_watched: bool,
}

/// A film as one viewer sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlaggedFilm {
    /// The film.
    pub card: Arc<FilmCard>,
    /// The viewer's flags; all false for somebody who has not signed in.
    pub flags: Flags,
}

/// Somebody who made a film.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credit {
    /// Who.
    pub person: PersonId,
    /// Their name.
    pub name: String,
}

/// Whose words a description is, and on what terms they may be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribution {
    /// Who published it, such as `Wikipedia`.
    pub source: String,
    /// Where it can be read.
    pub url: Option<String>,
    /// The licence's name, such as `CC BY-SA 4.0`.
    pub licence: Option<String>,
}

/// What the users of a source think of a film.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RatingElsewhere {
    /// Which source.
    pub source: SourceName,
    /// What they think.
    pub rating: SourceRating,
}

/// That a source has told something of a film.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToldBy {
    /// Where the source keeps the film.
    pub at: SourceRef,
    /// When it was asked last.
    pub fetched_at: DateTime<Utc>,
}

/// Everything that is known of a film.
#[derive(Clone, Debug, PartialEq)]
pub struct FilmDetails {
    /// What every list shows of it.
    pub film: FlaggedFilm,
    /// Its title in the language in which it was made, where that is another one.
    pub original_title: Option<String>,
    /// Titles under which it is known elsewhere.
    pub other_titles: Vec<String>,
    /// Film, series or anime.
    pub kind: FilmKind,
    /// How long it is.
    pub runtime_minutes: Option<u16>,
    /// Its genres, the most fitting first.
    pub genres: Vec<GenreId>,
    /// The countries it was made in, as its source names them.
    pub countries: Vec<String>,
    /// Who directed it.
    pub directors: Vec<Credit>,
    /// Who plays in it, in the order of its source.
    pub cast: Vec<Credit>,
    /// Its names elsewhere, as (source, name).
    pub external_ids: Vec<(String, String)>,
    /// Whose words the description is.
    pub attribution: Option<Attribution>,
    /// What the users think of it.
    pub opinion: Opinion,
    /// What communities of raters think of it, all together.
    pub opinion_of_communities: Opinion,
    /// What the users of sources think of it.
    pub ratings: Vec<RatingElsewhere>,
    /// The sources that told something of it.
    pub told_by: Vec<ToldBy>,
    /// When it came into the catalogue.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}
