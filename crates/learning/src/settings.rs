//! How is learned; one setting for small and large data alike, chosen on validation cuts.

/// What learning goes by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Held against every weight between two films.
    pub ridge: f32,
    /// The same for each act with a film: what is popular must prove more.
    pub popularity_ridge: f32,
    /// How far what is known for sure of a film counts for it: 1 keeps every film from speaking for
    /// itself, 0 lets it, and less favours what is popular.
    pub certainty: f32,
    /// The power of the number of acts by which each act of a user counts less.
    pub damping: f32,
    /// How much more an act counts for each star above three and a half.
    pub tilt: f32,
    /// The most kinds of taste that are told apart.
    pub leanings: u32,
    /// How many neighbours of a film are kept.
    pub neighbours: usize,
    /// How many acts of a user count, the newest.
    pub acts_of_each: usize,
    /// How much memory the largest computation may take, in mebibytes.
    pub memory_mib: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            ridge: 150.0,
            popularity_ridge: 0.25,
            certainty: 0.65,
            damping: 0.0,
            tilt: 0.15,
            leanings: 48,
            neighbours: 250,
            acts_of_each: 2_000,
            memory_mib: 512,
        }
    }
}

impl Settings {
    /// How wide a square matrix may be: several of its size are held at once.
    pub(crate) fn widest(&self) -> usize {
        const HELD_AT_ONCE: usize = 4;
        const MOST: usize = 4_000;
        let numbers = self.memory_mib * (1 << 20) / size_of::<f32>();
        (numbers / HELD_AT_ONCE).isqrt().clamp(100, MOST)
    }

    /// How much an act counts by its stars.
    pub(crate) fn tilted(&self, stars: f32) -> f32 {
        const MIDDLE: f32 = 3.5;
        (1.0 + self.tilt * (stars.clamp(0.5, 5.0) - MIDDLE)).max(0.0)
    }
}
