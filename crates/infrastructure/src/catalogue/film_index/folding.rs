//! Brings titles and what is typed for them into one form: Latin small letters without accents, digits,
//! one space between words.
use super::sound::sound_of;
use std::cell::OnceCell;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// How much of a title counts; what follows is cut off.
const MOST_CHARACTERS: usize = 200;
/// How many of its words count.
const MOST_WORDS: usize = 16;
/// How long a form joined from several words may be.
const LONGEST_JOINED: usize = 24;

/// What marks the beginning and the end of a title in its pieces.
const BEGINNING: char = '^';
const END: char = '$';

/// Words that add little to a title.
const ARTICLES: [&str; 13] = [
    "the", "a", "an", "le", "la", "les", "el", "los", "las", "il", "der", "die", "das",
];
/// Words that link others.
const LINKS: [&str; 15] = [
    "and", "of", "in", "on", "to", "at", "for", "i", "v", "na", "de", "du", "et", "und", "or",
];
/// Numbers by their English names.
const NUMBER_NAMES: [(&str, u16); 28] = [
    ("one", 1),
    ("two", 2),
    ("three", 3),
    ("four", 4),
    ("five", 5),
    ("six", 6),
    ("seven", 7),
    ("eight", 8),
    ("nine", 9),
    ("ten", 10),
    ("eleven", 11),
    ("twelve", 12),
    ("thirteen", 13),
    ("fourteen", 14),
    ("fifteen", 15),
    ("sixteen", 16),
    ("seventeen", 17),
    ("eighteen", 18),
    ("nineteen", 19),
    ("twenty", 20),
    ("thirty", 30),
    ("forty", 40),
    ("fifty", 50),
    ("sixty", 60),
    ("seventy", 70),
    ("eighty", 80),
    ("ninety", 90),
    ("hundred", 100),
];

/// One word of a title.
#[derive(Clone, Debug)]
pub(super) struct Word {
    /// How it is written.
    pub text: String,
    /// The number that it stands for, be it written in digits, letters or the Roman way.
    pub number: Option<u16>,
    /// How it sounds, once somebody has asked.
    sound: OnceCell<String>,
    /// How many letters or digits it has.
    pub length: usize,
}

impl PartialEq for Word {
    fn eq(&self, other: &Self) -> bool {
        // All else follows from these.
        self.text == other.text && self.number == other.number
    }
}

impl Eq for Word {}

impl Word {
    fn new(text: &str, is_first: bool) -> Self {
        Self {
            number: number_of(text, is_first),
            sound: OnceCell::new(),
            length: text.chars().count(),
            text: text.to_owned(),
        }
    }

    /// The word that two words make without the space between them.
    pub fn join(&self, next: &Self) -> Self {
        Self::new(&[self.text.as_str(), next.text.as_str()].concat(), true)
    }

    /// How it sounds.
    pub fn sound(&self) -> &str {
        self.sound.get_or_init(|| sound_of(&self.text))
    }

    /// Whether it is an article.
    pub fn is_article(&self) -> bool {
        ARTICLES.contains(&self.text.as_str())
    }

    /// How much the word says, from 0 to 1.
    pub fn weight(&self) -> f32 {
        if self.is_article() {
            0.1
        } else if LINKS.contains(&self.text.as_str()) {
            0.2
        } else {
            1.0
        }
    }

    /// Whether it is nothing but letters, so that typos can be told from other words.
    pub fn is_spelled(&self) -> bool {
        self.text.chars().all(char::is_alphabetic)
    }

    /// What stands for the word where all spellings of a number count as one.
    fn canonical(&self) -> String {
        self.number
            .map_or_else(|| self.text.clone(), |number| number.to_string())
    }
}

/// A title in its folded form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Title {
    /// Its words.
    pub words: Vec<Word>,
}

impl Title {
    /// Reads words that have been folded before.
    pub fn from_folded(folded: &str) -> Self {
        let words = folded
            .split(' ')
            .filter(|word| !word.is_empty())
            .take(MOST_WORDS)
            .enumerate()
            .map(|(place, word)| Word::new(word, place == 0))
            .collect();
        Self { words }
    }

    /// Reads a title as people write it.
    pub fn read(text: &str) -> Self {
        Self::from_folded(&fold(text))
    }

    /// The folded form, for storing.
    pub fn folded(&self) -> String {
        let words: Vec<&str> = self.words.iter().map(|word| word.text.as_str()).collect();
        words.join(" ")
    }

    /// The title without spaces, and the same without articles: titles that have one of these in
    /// common differ in little.
    pub fn keys(&self) -> Vec<String> {
        let whole: String = self.words.iter().map(Word::canonical).collect();
        let telling: String = self
            .words
            .iter()
            .filter(|word| !word.is_article())
            .map(Word::canonical)
            .collect();
        if telling.is_empty() || telling == whole {
            vec![whole]
        } else {
            vec![telling, whole]
        }
    }

    /// All its letters but those of articles, without spaces; all there is if that leaves nothing.
    pub fn letters(&self) -> String {
        let telling: String = self
            .words
            .iter()
            .filter(|word| !word.is_article())
            .map(|word| word.text.as_str())
            .collect();
        if telling.is_empty() {
            self.words.iter().map(|word| word.text.as_str()).collect()
        } else {
            telling
        }
    }

    /// How its words sound, without articles and spaces.
    pub fn sounds(&self) -> String {
        let telling = self.words.iter().filter(|word| !word.is_article());
        telling.map(Word::sound).collect()
    }

    /// The article that it begins with.
    pub fn article(&self) -> Option<&str> {
        let first = self.words.first().filter(|word| word.is_article())?;
        Some(&first.text)
    }

    /// Whether one of these is a key of the title.
    pub fn has_key_among(&self, keys: &[String]) -> bool {
        // Most titles begin with another letter, and then their keys need not be made.
        let may_begin = |word: &Word| {
            word.number.is_some()
                || word
                    .text
                    .chars()
                    .next()
                    .is_some_and(|first| keys.iter().any(|key| key.starts_with(first)))
        };
        let mut beginnings = self
            .words
            .iter()
            .take(1)
            .chain(self.words.iter().find(|word| !word.is_article()));
        beginnings.any(may_begin) && self.keys().iter().any(|key| keys.contains(key))
    }

    /// The title without its last word.
    pub fn without_last(&self) -> Self {
        let mut words = self.words.clone();
        words.pop();
        Self { words }
    }
}

/// Folds a text. A text without letters and digits stands for itself, so that it can be found too.
pub(super) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let apart = text.chars().take(MOST_CHARACTERS).flat_map(part_fraction);
    for character in apart.nfkc() {
        fold_character(character, &mut folded);
    }
    let words: Vec<&str> = folded.split_whitespace().take(MOST_WORDS).collect();
    if words.is_empty() {
        text.split_whitespace()
            .flat_map(str::chars)
            .take(LONGEST_JOINED)
            .collect()
    } else {
        words.join(" ")
    }
}

/// The pieces of three letters of a title's letters, with its beginning and its end marked; texts
/// that differ by a typo have most of them in common.
pub(super) fn pieces(letters: &str) -> Vec<String> {
    let marked: Vec<char> = std::iter::once(BEGINNING)
        .chain(letters.chars())
        .chain([END])
        .collect();
    let mut pieces: Vec<String> = marked
        .windows(3)
        .map(|piece| piece.iter().collect())
        .collect();
    pieces.sort_unstable();
    pieces.dedup();
    pieces
}

/// The forms that arise where words touch, as in `spider-man`, written without what stands between.
pub(super) fn joined_forms(text: &str) -> Vec<String> {
    let shortened: String = text.chars().take(MOST_CHARACTERS).collect();
    shortened
        .split_whitespace()
        .map(fold)
        .filter(|chunk| chunk.contains(' '))
        .map(|chunk| chunk.replace(' ', ""))
        .filter(|joined| joined.len() <= LONGEST_JOINED)
        .collect()
}

/// `8½` is the number 8 and a fraction, not 81 and 2.
fn part_fraction(character: char) -> impl Iterator<Item = char> {
    let is_fraction = std::iter::once(character).nfkd().any(|part| part == '⁄');
    is_fraction.then_some(' ').into_iter().chain([character])
}

fn fold_character(character: char, folded: &mut String) {
    match character {
        '\'' | '’' | '‘' | '`' | '´' | 'ʼ' => fold_apostrophe(folded),
        '&' | '+' => folded.push_str(" and "),
        _ => {
            for small in character.to_lowercase() {
                fold_letter(small, folded);
            }
        }
    }
}

/// `Schindler's` is one word and `L'Avventura` is two.
fn fold_apostrophe(folded: &mut String) {
    let mut ending = folded.chars().rev();
    let follows_a_letter = ending.next().is_some_and(char::is_alphanumeric);
    if !(follows_a_letter && ending.next().is_some_and(char::is_alphanumeric)) {
        folded.push(' ');
    }
}

fn fold_letter(letter: char, folded: &mut String) {
    if letter.is_ascii_alphanumeric() {
        folded.push(letter);
    } else if let Some(latin) = latin_for(letter) {
        folded.push_str(latin);
    } else {
        for part in std::iter::once(letter).nfd() {
            if let Some(latin) = latin_for(part) {
                folded.push_str(latin);
            } else if part.is_alphanumeric() {
                folded.push(part);
            } else if !is_combining_mark(part) {
                folded.push(' ');
            }
        }
    }
}

/// Latin letters for one letter of Cyrillic, or for a Latin one that is no letter with an accent.
fn latin_for(letter: char) -> Option<&'static str> {
    Some(match letter {
        'а' => "a",
        'б' => "b",
        'в' => "v",
        'г' | 'ґ' => "g",
        'д' | 'đ' | 'ð' => "d",
        'е' | 'ё' | 'э' => "e",
        'ж' => "zh",
        'з' => "z",
        'и' | 'і' | 'ı' => "i",
        'й' | 'ы' => "y",
        'к' => "k",
        'л' | 'ł' => "l",
        'м' => "m",
        'н' => "n",
        'о' | 'ø' => "o",
        'п' => "p",
        'р' => "r",
        'с' => "s",
        'т' => "t",
        'у' | 'ў' => "u",
        'ф' => "f",
        'х' => "kh",
        'ц' => "ts",
        'ч' => "ch",
        'ш' => "sh",
        'щ' => "shch",
        'ъ' | 'ь' => "",
        'ю' => "yu",
        'я' => "ya",
        'є' => "ye",
        'ї' => "yi",
        'æ' => "ae",
        'œ' => "oe",
        'ß' => "ss",
        'þ' => "th",
        _ => return None,
    })
}

fn number_of(text: &str, is_first: bool) -> Option<u16> {
    if text.chars().all(|character| character.is_ascii_digit()) {
        return text.parse().ok();
    }
    let named = NUMBER_NAMES.iter().find(|(name, _)| *name == text);
    match named {
        Some((_, number)) => Some(*number),
        // A title does not begin with the number of a sequel: "I, Robot" and "V for Vendetta".
        None if is_first => None,
        None => roman_number(text),
    }
}

/// Reads a Roman number from 1 to 39.
fn roman_number(text: &str) -> Option<u16> {
    let rest = text.trim_start_matches('x');
    let tens = text.len() - rest.len();
    let ones = match rest {
        "" => 0,
        "i" => 1,
        "ii" => 2,
        "iii" => 3,
        "iv" => 4,
        "v" => 5,
        "vi" => 6,
        "vii" => 7,
        "viii" => 8,
        "ix" => 9,
        _ => return None,
    };
    let tens = u16::try_from(tens).ok().filter(|tens| *tens <= 3)?;
    Some(tens * 10 + ones).filter(|number| *number > 0)
}

/// The keys of an English keyboard, small and capital.
const ENGLISH_KEYS: &str = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`QWERTYUIOP{}ASDFGHJKL:\"ZXCVBNM<>~";
/// The same keys of a Russian keyboard.
const RUSSIAN_KEYS: &str = "йцукенгшщзхъфывапролджэячсмитьбюёЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮЁ";

/// What the same keys would have typed with the other keyboard layout, if the text is all of one.
pub(super) fn in_other_layout(text: &str) -> Option<String> {
    let mut letters = text.chars().filter(|letter| letter.is_alphabetic());
    let first = letters.next()?;
    let (from, to) = if first.is_ascii() {
        (ENGLISH_KEYS, RUSSIAN_KEYS)
    } else {
        (RUSSIAN_KEYS, ENGLISH_KEYS)
    };
    if !letters.all(|letter| from.contains(letter)) {
        return None;
    }
    let swap = |key: char| {
        from.chars()
            .zip(to.chars())
            .find_map(|(own, other)| (own == key).then_some(other))
            .unwrap_or(key)
    };
    Some(text.chars().take(MOST_CHARACTERS).map(swap).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn accents_case_and_punctuation_do_not_count() {
        assert_eq!(fold("Amélie"), "amelie");
        assert_eq!(fold("  WALL·E "), "wall e");
        assert_eq!(fold("Æon Flux"), "aeon flux");
        assert_eq!(fold("8½"), "8 1 2");
        assert_eq!(fold("Mr. & Mrs. Smith"), "mr and mrs smith");
        assert_eq!(fold("Schindler's List"), "schindlers list");
        assert_eq!(fold("L’Avventura"), "l avventura");
    }

    #[test]
    fn cyrillic_is_written_in_latin_letters() {
        assert_eq!(fold("Брат"), "brat");
        assert_eq!(fold("Ёлки"), "elki");
        assert_eq!(fold("Щит и меч"), "shchit i mech");
    }

    #[test]
    fn a_title_of_punctuation_stands_for_itself() {
        assert_eq!(fold("? !"), "?!");
        assert_eq!(fold("   "), "");
    }

    #[test]
    fn words_that_touch_are_joined_too() {
        assert_eq!(joined_forms("The Amazing Spider-Man"), ["spiderman"]);
        assert_eq!(
            joined_forms("E.T. the Extra-Terrestrial"),
            ["et", "extraterrestrial"]
        );
    }

    #[test]
    fn numbers_are_told_in_every_spelling() {
        let number = |text: &str| Title::read(text).words.last().and_then(|word| word.number);
        assert_eq!(number("Rocky II"), Some(2));
        assert_eq!(number("Rocky 2"), Some(2));
        assert_eq!(number("Saw XXXIX"), Some(39));
        assert_eq!(number("The Magnificent Seven"), Some(7));
        assert_eq!(number("I"), None);
        assert_eq!(number("Rocky iiii"), None);
        assert_eq!(number("Triple xxxx"), None);
    }

    #[test]
    fn the_keys_know_no_spaces() {
        let keys = |text: &str| Title::read(text).keys();
        assert_eq!(
            keys("The Godfather Part II"),
            ["godfatherpart2", "thegodfatherpart2"]
        );
        assert_eq!(keys("Spider-Man"), keys("spiderman"));
        assert_eq!(keys("M*A*S*H"), ["msh", "mash"]);
        assert_eq!(keys("The A"), ["thea"]);
    }

    #[test]
    fn a_typo_leaves_most_pieces_as_they_are() {
        assert_eq!(pieces("alien"), ["^al", "ali", "en$", "ien", "lie"]);
        assert_eq!(pieces("up"), ["^up", "up$"]);
        let letters = |text: &str| pieces(&Title::read(text).letters());
        let typed = letters("The Hangover Par tII");
        assert_eq!(typed, letters("Hangover Part II"));
    }

    #[test]
    fn a_text_typed_in_the_wrong_layout_is_read_in_the_other() {
        assert_eq!(in_other_layout("nbnfybr").as_deref(), Some("титаник"));
        assert_eq!(in_other_layout("ьфекшч").as_deref(), Some("matrix"));
        assert_eq!(in_other_layout(";tktpysq").as_deref(), Some("железный"));
        assert_eq!(in_other_layout("matrix матрица"), None);
        assert_eq!(in_other_layout("1917"), None);
    }

    proptest! {
        #[test]
        fn folding_twice_is_folding_once(text in "[a-zA-ZÀ-ɏЀ-ӿ0-9½ .,:'’&·-]{0,60}") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }

        #[test]
        fn any_text_is_read(text in any::<String>()) {
            let title = Title::read(&text);
            prop_assert!(title.words.len() <= MOST_WORDS);
            prop_assert_eq!(Title::from_folded(&title.folded()), title);
            joined_forms(&text);
            in_other_layout(&text);
        }
    }
}
