//! What changed between two versions of the document, and what that means for a Rust caller.
//!
//! The caller that a change is judged for uses the bindings as they are meant to be used: calls
//! through builders, values through builders, a `_` arm in a match on an enum. A literal that names
//! every field of a type, or a match that names every variant, is broken by additions that are
//! called additive here.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use self::bindings::Bindings;
use self::code::Side;
use crate::engine::Engine;
use crate::pointer::Pointer;
use crate::vendor::grammar::is_extension;

mod bindings;
mod code;
mod operations;
mod paths;
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
struct Changes {
    all: Vec<Change>,
    /// The places whose type is another one; what changed inside is told by that.
    replaced: BTreeSet<Pointer>,
}

impl Changes {
    fn add(&mut self, pointer: Pointer, class: Class, what: impl Into<String>, why: impl Into<String>) {
        self.all.push(Change { class, pointer, what: what.into(), why: why.into() });
    }

    /// Members that no other comparison looks at.
    fn others(&mut self, old: &Value, new: &Value, at: &Pointer, judged: &[&str]) {
        let (Value::Object(old), Value::Object(new)) = (old, new) else { return };
        let names: BTreeSet<_> = old.keys().chain(new.keys()).collect();
        for name in names.into_iter().filter(|name| !judged.contains(&name.as_str())) {
            if old.get(name) == new.get(name) {
                continue;
            }
            let known = UNSEEN.iter().find(|(unseen, _)| unseen == name);
            let (class, why) = match known {
                _ if is_extension(name) => (Class::Harmless, "extensions are not part of the bindings"),
                Some((_, why)) => (Class::Harmless, *why),
                None => (
                    Class::FAILS,
                    "nothing is known of what that means for a caller: read the generated code",
                ),
            };
            self.add(at.join(name), class, format!("`{name}` changed"), why);
        }
    }

    /// A default that a property or parameter has, had, or has changed.
    fn default_changed(&mut self, old: Option<&Value>, new: Option<&Value>, at: Pointer) {
        let what = format!("default changed from {} to {}", told(old), told(new));
        self.add(at, Class::FAILS, what, "a call that leaves it out means something else");
    }
}

/// Members that callers do not see, and why.
const UNSEEN: [(&str, &str); 25] = [
    ("$comment", "words only"),
    ("allowEmptyValue", "the bindings write what they are given"),
    ("callbacks", "requests that the pod makes are not part of the bindings"),
    ("deprecated", "the compiler warns callers, and nothing else changes"),
    ("description", "words only"),
    ("discriminator", "if that changes a type, it is told beside"),
    ("encoding", "the bindings write it as the pod reads it"),
    ("example", "words only"),
    ("examples", "words only"),
    ("explode", "the bindings write it as the pod reads it"),
    ("externalDocs", "words only"),
    ("format", "if that changes a type, it is told beside"),
    ("headers", "headers of an answer are read by name"),
    ("links", "the bindings do not follow links"),
    ("readOnly", "if that changes a type, it is told beside"),
    ("security", "the session is the client's; if more is asked for than before, it is told beside"),
    ("securitySchemes", "the session is the client's; if more is asked for than before, it is told beside"),
    ("servers", "the address is the client's; the typed mocks take their path from it"),
    ("style", "the bindings write it as the pod reads it"),
    ("summary", "words only"),
    ("tags", "tags group the documentation"),
    ("title", "if that names a type, it is told beside"),
    ("type", "if that changes a type, it is told beside"),
    ("webhooks", "requests that the pod makes are not part of the bindings"),
    ("writeOnly", "if that changes a type, it is told beside"),
];

/// What changed from `old` to `new`, the gravest first.
///
/// Both are OpenAPI 3.1 documents as `vendor` writes them. Their bindings are generated and compared,
/// without overlays, so that nothing but the documents decides.
#[must_use]
pub fn diff(old: &Value, new: &Value, engine: &Engine) -> Vec<Change> {
    if old == new {
        return Vec::new();
    }
    let mut changes = Changes::default();
    paths::references(old, new, &mut changes);
    let (old, new) = (&*paths::written_out(old), &*paths::written_out(new));
    let root = Pointer::root();
    let info = root.join("info");
    for (pointer, why) in [
        (info.join("title"), "a name for people"),
        (info.join("version"), "the number of the document"),
        (root.join("openapi"), "how the document is written"),
    ] {
        let (before, after) = (pointer.get(old), pointer.get(new));
        if before != after {
            let what = format!("changed from {} to {}", told(before), told(after));
            changes.add(pointer, Class::Harmless, what, why);
        }
    }
    let none = Value::Object(Map::new());
    let part = |document, name: &str| root.join(name).get(document).unwrap_or(&none).clone();
    changes.others(old, new, &root, &["components", "info", "openapi", "paths"]);
    changes.others(&part(old, "info"), &part(new, "info"), &info, &["title", "version"]);
    // The other components are compared where they are used.
    const USED: [&str; 9] = [
        "callbacks",
        "examples",
        "headers",
        "links",
        "parameters",
        "pathItems",
        "requestBodies",
        "responses",
        "schemas",
    ];
    let components = root.join("components");
    changes.others(&part(old, "components"), &part(new, "components"), &components, &USED);
    let both = bindings(old, new, engine, &mut changes);
    operations::path_items(old, new, &mut changes);
    operations::operations_of(old, new, both.as_ref().map(|[_, new]| &new.bindings), &mut changes);
    schemas::components(old, new, &mut changes);
    // What the code and the document both tell is as grave as the code says.
    changes.all.sort();
    let mut told = BTreeSet::new();
    changes.all.retain(|change| told.insert((change.pointer.clone(), change.what.clone())));
    changes.all
}

/// The bindings of both sides. Their differences are told, or why there are none to compare.
fn bindings<'a>(
    old: &'a Value,
    new: &'a Value,
    engine: &Engine,
    changes: &mut Changes,
) -> Option<[Side<'a>; 2]> {
    let named = bindings::common_names(old, new);
    let mut side = |document: &'a Value, name: &str, class| match Bindings::of(document, &named, engine) {
        Ok(bindings) => Some(Side::new(document, bindings)),
        Err(error) => {
            let what = format!("the {name} document gives no bindings by itself, so types are not compared");
            changes.add(Pointer::root(), class, what, format!("{error:#}"));
            None
        }
    };
    let sides = [side(old, "old", Class::FAILS)?, side(new, "new", Class::DOES_NOT_COMPILE)?];
    changes.replaced = code::compare(&sides[0], &sides[1], changes);
    Some(sides)
}

/// A value that may not be there, for a message.
fn told(value: Option<&Value>) -> String {
    value.map_or_else(|| "none".to_owned(), Value::to_string)
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
