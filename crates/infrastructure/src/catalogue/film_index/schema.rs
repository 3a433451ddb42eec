//! The fields of the index, and how a film is written into them and read back.
use super::{
    analysis::{self, MEANING, NAMES, WORDS},
    feed::FilmDocument,
    folding::{Title, fold, joined_forms, pieces},
    ranking::Candidate,
};
use domain::catalogue::FilmId;
use std::collections::BTreeSet;
use tantivy::{
    TantivyDocument, Term,
    schema::{
        FAST, Field, IndexRecordOption, STORED, Schema, TextFieldIndexing, TextOptions, Value,
    },
};
use uuid::Uuid;

/// Names the field of the year where it is read by name.
pub(super) const YEAR: &str = "year";

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
    /// Neighbouring words of the description.
    pub pair: Field,
    /// Names of people, folded.
    pub people: Field,
    /// Whole names of people, without spaces.
    pub person: Field,
    /// Genres, folded, without spaces.
    pub genre: Field,
    /// Countries likewise.
    pub country: Field,
    /// Genres, countries and keywords by meaning.
    pub labels: Field,
    /// The year.
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
            pair: schema.add_text_field("pair", listed.clone()),
            person: schema.add_text_field("person", listed.clone()),
            genre: schema.add_text_field("genre", listed.clone()),
            country: schema.add_text_field("country", listed.clone()),
            piece: schema.add_text_field("piece", listed.clone()),
            sound_piece: schema.add_text_field("sound_piece", listed),
            title: schema.add_text_field("title", meaning.clone()),
            description: schema.add_text_field("description", meaning.clone()),
            people: schema.add_text_field("people", words(NAMES, IndexRecordOption::WithFreqs)),
            labels: schema.add_text_field("labels", meaning),
            year: schema.add_u64_field(YEAR, FAST),
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
        let description = analysis::plain(&film.description);
        for pair in analysis::pairs_of(&description).collect::<BTreeSet<_>>() {
            document.add_text(self.pair, pair);
        }
        document.add_text(self.description, description);
        for person in film.directors.iter().chain(&film.cast) {
            let name = fold(person);
            document.add_text(self.person, term_of_name(&name));
            document.add_text(self.people, name);
        }
        for (field, names) in [(self.genre, &film.genres), (self.country, &film.countries)] {
            for name in names {
                document.add_text(field, term_of_name(&fold(name)));
            }
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
            document.add_u64(self.year, u64::from(year));
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

/// The term that stands for a whole name.
fn term_of_name(folded: &str) -> String {
    folded.replace(' ', "")
}

/// The term that stands for a number in every spelling.
pub(super) fn number_term(number: u16) -> String {
    format!("#{number}")
}
