//! Communities of raters in memory, and files of ratings that are none.
use super::{
    state::{Database, Stored, locked},
    store::FakeUnitOfWork,
};
use crate::{
    community::ports::{
        BadFiles, CommunityQueries, CommunityRepository, Counted, FiledRating, RatingFiles,
        RatingPortions, Survey,
    },
    shared::store::StoreError,
};
use async_trait::async_trait;
use domain::{
    catalogue::{FilmId, FilmTitle, ReleaseYear},
    community::{Candidate, Community, CommunityId, CommunityName, CommunityRating, ListedFilm},
};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque},
    sync::{Arc, Mutex},
};

/// What is stored of communities.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct StoredCommunities {
    communities: BTreeMap<CommunityId, Community>,
    films: BTreeMap<(CommunityId, i64), FilmId>,
    ratings: BTreeMap<(CommunityId, i64, FilmId), (CommunityRating, i32)>,
    totals: BTreeMap<(FilmId, CommunityId), Counted>,
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

impl StoredCommunities {
    fn add_rating(&mut self, community: &Community, rating: &CommunityRating) {
        let key = (community.id, rating.rater, rating.film);
        let is_kept = self.ratings.get(&key).is_some_and(|(known, round)| {
            *round == community.round && known.rated_at > rating.rated_at
        });
        if !is_kept {
            self.ratings.insert(key, (*rating, community.round));
        }
    }

    fn settle(&mut self, settled: &Community) -> Counted {
        let id = settled.id;
        self.ratings
            .retain(|(community, ..), (_, round)| *community != id || *round == settled.round);
        self.totals.retain(|(_, community), _| *community != id);
        let (mut raters, mut ratings) = (BTreeSet::new(), 0);
        for (community, rater, film) in self.ratings.keys() {
            if *community == id {
                raters.insert(*rater);
                ratings += 1;
                self.totals.entry((*film, id)).or_default().ratings += 1;
            }
        }
        Counted {
            raters: count(raters.len()),
            ratings,
        }
    }

    fn remove_ratings(&mut self, removed: CommunityId, most: u32) -> bool {
        let of_it = self.ratings.keys();
        let raters: BTreeSet<i64> = of_it
            .filter(|(community, ..)| *community == removed)
            .map(|(_, rater, _)| *rater)
            .collect();
        let some: BTreeSet<i64> = raters
            .into_iter()
            .take(usize::try_from(most).unwrap_or(usize::MAX))
            .collect();
        self.ratings
            .retain(|(community, rater, _), _| *community != removed || !some.contains(rater));
        !some.is_empty()
    }

    fn remove(&mut self, removed: CommunityId) {
        self.communities.remove(&removed);
        self.films.retain(|(community, _), _| *community != removed);
    }
}

impl Stored {
    /// A community.
    #[must_use]
    pub fn community(&self, name: &str) -> Option<&Community> {
        let mut all = self.communities.communities.values();
        all.find(|community| community.name.as_str() == name)
    }

    /// The ratings of a community, by rater and film.
    #[must_use]
    pub fn community_ratings(&self, community: CommunityId) -> Vec<CommunityRating> {
        let all = self.communities.ratings.iter();
        all.filter(|((of, ..), _)| *of == community)
            .map(|(_, (rating, _))| *rating)
            .collect()
    }
}

#[async_trait]
impl CommunityRepository for FakeUnitOfWork {
    async fn find(&self, name: &CommunityName) -> Result<Option<Community>, StoreError> {
        self.with(|stored| stored.community(name.as_str()).cloned())
    }

    async fn free_id(&self) -> Result<CommunityId, StoreError> {
        self.with(|stored| {
            let last = stored.communities.communities.keys().next_back();
            CommunityId(last.map_or(1, |last| last.0 + 1))
        })
    }

    async fn save(&self, community: &Community) -> Result<(), StoreError> {
        self.with(|stored| {
            let all = &mut stored.communities.communities;
            all.insert(community.id, community.clone());
        })
    }

    async fn films(&self, community: CommunityId) -> Result<HashMap<i64, FilmId>, StoreError> {
        self.with(|stored| {
            let all = stored.communities.films.iter();
            all.filter(|((of, _), _)| *of == community)
                .map(|((_, item), film)| (*item, *film))
                .collect()
        })
    }

    async fn candidates(&self, _: &[ListedFilm]) -> Result<Vec<Candidate>, StoreError> {
        self.with(|stored| {
            let all = stored.known_films().map(|film| {
                let titles: Vec<&str> = std::iter::once(&film.title)
                    .chain(&film.original_title)
                    .map(FilmTitle::as_str)
                    .collect();
                let year = film.year.map(ReleaseYear::get);
                Candidate::new(film.id, &titles, year, film.refs.clone())
            });
            all.collect()
        })
    }

    async fn note_films(
        &self,
        community: CommunityId,
        films: &[(i64, FilmId)],
    ) -> Result<(), StoreError> {
        self.with(|stored| {
            let places = films.iter().map(|(item, film)| ((community, *item), *film));
            stored.communities.films.extend(places);
        })
    }

    async fn add_ratings(
        &self,
        community: &Community,
        ratings: &[CommunityRating],
    ) -> Result<(), StoreError> {
        self.with(|stored| {
            for rating in ratings {
                stored.communities.add_rating(community, rating);
            }
        })
    }

    async fn settle(&self, community: &Community) -> Result<Counted, StoreError> {
        self.with(|stored| stored.communities.settle(community))
    }

    async fn forget_totals(&self, community: CommunityId) -> Result<(), StoreError> {
        self.with(|stored| {
            let totals = &mut stored.communities.totals;
            totals.retain(|(_, of), _| *of != community);
        })
    }

    async fn remove_ratings(&self, community: CommunityId, most: u32) -> Result<bool, StoreError> {
        self.with(|stored| stored.communities.remove_ratings(community, most))
    }

    async fn remove(&self, community: CommunityId) -> Result<(), StoreError> {
        self.with(|stored| stored.communities.remove(community))
    }
}

/// Reads of communities.
#[derive(Clone, Debug, Default)]
pub struct FakeCommunityQueries {
    pub(super) database: Database,
}

#[async_trait]
impl CommunityQueries for FakeCommunityQueries {
    async fn list(&self) -> Result<Vec<Community>, StoreError> {
        let mut all: Vec<Community> = self
            .database
            .read(|stored| stored.communities.communities.values().cloned().collect())?;
        all.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(all)
    }
}

/// Files of ratings, which may be told to break. Copies are the same files.
#[derive(Clone, Debug)]
pub struct FakeRatingFiles(Arc<Mutex<Files>>);

#[derive(Debug)]
struct Files {
    survey: Survey,
    ratings: Vec<FiledRating>,
    per_portion: usize,
    breaks_after: Option<usize>,
}

impl FakeRatingFiles {
    /// Files with these films and ratings; the letter is what tells them from others.
    ///
    /// # Panics
    /// When the letter is no hexadecimal digit.
    #[must_use]
    #[expect(
        clippy::expect_used,
        reason = "a test that names a bad letter should end"
    )]
    pub fn of(letter: char, films: Vec<ListedFilm>, ratings: Vec<FiledRating>) -> Self {
        let digest = String::from(letter).repeat(64);
        Self(Arc::new(Mutex::new(Files {
            survey: Survey {
                digest: digest.parse().expect("a hexadecimal digit"),
                films,
                ratings: count(ratings.len()),
            },
            ratings,
            per_portion: 2,
            breaks_after: None,
        })))
    }

    /// Cannot be read from then on, after so many portions.
    pub fn break_after(&self, portions: usize) {
        locked(&self.0).breaks_after = Some(portions);
    }

    /// Can be read to the end again.
    pub fn mend(&self) {
        locked(&self.0).breaks_after = None;
    }
}

fn broken() -> BadFiles {
    BadFiles::Unreadable {
        file: "ratings.csv".to_owned(),
        cause: "told to break".into(),
    }
}

#[async_trait]
impl RatingFiles for FakeRatingFiles {
    async fn survey(&self) -> Result<Survey, BadFiles> {
        let files = locked(&self.0);
        if files.breaks_after == Some(0) {
            return Err(broken());
        }
        Ok(files.survey.clone())
    }

    fn ratings(&self, after: u64) -> Box<dyn RatingPortions> {
        let files = locked(&self.0);
        let after = usize::try_from(after).unwrap_or(usize::MAX);
        let left = files.ratings.get(after..).unwrap_or_default();
        let portions = left.chunks(files.per_portion).map(<[_]>::to_vec);
        Box::new(FakePortions {
            portions: portions.collect(),
            breaks_after: files.breaks_after,
        })
    }
}

struct FakePortions {
    portions: VecDeque<Vec<FiledRating>>,
    breaks_after: Option<usize>,
}

#[async_trait]
impl RatingPortions for FakePortions {
    async fn next(&mut self) -> Result<Option<Vec<FiledRating>>, BadFiles> {
        if self.breaks_after == Some(0) {
            return Err(broken());
        }
        self.breaks_after = self.breaks_after.map(|left| left - 1);
        Ok(self.portions.pop_front())
    }
}
