//! What one thing that people tell of a film means for the others.
use super::{Progress, Viewing};

/// Something that a user tells of a film.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// The film was put on `watched`.
    PutOnWatched,
    /// The film was taken off `watched`.
    TakenOffWatched,
    /// A viewing is about to be written into the diary.
    ViewingLogged,
    /// A viewing is about to be written into the diary that was one more, on a known day.
    RewatchLogged,
    /// A viewing was struck out of the diary.
    ViewingErased,
    /// The film was rated.
    Rated,
    /// It was told how far they are with the film.
    Progressed(Progress),
}

/// What follows for the same user and film. Each of them changes nothing where it holds already, so
/// that what is told twice means the same as told once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Consequence {
    /// The film stands on `watched`.
    PutOnWatched,
    /// The film no longer stands on `watched`, unless a viewing is left.
    TakeOffWatched,
    /// The diary holds a viewing of which nothing is known, unless it holds any viewing.
    LogBareViewing,
    /// The diary holds no viewing of which nothing is known; one with a note, or told to be a rewatch,
    /// stays.
    EraseBareViewing,
    /// The film stands on `wish`.
    PutOnWish,
    /// The film is no longer completed, unless it stands on `watched`.
    ForgetCompletion,
}

impl Deed {
    /// The deed of writing a viewing into the diary.
    #[must_use]
    pub const fn of_logging(viewing: &Viewing) -> Self {
        if viewing.watched_on.is_some() && viewing.is_rewatch {
            Self::RewatchLogged
        } else {
            Self::ViewingLogged
        }
    }
}

/// What follows from a deed, in this order and with it or not at all.
///
/// Telling something adds what it implies. It takes away only what nobody wrote: an entry or a viewing
/// that came of another deed. So these hold after any deeds: what stands on `watched` has a viewing,
/// and what is completed stands on `watched`.
#[must_use]
pub const fn consequences(deed: Deed) -> &'static [Consequence] {
    use Consequence::{
        EraseBareViewing, ForgetCompletion, LogBareViewing, PutOnWatched, PutOnWish, TakeOffWatched,
    };
    match deed {
        Deed::PutOnWatched => &[LogBareViewing],
        Deed::TakenOffWatched => &[EraseBareViewing, ForgetCompletion],
        // It is the viewing that was known of before, and now more is known.
        Deed::ViewingLogged => &[EraseBareViewing, PutOnWatched],
        Deed::RewatchLogged => &[PutOnWatched],
        Deed::ViewingErased => &[TakeOffWatched, ForgetCompletion],
        // Nobody rates what they have not seen.
        Deed::Rated | Deed::Progressed(Progress::Completed) => &[PutOnWatched, LogBareViewing],
        Deed::Progressed(Progress::Planned) => &[PutOnWish],
        Deed::Progressed(Progress::Watching | Progress::Dropped) => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    /// What is kept of one film for one user.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    struct Kept {
        is_watched: bool,
        is_wished: bool,
        /// By day, 0 for one of unknown date: whether it is bare.
        viewings: BTreeMap<u8, bool>,
        progress: Option<Progress>,
    }

    /// What a user does, in the words of a test.
    #[derive(Clone, Copy, Debug)]
    enum Act {
        List,
        Unlist,
        Log {
            day: u8,
            is_rewatch: bool,
            has_note: bool,
        },
        Erase {
            day: u8,
        },
        Rate,
        Progress(Progress),
    }

    impl Kept {
        fn act(&mut self, act: Act) {
            match act {
                Act::List => {
                    self.is_watched = true;
                    self.follow(Deed::PutOnWatched);
                }
                Act::Unlist => {
                    self.is_watched = false;
                    self.follow(Deed::TakenOffWatched);
                }
                Act::Log {
                    day,
                    is_rewatch,
                    has_note,
                } => self.log(day, is_rewatch, day == 0 && !is_rewatch && !has_note),
                Act::Erase { day } => {
                    self.viewings.remove(&day);
                    self.follow(Deed::ViewingErased);
                }
                Act::Rate => self.follow(Deed::Rated),
                Act::Progress(progress) => {
                    self.progress = Some(progress);
                    self.follow(Deed::Progressed(progress));
                }
            }
        }

        /// One that is there is answered with, unless there is more to tell of it now.
        fn log(&mut self, day: u8, is_rewatch: bool, is_bare: bool) {
            let found = self.viewings.get(&day);
            if found.is_some_and(|found_bare| !found_bare || is_bare) {
                return;
            }
            self.follow(if day > 0 && is_rewatch {
                Deed::RewatchLogged
            } else {
                Deed::ViewingLogged
            });
            self.viewings.insert(day, is_bare);
        }

        fn follow(&mut self, deed: Deed) {
            for consequence in consequences(deed) {
                match consequence {
                    Consequence::PutOnWatched => self.is_watched = true,
                    Consequence::TakeOffWatched => self.is_watched &= !self.viewings.is_empty(),
                    Consequence::LogBareViewing if self.viewings.is_empty() => {
                        self.viewings.insert(0, true);
                    }
                    Consequence::LogBareViewing => {}
                    Consequence::EraseBareViewing => self.viewings.retain(|_, is_bare| !*is_bare),
                    Consequence::PutOnWish => self.is_wished = true,
                    Consequence::ForgetCompletion => {
                        let is_over =
                            self.progress == Some(Progress::Completed) && !self.is_watched;
                        self.progress = self.progress.filter(|_| !is_over);
                    }
                }
            }
        }

        fn days(&self) -> Vec<u8> {
            self.viewings.keys().copied().collect()
        }
    }

    fn after(acts: &[Act]) -> Kept {
        let mut kept = Kept::default();
        for act in acts {
            kept.act(*act);
        }
        kept
    }

    fn log(day: u8) -> Act {
        Act::Log {
            day,
            is_rewatch: false,
            has_note: false,
        }
    }

    fn log_rewatch(day: u8) -> Act {
        Act::Log {
            day,
            is_rewatch: true,
            has_note: false,
        }
    }

    fn log_with_note(day: u8) -> Act {
        Act::Log {
            day,
            is_rewatch: false,
            has_note: true,
        }
    }

    fn acts() -> impl Strategy<Value = Act> {
        prop_oneof![
            Just(Act::List),
            Just(Act::Unlist),
            (0..4_u8, any::<bool>(), any::<bool>()).prop_map(|(day, is_rewatch, has_note)| {
                Act::Log {
                    day,
                    is_rewatch,
                    has_note,
                }
            }),
            (0..4_u8).prop_map(|day| Act::Erase { day }),
            Just(Act::Rate),
            proptest::sample::select(&Progress::ALL[..]).prop_map(Act::Progress),
        ]
    }

    #[test]
    fn the_list_and_the_diary_tell_the_same() {
        assert_eq!(after(&[Act::List]).days(), [0]);
        assert_eq!(after(&[Act::List, Act::Unlist]), Kept::default());
        assert!(after(&[log(1)]).is_watched);
        let erased = after(&[log(1), Act::Erase { day: 1 }]);
        assert_eq!(erased, Kept::default());
        let one_left = after(&[log(1), log_rewatch(2), Act::Erase { day: 1 }]);
        assert!(one_left.is_watched && one_left.days() == [2]);
    }

    #[test]
    fn a_viewing_of_which_nothing_was_known_becomes_the_one_that_is_told_of() {
        assert_eq!(after(&[Act::List, log(1)]).days(), [1]);
        let noted = after(&[Act::List, log_with_note(0)]);
        assert_eq!(noted.viewings, [(0, false)].into());
        // Once more is once more, and what was written stays.
        assert_eq!(after(&[Act::List, log_rewatch(1)]).days(), [0, 1]);
        assert_eq!(after(&[log_with_note(0), log(1)]).days(), [0, 1]);
    }

    #[test]
    fn what_was_written_is_not_lost_with_the_entry() {
        let kept = after(&[log(1), Act::Unlist]);
        assert!(!kept.is_watched && kept.days() == [1]);
        assert_eq!(after(&[log_with_note(0), Act::Unlist]).days(), [0]);
        // Back on the list, it is the same viewing again.
        assert_eq!(after(&[log(1), Act::Unlist, Act::List]).days(), [1]);
    }

    #[test]
    fn a_rating_and_completion_mean_that_it_was_seen_and_a_plan_is_a_wish() {
        for act in [Act::Rate, Act::Progress(Progress::Completed)] {
            let kept = after(&[act]);
            assert!(kept.is_watched && kept.days() == [0]);
        }
        let planned = after(&[Act::Progress(Progress::Planned)]);
        assert!(planned.is_wished && !planned.is_watched);
        let given_up = after(&[Act::Progress(Progress::Dropped)]);
        assert!(!given_up.is_watched && given_up.days().is_empty());
        let unlisted = after(&[Act::Progress(Progress::Completed), Act::Unlist]);
        assert_eq!(unlisted.progress, None);
    }

    proptest! {
        #[test]
        fn nothing_contradicts_anything_whatever_is_told(
            acts in proptest::collection::vec(acts(), 0..12),
        ) {
            let kept = after(&acts);
            prop_assert!(!kept.is_watched || !kept.viewings.is_empty());
            prop_assert!(kept.progress != Some(Progress::Completed) || kept.is_watched);
        }

        #[test]
        fn telling_twice_is_telling_once(
            acts in proptest::collection::vec(acts(), 1..12),
        ) {
            let once = after(&acts);
            let mut twice = once.clone();
            twice.act(acts[acts.len() - 1]);
            prop_assert_eq!(twice, once);
        }
    }
}
