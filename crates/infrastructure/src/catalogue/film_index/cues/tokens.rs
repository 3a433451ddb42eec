//! The words of a request and what stands between them.

/// One word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    /// In small letters, without apostrophes: `80's` is `80s`.
    pub text: String,
    /// What stands between the word before and this one.
    pub gap: String,
}

impl Token {
    /// Whether a sentence, or a part of it, ends before this word.
    pub fn begins_sentence(&self) -> bool {
        self.gap
            .contains(['.', ';', '|', ']', '[', '!', '?', '\n', '(', ')'])
    }
}

/// Parts a text into its words.
pub(super) fn tokens_of(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let (mut word, mut gap) = (String::new(), String::new());
    for letter in text.chars().chain([' ']) {
        if letter.is_alphanumeric() {
            word.extend(letter.to_lowercase());
        } else if !is_apostrophe(letter) {
            if !word.is_empty() {
                tokens.push(Token {
                    text: std::mem::take(&mut word),
                    gap: std::mem::take(&mut gap),
                });
            }
            gap.push(letter);
        }
    }
    tokens
}

fn is_apostrophe(letter: char) -> bool {
    matches!(letter, '\'' | '’' | '‘' | '`' | '´' | 'ʼ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn apostrophes_part_no_words_and_sentences_end() {
        let tokens = tokens_of("In the '80s. Early 90’s!");
        let words: Vec<&str> = tokens.iter().map(|token| token.text.as_str()).collect();
        assert_eq!(words, ["in", "the", "80s", "early", "90s"]);
        let begins: Vec<bool> = tokens.iter().map(Token::begins_sentence).collect();
        assert_eq!(begins, [false, false, false, true, false]);
    }
}
