//! Errors of a configuration, with their place.

use std::error::Error as StdError;
use std::fmt;

/// A configuration that cannot be used: the file, the line, the key, and what to do. It never quotes a value, which may be a
/// secret.
#[derive(Debug)]
pub struct ConfigError(Box<Inner>);

#[derive(Debug)]
struct Inner {
    problem: ConfigProblem,
    file: String,
    line: Option<u64>,
    key: String,
    message: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// What is wrong with a configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ConfigProblem {
    /// The file cannot be read.
    Unreadable,
    /// It is neither YAML nor JSON, is empty, or is no map.
    Malformed,
    /// A key is missing.
    Missing,
    /// A value is of another type.
    Type,
    /// A value is of the right type and cannot be used.
    Value,
    /// A variable has no value and no default.
    Variable,
    /// Two keys exclude each other.
    Contradiction,
    /// A private key, a certificate or a trust store cannot be used.
    Credentials,
}

impl ConfigError {
    pub(super) fn new(problem: ConfigProblem, file: &str, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            problem,
            file: file.to_owned(),
            line: None,
            key: String::new(),
            message: message.into(),
            source: None,
        }))
    }

    /// The same, of this key.
    pub(super) fn at(mut self, key: impl Into<String>, line: u64) -> Self {
        self.0.key = key.into();
        self.0.line = (line > 0).then_some(line);
        self
    }

    pub(super) fn caused(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// The same error with the unknown keys: the missing key may be there under a misspelled name.
    pub(super) fn beside(mut self, unknown: &[String]) -> Self {
        if self.0.problem == ConfigProblem::Missing && !unknown.is_empty() {
            self.0.message.push_str(&format!("; or is it misspelled? Nobody knows {}", unknown.join(", ")));
        }
        self
    }

    /// What is wrong.
    #[must_use]
    pub fn problem(&self) -> ConfigProblem {
        self.0.problem
    }

    /// The key, with those above it, such as `bot.privateKey.path`. Empty if the file as a whole is meant.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.0.key
    }

    /// The line of the file, counted from 1, if there is one to name.
    #[must_use]
    pub fn line(&self) -> Option<u64> {
        self.0.line
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { file, line, key, message, .. } = &*self.0;
        f.write_str(file)?;
        if let Some(line) = line {
            write!(f, ", line {line}")?;
        }
        if !key.is_empty() {
            write!(f, ", {key}")?;
        }
        write!(f, ": {message}")
    }
}

impl StdError for ConfigError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}
