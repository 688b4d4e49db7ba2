//! A map of a configuration, read key by key.

use std::str::FromStr;

use zeroize::Zeroizing;

use super::error::{ConfigError, ConfigProblem};
use super::tree::{Node, Value};
use super::variables;

/// The value of a variable, if it is set.
pub(super) type Variables = dyn Fn(&str) -> Option<String> + Send + Sync;

/// Where a configuration comes from, and the values of its variables.
pub(super) struct Origin {
    pub(super) file: String,
    pub(super) variables: Box<Variables>,
}

impl Origin {
    pub(super) fn error(&self, problem: ConfigProblem, message: impl Into<String>) -> ConfigError {
        ConfigError::new(problem, &self.file, message)
    }
}

/// A map, and the keys that lead to it.
#[derive(Clone)]
pub(super) struct Section<'a> {
    pub(super) origin: &'a Origin,
    path: String,
    line: u64,
    members: &'a [(String, Node)],
}

impl<'a> Section<'a> {
    /// The whole configuration.
    pub(super) fn root(origin: &'a Origin, root: &'a Node) -> Result<Self, ConfigError> {
        let problem = match &root.value {
            Value::Map(members) => return Ok(Self { origin, path: String::new(), line: 0, members }),
            Value::Null => "it is empty",
            Value::Text(_) | Value::List => "it is no map of keys and values",
        };
        let advice =
            format!("{problem}; write keys such as host and bot, each followed by a colon and its value");
        Err(origin.error(ConfigProblem::Malformed, advice))
    }

    /// A key in full, such as `bot.username`.
    pub(super) fn path(&self, key: &str) -> String {
        match (self.path.as_str(), key) {
            ("", key) => key.to_owned(),
            (path, "") => path.to_owned(),
            (path, key) => format!("{path}.{key}"),
        }
    }

    pub(super) fn members(&self) -> impl Iterator<Item = (&'a str, &'a Node)> {
        self.members.iter().map(|(key, node)| (key.as_str(), node))
    }

    fn node(&self, key: &str) -> Option<&'a Node> {
        let node = self.members().find(|(name, _)| *name == key)?.1;
        (!matches!(node.value, Value::Null)).then_some(node)
    }

    /// An error about the value of a key, or about this map if the key is missing.
    pub(super) fn error(&self, problem: ConfigProblem, key: &str, message: impl Into<String>) -> ConfigError {
        let line = self.members().find(|(name, _)| *name == key).map_or(self.line, |(_, node)| node.line);
        self.origin.error(problem, message).at(self.path(key), line)
    }

    pub(super) fn missing(&self, key: &str, message: &str) -> ConfigError {
        self.error(ConfigProblem::Missing, key, message)
    }

    /// A map in this map. `None` if it is missing or has no value.
    pub(super) fn section(&self, key: &str) -> Result<Option<Self>, ConfigError> {
        let Some(node) = self.node(key) else { return Ok(None) };
        match &node.value {
            Value::Map(members) => {
                Ok(Some(Self { origin: self.origin, path: self.path(key), line: node.line, members }))
            }
            _ => Err(self.error(ConfigProblem::Type, key, "here a map is wanted, with keys of its own")),
        }
    }

    /// A text with its variables replaced. `None` if it is missing, has no value, or is empty.
    pub(super) fn text(&self, key: &str) -> Result<Option<Zeroizing<String>>, ConfigError> {
        let Some(node) = self.node(key) else { return Ok(None) };
        let Value::Text(text) = &node.value else {
            return Err(self.error(ConfigProblem::Type, key, "here a text or a number is wanted"));
        };
        let replaced = variables::replaced(text, &*self.origin.variables)
            .map_err(|unreplaced| self.error(ConfigProblem::Variable, key, unreplaced.told()))?;
        Ok(Some(replaced).filter(|text| !text.is_empty()))
    }

    /// A number. `wanted` describes it in an error message.
    pub(super) fn number<T: FromStr>(&self, key: &str, wanted: &str) -> Result<Option<T>, ConfigError> {
        let Some(text) = self.text(key)? else { return Ok(None) };
        let number = text.trim().parse();
        number.map(Some).map_err(|_| self.error(ConfigProblem::Type, key, format!("here {wanted} is wanted")))
    }
}
