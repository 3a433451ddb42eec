//! Finds films by words about them.
use super::{
    analysis::{AskedWord, asked_words},
    schema::Fields,
    title_search::{self, Hit},
};
use domain::catalogue::FilmId;
use std::collections::HashMap;
use tantivy::{
    DocAddress, Searcher, TantivyDocument, Term,
    collector::TopDocs,
    query::{BooleanQuery, BoostQuery, Occur, Query, TermQuery},
    schema::{Field, IndexRecordOption},
};

/// How many films are considered when a title is given too.
const MOST_CONSIDERED: usize = 200;
/// How much a fitting title counts beside the best fitting description.
const TITLE_WEIGHT: f32 = 1.0;

/// How much a word counts where it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Boosts {
    /// In a title.
    pub title: f32,
    /// In the description.
    pub description: f32,
    /// Among the people.
    pub people: f32,
    /// Among genres, countries and keywords.
    pub labels: f32,
    /// As the year or decade.
    pub year: f32,
}

/// Found by trying on requests of people who had forgotten a film's title. Titles count little here:
/// their words are short of meaning, and who remembers them gives them as a title.
pub(super) const BOOSTS: Boosts = Boosts {
    title: 0.15,
    description: 1.4,
    people: 0.4,
    labels: 1.5,
    year: 1.4,
};

/// Finds up to `most` films, the best first.
pub(super) fn find(
    searcher: &Searcher,
    fields: &Fields,
    title: Option<&str>,
    description: &str,
    most: usize,
) -> tantivy::Result<Vec<FilmId>> {
    let asked = asked_words(description);
    match title {
        None => {
            let found = by_meaning(searcher, fields, &asked, &BOOSTS, most)?;
            films(
                searcher,
                fields,
                found.into_iter().map(|(_, address)| address),
            )
        }
        Some(title) => {
            let found = by_meaning(searcher, fields, &asked, &BOOSTS, MOST_CONSIDERED)?;
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
fn join(described: Vec<(f32, DocAddress)>, titled: &[Hit]) -> Vec<DocAddress> {
    let best = described.first().map_or(1.0, |(score, _)| *score);
    let mut scores: HashMap<DocAddress, f32> = described
        .into_iter()
        .map(|(score, address)| (address, score / best))
        .collect();
    for hit in titled {
        *scores.entry(hit.address).or_default() += hit.fit.score * TITLE_WEIGHT;
    }
    let mut ordered: Vec<(DocAddress, f32)> = scores.into_iter().collect();
    ordered.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
    ordered.into_iter().map(|(address, _)| address).collect()
}

/// Finds films whose words fit, by BM25.
pub(super) fn by_meaning(
    searcher: &Searcher,
    fields: &Fields,
    asked: &[AskedWord],
    boosts: &Boosts,
    most: usize,
) -> tantivy::Result<Vec<(f32, DocAddress)>> {
    if most == 0 {
        return Ok(Vec::new());
    }
    let clauses = asked
        .iter()
        .flat_map(|word| clauses_of(fields, word, boosts))
        .collect();
    let query = BooleanQuery::new(clauses);
    searcher.search(&query, &TopDocs::with_limit(most).order_by_score())
}

fn clauses_of(fields: &Fields, word: &AskedWord, boosts: &Boosts) -> Vec<(Occur, Box<dyn Query>)> {
    let clause = |field: Field, text: &str, boost: f32| -> (Occur, Box<dyn Query>) {
        let term = TermQuery::new(
            Term::from_field_text(field, text),
            IndexRecordOption::WithFreqs,
        );
        (
            Occur::Should,
            Box::new(BoostQuery::new(Box::new(term), boost)),
        )
    };
    let mut clauses = vec![
        clause(fields.title, &word.stem, boosts.title),
        clause(fields.description, &word.stem, boosts.description),
        clause(fields.people, &word.name, boosts.people),
        clause(fields.labels, &word.stem, boosts.labels),
    ];
    if word.name.starts_with(|first: char| first.is_ascii_digit()) {
        clauses.push(clause(fields.year, &word.name, boosts.year));
    }
    clauses
}
