//! Progress in memory.
use crate::{
    fakes::{
        state::{Database, Stored, dangling},
        store::FakeUnitOfWork,
    },
    shared::{
        page::{Page, PageRequest},
        store::StoreError,
    },
    taste::ports::{ProgressKey, ProgressQueries, ProgressRepository, ProgressedFilm},
};
use async_trait::async_trait;
use domain::{
    catalogue::FilmId,
    identity::UserId,
    taste::{FilmProgress, Progress},
};
use std::cmp::Reverse;

impl Stored {
    fn put_progress(
        &mut self,
        progress: &FilmProgress,
    ) -> Result<Option<FilmProgress>, StoreError> {
        if !self.films.contains_key(&progress.film) {
            return Ok(None);
        }
        if !self.users.contains_key(&progress.user) {
            return Err(dangling("the progress of no user"));
        }
        let kept = self.progress.entry((progress.user, progress.film));
        let kept = kept.or_insert(*progress);
        if kept.state != progress.state {
            *kept = *progress;
        }
        Ok(Some(*kept))
    }

    fn list_progress(
        &self,
        user: UserId,
        state: Option<Progress>,
        page: &PageRequest<ProgressKey>,
    ) -> Page<ProgressedFilm, ProgressKey> {
        let key = |progress: &FilmProgress| ProgressKey {
            updated_at: progress.updated_at,
            film: progress.film,
        };
        let place = |key: ProgressKey| Reverse((key.updated_at, key.film));
        let own = self.progress.values().filter(|each| each.user == user);
        let mut own: Vec<FilmProgress> = own
            .filter(|each| state.is_none_or(|state| each.state == state))
            .filter(|each| {
                page.after
                    .is_none_or(|after| place(key(each)) > place(after))
            })
            .copied()
            .collect();
        own.sort_by_key(|each| place(key(each)));
        let page = Page::from_overfetched(own, page.size, key);
        let shown = |progress: &FilmProgress| {
            Some(ProgressedFilm {
                film: self.flagged(progress.film, Some(user))?,
                state: progress.state,
                updated_at: progress.updated_at,
            })
        };
        Page {
            items: page.items.iter().filter_map(shown).collect(),
            next: page.next,
        }
    }
}

#[async_trait]
impl ProgressRepository for FakeUnitOfWork {
    async fn put(&self, progress: &FilmProgress) -> Result<Option<FilmProgress>, StoreError> {
        self.with(|stored| stored.put_progress(progress))?
    }

    async fn remove(&self, user: UserId, film: FilmId) -> Result<bool, StoreError> {
        self.with(|stored| stored.progress.remove(&(user, film)).is_some())
    }
}

/// Reads of progress.
#[derive(Clone, Debug, Default)]
pub struct FakeProgressQueries {
    pub(in crate::fakes) database: Database,
}

#[async_trait]
impl ProgressQueries for FakeProgressQueries {
    async fn list(
        &self,
        user: UserId,
        state: Option<Progress>,
        page: &PageRequest<ProgressKey>,
    ) -> Result<Page<ProgressedFilm, ProgressKey>, StoreError> {
        self.database
            .read(|stored| stored.list_progress(user, state, page))
    }
}
