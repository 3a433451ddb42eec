//! Whether what a source describes is a film that the catalogue has.
//!
//! Names in catalogues decide first. Two different names in one catalogue mean two films, whatever
//! else agrees: a double can be put right later, two films made one cannot. Without a shared name a
//! title, the year and the kind must agree; a title alone never is enough.
use super::{
    CreditRole, FilmKind, GenreSlug, KnownFilm, SourcedFilm, comparable, known_film::title_keys,
};

/// Why a film is thought to be the one that a source describes; the greater, the surer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Evidence {
    /// The title, the year and the kind agree.
    Title,
    /// A catalogue knows both by one name.
    Name,
    /// This very source has told of it before.
    Place,
}

/// Why a film of the catalogue is the one that a source describes; nothing when it is not.
#[must_use]
pub fn evidence(known: &KnownFilm, told: &SourcedFilm) -> Option<Evidence> {
    if known
        .told_at(told.at.source())
        .is_some_and(|own| own.at == told.at)
    {
        return Some(Evidence::Place);
    }
    if contradicts(known, told) {
        return None;
    }
    if told.refs.iter().any(|name| known.refs.contains(name)) {
        return Some(Evidence::Name);
    }
    (kinds_agree(known, told) && titles_agree(known, told)).then_some(Evidence::Title)
}

/// The film of the catalogue that a source describes. Where several agree in nothing but title, year
/// and kind, none is: which of them it is cannot be told. Where the names in catalogues prove several
/// of ours to be one film, the first of them is taken.
#[must_use]
pub fn find_same(known: &[KnownFilm], told: &SourcedFilm) -> Option<usize> {
    let judged: Vec<(Evidence, usize)> = known
        .iter()
        .enumerate()
        .filter_map(|(place, film)| Some((evidence(film, told)?, place)))
        .collect();
    let best = judged.iter().map(|(evidence, _)| *evidence).max()?;
    let mut likely = judged.iter().filter(|(evidence, _)| *evidence == best);
    let (_, place) = likely.next()?;
    let is_sure = best > Evidence::Title || likely.next().is_none();
    is_sure.then_some(*place)
}

impl SourcedFilm {
    /// Whether it tells enough for a film of the catalogue to be recognised in it under another title:
    /// a name in a catalogue other than its own, or everything that there is to tell.
    #[must_use]
    pub fn is_identified(&self) -> bool {
        let own = self.at.source().catalogue();
        self.depth == super::Depth::Full || self.refs.iter().any(|name| name.source() != own)
    }

    /// Its own titles in the form in which titles are compared.
    #[must_use]
    pub fn title_keys(&self) -> Vec<String> {
        title_keys(&self.title, self.original_title.as_ref())
    }
}

/// Whether a catalogue or a source knows the two by different names.
fn contradicts(known: &KnownFilm, told: &SourcedFilm) -> bool {
    let other_name = told.refs.iter().any(|name| {
        let mut own = known.refs.iter();
        own.any(|own| own.source() == name.source() && own != name)
    });
    other_name
        || known
            .told_at(told.at.source())
            .is_some_and(|own| own.at != told.at)
}

/// Films are not series. Whether a drawn one is anime is not told by everybody.
fn kinds_agree(known: &KnownFilm, told: &SourcedFilm) -> bool {
    match (known.kind, told.kind) {
        (FilmKind::Anime, FilmKind::Movie | FilmKind::Tv) => is_drawn(&told.genres),
        (FilmKind::Movie | FilmKind::Tv, FilmKind::Anime) => is_drawn(&known.genres),
        (one, other) => one == other,
    }
}

fn is_drawn(genres: &[GenreSlug]) -> bool {
    genres.iter().any(|genre| genre.as_str() == "animation")
}

fn titles_agree(known: &KnownFilm, told: &SourcedFilm) -> bool {
    let (Some(year), Some(other_year)) = (known.year, told.year) else {
        return false;
    };
    match year.get().abs_diff(other_year.get()) {
        0 => {
            let keys = known.title_keys();
            told.title_keys().iter().any(|key| keys.contains(key))
        }
        1 => originals_agree(known, told) && directors_agree(known, told),
        _ => false,
    }
}

fn originals_agree(known: &KnownFilm, told: &SourcedFilm) -> bool {
    let own = known.original_title.as_ref().unwrap_or(&known.title);
    let other = told.original_title.as_ref().unwrap_or(&told.title);
    let key = comparable(own.as_str());
    !key.is_empty() && key == comparable(other.as_str())
}

fn directors_agree(known: &KnownFilm, told: &SourcedFilm) -> bool {
    let own = known
        .people
        .iter()
        .filter(|person| person.role == CreditRole::Director);
    let own: Vec<String> = own
        .flat_map(|person| std::iter::once(&person.name).chain(&person.other_name))
        .map(|name| comparable(name.as_str()))
        .collect();
    let others = told
        .people
        .iter()
        .filter(|person| person.role == CreditRole::Director);
    others
        .flat_map(|person| std::iter::once(&person.name).chain(&person.other_name))
        .any(|name| own.contains(&comparable(name.as_str())))
}

#[cfg(test)]
mod tests;
