//! What sources tell, in the form in which it is kept outside the process.
//!
//! What is read back goes through the same checks as anything else from outside: what does not pass
//! counts as not kept.
use application::catalogue::sources::{SourceAnswer, SourcePage, SourcedGenre};
use domain::{
    catalogue::{
        CountryName, CreditRole, Depth, ExternalRef, ExternalSource, FilmDescription, FilmTitle,
        GenreSlug, PersonName, PosterUrl, ReleaseYear, SourceName, SourceRating, SourceRef,
        SourcedFilm, SourcedPerson, SourcedText,
    },
    shared::Language,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// Something that can be kept.
pub(super) trait Keepable: Clone + Send + Sync + 'static {
    /// Its form outside the process.
    type Packed: Serialize + DeserializeOwned + Send;
    /// Packs it.
    fn pack(&self) -> Self::Packed;
    /// Unpacks it; nothing when it has not the form that it must have.
    fn unpack(packed: Self::Packed) -> Option<Self>;
    /// Whether it says that there is nothing.
    fn is_nothing(&self) -> bool;
    /// Whether it is the whole answer, and so worth keeping.
    fn is_whole(&self) -> bool {
        true
    }
    /// Roughly how much memory it takes, in films.
    fn weight(&self) -> u32;
}

#[derive(Serialize, Deserialize)]
pub(super) struct Place(String, String);

#[derive(Serialize, Deserialize)]
pub(super) struct Person {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    other: Option<String>,
    directs: bool,
    position: u16,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    reference: Option<Place>,
}

/// A film; what is not known takes no room.
#[derive(Serialize, Deserialize)]
pub(super) struct Film {
    at: Place,
    refs: Vec<Place>,
    title: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    original: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    others: Vec<String>,
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    year: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    text: Option<(String, String)>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    genres: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    countries: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    minutes: Option<u16>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    people: Vec<Person>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    poster: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    rating: Option<(f64, u32)>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    popularity: Option<f64>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    keywords: Vec<String>,
    is_full: bool,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Answer {
    films: Vec<Film>,
    by: Vec<String>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Page {
    films: Vec<Film>,
    places: Vec<Place>,
    pages: u32,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Genre(u32, String, Option<String>);

fn pack_ref(reference: &ExternalRef) -> Place {
    Place(
        reference.source().name().to_owned(),
        reference.value().to_owned(),
    )
}

fn unpack_ref(place: &Place) -> Option<ExternalRef> {
    let source: ExternalSource = place.0.parse().ok()?;
    ExternalRef::new(source, &place.1).ok()
}

fn pack_place(at: &SourceRef) -> Place {
    Place(at.source().name().to_owned(), at.id().to_owned())
}

fn unpack_place(place: &Place) -> Option<SourceRef> {
    let source: SourceName = place.0.parse().ok()?;
    SourceRef::new(source, &place.1).ok()
}

fn pack_person(person: &SourcedPerson) -> Person {
    Person {
        name: person.name.as_str().to_owned(),
        other: person.other_name.as_ref().map(ToString::to_string),
        directs: person.role == CreditRole::Director,
        position: person.position,
        reference: person.reference.as_ref().map(pack_ref),
    }
}

fn unpack_person(person: &Person) -> Option<SourcedPerson> {
    Some(SourcedPerson {
        name: PersonName::parse(&person.name).ok()?,
        other_name: optional(person.other.as_ref(), |name| PersonName::parse(name).ok())?,
        role: if person.directs {
            CreditRole::Director
        } else {
            CreditRole::Cast
        },
        position: person.position,
        reference: optional(person.reference.as_ref(), unpack_ref)?,
    })
}

fn pack_film(film: &SourcedFilm) -> Film {
    let texts = |titles: &[FilmTitle]| titles.iter().map(ToString::to_string).collect();
    let text = film.description.as_ref();
    Film {
        at: pack_place(&film.at),
        refs: film.refs.iter().map(pack_ref).collect(),
        title: film.title.as_str().to_owned(),
        original: film.original_title.as_ref().map(ToString::to_string),
        others: texts(&film.other_titles),
        kind: film.kind.name().to_owned(),
        year: film.year.map(ReleaseYear::get),
        text: text.map(|text| (text.language.code().to_owned(), text.text.to_string())),
        genres: film
            .genres
            .iter()
            .map(|genre| genre.as_str().to_owned())
            .collect(),
        countries: film.countries.iter().map(ToString::to_string).collect(),
        minutes: film.runtime_minutes,
        people: film.people.iter().map(pack_person).collect(),
        poster: film.poster.as_ref().map(|url| url.as_str().to_owned()),
        rating: film.rating.map(|rating| (rating.mean(), rating.votes())),
        popularity: film.popularity,
        keywords: film.keywords.clone(),
        is_full: film.depth == Depth::Full,
    }
}

fn unpack_film(film: Film) -> Option<SourcedFilm> {
    Some(SourcedFilm {
        at: unpack_place(&film.at)?,
        refs: all(&film.refs, unpack_ref)?,
        title: FilmTitle::parse(&film.title).ok()?,
        original_title: optional(film.original.as_ref(), |title| FilmTitle::parse(title).ok())?,
        other_titles: all(&film.others, |title| FilmTitle::parse(title).ok())?,
        kind: film.kind.parse().ok()?,
        year: optional(film.year.as_ref(), |year| {
            ReleaseYear::try_from(i64::from(*year)).ok()
        })?,
        description: optional(film.text.as_ref(), unpack_text)?,
        genres: all(&film.genres, |genre| GenreSlug::parse(genre).ok())?,
        countries: all(&film.countries, |country| CountryName::parse(country).ok())?,
        runtime_minutes: film.minutes,
        people: all(&film.people, unpack_person)?,
        poster: optional(film.poster.as_ref(), |url| PosterUrl::parse(url).ok())?,
        rating: optional(film.rating.as_ref(), |(mean, votes)| {
            SourceRating::new(*mean, *votes)
        })?,
        popularity: film.popularity,
        keywords: film.keywords,
        depth: if film.is_full {
            Depth::Full
        } else {
            Depth::Brief
        },
    })
}

fn unpack_text((language, text): &(String, String)) -> Option<SourcedText> {
    Some(SourcedText {
        text: FilmDescription::parse(text).ok()?,
        language: language.parse::<Language>().ok()?,
    })
}

fn pack_genre(genre: &SourcedGenre) -> Genre {
    let slug = genre.slug.as_ref().map(|slug| slug.as_str().to_owned());
    Genre(genre.number, genre.name.clone(), slug)
}

fn unpack_genre(Genre(number, name, slug): Genre) -> Option<SourcedGenre> {
    Some(SourcedGenre {
        number,
        slug: optional(slug.as_ref(), |slug| GenreSlug::parse(slug).ok())?,
        name,
    })
}

/// Unpacks what may be absent; what is there must be right.
#[expect(
    clippy::option_option,
    reason = "nothing is right, wrong is not, and the two must not be confused"
)]
fn optional<P, T>(packed: Option<&P>, unpack: impl Fn(&P) -> Option<T>) -> Option<Option<T>> {
    match packed {
        None => Some(None),
        Some(packed) => unpack(packed).map(Some),
    }
}

fn all<P, T>(packed: &[P], unpack: impl Fn(&P) -> Option<T>) -> Option<Vec<T>> {
    packed.iter().map(unpack).collect()
}

fn films(packed: Vec<Film>) -> Option<Vec<SourcedFilm>> {
    packed.into_iter().map(unpack_film).collect()
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX).saturating_add(1)
}

impl Keepable for SourceAnswer {
    type Packed = Answer;

    fn pack(&self) -> Answer {
        Answer {
            films: self.films.iter().map(pack_film).collect(),
            by: self
                .answered_by
                .iter()
                .map(|source| source.name().to_owned())
                .collect(),
        }
    }

    fn unpack(packed: Answer) -> Option<Self> {
        Some(Self {
            films: films(packed.films)?,
            answered_by: all(&packed.by, |name| name.parse().ok())?,
            is_owed: false,
        })
    }

    fn is_nothing(&self) -> bool {
        self.films.is_empty()
    }

    fn is_whole(&self) -> bool {
        !self.is_owed && !self.answered_by.is_empty()
    }

    fn weight(&self) -> u32 {
        count(self.films.len())
    }
}

impl Keepable for Option<SourcedFilm> {
    type Packed = Option<Film>;

    fn pack(&self) -> Option<Film> {
        self.as_ref().map(pack_film)
    }

    fn unpack(packed: Option<Film>) -> Option<Self> {
        match packed {
            None => Some(None),
            Some(film) => unpack_film(film).map(Some),
        }
    }

    fn is_nothing(&self) -> bool {
        self.is_none()
    }

    fn is_whole(&self) -> bool {
        // One of the ways to Kinopoisk tells a film in two answers, of which one may be missing.
        self.as_ref().is_none_or(|film| film.depth == Depth::Full)
    }

    fn weight(&self) -> u32 {
        // With all its people a film takes much more room than in a list.
        4
    }
}

impl Keepable for SourcePage {
    type Packed = Page;

    fn pack(&self) -> Page {
        Page {
            films: self.films.iter().map(pack_film).collect(),
            places: self.places.iter().map(pack_place).collect(),
            pages: self.pages,
        }
    }

    fn unpack(packed: Page) -> Option<Self> {
        Some(Self {
            films: films(packed.films)?,
            places: all(&packed.places, unpack_place)?,
            pages: packed.pages,
        })
    }

    fn is_nothing(&self) -> bool {
        self.films.is_empty() && self.places.is_empty()
    }

    fn weight(&self) -> u32 {
        count(self.films.len() + self.places.len() / 16)
    }
}

impl Keepable for Vec<SourcedFilm> {
    type Packed = Vec<Film>;

    fn pack(&self) -> Vec<Film> {
        self.iter().map(pack_film).collect()
    }

    fn unpack(packed: Vec<Film>) -> Option<Self> {
        films(packed)
    }

    fn is_nothing(&self) -> bool {
        self.is_empty()
    }

    fn weight(&self) -> u32 {
        count(self.len())
    }
}

impl Keepable for Vec<SourcedGenre> {
    type Packed = Vec<Genre>;

    fn pack(&self) -> Vec<Genre> {
        self.iter().map(pack_genre).collect()
    }

    fn unpack(packed: Vec<Genre>) -> Option<Self> {
        packed.into_iter().map(unpack_genre).collect()
    }

    fn is_nothing(&self) -> bool {
        self.is_empty()
    }

    fn weight(&self) -> u32 {
        count(self.len() / 16)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use application::fakes::a_sourced_film;
    use domain::catalogue::FilmKind;

    fn there_and_back<T: Keepable>(value: &T) -> Option<T> {
        let bytes = serde_json::to_vec(&value.pack()).unwrap();
        T::unpack(serde_json::from_slice(&bytes).unwrap())
    }

    fn a_film() -> SourcedFilm {
        a_sourced_film(SourceName::Tmdb, "movie/593")
            .titled("Солярис")
            .originally("Solaris")
            .of_year(1972)
            .of_genre("science-fiction")
            .known_as(ExternalSource::Imdb, "tt0069293")
            .directed_by("Андрей Тарковский")
            .starring("Наталья Бондарчук")
            .kind(FilmKind::Movie)
            .with(|film| {
                film.description = Some(SourcedText {
                    text: FilmDescription::parse("An ocean thinks.").unwrap(),
                    language: Language::English,
                });
                film.countries = vec![CountryName::parse("Soviet Union").unwrap()];
                film.runtime_minutes = Some(167);
                film.poster = PosterUrl::parse("https://image.tmdb.org/t/p/original/a.jpg").ok();
                film.rating = SourceRating::new(7.9, 1_500);
                film.popularity = Some(12.5);
                film.keywords = vec!["ocean".into()];
            })
            .build()
    }

    #[test]
    fn everything_comes_back_as_it_was() {
        let film = a_film();
        assert_eq!(
            there_and_back(&Some(film.clone())),
            Some(Some(film.clone()))
        );
        assert_eq!(there_and_back(&None::<SourcedFilm>), Some(None));
        let answer = SourceAnswer {
            films: vec![film.clone()],
            answered_by: vec![SourceName::Tmdb],
            is_owed: false,
        };
        assert_eq!(there_and_back(&answer), Some(answer));
        let page = SourcePage {
            places: vec![film.at.clone()],
            films: vec![film],
            pages: 7,
        };
        assert_eq!(there_and_back(&page), Some(page));
        let genres = vec![SourcedGenre {
            number: 18,
            name: "Drama".into(),
            slug: GenreSlug::parse("drama").ok(),
        }];
        assert_eq!(there_and_back(&genres), Some(genres));
    }

    #[test]
    fn what_has_been_tampered_with_does_not_come_back() {
        let mut packed = pack_film(&a_film());
        packed.poster = Some("file:///etc/passwd".into());
        assert!(unpack_film(packed).is_none());
        let mut packed = pack_film(&a_film());
        packed.title = String::new();
        assert!(unpack_film(packed).is_none());
    }

    #[test]
    fn half_an_answer_is_not_kept() {
        let owed = SourceAnswer {
            is_owed: true,
            ..SourceAnswer::default()
        };
        assert!(!owed.is_whole());
        assert!(!SourceAnswer::default().is_whole());
        let brief = a_sourced_film(SourceName::KinopoiskDev, "1")
            .with(|film| film.depth = Depth::Brief)
            .build();
        assert!(!Some(brief).is_whole());
    }
}
