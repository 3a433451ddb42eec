//! What films mean, in memory, and a model that counts words.
use super::{
    state::{Database, Stored, dangling, locked},
    store::FakeUnitOfWork,
};
use crate::{
    assistant::ports::{Embedder, ModelError, ModelState},
    catalogue::ports::{EmbeddedFilm, FilmText, MeaningIndex, MeaningQueries, MeaningRepository},
    shared::store::StoreError,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::catalogue::{FilmId, Meaning, nearest};
use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Arc, Mutex},
    time::Duration,
};

/// What is stored of a film's meaning.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct StoredMeaning {
    model: String,
    film: FilmText,
    meaning: Meaning,
}

impl Stored {
    fn lacking(&self, model: &str) -> impl Iterator<Item = FilmText> {
        self.films.values().filter_map(move |film| {
            let known = self.meanings.get(&film.id);
            let known = known.filter(|known| known.model == model);
            if known.is_some_and(|known| known.film.revision == film.revision) {
                return None;
            }
            let content = &film.content;
            let description = content.description.as_ref();
            let description = description.map_or("", |description| description.as_str());
            let text = format!("{} {description}", content.title.as_str());
            Some(FilmText {
                film: film.id,
                revision: film.revision,
                is_known: known.is_some_and(|known| known.film.text == text),
                text,
            })
        })
    }
}

#[async_trait]
impl MeaningRepository for FakeUnitOfWork {
    async fn note_unchanged(&self, films: &[FilmText]) -> Result<(), StoreError> {
        self.with(|stored| {
            for film in films {
                if let Some(known) = stored.meanings.get_mut(&film.film) {
                    known.film.revision = film.revision;
                }
            }
        })
    }

    async fn save(
        &self,
        model: &str,
        films: &[EmbeddedFilm],
        _at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.with(|stored| {
            films.iter().try_for_each(|embedded| {
                let EmbeddedFilm { film, meaning } = embedded.clone();
                if !stored.films.contains_key(&film.film) {
                    return Err(dangling("the meaning of no film"));
                }
                let model = model.to_owned();
                let id = film.film;
                let known = StoredMeaning {
                    model,
                    film,
                    meaning,
                };
                stored.meanings.insert(id, known);
                Ok(())
            })
        })?
    }
}

/// Reads of what films lack.
#[derive(Clone, Debug, Default)]
pub struct FakeMeaningQueries {
    pub(super) database: Database,
}

#[async_trait]
impl MeaningQueries for FakeMeaningQueries {
    async fn count_lacking(&self, model: &str) -> Result<u64, StoreError> {
        let lacking = self.database.read(|stored| stored.lacking(model).count())?;
        Ok(u64::try_from(lacking).unwrap_or(u64::MAX))
    }

    async fn list_lacking(&self, model: &str, most: u32) -> Result<Vec<FilmText>, StoreError> {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        self.database
            .read(|stored| stored.lacking(model).take(most).collect())
    }
}

/// An index that always knows the newest.
#[derive(Clone, Debug, Default)]
pub struct FakeMeaningIndex {
    pub(super) database: Database,
}

#[async_trait]
impl MeaningIndex for FakeMeaningIndex {
    async fn nearest(&self, meant: Meaning, most: usize) -> Vec<FilmId> {
        let found = self.database.read(|stored| {
            let meanings = stored.meanings.iter();
            nearest(
                &meant,
                meanings.map(|(film, known)| (film, &known.meaning)),
                most,
            )
        });
        found.unwrap_or_default()
    }
}

/// A model that counts words: texts with the same words mean the same. It is not set up until a test
/// does so.
#[derive(Clone, Debug, Default)]
pub struct FakeEmbedder {
    inner: Arc<Mutex<Counting>>,
}

#[derive(Debug, Default)]
struct Counting {
    model: Option<String>,
    is_resting: bool,
    fails: bool,
    asked: Vec<String>,
}

impl FakeEmbedder {
    /// Is there from now on, under this name.
    pub fn set_up(&self, model: &str) {
        locked(&self.inner).model = Some(model.to_owned());
    }

    /// Is left alone from now on, or no longer.
    pub fn set_resting(&self, is_resting: bool) {
        locked(&self.inner).is_resting = is_resting;
    }

    /// Fails from now on, or no longer.
    pub fn set_failing(&self, fails: bool) {
        locked(&self.inner).fails = fails;
    }

    /// The texts that it was asked for, in their order.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        locked(&self.inner).asked.clone()
    }
}

/// How often words are there, each word counted in one of 64 places.
fn counted(text: &str) -> Option<Meaning> {
    let mut numbers = [0.0_f32; 64];
    for word in text
        .to_lowercase()
        .split(|letter: char| !letter.is_alphanumeric())
    {
        let mut hasher = DefaultHasher::new();
        word.hash(&mut hasher);
        let [.., last] = hasher.finish().to_be_bytes();
        if let Some(place) = numbers
            .get_mut(usize::from(last % 64))
            .filter(|_| !word.is_empty())
        {
            *place += 1.0;
        }
    }
    Meaning::from_numbers(&numbers)
}

#[async_trait]
impl Embedder for FakeEmbedder {
    fn state(&self) -> ModelState {
        let counting = locked(&self.inner);
        match (&counting.model, counting.is_resting) {
            (None, _) => ModelState::NotConfigured,
            (Some(_), true) => ModelState::Resting,
            (Some(_), false) => ModelState::Ready,
        }
    }

    fn model(&self) -> Option<String> {
        locked(&self.inner).model.clone()
    }

    async fn embed(&self, texts: &[&str], _: Duration) -> Result<Vec<Meaning>, ModelError> {
        let mut counting = locked(&self.inner);
        counting
            .asked
            .extend(texts.iter().map(|text| (*text).to_owned()));
        if counting.fails {
            return Err(ModelError::TooSlow);
        }
        let meanings: Option<Vec<Meaning>> = texts.iter().map(|text| counted(text)).collect();
        meanings.ok_or(ModelError::Unreadable)
    }
}
