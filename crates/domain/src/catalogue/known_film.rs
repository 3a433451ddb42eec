//! A film of the catalogue as other catalogues may add to it, and how what they tell is merged.
//!
//! What stands in the catalogue by its own right (a title that an administrator gave, a text under a
//! free licence) stays. Of everything else the source that told it first is in charge: what it tells
//! later replaces what it told before. All other sources fill gaps. Nothing that a source leaves out
//! takes away what is known.
use super::{
    CountryName, CreditRole, Depth, ExternalRef, FilmDescription, FilmId, FilmKind, FilmTitle,
    GenreSlug, PersonId, PersonName, PosterUrl, ReleaseYear, SourceName, SourceRating, SourceRef,
    SourcedFilm, SourcedPerson, comparable,
};
use chrono::{DateTime, Utc};

/// Whose words a description is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextOrigin {
    /// Who published it.
    pub name: String,
    /// Where it can be read.
    pub url: Option<String>,
    /// On what terms it may be shown.
    pub terms: Option<String>,
}

/// A description, and whose words it is; nobody's in particular when its owner wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownText {
    /// The text.
    pub text: FilmDescription,
    /// Whose words it is.
    pub origin: Option<TextOrigin>,
}

/// Something that one source said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said<T> {
    /// Which source.
    pub by: SourceName,
    /// What it said.
    pub what: T,
}

/// Somebody who made a film or plays in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownPerson {
    /// Which person; none until they are stored.
    pub id: Option<PersonId>,
    /// The name to show.
    pub name: PersonName,
    /// The name in another script.
    pub other_name: Option<PersonName>,
    /// What they did.
    pub role: CreditRole,
    /// By which names other catalogues know them.
    pub refs: Vec<ExternalRef>,
}

/// That a source told something of a film.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// Where the source keeps the film.
    pub at: SourceRef,
    /// When it was asked last.
    pub fetched_at: DateTime<Utc>,
    /// The most that it has told.
    pub depth: Depth,
}

/// A film of the catalogue with everything that a source may add to it. A user's own film is none.
#[derive(Clone, Debug, PartialEq)]
pub struct KnownFilm {
    /// Which film.
    pub id: FilmId,
    /// The source in charge; none when the film stands in the catalogue by its own right.
    pub told_by: Option<SourceName>,
    /// Its title.
    pub title: FilmTitle,
    /// Its title in the language in which it was made, where that is another one.
    pub original_title: Option<FilmTitle>,
    /// Titles under which it is known elsewhere.
    pub other_titles: Vec<Said<FilmTitle>>,
    /// Film, series or anime.
    pub kind: FilmKind,
    /// The year of its first release.
    pub year: Option<ReleaseYear>,
    /// What it is about.
    pub description: Option<KnownText>,
    /// Its genres, the most fitting first.
    pub genres: Vec<GenreSlug>,
    /// Where it was made, the most important country first.
    pub countries: Vec<CountryName>,
    /// How long it is.
    pub runtime_minutes: Option<u16>,
    /// Who made it and plays in it, those of a role in their order.
    pub people: Vec<KnownPerson>,
    /// Where a source shows its poster.
    pub poster: Option<Said<PosterUrl>>,
    /// What the users of sources think of it, each source once.
    pub ratings: Vec<(SourceName, SourceRating)>,
    /// How much it is looked at these days.
    pub popularity: Option<f64>,
    /// Words that sources have put on it.
    pub keywords: Vec<Said<String>>,
    /// Its names in other catalogues, each catalogue once.
    pub refs: Vec<ExternalRef>,
    /// Who told something of it, each source once.
    pub provenance: Vec<Provenance>,
    /// When a source last told all that it knows.
    pub refreshed_at: Option<DateTime<Utc>>,
}

/// What has become of a film by what a source told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Learned {
    /// Nothing but that it was told.
    Nothing,
    /// Numbers that change every day.
    Figures,
    /// Something that a reader would notice.
    Facts,
}

impl KnownPerson {
    /// Somebody whom a source names, as they are known where they are.
    fn of(told: &SourcedPerson, known: &[Self]) -> Self {
        let is_them = |person: &&Self| {
            person.role == told.role
                && match &told.reference {
                    Some(name) => person.refs.contains(name),
                    None => person.name == told.name,
                }
        };
        let same = known.iter().find(is_them);
        same.cloned().unwrap_or_else(|| Self {
            id: None,
            name: told.name.clone(),
            other_name: told.other_name.clone(),
            role: told.role,
            refs: told.reference.iter().cloned().collect(),
        })
    }
}

impl KnownFilm {
    /// The most titles that are kept beside the two of its own.
    pub const MOST_TITLES: usize = 60;
    /// The most keywords that are kept.
    pub const MOST_KEYWORDS: usize = 60;
    /// The most people of a role that are kept.
    pub const MOST_PEOPLE: usize = 40;

    /// A film that was not in the catalogue.
    #[must_use]
    pub fn discovered(id: FilmId, told: &SourcedFilm, now: DateTime<Utc>) -> Self {
        let mut film = Self {
            id,
            told_by: Some(told.at.source()),
            title: told.title.clone(),
            original_title: None,
            other_titles: Vec::new(),
            kind: told.kind,
            year: None,
            description: None,
            genres: Vec::new(),
            countries: Vec::new(),
            runtime_minutes: None,
            people: Vec::new(),
            poster: None,
            ratings: Vec::new(),
            popularity: None,
            keywords: Vec::new(),
            refs: Vec::new(),
            provenance: Vec::new(),
            refreshed_at: None,
        };
        film.learn(told, now);
        film
    }

    /// Takes over what a source tells of it, and says what came of that.
    pub fn learn(&mut self, told: &SourcedFilm, now: DateTime<Utc>) -> Learned {
        let before = self.clone();
        let told_before = self.told_at(told.at.source()).cloned();
        if told_before.is_some_and(|last| told.depth < last.depth || now < last.fetched_at) {
            self.learn_figures(told);
        } else {
            self.learn_names(told);
            self.learn_facts(told);
            self.learn_text(told);
            self.learn_figures(told);
        }
        self.note(told, now);
        self.compared_with(&before)
    }

    /// What a source told of it, and when.
    #[must_use]
    pub fn told_at(&self, source: SourceName) -> Option<&Provenance> {
        let mut provenance = self.provenance.iter();
        provenance.find(|told| told.at.source() == source)
    }

    /// Whether a source has told all that it knows.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.provenance.iter().any(|told| told.depth == Depth::Full)
    }

    /// Its own titles in the form in which titles are compared.
    #[must_use]
    pub fn title_keys(&self) -> Vec<String> {
        title_keys(&self.title, self.original_title.as_ref())
    }

    fn is_told_by(&self, told: &SourcedFilm) -> bool {
        self.told_by == Some(told.at.source())
    }

    fn learn_names(&mut self, told: &SourcedFilm) {
        let source = told.at.source();
        let in_charge = self.is_told_by(told);
        // Only full answers are all in one language; a search may have been in any.
        if in_charge && told.depth == Depth::Full {
            self.title = told.title.clone();
        }
        let original = told.original_title.as_ref();
        settle(&mut self.original_title, original, in_charge);
        let key = comparable(self.title.as_str());
        self.original_title
            .take_if(|title| comparable(title.as_str()) == key);
        let own = self.title_keys();
        self.other_titles
            .retain(|said| !own.contains(&comparable(said.what.as_str())));
        if told.depth == Depth::Full {
            self.other_titles.retain(|said| said.by != source);
        }
        let told_titles = std::iter::once(&told.title)
            .chain(original)
            .chain(&told.other_titles);
        for title in told_titles {
            self.add_title(source, title);
        }
        for name in &told.refs {
            if !self.refs.iter().any(|own| own.source() == name.source()) {
                self.refs.push(name.clone());
            }
        }
    }

    fn add_title(&mut self, by: SourceName, title: &FilmTitle) {
        let key = comparable(title.as_str());
        let others = self.other_titles.iter().map(|said| &said.what);
        let mut known = std::iter::once(&self.title)
            .chain(self.original_title.as_ref())
            .chain(others);
        let is_new = !key.is_empty() && known.all(|known| comparable(known.as_str()) != key);
        if is_new && self.other_titles.len() < Self::MOST_TITLES {
            let what = title.clone();
            self.other_titles.push(Said { by, what });
        }
    }

    fn learn_facts(&mut self, told: &SourcedFilm) {
        let in_charge = self.is_told_by(told);
        if in_charge || self.hides_an_anime(told) {
            self.kind = told.kind;
        }
        settle(&mut self.year, told.year.as_ref(), in_charge);
        let runtime = told.runtime_minutes.as_ref();
        settle(&mut self.runtime_minutes, runtime, in_charge);
        settle_all(&mut self.genres, &told.genres, in_charge);
        settle_all(&mut self.countries, &told.countries, in_charge);
        for role in [CreditRole::Director, CreditRole::Cast] {
            self.learn_people(role, &told.people, in_charge);
        }
        let poster = told.poster.as_ref().map(|url| Said {
            by: told.at.source(),
            what: url.clone(),
        });
        let is_theirs = self
            .poster
            .as_ref()
            .is_some_and(|said| said.by == told.at.source());
        settle(&mut self.poster, poster.as_ref(), is_theirs);
        if told.depth == Depth::Full {
            self.learn_keywords(told);
        }
    }

    /// The catalogue's own films are all called films; a source may know better of a drawn one.
    fn hides_an_anime(&self, told: &SourcedFilm) -> bool {
        self.told_by.is_none() && self.kind == FilmKind::Movie && told.kind == FilmKind::Anime
    }

    fn learn_people(&mut self, role: CreditRole, told: &[SourcedPerson], in_charge: bool) {
        let is_empty = self.people.iter().all(|person| person.role != role);
        let mut told: Vec<&SourcedPerson> =
            told.iter().filter(|person| person.role == role).collect();
        if told.is_empty() || !(is_empty || in_charge) {
            return;
        }
        told.sort_by_key(|person| person.position);
        let people: Vec<KnownPerson> = told
            .into_iter()
            .take(Self::MOST_PEOPLE)
            .map(|person| KnownPerson::of(person, &self.people))
            .collect();
        self.people.retain(|person| person.role != role);
        self.people.extend(people);
        // Those of one role stand together, whichever was learnt first.
        self.people
            .sort_by_key(|person| person.role == CreditRole::Cast);
    }

    fn learn_keywords(&mut self, told: &SourcedFilm) {
        let by = told.at.source();
        self.keywords.retain(|said| said.by != by);
        for word in &told.keywords {
            let is_new = self.keywords.iter().all(|said| said.what != *word);
            if is_new && self.keywords.len() < Self::MOST_KEYWORDS {
                let what = word.clone();
                self.keywords.push(Said { by, what });
            }
        }
    }

    fn learn_text(&mut self, told: &SourcedFilm) {
        let Some(text) = &told.description else {
            return;
        };
        let source = told.at.source();
        let may_be_replaced = self.description.as_ref().is_none_or(|known| {
            let origin = known.origin.as_ref();
            origin.is_some_and(|origin| origin.name == source.label())
        });
        if may_be_replaced {
            self.description = Some(KnownText {
                text: text.text.clone(),
                origin: Some(TextOrigin {
                    name: source.label().to_owned(),
                    url: Some(told.at.page()),
                    terms: Some(source.terms().to_owned()),
                }),
            });
        }
    }

    fn learn_figures(&mut self, told: &SourcedFilm) {
        let source = told.at.source();
        if let Some(rating) = told.rating {
            self.ratings.retain(|(by, _)| *by != source);
            self.ratings.push((source, rating));
            self.ratings.sort_by_key(|(by, _)| *by);
        }
        self.popularity = told.popularity.or(self.popularity);
    }

    fn note(&mut self, told: &SourcedFilm, now: DateTime<Utc>) {
        let source = told.at.source();
        match self
            .provenance
            .iter_mut()
            .find(|known| known.at.source() == source)
        {
            Some(known) => {
                known.at = told.at.clone();
                known.depth = known.depth.max(told.depth);
                known.fetched_at = known.fetched_at.max(now);
            }
            None => self.provenance.push(Provenance {
                at: told.at.clone(),
                fetched_at: now,
                depth: told.depth,
            }),
        }
        self.provenance.sort_by_key(|known| known.at.source());
        if told.depth == Depth::Full {
            self.refreshed_at = self.refreshed_at.max(Some(now));
        }
    }

    fn compared_with(&self, before: &Self) -> Learned {
        let facts = |film: &Self| Self {
            ratings: Vec::new(),
            popularity: None,
            provenance: Vec::new(),
            refreshed_at: None,
            ..film.clone()
        };
        if facts(self) != facts(before) || self.is_complete() != before.is_complete() {
            Learned::Facts
        } else if self.ratings != before.ratings || self.popularity != before.popularity {
            Learned::Figures
        } else {
            Learned::Nothing
        }
    }
}

/// A film's own titles in the form in which titles are compared.
pub(super) fn title_keys(title: &FilmTitle, original: Option<&FilmTitle>) -> Vec<String> {
    let mut keys: Vec<String> = std::iter::once(title)
        .chain(original)
        .map(|title| comparable(title.as_str()))
        .filter(|key| !key.is_empty())
        .collect();
    keys.dedup();
    keys
}

fn settle<T: Clone>(known: &mut Option<T>, told: Option<&T>, replaces: bool) {
    if let Some(told) = told
        && (replaces || known.is_none())
    {
        *known = Some(told.clone());
    }
}

fn settle_all<T: Clone>(known: &mut Vec<T>, told: &[T], replaces: bool) {
    if !told.is_empty() && (replaces || known.is_empty()) {
        *known = told.to_vec();
    }
}

#[cfg(test)]
pub(super) mod tests;
