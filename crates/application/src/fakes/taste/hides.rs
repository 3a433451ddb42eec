//! Hidden things in memory.
use crate::{
    fakes::{
        state::{Database, Stored, dangling},
        store::FakeUnitOfWork,
    },
    shared::{
        page::{Page, PageRequest},
        store::StoreError,
    },
    taste::ports::{HiddenKey, HiddenName, HiddenThing, HideQueries, HideRepository},
};
use async_trait::async_trait;
use domain::{
    catalogue::PersonId,
    identity::UserId,
    taste::{Hidden, HiddenKind, HiddenSubject},
};
use std::cmp::Reverse;

impl Stored {
    fn name_of(&self, subject: HiddenSubject) -> Option<HiddenName> {
        match subject {
            HiddenSubject::Film(film) => {
                let title = self.films.get(&film)?.content.title.as_str();
                Some(HiddenName::Same(title.to_owned()))
            }
            HiddenSubject::Genre(id) => {
                let genre = self.genres.iter().find(|genre| genre.id == id)?;
                Some(HiddenName::Translated {
                    english: genre.english.clone(),
                    russian: genre.russian.clone(),
                })
            }
            HiddenSubject::Person(person) => self.name_of_person(person).map(HiddenName::Same),
        }
    }

    fn name_of_person(&self, person: PersonId) -> Option<String> {
        let extras = self.extras.values();
        let mut people = extras.flat_map(|extras| extras.directors.iter().chain(&extras.cast));
        let found = people.find(|credit| credit.person == person)?;
        Some(found.name.clone())
    }

    fn put_hidden(&mut self, hidden: &Hidden) -> Result<Option<Hidden>, StoreError> {
        if self.name_of(hidden.subject).is_none() {
            return Ok(None);
        }
        if !self.users.contains_key(&hidden.user) {
            return Err(dangling("what no user hides"));
        }
        let kept = self.hidden.entry((hidden.user, hidden.subject));
        let kept = kept.or_insert(*hidden);
        if kept.how != hidden.how {
            *kept = *hidden;
        }
        Ok(Some(*kept))
    }

    fn list_hidden(
        &self,
        user: UserId,
        kind: HiddenKind,
        page: &PageRequest<HiddenKey>,
    ) -> Page<HiddenThing, HiddenKey> {
        let key = |hidden: &Hidden| HiddenKey {
            hidden_at: hidden.hidden_at,
            id: hidden.subject.as_uuid(),
        };
        let place = |key: HiddenKey| Reverse((key.hidden_at, key.id));
        let own = self.hidden.values().filter(|hidden| hidden.user == user);
        let mut own: Vec<Hidden> = own
            .filter(|hidden| hidden.subject.kind() == kind)
            .filter(|hidden| {
                page.after
                    .is_none_or(|after| place(key(hidden)) > place(after))
            })
            .copied()
            .collect();
        own.sort_by_key(|hidden| place(key(hidden)));
        let page = Page::from_overfetched(own, page.size, key);
        let shown = |hidden: &Hidden| {
            Some(HiddenThing {
                subject: hidden.subject,
                name: self.name_of(hidden.subject)?,
                how: hidden.how,
                hidden_at: hidden.hidden_at,
            })
        };
        Page {
            items: page.items.iter().filter_map(shown).collect(),
            next: page.next,
        }
    }
}

#[async_trait]
impl HideRepository for FakeUnitOfWork {
    async fn put(&self, hidden: &Hidden) -> Result<Option<Hidden>, StoreError> {
        self.with(|stored| stored.put_hidden(hidden))?
    }

    async fn remove(&self, user: UserId, subject: HiddenSubject) -> Result<bool, StoreError> {
        self.with(|stored| stored.hidden.remove(&(user, subject)).is_some())
    }
}

/// Reads of hidden things.
#[derive(Clone, Debug, Default)]
pub struct FakeHideQueries {
    pub(in crate::fakes) database: Database,
}

#[async_trait]
impl HideQueries for FakeHideQueries {
    async fn list(
        &self,
        user: UserId,
        kind: HiddenKind,
        page: &PageRequest<HiddenKey>,
    ) -> Result<Page<HiddenThing, HiddenKey>, StoreError> {
        self.database
            .read(|stored| stored.list_hidden(user, kind, page))
    }
}
