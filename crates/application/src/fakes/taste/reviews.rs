//! Reviews in memory.
use crate::{
    fakes::{
        state::{Database, Stored, dangling},
        store::FakeUnitOfWork,
    },
    shared::{
        page::{Page, PageRequest},
        store::StoreError,
    },
    taste::ports::{
        PublicReview, PublicReviewKey, ReviewKey, ReviewQueries, ReviewRepository, ReviewedFilm,
    },
};
use async_trait::async_trait;
use domain::{
    catalogue::FilmId,
    identity::{Standing, UserId},
    taste::Review,
};
use std::cmp::Reverse;

impl Stored {
    fn put_review(&mut self, review: &Review) -> Result<Option<Review>, StoreError> {
        if !self.films.contains_key(&review.film) {
            return Ok(None);
        }
        if !self.users.contains_key(&review.user) {
            return Err(dangling("the review by no user"));
        }
        let kept = self.reviews.entry((review.user, review.film));
        let kept = kept.or_insert_with(|| review.clone());
        if kept.content != review.content {
            kept.content = review.content.clone();
            kept.updated_at = review.updated_at;
        }
        Ok(Some(kept.clone()))
    }

    fn list_reviews(
        &self,
        user: UserId,
        page: &PageRequest<ReviewKey>,
    ) -> Page<ReviewedFilm, ReviewKey> {
        let key = |review: &Review| ReviewKey {
            updated_at: review.updated_at,
            film: review.film,
        };
        let place = |key: ReviewKey| Reverse((key.updated_at, key.film));
        let own = self.reviews.values().filter(|review| review.user == user);
        let mut own: Vec<&Review> = own
            .filter(|review| {
                page.after
                    .is_none_or(|after| place(key(review)) > place(after))
            })
            .collect();
        own.sort_by_key(|review| place(key(review)));
        let page = Page::from_overfetched(own, page.size, |review| key(review));
        let shown = |review: &&Review| {
            Some(ReviewedFilm {
                film: self.flagged(review.film, Some(user))?,
                review: (*review).clone(),
            })
        };
        Page {
            items: page.items.iter().filter_map(shown).collect(),
            next: page.next,
        }
    }

    fn list_public_reviews(
        &self,
        film: FilmId,
        page: &PageRequest<PublicReviewKey>,
    ) -> Option<Page<PublicReview, PublicReviewKey>> {
        self.films.get(&film)?;
        let is_heard = |review: &Review| {
            let author = self.users.get(&review.user);
            author.is_some_and(|author| author.standing == Standing::Active)
        };
        let of_film = self.reviews.values().filter(|review| review.film == film);
        let mut told: Vec<&Review> = of_film
            .filter(|review| review.content.is_public && is_heard(review))
            .filter(|review| {
                page.after
                    .is_none_or(|after| review.updated_at <= after.updated_at)
            })
            .collect();
        told.sort_by_key(|review| Reverse((review.updated_at, review.user)));
        let shown = page.after.map_or(0, |after| after.shown);
        let skipped = usize::try_from(shown).unwrap_or(usize::MAX);
        let told = told.into_iter().skip(skipped).filter_map(|review| {
            Some(PublicReview {
                author: self.users.get(&review.user)?.username.as_str().to_owned(),
                content: review.content.clone(),
                created_at: review.created_at,
                updated_at: review.updated_at,
            })
        });
        Some(PublicReviewKey::page(told.collect(), page))
    }
}

#[async_trait]
impl ReviewRepository for FakeUnitOfWork {
    async fn put(&self, review: &Review) -> Result<Option<Review>, StoreError> {
        self.with(|stored| stored.put_review(review))?
    }

    async fn remove(&self, user: UserId, film: FilmId) -> Result<bool, StoreError> {
        self.with(|stored| stored.reviews.remove(&(user, film)).is_some())
    }
}

/// Reads of reviews.
#[derive(Clone, Debug, Default)]
pub struct FakeReviewQueries {
    pub(in crate::fakes) database: Database,
}

#[async_trait]
impl ReviewQueries for FakeReviewQueries {
    async fn show(&self, user: UserId, film: FilmId) -> Result<Option<Review>, StoreError> {
        self.database
            .read(|stored| stored.reviews.get(&(user, film)).cloned())
    }

    async fn list(
        &self,
        user: UserId,
        page: &PageRequest<ReviewKey>,
    ) -> Result<Page<ReviewedFilm, ReviewKey>, StoreError> {
        self.database.read(|stored| stored.list_reviews(user, page))
    }

    async fn list_public(
        &self,
        film: FilmId,
        page: &PageRequest<PublicReviewKey>,
    ) -> Result<Option<Page<PublicReview, PublicReviewKey>>, StoreError> {
        self.database
            .read(|stored| stored.list_public_reviews(film, page))
    }
}
