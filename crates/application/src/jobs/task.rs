//! What there is to do.
use crate::catalogue::sources::SourceList;
use chrono::Duration;
use domain::{
    catalogue::{FilmId, SourceName, SourceRef},
    identity::UserId,
    jobs::{Priority, RetryRule},
    library::WatchlistId,
    mixes::MixId,
    notifications::LetterKind,
    shared::{Id, Language},
};
use std::{fmt, str::FromStr};
use uuid::{Uuid, uuid};

/// What there is to do. Doing it twice MUST do no harm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Task {
    /// Brings one film of a source into the catalogue.
    ImportFilm {
        /// Where the source keeps it.
        at: SourceRef,
    },
    /// Brings pages of a source's list into the catalogue; each page is a step.
    ImportPages {
        /// Which source.
        source: SourceName,
        /// Which of its lists.
        list: SourceList,
        /// The first page, counted from 1.
        from: u32,
        /// The last page.
        to: u32,
    },
    /// Asks the sources for what a search had no time for.
    SearchSources {
        /// What somebody searched for.
        title: String,
        /// In which language.
        language: Language,
    },
    /// Fetches the details that a film lacked when it was first opened.
    CompleteFilm {
        /// Which film.
        film: FilmId,
    },
    /// Refreshes the films that were not refreshed for the longest time; each film is a step.
    RefreshOldest {
        /// How many.
        count: u32,
    },
    /// Makes the sizes of a film's poster.
    MakeImages {
        /// Which film.
        film: FilmId,
    },
    /// Chooses colours for a list that has none of its own yet.
    ChooseGradient {
        /// Which list.
        watchlist: WatchlistId,
    },
    /// Chooses colours for a mix that has none of its own yet.
    ChooseMixGradient {
        /// Which mix.
        mix: MixId,
    },
    /// Puts films into the numbers of the model in use; each film is a step.
    EmbedFilms,
    /// Sends a mail to a user.
    SendLetter {
        /// Which mail.
        letter: LetterKind,
        /// To whom; perhaps to nobody.
        user: UserId,
        /// In which language, unless the user has chosen one.
        language: Option<Language>,
    },
    /// Learns anew what to recommend.
    TrainRecommender,
    /// Forgets what is over.
    TidyUp,
}

/// What kind of work a task is; how often it is tried and how many run at once depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TaskKind {
    /// [`Task::ImportFilm`].
    ImportFilm,
    /// [`Task::ImportPages`].
    ImportPages,
    /// [`Task::SearchSources`].
    SearchSources,
    /// [`Task::CompleteFilm`].
    CompleteFilm,
    /// [`Task::RefreshOldest`].
    RefreshOldest,
    /// [`Task::MakeImages`].
    MakeImages,
    /// [`Task::ChooseGradient`].
    ChooseGradient,
    /// [`Task::ChooseMixGradient`].
    ChooseMixGradient,
    /// [`Task::EmbedFilms`].
    EmbedFilms,
    /// [`Task::SendLetter`].
    SendLetter,
    /// [`Task::TrainRecommender`].
    TrainRecommender,
    /// [`Task::TidyUp`].
    TidyUp,
}

/// There is no kind of work of this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown kind of job `{0}`")]
pub struct UnknownTaskKind(pub String);

impl Task {
    /// What kind of work it is.
    #[must_use]
    pub const fn kind(&self) -> TaskKind {
        match self {
            Self::ImportFilm { .. } => TaskKind::ImportFilm,
            Self::ImportPages { .. } => TaskKind::ImportPages,
            Self::SearchSources { .. } => TaskKind::SearchSources,
            Self::CompleteFilm { .. } => TaskKind::CompleteFilm,
            Self::RefreshOldest { .. } => TaskKind::RefreshOldest,
            Self::MakeImages { .. } => TaskKind::MakeImages,
            Self::ChooseGradient { .. } => TaskKind::ChooseGradient,
            Self::ChooseMixGradient { .. } => TaskKind::ChooseMixGradient,
            Self::EmbedFilms => TaskKind::EmbedFilms,
            Self::SendLetter { .. } => TaskKind::SendLetter,
            Self::TrainRecommender => TaskKind::TrainRecommender,
            Self::TidyUp => TaskKind::TidyUp,
        }
    }

    /// The same for tasks of a kind that would do the same, so that one of them need not wait beside
    /// the other.
    #[must_use]
    pub fn key(&self) -> Uuid {
        const NAMESPACE: Uuid = uuid!("0d1f2c39-4d0b-4a58-9f3c-1f0a2f6b7c11");
        let what = match self {
            Self::ImportFilm { at } => at.to_string(),
            Self::ImportPages {
                source,
                list,
                from,
                to,
            } => format!("{source}:{}:{from}:{to}", list.name()),
            Self::SearchSources { title, language } => {
                format!("{language}:{}", title.trim().to_lowercase())
            }
            Self::CompleteFilm { film } | Self::MakeImages { film } => film.to_string(),
            Self::ChooseGradient { watchlist } => watchlist.to_string(),
            Self::ChooseMixGradient { mix } => mix.to_string(),
            // Whatever the language: a mail that waits is as good as another.
            Self::SendLetter { letter, user, .. } => format!("{letter}:{user}"),
            // However many are asked for, the next one takes the oldest again, or what is lacking.
            Self::RefreshOldest { .. }
            | Self::EmbedFilms
            | Self::TrainRecommender
            | Self::TidyUp => String::new(),
        };
        Id::<Self>::named(NAMESPACE, &what).as_uuid()
    }
}

impl TaskKind {
    /// Every kind.
    pub const ALL: [Self; 12] = [
        Self::ImportFilm,
        Self::ImportPages,
        Self::SearchSources,
        Self::CompleteFilm,
        Self::RefreshOldest,
        Self::MakeImages,
        Self::ChooseGradient,
        Self::ChooseMixGradient,
        Self::EmbedFilms,
        Self::SendLetter,
        Self::TrainRecommender,
        Self::TidyUp,
    ];

    /// Its name in storage and on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ImportFilm => "import_film",
            Self::ImportPages => "import_pages",
            Self::SearchSources => "search_sources",
            Self::CompleteFilm => "complete_film",
            Self::RefreshOldest => "refresh_oldest",
            Self::MakeImages => "make_images",
            Self::ChooseGradient => "choose_gradient",
            Self::ChooseMixGradient => "choose_mix_gradient",
            Self::EmbedFilms => "embed_films",
            Self::SendLetter => "send_letter",
            Self::TrainRecommender => "train_recommender",
            Self::TidyUp => "tidy_up",
        }
    }

    /// How urgent such work is unless somebody says otherwise.
    #[must_use]
    pub const fn priority(self) -> Priority {
        match self {
            Self::SearchSources | Self::CompleteFilm | Self::SendLetter => Priority::High,
            Self::ImportFilm | Self::MakeImages | Self::ChooseGradient => Priority::Normal,
            Self::ChooseMixGradient
            | Self::EmbedFilms
            | Self::ImportPages
            | Self::RefreshOldest
            | Self::TrainRecommender
            | Self::TidyUp => Priority::Low,
        }
    }

    /// How many of the kind run at once, over all instances.
    #[must_use]
    pub const fn at_once(self) -> u32 {
        match self {
            Self::ImportFilm | Self::SearchSources | Self::CompleteFilm | Self::SendLetter => 4,
            Self::MakeImages | Self::ChooseGradient | Self::ChooseMixGradient => 2,
            // Each goes through much by itself; two would only do the same work twice.
            Self::ImportPages
            | Self::RefreshOldest
            | Self::EmbedFilms
            | Self::TrainRecommender
            | Self::TidyUp => 1,
        }
    }

    /// How often such work is tried.
    #[must_use]
    pub const fn retry_rule(self) -> RetryRule {
        let (most_attempts, first_rest, longest_rest) = match self {
            // Nobody waits for these any more after a while.
            Self::SearchSources | Self::ChooseGradient | Self::ChooseMixGradient => {
                (3, seconds(5), minutes(5))
            }
            Self::CompleteFilm | Self::MakeImages => (5, seconds(10), minutes(60)),
            Self::ImportFilm => (8, seconds(10), minutes(60)),
            // About a day; a server that is away for longer has been replaced.
            Self::SendLetter => (32, seconds(10), minutes(60)),
            Self::ImportPages | Self::RefreshOldest | Self::EmbedFilms => {
                (8, seconds(30), minutes(60))
            }
            Self::TrainRecommender => (3, minutes(1), minutes(60)),
            Self::TidyUp => (5, seconds(30), minutes(10)),
        };
        RetryRule {
            most_attempts,
            first_rest,
            longest_rest,
        }
    }

    /// How long one try may take before it is broken off.
    #[must_use]
    pub const fn time_limit(self) -> Duration {
        match self {
            Self::SearchSources | Self::ChooseGradient | Self::ChooseMixGradient => minutes(1),
            Self::SendLetter => minutes(2),
            Self::ImportFilm | Self::CompleteFilm | Self::MakeImages => minutes(5),
            Self::TrainRecommender | Self::TidyUp => minutes(30),
            Self::ImportPages | Self::RefreshOldest | Self::EmbedFilms => minutes(360),
        }
    }
}

const fn seconds(count: i64) -> Duration {
    Duration::seconds(count)
}

const fn minutes(count: i64) -> Duration {
    Duration::minutes(count)
}

impl FromStr for TaskKind {
    type Err = UnknownTaskKind;
    fn from_str(name: &str) -> Result<Self, UnknownTaskKind> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.name() == name)
            .ok_or_else(|| UnknownTaskKind(name.to_owned()))
    }
}

impl fmt::Display for TaskKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn names_of_kinds_round_trip_and_differ() {
        let mut names = HashSet::new();
        for kind in TaskKind::ALL {
            assert_eq!(kind.name().parse(), Ok(kind));
            assert!(names.insert(kind.name()));
        }
        assert!("sweep".parse::<TaskKind>().is_err());
    }

    #[test]
    fn tasks_that_do_the_same_have_the_same_key_and_others_differ() {
        let search = |title: &str, language| {
            let title = title.to_owned();
            Task::SearchSources { title, language }.key()
        };
        let stalker = search("Stalker", Language::English);
        assert_eq!(search(" stalker", Language::English), stalker);
        assert_ne!(search("Stalker", Language::Russian), stalker);
        assert_ne!(search("Solaris", Language::English), stalker);
        let refresh = |count| Task::RefreshOldest { count }.key();
        assert_eq!(refresh(10), refresh(20));
        let film = |number| {
            let film = Id::from_uuid(Uuid::from_u128(number));
            Task::CompleteFilm { film }.key()
        };
        assert_ne!(film(1), film(2));
    }

    #[test]
    fn every_kind_is_tried_and_given_time() {
        for kind in TaskKind::ALL {
            assert!(kind.at_once() > 0);
            assert!(kind.retry_rule().rest_after(1, 0).is_some());
            assert!(kind.time_limit() >= Duration::minutes(1));
        }
    }
}
