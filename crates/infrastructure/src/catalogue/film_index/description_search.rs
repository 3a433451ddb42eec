//! Finds films by what somebody remembers of them.
//!
//! A film's points are a sum: of how well the words fit, by BM25, and of what years, genres, countries
//! and people add. Nothing is a filter, since people remember wrongly.
use super::{
    cues::{AskedWord, COMMON_COUNTRY, Cues, YearWeights},
    schema::{Fields, YEAR},
    title_search::{self, Hit},
};
use domain::catalogue::FilmId;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use tantivy::{
    DocAddress, DocId, DocSet, Searcher, SegmentOrdinal, SegmentReader, TERMINATED,
    TantivyDocument, Term,
    columnar::Column,
    fieldnorm::FieldNormReader,
    postings::Postings,
    schema::{Field, IndexRecordOption},
};

/// How many films are considered when a title is given too.
const MOST_CONSIDERED: usize = 200;
/// How much a fitting title counts beside the best fitting description.
const TITLE_WEIGHT: f64 = 1.0;
/// What a film without a fitting word must have of all else to be found.
const LEAST_WITHOUT_WORDS: f64 = 0.5;
/// The parameters of BM25.
const SATURATION: f64 = 1.2;
const LENGTH_MATTERS: f64 = 0.75;
const LENGTH_OF_LABELS_MATTERS: f64 = 0.3;
/// Genres are kept as bits of a number.
const MOST_GENRES: usize = 128;
/// How many films have to hold a word before it tells of a genre, and how much is doubted then.
const LEAST_FILMS_OF_WORD: u32 = 3;
const DOUBT: f64 = 8.0;
/// Films of two genres do not count twice.
const NAMED_GENRES_SHARE: f64 = 0.3;
/// Of so many whole names at most.
const MOST_PEOPLE: f64 = 2.0;
/// Films were in black and white before.
const LAST_YEAR_WITHOUT_COLOUR: u16 = 1967;
/// Films that are older are asked for less, the more so the older they are.
const LONG_AGO: u16 = 1985;

/// What each cue adds to a film that it fits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Weights {
    description: f64,
    synonyms: f64,
    pairs: f64,
    title: f64,
    labels: f64,
    people: f64,
    person: f64,
    years: f64,
    named_genres: f64,
    likely_genres: f64,
    countries: f64,
    black_and_white: f64,
    /// Per ten years.
    age: f64,
}

/// Found by trying on half of the requests that `bench/search` measures with. Titles count little: who
/// remembers words of them gives them as a title.
pub(super) const WEIGHTS: Weights = Weights {
    description: 0.232,
    synonyms: 0.179,
    pairs: 0.1,
    title: 0.03,
    labels: 0.092,
    people: 0.06,
    person: 0.8,
    years: 2.35,
    named_genres: 1.43,
    likely_genres: 0.56,
    countries: 0.78,
    black_and_white: 0.7,
    age: 0.157,
};

/// Finds up to `most` films, the best first.
pub(super) fn find(
    searcher: &Searcher,
    fields: &Fields,
    title: Option<&str>,
    description: &str,
    most: usize,
) -> tantivy::Result<Vec<FilmId>> {
    let cues = Cues::read(description);
    match title {
        None => {
            let found = by_cues(searcher, fields, &cues, &WEIGHTS, most)?;
            films(
                searcher,
                fields,
                found.into_iter().map(|(_, address)| address),
            )
        }
        Some(title) => {
            let found = by_cues(searcher, fields, &cues, &WEIGHTS, MOST_CONSIDERED)?;
            let titled = title_search::find(searcher, fields, title, MOST_CONSIDERED)?;
            let both = join(found, &titled);
            films(searcher, fields, both.into_iter().take(most))
        }
    }
}

fn films(
    searcher: &Searcher,
    fields: &Fields,
    addresses: impl Iterator<Item = DocAddress>,
) -> tantivy::Result<Vec<FilmId>> {
    let mut films = Vec::new();
    for address in addresses {
        films.extend(fields.film(&searcher.doc::<TantivyDocument>(address)?));
    }
    Ok(films)
}

/// Orders films by how well description and title fit together.
fn join(described: Vec<(f64, DocAddress)>, titled: &[Hit]) -> Vec<DocAddress> {
    let best = described.first().map_or(1.0, |(points, _)| points.max(1.0));
    let mut scores: HashMap<DocAddress, f64> = described
        .into_iter()
        .map(|(points, address)| (address, points / best))
        .collect();
    for hit in titled {
        *scores.entry(hit.address).or_default() += f64::from(hit.fit.score) * TITLE_WEIGHT;
    }
    let mut ordered: Vec<(f64, DocAddress)> = scores
        .into_iter()
        .map(|(address, score)| (score, address))
        .collect();
    ordered.sort_by(best_first);
    ordered.into_iter().map(|(_, address)| address).collect()
}

fn best_first(one: &(f64, DocAddress), other: &(f64, DocAddress)) -> std::cmp::Ordering {
    other.0.total_cmp(&one.0).then(one.1.cmp(&other.1))
}

/// Finds films that fit what is remembered, each with its points.
pub(super) fn by_cues(
    searcher: &Searcher,
    fields: &Fields,
    cues: &Cues,
    weights: &Weights,
    most: usize,
) -> tantivy::Result<Vec<(f64, DocAddress)>> {
    if most == 0 {
        return Ok(Vec::new());
    }
    let plan = Plan::of(searcher, fields, cues, weights)?;
    let mut parts = Vec::new();
    for (ordinal, segment) in (0..).zip(searcher.segment_readers()) {
        let mut part = Part::of(ordinal, segment, fields)?;
        part.add_words(&plan)?;
        parts.push(part);
    }
    let names = genre_names(&parts);
    let genres = Genres::of(&names, &parts, cues, &plan, weights);
    let years = YearWeights::of(&cues.years);
    let mut found = Vec::new();
    for part in &mut parts {
        part.add_people(fields, cues, weights)?;
        part.add_countries(fields, cues, weights)?;
        part.add_genres(&genres);
        part.add_years(years.as_ref(), cues, weights);
        found.extend(part.found());
    }
    if found.len() > most {
        found.select_nth_unstable_by(most, best_first);
        found.truncate(most);
    }
    found.sort_by(best_first);
    Ok(found)
}

/// A term that is looked for.
#[derive(Debug)]
struct Clause {
    term: Term,
    /// How much the term counts, its rarity included.
    value: f64,
    scale: Scale,
    /// How much its films tell of the genre.
    telling: f64,
}

/// How often a term stands in a text matters less the longer the text is.
#[derive(Clone, Copy, Debug)]
enum Scale {
    Lengths { mean: f64, matter: f64 },
    Same,
}

impl Scale {
    fn of(self, times: u32, length: u32) -> f64 {
        match self {
            Self::Same => 1.0,
            Self::Lengths { mean, matter } => {
                let relative = f64::from(length) / mean.max(1.0);
                let norm = SATURATION * (1.0 - matter + matter * relative);
                let times = f64::from(times);
                times * (SATURATION + 1.0) / (times + norm)
            }
        }
    }
}

/// All terms that are looked for, and what is known of the whole index.
struct Plan {
    clauses: Vec<Clause>,
    films: f64,
    words: f64,
}

impl Plan {
    fn of(
        searcher: &Searcher,
        fields: &Fields,
        cues: &Cues,
        weights: &Weights,
    ) -> tantivy::Result<Self> {
        let mut plan = Self {
            clauses: Vec::new(),
            films: number(searcher.num_docs()),
            words: number(u64::try_from(cues.words.len()).unwrap_or_default()),
        };
        let description = scale(searcher, fields.description, LENGTH_MATTERS)?;
        let labels = scale(searcher, fields.labels, LENGTH_OF_LABELS_MATTERS)?;
        let title = scale(searcher, fields.title, LENGTH_MATTERS)?;
        let people = scale(searcher, fields.people, LENGTH_MATTERS)?;
        for word in &cues.words {
            let AskedWord {
                stem,
                name,
                telling,
                weight,
            } = word;
            for (field, text, value, scale, telling) in [
                (
                    fields.description,
                    stem,
                    weights.description * weight,
                    description,
                    *telling,
                ),
                (fields.title, stem, weights.title * weight, title, 0.0),
                (fields.labels, stem, weights.labels, labels, 0.0),
                (fields.people, name, weights.people, people, 0.0),
            ] {
                plan.add(searcher, field, text, value, scale, telling)?;
            }
        }
        for (stem, weight) in &cues.synonyms {
            let value = weights.synonyms * weight;
            plan.add(searcher, fields.description, stem, value, description, 0.0)?;
        }
        for pair in &cues.pairs {
            plan.add(searcher, fields.pair, pair, weights.pairs, Scale::Same, 0.0)?;
        }
        Ok(plan)
    }

    fn add(
        &mut self,
        searcher: &Searcher,
        field: Field,
        text: &str,
        weight: f64,
        scale: Scale,
        telling: f64,
    ) -> tantivy::Result<()> {
        let term = Term::from_field_text(field, text);
        let holding = number(searcher.doc_freq(&term)?);
        if holding > 0.0 {
            let rarity = (1.0 + (self.films - holding + 0.5).max(0.0) / (holding + 0.5)).ln();
            self.clauses.push(Clause {
                term,
                value: weight * rarity,
                scale,
                telling,
            });
        }
        Ok(())
    }
}

fn scale(searcher: &Searcher, field: Field, matter: f64) -> tantivy::Result<Scale> {
    let mut words = 0;
    for segment in searcher.segment_readers() {
        words += segment.inverted_index(field)?.total_num_tokens();
    }
    let mean = number(words) / number(searcher.num_docs()).max(1.0);
    Ok(Scale::Lengths { mean, matter })
}

/// A count, of which more than four thousand million do not occur.
fn number(count: u64) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// One part of the index, and the points of its films.
struct Part<'a> {
    ordinal: SegmentOrdinal,
    segment: &'a SegmentReader,
    points: Vec<f64>,
    /// The films that hold one of the words.
    has_words: Vec<bool>,
    /// The genres of each film, as bits.
    genres: Vec<u128>,
    genre_names: Vec<String>,
    years: Option<Column<u64>>,
    /// For each telling word: in how many films of any genre it is, and in how many of each genre.
    tellings: Vec<Telling>,
}

struct Telling {
    /// Which clause it is of.
    clause: usize,
    films: u32,
    by_genre: Vec<u32>,
}

impl<'a> Part<'a> {
    fn of(
        ordinal: SegmentOrdinal,
        segment: &'a SegmentReader,
        fields: &Fields,
    ) -> tantivy::Result<Self> {
        let films = usize::try_from(segment.max_doc()).unwrap_or_default();
        let mut part = Self {
            ordinal,
            segment,
            points: vec![0.0; films],
            has_words: vec![false; films],
            genres: vec![0; films],
            genre_names: Vec::new(),
            years: segment.fast_fields().u64(YEAR).ok(),
            tellings: Vec::new(),
        };
        part.read_genres(fields)?;
        Ok(part)
    }

    fn read_genres(&mut self, fields: &Fields) -> tantivy::Result<()> {
        let index = self.segment.inverted_index(fields.genre)?;
        let mut terms = index.terms().stream()?;
        while self.genre_names.len() < MOST_GENRES && terms.advance() {
            let bit = 1_u128 << self.genre_names.len();
            let name = String::from_utf8_lossy(terms.key()).into_owned();
            self.genre_names.push(name);
            let mut films =
                index.read_postings_from_terminfo(terms.value(), IndexRecordOption::Basic)?;
            while films.doc() != TERMINATED {
                if let Some(genres) = self.genres.get_mut(place(films.doc())) {
                    *genres |= bit;
                }
                films.advance();
            }
        }
        Ok(())
    }

    /// Where each genre of this part stands among all.
    fn places_among(&self, names: &[String]) -> Vec<usize> {
        let places = self.genre_names.iter();
        places
            .map(|name| names.binary_search(name).unwrap_or(usize::MAX))
            .collect()
    }

    fn add_words(&mut self, plan: &Plan) -> tantivy::Result<()> {
        for (number, clause) in plan.clauses.iter().enumerate() {
            let field = clause.term.field();
            let lengths = match clause.scale {
                Scale::Same => None,
                Scale::Lengths { .. } => Some(self.segment.get_fieldnorms_reader(field)?),
            };
            self.add_clause(number, clause, lengths.as_ref())?;
        }
        Ok(())
    }

    fn add_clause(
        &mut self,
        number: usize,
        clause: &Clause,
        lengths: Option<&FieldNormReader>,
    ) -> tantivy::Result<()> {
        let index = self.segment.inverted_index(clause.term.field())?;
        let Some(mut films) = index.read_postings(&clause.term, IndexRecordOption::WithFreqs)?
        else {
            return Ok(());
        };
        let mut telling = Telling::none(number, self.genre_names.len());
        while films.doc() != TERMINATED {
            let film = films.doc();
            let length = lengths.map_or(1, |lengths| lengths.fieldnorm(film));
            let points = clause.value * clause.scale.of(films.term_freq(), length);
            if let Some(sum) = self.points.get_mut(place(film)) {
                *sum += points;
            }
            if let Some(has_words) = self.has_words.get_mut(place(film)) {
                *has_words = true;
            }
            if clause.telling > 0.0 {
                telling.count(self.genres.get(place(film)).copied().unwrap_or_default());
            }
            films.advance();
        }
        if clause.telling > 0.0 {
            self.tellings.push(telling);
        }
        Ok(())
    }

    /// Gives points to the films of a term.
    fn add_to_films_of(
        &mut self,
        field: Field,
        text: &str,
        add: impl Fn(f64) -> f64,
        sums: &mut HashMap<DocId, f64>,
    ) -> tantivy::Result<()> {
        let index = self.segment.inverted_index(field)?;
        let term = Term::from_field_text(field, text);
        if let Some(mut films) = index.read_postings(&term, IndexRecordOption::Basic)? {
            while films.doc() != TERMINATED {
                let sum = sums.entry(films.doc()).or_default();
                *sum = add(*sum);
                films.advance();
            }
        }
        Ok(())
    }

    fn add_people(
        &mut self,
        fields: &Fields,
        cues: &Cues,
        weights: &Weights,
    ) -> tantivy::Result<()> {
        let mut sums = HashMap::new();
        let add = |sum: f64| (sum + 1.0).min(MOST_PEOPLE);
        for name in &cues.people {
            self.add_to_films_of(fields.person, name, add, &mut sums)?;
        }
        self.add_sums(&sums, weights.person);
        Ok(())
    }

    fn add_countries(
        &mut self,
        fields: &Fields,
        cues: &Cues,
        weights: &Weights,
    ) -> tantivy::Result<()> {
        let mut sums = HashMap::new();
        if cues.is_foreign {
            let mut common = HashMap::new();
            for country in COMMON_COUNTRY {
                self.add_to_films_of(fields.country, country, |_| 1.0, &mut common)?;
            }
            let others = (0..self.segment.max_doc()).filter(|film| !common.contains_key(film));
            sums.extend(others.map(|film| (film, 1.0)));
        }
        for country in &cues.countries {
            self.add_to_films_of(fields.country, country, |_| 1.0, &mut sums)?;
        }
        self.add_sums(&sums, weights.countries);
        Ok(())
    }

    fn add_sums(&mut self, sums: &HashMap<DocId, f64>, weight: f64) {
        for (film, sum) in sums {
            if let Some(points) = self.points.get_mut(place(*film)) {
                *points += sum * weight;
            }
        }
    }

    fn add_genres(&mut self, genres: &Genres) {
        let values: Vec<(f64, f64)> = self
            .genre_names
            .iter()
            .map(|name| {
                let value = genres.values.get(name.as_str());
                value.copied().unwrap_or_default()
            })
            .collect();
        for (points, film) in self.points.iter_mut().zip(&self.genres) {
            let (mut named, mut likely) = (0.0, 0.0);
            for bit in bits(*film) {
                if let Some((name, likelihood)) = values.get(bit) {
                    named += name;
                    likely += likelihood;
                }
            }
            *points += named + likely / f64::from(film.count_ones().max(1)).sqrt();
        }
    }

    fn add_years(&mut self, years: Option<&YearWeights>, cues: &Cues, weights: &Weights) {
        let Some(column) = &self.years else {
            return;
        };
        for (film, points) in (0..).zip(&mut self.points) {
            let year = column.first(film).and_then(|year| u16::try_from(year).ok());
            let Some(year) = year else {
                continue;
            };
            if let Some(years) = years {
                *points += weights.years * years.of_year(year);
            }
            if cues.is_black_and_white && year <= LAST_YEAR_WITHOUT_COLOUR {
                *points += weights.black_and_white;
            }
            *points -= weights.age * f64::from(LONG_AGO.saturating_sub(year)) / 10.0;
        }
    }

    /// The films that fit.
    fn found(&self) -> impl Iterator<Item = (f64, DocAddress)> {
        let films = (0..).zip(self.points.iter().zip(&self.has_words));
        films
            .filter(|(film, (points, has_words))| {
                (**has_words || **points >= LEAST_WITHOUT_WORDS) && !self.segment.is_deleted(*film)
            })
            .map(|(film, (points, _))| (*points, DocAddress::new(self.ordinal, film)))
    }
}

impl Telling {
    fn none(clause: usize, genres: usize) -> Self {
        Self {
            clause,
            films: 0,
            by_genre: vec![0; genres],
        }
    }

    fn count(&mut self, genres: u128) {
        if genres == 0 {
            return;
        }
        self.films += 1;
        for bit in bits(genres) {
            if let Some(films) = self.by_genre.get_mut(bit) {
                *films += 1;
            }
        }
    }
}

fn place(film: DocId) -> usize {
    usize::try_from(film).unwrap_or(usize::MAX)
}

/// The places of the bits that are set.
fn bits(mut set: u128) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let bit = usize::try_from(set.trailing_zeros()).ok()?;
        (set != 0).then(|| {
            set &= set - 1;
            bit
        })
    })
}

/// What each genre adds to its films: because it was named, and because the words that were used are
/// more frequent in its films than in others.
struct Genres<'a> {
    values: HashMap<&'a str, (f64, f64)>,
}

impl<'a> Genres<'a> {
    fn of(
        names: &'a [String],
        parts: &[Part],
        cues: &Cues,
        plan: &Plan,
        weights: &Weights,
    ) -> Self {
        let all = Count::of_films(names, parts);
        let words = Count::of_words(names, parts);
        let when_named = weights.named_genres
            / (1.0 + NAMED_GENRES_SHARE * number(u64::try_from(cues.genres.len()).unwrap_or(0)));
        let value = |place: usize, name: &str| {
            let usual = (all.of_genre(place) + 1.0) / (f64::from(all.films) + 1.0);
            let likely: f64 = words
                .iter()
                .filter(|(_, word)| word.films >= LEAST_FILMS_OF_WORD)
                .map(|(clause, word)| {
                    let share =
                        (word.of_genre(place) + DOUBT * usual) / (f64::from(word.films) + DOUBT);
                    let telling = plan
                        .clauses
                        .get(*clause)
                        .map_or(0.0, |clause| clause.telling);
                    telling * (share / usual).ln()
                })
                .sum();
            let likely = weights.likely_genres * likely / (plan.words + 1.0).sqrt();
            (
                if cues.genres.contains(name) {
                    when_named
                } else {
                    0.0
                },
                likely,
            )
        };
        let values = names
            .iter()
            .enumerate()
            .map(|(place, name)| (name.as_str(), value(place, name)))
            .collect();
        Self { values }
    }
}

/// The genres of all parts, each once.
fn genre_names(parts: &[Part]) -> Vec<String> {
    let names: BTreeSet<&String> = parts.iter().flat_map(|part| &part.genre_names).collect();
    names.into_iter().cloned().collect()
}

/// How many films of any genre there are, and how many of each.
#[derive(Clone, Debug)]
struct Count {
    films: u32,
    by_genre: Vec<u32>,
}

impl Count {
    fn none(names: &[String]) -> Self {
        Self {
            films: 0,
            by_genre: vec![0; names.len()],
        }
    }

    fn of_genre(&self, place: usize) -> f64 {
        f64::from(self.by_genre.get(place).copied().unwrap_or_default())
    }

    /// Adds what one part has counted, whose genres stand in these places.
    fn add(&mut self, films: u32, by_genre: &[u32], places: &[usize]) {
        self.films += films;
        for (count, place) in by_genre.iter().zip(places) {
            if let Some(sum) = self.by_genre.get_mut(*place) {
                *sum += count;
            }
        }
    }

    fn of_films(names: &[String], parts: &[Part]) -> Self {
        let mut count = Self::none(names);
        for part in parts {
            let mut telling = Telling::none(0, part.genre_names.len());
            for genres in &part.genres {
                telling.count(*genres);
            }
            count.add(telling.films, &telling.by_genre, &part.places_among(names));
        }
        count
    }

    /// The same for the films of each telling word, by its clause.
    fn of_words(names: &[String], parts: &[Part]) -> BTreeMap<usize, Self> {
        let mut words = BTreeMap::new();
        for part in parts {
            let places = part.places_among(names);
            for telling in &part.tellings {
                words
                    .entry(telling.clause)
                    .or_insert_with(|| Self::none(names))
                    .add(telling.films, &telling.by_genre, &places);
            }
        }
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_say_more_in_short_texts_and_less_when_repeated() {
        let scale = Scale::Lengths {
            mean: 50.0,
            matter: LENGTH_MATTERS,
        };
        assert!(scale.of(1, 20) > scale.of(1, 100));
        assert!(scale.of(2, 50) > scale.of(1, 50));
        assert!(scale.of(2, 50) < 2.0 * scale.of(1, 50));
    }

    proptest! {
        #[test]
        fn bits_are_those_that_are_set(set in any::<u128>()) {
            let again = bits(set).fold(0, |again, bit| again | (1_u128 << bit));
            prop_assert_eq!(again, set);
        }
    }
}
