//! Compares two versions of the document, and judges each change for a Rust caller.
//!
//! The caller uses the bindings as documented: calls and values through builders, a `_` arm in a match on an enum. A
//! literal with every field of a type, or a match on every variant, breaks by changes that are called additive here.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::{fmt, fs};

use anyhow::{Context as _, Result};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use self::code::Side;
use self::items::Items;
use self::pairs::Pairs;
use self::refused::Refusal;
use crate::canonical::canonical;
use crate::engine::Engine;
use crate::pointer::Pointer;
use crate::threads::both;
use crate::vendor::grammar::is_extension;
use crate::{document, layout, overlay};

mod code;
mod items;
mod made;
mod operations;
mod pairs;
mod part;
mod paths;
mod patterns;
mod refused;
mod schemas;
pub mod side;
mod ways;

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
    /// The Rust item of the bindings that it is about, such as `types::Book::title` or `builder::ReadBook::limit`;
    /// none if it is about none.
    pub item: Option<String>,
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
            "item": self.item,
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
        self.all.push(Change { class, item: None, pointer, what: what.into(), why: why.into() });
    }

    /// What the new document refuses of what callers send. Of a type that is another one, that is told already.
    fn refused(&mut self, refusals: Vec<Refusal>) {
        for Refusal { at, what, why } in refusals {
            if !self.replaced.iter().any(|place| at.below(place).is_some()) {
                self.add(at, Class::FAILS, what, why);
            }
        }
    }

    /// Members that no other comparison looks at.
    fn others(&mut self, old: &Value, new: &Value, at: &Pointer, judged: &[&str]) {
        let (Value::Object(old), Value::Object(new)) = (old, new) else { return };
        let names: BTreeSet<_> = old.keys().chain(new.keys()).collect();
        for name in names.into_iter().filter(|name| !judged.contains(&name.as_str())) {
            if old.get(name) == new.get(name) {
                continue;
            }
            let why = match UNSEEN.iter().find(|(unseen, _)| unseen == name) {
                _ if is_extension(name) => "extensions are not part of the bindings",
                Some((_, why)) => why,
                None => "if that changes a type, or a request is refused, it is told beside",
            };
            self.add(at.join(name), Class::Harmless, format!("`{name}` changed"), why);
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
    diff_under(&Overlays::default(), old, new, engine)
}

/// What changed from `old` to `new` for callers of the bindings that are generated with `overlays`: these name the
/// operations, and what they correct alike on both sides has not changed.
#[must_use]
pub fn diff_under(overlays: &Overlays, old: &Value, new: &Value, engine: &Engine) -> Vec<Change> {
    if old == new {
        return Vec::new();
    }
    let mut changes = Changes::default();
    paths::references(old, new, &mut changes);
    let published = [&*paths::written_out(old), &*paths::written_out(new)];
    let overlaid = overlays.applied(published);
    let (old, new) = (&*overlaid[0], &*overlaid[1]);
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
    changes.others(old, new, &root, &["components", "info", "openapi", "paths"]);
    let both = |name: &str| [old, new].map(|document| document.get(name).unwrap_or(&none));
    let [was, is] = both("info");
    changes.others(was, is, &info, &["title", "version"]);
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
    let [was, is] = both("components");
    changes.others(was, is, &components, &USED);
    let pairs = Pairs::of(published, old, new);
    let sides = sides(&pairs, old, new, engine, &mut changes);
    if let [Some(old), Some(new)] = &sides {
        changes.replaced = code::compare(&pairs, old, new, &mut changes);
    }
    operations::path_items(old, new, &mut changes);
    let bindings = sides.each_ref().map(|side| side.as_ref().map(|side| &side.bindings));
    operations::operations_of(&pairs, [old, new], bindings, &mut changes);
    schemas::components(old, new, &mut changes);
    // What the code and the document both tell is as grave as the code says.
    let mut all = changes.all;
    all.sort_by(|one, other| {
        (one.class, &one.pointer, &one.what).cmp(&(other.class, &other.pointer, &other.what))
    });
    let mut told = BTreeSet::new();
    all.retain(|change| told.insert((change.pointer.clone(), change.what.clone())));
    if all.is_empty() {
        let (what, why) = ("changed where the overlays write over it", "the bindings are the same");
        let change = Change {
            class: Class::Harmless,
            item: None,
            pointer: root,
            what: what.to_owned(),
            why: why.to_owned(),
        };
        all.push(change);
    }
    let items = sides.each_ref().map(|side| side.as_ref().map(Items::of).unwrap_or_default());
    for change in &mut all {
        change.item = Items::nearest(&items, &change.pointer);
    }
    all
}

/// The bindings of both documents, of what has to be compared. Where there are none, it is told why.
fn sides<'a>(
    pairs: &Pairs<'_>,
    old: &'a Value,
    new: &'a Value,
    engine: &Engine,
    changes: &mut Changes,
) -> [Option<Side<'a>>; 2] {
    let names = pairs.names(old, new);
    let parts = match part::needed([old, new], &names) {
        Some(needed) => [old, new].map(|document| part::of(document, &needed)),
        None => [old, new].map(Value::clone),
    };
    let made = made::bindings(parts, &names, engine);
    let named = [("old", old, Class::FAILS), ("new", new, Class::DOES_NOT_COMPILE)];
    let mut sides = made.into_iter().zip(named).map(|(bindings, (name, document, class))| match bindings {
        Ok(bindings) => Some(Side::new(document, bindings)),
        Err(error) => {
            let what = format!("the {name} document gives no bindings by itself, so types are not compared");
            changes.add(Pointer::root(), class, what, format!("{error:#}"));
            None
        }
    });
    [sides.next().flatten(), sides.next().flatten()]
}

/// The overlays that the bindings are generated with, but for words.
#[derive(Clone, Debug, Default)]
pub struct Overlays {
    all: Vec<(PathBuf, String)>,
    /// The title of the API that they are about, if it is known. Documents of another API are left as they are.
    title: Option<Value>,
}

impl Overlays {
    /// Those of the workspace in `root`; none where it has none.
    ///
    /// # Errors
    /// One cannot be read.
    pub fn of(root: &Path) -> Result<Self> {
        let read = |name: &str| match fs::read_to_string(root.join(name)) {
            Ok(text) => Ok(Some((PathBuf::from(name), text))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("cannot read {name}")),
        };
        let all = [layout::NAMES, layout::FIXES].into_iter().map(read).collect::<Result<Vec<_>>>()?;
        let vendored = document::read(&root.join(layout::DOCUMENT)).ok();
        let title = vendored.and_then(|vendored| title(&vendored).cloned());
        Ok(Self { all: all.into_iter().flatten().collect(), title })
    }

    /// The documents as they are generated from. What hits nothing does nothing; generating says so.
    fn applied<'a>(&self, documents: [&'a Value; 2]) -> [Cow<'a, Value>; 2] {
        let is_meant =
            self.title.is_none() || documents.iter().any(|document| title(document) == self.title.as_ref());
        let applied = both(documents, |document| {
            let mut applied = Cow::Borrowed(document);
            for (path, text) in self.all.iter().filter(|_| is_meant) {
                if let Ok((changed, _)) = overlay::applied(path, text, &applied) {
                    applied = Cow::Owned(changed);
                }
            }
            Ok(applied)
        });
        let [old, new] = documents;
        let [of_old, of_new] = applied;
        [of_old.unwrap_or(Cow::Borrowed(old)), of_new.unwrap_or(Cow::Borrowed(new))]
    }
}

fn title(document: &Value) -> Option<&Value> {
    document.pointer("/info/title")
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
        for Change { item, pointer, what, why, .. } in of_class {
            let item = item.as_ref().map(|item| format!("{item}  ")).unwrap_or_default();
            text.push_str(&format!("  {item}{pointer}\n    {what}: {why}\n"));
        }
    }
    let breaking = changes.iter().filter(|change| change.class.is_breaking()).count();
    text.push_str(&match (changes.len(), breaking) {
        (1, 0) => "1 change, not breaking\n".to_owned(),
        (1, _) => "1 change, breaking\n".to_owned(),
        (all, breaking) => format!("{all} changes, {breaking} of them breaking\n"),
    });
    text
}

/// The version of the form in which [`to_json`] writes changes. Members may be added to it; the number rises if one goes
/// or means something else.
pub const JSON_VERSION: u32 = 1;

/// The changes for machines: a JSON object with these members.
///
/// | member | |
/// |---|---|
/// | `version` | [`JSON_VERSION`] |
/// | `breaking`, `additive`, `harmless` | how many changes are of that class |
/// | `changes` | the changes, the gravest first |
///
/// A change is an object:
///
/// | member | |
/// |---|---|
/// | `class` | `"breaking"`, `"additive"` or `"harmless"` |
/// | `when` | of a breaking one, `"compiling"`: the compiler refuses code; or `"running"`: a call fails or means something else |
/// | `item` | the Rust item in the bindings, such as `"types::Book::title"`; null if it is about none |
/// | `pointer` | the place in the new document, and of what was removed, in the old one: a JSON pointer as a URI fragment |
/// | `what` | what changed, a sentence for people |
/// | `why` | why it means that, likewise |
///
/// ```
/// assert_eq!(
///     xtask::diff::to_json(&[]),
///     "{\n  \"additive\": 0,\n  \"breaking\": 0,\n  \"changes\": [],\n  \"harmless\": 0,\n  \"version\": 1\n}\n",
/// );
/// ```
#[must_use]
pub fn to_json(changes: &[Change]) -> String {
    let count = |class: &str| changes.iter().filter(|c| c.class.to_string() == class).count();
    let report = json!({
        "version": JSON_VERSION,
        "additive": count("additive"),
        "breaking": count("breaking"),
        "changes": changes,
        "harmless": count("harmless"),
    });
    format!("{:#}\n", canonical(report))
}

/// Whether a change is breaking: what the exit status tells.
#[must_use]
pub fn is_breaking(changes: &[Change]) -> bool {
    changes.iter().any(|change| change.class.is_breaking())
}
