//! Ready-made mixes: short lists of films on one theme, the same for everybody.
use crate::{
    library::Gradient,
    shared::{Id, Language},
};

/// Identifies a mix.
pub type MixId = Id<Mix>;

/// A mix, without its films.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mix {
    /// Which mix.
    pub id: MixId,
    /// Its title in English.
    pub english: String,
    /// Its title in Russian.
    pub russian: String,
    /// The colours it is shown in.
    pub gradient: Gradient,
}

impl Mix {
    /// Its title in one language.
    #[must_use]
    pub fn title(&self, language: Language) -> &str {
        match language {
            Language::English => &self.english,
            Language::Russian => &self.russian,
        }
    }
}
