//! How a word sounds, so that it is found by what is heard, or by its spelling in another alphabet.

/// Reduces a folded word to its consonants, each standing for all spellings of one sound. `Джеймс`
/// and `James` are both `jms`. A vowel at the beginning is `a`; other vowels are left out.
pub(super) fn sound_of(word: &str) -> String {
    let letters: Vec<char> = word.chars().collect();
    let mut sound = Sound {
        letters: &letters,
        key: String::with_capacity(letters.len()),
        last_letter: None,
    };
    let mut place = 0;
    while place < letters.len() {
        place += sound.take(place);
    }
    sound.key
}

struct Sound<'a> {
    letters: &'a [char],
    key: String,
    last_letter: Option<char>,
}

/// Groups of letters that sound as one, longest first.
const GROUPS: [(&str, &str); 25] = [
    ("shch", "x"),
    ("tion", "xn"),
    ("sion", "xn"),
    ("cian", "xn"),
    ("tsch", "c"),
    ("dzh", "j"),
    ("tch", "c"),
    ("sch", "x"),
    ("sh", "x"),
    ("ch", "c"),
    ("ph", "f"),
    ("th", "t"),
    ("kh", "h"),
    ("zh", "j"),
    ("dj", "j"),
    ("dg", "j"),
    ("ck", "k"),
    ("qu", "kv"),
    ("wh", "v"),
    ("wr", "r"),
    ("tz", "ts"),
    ("rh", "r"),
    ("sz", "s"),
    ("cz", "c"),
    ("cq", "k"),
];

impl Sound<'_> {
    fn at(&self, place: usize) -> Option<char> {
        self.letters.get(place).copied()
    }

    fn has_vowel_at(&self, place: usize) -> bool {
        self.at(place).is_some_and(is_vowel)
    }

    fn is_soft_at(&self, place: usize) -> bool {
        matches!(self.at(place), Some('e' | 'i' | 'y'))
    }

    /// Reads what stands at a place and tells how many letters that is.
    fn take(&mut self, place: usize) -> usize {
        if let Some(taken) = self.take_silent(place).or_else(|| self.take_group(place)) {
            self.last_letter = None;
            return taken;
        }
        let Some(letter) = self.at(place) else {
            return 1;
        };
        if self.last_letter.replace(letter) != Some(letter) || letter.is_ascii_digit() {
            self.take_letter(letter, place);
        }
        1
    }

    /// `knight`: a silent beginning, and a silent `gh` in the middle.
    fn take_silent(&mut self, place: usize) -> Option<usize> {
        let pair = (self.at(place), self.at(place + 1));
        match pair {
            (Some('k'), Some('n')) if place == 0 => {
                self.key.push('n');
                Some(2)
            }
            (Some('g'), Some('h')) => {
                if place == 0 || self.has_vowel_at(place + 2) {
                    self.key.push('h');
                }
                Some(2)
            }
            _ => None,
        }
    }

    fn take_group(&mut self, place: usize) -> Option<usize> {
        let rest = self.letters.get(place..)?;
        let (group, sounds) = GROUPS.iter().find(|(group, _)| {
            let mut letters = rest.iter();
            group.chars().all(|letter| letters.next() == Some(&letter))
        })?;
        self.key.push_str(sounds);
        Some(group.len())
    }

    fn take_letter(&mut self, letter: char, place: usize) {
        let next_is_vowel = self.has_vowel_at(place + 1);
        match letter {
            'u' | 'w' if next_is_vowel => self.key.push('v'),
            'w' => {}
            'h' if !next_is_vowel => {}
            'c' if self.is_soft_at(place + 1) => self.key.push('s'),
            'g' if self.at(place + 1) == Some('e') => self.key.push('j'),
            'c' | 'q' => self.key.push('k'),
            'g' => self.key.push('h'),
            'z' => self.key.push('s'),
            'x' if place == 0 => self.key.push('s'),
            'x' => self.key.push_str("ks"),
            vowel if is_vowel(vowel) => {
                if place == 0 {
                    self.key.push('a');
                }
            }
            other => self.key.push(other),
        }
    }
}

fn is_vowel(letter: char) -> bool {
    matches!(letter, 'a' | 'e' | 'i' | 'o' | 'u' | 'y')
}

#[cfg(test)]
mod tests {
    use super::super::folding::fold;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_sound_alike_in_both_alphabets() {
        for (latin, cyrillic) in [
            ("James", "Джеймс"),
            ("Matrix", "Матрикс"),
            ("Titanic", "Титаник"),
            ("Shrek", "Шрек"),
            ("Gump", "Гамп"),
            ("Harry", "Гарри"),
            ("Hobbit", "Хоббит"),
            ("Schindler", "Шиндлер"),
            ("Night", "Найт"),
            ("Halloween", "Хэллоуин"),
            ("Wick", "Уик"),
            ("George", "Джордж"),
            ("Inception", "Инсепшн"),
            ("Chicago", "Чикаго"),
            ("Casablanca", "Касабланка"),
            ("Royale", "Рояль"),
        ] {
            assert_eq!(sound_of(&fold(latin)), sound_of(&fold(cyrillic)), "{latin}");
        }
    }

    #[test]
    fn doubled_letters_sound_once_but_digits_do_not() {
        assert_eq!(sound_of("godzilla"), "hdsl");
        assert_eq!(sound_of("2001"), "2001");
    }

    proptest! {
        #[test]
        fn any_word_has_a_sound(word in any::<String>()) {
            prop_assert_eq!(sound_of(&word), sound_of(&word));
        }
    }
}
