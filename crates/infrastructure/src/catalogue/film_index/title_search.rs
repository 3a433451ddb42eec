//! Finds films by title: the index proposes films that share words with what was typed, and the
//! ranking judges them.
use super::{
    folding::{Word, in_other_layout},
    ranking::{Fit, TitleQuery, fit, typos_allowed},
    schema::{Fields, number_term},
};
use domain::catalogue::FilmId;
use std::{cmp::Reverse, collections::HashSet};
use tantivy::{
    DocAddress, DocId, DocSet, Searcher, SegmentOrdinal, SegmentReader, TERMINATED,
    TantivyDocument, Term,
    index::InvertedIndexReader,
    postings::TermInfo,
    query::FuzzyTermQuery,
    schema::{Field, IndexRecordOption},
};

/// How many films of one part of the index are judged in one go.
const MOST_JUDGED: usize = 60;
/// How many ways to go on from a beginning are looked at.
const MOST_ENDINGS: usize = 1_000;
/// How many spellings near to a word are looked at.
const MOST_SPELLINGS: usize = 60;
/// Films that fit worse than this share of the best fit are not shown.
const WORST_SHARE: f32 = 0.55;
/// Nor are films that fit worse than this.
const WORST_SCORE: f32 = 0.2;
/// If nothing fits as well as this, what was typed is read in the other keyboard layout, and what
/// fits that well then counts.
const GOOD_SCORE: f32 = 0.75;

/// A film and how well it fits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hit {
    /// Where it is.
    pub address: DocAddress,
    /// Which it is.
    pub film: FilmId,
    /// How well it fits.
    pub fit: Fit,
}

/// Finds up to `most` films, the best first.
pub(super) fn find(
    searcher: &Searcher,
    fields: &Fields,
    text: &str,
    most: usize,
) -> tantivy::Result<Vec<Hit>> {
    let mut hits = find_as_typed(searcher, fields, text, most)?;
    let best = hits.first().map_or(0.0, |hit| hit.fit.score);
    if best < GOOD_SCORE
        && let Some(other) = in_other_layout(text)
    {
        let others = find_as_typed(searcher, fields, &other, most)?;
        let convincing = others.into_iter().filter(|hit| hit.fit.score >= GOOD_SCORE);
        hits.extend(convincing.map(|hit| Hit {
            fit: hit.fit.doubted(),
            ..hit
        }));
        sort(&mut hits);
    }
    Ok(the_fitting(hits, most))
}

fn sort(hits: &mut [Hit]) {
    hits.sort_by(|one, other| other.fit.compare(one.fit).then(one.film.cmp(&other.film)));
}

fn the_fitting(hits: Vec<Hit>, most: usize) -> Vec<Hit> {
    let best = hits.iter().map(|hit| hit.fit.score).fold(0.0, f32::max);
    let worst = WORST_SCORE.max(best * WORST_SHARE);
    let mut seen = HashSet::new();
    let mut fitting: Vec<Hit> = hits
        .into_iter()
        .filter(|hit| hit.fit.score >= worst && seen.insert(hit.film))
        .collect();
    fitting.truncate(most);
    fitting
}

fn find_as_typed(
    searcher: &Searcher,
    fields: &Fields,
    text: &str,
    most: usize,
) -> tantivy::Result<Vec<Hit>> {
    let query = TitleQuery::read(text);
    let mut search = Search {
        searcher,
        fields,
        query: &query,
        judged: HashSet::new(),
        hits: Vec::new(),
        most_judged: MOST_JUDGED.max(most * 2),
    };
    for typos in [Typos::Nowhere, Typos::InUnknownWords, Typos::Anywhere] {
        search.look(typos)?;
        if search.is_sure() {
            break;
        }
    }
    sort(&mut search.hits);
    Ok(search.hits)
}

/// Where typos are allowed for. Doing so is slow, so it is done only where there is need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Typos {
    Nowhere,
    InUnknownWords,
    Anywhere,
}

struct Search<'a> {
    searcher: &'a Searcher,
    fields: &'a Fields,
    query: &'a TitleQuery,
    judged: HashSet<DocAddress>,
    hits: Vec<Hit>,
    most_judged: usize,
}

impl Search<'_> {
    fn is_sure(&self) -> bool {
        self.hits.iter().any(|hit| hit.fit.is_sure())
    }

    fn look(&mut self, typos: Typos) -> tantivy::Result<()> {
        for (ordinal, segment) in (0..).zip(self.searcher.segment_readers()) {
            let proposals = Proposals::of(segment, self.fields, self.query, typos)?;
            for document in proposals.best(self.most_judged) {
                self.judge(ordinal, document)?;
            }
        }
        Ok(())
    }

    fn judge(&mut self, segment: SegmentOrdinal, document: DocId) -> tantivy::Result<()> {
        let address = DocAddress::new(segment, document);
        if self.judged.insert(address) {
            let stored: TantivyDocument = self.searcher.doc(address)?;
            if let Some(film) = self.fields.film(&stored) {
                let fit = fit(self.query, &self.fields.candidate(&stored));
                self.hits.push(Hit { address, film, fit });
            }
        }
        Ok(())
    }
}

/// Films of one part of the index that may fit, each with points for the words it shares.
struct Proposals<'a> {
    segment: &'a SegmentReader,
    points: Vec<f32>,
    /// Which word gave points last, so that each word does so once.
    last_word: Vec<u16>,
    word: u16,
}

/// A term and how likely it is what was meant.
type Spelling = (f32, TermInfo);

impl<'a> Proposals<'a> {
    fn of(
        segment: &'a SegmentReader,
        fields: &Fields,
        query: &TitleQuery,
        typos: Typos,
    ) -> tantivy::Result<Self> {
        let documents = usize::try_from(segment.max_doc()).unwrap_or_default();
        let mut proposals = Self {
            segment,
            points: vec![0.0; documents],
            last_word: vec![0; documents],
            word: 0,
        };
        proposals.add_keys(fields.key, query)?;
        let last = query.title.words.len().saturating_sub(1);
        let says_something = query.title.words.iter().any(|word| !word.is_article());
        for (place, word) in query.title.words.iter().enumerate() {
            // Articles are in very many titles.
            if place == last || !word.is_article() || !says_something {
                proposals.add_word(fields, word, place == last, typos)?;
            }
        }
        for joined in query.joined() {
            proposals.add_joined(fields, joined)?;
        }
        proposals.prefer_short(fields)?;
        Ok(proposals)
    }

    /// The films with the most points.
    fn best(&self, most: usize) -> Vec<DocId> {
        let mut best: Vec<(f32, DocId)> = (0..)
            .zip(&self.points)
            .filter(|(document, points)| **points > 0.0 && !self.segment.is_deleted(*document))
            .map(|(document, points)| (*points, document))
            .collect();
        let by_points = |one: &(f32, DocId), other: &(f32, DocId)| {
            other.0.total_cmp(&one.0).then(one.1.cmp(&other.1))
        };
        if best.len() > most {
            best.select_nth_unstable_by(most, by_points);
            best.truncate(most);
        }
        best.into_iter().map(|(_, document)| document).collect()
    }

    /// Whole titles, and titles that begin with all that was typed.
    fn add_keys(&mut self, field: Field, query: &TitleQuery) -> tantivy::Result<()> {
        let index = self.segment.inverted_index(field)?;
        for key in query.keys() {
            self.begin_word();
            let mut spellings = Vec::new();
            if let Some(exact) = index.terms().get(key.as_bytes())? {
                spellings.push((40.0, exact));
            }
            spellings.extend(endings(&index, key, 4.0)?);
            self.add(&index, spellings)?;
        }
        Ok(())
    }

    fn add_word(
        &mut self,
        fields: &Fields,
        word: &Word,
        is_last: bool,
        typos: Typos,
    ) -> tantivy::Result<()> {
        self.begin_word();
        let weight = word.weight();
        let index = self.segment.inverted_index(fields.word)?;
        let mut spellings = Vec::new();
        if let Some(exact) = index.terms().get(word.text.as_bytes())? {
            spellings.push((weight, exact));
        }
        let with_typos = word.is_spelled()
            && match typos {
                Typos::Nowhere => false,
                Typos::InUnknownWords => spellings.is_empty(),
                Typos::Anywhere => true,
            };
        if let Some(number) = word.number
            && let Some(same) = index.terms().get(number_term(number).as_bytes())?
        {
            spellings.push((weight, same));
        }
        if is_last {
            spellings.extend(endings(&index, &word.text, weight * 0.9)?);
        }
        if with_typos {
            spellings.extend(near(
                &index,
                fields.word,
                &word.text,
                is_last,
                weight * 0.8,
            )?);
        }
        self.add(&index, spellings)?;
        if with_typos {
            self.add_sound(fields, word, weight)?;
        }
        Ok(())
    }

    fn add_joined(&mut self, fields: &Fields, joined: &Word) -> tantivy::Result<()> {
        self.begin_word();
        let index = self.segment.inverted_index(fields.word)?;
        let exact = index.terms().get(joined.text.as_bytes())?;
        self.add(&index, exact.into_iter().map(|term| (1.0, term)).collect())
    }

    /// Films with a word that sounds like this one.
    fn add_sound(&mut self, fields: &Fields, word: &Word, weight: f32) -> tantivy::Result<()> {
        let index = self.segment.inverted_index(fields.sound)?;
        let mut spellings = Vec::new();
        if let Some(same) = index.terms().get(word.sound.as_bytes())? {
            spellings.push((weight * 0.8, same));
        }
        if word.sound.len() >= 4 {
            spellings.extend(near(
                &index,
                fields.sound,
                &word.sound,
                false,
                weight * 0.5,
            )?);
        }
        self.add(&index, spellings)
    }

    /// From now on films can be given points again.
    fn begin_word(&mut self) {
        self.word += 1;
    }

    /// Gives points to the films of these terms that this word has given none yet; rare terms give
    /// more.
    fn add(
        &mut self,
        index: &InvertedIndexReader,
        mut spellings: Vec<Spelling>,
    ) -> tantivy::Result<()> {
        spellings.sort_by(|one, other| other.0.total_cmp(&one.0));
        let all = f32::from(u16::try_from(self.points.len()).unwrap_or(u16::MAX));
        for (points, term) in spellings {
            let films = f32::from(u16::try_from(term.doc_freq).unwrap_or(u16::MAX));
            let points = points * (1.0 + (1.0 + all / (1.0 + films)).ln());
            let mut postings =
                index.read_postings_from_terminfo(&term, IndexRecordOption::Basic)?;
            while postings.doc() != TERMINATED {
                self.give(postings.doc(), points);
                postings.advance();
            }
        }
        Ok(())
    }

    fn give(&mut self, document: DocId, points: f32) {
        let Ok(place) = usize::try_from(document) else {
            return;
        };
        if let (Some(sum), Some(last)) = (self.points.get_mut(place), self.last_word.get_mut(place))
            && *last != self.word
        {
            *last = self.word;
            *sum += points;
        }
    }

    /// Of films that share the same words, those with fewer others come first.
    fn prefer_short(&mut self, fields: &Fields) -> tantivy::Result<()> {
        let lengths = self.segment.get_fieldnorms_reader(fields.word)?;
        for (document, points) in (0..).zip(&mut self.points) {
            if *points > 0.0 {
                let length = u16::try_from(lengths.fieldnorm(document)).unwrap_or(u16::MAX);
                *points += 1.0 / (1.0 + f32::from(length));
            }
        }
        Ok(())
    }
}

/// Terms that begin with a text.
fn endings(index: &InvertedIndexReader, text: &str, points: f32) -> tantivy::Result<Vec<Spelling>> {
    let mut terms = index.terms().range().ge(text).into_stream()?;
    let mut endings = Vec::new();
    while endings.len() < MOST_ENDINGS
        && terms.advance()
        && terms.key().starts_with(text.as_bytes())
    {
        endings.push((points, terms.value().clone()));
    }
    Ok(endings)
}

/// Terms that differ from a text by typos.
fn near(
    index: &InvertedIndexReader,
    field: Field,
    text: &str,
    is_beginning: bool,
    points: f32,
) -> tantivy::Result<Vec<Spelling>> {
    let distance = typos_allowed(text.chars().count());
    if distance == 0 {
        return Ok(Vec::new());
    }
    let term = Term::from_field_text(field, text);
    let mut spellings = spellings(
        index,
        &FuzzyTermQuery::new(term.clone(), distance, true),
        points,
    )?;
    if is_beginning && text.chars().count() >= 5 {
        let beginning = FuzzyTermQuery::new_prefix(term, 1, true);
        spellings.extend(self::spellings(index, &beginning, points * 0.8)?);
    }
    Ok(spellings)
}

fn spellings(
    index: &InvertedIndexReader,
    query: &FuzzyTermQuery,
    points: f32,
) -> tantivy::Result<Vec<Spelling>> {
    let mut terms = index.terms().search(query.automaton()?).into_stream()?;
    let mut spellings = Vec::new();
    while spellings.len() < MOST_SPELLINGS && terms.advance() {
        spellings.push((points, terms.value().clone()));
    }
    spellings.sort_by_key(|(_, term)| Reverse(term.doc_freq));
    Ok(spellings)
}
