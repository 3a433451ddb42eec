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

/// In which order rated films are listed: by the time of rating, by rating, by title or by year; `-` turns
/// the order round.
#[derive(ToSchema)]
pub enum RatingSort {
    #[schema(rename = "-rated")]
    NewestFirst,
    #[schema(rename = "rated")]
    OldestFirst,
    #[schema(rename = "-value")]
    HighestFirst,
    #[schema(rename = "value")]
    LowestFirst,
    #[schema(rename = "title")]
    Title,
    #[schema(rename = "-title")]
    TitleDescending,
    #[schema(rename = "year")]
    Year,
    #[schema(rename = "-year")]
    YearDescending,
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
    EmbedFilms,
    SendLetter,
    TrainRecommender,
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

/// What the viewer says of a film, or does not say.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum FilmWhere {
    Watched,
    NotWatched,
    Wish,
    NotWish,
    Liked,
    NotLiked,
    Rated,
    NotRated,
}

/// What is told beside each film.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum IncludeWord {
    Me,
}

/// Of which kind a model is that ranks films.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum ModelKind {
    Blend,
    Content,
    Popularity,
}

/// What a person did for a film.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum CreditRoleName {
    Director,
    Cast,
}

/// Of which kind a reason is.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum ReasonCode {
    YouRated,
    YouLiked,
    SharesPerson,
    SharesGenre,
    PeopleWithYourTaste,
    FitsMood,
    PopularNow,
    SuitsEverybody,
}

/// How a companionship stands.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum CompanionState {
    Invited,
    InvitesMe,
    Companion,
}

/// How many films are proposed at the most.
#[derive(ToSchema)]
#[schema(default = 20, minimum = 1, maximum = 100)]
pub struct AdviceSize(i64);

/// How many films a search gives at the most.
#[derive(ToSchema)]
#[schema(default = 10, minimum = 1, maximum = 50)]
pub struct SearchSize(i64);

/// What a review comes to.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum StanceName {
    Positive,
    Neutral,
    Negative,
}

/// How far somebody is with a film.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum ProgressName {
    Planned,
    Watching,
    Completed,
    Dropped,
}

/// How little somebody wants to be shown something: never, or less.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum HideName {
    Hide,
    NotInterested,
}

/// What can be hidden.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum HiddenKindName {
    Films,
    Genres,
    People,
}

/// How much somebody liked a film.
#[derive(ToSchema)]
#[schema(minimum = 1, maximum = 10)]
pub struct RatingValue(i64);

/// How many films stand on a page.
#[derive(ToSchema)]
#[schema(default = 20, minimum = 1, maximum = 100)]
pub struct FilmPageSize(i64);
