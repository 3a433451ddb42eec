//! How long to leave a broker alone that does not answer.
use std::time::Duration;

const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(30);

/// Rests, longer each time.
#[derive(Debug, Default)]
pub(super) struct Rests(u32);

impl Rests {
    /// It has answered.
    pub(super) fn begin_anew(&mut self) {
        self.0 = 0;
    }

    /// The next rest.
    pub(super) fn next(&mut self) -> Duration {
        let rest = FIRST.saturating_mul(1 << self.0.min(5)).min(LONGEST);
        self.0 = self.0.saturating_add(1);
        rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_grow_up_to_half_a_minute() {
        let mut rests = Rests::default();
        let seconds: Vec<u64> = (0..7).map(|_| rests.next().as_secs()).collect();
        assert_eq!(seconds, [1, 2, 4, 8, 16, 30, 30]);
        rests.begin_anew();
        assert_eq!(rests.next().as_secs(), 1);
    }
}
