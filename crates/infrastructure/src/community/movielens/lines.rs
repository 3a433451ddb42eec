//! Files as lines of fields, whichever way they are written.
use super::place::unreadable;
use application::community::ports::BadFiles;
use csv::{ErrorKind, StringRecord};
use sha2::{Digest as _, Sha256};
use std::{
    io::{self, BufRead, BufReader, Read},
    str::FromStr,
};

/// What tells these files from others.
pub(super) type Digest = Sha256;

/// How the files are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// Commas between the fields, the names of the fields in the first line.
    Csv,
    /// `::` between the fields.
    Dat,
}

impl Format {
    pub(super) const fn ratings(self) -> &'static str {
        match self {
            Self::Csv => "ratings.csv",
            Self::Dat => "ratings.dat",
        }
    }

    pub(super) const fn movies(self) -> &'static str {
        match self {
            Self::Csv => "movies.csv",
            Self::Dat => "movies.dat",
        }
    }
}

/// A line that tells something that cannot be.
pub(super) fn bad_line(file: &str, line: u64, what: String) -> BadFiles {
    BadFiles::BadLine {
        file: file.to_owned(),
        line,
        what,
    }
}

/// Bytes that are digested while they are read.
pub(super) struct Digested<'a> {
    bytes: &'a mut dyn Read,
    digest: &'a mut Digest,
}

impl<'a> Digested<'a> {
    pub(super) const fn new(bytes: &'a mut dyn Read, digest: &'a mut Digest) -> Self {
        Self { bytes, digest }
    }
}

impl Read for Digested<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.bytes.read(buffer)?;
        self.digest.update(buffer.get(..read).unwrap_or_default());
        Ok(read)
    }
}

/// The lines of one file.
pub(super) struct Lines<R: Read> {
    file: &'static str,
    names: &'static [&'static str],
    fields: StringRecord,
    source: Source<R>,
}

enum Source<R: Read> {
    Csv(Box<csv::Reader<R>>),
    Dat { bytes: BufReader<R>, line: u64 },
}

/// One line, with its number.
pub(super) struct Line<'a> {
    file: &'static str,
    number: u64,
    names: &'static [&'static str],
    fields: &'a StringRecord,
}

impl<R: Read> Lines<R> {
    /// The lines of a file whose fields have these names.
    pub(super) fn new(
        format: Format,
        file: &'static str,
        names: &'static [&'static str],
        bytes: R,
    ) -> Result<Self, BadFiles> {
        let source = match format {
            Format::Csv => Source::Csv(Box::new(csv::Reader::from_reader(bytes))),
            Format::Dat => Source::Dat {
                bytes: BufReader::new(bytes),
                line: 0,
            },
        };
        let mut lines = Self {
            file,
            names,
            fields: StringRecord::new(),
            source,
        };
        lines.check_names()?;
        Ok(lines)
    }

    fn check_names(&mut self) -> Result<(), BadFiles> {
        let Source::Csv(csv) = &mut self.source else {
            return Ok(());
        };
        let file = self.file;
        let found = csv.headers().map_err(|cause| of_csv(file, cause))?;
        let found: Vec<&str> = found
            .iter()
            .map(|name| name.trim_start_matches('\u{feff}'))
            .collect();
        if found == self.names {
            return Ok(());
        }
        let what = format!(
            "must be `{}`, got `{}`",
            self.names.join(","),
            found.join(",")
        );
        Err(bad_line(file, 1, what))
    }

    /// The next line; nothing after the last.
    pub(super) fn next(&mut self) -> Result<Option<Line<'_>>, BadFiles> {
        let file = self.file;
        let number = match &mut self.source {
            Source::Csv(csv) => {
                let is_there = csv.read_record(&mut self.fields);
                is_there
                    .map_err(|cause| of_csv(file, cause))?
                    .then(|| self.fields.position().map_or(0, csv::Position::line))
            }
            Source::Dat { bytes, line } => next_of_dat(bytes, file, &mut self.fields)?.then(|| {
                *line += 1;
                *line
            }),
        };
        let Some(number) = number else {
            return Ok(None);
        };
        if self.fields.len() != self.names.len() {
            let (must, has) = (self.names.len(), self.fields.len());
            return Err(bad_line(file, number, wrong_width(must, has)));
        }
        Ok(Some(Line {
            file,
            number,
            names: self.names,
            fields: &self.fields,
        }))
    }
}

fn wrong_width(must: usize, has: usize) -> String {
    format!("must have {must} fields, has {has}")
}

/// Reads one line with `::` between the fields. The oldest sets are in Latin-1, which is told by their
/// not being UTF-8.
fn next_of_dat(
    bytes: &mut impl BufRead,
    file: &str,
    fields: &mut StringRecord,
) -> Result<bool, BadFiles> {
    /// No line is as long; what has none is no such file.
    const MOST: u64 = 64 * 1024;
    let mut line = Vec::new();
    let mut start = bytes.take(MOST);
    let read = start
        .read_until(b'\n', &mut line)
        .map_err(|cause| unreadable(file, cause))?;
    if read == 0 {
        return Ok(false);
    }
    let text = String::from_utf8(line)
        .unwrap_or_else(|latin| latin.into_bytes().into_iter().map(char::from).collect());
    fields.clear();
    for field in text.trim_end_matches(['\r', '\n']).split("::") {
        fields.push_field(field);
    }
    Ok(true)
}

fn of_csv(file: &str, cause: csv::Error) -> BadFiles {
    let line = cause.position().map_or(0, csv::Position::line);
    match cause.kind() {
        ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => {
            let width = |fields: u64| usize::try_from(fields).unwrap_or(usize::MAX);
            bad_line(file, line, wrong_width(width(*expected_len), width(*len)))
        }
        ErrorKind::Utf8 { .. } => bad_line(file, line, "must be UTF-8".to_owned()),
        _ => unreadable(file, cause),
    }
}

impl<'a> Line<'a> {
    /// Its number, from 1.
    pub(super) const fn number(&self) -> u64 {
        self.number
    }

    /// A field by its place.
    pub(super) fn field(&self, place: usize) -> &'a str {
        self.fields.get(place).unwrap_or_default()
    }

    /// A field that has to be something.
    pub(super) fn parsed<T: FromStr>(&self, place: usize, what: &str) -> Result<T, BadFiles> {
        let text = self.field(place);
        text.trim()
            .parse()
            .map_err(|_not_that| self.bad_field(place, &format!("must be {what}, got `{text}`")))
    }

    /// Says what is wrong with a field.
    pub(super) fn bad_field(&self, place: usize, what: &str) -> BadFiles {
        let name = self.names.get(place).copied().unwrap_or_default();
        bad_line(self.file, self.number, format!("{name} {what}"))
    }
}
