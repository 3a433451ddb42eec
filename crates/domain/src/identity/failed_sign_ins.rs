//! How long somebody waits who has failed to sign in too often.
use super::EmailAddress;
use chrono::{DateTime, TimeDelta, Utc};
use std::net::IpAddr;

/// So often one may be wrong from one place without waiting.
const FREE_HERE: u32 = 10;
/// So often all together may be wrong about one account.
const FREE_ANYWHERE: u32 = 100;
/// Nobody waits longer than this.
const LONGEST: TimeDelta = TimeDelta::minutes(15);

/// Failures that are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failures {
    /// How many.
    pub count: u32,
    /// The last one.
    pub last_at: DateTime<Utc>,
}

impl Failures {
    /// After so long without another one they are forgotten.
    #[must_use]
    pub const fn forgotten_after() -> TimeDelta {
        TimeDelta::hours(24)
    }

    /// Until when nobody is let in: a second after the first failure that is not free, doubling with
    /// each one that follows.
    fn wait(self, free: u32, now: DateTime<Utc>) -> Option<TimeDelta> {
        let doublings = self.count.checked_sub(free + 1)?;
        let seconds = 1_i64.checked_shl(doublings.min(30)).unwrap_or(i64::MAX);
        let wait = TimeDelta::try_seconds(seconds).unwrap_or(LONGEST);
        let left = self.last_at + wait.min(LONGEST) - now;
        (left > TimeDelta::zero()).then_some(left)
    }
}

/// Failures to sign in by one address, whether or not anybody has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FailedSignIns {
    /// From where somebody tries now.
    pub here: Option<Failures>,
    /// From everywhere.
    pub anywhere: Option<Failures>,
    /// Whether the owner of the account has lately signed in from this network.
    pub is_known_network: bool,
}

impl FailedSignIns {
    /// How much longer nobody is let in from here.
    ///
    /// What others do elsewhere makes nobody wait where the owner is known: so nobody can shut them out.
    #[must_use]
    pub fn wait(&self, now: DateTime<Utc>) -> Option<TimeDelta> {
        let here = self.here.and_then(|here| here.wait(FREE_HERE, now));
        let anywhere = self.anywhere.filter(|_| !self.is_known_network);
        let anywhere = anywhere.and_then(|anywhere| anywhere.wait(FREE_ANYWHERE, now));
        here.max(anywhere)
    }
}

/// What failures are counted by: the address that was given, and from where it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInPlace<'a> {
    /// By which address somebody tries to sign in.
    pub email: &'a EmailAddress,
    /// From where; inner networks are one place.
    pub address: Option<IpAddr>,
}

impl SignInPlace<'_> {
    /// Names this place.
    #[must_use]
    pub fn here(&self) -> String {
        let place = self.address.map(household);
        let place = place.map_or_else(|| "inside".to_owned(), |place| place.to_string());
        format!("sign-in of {} from {place}", self.email.as_str())
    }

    /// Names all places together.
    #[must_use]
    pub fn anywhere(&self) -> String {
        format!("sign-in of {}", self.email.as_str())
    }
}

/// What is given to one customer: an IPv4 address, or the first half of an IPv6 address.
#[must_use]
pub fn household(address: IpAddr) -> IpAddr {
    const FIRST_HALF: u128 = u128::MAX << 64;
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::from((address.to_bits() & FIRST_HALF).to_be_bytes()),
        IpAddr::V4(address) => address.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    fn failures(count: u32) -> Failures {
        Failures {
            count,
            last_at: at(0),
        }
    }

    #[test]
    fn waits_begin_after_ten_failures_and_double_up_to_a_quarter_of_an_hour() {
        for (count, seconds) in [
            (0, None),
            (10, None),
            (11, Some(1)),
            (12, Some(2)),
            (15, Some(16)),
            (20, Some(512)),
            (21, Some(900)),
            (u32::MAX, Some(900)),
        ] {
            let failed = FailedSignIns {
                here: Some(failures(count)),
                ..FailedSignIns::default()
            };
            assert_eq!(
                failed.wait(at(0)),
                seconds.map(TimeDelta::seconds),
                "{count}"
            );
        }
    }

    #[test]
    fn a_wait_comes_to_its_end() {
        let failed = FailedSignIns {
            here: Some(failures(13)),
            ..FailedSignIns::default()
        };
        assert_eq!(failed.wait(at(3)), Some(TimeDelta::seconds(1)));
        assert_eq!(failed.wait(at(4)), None);
    }

    #[test]
    fn what_others_do_elsewhere_does_not_make_the_owner_wait() {
        let mut failed = FailedSignIns {
            here: None,
            anywhere: Some(failures(1_000)),
            is_known_network: false,
        };
        assert_eq!(failed.wait(at(0)), Some(LONGEST));
        failed.is_known_network = true;
        assert_eq!(failed.wait(at(0)), None);
        failed.anywhere = Some(failures(100));
        failed.is_known_network = false;
        assert_eq!(failed.wait(at(0)), None);
    }

    #[test]
    fn a_household_is_one_place() {
        let email = EmailAddress::parse("anna@example.org").unwrap();
        let from = |address: &str| {
            let address = address.parse().ok();
            let email = &email;
            SignInPlace { email, address }.here()
        };
        assert_eq!(from("2001:db8:1:2::3"), from("2001:db8:1:2:4::"));
        assert_ne!(from("2001:db8:1:2::3"), from("2001:db8:1:3::3"));
        assert_ne!(from("203.0.113.7"), from("203.0.113.8"));
        assert_eq!(from("203.0.113.7"), from("::ffff:203.0.113.7"));
    }
}
