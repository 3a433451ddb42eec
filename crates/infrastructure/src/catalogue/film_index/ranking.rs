//! Judges how well a film's title fits what was typed. Nothing here knows of the index.
use super::folding::{Title, Word};
use std::cmp::Ordering;

/// Other titles count a little less than the one that is shown.
const ALTERNATIVE: f32 = 0.985;
/// A hit by sound alone, before the spelling is looked at.
const SAME_SOUND: f32 = 0.68;
const SIMILAR_SOUND: f32 = 0.52;
/// The most that can be told from letters alone.
const AS_ALIKE_AS_CAN_BE: f32 = 0.98;
/// What another article costs, so that of titles that differ in nothing else the one meant is first.
const OTHER_ARTICLE: f32 = 0.002;
/// The share of a title that was not asked for counts this much.
const UNASKED: f32 = 0.2;

/// What somebody is looking for.
#[derive(Clone, Debug)]
pub(super) struct TitleQuery {
    /// All that was typed.
    pub title: Title,
    /// The same without a year at its end.
    dated: Option<(Title, u16)>,
    /// All that was typed, as readings of two neighbours as one word.
    joined: Vec<Word>,
    /// The keys of all that was typed, and of it without the year.
    keys: Vec<String>,
    undated_keys: Vec<String>,
    /// The letters of all that was typed.
    letters: String,
}

impl TitleQuery {
    /// Reads what was typed.
    pub fn read(text: &str) -> Self {
        let title = Title::read(text);
        let joined = title
            .words
            .iter()
            .zip(title.words.iter().skip(1))
            .map(|(word, next)| word.join(next))
            .collect();
        let dated = year_at_the_end(&title).map(|year| (title.without_last(), year));
        Self {
            keys: title.keys(),
            undated_keys: dated
                .as_ref()
                .map(|(undated, _): &(Title, u16)| undated.keys())
                .unwrap_or_default(),
            letters: title.letters(),
            title,
            dated,
            joined,
        }
    }

    /// The keys under which a film with exactly this title is found.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.keys
            .iter()
            .chain(&self.undated_keys)
            .map(String::as_str)
    }

    /// The letters of all that was typed, without spaces and articles.
    pub fn letters(&self) -> &str {
        &self.letters
    }

    /// How all that was typed sounds.
    pub fn sounds(&self) -> String {
        self.title.sounds()
    }

    /// Neighbouring words, each pair read as one word.
    pub fn joined(&self) -> &[Word] {
        &self.joined
    }
}

/// `king kong 1933`; a year alone is a title.
fn year_at_the_end(title: &Title) -> Option<u16> {
    let year = title.words.last()?.number?;
    (title.words.len() > 1 && (1880..=2100).contains(&year)).then_some(year)
}

/// What the judgement of a film needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Candidate {
    /// Its titles, the shown one first.
    pub titles: Vec<Title>,
    /// When it came out.
    pub year: Option<u16>,
    /// Whether somebody has written what it is about.
    pub is_described: bool,
}

impl Candidate {
    /// A film that is in no index.
    pub fn of(titles: &[String], year: Option<u16>) -> Self {
        Self {
            titles: titles.iter().map(|title| Title::read(title)).collect(),
            year,
            ..Self::default()
        }
    }
}

/// How well a film fits; the greater, the better.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Fit {
    exactness: u8,
    /// From 0 to about 1.
    pub score: f32,
    is_described: bool,
    year: u16,
}

impl Fit {
    /// How well it fits, from 0 to 1; 1 when it is the very title.
    pub fn degree(self) -> f32 {
        if self.exactness > 0 {
            1.0
        } else {
            self.score.clamp(0.0, 1.0)
        }
    }

    /// Whether nothing better can be hoped for from reading what was typed in another way.
    pub fn is_sure(self) -> bool {
        self.exactness > 0 || self.score > 0.9
    }

    /// The same, doubted.
    pub fn doubted(self) -> Self {
        Self {
            exactness: 0,
            score: self.score * 0.97 + f32::from(self.exactness) * 0.001,
            ..self
        }
    }

    /// Compares; the better one is the greater.
    pub fn compare(self, other: Self) -> Ordering {
        self.exactness
            .cmp(&other.exactness)
            .then(self.score.total_cmp(&other.score))
            .then(self.is_described.cmp(&other.is_described))
            .then(self.year.cmp(&other.year))
    }
}

/// Judges a film.
pub(super) fn fit(query: &TitleQuery, film: &Candidate) -> Fit {
    let judged = film.titles.iter().enumerate().map(|(place, title)| {
        let (exactness, score) = fit_of_title(query, title, film.year);
        let shown = if place == 0 { 1.0 } else { ALTERNATIVE };
        (exactness, score * shown)
    });
    let (exactness, score) = judged.fold((0, 0.0_f32), |best, next| {
        (best.0.max(next.0), best.1.max(next.1))
    });
    Fit {
        exactness,
        score,
        is_described: film.is_described,
        year: film.year.unwrap_or_default(),
    }
}

fn fit_of_title(query: &TitleQuery, title: &Title, year: Option<u16>) -> (u8, f32) {
    let plain = judge(query, &query.title, &query.keys, title);
    let plain = (plain.0 * 2, plain.1);
    let Some((undated, asked_year)) = &query.dated else {
        return plain;
    };
    let off_by = year.map_or(u16::MAX, |year| year.abs_diff(*asked_year));
    let (exact, score) = judge(query, undated, &query.undated_keys, title);
    let (exact, trust) = match off_by {
        0 => (exact, 1.0),
        1 => (0, 0.95),
        _ => (0, 0.7),
    };
    (plain.0.max(exact), plain.1.max(score * trust))
}

fn judge(query: &TitleQuery, asked: &Title, keys: &[String], title: &Title) -> (u8, f32) {
    match exactness(asked, keys, title) {
        0 => (0, resemblance(query, asked, title)),
        exact => (exact, 1.0),
    }
}

/// How much of a title was asked for, word by word or all at once, whichever says more.
fn resemblance(query: &TitleQuery, asked: &Title, title: &Title) -> f32 {
    let by_words = similarity(query, asked, title);
    let resemblance = if by_words < AS_ALIKE_AS_CAN_BE {
        by_words.max(likeness_of_letters(&query.letters, &title.letters()))
    } else {
        by_words
    };
    if asked.article() == title.article() {
        resemblance
    } else {
        resemblance - OTHER_ARTICLE
    }
}

/// How alike two titles are letter by letter, which tells of typos in short words and in spaces.
fn likeness_of_letters(asked: &str, letters: &str) -> f32 {
    let (asked_length, length) = (asked.chars().count(), letters.chars().count());
    let allowed = match asked_length.min(length) {
        0..=2 => 0,
        3..=5 => 1,
        6..=11 => 2,
        _ => 3,
    };
    // Another number is another film.
    let same_digits = digits(asked).eq(digits(letters));
    if asked_length.abs_diff(length) > allowed || !same_digits {
        return 0.0;
    }
    match strsim::osa_distance(asked, letters) {
        typos if typos <= allowed => {
            AS_ALIKE_AS_CAN_BE - 1.1 * ratio(typos, asked_length.max(length))
        }
        _ => 0.0,
    }
}

/// 2: the same title; 1: the same but for articles and spaces; 0: another one.
fn exactness(asked: &Title, keys: &[String], title: &Title) -> u8 {
    let same_words = asked.words.len() == title.words.len()
        && asked
            .words
            .iter()
            .zip(&title.words)
            .all(|(asked, word)| asked.text == word.text);
    if same_words {
        2
    } else {
        u8::from(title.has_key_among(keys))
    }
}

/// How much of what was asked is in a title, and how much else there is; from 0 to 1.
fn similarity(query: &TitleQuery, asked: &Title, title: &Title) -> f32 {
    let mut table = Table::new(asked.words.len(), title.words.len());
    let last = asked.words.len().saturating_sub(1);
    for (row, word) in asked.words.iter().enumerate() {
        for (column, other) in title.words.iter().enumerate() {
            table.note(row, column, word_similarity(word, other, row == last));
        }
    }
    note_joined_titles(&mut table, asked, title);
    note_joined_queries(&mut table, query, asked, title);
    let asked_share = share(&asked.words, &table.rows, Word::weight);
    let title_share = share(&title.words, &table.columns, |word| {
        if word.is_article() {
            0.0
        } else {
            word.weight()
        }
    });
    let order = if table.is_in_order() { 1.0 } else { 0.97 };
    asked_share * (1.0 - UNASKED + UNASKED * title_share) * order
}

/// `spiderman` for `spider man`.
fn note_joined_titles(table: &mut Table, asked: &Title, title: &Title) {
    let last = asked.words.len().saturating_sub(1);
    for (column, (word, next)) in title
        .words
        .iter()
        .zip(title.words.iter().skip(1))
        .enumerate()
    {
        for (row, asked) in asked.words.iter().enumerate() {
            let length = word.length + next.length;
            if asked.length + 2 < length || asked.length > length + 2 || asked.length <= word.length
            {
                continue;
            }
            let similarity = word_similarity(asked, &word.join(next), row == last);
            table.note(row, column, similarity);
            table.note(row, column + 1, similarity);
        }
    }
}

/// `bat man` for `batman`.
fn note_joined_queries(table: &mut Table, query: &TitleQuery, asked: &Title, title: &Title) {
    let last = asked.words.len().saturating_sub(1);
    for (row, joined) in query.joined.iter().take(last).enumerate() {
        for (column, word) in title.words.iter().enumerate() {
            if joined.length > word.length + 2 {
                continue;
            }
            let similarity = word_similarity(joined, word, row + 1 == last);
            if similarity >= 0.8 {
                table.note(row, column, similarity);
                table.note(row + 1, column, similarity);
            }
        }
    }
}

fn digits(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(char::is_ascii_digit)
}

/// The best similarity of each asked word and of each word of the title.
struct Table {
    rows: Vec<(f32, usize)>,
    columns: Vec<(f32, usize)>,
}

impl Table {
    fn new(rows: usize, columns: usize) -> Self {
        Self {
            rows: vec![(0.0, 0); rows],
            columns: vec![(0.0, 0); columns],
        }
    }

    fn note(&mut self, row: usize, column: usize, similarity: f32) {
        for (cells, place, other) in [
            (&mut self.rows, row, column),
            (&mut self.columns, column, row),
        ] {
            if let Some(best) = cells.get_mut(place)
                && similarity > best.0
            {
                *best = (similarity, other);
            }
        }
    }

    fn is_in_order(&self) -> bool {
        let found = self.rows.iter().filter(|(best, _)| *best > 0.5);
        found.map(|(_, column)| column).is_sorted()
    }
}

/// How much of some words was found; all of it where they say nothing.
fn share(words: &[Word], found: &[(f32, usize)], weight: impl Fn(&Word) -> f32) -> f32 {
    let mut whole = 0.0;
    let mut part = 0.0;
    let only_word = words.len() == 1;
    for (word, (best, _)) in words.iter().zip(found) {
        // The first film of a series rarely has a number.
        let is_first_of_series = word.number == Some(1) && *best == 0.0 && !only_word;
        let weight = if is_first_of_series {
            0.15
        } else {
            weight(word)
        };
        whole += weight;
        part += weight * best;
    }
    if whole > 0.0 { part / whole } else { 1.0 }
}

/// How alike two words are, from 0 to 1. A word that is still being typed may be the beginning.
pub(super) fn word_similarity(asked: &Word, word: &Word, is_being_typed: bool) -> f32 {
    if asked.text == word.text {
        return 1.0;
    }
    if asked.number.is_some() && asked.number == word.number {
        return 0.99;
    }
    let begun = if is_being_typed && word.text.starts_with(&asked.text) {
        0.8 + 0.15 * ratio(asked.length, word.length)
    } else {
        0.0
    };
    if !asked.is_spelled() || !word.is_spelled() {
        return begun;
    }
    let typo = typo_similarity(asked, word, is_being_typed);
    if begun.max(typo) > 0.8 {
        return begun.max(typo);
    }
    begun.max(typo).max(sound_similarity(asked, word))
}

/// How many typos a word of this length may hold.
pub(super) fn typos_allowed(length: usize) -> u8 {
    match length {
        0..=3 => 0,
        4..=7 => 1,
        _ => 2,
    }
}

fn typo_similarity(asked: &Word, word: &Word, is_being_typed: bool) -> f32 {
    let allowed = usize::from(typos_allowed(asked.length));
    if allowed == 0 {
        return 0.0;
    }
    let whole = if asked.length.abs_diff(word.length) <= allowed {
        strsim::osa_distance(&asked.text, &word.text)
    } else {
        usize::MAX
    };
    if whole <= allowed {
        let first = asked.text.chars().next() == word.text.chars().next();
        let misplaced = if first { 0.0 } else { 0.04 };
        return 0.97 - 0.6 * ratio(whole, asked.length.max(word.length)) - misplaced;
    }
    if is_being_typed && asked.length >= 5 && word.length > asked.length {
        let beginning: String = word.text.chars().take(asked.length).collect();
        if strsim::osa_distance(&asked.text, &beginning) <= 1 {
            return 0.66 + 0.15 * ratio(asked.length, word.length);
        }
    }
    0.0
}

fn sound_similarity(asked: &Word, word: &Word) -> f32 {
    let (asked_sound, sound) = (asked.sound(), word.sound());
    if asked_sound.is_empty() || sound.is_empty() {
        return 0.0;
    }
    let base = if asked_sound == sound {
        match asked_sound.len() {
            0 | 1 => 0.3,
            2 => 0.55,
            _ => SAME_SOUND,
        }
    } else if asked_sound.len() >= 4
        && asked_sound.len().abs_diff(sound.len()) <= 1
        && strsim::osa_distance(asked_sound, sound) <= 1
    {
        SIMILAR_SOUND
    } else {
        return 0.0;
    };
    base + 0.2 * spelling_likeness(asked, word)
}

fn spelling_likeness(asked: &Word, word: &Word) -> f32 {
    let distance = strsim::osa_distance(&asked.text, &word.text);
    let longer = asked.length.max(word.length);
    1.0 - ratio(distance.min(longer), longer)
}

/// One number over another, neither of them large.
fn ratio(part: usize, whole: usize) -> f32 {
    let short = |number: usize| f32::from(u16::try_from(number).unwrap_or(u16::MAX));
    if whole == 0 {
        0.0
    } else {
        short(part) / short(whole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn film(title: &str, year: u16) -> Candidate {
        Candidate {
            titles: vec![Title::read(title)],
            year: Some(year),
            is_described: true,
        }
    }

    fn better(query: &str, best: (&str, u16), other: (&str, u16)) {
        let query = TitleQuery::read(query);
        let best_fit = fit(&query, &film(best.0, best.1));
        let other_fit = fit(&query, &film(other.0, other.1));
        assert!(
            best_fit.compare(other_fit).is_gt(),
            "{best:?} {best_fit:?} should beat {other:?} {other_fit:?}"
        );
    }

    #[test]
    fn the_same_title_comes_before_a_longer_one() {
        better("alien", ("Alien", 1979), ("Aliens", 1986));
        better("the thing", ("The Thing", 1982), ("Thing", 2020));
    }

    #[test]
    fn a_year_at_the_end_chooses_among_films_of_one_title() {
        better("king kong 1933", ("King Kong", 1933), ("King Kong", 2005));
        better("king kong 2005", ("King Kong", 2005), ("King Kong", 1933));
        better(
            "blade runner 2049",
            ("Blade Runner 2049", 2017),
            ("Blade Runner", 1982),
        );
    }

    #[test]
    fn sequels_are_told_apart() {
        better("rocky 2", ("Rocky II", 1979), ("Rocky III", 1982));
        better("rocky 2", ("Rocky II", 1979), ("Rocky", 1976));
        better("rocky 1", ("Rocky", 1976), ("Rocky II", 1979));
    }

    #[test]
    fn a_typo_beats_a_missing_word() {
        better("pulp ficton", ("Pulp Fiction", 1994), ("Pulp", 1972));
        better("star wras", ("Star Wars", 1977), ("Star!", 1968));
    }

    #[test]
    fn a_typo_in_a_short_word_or_a_space_beats_a_missing_word() {
        better(
            "the ma doctor",
            ("The Mad Doctor", 1940),
            ("The Doctor", 1991),
        );
        better("after the box", ("After the Fox", 1966), ("The Box", 2009));
        better(
            "ghostbuster sii",
            ("Ghostbusters II", 1989),
            ("Ghostbusters", 1984),
        );
    }

    #[test]
    fn another_number_is_no_typo() {
        let score = |title: &str| fit(&TitleQuery::read("episode 2499"), &film(title, 1972)).score;
        assert!(score("Episode 2498") < 0.5);
    }

    #[test]
    fn of_titles_alike_the_one_with_the_article_that_was_typed_is_better() {
        better("incidenu", ("Incident", 1948), ("The Incident", 1967));
        better("the incidenu", ("The Incident", 1967), ("Incident", 1948));
    }

    #[test]
    fn words_may_be_joined_or_parted() {
        better("spiderman", ("Spider-Man", 2002), ("Spider", 2002));
        better("bat man begins", ("Batman Begins", 2005), ("Man", 2005));
    }

    proptest! {
        #[test]
        fn the_very_title_beats_every_other(
            title in "[a-zA-Zа-яА-Я0-9' .:-]{1,30}", other in "[a-zA-Zа-яА-Я0-9' .:-]{1,30}", year in 1900_u16..2030
        ) {
            prop_assume!(Title::read(&title) != Title::read(&other));
            prop_assume!(!Title::read(&title).words.is_empty());
            let query = TitleQuery::read(&title);
            let exact = fit(&query, &Candidate { is_described: false, ..film(&title, 1900) });
            prop_assert!(exact.compare(fit(&query, &film(&other, year))).is_gt());
        }

        #[test]
        fn any_two_texts_are_judged_alike_each_time(asked in any::<String>(), title in any::<String>()) {
            let query = TitleQuery::read(&asked);
            let first = fit(&query, &film(&title, 2000));
            prop_assert_eq!(first, fit(&query, &film(&title, 2000)));
            prop_assert!((0.0..=1.001).contains(&first.score));
        }
    }
}
