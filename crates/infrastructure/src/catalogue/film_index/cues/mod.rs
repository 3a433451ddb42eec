//! What somebody who forgot a title remembers: years, countries, genres, people, and words about what
//! happens. Read from the text alone; nothing here knows of the index.
mod lexicon;
mod tokens;
mod years;

pub(super) use lexicon::COMMON_COUNTRY;
pub(super) use years::YearWeights;

use super::{
    analysis::{self, TellingWord, telling_words},
    folding::fold,
};
use std::collections::{BTreeSet, HashMap};
use tokens::{Token, tokens_of};
use years::{YearCue, years_in};

/// How much of what was asked is read.
const MOST_CHARACTERS: usize = 2_000;
const MOST_WORDS: usize = 100;
/// What comes first is mostly what matters: so many words weigh so much more.
const FIRST_WORDS: usize = 15;
const FIRST_WEIGHT: f64 = 1.5;
/// What a word gains by being said again.
const REPEATED: f64 = 0.5;
/// Of how many words names may be.
const NAME_WORDS: std::ops::RangeInclusive<usize> = 2..=4;
/// Longer is no name.
const LONGEST_NAME: usize = 40;

/// All that is remembered.
#[derive(Clone, Debug, Default)]
pub(super) struct Cues {
    /// Years and decades.
    pub years: Vec<YearCue>,
    /// Countries, by their terms.
    pub countries: BTreeSet<&'static str>,
    /// Whether the film is not from where most are from.
    pub is_foreign: bool,
    /// Genres, by their terms.
    pub genres: BTreeSet<&'static str>,
    /// Whether it is without colours, or silent.
    pub is_black_and_white: bool,
    /// What may be whole names of people, as their terms are.
    pub people: BTreeSet<String>,
    /// Words about the film.
    pub words: Vec<AskedWord>,
    /// Neighbouring words, as their terms are.
    pub pairs: BTreeSet<String>,
    /// Stems that may stand for the words, and how much they weigh.
    pub synonyms: HashMap<String, f64>,
}

/// One word of a request.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct AskedWord {
    /// Its stem.
    pub stem: String,
    /// The word in Latin letters, as names are kept.
    pub name: String,
    /// How much it tells, by itself.
    pub telling: f64,
    /// The same with where and how often it was said.
    pub weight: f64,
}

impl AskedWord {
    fn first_said(told: TellingWord) -> Self {
        let telling = lexicon::told_by(&told.stem);
        let is_early = told.place < FIRST_WORDS;
        Self {
            name: fold(&told.word),
            stem: told.stem,
            telling,
            weight: telling * if is_early { FIRST_WEIGHT } else { 1.0 },
        }
    }
}

impl Cues {
    /// Reads a request.
    pub fn read(text: &str) -> Self {
        let shortened: String = text.chars().take(MOST_CHARACTERS).collect();
        let plain = analysis::plain(&shortened);
        let tokens = tokens_of(&plain);
        let mut cues = Self {
            years: years_in(&tokens),
            is_black_and_white: is_black_and_white(&tokens),
            people: names_in(&tokens),
            words: words_in(&plain),
            pairs: analysis::pairs_of(&plain).collect(),
            ..Self::default()
        };
        for stem in analysis::stems_of(&plain) {
            cues.genres.extend(lexicon::genres_of(&stem));
            cues.countries.extend(lexicon::countries_of(&stem));
            cues.is_foreign |= lexicon::is_foreign(&stem);
        }
        cues.synonyms = synonyms_of(&cues.words);
        cues
    }
}

/// The words that say something of a film, each once.
fn words_in(plain: &str) -> Vec<AskedWord> {
    let mut words: Vec<AskedWord> = Vec::new();
    let mut times: HashMap<String, f64> = HashMap::new();
    for told in telling_words(plain) {
        if let Some(times) = times.get_mut(&told.stem) {
            *times += 1.0;
        } else if words.len() < MOST_WORDS {
            times.insert(told.stem.clone(), 1.0);
            words.push(AskedWord::first_said(told));
        }
    }
    for word in &mut words {
        let times = times.get(&word.stem).copied().unwrap_or(1.0);
        word.weight *= 1.0 + REPEATED * times.ln();
    }
    words
}

fn synonyms_of(words: &[AskedWord]) -> HashMap<String, f64> {
    let mut synonyms = HashMap::new();
    for word in words {
        for synonym in lexicon::synonyms_of(&word.stem) {
            if !words.iter().any(|word| word.stem == *synonym) {
                synonyms.entry(synonym.clone()).or_insert(word.weight);
            }
        }
    }
    synonyms
}

/// Neighbouring words that might be a name; the index knows which are.
fn names_in(tokens: &[Token]) -> BTreeSet<String> {
    let folded: Vec<String> = tokens.iter().map(|token| fold(&token.text)).collect();
    NAME_WORDS
        .flat_map(|length| folded.windows(length))
        .map(<[String]>::concat)
        .filter(|name| name.len() <= LONGEST_NAME)
        .collect()
}

fn is_black_and_white(tokens: &[Token]) -> bool {
    let says = |words: &[&str]| {
        tokens.windows(words.len()).any(|run| {
            run.iter()
                .zip(words)
                .all(|(token, word)| token.text == *word)
        })
    };
    [
        ["black", "and", "white"].as_slice(),
        &["black", "white"],
        &["black", "n", "white"],
        &["b", "w"],
        &["b", "and", "w"],
        &["bw"],
        &["silent", "film"],
        &["silent", "movie"],
        &["чб"],
        &["ч", "б"],
        &["немое", "кино"],
        &["немой", "фильм"],
    ]
    .into_iter()
    .any(says)
        || tokens.windows(2).any(
            |pair| matches!(pair, [one, two] if one.text == "черно" && two.text.starts_with("бел")),
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn stems(text: &str) -> Vec<String> {
        let words = Cues::read(text).words.into_iter();
        words.map(|word| word.stem).collect()
    }

    #[test]
    fn only_words_that_say_something_remain() {
        assert_eq!(
            stems("I remember a movie about sharks attacking swimmers"),
            ["shark", "attack", "swimmer"]
        );
        assert_eq!(stems("фильм, где акулы нападают"), ["акул", "напада"]);
    }

    #[test]
    fn a_word_counts_once_and_more_if_it_is_said_again() {
        assert_eq!(stems("shark sharks SHARK"), ["shark"]);
        let weight = |text: &str| Cues::read(text).words.first().map(|word| word.weight);
        assert!(weight("shark sharks") > weight("shark"));
    }

    #[test]
    fn what_comes_first_weighs_more() {
        let text = "lighthouse a b c d e f g h i j k l m n o p keeper";
        let words = Cues::read(text).words;
        let weight = |stem: &str| {
            words
                .iter()
                .find(|word| word.stem == stem)
                .map(|word| word.weight)
        };
        assert!(weight("lighthous") > weight("keeper"));
    }

    #[test]
    fn a_request_is_read_into_what_is_remembered() {
        let cues = Cues::read(
            "[TOMT] Scary French film from the late 80s, black and white, with Jean Reno as a cop",
        );
        assert!(cues.genres.contains("horror"));
        assert!(cues.countries.contains("france"));
        assert!(cues.is_black_and_white);
        assert!(cues.people.contains("jeanreno"));
        assert_eq!(
            cues.years.first().map(|cue| (cue.from, cue.to)),
            Some((1985, 1989))
        );
        assert!(cues.synonyms.contains_key("polic"));
        assert!(cues.pairs.contains("jean+reno"));
    }

    #[test]
    fn a_russian_request_is_read_as_well() {
        let cues = Cues::read("Советская чёрно-белая комедия 60-х с Юрием Никулиным");
        assert!(cues.genres.contains("comedy"));
        assert!(cues.countries.contains("sovietunion"));
        assert!(cues.is_black_and_white);
        assert_eq!(cues.years.first().map(|cue| cue.from), Some(1960));
        assert!(Cues::read("иностранный фильм с субтитрами").is_foreign);
    }

    #[test]
    fn names_are_written_in_latin_letters() {
        let words = Cues::read("Тарантино").words;
        assert_eq!(
            words.first().map(|word| word.name.as_str()),
            Some("tarantino")
        );
        assert!(Cues::read("Брюс Уиллис").people.contains("bryusuillis"));
    }

    proptest! {
        #[test]
        fn any_request_is_read(text in any::<String>()) {
            prop_assert!(Cues::read(&text).words.len() <= MOST_WORDS);
        }
    }
}
