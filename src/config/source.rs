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
        let lines = match dotenvy::from_path_iter(path) {
            Ok(lines) => lines,
            Err(failure) if failure.not_found() => return,
            Err(failure) => return errors.push(format!(".env cannot be read: {failure}")),
        };
        let mut values = Vec::new();
        for line in lines {
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
