//! The films of a set, with their names in other catalogues.
use super::{
    lines::{Digest, Digested, Format, Line, Lines},
    place::Place,
    title,
};
use application::community::ports::BadFiles;
use domain::{
    catalogue::{ExternalRef, ExternalSource, FilmTitle, GenreSlug},
    community::ListedFilm,
};
use std::collections::{HashMap, HashSet};

const LINKS: &str = "links.csv";

/// Reads the films; without `links.csv` they have no names elsewhere.
pub(super) fn read(
    place: &Place,
    format: Format,
    digest: &mut Digest,
) -> Result<Vec<ListedFilm>, BadFiles> {
    let mut names_elsewhere = HashMap::new();
    if place.has(LINKS) {
        place.read(LINKS, |bytes| {
            let names = &["movieId", "imdbId", "tmdbId"];
            let bytes = Digested::new(bytes, digest);
            let mut lines = Lines::new(Format::Csv, LINKS, names, bytes)?;
            while let Some(line) = lines.next()? {
                names_elsewhere.insert(line.parsed(0, "a number")?, names_of(&line)?);
            }
            Ok(())
        })?;
    }
    place.read(format.movies(), |bytes| {
        let names = &["movieId", "title", "genres"];
        let bytes = Digested::new(bytes, digest);
        let mut lines = Lines::new(format, format.movies(), names, bytes)?;
        let (mut films, mut seen) = (Vec::new(), HashSet::new());
        while let Some(line) = lines.next()? {
            let film = film(&line, &mut names_elsewhere)?;
            if !seen.insert(film.item) {
                return Err(line.bad_field(0, &format!("{} is there twice", film.item)));
            }
            films.push(film);
        }
        Ok(films)
    })
}

/// The names in other catalogues that a line tells; any of them may be missing.
fn names_of(line: &Line<'_>) -> Result<Vec<ExternalRef>, BadFiles> {
    let mut names = Vec::new();
    for (place, source) in [(1, ExternalSource::Imdb), (2, ExternalSource::Tmdb)] {
        if line.field(place).trim().is_empty() {
            continue;
        }
        let number: u32 = line.parsed(place, "a number")?;
        let value = match source {
            // IMDb fills its numbers up to seven digits.
            ExternalSource::Imdb => format!("tt{number:07}"),
            ExternalSource::Tmdb | ExternalSource::Kinopoisk | ExternalSource::Wikidata => {
                number.to_string()
            }
        };
        let name = ExternalRef::new(source, &value)
            .map_err(|refused| line.bad_field(place, &refused.to_string()))?;
        names.push(name);
    }
    Ok(names)
}

fn film(
    line: &Line<'_>,
    names_elsewhere: &mut HashMap<i64, Vec<ExternalRef>>,
) -> Result<ListedFilm, BadFiles> {
    let item = line.parsed(0, "a number")?;
    let told = title::read(line.field(1));
    let title =
        FilmTitle::parse(&told.title).map_err(|refused| line.bad_field(1, &refused.to_string()))?;
    Ok(ListedFilm {
        item,
        title,
        original_title: told.original.and_then(|text| FilmTitle::parse(&text).ok()),
        year: told.year,
        genres: genres(line.field(2)),
        refs: names_elsewhere.remove(&item).unwrap_or_default(),
    })
}

/// What MovieLens calls genres, in our words. `IMAX` and `(no genres listed)` are none.
fn genres(field: &str) -> Vec<GenreSlug> {
    let mut genres = Vec::new();
    for word in field.split('|') {
        let slug = match word.trim() {
            "Children" | "Children's" => "family".to_owned(),
            "Sci-Fi" => "science-fiction".to_owned(),
            "Film-Noir" => "noir".to_owned(),
            "IMAX" | "(no genres listed)" => continue,
            other => other.to_lowercase(),
        };
        // Which of them we have is for the import to say.
        genres.extend(
            GenreSlug::parse(&slug)
                .ok()
                .filter(|slug| !genres.contains(slug)),
        );
    }
    genres
}
