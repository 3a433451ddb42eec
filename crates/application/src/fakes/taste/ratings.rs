//! Ratings in memory.
use crate::{
    fakes::{
        catalogue::sorting_form,
        state::{Database, Stored, dangling},
        store::FakeUnitOfWork,
    },
    shared::{
        page::{Page, PageRequest},
        store::StoreError,
    },
    taste::ports::{
        RatedFilm, RatingFilter, RatingKey, RatingOrder, RatingPosition, RatingQueries,
        RatingRepository,
    },
};
use async_trait::async_trait;
use domain::{
    catalogue::{FilmId, ReleaseYear},
    identity::UserId,
    taste::FilmRating,
};

impl Stored {
    fn put_rating(&mut self, rating: &FilmRating) -> Result<Option<FilmRating>, StoreError> {
        if !self.films.contains_key(&rating.film) {
            return Ok(None);
        }
        if !self.users.contains_key(&rating.user) {
            return Err(dangling("the rating of no user"));
        }
        let kept = self.ratings.entry((rating.user, rating.film));
        let kept = kept.or_insert(*rating);
        if kept.rating != rating.rating {
            *kept = *rating;
        }
        Ok(Some(*kept))
    }

    fn key_of_rating(&self, rating: &FilmRating, order: RatingOrder) -> Option<RatingKey> {
        let content = &self.films.get(&rating.film)?.content;
        let position = match order {
            RatingOrder::NewestFirst | RatingOrder::OldestFirst => {
                RatingPosition::At(rating.rated_at)
            }
            RatingOrder::HighestFirst | RatingOrder::LowestFirst => {
                RatingPosition::Rating(rating.rating)
            }
            RatingOrder::Title | RatingOrder::TitleDescending => {
                RatingPosition::Title(sorting_form(content.title.as_str()))
            }
            RatingOrder::Year | RatingOrder::YearDescending => {
                RatingPosition::Year(content.release_year.map_or(0, ReleaseYear::get))
            }
        };
        Some(RatingKey {
            position,
            film: rating.film,
        })
    }

    fn list_ratings(
        &self,
        user: UserId,
        filter: RatingFilter,
        order: RatingOrder,
        page: &PageRequest<RatingKey>,
    ) -> Page<RatedFilm, RatingKey> {
        let suits = |rating: &FilmRating| {
            rating.user == user
                && filter.from.is_none_or(|from| rating.rating >= from)
                && filter.to.is_none_or(|to| rating.rating <= to)
        };
        let ratings = self.ratings.values().filter(|rating| suits(rating));
        let mut listed: Vec<(RatingKey, FilmRating)> = ratings
            .filter_map(|rating| Some((self.key_of_rating(rating, order)?, *rating)))
            .collect();
        let place = |key: &RatingKey| (key.position.clone(), key.film);
        listed.sort_by_key(|(key, _)| place(key));
        let is_descending = is_descending(order);
        if is_descending {
            listed.reverse();
        }
        if let Some(after) = &page.after {
            listed.retain(|(key, _)| {
                let is_later = place(key) > place(after);
                key != after && is_later != is_descending
            });
        }
        let page = Page::from_overfetched(listed, page.size, |(key, _)| key.clone());
        let rated = |(_, rating): &(RatingKey, FilmRating)| {
            Some(RatedFilm {
                film: self.flagged(rating.film, Some(user))?,
                rating: rating.rating,
                rated_at: rating.rated_at,
            })
        };
        Page {
            items: page.items.iter().filter_map(rated).collect(),
            next: page.next,
        }
    }
}

const fn is_descending(order: RatingOrder) -> bool {
    match order {
        RatingOrder::NewestFirst
        | RatingOrder::HighestFirst
        | RatingOrder::TitleDescending
        | RatingOrder::YearDescending => true,
        RatingOrder::OldestFirst
        | RatingOrder::LowestFirst
        | RatingOrder::Title
        | RatingOrder::Year => false,
    }
}

#[async_trait]
impl RatingRepository for FakeUnitOfWork {
    async fn put(&self, rating: &FilmRating) -> Result<Option<FilmRating>, StoreError> {
        self.with(|stored| stored.put_rating(rating))?
    }

    async fn remove(&self, user: UserId, film: FilmId) -> Result<bool, StoreError> {
        self.with(|stored| stored.ratings.remove(&(user, film)).is_some())
    }
}

/// Reads of ratings.
#[derive(Clone, Debug, Default)]
pub struct FakeRatingQueries {
    pub(in crate::fakes) database: Database,
}

#[async_trait]
impl RatingQueries for FakeRatingQueries {
    async fn show(&self, user: UserId, film: FilmId) -> Result<Option<FilmRating>, StoreError> {
        self.database
            .read(|stored| stored.ratings.get(&(user, film)).copied())
    }

    async fn list(
        &self,
        user: UserId,
        filter: RatingFilter,
        order: RatingOrder,
        page: &PageRequest<RatingKey>,
    ) -> Result<Page<RatedFilm, RatingKey>, StoreError> {
        self.database
            .read(|stored| stored.list_ratings(user, filter, order, page))
    }
}
