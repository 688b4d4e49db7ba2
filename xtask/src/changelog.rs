//! The changes for callers, as a section of a changelog.
//!
//! Under *Unreleased*, this module writes one section; the others are written by hand. The section has the changes
//! since the last release. If that is not known, new changes are appended.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context as _, Result};
use semver::Version;

use crate::artifact::Artifact;
use crate::diff::{Change, Class};
use crate::pointer::Pointer;

/// The heading of the section.
const HEADING: &str = "### From the document of the API";
/// The heading of what is not released yet.
const UNRELEASED: &str = "## [Unreleased]";
/// What a line about a breaking change begins with, before which no other line stands.
const BREAKING: &str = "- **Breaking:** ";

/// The lines for the changes of the document, the breaking ones first. Of what no caller sees there is one.
///
/// ```
/// use xtask::changelog::lines;
/// use xtask::diff::{Change, Class};
/// use xtask::pointer::Pointer;
///
/// let pointer = Pointer::from_local_ref("#/paths/~1v1~1book/get").unwrap();
/// let what = "GET /v1/book added".to_owned();
/// let change = Change { class: Class::Additive, item: None, pointer, what, why: String::new() };
/// assert_eq!(lines(&[change]), ["- `GET /v1/book` added."]);
/// ```
#[must_use]
pub fn lines(changes: &[Change]) -> Vec<String> {
    let (told, harmless): (Vec<_>, Vec<_>) =
        changes.iter().partition(|change| change.class != Class::Harmless);
    let mut lines: Vec<String> = told.into_iter().map(line).collect();
    lines.dedup();
    if lines.is_empty() && !harmless.is_empty() {
        lines.push("- Changes that no caller sees.".to_owned());
    }
    lines
}

fn line(Change { class, pointer, what, why, .. }: &Change) -> String {
    let place = called(pointer);
    let quoted = format!("`{place}`");
    let said = if place.is_empty() || what.contains(&quoted) {
        capitalized(what)
    } else if what.contains(&place) {
        what.replacen(&place, &quoted, 1)
    } else {
        format!("{quoted}: {what}")
    };
    if class.is_breaking() { format!("{BREAKING}{said}: {why}.") } else { format!("- {said}.") }
}

/// What a person calls a place: an operation by its request, a type or a property by its name.
fn called(pointer: &Pointer) -> String {
    let tokens = pointer.tokens();
    match tokens.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["paths", path] => (*path).to_owned(),
        ["paths", path, method, ..] => format!("{} {path}", method.to_ascii_uppercase()),
        ["components", _, name, way @ ..] => {
            let inner = way.windows(2).filter_map(|pair| match pair {
                ["properties", property] => Some(format!(".{property}")),
                _ => None,
            });
            format!("{name}{}", inner.collect::<String>())
        }
        _ => String::new(),
    }
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The line for a crate whose callers see the types of the bindings, when those have a new number that does not go
/// with the old one.
#[must_use]
pub fn above(bindings: &Version) -> Vec<String> {
    vec![format!(
        "{BREAKING}the types are those of `pod-api` {}.{}, whose changelog tells what changed.",
        bindings.major, bindings.minor
    )]
}

/// The changelog at `path` with these lines in place of those of the section; or if `added`, beside them. None if
/// there is no such changelog.
///
/// # Errors
/// It cannot be read.
pub fn rewritten(root: &Path, path: &str, lines: &[String], added: bool) -> Result<Option<Artifact>> {
    match fs::read_to_string(root.join(path)) {
        Ok(text) => Ok(Some(Artifact::new(path, with_section(&text.replace("\r\n", "\n"), lines, added)))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", root.join(path).display())),
    }
}

/// The text of a changelog with these lines as its section.
#[must_use]
pub fn with_section(text: &str, lines: &[String], added: bool) -> String {
    let all: Vec<&str> = text.lines().collect();
    let from = |start: usize, found: &dyn Fn(&str) -> bool| {
        all.iter().skip(start).position(|line| found(line)).map_or(all.len(), |at| start + at)
    };
    let unreleased = from(0, &|line| line.starts_with(UNRELEASED));
    let missing = unreleased == all.len();
    // Where nothing was unreleased, that begins before the last release.
    let start = if missing { from(0, &|line| line.starts_with("## ")) } else { unreleased + 1 };
    let end = if missing { start } else { from(start, &|line| line.starts_with("## ")) };
    let section = from(start, &|line| line == HEADING).min(end);
    let after = if section == end {
        end
    } else {
        from(section + 1, &|line| line.starts_with("## ") || line.starts_with("### ")).min(end)
    };

    let mut kept: Vec<String> = Vec::new();
    if added {
        let present = all.get(section..after).unwrap_or_default();
        kept.extend(present.iter().filter(|line| line.starts_with("- ")).map(|line| (*line).to_owned()));
    }
    kept.extend(lines.iter().filter(|line| !kept.contains(line)).cloned().collect::<Vec<_>>());
    let (breaking, others): (Vec<_>, Vec<_>) = kept.into_iter().partition(|line| line.starts_with(BREAKING));

    let mut blocks = vec![all.get(..section).unwrap_or_default().join("\n")];
    if missing && !(breaking.is_empty() && others.is_empty()) {
        blocks.push(UNRELEASED.to_owned());
    }
    if !(breaking.is_empty() && others.is_empty()) {
        blocks.push(HEADING.to_owned());
        blocks.push([breaking, others].concat().join("\n"));
    }
    blocks.push(all.get(after..).unwrap_or_default().join("\n"));
    let blocks: Vec<&str> =
        blocks.iter().map(|block| block.trim_matches('\n')).filter(|block| !block.is_empty()).collect();
    blocks.join("\n\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::When;

    const LOG: &str = "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- By hand.\n\n## [0.1.0]\n\n- First.\n";

    fn lines(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| format!("- {name}")).collect()
    }

    #[test]
    fn the_section_is_replaced_and_the_others_stay() {
        let once = with_section(LOG, &lines(&["one", "two"]), false);
        let expected = LOG.replace("\n\n## [0.1.0]", &format!("\n\n{HEADING}\n\n- one\n- two\n\n## [0.1.0]"));
        assert_eq!(once, expected);
        assert_eq!(with_section(&once, &lines(&["one", "two"]), false), once);
        assert_eq!(
            with_section(&once, &lines(&["three"]), false),
            expected.replace("- one\n- two", "- three")
        );
        assert_eq!(with_section(&once, &[], false), LOG);
    }

    #[test]
    fn lines_are_added_once_and_breaking_ones_come_first() {
        let once = with_section(LOG, &lines(&["one"]), true);
        let more = with_section(&once, &lines(&["**Breaking:** gone", "one"]), true);
        assert!(more.contains("\n- **Breaking:** gone\n- one\n"), "{more}");
        assert_eq!(with_section(&more, &lines(&["one"]), true), more);
        assert_eq!(with_section(&more, &[], true), more);
    }

    #[test]
    fn after_a_release_something_is_unreleased_again() {
        let released = "# Changelog\n\nWords.\n\n## [0.1.0]\n\n- First.\n";
        let text = with_section(released, &lines(&["one"]), false);
        assert_eq!(text, released.replace("## [0", &format!("{UNRELEASED}\n\n{HEADING}\n\n- one\n\n## [0")));
        assert_eq!(with_section(&text, &lines(&["one"]), false), text);
        assert_eq!(with_section(released, &[], false), released);
    }

    #[test]
    fn a_line_names_what_a_person_knows() {
        let said = |class, place: &str, what: &str| {
            let pointer = Pointer::from_local_ref(place).unwrap();
            line(&Change { class, item: None, pointer, what: what.to_owned(), why: "it is so".to_owned() })
        };
        let breaking = Class::Breaking(When::Running);
        for (line, expected) in [
            (
                said(breaking, "#/components/schemas/Book/properties/kind/enum", "value \"A\" removed"),
                "- **Breaking:** `Book.kind`: value \"A\" removed: it is so.",
            ),
            (
                said(Class::Additive, "#/paths/~1v1~1a/get/parameters/1", "parameter `p` added"),
                "- `GET /v1/a`: parameter `p` added.",
            ),
            (said(Class::Additive, "#/components/schemas/Book", "type `Book` added"), "- Type `Book` added."),
        ] {
            assert_eq!(line, expected);
        }
    }
}
