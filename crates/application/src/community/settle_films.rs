//! The films of a community are found in the catalogue, or made.
use super::import_ratings::ImportRatingsError;
use crate::{
    catalogue::imports::ports::{Fate, ImportedFilm},
    jobs::handler::Progress,
    shared::{
        clock::{Clock, IdGenerator},
        store::{Store, StoreError},
    },
};
use domain::{
    catalogue::{ExternalRef, FilmId, GenreSlug},
    community::{Candidate, CommunityId, ListedFilm, recognise},
};
use std::collections::{HashMap, HashSet};

/// Which of our films the films of files are.
pub(super) struct SettledFilms {
    /// By the numbers of the files.
    pub(super) places: HashMap<i64, FilmId>,
    /// How many were made.
    pub(super) new: usize,
}

/// Finds films or makes them.
pub(super) struct FilmSettler<'a> {
    pub(super) clock: &'a dyn Clock,
    pub(super) ids: &'a dyn IdGenerator,
    pub(super) store: &'a dyn Store,
}

impl FilmSettler<'_> {
    /// Finds what was not found before, some in each unit of work.
    pub(super) async fn settle(
        &self,
        community: CommunityId,
        listed: Vec<ListedFilm>,
        progress: &dyn Progress,
    ) -> Result<SettledFilms, ImportRatingsError> {
        /// More would hold up others who import films for longer.
        const AT_ONCE: usize = 500;
        let mut settled = SettledFilms {
            places: self.known(community).await?,
            new: 0,
        };
        let is_new = |film: &ListedFilm| !settled.places.contains_key(&film.item);
        let missing: Vec<ListedFilm> = listed.into_iter().filter(is_new).collect();
        for some in missing.chunks(AT_ONCE) {
            if progress.is_cancelled() {
                return Err(ImportRatingsError::Stopped);
            }
            let (places, new) = self.settle_some(community, some).await?;
            settled.places.extend(places);
            settled.new += new;
        }
        Ok(settled)
    }

    async fn known(&self, community: CommunityId) -> Result<HashMap<i64, FilmId>, StoreError> {
        let uow = self.store.begin().await?;
        uow.communities().films(community).await
    }

    async fn settle_some(
        &self,
        community: CommunityId,
        listed: &[ListedFilm],
    ) -> Result<(Vec<(i64, FilmId)>, usize), StoreError> {
        let uow = self.store.begin().await?;
        uow.imports().take_turn().await?;
        let mut desk = Desk {
            ids: self.ids,
            genres: uow.imports().genres().await?,
            candidates: uow.communities().candidates(listed).await?,
            new: Vec::new(),
        };
        let places = listed.iter().map(|film| (film.item, desk.place(film)));
        let places: Vec<(i64, FilmId)> = places.collect();
        if !desk.new.is_empty() {
            let now = self.clock.now();
            uow.imports().save(&desk.new, now).await?;
            for event in desk.new.iter().filter_map(ImportedFilm::event) {
                uow.outbox().publish(event, now);
            }
        }
        uow.communities().note_films(community, &places).await?;
        uow.commit().await?;
        Ok((places, desk.new.len()))
    }
}

/// The films at hand while those of the files are gone through.
struct Desk<'a> {
    ids: &'a dyn IdGenerator,
    genres: HashSet<GenreSlug>,
    candidates: Vec<Candidate>,
    new: Vec<ImportedFilm>,
}

impl Desk<'_> {
    /// Which film of ours a listed one is.
    fn place(&mut self, listed: &ListedFilm) -> FilmId {
        recognise(listed, &self.candidates).unwrap_or_else(|| self.make(listed.clone()))
    }

    /// Makes a film, without genres that we do not have and without names that another of ours bears.
    fn make(&mut self, mut listed: ListedFilm) -> FilmId {
        let (genres, candidates) = (&self.genres, &self.candidates);
        listed.genres.retain(|genre| genres.contains(genre));
        let is_borne = |name: &ExternalRef| candidates.iter().any(|film| film.is_known_as(name));
        listed.refs.retain(|name| !is_borne(name));
        let id = self.ids.next();
        self.candidates.push(Candidate::made_of(id, &listed));
        self.new.push(ImportedFilm {
            film: listed.made(id),
            fate: Fate::New,
        });
        id
    }
}
