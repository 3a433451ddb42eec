//! Rhythms in the words of cron.
use chrono::{DateTime, Utc};
use croner::{
    Cron,
    parser::{CronParser, Seconds, Year},
};
use std::{fmt, str::FromStr};

/// A rhythm in the five words of cron, such as `*/10 * * * *`, in UTC.
#[derive(Clone, Debug)]
pub struct CronWords {
    text: String,
    cron: Cron,
}

/// The text is no rhythm.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be five words of cron (minute, hour, day, month, weekday) or `off`: {0}")]
pub struct InvalidCronWords(String);

impl CronWords {
    /// The last tick up to a time.
    #[must_use]
    pub fn last_tick(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.cron.find_previous_occurrence(&now, true).ok()
    }

    /// The first tick after a time.
    #[must_use]
    pub fn next_tick(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.cron.find_next_occurrence(&now, false).ok()
    }
}

impl FromStr for CronWords {
    type Err = InvalidCronWords;
    fn from_str(text: &str) -> Result<Self, InvalidCronWords> {
        let parser = CronParser::builder()
            .seconds(Seconds::Disallowed)
            .year(Year::Disallowed)
            .build();
        let text = text.trim().to_owned();
        match parser.parse(&text) {
            Ok(cron) => Ok(Self { text, cron }),
            Err(failure) => Err(InvalidCronWords(failure.to_string())),
        }
    }
}

impl fmt::Display for CronWords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn ticks_lie_on_both_sides_of_a_time() {
        let words: CronWords = "*/10 * * * *".parse().unwrap();
        let now = at("2026-04-17T20:03:12Z");
        assert_eq!(words.last_tick(now), Some(at("2026-04-17T20:00:00Z")));
        assert_eq!(words.next_tick(now), Some(at("2026-04-17T20:10:00Z")));
        let sharp = at("2026-04-17T20:10:00Z");
        assert_eq!(words.last_tick(sharp), Some(sharp));
        assert_eq!(words.next_tick(sharp), Some(at("2026-04-17T20:20:00Z")));
    }

    #[test]
    fn words_are_shown_as_they_were_given() {
        let words: CronWords = "30 3 * * MON".parse().unwrap();
        assert_eq!(words.to_string(), "30 3 * * MON");
        let monday = at("2026-04-13T03:30:00Z");
        assert_eq!(words.last_tick(at("2026-04-17T20:03:12Z")), Some(monday));
    }

    #[test]
    fn other_words_are_refused() {
        for text in ["", "often", "* * * *", "61 * * * *", "* * * * * *"] {
            assert!(text.parse::<CronWords>().is_err(), "{text}");
        }
    }
}
