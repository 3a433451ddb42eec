//! Of what a user wants to hear, and by which way.
use std::{collections::BTreeMap, fmt, str::FromStr};

/// A way by which a notice reaches somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Channel {
    /// E-mail.
    Mail,
    /// The Telegram bot.
    Telegram,
}

/// What a notice is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NoticeKind {
    /// The greeting after registering.
    Welcome,
    /// Who may sign in, and how.
    Security,
    /// A film that the user wishes to see has come out.
    WishReleased,
    /// A mix that the user follows has changed.
    FollowedMixChanged,
}

/// Declares how members of an enumeration are called in storage and on the wire.
macro_rules! names {
    ($name:ident, $unknown:ident, $what:literal { $($variant:ident = $word:literal),+ $(,)? }) => {
        #[doc = concat!("There is no ", $what, " of this name.")]
        #[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
        #[error("unknown name `{0}`")]
        pub struct $unknown(pub String);

        impl $name {
            /// All of them, in the order in which they are told.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Its name in storage and on the wire.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl FromStr for $name {
            type Err = $unknown;
            fn from_str(name: &str) -> Result<Self, $unknown> {
                match name {
                    $($word => Ok(Self::$variant),)+
                    other => Err($unknown(other.to_owned())),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }
    };
}
names!(Channel, UnknownChannel, "channel" { Mail = "mail", Telegram = "telegram" });
names!(NoticeKind, UnknownNoticeKind, "kind of notice" {
    Welcome = "welcome",
    Security = "security",
    WishReleased = "wish_released",
    FollowedMixChanged = "followed_mix_changed",
});

impl NoticeKind {
    /// Whether the user may do without it.
    #[must_use]
    pub const fn is_optional(self) -> bool {
        match self {
            Self::Welcome | Self::Security => false,
            Self::WishReleased | Self::FollowedMixChanged => true,
        }
    }

    /// Whether it is told by this way to somebody who has not chosen. What nobody can choose is told by
    /// mail alone: its links must not be read by whoever looks at a phone.
    #[must_use]
    pub const fn is_usual(self, channel: Channel) -> bool {
        self.is_optional() || matches!(channel, Channel::Mail)
    }
}

/// The notice has to be sent as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("cannot be changed")]
pub struct NotOptional;

/// What a user has chosen for one kind of notice and one way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What the notice is about.
    pub kind: NoticeKind,
    /// By which way.
    pub channel: Channel,
    /// Whether they want to hear of it.
    pub is_on: bool,
}

/// Of what a user wants to hear, and by which way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preferences(BTreeMap<(NoticeKind, Channel), bool>);

impl Preferences {
    /// Whether the user wants to hear of this by this way.
    #[must_use]
    pub fn wants(&self, kind: NoticeKind, channel: Channel) -> bool {
        let chosen = self.0.get(&(kind, channel)).copied();
        chosen.unwrap_or_else(|| kind.is_usual(channel))
    }

    /// Takes note of a choice.
    ///
    /// # Errors
    /// [`NotOptional`] where it would change what nobody can choose.
    pub fn choose(&mut self, choice: Choice) -> Result<(), NotOptional> {
        let Choice {
            kind,
            channel,
            is_on,
        } = choice;
        if kind.is_optional() {
            self.0.insert((kind, channel), is_on);
            Ok(())
        } else if is_on == kind.is_usual(channel) {
            Ok(())
        } else {
            Err(NotOptional)
        }
    }

    /// What holds for everything that can be chosen.
    pub fn choices(&self) -> impl Iterator<Item = Choice> + '_ {
        let optional = NoticeKind::ALL.iter().filter(|kind| kind.is_optional());
        optional.flat_map(|kind| {
            Channel::ALL.iter().map(|channel| Choice {
                kind: *kind,
                channel: *channel,
                is_on: self.wants(*kind, *channel),
            })
        })
    }

    /// The choices of somebody who wants no mail any more: of one kind, or of any that is optional.
    #[must_use]
    pub fn no_mail(about: Option<NoticeKind>) -> Vec<Choice> {
        let optional = NoticeKind::ALL.iter().filter(|kind| kind.is_optional());
        optional
            .filter(|kind| about.is_none_or(|about| about == **kind))
            .map(|kind| Choice {
                kind: *kind,
                channel: Channel::Mail,
                is_on: false,
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Channel::{Mail, Telegram};
    use NoticeKind::{FollowedMixChanged, Security, Welcome, WishReleased};
    use proptest::{prelude::*, sample::select};

    fn choice(kind: NoticeKind, channel: Channel, is_on: bool) -> Choice {
        Choice {
            kind,
            channel,
            is_on,
        }
    }

    #[test]
    fn names_round_trip_and_others_are_refused() {
        for kind in NoticeKind::ALL {
            assert_eq!(kind.name().parse(), Ok(*kind));
        }
        for channel in Channel::ALL {
            assert_eq!(channel.name().parse(), Ok(*channel));
        }
        assert!("advertising".parse::<NoticeKind>().is_err());
        assert!("pigeon".parse::<Channel>().is_err());
    }

    #[test]
    fn what_is_about_security_is_sent_by_mail_whatever_somebody_chooses() {
        let mut mine = Preferences::default();
        for kind in [Welcome, Security] {
            assert_eq!(mine.choose(choice(kind, Mail, false)), Err(NotOptional));
            assert_eq!(mine.choose(choice(kind, Telegram, true)), Err(NotOptional));
            assert_eq!(mine.choose(choice(kind, Mail, true)), Ok(()));
            assert!(mine.wants(kind, Mail) && !mine.wants(kind, Telegram));
        }
        assert_eq!(mine, Preferences::default());
    }

    #[test]
    fn somebody_who_wants_no_mail_still_hears_by_telegram() {
        let mut mine = Preferences::default();
        for choice in Preferences::no_mail(None) {
            mine.choose(choice).unwrap();
        }
        for kind in [WishReleased, FollowedMixChanged] {
            assert!(!mine.wants(kind, Mail) && mine.wants(kind, Telegram));
        }
        let one = Preferences::no_mail(Some(WishReleased));
        assert_eq!(one, [choice(WishReleased, Mail, false)]);
        assert!(Preferences::no_mail(Some(Security)).is_empty());
    }

    proptest! {
        #[test]
        fn the_last_choice_holds_and_choosing_again_what_holds_changes_nothing(
            made in prop::collection::vec(
                (select(NoticeKind::ALL), select(Channel::ALL), any::<bool>()), 0..20,
            ),
        ) {
            let mut mine = Preferences::default();
            for (kind, channel, is_on) in made {
                if mine.choose(choice(kind, channel, is_on)).is_ok() {
                    prop_assert_eq!(mine.wants(kind, channel), is_on);
                }
            }
            prop_assert!(mine.wants(Security, Mail));
            let mut again = Preferences::default();
            for choice in mine.choices() {
                again.choose(choice).unwrap();
            }
            for (kind, channel) in NoticeKind::ALL.iter().flat_map(|kind| Channel::ALL.iter().map(move |channel| (*kind, *channel))) {
                prop_assert_eq!(again.wants(kind, channel), mine.wants(kind, channel));
            }
        }
    }
}
