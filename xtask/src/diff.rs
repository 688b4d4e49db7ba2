//! What changed between two versions of the document, and what that means for a Rust caller.
//!
//! The caller that a change is judged for uses the bindings as they are meant to be used: calls
//! through builders, values through builders, a `_` arm in a match on an enum. A literal that names
//! every field of a type, or a match that names every variant, is broken by additions that are
//! called additive here.

use std::fmt;

use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use crate::pointer::Pointer;

mod operations;
mod rust;
mod schemas;
pub mod side;

/// What a change means for code that was written against the old bindings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Code that was right is wrong.
    Breaking(When),
    /// Code goes on as before, and can do more.
    Additive,
    /// Code goes on as before.
    Harmless,
}

/// When a breaking change shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum When {
    /// The compiler refuses the code.
    Compiling,
    /// The code compiles, and a call fails or means something else.
    Running,
}

impl Class {
    pub(crate) const DOES_NOT_COMPILE: Self = Self::Breaking(When::Compiling);
    pub(crate) const FAILS: Self = Self::Breaking(When::Running);

    /// Whether code has to change.
    #[must_use]
    pub fn is_breaking(self) -> bool {
        matches!(self, Self::Breaking(_))
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Breaking(_) => "breaking",
            Self::Additive => "additive",
            Self::Harmless => "harmless",
        })
    }
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// What it means for callers.
    pub class: Class,
    /// The place in the new document; of what was removed, in the old one.
    pub pointer: Pointer,
    /// What changed.
    pub what: String,
    /// Why it means that.
    pub why: String,
}

impl Serialize for Change {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let when = match self.class {
            Class::Breaking(When::Compiling) => Some("compiling"),
            Class::Breaking(When::Running) => Some("running"),
            Class::Additive | Class::Harmless => None,
        };
        let mut change = json!({
            "class": self.class.to_string(),
            "pointer": self.pointer.to_string(),
            "what": self.what,
            "why": self.why,
        });
        if let (Some(when), Value::Object(change)) = (when, &mut change) {
            change.insert("when".to_owned(), when.into());
        }
        change.serialize(serializer)
    }
}

/// The changes found so far.
#[derive(Debug, Default)]
struct Changes(Vec<Change>);

impl Changes {
    fn add(&mut self, pointer: Pointer, class: Class, what: impl Into<String>, why: impl Into<String>) {
        self.0.push(Change { class, pointer, what: what.into(), why: why.into() });
    }

    /// A default that a property or parameter has, had, or has changed.
    fn default_changed(&mut self, old: Option<&Value>, new: Option<&Value>, at: Pointer) {
        let told = |value: Option<&Value>| value.map_or_else(|| "none".to_owned(), Value::to_string);
        let what = format!("default changed from {} to {}", told(old), told(new));
        self.add(at, Class::FAILS, what, "a call that leaves it out means something else");
    }
}

/// What changed from `old` to `new`, the gravest first.
///
/// Both are OpenAPI 3.1 documents as `vendor` writes them.
#[must_use]
pub fn diff(old: &Value, new: &Value) -> Vec<Change> {
    let mut changes = Changes::default();
    let root = Pointer::root();
    for (pointer, why) in [
        ("/info/title", "a name for people"),
        ("/info/version", "the number of the document"),
        ("/openapi", "how the document is written"),
        ("/security", "the session is the client's"),
        ("/servers", "the address is the client's; the typed mocks take their path from it"),
        ("/tags", "tags group the documentation"),
    ] {
        let (before, after) = (old.pointer(pointer), new.pointer(pointer));
        if before != after {
            let told = |value: Option<&Value>| value.map_or_else(|| "none".to_owned(), Value::to_string);
            let name = pointer.rsplit('/').next().unwrap_or_default();
            let place = pointer.split('/').skip(1).fold(root.clone(), |place, token| place.join(token));
            let what = format!("{name} changed from {} to {}", told(before), told(after));
            changes.add(place, Class::Harmless, what, why);
        }
    }
    operations::operations_of(old, new, &mut changes);
    schemas::components(old, new, &mut changes);
    changes.0.sort();
    changes.0.dedup();
    changes.0
}

/// The changes for people: by class, the gravest first.
#[must_use]
pub fn to_text(changes: &[Change]) -> String {
    if changes.is_empty() {
        return "no changes\n".to_owned();
    }
    let mut text = String::new();
    for (title, class) in [
        ("breaking: code does not compile", Class::DOES_NOT_COMPILE),
        ("breaking: code compiles, and a call fails or means something else", Class::FAILS),
        ("additive", Class::Additive),
        ("harmless", Class::Harmless),
    ] {
        let of_class: Vec<_> = changes.iter().filter(|change| change.class == class).collect();
        if of_class.is_empty() {
            continue;
        }
        text.push_str(&format!("{title} ({})\n", of_class.len()));
        for Change { pointer, what, why, .. } in of_class {
            text.push_str(&format!("  {pointer}\n    {what}: {why}\n"));
        }
    }
    let breaking = changes.iter().filter(|change| change.class.is_breaking()).count();
    text.push_str(&format!("{} changes, {breaking} of them breaking\n", changes.len()));
    text
}

/// The changes for machines.
#[must_use]
pub fn to_json(changes: &[Change]) -> String {
    let count = |class: &str| changes.iter().filter(|c| c.class.to_string() == class).count();
    let report = json!({
        "additive": count("additive"),
        "breaking": count("breaking"),
        "changes": changes,
        "harmless": count("harmless"),
    });
    format!("{report:#}\n")
}

/// Whether a change is breaking: what the exit status tells.
#[must_use]
pub fn is_breaking(changes: &[Change]) -> bool {
    changes.iter().any(|change| change.class.is_breaking())
}
