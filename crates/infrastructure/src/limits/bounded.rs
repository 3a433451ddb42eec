//! The memory of a limiter, which never grows beyond a bound.
use application::shared::limiter::Asker;
use governor::{
    nanos::Nanos,
    state::{StateStore, keyed::ShrinkableKeyedStateStore},
};
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// For each asker the time at which nothing of what they asked counts any more.
pub(super) struct BoundedStates {
    ends: Mutex<HashMap<Asker, Nanos>>,
    most: usize,
}

impl BoundedStates {
    pub(super) fn new(most: usize) -> Self {
        Self {
            ends: Mutex::default(),
            most,
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Asker, Nanos>> {
        self.ends.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl StateStore for BoundedStates {
    type Key = Asker;

    fn measure_and_replace<T, F, E>(&self, key: &Asker, judge: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let mut ends = self.lock();
        let known = ends.get(key).copied();
        let (answer, end) = judge(known)?;
        if known.is_none() && ends.len() >= self.most {
            forget_half(&mut ends);
        }
        ends.insert(*key, end);
        Ok(answer)
    }
}

impl ShrinkableKeyedStateStore<Asker> for BoundedStates {
    fn retain_recent(&self, drop_below: Nanos) {
        let mut ends = self.lock();
        ends.retain(|_, end| *end > drop_below);
        ends.shrink_to_fit();
    }

    fn len(&self) -> usize {
        self.lock().len()
    }

    fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }
}

/// Forgets those who have asked the least lately: somebody who sends from very many networks makes room
/// of their own.
fn forget_half(ends: &mut HashMap<Asker, Nanos>) {
    let mut sorted: Vec<Nanos> = ends.values().copied().collect();
    let middle = sorted.len() / 2;
    if middle == 0 {
        return;
    }
    let (_, median, _) = sorted.select_nth_unstable(middle);
    ends.retain(|_, end| *end > *median);
}
