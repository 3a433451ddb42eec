//! A person's lists, and the films on them.
use super::{
    card::{in_rows, line},
    html::{beginning, escaped, filled},
    press::Press,
    talk::Talk,
};
use application::{
    catalogue::views::FlaggedFilm,
    library::{
        list_watchlists::{ListWatchlists, ShowWatchlist},
        ports::{EntryKey, EntryRange, WatchlistRef},
        show_watchlist::{ListEntries, WatchlistError},
    },
    shared::page::{Page, PageSize},
    telegram::ports::{Button, TelegramError},
};
use domain::{
    identity::UserId,
    library::{StandardList, Watchlist, WatchlistId, WatchlistKind},
};
use std::fmt::Write;

/// How many lists stand on a page.
const LISTS: usize = 8;
/// How many films stand on a page.
const FILMS: i64 = 8;
/// How many numbers stand in a row.
const IN_A_ROW: usize = 4;
/// How much of a list's title is shown.
const TITLE: usize = 60;

impl Talk<'_> {
    /// Shows a page of the person's lists, the standard ones first.
    pub(super) async fn show_lists(&self, page: u16) -> Result<(), TelegramError> {
        let Ok(user) = self.actor.user() else {
            return self.invite().await;
        };
        match self.ask(ListWatchlists).await {
            Ok(custom) => self.offer_lists(user.id, &custom, page).await,
            Err(failure) => self.apologise(&failure).await,
        }
    }

    async fn offer_lists(
        &self,
        user: UserId,
        custom: &[Watchlist],
        page: u16,
    ) -> Result<(), TelegramError> {
        let standard = [
            StandardList::Wish,
            StandardList::Liked,
            StandardList::Watched,
        ];
        let standard = standard.map(|list| (list.of(user), list.title(self.language).to_owned()));
        let custom = custom.iter().map(|list| (list.id, self.title_of(list)));
        let all: Vec<(WatchlistId, String)> = standard.into_iter().chain(custom).collect();
        let begin = usize::from(page) * LISTS;
        let here = all.iter().skip(begin).take(LISTS).map(|(list, title)| {
            let (list, after) = (*list, None);
            vec![Press::List { list, after }.button(title.as_str())]
        });
        let mut rows: Vec<Vec<Button>> = here.collect();
        let mut around = Vec::new();
        if page > 0 {
            around.push(Press::Lists(0).button(self.words.from_start));
        }
        if all.len() > begin + LISTS {
            around.push(Press::Lists(page.saturating_add(1)).button(self.words.further));
        }
        if !around.is_empty() {
            rows.push(around);
        }
        self.offer(self.words.your_lists, rows).await
    }

    fn title_of(&self, list: &Watchlist) -> String {
        match list.kind {
            WatchlistKind::Standard(standard) => standard.title(self.language).to_owned(),
            WatchlistKind::Custom => beginning(list.title.as_str(), TITLE),
        }
    }

    /// Shows a page of a list's films.
    pub(super) async fn show_list(
        &self,
        list: WatchlistId,
        after: Option<EntryKey>,
    ) -> Result<(), TelegramError> {
        match self.read_list(list, after).await {
            Ok((title, films)) => {
                self.offer_films(list, &title, after.is_some(), &films)
                    .await
            }
            Err(WatchlistError::Access(_)) => self.invite().await,
            Err(WatchlistError::NotFound | WatchlistError::NotYours(_)) => {
                self.note(Some(self.words.list_gone)).await
            }
            Err(failure) => self.apologise(&failure).await,
        }
    }

    async fn read_list(
        &self,
        list: WatchlistId,
        after: Option<EntryKey>,
    ) -> Result<(String, Page<FlaggedFilm, EntryKey>), WatchlistError> {
        let list = WatchlistRef::Id(list);
        let title = self.title_of(&self.ask(ShowWatchlist { list }).await?);
        let most = PageSize::try_from(FILMS).ok();
        let range = EntryRange { most, after };
        Ok((title, self.ask(ListEntries { list, range }).await?))
    }

    async fn offer_films(
        &self,
        list: WatchlistId,
        title: &str,
        is_further: bool,
        films: &Page<FlaggedFilm, EntryKey>,
    ) -> Result<(), TelegramError> {
        let mut around = vec![Press::Lists(0).button(self.words.to_lists)];
        if is_further {
            let from_start = Press::List { list, after: None };
            around.push(from_start.button(self.words.from_start));
        }
        if let Some(next) = films.next {
            let after = Some(next);
            around.push(Press::List { list, after }.button(self.words.further));
        }
        if films.items.is_empty() {
            let words = filled(self.words.list_empty, &[("list", title)]);
            return self.offer(&words, vec![around]).await;
        }
        let mut words = format!("<b>{}</b>\n", escaped(title));
        let mut numbers = Vec::new();
        for (number, film) in (1..).zip(&films.items) {
            // Writing to a string cannot fail.
            let _ = write!(words, "\n{number}. {}", line(&film.card));
            numbers.push(Press::Open(film.card.id).button(number.to_string()));
        }
        let mut rows = in_rows(&numbers, IN_A_ROW);
        rows.push(around);
        self.offer(&words, rows).await
    }
}
