//! A circuit breaker: leaves a source alone that fails or is slow, and lets a call through from time
//! to time to see whether it is well again.
//!
//! It is a plain state machine; the time is handed in.
use application::catalogue::sources::BreakerState;
use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

/// So many calls are looked back upon.
const WINDOW: usize = 20;
/// With fewer calls than this only a row of failures counts.
const ENOUGH: usize = 10;
/// So many failures in a row open it.
const ROW: usize = 3;
/// So many good probes in a row close it.
const PROBES: u32 = 2;
const FIRST_PAUSE: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// How a call went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// An answer, in good time.
    Good,
    /// A failure, or an answer that took too long.
    Bad,
}

/// The right to make one call. It belongs to the state in which it was given: what a call says that
/// began before the breaker opened is no news.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ticket(u64);

#[derive(Clone, Copy, Debug)]
enum State {
    Closed,
    Open {
        until: Instant,
        pause: Duration,
    },
    HalfOpen {
        pause: Duration,
        good: u32,
        is_probing: bool,
    },
}

/// The state machine.
#[derive(Debug)]
pub(super) struct Breaker {
    state: State,
    recent: VecDeque<Outcome>,
    generation: u64,
}

impl Default for Breaker {
    fn default() -> Self {
        Self {
            state: State::Closed,
            recent: VecDeque::with_capacity(WINDOW),
            generation: 0,
        }
    }
}

impl Breaker {
    /// Lets a call through, or not.
    pub(super) fn admit(&mut self, now: Instant) -> Option<Ticket> {
        if let State::Open { until, pause } = self.state
            && now >= until
        {
            self.enter(State::HalfOpen {
                pause,
                good: 0,
                is_probing: false,
            });
        }
        match &mut self.state {
            State::Closed => Some(Ticket(self.generation)),
            State::HalfOpen { is_probing, .. } if !*is_probing => {
                *is_probing = true;
                Some(Ticket(self.generation))
            }
            State::HalfOpen { .. } | State::Open { .. } => None,
        }
    }

    /// Notes how a call went.
    pub(super) fn record(&mut self, ticket: Ticket, outcome: Outcome, now: Instant) {
        if ticket.0 != self.generation {
            return;
        }
        match (self.state, outcome) {
            (State::Closed, _) => {
                if self.recent.len() == WINDOW {
                    self.recent.pop_front();
                }
                self.recent.push_back(outcome);
                // A good call is no reason, whatever went before it.
                if outcome == Outcome::Bad && self.is_bad() {
                    self.open(FIRST_PAUSE, now);
                }
            }
            (State::HalfOpen { good, .. }, Outcome::Good) if good + 1 >= PROBES => {
                self.enter(State::Closed);
            }
            (State::HalfOpen { pause, good, .. }, Outcome::Good) => {
                self.state = State::HalfOpen {
                    pause,
                    good: good + 1,
                    is_probing: false,
                };
            }
            (State::HalfOpen { pause, .. }, Outcome::Bad) => {
                self.open((pause * 2).min(LONGEST_PAUSE), now);
            }
            (State::Open { .. }, _) => {}
        }
    }

    /// Gives back a ticket whose call was given up without an outcome.
    pub(super) fn give_back(&mut self, ticket: Ticket) {
        if ticket.0 == self.generation
            && let State::HalfOpen { is_probing, .. } = &mut self.state
        {
            *is_probing = false;
        }
    }

    /// What it does with calls now.
    pub(super) fn state(&self, now: Instant) -> BreakerState {
        match self.state {
            State::Closed => BreakerState::Closed,
            State::Open { until, .. } if now < until => BreakerState::Open,
            State::Open { .. } | State::HalfOpen { .. } => BreakerState::HalfOpen,
        }
    }

    fn is_bad(&self) -> bool {
        let is_bad = |outcome: &&Outcome| **outcome == Outcome::Bad;
        let row = self.recent.iter().rev().take_while(is_bad).count();
        let bad = self.recent.iter().filter(is_bad).count();
        row >= ROW || (self.recent.len() >= ENOUGH && bad * 2 >= self.recent.len())
    }

    fn open(&mut self, pause: Duration, now: Instant) {
        self.enter(State::Open {
            until: now + pause,
            pause,
        });
    }

    fn enter(&mut self, state: State) {
        self.state = state;
        self.recent.clear();
        self.generation += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    struct Bench {
        breaker: Breaker,
        now: Instant,
    }

    impl Bench {
        fn new() -> Self {
            Self {
                breaker: Breaker::default(),
                now: Instant::now(),
            }
        }
        fn call(&mut self, outcome: Outcome) -> bool {
            let ticket = self.breaker.admit(self.now);
            if let Some(ticket) = ticket {
                self.breaker.record(ticket, outcome, self.now);
            }
            ticket.is_some()
        }
        fn fail(&mut self, times: usize) {
            for _ in 0..times {
                self.call(Outcome::Bad);
            }
        }
        fn state(&self) -> BreakerState {
            self.breaker.state(self.now)
        }
    }

    #[test]
    fn a_row_of_failures_opens_it_and_a_mixed_row_does_not() {
        let mut bench = Bench::new();
        bench.fail(ROW - 1);
        bench.call(Outcome::Good);
        bench.fail(ROW - 1);
        assert_eq!(bench.state(), BreakerState::Closed);
        bench.fail(1);
        assert_eq!(bench.state(), BreakerState::Open);
        assert!(!bench.call(Outcome::Good));
    }

    #[test]
    fn many_failures_among_successes_open_it_too() {
        let mut bench = Bench::new();
        for _ in 0..ENOUGH / 2 {
            bench.call(Outcome::Good);
            bench.call(Outcome::Bad);
        }
        assert_eq!(bench.state(), BreakerState::Open);
    }

    #[test]
    fn a_good_call_never_opens_it() {
        let mut bench = Bench::new();
        for is_good in [false, false, true, false, false, true, false, false] {
            bench.call(if is_good { Outcome::Good } else { Outcome::Bad });
        }
        for _ in 0..ENOUGH {
            bench.call(Outcome::Good);
            assert_eq!(bench.state(), BreakerState::Closed);
        }
    }

    #[test]
    fn one_probe_at_a_time_decides() {
        let mut bench = Bench::new();
        bench.fail(ROW);
        bench.now += FIRST_PAUSE;
        assert_eq!(bench.state(), BreakerState::HalfOpen);
        let probe = bench.breaker.admit(bench.now).unwrap();
        assert_eq!(bench.breaker.admit(bench.now), None);
        bench.breaker.record(probe, Outcome::Good, bench.now);
        assert_eq!(bench.state(), BreakerState::HalfOpen);
        assert!(bench.call(Outcome::Good));
        assert_eq!(bench.state(), BreakerState::Closed);
    }

    #[test]
    fn a_failed_probe_doubles_the_pause_up_to_a_minute() {
        let mut bench = Bench::new();
        bench.fail(ROW);
        let mut pause = FIRST_PAUSE;
        for _ in 0..6 {
            bench.now += pause;
            bench.fail(1);
            assert_eq!(bench.state(), BreakerState::Open);
            pause = (pause * 2).min(LONGEST_PAUSE);
            let still = pause.checked_sub(Duration::from_millis(1)).unwrap();
            assert_eq!(bench.breaker.state(bench.now + still), BreakerState::Open);
            assert_eq!(
                bench.breaker.state(bench.now + pause),
                BreakerState::HalfOpen
            );
        }
        assert_eq!(pause, LONGEST_PAUSE);
    }

    #[test]
    fn a_probe_that_was_given_up_makes_room_for_another() {
        let mut bench = Bench::new();
        bench.fail(ROW);
        bench.now += FIRST_PAUSE;
        let probe = bench.breaker.admit(bench.now).unwrap();
        bench.breaker.give_back(probe);
        assert!(bench.breaker.admit(bench.now).is_some());
    }

    #[test]
    fn news_from_before_it_opened_is_no_news() {
        let mut bench = Bench::new();
        let old = bench.breaker.admit(bench.now).unwrap();
        bench.fail(ROW);
        bench.now += FIRST_PAUSE;
        let probe = bench.breaker.admit(bench.now).unwrap();
        bench.breaker.record(old, Outcome::Bad, bench.now);
        assert_eq!(bench.state(), BreakerState::HalfOpen);
        bench.breaker.record(probe, Outcome::Good, bench.now);
        assert!(bench.call(Outcome::Good));
        assert_eq!(bench.state(), BreakerState::Closed);
    }

    proptest! {
        #[test]
        fn it_always_heals_once_calls_go_well_again(history in prop::collection::vec(any::<bool>(), 0..60)) {
            let mut bench = Bench::new();
            for is_good in history {
                bench.call(if is_good { Outcome::Good } else { Outcome::Bad });
                bench.now += Duration::from_secs(1);
            }
            bench.now += LONGEST_PAUSE;
            for _ in 0..PROBES {
                prop_assert!(bench.call(Outcome::Good));
            }
            prop_assert_eq!(bench.state(), BreakerState::Closed);
        }
    }
}
