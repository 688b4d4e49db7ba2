//! Where the vendored document came from.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::read::Form;
use crate::layout;

/// Where the vendored document came from, as `source.toml` tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The name of the API.
    pub title: String,
    /// The version of the API.
    pub version: String,
    /// The address under which the newest version is published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The files, in the order of their names.
    #[serde(rename = "source")]
    pub files: Vec<File>,
}

/// A published file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct File {
    /// Its name, without the folder that it happened to be in.
    pub name: String,
    /// In what form the document was in it.
    pub form: String,
    /// The SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
}

impl File {
    /// Describes a file that was read.
    #[must_use]
    pub fn new(name: &str, form: Form, bytes: &[u8]) -> Self {
        let file_name = Path::new(name).file_name().map(|name| name.to_string_lossy());
        let mut sha256 = String::new();
        for byte in Sha256::digest(bytes) {
            // Writing to a string cannot fail.
            let _ = write!(sha256, "{byte:02x}");
        }
        Self { name: file_name.map_or_else(|| name.to_owned(), Into::into), form: form.to_string(), sha256 }
    }
}

impl Source {
    /// Reads the `source.toml` of the workspace in `root`. None if there is none that can be read: it is written anew.
    #[must_use]
    pub fn read(root: &Path) -> Option<Self> {
        toml::from_str(&fs::read_to_string(root.join(layout::SOURCE)).ok()?).ok()
    }

    /// Adds files, of which each takes the place of one of the same name.
    pub fn add(&mut self, files: Vec<File>) {
        self.files.retain(|present| files.iter().all(|file| file.name != present.name));
        self.files.extend(files);
        self.files.sort();
    }

    /// The text of `source.toml`.
    ///
    /// # Errors
    /// Never for a source whose names are text.
    pub fn to_toml(&self) -> Result<String, toml::ser::Error> {
        let text = toml::to_string(self)?;
        Ok(format!("# Where the vendored document came from. Written by `cargo xtask vendor`.\n{text}"))
    }
}
