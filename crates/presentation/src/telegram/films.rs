//! Films are found and marked.
use super::{
    card::{marks, numbers},
    html::{beginning, filled},
    press::Press,
    talk::Talk,
};
use application::{
    catalogue::{
        search_films::{SearchFilms, SearchFilmsError},
        show_film::{ShowFilm, ShowFilmError},
        views::FlaggedFilm,
    },
    library::{
        entries::{AddToWatchlist, RemoveFromWatchlist},
        ports::WatchlistRef,
        show_watchlist::WatchlistError,
    },
    telegram::ports::{Button, Keyboard, Message, TelegramError},
};
use domain::{catalogue::FilmId, library::StandardList};

/// The most words that are taken for a title alone. More are searched for in titles and descriptions.
const WORDS_OF_A_TITLE: usize = 3;
/// How much of what somebody typed is searched for.
const LONGEST_QUERY: usize = 500;
/// How much of it is repeated when nothing is found.
const REPEATED: usize = 60;

impl Talk<'_> {
    /// Looks for films by what somebody typed.
    pub(super) async fn search(&self, text: &str) -> Result<(), TelegramError> {
        let query: String = text.chars().take(LONGEST_QUERY).collect();
        let found = match self.find(&query).await {
            Ok(found) => found,
            Err(failure) => return self.apologise(&failure).await,
        };
        let Some(first) = found.first() else {
            let repeated = beginning(&query, REPEATED);
            let words = filled(self.words.nothing_found, &[("query", &repeated)]);
            return self.tell(&words).await;
        };
        let films: Vec<FilmId> = found.iter().map(|film| film.card.id).collect();
        let numbers = numbers(&films, first.card.id);
        self.say(&self.card(first, numbers)).await
    }

    /// Few words are a title first; many, and those of which no title was found, are about a film.
    async fn find(&self, query: &str) -> Result<Vec<FlaggedFilm>, SearchFilmsError> {
        let search = |title: bool, description: bool| SearchFilms {
            title: title.then(|| query.to_owned()),
            description: description.then(|| query.to_owned()),
            language: self.language,
            limit: application::catalogue::search_films::SearchLimit::default(),
        };
        if query.split_whitespace().count() > WORDS_OF_A_TITLE {
            return Ok(self.ask(search(true, true)).await?.films);
        }
        let titled = self.ask(search(true, false)).await?.films;
        if !titled.is_empty() {
            return Ok(titled);
        }
        Ok(self.ask(search(false, true)).await?.films)
    }

    /// Shows another of the films that were found, in place of the one before.
    pub(super) async fn turn_to(&self, film: FilmId) -> Result<(), TelegramError> {
        let found: Vec<FilmId> = self
            .presses()
            .filter_map(|press| match press {
                Press::Turn(film) => Some(film),
                _ => None,
            })
            .collect();
        match self.ask(ShowFilm { film }).await {
            Ok(shown) => self.answer(self.card(&shown, numbers(&found, film))).await,
            Err(failure) => self.not_shown(&failure).await,
        }
    }

    /// Shows a film by itself.
    pub(super) async fn open(&self, film: FilmId) -> Result<(), TelegramError> {
        match self.ask(ShowFilm { film }).await {
            Ok(shown) => self.say(&self.card(&shown, Vec::new())).await,
            Err(failure) => self.not_shown(&failure).await,
        }
    }

    /// Puts a film on a standard list or takes it off, and shows that on the buttons.
    pub(super) async fn mark(
        &self,
        list: StandardList,
        on: bool,
        film: FilmId,
    ) -> Result<(), TelegramError> {
        match self.put(WatchlistRef::Standard(list), on, film).await {
            // It was not there: so it is as it was to be.
            Ok(()) | Err(WatchlistError::NotListed) => {}
            Err(WatchlistError::Access(_)) => return self.invite().await,
            Err(WatchlistError::FilmNotFound) => {
                return self.note(Some(self.words.film_gone)).await;
            }
            Err(failure) => return self.apologise(&failure).await,
        }
        let words = if on {
            self.words.put_on
        } else {
            self.words.taken_off
        };
        // What is said for a moment is no HTML.
        let words = words.replace("{list}", list.title(self.language));
        match self.ask(ShowFilm { film }).await {
            Ok(shown) => self.rebutton(&self.remarked(&shown), &words).await,
            Err(failure) => self.not_shown(&failure).await,
        }
    }

    async fn put(&self, list: WatchlistRef, on: bool, film: FilmId) -> Result<(), WatchlistError> {
        if on {
            self.ask(AddToWatchlist { list, film }).await
        } else {
            self.ask(RemoveFromWatchlist { list, film }).await
        }
    }

    /// The buttons as they are, but for the marks of a film.
    fn remarked(&self, film: &FlaggedFilm) -> Keyboard {
        let is_mark = |button: &Button| match Press::read(&button.data) {
            Some(Press::Mark { film: marked, .. }) => marked == film.card.id,
            _ => false,
        };
        let rows = self.buttons().iter().map(|row| {
            if row.iter().any(is_mark) {
                marks(self.words, film)
            } else {
                row.clone()
            }
        });
        Keyboard(rows.collect())
    }

    /// What the buttons beside the pressed one stand for.
    fn presses(&self) -> impl Iterator<Item = Press> + '_ {
        let buttons = self.buttons().iter().flatten();
        buttons.filter_map(|button| Press::read(&button.data))
    }

    async fn not_shown(&self, failure: &ShowFilmError) -> Result<(), TelegramError> {
        match failure {
            ShowFilmError::FilmNotFound => self.note(Some(self.words.film_gone)).await,
            ShowFilmError::Store(_) => self.apologise(failure).await,
        }
    }

    /// Words in place of what is there, with buttons.
    pub(super) async fn offer(
        &self,
        html: &str,
        rows: Vec<Vec<Button>>,
    ) -> Result<(), TelegramError> {
        let message = Message {
            keyboard: Keyboard(rows),
            ..Message::of(html)
        };
        self.answer(message).await
    }
}
