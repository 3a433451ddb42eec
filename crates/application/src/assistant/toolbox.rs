//! What a model may use while it talks: our own searches, lists and lots, in the user's name.
//!
//! What the user has watched is left out of everything that could be taken for a proposal, unless it
//! is asked for.
use super::ports::{NamedFilm, Tool, ToolOutcome};
use crate::{
    catalogue::{
        ports::{FilmIndex, FilmQueries, Vocabulary},
        views::FlaggedFilm,
    },
    library::ports::{EntryRange, LibraryQueries, WatchlistRef},
    recommendation::{
        giving::{Given, TonightGiver},
        ports::Wanted,
    },
    shared::{page::PageSize, store::Cause},
};
use async_trait::async_trait;
use domain::{
    catalogue::{
        FilmGuess, FilmId, FilmKind, Genre, GenreId, ReleaseYear, comparable, fuse, votes,
    },
    identity::UserId,
    shared::Language,
};
use shaku::{Component, Interface};
use std::{error::Error, sync::Arc};

/// The most films that one tool tells of.
const MOST_FILMS: usize = 8;
/// How many films are looked at, so that enough are left when those that were watched are left out.
const LOOKED_AT: usize = 30;

/// Uses tools in a user's name.
#[async_trait]
pub(crate) trait Toolbox: Interface {
    /// Uses a tool; what it cannot do it says. Showing films is not done here.
    async fn use_tool(&self, user: UserId, tool: &Tool) -> ToolOutcome;
    /// The film of the catalogue that is meant, if there is one that the user has not watched.
    async fn find(&self, user: UserId, named: &NamedFilm) -> Option<FlaggedFilm>;
    /// Films that somebody's words may mean, found without a model.
    async fn search(&self, user: UserId, words: &str) -> Vec<FlaggedFilm>;
}

#[derive(Component)]
#[shaku(interface = Toolbox)]
pub(crate) struct FilmToolbox {
    #[shaku(inject)]
    index: Arc<dyn FilmIndex>,
    #[shaku(inject)]
    films: Arc<dyn FilmQueries>,
    #[shaku(inject)]
    lists: Arc<dyn LibraryQueries>,
    #[shaku(inject)]
    vocabulary: Arc<dyn Vocabulary>,
    #[shaku(inject)]
    giver: Arc<dyn TonightGiver>,
}

/// Words that a search is made of.
struct Wording<'a> {
    title: Option<&'a str>,
    description: Option<&'a str>,
}

#[async_trait]
impl Toolbox for FilmToolbox {
    async fn use_tool(&self, user: UserId, tool: &Tool) -> ToolOutcome {
        self.try_tool(user, tool).await.unwrap_or_else(|failure| {
            warn(&*failure);
            ToolOutcome::Refused("this does not work now".to_owned())
        })
    }

    async fn find(&self, user: UserId, named: &NamedFilm) -> Option<FlaggedFilm> {
        let found = match named {
            NamedFilm::Id(film) => self
                .films
                .show(*film, Some(user))
                .await
                .map_err(Cause::from),
            NamedFilm::Guess(guess) => self.find_guess(user, guess).await,
        };
        let found = found.unwrap_or_else(|failure| {
            warn(&*failure);
            None
        });
        found.filter(|film| !film.flags.is_watched)
    }

    async fn search(&self, user: UserId, words: &str) -> Vec<FlaggedFilm> {
        let wording = Wording {
            title: Some(words),
            description: Some(words),
        };
        let found = self.find_by_words(user, &wording, false).await;
        found.unwrap_or_else(|failure| {
            warn(&*failure);
            Vec::new()
        })
    }
}

fn warn(failure: &(dyn Error + Send + Sync + 'static)) {
    let error: &(dyn Error + 'static) = failure;
    tracing::warn!(error, "a tool of the assistant failed");
}

impl FilmToolbox {
    async fn try_tool(&self, user: UserId, tool: &Tool) -> Result<ToolOutcome, Cause> {
        match tool {
            Tool::SearchFilms {
                title,
                description,
                includes_watched,
            } => {
                let wording = Wording {
                    title: title.as_deref(),
                    description: description.as_deref(),
                };
                let films = self.find_by_words(user, &wording, *includes_watched);
                Ok(ToolOutcome::Films(films.await?))
            }
            Tool::ShowDetails { film } => self.show_details(user, *film).await,
            Tool::ListWatchlists => {
                let lists = self.lists.list_custom(user).await?.into_iter();
                let named = lists.map(|list| (list.id, list.title.as_str().to_owned()));
                Ok(ToolOutcome::Lists(named.collect()))
            }
            Tool::ListEntries { list } => self.list_entries(user, *list).await,
            Tool::Recommend {
                genres,
                kind,
                count,
            } => self.recommend(user, genres, *kind, *count).await,
            Tool::ShowFilms { .. } => Ok(ToolOutcome::Shown(0)),
            Tool::Unknown(why) => Ok(ToolOutcome::Refused((*why).to_owned())),
        }
    }

    /// Films by words of a title, words about them, or both, best first.
    async fn find_by_words(
        &self,
        user: UserId,
        wording: &Wording<'_>,
        includes_watched: bool,
    ) -> Result<Vec<FlaggedFilm>, Cause> {
        let by_title = match wording.title {
            Some(title) => self.index.find_by_title(title, LOOKED_AT).await?,
            None => Vec::new(),
        };
        let by_description = match wording.description {
            Some(words) => {
                self.index
                    .find_by_description(None, words, LOOKED_AT)
                    .await?
            }
            None => Vec::new(),
        };
        let found = fuse(votes(&by_title, 1.0).chain(votes(&by_description, 1.0)));
        let mut films = self.films.show_many(&found, Some(user)).await?;
        films.retain(|film| includes_watched || !film.flags.is_watched);
        films.truncate(MOST_FILMS);
        Ok(films)
    }

    async fn find_guess(
        &self,
        user: UserId,
        guess: &FilmGuess,
    ) -> Result<Option<FlaggedFilm>, Cause> {
        for title in guess.titles() {
            let found = self.index.find_by_title(title, MOST_FILMS).await?;
            let films = self.films.show_many(&found, Some(user)).await?;
            if let Some(film) = films.into_iter().find(|film| is_meant(guess, film)) {
                return Ok(Some(film));
            }
        }
        Ok(None)
    }

    async fn show_details(&self, user: UserId, film: FilmId) -> Result<ToolOutcome, Cause> {
        let Some(details) = self.films.show_details(film, Some(user)).await? else {
            return Ok(ToolOutcome::Refused("there is no such film".to_owned()));
        };
        let known = self.vocabulary.genres().await?;
        let genres = known
            .iter()
            .filter(|genre| details.genres.contains(&genre.id));
        let names = genres.map(|genre| genre.name(Language::English).to_owned());
        let names = names.collect();
        Ok(ToolOutcome::Details(Box::new(details), names))
    }

    async fn list_entries(&self, user: UserId, list: WatchlistRef) -> Result<ToolOutcome, Cause> {
        let range = EntryRange {
            most: Some(PageSize::default()),
            after: None,
        };
        let found = self
            .lists
            .list_entries(list.resolve(user), user, range)
            .await?;
        let Some(found) = found.filter(|found| found.owner == user) else {
            return Ok(ToolOutcome::Refused("the user has no such list".to_owned()));
        };
        let films = found.entries.into_iter().map(|entry| entry.film);
        let most = usize::from(PageSize::default().get());
        Ok(ToolOutcome::Films(films.take(most).collect()))
    }

    async fn recommend(
        &self,
        user: UserId,
        names: &[String],
        kind: Option<FilmKind>,
        count: u8,
    ) -> Result<ToolOutcome, Cause> {
        let known = self.vocabulary.genres().await?;
        let genres = genres_named(&known, names);
        if genres.is_empty() && !names.is_empty() {
            let names = known.iter().map(|genre| genre.name(Language::English));
            let names: Vec<&str> = names.collect();
            let told = format!("no such genre; there are: {}", names.join(", "));
            return Ok(ToolOutcome::Refused(told));
        }
        let wanted = Wanted {
            genres,
            moods: Vec::new(),
            kind,
        };
        let mut given = Vec::new();
        for _ in 0..count {
            match self.giver.give(user, &wanted).await? {
                Given::Film(film) => given.push(film),
                Given::NothingSuits | Given::NoSuchUser => break,
            }
        }
        let films = self.films.show_many(&given, Some(user)).await?;
        Ok(ToolOutcome::Films(films))
    }
}

fn genres_named(known: &[Genre], names: &[String]) -> Vec<GenreId> {
    let wanted: Vec<String> = names.iter().map(|name| comparable(name)).collect();
    let is_wanted = |genre: &&Genre| {
        let mut names = Language::ALL
            .iter()
            .map(|language| comparable(genre.name(*language)));
        names.any(|name| wanted.contains(&name))
    };
    known
        .iter()
        .filter(is_wanted)
        .map(|genre| genre.id)
        .collect()
}

/// Whether a film is the one that is guessed.
pub(super) fn is_meant(guess: &FilmGuess, film: &FlaggedFilm) -> bool {
    let year = film.card.release_year.map(i64::from);
    let year = year.and_then(|year| ReleaseYear::try_from(year).ok());
    guess.means(&film.card.title, year)
}
