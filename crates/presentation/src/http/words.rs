//! The words that some fields and parameters consist of, for the document; the domain reads and
//! writes them.
#![expect(dead_code, reason = "the document only needs their names")]
use utoipa::ToSchema;

/// What sort of thing is watched.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum MovieType {
    Movie,
    Tv,
    Anime,
}

/// In which order films are listed: by title, year, or time of coming into the catalogue; `-` turns
/// the order round.
#[derive(ToSchema)]
pub enum FilmSort {
    #[schema(rename = "title")]
    Title,
    #[schema(rename = "-title")]
    TitleDescending,
    #[schema(rename = "year")]
    Year,
    #[schema(rename = "-year")]
    YearDescending,
    #[schema(rename = "-added")]
    NewestFirst,
}

/// Who said something.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum AuthorName {
    User,
    Assistant,
}

/// A language of the interface.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum LanguageCode {
    Ru,
    En,
}

/// What a user may do.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum RoleName {
    User,
    Admin,
}

/// Where a job is in its life.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum JobStateName {
    Waiting,
    Running,
    Done,
    Failed,
    Cancelled,
}

/// How urgent a job is.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum PriorityName {
    High,
    Normal,
    Low,
}

/// What kind of work a job is.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum TaskKindName {
    ImportFilm,
    ImportPages,
    SearchSources,
    CompleteFilm,
    RefreshOldest,
    MakeImages,
    ChooseGradient,
    ChooseMixGradient,
    TidyUp,
}

/// A source of films.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum SourceNameWord {
    Tmdb,
    KinopoiskUnofficial,
    KinopoiskDev,
}

/// A list that a source of films keeps.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum SourceListName {
    Popular,
    New,
    Trending,
    Changed,
}

/// How a session is kept up.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum SessionKindName {
    LongToken,
    Refreshable,
}

/// By what a pair of tokens is asked for.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum GrantType {
    Password,
    RefreshToken,
}

/// Standard or the user's own.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum WatchlistType {
    Liked,
    Wish,
    Watched,
    Custom,
}

/// How many films a search gives at the most.
#[derive(ToSchema)]
#[schema(default = 10, minimum = 1, maximum = 50)]
pub struct SearchSize(i64);

/// How many films stand on a page.
#[derive(ToSchema)]
#[schema(default = 20, minimum = 1, maximum = 100)]
pub struct FilmPageSize(i64);
