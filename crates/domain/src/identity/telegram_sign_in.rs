//! Signing in by Telegram: an app opens an attempt, a person confirms it in the bot, and the app
//! exchanges its key once. Likewise a user ties a Telegram account to theirs.
use super::{DeviceName, TelegramId, UserId};
use chrono::{DateTime, Duration, Utc};
use std::net::IpAddr;

/// What is stored of the key of an attempt: its SHA-256, so that a reader of the database cannot use it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SignInKeyDigest(pub [u8; 32]);

/// What a key is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyPurpose {
    /// Whoever confirms is signed in where the key was opened.
    SignIn,
    /// Whoever confirms ties their Telegram account to this user's.
    Link {
        /// Who asked for it.
        account: UserId,
    },
}

/// What is known of whoever opened an attempt; shown to the person who is asked to confirm.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Opener {
    /// What their client calls itself.
    pub device: Option<DeviceName>,
    /// From where on the internet they came.
    pub address: Option<IpAddr>,
}

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
    /// Another person was asked.
    #[error("somebody else was asked to confirm")]
    SomebodyElse,
    /// The key is good for something else.
    #[error("the key is not made for this")]
    OtherPurpose,
}

/// One attempt to sign in by Telegram, or to tie a Telegram account to a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TelegramSignIn {
    /// The digest of its key.
    pub key: SignInKeyDigest,
    /// What it is for.
    pub purpose: KeyPurpose,
    /// Who opened it.
    pub opener: Opener,
    /// Who came to the bot with the key first, and is the one person who may answer.
    pub asked: Option<TelegramId>,
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

    /// Opens an attempt to sign in.
    #[must_use]
    pub fn open(key: SignInKeyDigest, opener: Opener, now: DateTime<Utc>) -> Self {
        Self {
            key,
            purpose: KeyPurpose::SignIn,
            opener,
            asked: None,
            state: TelegramSignInState::Pending,
            created_at: now,
            expires_at: now + Self::LIFE,
        }
    }

    /// Opens an attempt to tie a Telegram account to a user.
    #[must_use]
    pub fn link(key: SignInKeyDigest, account: UserId, opener: Opener, now: DateTime<Utc>) -> Self {
        Self {
            purpose: KeyPurpose::Link { account },
            ..Self::open(key, opener, now)
        }
    }

    /// Notes who came to the bot with the key; from then on nobody else may answer.
    ///
    /// # Errors
    /// [`TelegramSignInRefused`] when there is nothing left to answer, or somebody else was asked.
    pub fn ask(
        &mut self,
        telegram: TelegramId,
        now: DateTime<Utc>,
    ) -> Result<(), TelegramSignInRefused> {
        self.ensure_alive(now)?;
        self.ensure_asked(telegram)?;
        match self.state {
            TelegramSignInState::Pending => {
                self.asked = Some(telegram);
                Ok(())
            }
            TelegramSignInState::Confirmed { .. } => Err(TelegramSignInRefused::AlreadyConfirmed),
            TelegramSignInState::Declined => Err(TelegramSignInRefused::Declined),
            TelegramSignInState::Used { .. } => Err(TelegramSignInRefused::Used),
        }
    }

    /// Whether the person has confirmed, as an app asks while it waits.
    ///
    /// # Errors
    /// [`TelegramSignInRefused`] when waiting on is of no use.
    pub fn is_confirmed(&self, now: DateTime<Utc>) -> Result<bool, TelegramSignInRefused> {
        self.ensure_for_sign_in()?;
        self.ensure_alive(now)?;
        match self.state {
            TelegramSignInState::Pending => Ok(false),
            TelegramSignInState::Confirmed { .. } => Ok(true),
            TelegramSignInState::Declined => Err(TelegramSignInRefused::Declined),
            TelegramSignInState::Used { .. } => Err(TelegramSignInRefused::Used),
        }
    }

    /// Notes that a person confirmed in the bot, who is `user`. Confirming twice by the same user
    /// changes nothing.
    ///
    /// # Errors
    /// [`TelegramSignInRefused`] when the attempt is over, or somebody else was asked or confirmed.
    pub fn confirm(
        &mut self,
        telegram: TelegramId,
        user: UserId,
        now: DateTime<Utc>,
    ) -> Result<(), TelegramSignInRefused> {
        self.ensure_for_sign_in()?;
        self.ensure_alive(now)?;
        self.ensure_asked(telegram)?;
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

    /// Uses the key up to tie the account of the person who confirmed in the bot, and says to whom.
    /// Confirming twice by the same person changes nothing.
    ///
    /// # Errors
    /// [`TelegramSignInRefused`] when the attempt is over, or somebody else was asked.
    pub fn confirm_link(
        &mut self,
        telegram: TelegramId,
        now: DateTime<Utc>,
    ) -> Result<UserId, TelegramSignInRefused> {
        let KeyPurpose::Link { account } = self.purpose else {
            return Err(TelegramSignInRefused::OtherPurpose);
        };
        self.ensure_alive(now)?;
        self.ensure_asked(telegram)?;
        match self.state {
            TelegramSignInState::Pending => {
                self.asked = Some(telegram);
                self.state = TelegramSignInState::Used { user: account };
                Ok(account)
            }
            TelegramSignInState::Used { user } if self.asked == Some(telegram) => Ok(user),
            TelegramSignInState::Used { .. } => Err(TelegramSignInRefused::Used),
            TelegramSignInState::Confirmed { .. } => Err(TelegramSignInRefused::AlreadyConfirmed),
            TelegramSignInState::Declined => Err(TelegramSignInRefused::Declined),
        }
    }

    /// Notes that the person declined in the bot; a confirmation not yet used is taken back.
    ///
    /// # Errors
    /// [`TelegramSignInRefused`] when the attempt is over, or somebody else was asked.
    pub fn decline(
        &mut self,
        telegram: TelegramId,
        now: DateTime<Utc>,
    ) -> Result<(), TelegramSignInRefused> {
        self.ensure_alive(now)?;
        self.ensure_asked(telegram)?;
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
        self.ensure_for_sign_in()?;
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

    fn ensure_for_sign_in(&self) -> Result<(), TelegramSignInRefused> {
        match self.purpose {
            KeyPurpose::SignIn => Ok(()),
            KeyPurpose::Link { .. } => Err(TelegramSignInRefused::OtherPurpose),
        }
    }

    fn ensure_asked(&self, telegram: TelegramId) -> Result<(), TelegramSignInRefused> {
        match self.asked {
            Some(asked) if asked != telegram => Err(TelegramSignInRefused::SomebodyElse),
            Some(_) | None => Ok(()),
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
    const ANNA: TelegramId = TelegramId(42);
    const BOB: TelegramId = TelegramId(43);

    fn an_attempt() -> TelegramSignIn {
        TelegramSignIn::open(SignInKeyDigest([7; 32]), Opener::default(), START)
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
        attempt.confirm(ANNA, user(1), START).unwrap();
        attempt.confirm(ANNA, user(1), START).unwrap();
        assert_eq!(attempt.is_confirmed(START), Ok(true));
        assert_eq!(attempt.exchange(START), Ok(user(1)));
        assert_eq!(attempt.exchange(START), Err(TelegramSignInRefused::Used));
        assert_eq!(
            attempt.decline(ANNA, START),
            Err(TelegramSignInRefused::Used)
        );
    }

    #[test]
    fn nobody_else_takes_over_a_confirmation() {
        let mut attempt = an_attempt();
        attempt.confirm(ANNA, user(1), START).unwrap();
        assert_eq!(
            attempt.confirm(BOB, user(2), START),
            Err(TelegramSignInRefused::AlreadyConfirmed)
        );
    }

    #[test]
    fn a_declined_key_stays_declined() {
        let mut attempt = an_attempt();
        attempt.decline(ANNA, START).unwrap();
        assert_eq!(
            attempt.is_confirmed(START),
            Err(TelegramSignInRefused::Declined)
        );
        assert_eq!(
            attempt.confirm(ANNA, user(1), START),
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
        attempt.confirm(ANNA, user(1), START).unwrap();
        let late = START + TelegramSignIn::LIFE;
        assert_eq!(
            attempt.is_confirmed(late),
            Err(TelegramSignInRefused::Expired)
        );
        assert_eq!(attempt.exchange(late), Err(TelegramSignInRefused::Expired));
        assert_eq!(
            attempt.decline(ANNA, late),
            Err(TelegramSignInRefused::Expired)
        );
    }

    #[test]
    fn only_the_person_who_was_asked_may_answer() {
        let mut attempt = an_attempt();
        attempt.ask(ANNA, START).unwrap();
        attempt.ask(ANNA, START).unwrap();
        let somebody_else = TelegramSignInRefused::SomebodyElse;
        assert_eq!(attempt.ask(BOB, START), Err(somebody_else));
        assert_eq!(attempt.confirm(BOB, user(2), START), Err(somebody_else));
        assert_eq!(attempt.decline(BOB, START), Err(somebody_else));
        attempt.confirm(ANNA, user(1), START).unwrap();
        assert_eq!(attempt.exchange(START), Ok(user(1)));
    }

    #[test]
    fn nobody_is_asked_when_there_is_nothing_left_to_answer() {
        let mut attempt = an_attempt();
        let late = START + TelegramSignIn::LIFE;
        assert_eq!(attempt.ask(ANNA, late), Err(TelegramSignInRefused::Expired));
        attempt.confirm(ANNA, user(1), START).unwrap();
        let confirmed = TelegramSignInRefused::AlreadyConfirmed;
        assert_eq!(attempt.ask(ANNA, START), Err(confirmed));
        attempt.exchange(START).unwrap();
        assert_eq!(attempt.ask(ANNA, START), Err(TelegramSignInRefused::Used));
        let mut attempt = an_attempt();
        attempt.decline(ANNA, START).unwrap();
        assert_eq!(
            attempt.ask(ANNA, START),
            Err(TelegramSignInRefused::Declined)
        );
    }

    fn a_link() -> TelegramSignIn {
        TelegramSignIn::link(SignInKeyDigest([8; 32]), user(1), Opener::default(), START)
    }

    #[test]
    fn a_link_is_confirmed_once_by_one_person() {
        let mut link = a_link();
        assert_eq!(link.confirm_link(ANNA, START), Ok(user(1)));
        assert_eq!(link.confirm_link(ANNA, START), Ok(user(1)));
        assert_eq!(
            link.confirm_link(BOB, START),
            Err(TelegramSignInRefused::SomebodyElse)
        );
        assert_eq!(link.decline(ANNA, START), Err(TelegramSignInRefused::Used));
    }

    #[test]
    fn a_link_that_is_declined_or_late_ties_nobody() {
        let mut link = a_link();
        let late = START + TelegramSignIn::LIFE;
        assert_eq!(
            link.confirm_link(ANNA, late),
            Err(TelegramSignInRefused::Expired)
        );
        link.decline(ANNA, START).unwrap();
        assert_eq!(
            link.confirm_link(ANNA, START),
            Err(TelegramSignInRefused::Declined)
        );
    }

    #[test]
    fn a_key_is_good_for_one_purpose_only() {
        let other = TelegramSignInRefused::OtherPurpose;
        let mut link = a_link();
        assert_eq!(link.confirm(ANNA, user(2), START), Err(other));
        assert_eq!(link.is_confirmed(START), Err(other));
        assert_eq!(link.exchange(START), Err(other));
        assert_eq!(an_attempt().confirm_link(ANNA, START), Err(other));
    }
}
