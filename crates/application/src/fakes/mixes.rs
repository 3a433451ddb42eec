//! Mixes in memory.
use super::{
    state::{Database, Stored},
    store::FakeUnitOfWork,
};
use crate::{
    catalogue::views::FlaggedFilm,
    mixes::ports::{MixQueries, MixRepository},
    shared::store::StoreError,
};
use async_trait::async_trait;
use domain::{
    catalogue::FilmId,
    identity::UserId,
    library::{Gradient, HexColor},
    mixes::{Mix, MixId},
};
use std::sync::Arc;

/// Who is to choose the colours of a mix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ColorsDue {
    Model,
    Posters,
}

/// Reads of mixes.
#[derive(Clone, Debug, Default)]
pub struct FakeMixQueries {
    pub(super) database: Database,
}

impl Stored {
    pub(super) fn insert_mix(&mut self, mix: &Mix, films: Vec<FilmId>) {
        self.mixes.push(mix.clone());
        self.mix_films.insert(mix.id, films);
        self.colors_of_mixes.insert(mix.id, ColorsDue::Model);
    }

    fn films_of_mix(&self, mix: MixId, viewer: Option<UserId>) -> Option<Vec<FlaggedFilm>> {
        let films = self.mix_films.get(&mix)?;
        let shown = films.iter().filter_map(|film| self.flagged(*film, viewer));
        Some(shown.collect())
    }

    fn colours_of_mix(&self, mix: MixId) -> impl Iterator<Item = HexColor> {
        let films = self.mix_films.get(&mix).into_iter().flatten();
        self.colours_of(films.copied())
    }

    fn colorless_mixes(&self, has_model: bool) -> Vec<MixId> {
        let due = self.colors_of_mixes.iter().filter(|(mix, due)| {
            let films = self.mix_films.get(*mix).into_iter().flatten();
            (has_model && **due == ColorsDue::Model) || self.has_colours(films.copied())
        });
        due.map(|(mix, _)| *mix).collect()
    }
}

#[async_trait]
impl MixRepository for FakeUnitOfWork {
    async fn recolor(&self, mix: MixId, gradient: &Gradient) -> Result<(), StoreError> {
        self.with(|stored| {
            let mixes = stored.mixes.iter_mut();
            for found in mixes.filter(|found| found.id == mix) {
                found.gradient = gradient.clone();
            }
            stored.colors_of_mixes.remove(&mix);
        })
    }

    async fn leave_to_posters(&self, mix: MixId) -> Result<(), StoreError> {
        self.with(|stored| {
            if let Some(due) = stored.colors_of_mixes.get_mut(&mix) {
                *due = ColorsDue::Posters;
            }
        })
    }

    async fn list_colorless(&self, has_model: bool) -> Result<Vec<MixId>, StoreError> {
        self.with(|stored| stored.colorless_mixes(has_model))
    }
}

#[async_trait]
impl MixQueries for FakeMixQueries {
    async fn list(&self) -> Result<Arc<[Mix]>, StoreError> {
        self.database.read(|stored| stored.mixes.clone().into())
    }

    async fn list_films(
        &self,
        mix: MixId,
        viewer: Option<UserId>,
    ) -> Result<Option<Vec<FlaggedFilm>>, StoreError> {
        self.database
            .read(|stored| stored.films_of_mix(mix, viewer))
    }

    async fn list_poster_colours(
        &self,
        mix: MixId,
        most: u32,
    ) -> Result<Vec<HexColor>, StoreError> {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        self.database
            .read(|stored| stored.colours_of_mix(mix).take(most).collect())
    }
}
