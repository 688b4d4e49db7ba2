//! Several documents of one API as one.
//!
//! Documentation pages each hold one operation and the types it uses. Under one name stands one
//! thing: equal parts coincide, and different ones are a conflict that a person must settle.

use std::cmp::Ordering;

use serde_json::Value;
use similar::TextDiff;

use super::grammar::{self, Kind, Shape};
use super::words::drop_words;
use super::{Part, Problem, inherit};
use crate::canonical::{canonical, to_text};
use crate::pointer::Pointer;

/// Merges the documents; the first one's words stand where several have some.
///
/// # Errors
/// The documents describe different APIs, or different versions unless `allow_mixed_versions`, or
/// differ in a part that both have.
pub fn merge(parts: Vec<Part>, allow_mixed_versions: bool) -> Result<Value, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut merged: Option<Part> = None;
    for mut part in parts {
        match &mut merged {
            None => merged = Some(part),
            Some(merged) => {
                inherit::settle(&mut merged.document, &mut part.document);
                let mut into = Merge { first: merged.name.clone(), second: &part, problems: &mut problems };
                if into.same_api(&merged.document, allow_mixed_versions) {
                    into.members(Kind::Document, &mut merged.document, &part.document, &Pointer::root());
                }
            }
        }
    }
    if problems.is_empty() { Ok(merged.map(|part| part.document).unwrap_or_default()) } else { Err(problems) }
}

struct Merge<'a> {
    /// The name of the input that the merged document came from first.
    first: String,
    second: &'a Part,
    problems: &'a mut Vec<Problem>,
}

impl Merge<'_> {
    fn same_api(&mut self, merged: &Value, allow_mixed_versions: bool) -> bool {
        let info = |document: &Value, name: &str| {
            document.pointer(&format!("/info/{name}")).and_then(Value::as_str).map(str::to_owned)
        };
        let place = Pointer::root().join("info");
        let pair = |name| (info(merged, name), info(&self.second.document, name));
        let ((title, other_title), (version, other_version)) = (pair("title"), pair("version"));
        if title != other_title {
            self.refuse(
                place.join("title"),
                format!(
                    "describes `{}`, and {} describes `{}`; take in one API at a time, each in a \
                     workspace of its own (--root)",
                    other_title.unwrap_or_default(),
                    self.first,
                    title.unwrap_or_default()
                ),
            );
            return false;
        }
        if version != other_version && !allow_mixed_versions {
            self.refuse(
                place.join("version"),
                format!(
                    "is of version {}, and {} of version {}; take files of one version, or say \
                     --allow-mixed-versions",
                    other_version.unwrap_or_default(),
                    self.first,
                    version.unwrap_or_default()
                ),
            );
            return false;
        }
        true
    }

    fn refuse(&mut self, pointer: Pointer, text: String) {
        self.problems.push(self.second.problem(Some(pointer), text));
    }

    /// Merges the members of two objects of a kind whose parts have names.
    fn members(&mut self, kind: Kind, into: &mut Value, from: &Value, at: &Pointer) {
        let (Value::Object(into), Value::Object(from)) = (into, from) else { return };
        for (name, theirs) in from {
            let at = at.join(name);
            let Some(ours) = into.get_mut(name) else {
                into.insert(name.clone(), theirs.clone());
                continue;
            };
            match (kind, name.as_str(), grammar::member(kind, name)) {
                (Kind::Document, "openapi", _) => {}
                (Kind::Document, "info", _) => newer(ours, theirs),
                (Kind::Document, "servers", _) => servers(ours, theirs),
                (Kind::Document, "tags", _) => tags(ours, theirs),
                (_, _, Some(Shape::One(Kind::Components))) => {
                    self.members(Kind::Components, ours, theirs, &at);
                }
                (Kind::Document | Kind::Components, _, Some(Shape::Named(kind))) => {
                    self.named(kind, ours, theirs, &at);
                }
                (_, _, Some(Shape::One(kind))) => self.one(kind, ours, theirs, &at),
                _ => {
                    // Words, and plain values. What operations inherit is equal by now, or gone.
                    if !name.starts_with("x-") && !["summary", "description"].contains(&name.as_str()) {
                        self.equal(None, ours, theirs, &at);
                    }
                }
            }
        }
    }

    fn named(&mut self, kind: Kind, into: &mut Value, from: &Value, at: &Pointer) {
        let (Value::Object(into), Value::Object(from)) = (into, from) else { return };
        for (name, theirs) in from {
            match into.get_mut(name) {
                None => drop(into.insert(name.clone(), theirs.clone())),
                Some(ours) => self.one(kind, ours, theirs, &at.join(name)),
            }
        }
    }

    fn one(&mut self, kind: Kind, ours: &mut Value, theirs: &Value, at: &Pointer) {
        // The operations of one path may come from several pages. A reference stands for all of them.
        let is_reference = |item: &Value| item.get("$ref").is_some();
        if kind == Kind::PathItem && !is_reference(ours) && !is_reference(theirs) {
            self.members(kind, ours, theirs, at);
        } else {
            self.equal(Some(kind), ours, theirs, at);
        }
    }

    /// Refuses two different things under one name. Words make no difference.
    fn equal(&mut self, kind: Option<Kind>, ours: &Value, theirs: &Value, at: &Pointer) {
        let [ours, theirs] = [ours, theirs].map(|value| {
            let mut value = value.clone();
            if let Some(kind) = kind {
                drop_words(kind, &mut value);
            }
            to_text(&canonical(value))
        });
        if ours != theirs {
            let diff = TextDiff::from_lines(&ours, &theirs)
                .unified_diff()
                .header(&self.first, &self.second.name)
                .to_string();
            self.refuse(
                at.clone(),
                format!(
                    "differs from what {} has there; take the file that is right, or files of one \
                     version\n{diff}",
                    self.first
                ),
            );
        }
    }
}

/// Keeps the higher version.
pub(super) fn newer(ours: &mut Value, theirs: &Value) {
    if by_version(ours, theirs) == Ordering::Less {
        *ours = theirs.clone();
    }
}

fn by_version(left: &Value, right: &Value) -> Ordering {
    let [left, right] = [left, right].map(|info| {
        let version = info.get("version").and_then(Value::as_str).unwrap_or_default();
        version.split('.').map(|part| part.parse::<u64>().unwrap_or(0)).collect::<Vec<_>>()
    });
    left.cmp(&right)
}

/// All servers. One that differs only in http and https is one, and https it is.
pub(super) fn servers(ours: &mut Value, theirs: &Value) {
    let (Value::Array(ours), Value::Array(theirs)) = (ours, theirs) else { return };
    for server in theirs {
        let url = |server: &Value| server.get("url").and_then(Value::as_str).map(str::to_owned);
        let secure = |url: &str| url.replacen("http://", "https://", 1);
        let theirs = url(server);
        let twin =
            ours.iter_mut().find(|ours| url(ours).as_deref().map(secure) == theirs.as_deref().map(secure));
        match (twin, theirs) {
            (Some(twin), Some(theirs)) => {
                if let (Some(Value::String(url)), true) =
                    (twin.get_mut("url"), theirs.starts_with("https://"))
                {
                    *url = theirs;
                }
            }
            (Some(_), None) => {}
            (None, _) => ours.push(server.clone()),
        }
    }
}

/// All tags, in the order in which they were first named.
pub(super) fn tags(ours: &mut Value, theirs: &Value) {
    let (Value::Array(ours), Value::Array(theirs)) = (ours, theirs) else { return };
    for tag in theirs {
        if !ours.iter().any(|ours| ours.get("name") == tag.get("name")) {
            ours.push(tag.clone());
        }
    }
}
