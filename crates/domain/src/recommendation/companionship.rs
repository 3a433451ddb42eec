//! People who agreed to be advised together.
use crate::{
    identity::{EmailAddress, UserId, Username},
    shared::{Id, InvalidText},
};
use chrono::{DateTime, Duration, Utc};

/// Identifies a companionship, from its invitation on.
pub type CompanionshipId = Id<Companionship>;

/// By what somebody is invited: what the one who invites knows of them. Whether there is such a user is
/// not told, so this is also what is shown until they accept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Addressee {
    /// The address by which they sign in.
    Email(EmailAddress),
    /// The name by which others see them, which counts only where it is one user's alone.
    Name(Username),
}

impl Addressee {
    /// What looks like an address is one.
    ///
    /// # Errors
    /// [`InvalidText`] when it is neither an address nor a name.
    pub fn parse(text: &str) -> Result<Self, InvalidText> {
        match EmailAddress::parse(text) {
            Ok(email) => Ok(Self::Email(email)),
            Err(_not_an_address) => Username::parse(text).map(Self::Name),
        }
    }

    /// The address or the name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Email(email) => email.as_str(),
            Self::Name(name) => name.as_str(),
        }
    }
}

/// How far a companionship has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agreement {
    /// One has invited the other.
    Waiting,
    /// The other has accepted: from now on either may ask for films for both.
    Accepted {
        /// When.
        at: DateTime<Utc>,
    },
    /// The other has declined. Whoever invited is not told, and sees an invitation that waits.
    Declined {
        /// When.
        at: DateTime<Utc>,
    },
}

/// Two people who are advised together, or one who wishes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Companionship {
    /// Which one.
    pub id: CompanionshipId,
    /// Who invited.
    pub inviter: UserId,
    /// Who was invited, where there is such a user.
    pub invitee: Option<UserId>,
    /// How far it has come.
    pub agreement: Agreement,
}

/// Nobody has invited this user so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no such invitation")]
pub struct NotInvited;

/// What was accepted is ended, not declined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CannotDecline {
    /// Nobody has invited this user so.
    #[error(transparent)]
    NotInvited(#[from] NotInvited),
    /// They have accepted.
    #[error("the invitation was accepted")]
    Accepted,
}

impl Companionship {
    /// How many people somebody may have invited at a time, those who accepted among them.
    pub const MOST: u32 = 50;

    /// After this time an invitation that nobody accepted is forgotten.
    #[must_use]
    pub const fn waits_for() -> Duration {
        Duration::days(30)
    }

    /// Accepts an invitation, also one that was declined before; accepting twice is the same as once.
    ///
    /// # Errors
    /// [`NotInvited`] for everybody but who was invited.
    pub fn accept(&mut self, by: UserId, now: DateTime<Utc>) -> Result<(), NotInvited> {
        self.ensure_invited(by)?;
        if !matches!(self.agreement, Agreement::Accepted { .. }) {
            self.agreement = Agreement::Accepted { at: now };
        }
        Ok(())
    }

    /// Declines an invitation.
    ///
    /// # Errors
    /// [`CannotDecline`] for everybody but who was invited, and when it was accepted.
    pub fn decline(&mut self, by: UserId, now: DateTime<Utc>) -> Result<(), CannotDecline> {
        self.ensure_invited(by)?;
        match self.agreement {
            Agreement::Waiting => self.agreement = Agreement::Declined { at: now },
            Agreement::Declined { .. } => {}
            Agreement::Accepted { .. } => return Err(CannotDecline::Accepted),
        }
        Ok(())
    }

    /// Whether somebody may end it: who invited at any time, who was invited once they have accepted.
    #[must_use]
    pub fn may_be_ended_by(&self, user: UserId) -> bool {
        self.inviter == user
            || (self.invitee == Some(user) && matches!(self.agreement, Agreement::Accepted { .. }))
    }

    fn ensure_invited(&self, user: UserId) -> Result<(), NotInvited> {
        if self.invitee == Some(user) {
            Ok(())
        } else {
            Err(NotInvited)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn somebody(n: u128) -> UserId {
        Id::from_uuid(Uuid::from_u128(n))
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn invitation() -> Companionship {
        Companionship {
            id: Id::from_uuid(Uuid::nil()),
            inviter: somebody(1),
            invitee: Some(somebody(2)),
            agreement: Agreement::Waiting,
        }
    }

    #[test]
    fn only_who_was_invited_answers() {
        let mut invitation = invitation();
        for other in [1, 3].map(somebody) {
            assert_eq!(invitation.accept(other, at(1)), Err(NotInvited));
            assert_eq!(
                invitation.decline(other, at(1)),
                Err(CannotDecline::NotInvited(NotInvited))
            );
        }
        invitation.invitee = None;
        assert_eq!(invitation.accept(somebody(2), at(1)), Err(NotInvited));
        assert_eq!(invitation.agreement, Agreement::Waiting);
    }

    #[test]
    fn accepting_twice_is_the_same_as_once() {
        let mut invitation = invitation();
        invitation.accept(somebody(2), at(1)).unwrap();
        invitation.accept(somebody(2), at(2)).unwrap();
        assert_eq!(invitation.agreement, Agreement::Accepted { at: at(1) });
        assert_eq!(
            invitation.decline(somebody(2), at(3)),
            Err(CannotDecline::Accepted)
        );
    }

    #[test]
    fn who_declined_may_think_better_of_it() {
        let mut invitation = invitation();
        invitation.decline(somebody(2), at(1)).unwrap();
        invitation.decline(somebody(2), at(2)).unwrap();
        assert_eq!(invitation.agreement, Agreement::Declined { at: at(1) });
        invitation.accept(somebody(2), at(3)).unwrap();
        assert_eq!(invitation.agreement, Agreement::Accepted { at: at(3) });
    }

    #[test]
    fn either_ends_what_both_agreed_to() {
        let mut invitation = invitation();
        assert!(invitation.may_be_ended_by(somebody(1)));
        assert!(!invitation.may_be_ended_by(somebody(2)));
        invitation.accept(somebody(2), at(1)).unwrap();
        assert!(
            [1, 2]
                .map(somebody)
                .iter()
                .all(|user| invitation.may_be_ended_by(*user))
        );
        assert!(!invitation.may_be_ended_by(somebody(3)));
    }

    #[test]
    fn what_looks_like_an_address_is_one() {
        let email = Addressee::parse(" Anna@Example.org").unwrap();
        assert_eq!(email.as_str(), "anna@example.org");
        assert!(matches!(email, Addressee::Email(_)));
        let name = Addressee::parse("anna@home").unwrap();
        assert_eq!(name, Addressee::Name(Username::parse("anna@home").unwrap()));
        assert!(Addressee::parse("  ").is_err());
    }
}
