//! Reads settings one by one and remembers everything that is wrong with them.
use super::source::{Origin, Sources};
use secrecy::SecretString;
use std::{fmt::Display, path::Path, str::FromStr};

/// One line of `filmhub config show`.
pub struct Shown {
    /// The setting's name.
    pub name: &'static str,
    /// Its value as it may be shown.
    pub value: String,
    /// Where it was made.
    pub origin: Origin,
}

/// Reads settings.
pub struct Reader {
    sources: Sources,
    errors: Vec<String>,
    shown: Vec<Shown>,
    secrets: Vec<&'static str>,
}

const MASK: &str = "***";

impl Reader {
    /// Reads from these sources; some errors may be known already.
    pub fn new(sources: Sources, errors: Vec<String>) -> Self {
        Self {
            sources,
            errors,
            shown: Vec::new(),
            secrets: Vec::new(),
        }
    }

    /// The settings as they may be shown, and everything that is wrong.
    pub fn finish(self) -> (Vec<Shown>, Vec<String>) {
        (self.shown, self.errors)
    }

    /// Notes what is wrong with a setting.
    pub fn refuse(&mut self, name: &str, why: impl Display) {
        self.errors.push(format!("{name} {why}"));
    }

    /// Whether somebody made the setting.
    pub fn is_set(&self, name: &str) -> bool {
        self.sources.get(name).is_some()
    }

    /// The names of settings that start so and that nobody reads.
    pub fn unread(&self, start: &str) -> Vec<String> {
        let is_read = |name: &str| {
            let plain = name.strip_suffix("_FILE").unwrap_or(name);
            self.shown
                .iter()
                .any(|shown| shown.name == name || shown.name == plain)
        };
        self.sources
            .names_starting_with(start)
            .filter(|name| !is_read(name))
            .map(str::to_owned)
            .collect()
    }

    /// The names of files that are to hold settings that are no secrets, which nobody would read.
    pub fn needless_files(&self) -> Vec<String> {
        let plain = self.shown.iter().map(|shown| shown.name);
        plain
            .filter(|name| !self.secrets.contains(name))
            .map(|name| format!("{name}_FILE"))
            .filter(|file| self.is_set(file))
            .collect()
    }

    /// A value, or what applies when nothing is said.
    pub fn parsed<T>(&mut self, name: &'static str, default: T) -> T
    where
        T: FromStr<Err: Display> + Display,
    {
        if let Some(value) = self.optional(name) {
            return value;
        }
        if let Some(last) = self.shown.last_mut().filter(|last| last.name == name) {
            last.value = default.to_string();
        }
        default
    }

    /// A value, if somebody gave one.
    pub fn optional<T>(&mut self, name: &'static str) -> Option<T>
    where
        T: FromStr<Err: Display> + Display,
    {
        let Some((text, origin)) = self.sources.get(name) else {
            self.show(name, String::new(), Origin::Default);
            return None;
        };
        match text.trim().parse::<T>() {
            Ok(value) => {
                self.show(name, value.to_string(), origin);
                Some(value)
            }
            Err(failure) => {
                let why = format!("{failure}");
                self.show(name, "(not valid)".to_owned(), origin);
                self.refuse(name, why);
                None
            }
        }
    }

    /// A number within bounds.
    pub fn within(
        &mut self,
        name: &'static str,
        bounds: std::ops::RangeInclusive<u32>,
        default: u32,
    ) -> u32 {
        let number = self.parsed(name, default);
        if bounds.contains(&number) {
            return number;
        }
        let (least, most) = (bounds.start(), bounds.end());
        self.refuse(
            name,
            format!("must be between {least} and {most}, got {number}"),
        );
        default
    }

    /// A secret: given as it is, or by the name of a file that holds it (`<name>_FILE`).
    pub fn secret(&mut self, name: &'static str) -> Option<SecretString> {
        self.secrets.push(name);
        let file = format!("{name}_FILE");
        if let Some((path, origin)) = self.sources.get(&file) {
            let read = std::fs::read_to_string(Path::new(path.trim()));
            if self.is_set(name) {
                self.refuse(name, format!("and {file} are both set, one must do"));
            }
            self.show(name, MASK.to_owned(), origin);
            return match read {
                Ok(text) if text.trim().is_empty() => {
                    self.refuse(&file, "names an empty file");
                    None
                }
                Ok(text) => Some(text.trim_end_matches(['\r', '\n']).to_owned().into()),
                Err(failure) => {
                    self.refuse(
                        &file,
                        format!("names a file that cannot be read: {failure}"),
                    );
                    None
                }
            };
        }
        let Some((text, origin)) = self.sources.get(name) else {
            self.show(name, String::new(), Origin::Default);
            return None;
        };
        let secret = SecretString::from(text.to_owned());
        self.show(name, MASK.to_owned(), origin);
        Some(secret)
    }

    /// Shows what applies where nobody has made the setting that was just asked for.
    pub fn show_default(&mut self, name: &'static str, default: &str) {
        if let Some(last) = self.shown.last_mut()
            && last.name == name
            && last.origin == Origin::Default
        {
            default.clone_into(&mut last.value);
        }
    }

    fn show(&mut self, name: &'static str, value: String, origin: Origin) {
        self.shown.push(Shown {
            name,
            value,
            origin,
        });
    }
}
