//! Signing in by Telegram: an app opens an attempt, a person confirms it in the bot, and the app
//! exchanges its key once.
use super::UserId;
use chrono::{DateTime, Duration, Utc};

/// What is stored of the key of an attempt: its SHA-256, so that a reader of the database cannot use it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SignInKeyDigest(pub [u8; 32]);

/// How far an attempt has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TelegramSignInState {
    /// Nobody has answered in the bot yet.
    Pending,
    /// The person confirmed; the key may be exchanged once.
    Confirmed {
        /// Who confirmed.
        user: UserId,
    },
    /// The person declined.
    Declined,
    /// The key has been exchanged.
    Used {
        /// Who signed in with it.
        user: UserId,
    },
}

/// Why an attempt cannot go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TelegramSignInRefused {
    /// More than ten minutes have passed.
    #[error("the sign-in key has expired")]
    Expired,
    /// The person said no.
    #[error("the sign-in was declined")]
    Declined,
    /// Nobody has confirmed yet.
    #[error("the sign-in is not confirmed yet")]
    NotConfirmed,
    /// The key was exchanged before.
    #[error("the sign-in key has been used")]
    Used,
    /// Somebody has confirmed already.
    #[error("the sign-in is confirmed already")]
    AlreadyConfirmed,
}

/// One attempt to sign in by Telegram.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TelegramSignIn {
    /// The digest of its key.
    pub key: SignInKeyDigest,
    /// How far it has come.
    pub state: TelegramSignInState,
    /// When it was opened.
    pub created_at: DateTime<Utc>,
    /// When it ends by itself.
    pub expires_at: DateTime<Utc>,
}

impl TelegramSignIn {
    /// How long an attempt lives.
    pub const LIFE: Duration = Duration::minutes(10);

    /// Opens an attempt.
    #[must_use]
    pub fn open(key: SignInKeyDigest, now: DateTime<Utc>) -> Self {
        Self {
            key,
            state: TelegramSignInState::Pending,
            created_at: now,
            expires_at: now + Self::LIFE,
        }
    }

    /// Whether the person has confirmed, as an app asks while it waits.
    ///
    /// # Errors
    /// [`TelegramSignInRefused`] when waiting on is of no use.
    pub fn is_confirmed(&self, now: DateTime<Utc>) -> Result<bool, TelegramSignInRefused> {
        self.ensure_alive(now)?;
        match self.state {
            TelegramSignInState::Pending => Ok(false),
            TelegramSignInState::Confirmed { .. } => Ok(true),
            TelegramSignInState::Declined => Err(TelegramSignInRefused::Declined),
            TelegramSignInState::Used { .. } => Err(TelegramSignInRefused::Used),
        }
    }

    /// Notes that `user` confirmed in the bot. Confirming twice by the same user changes nothing.
    ///
    /// # Errors
    /// [`TelegramSignInRefused`] when the attempt is over or somebody else confirmed it.
    pub fn confirm(
        &mut self,
        user: UserId,
        now: DateTime<Utc>,
    ) -> Result<(), TelegramSignInRefused> {
        self.ensure_alive(now)?;
        match self.state {
            TelegramSignInState::Pending => {
                self.state = TelegramSignInState::Confirmed { user };
                Ok(())
            }
            TelegramSignInState::Confirmed { user: before } if before == user => Ok(()),
            TelegramSignInState::Confirmed { .. } => Err(TelegramSignInRefused::AlreadyConfirmed),
            TelegramSignInState::Declined => Err(TelegramSignInRefused::Declined),
            TelegramSignInState::Used { .. } => Err(TelegramSignInRefused::Used),
        }
    }

    /// Notes that the person declined in the bot; a confirmation not yet used is taken back.
    ///
    /// # Errors
    /// [`TelegramSignInRefused`] when the attempt is over.
    pub fn decline(&mut self, now: DateTime<Utc>) -> Result<(), TelegramSignInRefused> {
        self.ensure_alive(now)?;
        if let TelegramSignInState::Used { .. } = self.state {
            return Err(TelegramSignInRefused::Used);
        }
        self.state = TelegramSignInState::Declined;
        Ok(())
    }

    /// Uses the key up and says who signs in.
    ///
    /// # Errors
    /// [`TelegramSignInRefused`] when the attempt is not confirmed, over, or was used before.
    pub fn exchange(&mut self, now: DateTime<Utc>) -> Result<UserId, TelegramSignInRefused> {
        self.ensure_alive(now)?;
        match self.state {
            TelegramSignInState::Confirmed { user } => {
                self.state = TelegramSignInState::Used { user };
                Ok(user)
            }
            TelegramSignInState::Pending => Err(TelegramSignInRefused::NotConfirmed),
            TelegramSignInState::Declined => Err(TelegramSignInRefused::Declined),
            TelegramSignInState::Used { .. } => Err(TelegramSignInRefused::Used),
        }
    }

    fn ensure_alive(&self, now: DateTime<Utc>) -> Result<(), TelegramSignInRefused> {
        if now < self.expires_at {
            Ok(())
        } else {
            Err(TelegramSignInRefused::Expired)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::Id;
    use uuid::Uuid;

    const START: DateTime<Utc> = DateTime::UNIX_EPOCH;

    fn an_attempt() -> TelegramSignIn {
        TelegramSignIn::open(SignInKeyDigest([7; 32]), START)
    }
    fn user(n: u128) -> UserId {
        Id::from_uuid(Uuid::from_u128(n))
    }

    #[test]
    fn a_confirmed_key_is_exchanged_once() {
        let mut attempt = an_attempt();
        assert_eq!(attempt.is_confirmed(START), Ok(false));
        assert_eq!(
            attempt.exchange(START),
            Err(TelegramSignInRefused::NotConfirmed)
        );
        attempt.confirm(user(1), START).unwrap();
        attempt.confirm(user(1), START).unwrap();
        assert_eq!(attempt.is_confirmed(START), Ok(true));
        assert_eq!(attempt.exchange(START), Ok(user(1)));
        assert_eq!(attempt.exchange(START), Err(TelegramSignInRefused::Used));
        assert_eq!(attempt.decline(START), Err(TelegramSignInRefused::Used));
    }

    #[test]
    fn nobody_else_takes_over_a_confirmation() {
        let mut attempt = an_attempt();
        attempt.confirm(user(1), START).unwrap();
        assert_eq!(
            attempt.confirm(user(2), START),
            Err(TelegramSignInRefused::AlreadyConfirmed)
        );
    }

    #[test]
    fn a_declined_key_stays_declined() {
        let mut attempt = an_attempt();
        attempt.decline(START).unwrap();
        assert_eq!(
            attempt.is_confirmed(START),
            Err(TelegramSignInRefused::Declined)
        );
        assert_eq!(
            attempt.confirm(user(1), START),
            Err(TelegramSignInRefused::Declined)
        );
        assert_eq!(
            attempt.exchange(START),
            Err(TelegramSignInRefused::Declined)
        );
    }

    #[test]
    fn after_ten_minutes_nothing_works() {
        let mut attempt = an_attempt();
        attempt.confirm(user(1), START).unwrap();
        let late = START + TelegramSignIn::LIFE;
        assert_eq!(
            attempt.is_confirmed(late),
            Err(TelegramSignInRefused::Expired)
        );
        assert_eq!(attempt.exchange(late), Err(TelegramSignInRefused::Expired));
        assert_eq!(attempt.decline(late), Err(TelegramSignInRefused::Expired));
    }
}
