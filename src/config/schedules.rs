//! What is to be done again and again, and in which rhythm.
use super::reader::Reader;
use infrastructure::jobs::{CronWords, InvalidCronWords};
use std::{fmt, str::FromStr};

/// The rhythm of each task; `None` where it is off.
#[derive(Clone, Debug)]
pub struct Schedules {
    /// Forgetting what is over.
    pub tidy_up: Option<CronWords>,
    /// Learning anew what to recommend.
    pub training: Option<CronWords>,
    /// Fetching the films that most people like.
    pub popular_films: Option<CronWords>,
    /// Fetching the films that have come out lately.
    pub new_films: Option<CronWords>,
    /// Refreshing the films that were not refreshed for the longest time.
    pub refresh: Option<CronWords>,
}

/// A rhythm, or none.
struct Rhythm(Option<CronWords>);

impl Schedules {
    /// Reads the settings.
    pub fn read(reader: &mut Reader) -> Self {
        let mut rhythm = |name, default: &str| {
            if let Some(Rhythm(words)) = reader.optional(name) {
                return words;
            }
            reader.show_default(name, default);
            default.parse().ok()
        };
        Self {
            tidy_up: rhythm("FILMHUB_SCHEDULE_TIDY_UP", "*/10 * * * *"),
            training: rhythm("FILMHUB_SCHEDULE_TRAINING", "0 4 * * *"),
            popular_films: rhythm("FILMHUB_SCHEDULE_POPULAR_FILMS", "0 3 * * *"),
            new_films: rhythm("FILMHUB_SCHEDULE_NEW_FILMS", "30 3 * * *"),
            refresh: rhythm("FILMHUB_SCHEDULE_REFRESH", "15 * * * *"),
        }
    }
}

impl FromStr for Rhythm {
    type Err = InvalidCronWords;
    fn from_str(text: &str) -> Result<Self, InvalidCronWords> {
        if text.trim().eq_ignore_ascii_case("off") {
            return Ok(Self(None));
        }
        text.parse().map(|words| Self(Some(words)))
    }
}

impl fmt::Display for Rhythm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(words) => words.fmt(f),
            None => f.write_str("off"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::source::Sources;

    fn read(values: &[(&str, &str)]) -> (Schedules, Vec<String>) {
        let mut reader = Reader::new(Sources::of(values), Vec::new());
        let schedules = Schedules::read(&mut reader);
        (schedules, reader.finish().1)
    }

    #[test]
    fn without_settings_everything_has_a_rhythm() {
        let (schedules, errors) = read(&[]);
        assert_eq!(errors, Vec::<String>::new());
        let Schedules {
            tidy_up,
            training,
            popular_films,
            new_films,
            refresh,
        } = schedules;
        assert_eq!(tidy_up.unwrap().to_string(), "*/10 * * * *");
        assert_eq!(training.unwrap().to_string(), "0 4 * * *");
        assert!(
            [popular_films, new_films, refresh]
                .iter()
                .all(Option::is_some)
        );
    }

    #[test]
    fn a_rhythm_is_changed_or_turned_off_and_a_bad_one_refused() {
        let (schedules, errors) = read(&[
            ("FILMHUB_SCHEDULE_TIDY_UP", "0 4 * * MON"),
            ("FILMHUB_SCHEDULE_REFRESH", "Off"),
            ("FILMHUB_SCHEDULE_NEW_FILMS", "daily at noon"),
        ]);
        assert_eq!(schedules.tidy_up.unwrap().to_string(), "0 4 * * MON");
        assert!(schedules.refresh.is_none());
        assert_eq!(errors.len(), 1);
        assert!(
            errors[0].starts_with("FILMHUB_SCHEDULE_NEW_FILMS must be"),
            "{errors:?}"
        );
    }
}
