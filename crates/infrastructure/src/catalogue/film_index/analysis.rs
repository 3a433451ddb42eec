//! How texts about films become terms, in English and Russian alike: each language's stemmer leaves
//! the words of the other alone.
use std::sync::LazyLock;
use tantivy::tokenizer::{
    AsciiFoldingFilter, Language, LowerCaser, RemoveLongFilter, SimpleTokenizer, Stemmer,
    StopWordFilter, TextAnalyzer, TokenizerManager, WhitespaceTokenizer,
};
use unicode_normalization::UnicodeNormalization;

/// Terms as they are, between spaces.
pub(super) const WORDS: &str = "words";
/// Stems without stopwords.
pub(super) const MEANING: &str = "meaning";
/// Names, folded.
pub(super) const NAMES: &str = "names";

/// Longer words are no words.
const LONGEST_WORD: usize = 40;
/// English words that say nothing of a film, beside those that the library knows.
const ENGLISH_FILLERS: &str = "i me my we our you your he him his she her hers its them who whom \
    whose which what when where why how all any both each few more most other some so than too very \
    s t d m o ll re ve y can just do does did doing have has had having been being am were would \
    could should about after again before because between during from further here off once only \
    out over own same through under until up while also";
/// What people say when they ask for a film, and what says nothing of it.
const REQUEST_FILLERS: &str = "film films movie movies cinema flick remember recall forgot forgotten \
    tomt tip tongue name title titled called please help thanks thank advance anyone anybody someone \
    somebody something know knows known think thought pretty sure maybe probably possibly might looking \
    look find finding found identify search searching trying try figure watch watched watching saw see \
    seen ago years year old really kind sort like basically guess believe scene scenes plot main \
    character characters story details anything else english language american one get gets got go goes \
    going don didn doesn isn wasn can couldn im ive id edit solved reddit post question vague vaguely \
    memory googled google imdb netflix tv channel cable dvd vhs aired kid childhood younger days back \
    then ever since back lot bit thing things still even much every many part parts time times way \
    фильм фильма фильме фильмы фильмов кино киношка кинофильм помню помнит помнится помогите найти \
    ищу посоветуйте подскажите назывался называется название смотрел смотрела видел видела давно \
    пожалуйста кажется примерно который которая которое которые где про какой какая";

/// The tokenizers of the index.
pub(super) fn tokenizers() -> TokenizerManager {
    // Its own are needed for fields that are only stored.
    let tokenizers = TokenizerManager::default();
    tokenizers.register(WORDS, TextAnalyzer::from(WhitespaceTokenizer::default()));
    tokenizers.register(NAMES, TextAnalyzer::from(WhitespaceTokenizer::default()));
    tokenizers.register(MEANING, MEANING_TERMS.clone());
    tokenizers
}

fn stopwords_of(language: Language) -> StopWordFilter {
    StopWordFilter::new(language).unwrap_or_else(|| words(""))
}

fn words(list: &str) -> StopWordFilter {
    StopWordFilter::remove(list.split_whitespace().map(str::to_owned))
}

/// Stems of the words that mean something.
static MEANING_TERMS: LazyLock<TextAnalyzer> = LazyLock::new(|| {
    TextAnalyzer::builder(SimpleTokenizer::default())
        .filter(RemoveLongFilter::limit(LONGEST_WORD))
        .filter(LowerCaser)
        .filter(AsciiFoldingFilter)
        .filter(stopwords_of(Language::English))
        .filter(stopwords_of(Language::Russian))
        .filter(words(ENGLISH_FILLERS))
        .filter(Stemmer::new(Language::English))
        .filter(Stemmer::new(Language::Russian))
        .build()
});

/// The words of a request that say something of a film.
static TELLING_WORDS: LazyLock<TextAnalyzer> = LazyLock::new(|| {
    TextAnalyzer::builder(SimpleTokenizer::default())
        .filter(RemoveLongFilter::limit(LONGEST_WORD))
        .filter(LowerCaser)
        .filter(AsciiFoldingFilter)
        .filter(stopwords_of(Language::English))
        .filter(stopwords_of(Language::Russian))
        .filter(words(ENGLISH_FILLERS))
        .filter(words(REQUEST_FILLERS))
        .build()
});

/// Turns words into stems.
static STEMS: LazyLock<TextAnalyzer> = LazyLock::new(|| {
    TextAnalyzer::builder(SimpleTokenizer::default())
        .filter(LowerCaser)
        .filter(AsciiFoldingFilter)
        .filter(Stemmer::new(Language::English))
        .filter(Stemmer::new(Language::Russian))
        .build()
});

/// One word of a request that says something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TellingWord {
    /// The word.
    pub word: String,
    /// Its stem.
    pub stem: String,
    /// Which word of the request it is.
    pub place: usize,
}

/// Leaves out what says nothing of a film.
pub(super) fn telling_words(plain: &str) -> Vec<TellingWord> {
    let mut analyzer = TELLING_WORDS.clone();
    let mut stream = analyzer.token_stream(plain);
    let mut telling = Vec::new();
    while let Some(token) = stream.next() {
        telling.extend(stems_of(&token.text).into_iter().map(|stem| TellingWord {
            word: token.text.clone(),
            stem,
            place: token.position,
        }));
    }
    telling
}

/// The stems of all words, be they telling or not.
pub(super) fn stems_of(text: &str) -> Vec<String> {
    terms(&STEMS, &plain(text))
}

/// Stems that stand side by side once what means nothing is left out.
pub(super) fn pairs_of(plain: &str) -> impl Iterator<Item = String> {
    let stems = terms(&MEANING_TERMS, plain);
    let following: Vec<String> = stems.iter().skip(1).cloned().collect();
    let pairs = stems.into_iter().zip(following);
    pairs.map(|(stem, next)| [stem, next].join("+"))
}

fn terms(analyzer: &TextAnalyzer, text: &str) -> Vec<String> {
    let mut analyzer = analyzer.clone();
    let mut stream = analyzer.token_stream(text);
    let mut terms = Vec::new();
    while let Some(token) = stream.next() {
        terms.push(token.text.clone());
    }
    terms
}

/// Text whose letters are composed; the letter `ё` is mostly written as `е`.
pub(super) fn plain(text: &str) -> String {
    text.nfc()
        .map(|letter| match letter {
            'ё' => 'е',
            'Ё' => 'Е',
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_keep_their_places_when_others_are_left_out() {
        let words = telling_words("I remember a movie about sharks");
        assert_eq!(
            words,
            [TellingWord {
                word: "sharks".to_owned(),
                stem: "shark".to_owned(),
                place: 5,
            }]
        );
    }

    #[test]
    fn pairs_skip_what_means_nothing() {
        let pairs: Vec<String> = pairs_of("travelling back through time machines").collect();
        assert_eq!(pairs, ["travel+back", "back+time", "time+machin"]);
    }
}
