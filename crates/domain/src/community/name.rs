//! How a community is called.
use std::{fmt, str::FromStr};

/// The name of a community: letters, digits, dots, hyphens and underscores.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CommunityName(String);

/// The text cannot name a community.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to {max} letters, digits, dots, hyphens and underscores, got `{0}`", max = CommunityName::MAX)]
pub struct InvalidCommunityName(pub String);

impl CommunityName {
    /// The most characters that it holds.
    pub const MAX: usize = 64;

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for CommunityName {
    type Err = InvalidCommunityName;
    fn from_str(text: &str) -> Result<Self, InvalidCommunityName> {
        let is_plain =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
        if (1..=Self::MAX).contains(&text.len()) && text.bytes().all(is_plain) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidCommunityName(text.to_owned()))
        }
    }
}

impl fmt::Display for CommunityName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_plain() {
        for good in ["ml-latest-small", "friends_2026", "ml-1m.v2"] {
            assert_eq!(good.parse::<CommunityName>().unwrap().as_str(), good);
        }
        for bad in ["", "our friends", "../etc", "друзья", &"a".repeat(65)] {
            assert!(bad.parse::<CommunityName>().is_err(), "{bad}");
        }
    }
}
