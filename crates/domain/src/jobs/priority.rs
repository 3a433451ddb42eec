//! Which of the jobs that are due comes first.

/// Which of the jobs that are due comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// Somebody is waiting for it.
    High,
    /// It belongs to something that somebody has just done.
    Normal,
    /// Nobody would notice if it came an hour later.
    Low,
}

/// There is no priority of this rank.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no priority of rank {0}")]
pub struct UnknownPriority(pub i16);

impl Priority {
    /// Every priority, the most urgent first.
    pub const ALL: [Self; 3] = [Self::High, Self::Normal, Self::Low];

    /// Its place, the most urgent having the least. There is room between the ranks.
    #[must_use]
    pub const fn rank(self) -> i16 {
        match self {
            Self::High => 10,
            Self::Normal => 20,
            Self::Low => 30,
        }
    }

    /// Its name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Normal => "normal",
            Self::Low => "low",
        }
    }
}

impl TryFrom<i16> for Priority {
    type Error = UnknownPriority;
    fn try_from(rank: i16) -> Result<Self, UnknownPriority> {
        Self::ALL
            .into_iter()
            .find(|priority| priority.rank() == rank)
            .ok_or(UnknownPriority(rank))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_round_trip_in_the_order_of_urgency() {
        assert!(Priority::ALL.is_sorted_by_key(|priority| priority.rank()));
        assert!(Priority::ALL.is_sorted());
        for priority in Priority::ALL {
            assert_eq!(Priority::try_from(priority.rank()), Ok(priority));
        }
        assert_eq!(Priority::try_from(11), Err(UnknownPriority(11)));
    }
}
