//! From the bytes of a file, in whatever form it was published, to a document of a known version.

use std::fmt;

use serde_json::Value;

use super::brief;
use super::page::{json_block, line_at};
use super::tree::{LIMIT, Malformed, Tree};
use crate::pointer::Pointer;

/// The versions of the specification that a document can be written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Swagger 2.0.
    Swagger2,
    /// OpenAPI 3.0.x.
    OpenApi30,
    /// OpenAPI 3.1.x.
    OpenApi31,
}

/// In what form a document was published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Form {
    /// The version of the specification.
    pub dialect: Dialect,
    /// Whether it was the block of a documentation page.
    pub page: bool,
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (self.page, self.dialect) {
            (true, _) => "documentation page",
            (false, Dialect::Swagger2) => "Swagger 2.0",
            (false, Dialect::OpenApi30) => "OpenAPI 3.0",
            (false, Dialect::OpenApi31) => "OpenAPI 3.1",
        })
    }
}

/// A document as it was published.
#[derive(Clone, Debug)]
pub struct Published {
    /// In what form.
    pub form: Form,
    /// The document, an object, and the lines of its values.
    pub tree: Tree,
}

/// Reads a document; the form shows in the content, whatever the file is called.
///
/// # Errors
/// It is none, or not one that can be read; the message says what to do.
pub fn read(bytes: &[u8]) -> Result<Published, Malformed> {
    let text = text(bytes)?;
    let (page, tree) = match kind(text)? {
        Kind::Json => (false, Tree::from_json(text)?),
        Kind::Yaml => (false, Tree::from_yaml(text)?),
        Kind::Page => {
            let (json, start) = json_block(text)?;
            let shift = |line: u64| line.saturating_add(start).saturating_sub(1);
            let tree = Tree::from_json(&json).map_err(|error| Malformed {
                line: Some(shift(error.line.unwrap_or(1))),
                text: format!("in the page's block, {}", error.text),
            })?;
            (true, tree.starting_at(shift(1)))
        }
    };
    let dialect = dialect(&tree)?;
    Ok(Published { form: Form { dialect, page }, tree })
}

/// The text of a file, which is UTF-8.
fn text(bytes: &[u8]) -> Result<&str, Malformed> {
    let refuse = |line, text: String| Err(Malformed { line, text });
    if bytes.len() > LIMIT {
        return refuse(
            None,
            format!("larger than {} MiB; no description of an API is, so this is another file", LIMIT >> 20),
        );
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") {
        return refuse(None, "encoded as UTF-16; convert it to UTF-8 (iconv -f UTF-16 -t UTF-8)".into());
    }
    if bytes.contains(&0) {
        return refuse(None, "holds NUL bytes: a binary file, or text that is not UTF-8".into());
    }
    match str::from_utf8(bytes) {
        Ok(text) if text.trim().is_empty() => refuse(None, "empty".into()),
        Ok(text) => Ok(text),
        Err(error) => {
            let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
            let valid = str::from_utf8(valid).unwrap_or_default();
            let cut = error.error_len().is_none();
            let what = if cut { "ends within a character: truncated?" } else { "is not UTF-8" };
            refuse(
                Some(line_at(valid, valid.len())),
                format!("the text {what} (byte {})", error.valid_up_to()),
            )
        }
    }
}

enum Kind {
    Json,
    Yaml,
    Page,
}

/// What comes first tells: a brace, a fence, or a member of an OpenAPI document at the margin.
fn kind(text: &str) -> Result<Kind, Malformed> {
    if text.trim_start().starts_with('{') {
        return Ok(Kind::Json);
    }
    for line in text.lines() {
        if ["swagger", "openapi"].iter().any(|member| is_member(line, member)) {
            return Ok(Kind::Yaml);
        }
        let indented = line.len() - line.trim_start_matches(' ').len();
        if indented <= 3 && ["```", "~~~"].iter().any(|fence| line.trim_start().starts_with(fence)) {
            return Ok(Kind::Page);
        }
    }
    let start = text.trim_start().get(..1).unwrap_or_default();
    Err(Malformed {
        line: None,
        text: match start {
            "<" => "an HTML or XML file; take the Markdown or the raw file instead".into(),
            _ => "neither an OpenAPI document (no `openapi` or `swagger` at the margin) nor a page \
                  with one (no ```json block)"
                .to_owned(),
        },
    })
}

/// Whether a line begins a member of the outermost mapping.
fn is_member(line: &str, name: &str) -> bool {
    let rest = line.strip_prefix(['"', '\'']).unwrap_or(line).strip_prefix(name);
    rest.is_some_and(|rest| rest.strip_prefix(['"', '\'']).unwrap_or(rest).trim_start().starts_with(':'))
}

fn dialect(tree: &Tree) -> Result<Dialect, Malformed> {
    let place = Pointer::root();
    let version = ["swagger", "openapi"].into_iter().find_map(|name| Some((name, tree.document.get(name)?)));
    let refuse = |name: &str, text: String| Err(Malformed { line: tree.line(&place.join(name)), text });
    match version {
        Some(("swagger", Value::String(version))) if version == "2.0" => Ok(Dialect::Swagger2),
        Some(("openapi", Value::String(version))) if version.starts_with("3.0.") => Ok(Dialect::OpenApi30),
        Some(("openapi", Value::String(version))) if version.starts_with("3.1.") => Ok(Dialect::OpenApi31),
        Some((name, version)) => refuse(
            name,
            format!(
                "`{name}` is {}, and this program reads Swagger \"2.0\", OpenAPI \"3.0.x\" and \
                 \"3.1.x\"",
                brief(version)
            ),
        ),
        None => refuse("", "not an OpenAPI document: it has no member `openapi` or `swagger`".into()),
    }
}
