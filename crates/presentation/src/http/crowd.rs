//! How many requests are worked on at once, and how many may wait for that: whoever finds no place is
//! told so at once, so that those who are let in are answered in time.
use super::problem::Problem;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

/// The bounds of a crowd.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CrowdLimits {
    /// How many requests are worked on at once.
    pub at_once: usize,
    /// How many more may wait.
    pub waiting: usize,
    /// For how long.
    pub patience: Duration,
}

impl Default for CrowdLimits {
    fn default() -> Self {
        Self {
            at_once: 1_024,
            waiting: 1_024,
            patience: Duration::from_secs(1),
        }
    }
}

/// Requests that are worked on, over all worker threads; copies are the same crowd.
#[derive(Clone)]
pub struct Crowd {
    places: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
    limits: CrowdLimits,
    is_leaving: Arc<AtomicBool>,
}

impl Crowd {
    /// A crowd within bounds.
    pub fn new(limits: CrowdLimits) -> Self {
        Self {
            places: Arc::new(Semaphore::new(limits.at_once)),
            waiting: Arc::default(),
            limits,
            is_leaving: Arc::default(),
        }
    }

    /// Takes a place, which is given back when it is dropped.
    ///
    /// # Errors
    /// [`Problem::overloaded`] when there is none in time.
    pub async fn enter(&self) -> Result<OwnedSemaphorePermit, Problem> {
        let places = Arc::clone(&self.places);
        if let Ok(place) = Arc::clone(&places).try_acquire_owned() {
            return Ok(place);
        }
        let Some(_turn) = Waiting::begin(self) else {
            return Err(shed());
        };
        match timeout(self.limits.patience, places.acquire_owned()).await {
            Ok(Ok(place)) => Ok(place),
            // The semaphore is never closed.
            Ok(Err(_)) | Err(_) => Err(shed()),
        }
    }

    /// From now on nobody is to come any more: connections are closed after their answers.
    pub fn leave(&self) {
        self.is_leaving.store(true, Ordering::Relaxed);
    }

    /// Whether nobody is to come any more.
    pub fn is_leaving(&self) -> bool {
        self.is_leaving.load(Ordering::Relaxed)
    }
}

fn shed() -> Problem {
    metrics::counter!("filmhub_http_shed_total").increment(1);
    Problem::overloaded()
}

/// One who waits.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn begin(crowd: &'a Crowd) -> Option<Self> {
        let most = crowd.limits.waiting;
        let one_more = |waiting: usize| (waiting < most).then_some(waiting + 1);
        let waiting = &crowd.waiting;
        waiting
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more)
            .ok()?;
        Some(Self(waiting))
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::{FutureExt, pin_mut};

    fn crowd(waiting: usize, patience: Duration) -> Crowd {
        Crowd::new(CrowdLimits {
            at_once: 1,
            waiting,
            patience,
        })
    }

    #[actix_web::test]
    async fn who_waits_gets_the_place_that_comes_free() {
        let crowd = crowd(1, Duration::from_mins(1));
        let first = crowd.enter().await.unwrap();
        let second = crowd.enter();
        pin_mut!(second);
        assert!(second.as_mut().now_or_never().is_none());
        drop(first);
        assert!(second.await.is_ok());
    }

    #[actix_web::test]
    async fn where_too_many_wait_one_is_sent_away_at_once() {
        let crowd = crowd(1, Duration::from_mins(1));
        let _first = crowd.enter().await.unwrap();
        let second = crowd.enter();
        pin_mut!(second);
        assert!(second.as_mut().now_or_never().is_none());
        let third = crowd.enter().now_or_never().unwrap();
        assert_eq!(third.unwrap_err().code(), "http.overloaded");
    }

    #[actix_web::test]
    async fn nobody_waits_for_long_and_who_gave_up_leaves_room() {
        let crowd = crowd(1, Duration::ZERO);
        let first = crowd.enter().await.unwrap();
        for _ in 0..3 {
            let refused = crowd.enter().await.unwrap_err();
            assert_eq!(refused.code(), "http.overloaded");
        }
        drop(first);
        assert!(crowd.enter().await.is_ok());
    }
}
