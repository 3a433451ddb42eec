//! E-mail addresses, in the one form in which they are compared and stored.
use std::fmt;
use unicode_normalization::UnicodeNormalization;

/// An e-mail address: trimmed, composed (NFC) and in lower case, so that one mailbox is one user.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct EmailAddress(String);

/// The text is not an e-mail address that mail could be sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidEmailAddress {
    /// Nothing was given.
    #[error("must not be empty")]
    Empty,
    /// Longer than an SMTP path may be (RFC 5321, section 4.5.3.1.3).
    #[error("must be at most {max} bytes", max = EmailAddress::MAX)]
    TooLong,
    /// Not of the form `name@domain.tld`.
    #[error("must be an e-mail address such as `name@example.org`")]
    Malformed,
}

impl EmailAddress {
    /// The most bytes of an address.
    pub const MAX: usize = 254;
    const MAX_LOCAL: usize = 64;

    /// Checks an address and brings it into its canonical form.
    ///
    /// # Errors
    /// [`InvalidEmailAddress`] says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, InvalidEmailAddress> {
        let address = text.trim().nfc().collect::<String>().to_lowercase();
        if address.is_empty() {
            return Err(InvalidEmailAddress::Empty);
        }
        if address.len() > Self::MAX {
            return Err(InvalidEmailAddress::TooLong);
        }
        let (local, domain) = address
            .rsplit_once('@')
            .ok_or(InvalidEmailAddress::Malformed)?;
        if !is_local_part(local) || !is_domain(domain) {
            return Err(InvalidEmailAddress::Malformed);
        }
        Ok(Self(address))
    }

    /// The address in canonical form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Dot-atoms of RFC 5321 with the letters of RFC 6531; quoted local parts are not accepted.
fn is_local_part(local: &str) -> bool {
    local.len() <= EmailAddress::MAX_LOCAL
        && local.split('.').all(|atom| {
            !atom.is_empty()
                && atom
                    .chars()
                    .all(|c| c.is_alphanumeric() || "!#$%&'*+/=?^_`{|}~-".contains(c))
        })
}

/// At least two labels of letters, digits and inner hyphens, the last one not only digits.
fn is_domain(domain: &str) -> bool {
    let labels: Vec<&str> = domain.split('.').collect();
    labels.len() >= 2
        && labels.iter().all(|label| is_label(label))
        && labels
            .last()
            .is_some_and(|last| !last.chars().all(char::is_numeric))
}

fn is_label(label: &str) -> bool {
    !label.is_empty()
        && label.len() <= 63
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.chars().all(|c| c.is_alphanumeric() || c == '-')
}

impl fmt::Debug for EmailAddress {
    /// Personal data stays out of logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_mailbox_has_one_form() {
        let plain = EmailAddress::parse("anna@example.org").unwrap();
        assert_eq!(EmailAddress::parse("  Anna@Example.ORG ").unwrap(), plain);
        assert!(EmailAddress::parse("анна@почта.рф").is_ok());
        assert!(EmailAddress::parse("a.b+c@sub.example.co").is_ok());
    }

    #[test]
    fn what_mail_cannot_reach_is_refused() {
        use InvalidEmailAddress::{Empty, Malformed, TooLong};
        assert_eq!(EmailAddress::parse("  "), Err(Empty));
        for bad in [
            "anna",
            "@example.org",
            "anna@",
            "anna@localhost",
            "a..b@example.org",
            ".a@example.org",
            "a b@example.org",
            "a@b@example.org",
            "a@-example.org",
            "a@exa_mple.org",
            "a@127.0.0.1",
            "a@example.org\0",
        ] {
            assert_eq!(EmailAddress::parse(bad), Err(Malformed), "{bad}");
        }
        let long = format!("{}@example.org", "a".repeat(300));
        assert_eq!(EmailAddress::parse(&long), Err(TooLong));
        let long_local = format!("{}@example.org", "a".repeat(65));
        assert_eq!(EmailAddress::parse(&long_local), Err(Malformed));
    }

    #[test]
    fn an_address_is_not_printed_by_accident() {
        let address = EmailAddress::parse("anna@example.org").unwrap();
        assert_eq!(format!("{address:?}"), "EmailAddress(..)");
    }

    proptest! {
        #[test]
        fn an_accepted_address_is_its_own_canonical_form(text in "\\PC{0,20}@[a-zA-Z0-9.-]{1,20}") {
            if let Ok(once) = EmailAddress::parse(&text) {
                prop_assert_eq!(EmailAddress::parse(once.as_str()).unwrap(), once);
            }
        }
    }
}
