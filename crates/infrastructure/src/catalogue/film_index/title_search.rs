//! Finds films by title: the index proposes films that share words with what was typed, and the
//! ranking judges them.
use super::{
    folding::{Word, in_other_layout, pieces},
    ranking::{Fit, TitleQuery, fit},
    schema::{Fields, number_term},
};
use domain::catalogue::FilmId;
use std::collections::HashSet;
use tantivy::{
    DocAddress, DocId, DocSet, Searcher, SegmentOrdinal, SegmentReader, TERMINATED,
    TantivyDocument,
    index::InvertedIndexReader,
    postings::TermInfo,
    schema::{Field, IndexRecordOption},
};

/// How many films of one part of the index are judged in one go.
const MOST_JUDGED: usize = 60;
/// How many ways to go on from a beginning are looked at.
const MOST_ENDINGS: usize = 1_000;
/// How many more are judged because they share pieces with what was typed.
const MOST_JUDGED_BY_PIECES: usize = 40;
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
    for reading in [Reading::AsWritten, Reading::WithTypos] {
        search.look(reading)?;
        if search.is_sure() {
            break;
        }
    }
    sort(&mut search.hits);
    Ok(search.hits)
}

/// How what was typed is read. Allowing for typos is slow, so it is done only where there is need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    AsWritten,
    WithTypos,
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

    fn look(&mut self, reading: Reading) -> tantivy::Result<()> {
        for (ordinal, segment) in (0..).zip(self.searcher.segment_readers()) {
            let proposals = Proposals::by_words(segment, self.fields, self.query, reading)?;
            self.judge_all(ordinal, proposals.best(self.most_judged))?;
            if reading == Reading::WithTypos {
                let sounds = self.query.sounds();
                for (field, letters) in [
                    (self.fields.piece, self.query.letters()),
                    (self.fields.sound_piece, sounds.as_str()),
                ] {
                    let proposals = Proposals::by_pieces(segment, field, letters)?;
                    self.judge_all(ordinal, proposals.best(MOST_JUDGED_BY_PIECES))?;
                }
            }
        }
        Ok(())
    }

    fn judge_all(&mut self, segment: SegmentOrdinal, documents: Vec<DocId>) -> tantivy::Result<()> {
        for document in documents {
            self.judge(segment, document)?;
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

/// Films of one part of the index that may fit, each with points for what it shares.
struct Proposals<'a> {
    segment: &'a SegmentReader,
    points: Vec<f32>,
    /// The films that have points.
    proposed: Vec<DocId>,
    /// Which word gave points last, so that each word does so once.
    last_word: Vec<u16>,
    word: u16,
}

/// A term and how likely it is what was meant.
type Spelling = (f32, TermInfo);

impl<'a> Proposals<'a> {
    fn none(segment: &'a SegmentReader) -> Self {
        let documents = usize::try_from(segment.max_doc()).unwrap_or_default();
        Self {
            segment,
            points: vec![0.0; documents],
            proposed: Vec::new(),
            last_word: vec![0; documents],
            word: 0,
        }
    }

    /// Films that share pieces of their titles.
    fn by_pieces(segment: &'a SegmentReader, field: Field, letters: &str) -> tantivy::Result<Self> {
        let mut proposals = Self::none(segment);
        let index = segment.inverted_index(field)?;
        let pieces = pieces(letters);
        for piece in &pieces {
            proposals.begin_word();
            let same = index.terms().get(piece.as_bytes())?;
            proposals.add(&index, same.into_iter().map(|term| (1.0, term)).collect())?;
        }
        let asked = f32::from(u16::try_from(pieces.len()).unwrap_or(u16::MAX));
        proposals.revalue(field, |points, length| points / (asked + 0.5 * length))?;
        Ok(proposals)
    }

    /// Films that share words.
    fn by_words(
        segment: &'a SegmentReader,
        fields: &Fields,
        query: &TitleQuery,
        reading: Reading,
    ) -> tantivy::Result<Self> {
        let mut proposals = Self::none(segment);
        proposals.add_keys(fields.key, query)?;
        let last = query.title.words.len().saturating_sub(1);
        let says_something = query.title.words.iter().any(|word| !word.is_article());
        for (place, word) in query.title.words.iter().enumerate() {
            // Articles are in very many titles.
            if place == last || !word.is_article() || !says_something {
                proposals.add_word(fields, word, place == last, reading)?;
            }
        }
        for joined in query.joined() {
            proposals.add_joined(fields, joined)?;
        }
        // Of films that share the same words, those with fewer others come first.
        proposals.revalue(fields.word, |points, length| points + 1.0 / (1.0 + length))?;
        Ok(proposals)
    }

    /// The films with the most points.
    fn best(&self, most: usize) -> Vec<DocId> {
        let mut best: Vec<(f32, DocId)> = self
            .proposed
            .iter()
            .filter(|document| !self.segment.is_deleted(**document))
            .map(|document| (self.points_of(*document), *document))
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

    fn points_of(&self, document: DocId) -> f32 {
        let place = usize::try_from(document).ok();
        place
            .and_then(|place| self.points.get(place).copied())
            .unwrap_or_default()
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
        reading: Reading,
    ) -> tantivy::Result<()> {
        self.begin_word();
        let weight = word.weight();
        let index = self.segment.inverted_index(fields.word)?;
        let mut spellings = Vec::new();
        if let Some(exact) = index.terms().get(word.text.as_bytes())? {
            spellings.push((weight, exact));
        }
        if let Some(number) = word.number
            && let Some(same) = index.terms().get(number_term(number).as_bytes())?
        {
            spellings.push((weight, same));
        }
        if is_last {
            spellings.extend(endings(&index, &word.text, weight * 0.9)?);
        }
        self.add(&index, spellings)?;
        if reading == Reading::WithTypos && word.is_spelled() {
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
        let same = index.terms().get(word.sound().as_bytes())?;
        let spellings = same.into_iter().map(|term| (weight * 0.8, term));
        self.add(&index, spellings.collect())
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
            if *last == 0 {
                self.proposed.push(document);
            }
            *last = self.word;
            *sum += points;
        }
    }

    /// Changes the points of each film by how much there is in a field.
    fn revalue(&mut self, field: Field, value: impl Fn(f32, f32) -> f32) -> tantivy::Result<()> {
        let lengths = self.segment.get_fieldnorms_reader(field)?;
        for document in &self.proposed {
            let length = u16::try_from(lengths.fieldnorm(*document)).unwrap_or(u16::MAX);
            let place = usize::try_from(*document).unwrap_or(usize::MAX);
            if let Some(points) = self.points.get_mut(place) {
                *points = value(*points, f32::from(length));
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
