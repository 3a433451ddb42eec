//! Ratings, read by a thread of its own while those before them are stored.
use super::{
    lines::{Format, Lines},
    place::Place,
};
use application::community::ports::{BadFiles, FiledRating, RatingPortions};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::taste::Rating;
use std::{io::Read, sync::Arc};
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// As many as one statement stores.
const AT_ONCE: usize = 5_000;
/// What is held in memory: one portion that is stored, one that waits, one that is read.
const WAITING: usize = 1;

/// The ratings of a file, line by line.
pub(super) struct RatingLines<R: Read>(Lines<R>);

impl<R: Read> RatingLines<R> {
    pub(super) fn new(format: Format, bytes: R) -> Result<Self, BadFiles> {
        let names = &["userId", "movieId", "rating", "timestamp"];
        Lines::new(format, format.ratings(), names, bytes).map(Self)
    }

    /// The next one, with the number of its line.
    pub(super) fn next(&mut self) -> Result<Option<(u64, FiledRating)>, BadFiles> {
        let Some(line) = self.0.next()? else {
            return Ok(None);
        };
        let stars: f64 = line.parsed(2, "a number of stars")?;
        let rating = Rating::from_stars(stars)
            .map_err(|refused| line.bad_field(2, &format!("{refused}, got {stars}")))?;
        let seconds = line.parsed(3, "a time in seconds")?;
        let rated_at = time(seconds).ok_or_else(|| {
            line.bad_field(3, &format!("must be a time in seconds, got {seconds}"))
        })?;
        let rating = FiledRating {
            rater: line.parsed(0, "a number")?,
            item: line.parsed(1, "a number")?,
            rating,
            rated_at,
        };
        Ok(Some((line.number(), rating)))
    }
}

/// A time from 1970 to 9999, which is what both databases keep.
fn time(seconds: i64) -> Option<DateTime<Utc>> {
    const LAST: i64 = 253_402_300_799;
    let seconds = Some(seconds).filter(|seconds| (0..=LAST).contains(seconds))?;
    DateTime::from_timestamp(seconds, 0)
}

/// Portions as the thread sends them. It ends when they are dropped.
pub(super) struct FiledPortions(Receiver<Result<Vec<FiledRating>, BadFiles>>);

impl FiledPortions {
    pub(super) fn read(place: Arc<Place>, format: Format, after: u64) -> Self {
        let (sender, receiver) = channel(WAITING);
        tokio::task::spawn_blocking(move || {
            let read = place.read(format.ratings(), |bytes| {
                send(bytes, format, after, &sender)
            });
            if let Err(failure) = read {
                // Nobody listens where somebody has stopped.
                let _ = sender.blocking_send(Err(failure));
            }
        });
        Self(receiver)
    }
}

fn send(
    bytes: &mut dyn Read,
    format: Format,
    after: u64,
    sender: &Sender<Result<Vec<FiledRating>, BadFiles>>,
) -> Result<(), BadFiles> {
    let mut lines = RatingLines::new(format, bytes)?;
    let (mut seen, mut portion) = (0_u64, Vec::with_capacity(AT_ONCE));
    while let Some((_, rating)) = lines.next()? {
        seen += 1;
        if seen <= after {
            continue;
        }
        portion.push(rating);
        if portion.len() == AT_ONCE {
            let full = std::mem::replace(&mut portion, Vec::with_capacity(AT_ONCE));
            if sender.blocking_send(Ok(full)).is_err() {
                return Ok(());
            }
        }
    }
    if !portion.is_empty() {
        // Nobody listens where somebody has stopped.
        let _ = sender.blocking_send(Ok(portion));
    }
    Ok(())
}

#[async_trait]
impl RatingPortions for FiledPortions {
    async fn next(&mut self) -> Result<Option<Vec<FiledRating>>, BadFiles> {
        self.0.recv().await.transpose()
    }
}
