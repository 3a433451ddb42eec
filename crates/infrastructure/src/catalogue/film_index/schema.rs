//! The fields of the index, and how a film is written into them and read back.
use super::{
    analysis::{self, MEANING, NAMES, WORDS},
    feed::FilmDocument,
    folding::{Title, fold, joined_forms, pieces},
    ranking::Candidate,
};
use domain::catalogue::FilmId;
use tantivy::{
    TantivyDocument, Term,
    schema::{Field, IndexRecordOption, STORED, Schema, TextFieldIndexing, TextOptions, Value},
};
use uuid::Uuid;

/// The fields. Only what the ranking of titles needs is stored, so that it stays in memory.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields {
    id: Field,
    stored_title: Field,
    stored_year: Field,
    stored_flag: Field,
    /// Whole titles without spaces and articles.
    pub key: Field,
    /// Words of titles, folded.
    pub word: Field,
    /// Their sounds.
    pub sound: Field,
    /// Pieces of whole titles.
    pub piece: Field,
    /// Pieces of how whole titles sound.
    pub sound_piece: Field,
    /// Words of titles by meaning.
    pub title: Field,
    /// Words of the description by meaning.
    pub description: Field,
    /// Names of people, folded.
    pub people: Field,
    /// Genres, countries and keywords by meaning.
    pub labels: Field,
    /// The year and its decade.
    pub year: Field,
}

impl Fields {
    /// The schema with these fields.
    pub fn schema() -> (Schema, Self) {
        let mut schema = Schema::builder();
        let words = |tokenizer, option| {
            TextOptions::default().set_indexing_options(
                TextFieldIndexing::default()
                    .set_tokenizer(tokenizer)
                    .set_index_option(option),
            )
        };
        let listed = words(WORDS, IndexRecordOption::Basic);
        let meaning = words(MEANING, IndexRecordOption::WithFreqs);
        let fields = Self {
            id: schema.add_text_field("id", listed.clone().set_stored()),
            stored_title: schema.add_text_field("stored_title", STORED),
            stored_year: schema.add_u64_field("stored_year", STORED),
            stored_flag: schema.add_bool_field("stored_flag", STORED),
            key: schema.add_text_field("key", listed.clone()),
            word: schema.add_text_field("word", listed.clone()),
            sound: schema.add_text_field("sound", listed.clone()),
            piece: schema.add_text_field("piece", listed.clone()),
            sound_piece: schema.add_text_field("sound_piece", listed),
            title: schema.add_text_field("title", meaning.clone()),
            description: schema.add_text_field("description", meaning.clone()),
            people: schema.add_text_field("people", words(NAMES, IndexRecordOption::WithFreqs)),
            labels: schema.add_text_field("labels", meaning.clone()),
            year: schema.add_text_field("year", meaning),
        };
        (schema.build(), fields)
    }

    /// The term that stands for one film.
    pub fn term_of(&self, film: FilmId) -> Term {
        Term::from_field_text(self.id, &film.to_string())
    }

    /// Writes a film.
    pub fn write(&self, film: &FilmDocument) -> TantivyDocument {
        let mut document = TantivyDocument::default();
        document.add_text(self.id, film.id.to_string());
        let titles = std::iter::once(&film.title).chain(&film.alternative_titles);
        for title in titles {
            self.write_title(title, &mut document);
        }
        self.write_description(film, &mut document);
        document
    }

    fn write_title(&self, text: &str, document: &mut TantivyDocument) {
        let title = Title::read(text);
        document.add_text(self.stored_title, title.folded());
        for key in title.keys() {
            document.add_text(self.key, key);
        }
        document.add_text(self.title, analysis::plain(text));
        for word in &title.words {
            document.add_text(self.word, &word.text);
            document.add_text(self.sound, word.sound());
            if let Some(number) = word.number {
                document.add_text(self.word, number_term(number));
            }
        }
        for piece in pieces(&title.letters()) {
            document.add_text(self.piece, piece);
        }
        for piece in pieces(&title.sounds()) {
            document.add_text(self.sound_piece, piece);
        }
        for joined in joined_forms(text) {
            document.add_text(self.word, joined);
        }
    }

    fn write_description(&self, film: &FilmDocument, document: &mut TantivyDocument) {
        document.add_bool(self.stored_flag, !film.description.trim().is_empty());
        document.add_text(self.description, analysis::plain(&film.description));
        for person in film.directors.iter().chain(&film.cast) {
            document.add_text(self.people, fold(person));
        }
        for label in film
            .genres
            .iter()
            .chain(&film.countries)
            .chain(&film.keywords)
        {
            document.add_text(self.labels, analysis::plain(label));
        }
        if let Some(year) = film.year {
            document.add_u64(self.stored_year, u64::from(year));
            document.add_text(self.year, format!("{year} {}s", year / 10 * 10));
        }
    }

    /// Reads which film a document is.
    pub fn film(&self, document: &TantivyDocument) -> Option<FilmId> {
        let id = document.get_first(self.id)?;
        Uuid::try_parse(id.as_str()?).ok().map(FilmId::from_uuid)
    }

    /// Reads what the ranking needs.
    pub fn candidate(&self, document: &TantivyDocument) -> Candidate {
        let year = document.get_first(self.stored_year);
        Candidate {
            titles: document
                .get_all(self.stored_title)
                .filter_map(|title| Some(Title::from_folded(title.as_str()?)))
                .collect(),
            year: year
                .and_then(|year| year.as_u64())
                .and_then(|year| u16::try_from(year).ok()),
            is_described: document
                .get_first(self.stored_flag)
                .and_then(|flag| flag.as_bool())
                .unwrap_or_default(),
        }
    }
}

/// The term that stands for a number in every spelling.
pub(super) fn number_term(number: u16) -> String {
    format!("#{number}")
}
