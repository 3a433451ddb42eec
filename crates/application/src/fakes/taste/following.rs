//! What one thing that is told means for the others, in memory.
use crate::{
    fakes::{state::Stored, store::FakeUnitOfWork},
    shared::store::StoreError,
    taste::ports::TasteKeeper,
};
use async_trait::async_trait;
use domain::{
    catalogue::FilmId,
    identity::UserId,
    library::StandardList,
    taste::{Consequence, HiddenSubject, Progress, Viewing},
};

impl Stored {
    /// Removes what is told by a user who is gone, or of a film that is.
    pub(in crate::fakes) fn drop_loose_tastes(&mut self) {
        let (users, films) = (&self.users, &self.films);
        let is_there =
            |user: &UserId, film: &FilmId| users.contains_key(user) && films.contains_key(film);
        self.ratings.retain(|(user, film), _| is_there(user, film));
        self.viewings
            .retain(|_, viewing| is_there(&viewing.user, &viewing.film));
        self.progress.retain(|(user, film), _| is_there(user, film));
        self.reviews.retain(|(user, film), _| is_there(user, film));
        self.hidden.retain(|(user, subject), _| {
            users.contains_key(user)
                && match subject {
                    HiddenSubject::Film(film) => films.contains_key(film),
                    HiddenSubject::Genre(_) | HiddenSubject::Person(_) => true,
                }
        });
        self.once_keys
            .retain(|(user, _), _| users.contains_key(user));
    }

    /// Whether somebody else has rated, seen or reviewed a film.
    pub(in crate::fakes) fn is_told_of_by_others(&self, film: FilmId, owner: UserId) -> bool {
        let of_others = |user: &UserId, told: &FilmId| *told == film && *user != owner;
        let mut viewings = self.viewings.values();
        self.ratings
            .keys()
            .any(|(user, told)| of_others(user, told))
            || self
                .reviews
                .keys()
                .any(|(user, told)| of_others(user, told))
            || viewings.any(|viewing| of_others(&viewing.user, &viewing.film))
    }

    /// The diary of a user, of one film; whatever comes first.
    pub(super) fn viewings_of(&self, user: UserId, film: FilmId) -> Vec<&Viewing> {
        let all = self.viewings.values();
        all.filter(|viewing| viewing.user == user && viewing.film == film)
            .collect()
    }

    /// Lets one thing follow; says whether anything has changed.
    fn follow(&mut self, consequence: Consequence, bare: &Viewing) -> bool {
        let count = |stored: &Self| {
            (
                stored.entries.len(),
                stored.viewings.len(),
                stored.progress.len(),
            )
        };
        let before = count(self);
        self.let_follow(consequence, bare);
        count(self) != before
    }

    fn let_follow(&mut self, consequence: Consequence, bare: &Viewing) {
        let (user, film) = (bare.user, bare.film);
        let entry = |list: StandardList| (list.of(user), film);
        let has_viewing = !self.viewings_of(user, film).is_empty();
        match consequence {
            Consequence::PutOnWatched | Consequence::PutOnWish => {
                let list = if consequence == Consequence::PutOnWish {
                    StandardList::Wish
                } else {
                    StandardList::Watched
                };
                self.entries.entry(entry(list)).or_insert(bare.logged_at);
            }
            Consequence::TakeOffWatched | Consequence::LogBareViewing if has_viewing => {}
            Consequence::TakeOffWatched => {
                self.entries.remove(&entry(StandardList::Watched));
            }
            Consequence::LogBareViewing => {
                self.viewings.insert(bare.id, bare.clone());
            }
            Consequence::EraseBareViewing => self.viewings.retain(|_, viewing| {
                viewing.user != user || viewing.film != film || !viewing.is_bare()
            }),
            Consequence::ForgetCompletion => {
                let is_watched = self.entries.contains_key(&entry(StandardList::Watched));
                self.progress.retain(|key, progress| {
                    is_watched || *key != (user, film) || progress.state != Progress::Completed
                });
            }
        }
    }
}

#[async_trait]
impl TasteKeeper for FakeUnitOfWork {
    /// The unit of work is the only one anyway, so the turn has come.
    async fn take_turn(&self, _: UserId) -> Result<(), StoreError> {
        self.with(|_| ())
    }

    async fn follow(&self, consequence: Consequence, bare: &Viewing) -> Result<bool, StoreError> {
        self.with(|stored| stored.follow(consequence, bare))
    }
}
