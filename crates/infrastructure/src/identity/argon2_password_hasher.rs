//! Passwords hashed with Argon2id, with the parameters that OWASP's password storage cheat sheet
//! recommends (19 MiB, two passes, one lane), which are the crate's defaults.
use application::identity::ports::{HashingError, PasswordHasher};
use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash as Phc},
};
use async_trait::async_trait;
use domain::identity::{NewPassword, PasswordHash};
use metrics::{counter, gauge};
use shaku::Component;
use std::{
    num::NonZeroUsize,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    thread::available_parallelism,
};
use tokio::sync::Semaphore;

/// Bounds how many passwords are hashed at once, and how many wait for it.
///
/// One core is always left to those who only read; beyond the queue it is better to say at once that
/// too many come than to let everybody wait.
pub struct HashingSlots {
    slots: Arc<Semaphore>,
    waiting: AtomicUsize,
    most_waiting: usize,
}

impl HashingSlots {
    /// So many at once, and so many in the queue.
    #[must_use]
    pub fn new(at_once: usize, most_waiting: usize) -> Self {
        Self {
            slots: Arc::new(Semaphore::new(at_once)),
            waiting: AtomicUsize::new(0),
            most_waiting,
        }
    }

    /// As many as there are cores, but for one; and a queue that is through in some seconds.
    #[must_use]
    pub fn for_this_machine() -> Self {
        let cores = available_parallelism().map_or(1, NonZeroUsize::get);
        let at_once = cores.saturating_sub(1).max(1);
        // Made now, so that the first unknown address takes no longer than the next.
        std::thread::spawn(hash_of_nobody);
        Self::new(at_once, at_once * 100)
    }
}

/// The hasher.
#[derive(Component)]
#[shaku(interface = PasswordHasher)]
pub struct Argon2PasswordHasher {
    slots: Arc<HashingSlots>,
}

/// Leaves the queue again, also when the request is dropped while it waits.
struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    /// Enters the queue, and says how many were in it before.
    fn last_of(waiting: &'a AtomicUsize) -> (Self, usize) {
        gauge!("filmhub_password_hashing_waiting").increment(1.0);
        let before = waiting.fetch_add(1, Ordering::Relaxed);
        (Self(waiting), before)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
        gauge!("filmhub_password_hashing_waiting").decrement(1.0);
    }
}

impl Argon2PasswordHasher {
    /// Runs slow work on a thread of its own, once it is this one's turn.
    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, HashingError> + Send + 'static,
    ) -> Result<T, HashingError> {
        let (place, before) = Place::last_of(&self.slots.waiting);
        if before >= self.slots.most_waiting {
            counter!("filmhub_password_hashing_refused_total").increment(1);
            return Err(HashingError::Busy);
        }
        let turn = Arc::clone(&self.slots.slots).acquire_owned().await;
        let turn = turn.map_err(|closed| HashingError::Failed(closed.into()))?;
        drop(place);
        // The turn goes with the work: a client that goes away ends the waiting, not the hashing.
        let in_turn = move || {
            let result = work();
            drop(turn);
            result
        };
        tokio::task::spawn_blocking(in_turn)
            .await
            .map_err(|panicked| HashingError::Failed(panicked.into()))?
    }
}

#[async_trait]
impl PasswordHasher for Argon2PasswordHasher {
    async fn hash(&self, password: &NewPassword) -> Result<PasswordHash, HashingError> {
        let password = password.clone();
        self.in_turn(move || hash(&password)).await
    }

    async fn verify(
        &self,
        password: &NewPassword,
        hash: Option<&PasswordHash>,
    ) -> Result<bool, HashingError> {
        let password = password.clone();
        let hash = hash.cloned();
        self.in_turn(move || match hash {
            Some(hash) => verify(&password, &hash),
            None => verify(&password, hash_of_nobody()?).map(|_answer| false),
        })
        .await
    }
}

fn hash(password: &NewPassword) -> Result<PasswordHash, HashingError> {
    let hash = Argon2::default()
        .hash_password(password.reveal().as_bytes())
        .map_err(|failure| HashingError::Failed(failure.to_string().into()))?;
    Ok(PasswordHash::from_phc(hash.to_string()))
}

fn verify(password: &NewPassword, hash: &PasswordHash) -> Result<bool, HashingError> {
    let phc = Phc::new(hash.reveal())
        .map_err(|failure| HashingError::Failed(failure.to_string().into()))?;
    Ok(Argon2::default()
        .verify_password(password.reveal().as_bytes(), &phc)
        .is_ok())
}

/// What passwords are compared with when there is no account, so that it takes the same time.
fn hash_of_nobody() -> Result<&'static PasswordHash, HashingError> {
    static NOBODY: OnceLock<PasswordHash> = OnceLock::new();
    if let Some(hash) = NOBODY.get() {
        return Ok(hash);
    }
    let password =
        NewPassword::parse("nobody").map_err(|failure| HashingError::Failed(failure.into()))?;
    let made = hash(&password)?;
    Ok(NOBODY.get_or_init(|| made))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hasher(at_once: usize, most_waiting: usize) -> Argon2PasswordHasher {
        Argon2PasswordHasher {
            slots: Arc::new(HashingSlots::new(at_once, most_waiting)),
        }
    }
    fn password(text: &str) -> NewPassword {
        NewPassword::parse(text).unwrap()
    }

    #[tokio::test]
    async fn only_the_right_password_is_accepted() {
        let hasher = hasher(1, 4);
        let hash = hasher.hash(&password("swordfish")).await.unwrap();
        assert!(hash.reveal().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(
            hasher
                .verify(&password("swordfish"), Some(&hash))
                .await
                .unwrap()
        );
        assert!(
            !hasher
                .verify(&password("Swordfish"), Some(&hash))
                .await
                .unwrap()
        );
        assert!(!hasher.verify(&password("nobody"), None).await.unwrap());
    }

    #[tokio::test]
    async fn those_who_would_wait_too_long_are_told_at_once() {
        let hasher = Arc::new(hasher(1, 1));
        let running = hasher.slots.slots.acquire().await.unwrap();
        let waits = tokio::spawn({
            let hasher = Arc::clone(&hasher);
            async move { hasher.hash(&password("first")).await }
        });
        while hasher.slots.waiting.load(Ordering::Relaxed) == 0 {
            tokio::task::yield_now().await;
        }
        assert!(matches!(
            hasher.hash(&password("second")).await,
            Err(HashingError::Busy)
        ));
        drop(running);
        assert!(waits.await.unwrap().is_ok());
        assert_eq!(hasher.slots.waiting.load(Ordering::Relaxed), 0);
    }

    #[tokio::test]
    async fn who_goes_away_does_not_let_another_hash_start() {
        let hasher = Arc::new(hasher(1, 4));
        let (started, has_started) = std::sync::mpsc::channel();
        let (finish, may_finish) = std::sync::mpsc::channel::<()>();
        let gone = tokio::spawn({
            let hasher = Arc::clone(&hasher);
            async move {
                let work = move || {
                    started.send(()).unwrap();
                    may_finish.recv().unwrap();
                    Ok(())
                };
                hasher.in_turn(work).await
            }
        });
        tokio::task::spawn_blocking(move || has_started.recv())
            .await
            .unwrap()
            .unwrap();
        gone.abort();
        assert!(gone.await.unwrap_err().is_cancelled());
        assert_eq!(hasher.slots.slots.available_permits(), 0);
        finish.send(()).unwrap();
        assert!(hasher.hash(&password("next")).await.is_ok());
    }
}
