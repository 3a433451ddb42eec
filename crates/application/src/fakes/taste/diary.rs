//! Diaries in memory.
use crate::{
    fakes::{
        state::{Database, Stored, dangling, duplicate},
        store::FakeUnitOfWork,
    },
    shared::{
        page::{Page, PageRequest},
        store::StoreError,
    },
    taste::ports::{DiaryEntry, DiaryFilter, DiaryKey, DiaryQueries, OnDay, ViewingRepository},
};
use async_trait::async_trait;
use domain::{
    catalogue::FilmId,
    identity::UserId,
    taste::{Viewing, ViewingDay, ViewingId},
};
use std::cmp::Reverse;

impl Stored {
    fn find_viewing(&self, user: UserId, viewing: ViewingId) -> Option<&Viewing> {
        let found = self.viewings.get(&viewing);
        found.filter(|viewing| viewing.user == user)
    }

    fn find_viewing_on(&self, user: UserId, film: FilmId, day: Option<ViewingDay>) -> OnDay {
        if !self.films.contains_key(&film) {
            return OnDay::NoSuchFilm;
        }
        let viewings = self.viewings_of(user, film);
        let mut found = viewings.into_iter().filter(|each| each.watched_on == day);
        found
            .next()
            .map_or(OnDay::Nothing, |viewing| OnDay::Viewing(viewing.clone()))
    }

    fn insert_viewing(&mut self, viewing: &Viewing) -> Result<(), StoreError> {
        let (user, film) = (viewing.user, viewing.film);
        if !self.users.contains_key(&user) || !self.films.contains_key(&film) {
            return Err(dangling("the viewing of no film or by no user"));
        }
        if self.find_viewing_on(user, film, viewing.watched_on) != OnDay::Nothing {
            return Err(duplicate("viewing"));
        }
        self.viewings.insert(viewing.id, viewing.clone());
        Ok(())
    }

    fn remove_viewing(&mut self, user: UserId, viewing: ViewingId) -> Option<FilmId> {
        let film = self.find_viewing(user, viewing)?.film;
        self.viewings.remove(&viewing);
        Some(film)
    }

    fn list_diary(
        &self,
        user: UserId,
        filter: DiaryFilter,
        page: &PageRequest<DiaryKey>,
    ) -> Page<DiaryEntry, DiaryKey> {
        let suits = |viewing: &Viewing| {
            let day = viewing.watched_on.map(ViewingDay::date);
            viewing.user == user
                && filter.film.is_none_or(|film| viewing.film == film)
                && filter.period.is_none_or(|period| {
                    day.is_some_and(|day| (period.first..period.end).contains(&day))
                })
        };
        let mut viewings: Vec<&Viewing> = self.viewings.values().filter(|v| suits(v)).collect();
        // `None` is less than any day.
        let place = |key: DiaryKey| Reverse((key.watched_on, key.viewing));
        viewings.sort_by_key(|viewing| place(key(viewing)));
        if let Some(after) = page.after {
            viewings.retain(|viewing| place(key(viewing)) > place(after));
        }
        let page = Page::from_overfetched(viewings, page.size, |viewing| key(viewing));
        let entry = |viewing: &&Viewing| {
            Some(DiaryEntry {
                film: self.flagged(viewing.film, Some(user))?,
                viewing: (*viewing).clone(),
            })
        };
        Page {
            items: page.items.iter().filter_map(entry).collect(),
            next: page.next,
        }
    }
}

fn key(viewing: &Viewing) -> DiaryKey {
    DiaryKey {
        watched_on: viewing.watched_on.map(ViewingDay::date),
        viewing: viewing.id,
    }
}

#[async_trait]
impl ViewingRepository for FakeUnitOfWork {
    async fn find(&self, user: UserId, viewing: ViewingId) -> Result<Option<Viewing>, StoreError> {
        self.with(|stored| stored.find_viewing(user, viewing).cloned())
    }

    async fn find_on(
        &self,
        user: UserId,
        film: FilmId,
        day: Option<ViewingDay>,
    ) -> Result<OnDay, StoreError> {
        self.with(|stored| stored.find_viewing_on(user, film, day))
    }

    async fn insert(&self, viewing: &Viewing) -> Result<(), StoreError> {
        self.with(|stored| stored.insert_viewing(viewing))?
    }

    async fn save(&self, viewing: &Viewing) -> Result<(), StoreError> {
        self.with(|stored| {
            if let Some(stored) = stored.viewings.get_mut(&viewing.id) {
                viewing.clone_into(stored);
            }
        })
    }

    async fn remove(&self, user: UserId, viewing: ViewingId) -> Result<Option<FilmId>, StoreError> {
        self.with(|stored| stored.remove_viewing(user, viewing))
    }
}

/// Reads of diaries.
#[derive(Clone, Debug, Default)]
pub struct FakeDiaryQueries {
    pub(in crate::fakes) database: Database,
}

#[async_trait]
impl DiaryQueries for FakeDiaryQueries {
    async fn show(&self, user: UserId, viewing: ViewingId) -> Result<Option<Viewing>, StoreError> {
        self.database
            .read(|stored| stored.find_viewing(user, viewing).cloned())
    }

    async fn list(
        &self,
        user: UserId,
        filter: DiaryFilter,
        page: &PageRequest<DiaryKey>,
    ) -> Result<Page<DiaryEntry, DiaryKey>, StoreError> {
        self.database
            .read(|stored| stored.list_diary(user, filter, page))
    }
}
