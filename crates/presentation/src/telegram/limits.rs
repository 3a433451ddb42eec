//! How fast people may talk, and how often they may be wrong about a key.
//!
//! Each process counts for itself: a key has 256 random bits, and what matters is that nobody tries
//! them, or keeps the bot busy, without being slowed down.
use application::shared::clock::Clock;
use chrono::{DateTime, TimeDelta, Utc};
use domain::identity::TelegramId;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// How many people are counted at once at the most.
const MOST_PEOPLE: usize = 10_000;

/// So many at once, and after that one in each span.
#[derive(Clone, Copy)]
struct Pace {
    at_once: i32,
    then_one_in: TimeDelta,
}

const TALKING: Pace = Pace {
    at_once: 20,
    then_one_in: TimeDelta::seconds(1),
};
const WRONG_KEYS: Pace = Pace {
    at_once: 5,
    then_one_in: TimeDelta::minutes(5),
};

/// Whether somebody is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// They are.
    Welcome,
    /// They are not.
    TooFast {
        /// Whether they are told so, which happens once.
        tell: bool,
    },
}

/// Counts.
pub(super) struct Limits {
    clock: Arc<dyn Clock>,
    talking: Mutex<HashMap<TelegramId, Bucket>>,
    wrong_keys: Mutex<HashMap<TelegramId, Bucket>>,
}

/// When somebody's past is forgotten, if nothing more comes, and whether they know that it is too much.
#[derive(Clone, Copy)]
struct Bucket {
    empty_at: DateTime<Utc>,
    is_told: bool,
}

impl Limits {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            talking: Mutex::default(),
            wrong_keys: Mutex::default(),
        }
    }

    /// Whether somebody who says something is answered.
    pub(super) fn admit(&self, person: TelegramId) -> Verdict {
        let now = self.clock.now();
        let mut people = locked(&self.talking);
        make_room(&mut people, now);
        let bucket = people.entry(person).or_insert(Bucket {
            empty_at: now,
            is_told: false,
        });
        if !bucket.has_room(TALKING, now) {
            let tell = !bucket.is_told;
            bucket.is_told = true;
            return Verdict::TooFast { tell };
        }
        bucket.is_told = false;
        bucket.pour(TALKING, now);
        Verdict::Welcome
    }

    /// Whether somebody may come with another key.
    pub(super) fn may_try_key(&self, person: TelegramId) -> bool {
        let now = self.clock.now();
        let people = locked(&self.wrong_keys);
        people
            .get(&person)
            .is_none_or(|bucket| bucket.has_room(WRONG_KEYS, now))
    }

    /// Notes that a key was none.
    pub(super) fn note_wrong_key(&self, person: TelegramId) {
        let now = self.clock.now();
        let mut people = locked(&self.wrong_keys);
        make_room(&mut people, now);
        let bucket = people.entry(person).or_insert(Bucket {
            empty_at: now,
            is_told: false,
        });
        bucket.pour(WRONG_KEYS, now);
    }
}

impl Bucket {
    fn has_room(&self, pace: Pace, now: DateTime<Utc>) -> bool {
        self.empty_at + pace.then_one_in <= now + pace.then_one_in * pace.at_once
    }

    fn pour(&mut self, pace: Pace, now: DateTime<Utc>) {
        self.empty_at = self.empty_at.max(now) + pace.then_one_in;
    }
}

/// Forgets those who have been quiet; and everybody, where that is not enough.
fn make_room(people: &mut HashMap<TelegramId, Bucket>, now: DateTime<Utc>) {
    if people.len() >= MOST_PEOPLE {
        people.retain(|_, bucket| bucket.empty_at > now);
    }
    if people.len() >= MOST_PEOPLE {
        people.clear();
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use application::fakes::World;

    const ANNA: TelegramId = TelegramId(42);
    const BOB: TelegramId = TelegramId(43);

    fn limits(world: &World) -> Limits {
        Limits::new(Arc::new(world.clock.clone()))
    }

    #[test]
    fn who_talks_too_fast_is_told_once_and_answered_again_later() {
        let world = World::new();
        let limits = limits(&world);
        for _ in 0..20 {
            assert_eq!(limits.admit(ANNA), Verdict::Welcome);
        }
        assert_eq!(limits.admit(ANNA), Verdict::TooFast { tell: true });
        assert_eq!(limits.admit(ANNA), Verdict::TooFast { tell: false });
        assert_eq!(limits.admit(BOB), Verdict::Welcome);
        world.clock.advance(TimeDelta::seconds(1));
        assert_eq!(limits.admit(ANNA), Verdict::Welcome);
        assert_eq!(limits.admit(ANNA), Verdict::TooFast { tell: true });
    }

    #[test]
    fn who_was_wrong_about_five_keys_has_to_wait() {
        let world = World::new();
        let limits = limits(&world);
        for _ in 0..5 {
            assert!(limits.may_try_key(ANNA));
            limits.note_wrong_key(ANNA);
        }
        assert!(!limits.may_try_key(ANNA));
        assert!(limits.may_try_key(BOB));
        world.clock.advance(TimeDelta::minutes(5));
        assert!(limits.may_try_key(ANNA));
    }

    #[test]
    fn only_so_many_are_counted() {
        let world = World::new();
        let limits = limits(&world);
        for number in 0..=i64::try_from(MOST_PEOPLE).unwrap() {
            limits.admit(TelegramId(number));
        }
        assert!(locked(&limits.talking).len() <= MOST_PEOPLE);
    }
}
