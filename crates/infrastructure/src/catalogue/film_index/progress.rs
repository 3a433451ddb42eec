//! How far an index has followed the database. It is kept in each commit, so that the two agree.
use std::collections::BTreeSet;
use uuid::Uuid;

/// Grows with every change of the fields or of how texts become terms.
const FORMAT: u32 = 4;
/// Beside an instance of an older release changes may become visible out of order; this many are
/// looked at again.
const OVERLAP: i64 = 256;

/// How far an index has followed the database.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Progress {
    format: u32,
    /// Which database.
    pub catalogue: Uuid,
    /// The newest change that is in the index.
    pub newest: i64,
    /// The changes of the overlap that are in the index.
    applied: BTreeSet<i64>,
}

impl Progress {
    /// An index that holds all up to a change.
    pub fn new(catalogue: Uuid, newest: i64) -> Self {
        Self {
            format: FORMAT,
            catalogue,
            newest,
            applied: BTreeSet::new(),
        }
    }

    /// Reads what [`written`](Self::written) gave; `None` if another version wrote it.
    pub fn read(payload: &str) -> Option<Self> {
        serde_json::from_str(payload)
            .ok()
            .filter(|progress: &Self| progress.format == FORMAT)
    }

    /// Writes it down.
    pub fn written(&self) -> String {
        serde_json::json!(self).to_string()
    }

    /// Where to begin looking for changes.
    pub fn looked_at_from(&self) -> i64 {
        self.newest.saturating_sub(OVERLAP)
    }

    /// Whether changes may have been forgotten that are not in the index: where they begin with this
    /// one, seen from [`looked_at_from`](Self::looked_at_from), not even the newest of the index is
    /// known any more, nor the one after it.
    pub fn is_behind(&self, first_known: i64) -> bool {
        first_known > self.newest.saturating_add(1)
    }

    /// Whether a change is in the index.
    pub fn holds(&self, change: i64) -> bool {
        self.applied.contains(&change)
    }

    /// Notes changes as being in the index.
    pub fn note(&mut self, changes: impl IntoIterator<Item = i64>) {
        self.applied.extend(changes);
        let newest = self.applied.last().copied().unwrap_or(i64::MIN);
        self.newest = self.newest.max(newest);
        let from = self.looked_at_from();
        self.applied.retain(|change| *change > from);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn another_format_is_not_read() {
        let progress = Progress::new(Uuid::nil(), 7);
        assert!(Progress::read(&progress.written()).is_some());
        let other = Progress {
            format: FORMAT - 1,
            ..progress
        };
        assert_eq!(Progress::read(&other.written()), None);
        assert_eq!(Progress::read("{}"), None);
        assert_eq!(Progress::read(""), None);
    }

    #[test]
    fn it_is_behind_once_the_change_after_its_newest_is_forgotten() {
        let progress = Progress::new(Uuid::nil(), 7);
        for first_known in [1, 7, 8] {
            assert!(!progress.is_behind(first_known));
        }
        assert!(progress.is_behind(9));
    }

    proptest! {
        #[test]
        fn a_late_change_is_held_only_once_it_is_noted(
            changes in proptest::collection::btree_set(0_i64..1_000, 1..300), late in 0_i64..1_000
        ) {
            let mut progress = Progress::new(Uuid::nil(), 0);
            progress.note(changes.iter().copied().filter(|change| *change != late));
            prop_assert!(!progress.holds(late));
            prop_assert_eq!(Progress::read(&progress.written()), Some(progress.clone()));
            progress.note([late]);
            prop_assert_eq!(progress.holds(late), late > progress.looked_at_from());
        }
    }
}
