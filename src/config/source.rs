//! Where settings come from: the environment, else `.env`, else `filmhub.toml`.
use std::{collections::BTreeMap, path::Path};

/// From which place a value was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A variable of the environment.
    Environment,
    /// A line of `.env` in the working directory.
    DotEnv,
    /// A key of `filmhub.toml` in the working directory.
    Toml,
    /// What applies when nothing is said.
    Default,
}

impl Origin {
    /// Its name, for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Environment => "environment",
            Self::DotEnv => ".env",
            Self::Toml => "filmhub.toml",
            Self::Default => "default",
        }
    }
}

/// All settings that somebody made, by name. An empty value counts as none.
#[derive(Default)]
pub struct Sources {
    values: BTreeMap<String, (String, Origin)>,
}

impl Sources {
    /// Reads the three places; what cannot be read is told among the errors.
    pub fn read(directory: &Path, errors: &mut Vec<String>) -> Self {
        let mut sources = Self::default();
        sources.read_toml(&directory.join("filmhub.toml"), errors);
        sources.read_dot_env(&directory.join(".env"), errors);
        sources.add(
            std::env::vars_os().filter_map(|(name, value)| {
                Some((name.into_string().ok()?, value.into_string().ok()?))
            }),
            Origin::Environment,
        );
        sources
    }

    /// Settings from one list, for tests.
    #[cfg(test)]
    pub fn of(values: &[(&str, &str)]) -> Self {
        let mut sources = Self::default();
        let values = values
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        sources.add(values, Origin::Environment);
        sources
    }

    /// A setting and where it was made.
    pub fn get(&self, name: &str) -> Option<(&str, Origin)> {
        let (value, origin) = self.values.get(name)?;
        Some((value.as_str(), *origin))
    }

    /// The names that start so.
    pub fn names_starting_with<'a>(&'a self, start: &'a str) -> impl Iterator<Item = &'a str> {
        self.values
            .keys()
            .map(String::as_str)
            .filter(move |name| name.starts_with(start))
    }

    fn add(&mut self, values: impl Iterator<Item = (String, String)>, origin: Origin) {
        for (name, value) in values.filter(|(_, value)| !value.trim().is_empty()) {
            self.values.insert(name, (value, origin));
        }
    }

    fn read_dot_env(&mut self, path: &Path, errors: &mut Vec<String>) {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => with_quotes(&text),
            Err(failure) if failure.kind() == std::io::ErrorKind::NotFound => return,
            Err(failure) => return errors.push(format!(".env cannot be read: {failure}")),
        };
        let mut values = Vec::new();
        for line in dotenvy::from_read_iter(text.as_bytes()) {
            match line {
                Ok(value) => values.push(value),
                // The line itself may hold a secret and is not shown.
                Err(_) => errors.push(".env has a line that is not `NAME=value`".to_owned()),
            }
        }
        self.add(values.into_iter(), Origin::DotEnv);
    }

    fn read_toml(&mut self, path: &Path, errors: &mut Vec<String>) {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(failure) if failure.kind() == std::io::ErrorKind::NotFound => return,
            Err(failure) => return errors.push(format!("filmhub.toml cannot be read: {failure}")),
        };
        match text.parse::<toml::Table>() {
            Ok(table) => {
                let values = table.into_iter().map(|(name, value)| {
                    let value = match value {
                        toml::Value::String(text) => text,
                        other => other.to_string(),
                    };
                    (name.to_uppercase(), value)
                });
                self.add(values, Origin::Toml);
            }
            Err(failure) => {
                errors.push(format!("filmhub.toml is not valid: {}", failure.message()));
            }
        }
    }
}

/// Puts values that hold blanks into quotes, as the parser wants them. Files that were written for
/// Compose or for Python have them without.
fn with_quotes(text: &str) -> String {
    let quoted = |line: &str| match line.split_once('=') {
        Some((name, value)) if !name.trim_start().starts_with('#') => {
            let value = value.trim();
            let is_quoted = value.starts_with(['"', '\'']);
            let plain = value.split(" #").next().unwrap_or_default().trim_end();
            if is_quoted || plain.contains('\'') || !plain.contains(char::is_whitespace) {
                line.to_owned()
            } else {
                format!("{name}='{plain}'")
            }
        }
        Some(_) | None => line.to_owned(),
    };
    text.lines().map(quoted).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_with_blanks_needs_no_quotes() {
        let directory = tempfile::tempdir().unwrap();
        let text = "# a=b c\nONE=two words # and a remark\nTWO=\"in quotes\"\nTHREE=plain\nFOUR=\n";
        std::fs::write(directory.path().join(".env"), text).unwrap();
        let mut errors = Vec::new();
        let mut sources = Sources::default();
        sources.read_dot_env(&directory.path().join(".env"), &mut errors);
        assert_eq!(errors, Vec::<String>::new());
        let value = |name| sources.get(name).map(|(value, _)| value);
        assert_eq!(value("ONE"), Some("two words"));
        assert_eq!(value("TWO"), Some("in quotes"));
        assert_eq!(value("THREE"), Some("plain"));
        assert_eq!(value("FOUR"), None);
    }

    #[test]
    fn a_line_that_is_no_setting_is_an_error_that_shows_nothing() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join(".env"), "just a secret\n").unwrap();
        let mut errors = Vec::new();
        Sources::default().read_dot_env(&directory.path().join(".env"), &mut errors);
        assert_eq!(errors.len(), 1);
        assert!(!errors.concat().contains("secret"));
    }
}
