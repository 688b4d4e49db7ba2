//! Finds what hand-written code uses of the generated code, and which of that a new version removes.
//!
//! Hand-written code is read as words, not compiled: comments and READMEs have examples too. So a field counts as used
//! if its type can be reached from what a crate calls or names, and the crate writes its name after a dot, or in braces
//! after that of its type. That can be too careful by a field of a common name. What a macro makes a name of is missed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::io;
use std::path::Path;

use anyhow::{Context as _, Result};
use syn::{Fields, ImplItem, Item, ItemImpl, Visibility};

use crate::legalize::rust::builder_name;

/// Where each crate has hand-written code that sees the generated one; what matters most comes first. The modules around
/// the generated code know no operation and no type.
const CRATES: [&[&str]; 2] = [
    &["pod-api/src/lib.rs", "pod-api/README.md", "pod-api/tests"],
    &[
        "pod-api-ext/src",
        "pod-api-ext/README.md",
        "README.md",
        "pod-api-ext/examples",
        "pod-api-ext/benches",
        "pod-api-ext/tests",
    ],
];
/// What holds no hand-written code.
const OTHERS: [&str; 2] = ["generated", "target"];

/// Something that hand-written code uses and that is not there any more, or is another thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// What it is.
    pub thing: Thing,
    /// Whether it is there, as another thing.
    pub is_changed: bool,
    /// Where it is used for the first time, such as `pod-api-ext/src/pod.rs:7`.
    pub used_in: String,
}

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let became = if self.is_changed { "is another" } else { "is gone" };
        write!(f, "{} {became}: {}", self.thing, self.used_in)
    }
}

/// What callers can name in generated code.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Thing {
    /// A type.
    Type(String),
    /// A field of a type.
    Field(String, String),
    /// A variant of an enum.
    Variant(String, String),
    /// A method of the client.
    Call(String),
    /// What a call can be given.
    Parameter(String, String),
    /// The constant of an operation.
    Constant(String),
}

impl fmt::Display for Thing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Type(name) => write!(f, "the type `{name}`"),
            Self::Field(of, name) => write!(f, "the field `{name}` of `{of}`"),
            Self::Variant(of, name) => write!(f, "the value `{of}::{name}`"),
            Self::Call(name) => write!(f, "the operation `{name}`"),
            Self::Parameter(of, name) => write!(f, "the parameter `{name}` of `{of}`"),
            Self::Constant(name) => write!(f, "the constant `operations::{name}`"),
        }
    }
}

/// What of the client `before` the hand-written code in `root` uses and is not in `after`, or is another thing there.
///
/// # Errors
/// A text is no Rust, or hand-written code cannot be read.
pub fn lost(root: &Path, before: &str, after: &str) -> Result<Vec<Lost>> {
    let (before, after) = (Surface::of(before)?, Surface::of(after)?);
    let gone: Vec<_> =
        before.things.iter().filter(|(thing, text)| after.things.get(*thing) != Some(*text)).collect();
    let mut found = Vec::new();
    if gone.is_empty() {
        return Ok(found);
    }
    for places in CRATES {
        let files = files(root, places)?;
        let reached: Vec<_> = files.iter().map(|file| before.reached(file)).collect();
        for (thing, _) in &gone {
            // What one file makes another may use; but most often it is one that names the type, or comes by it itself.
            let used_in = files
                .iter()
                .find_map(|file| file.uses(thing, &file.names.keys().cloned().collect()))
                .or_else(|| files.iter().zip(&reached).find_map(|(file, reached)| file.uses(thing, reached)))
                .or_else(|| {
                    let all = reached.iter().flatten().cloned().collect();
                    files.iter().find_map(|file| file.uses(thing, &all))
                });
            if let Some(used_in) = used_in {
                let is_changed = after.things.contains_key(*thing);
                found.push(Lost { thing: (*thing).clone(), is_changed, used_in });
            }
        }
    }
    Ok(found)
}

/// What callers can name, each with the types that it is made of.
#[derive(Debug, Default)]
struct Surface {
    things: BTreeMap<Thing, String>,
}

impl Surface {
    fn of(client: &str) -> Result<Self> {
        let file = syn::parse_file(client).context("the generated client is no Rust")?;
        let mut surface = Self::default();
        let mut builders: BTreeMap<String, Vec<&ItemImpl>> = BTreeMap::new();
        for item in &file.items {
            match item {
                Item::Mod(module) => match (module.ident.to_string().as_str(), &module.content) {
                    ("types", Some((_, items))) => items.iter().for_each(|item| surface.types(item)),
                    ("builder", Some((_, items))) => {
                        for item in items {
                            if let Item::Impl(block) = item
                                && block.trait_.is_none()
                            {
                                builders.entry(last_name(&block.self_ty)).or_default().push(block);
                            }
                        }
                    }
                    ("operations", Some((_, items))) => {
                        let constants = items.iter().filter_map(|item| match item {
                            Item::Const(constant) => Some(Thing::Constant(constant.ident.to_string())),
                            _ => None,
                        });
                        // What it says of the operation is data, which nobody is compiled against.
                        surface.things.extend(constants.map(|constant| (constant, String::new())));
                    }
                    _ => {}
                },
                Item::Impl(block) if block.trait_.is_none() => surface.calls(block),
                _ => {}
            }
        }
        surface.parameters(&builders);
        Ok(surface)
    }

    fn types(&mut self, item: &Item) {
        match item {
            Item::Struct(item) => {
                let name = item.ident.to_string();
                if let Fields::Named(fields) = &item.fields {
                    for field in &fields.named {
                        if let (Some(field_name), Visibility::Public(_)) = (&field.ident, &field.vis) {
                            let thing = Thing::Field(name.clone(), plain(&field_name.to_string()));
                            self.things.insert(thing, text(&field.ty));
                        }
                    }
                }
                let around = matches!(item.fields, Fields::Unnamed(_)).then(|| text(&item.fields));
                self.things.insert(Thing::Type(name), around.unwrap_or_default());
            }
            Item::Enum(item) => {
                let name = item.ident.to_string();
                for variant in &item.variants {
                    let thing = Thing::Variant(name.clone(), variant.ident.to_string());
                    self.things.insert(thing, text(&variant.fields));
                }
                self.things.insert(Thing::Type(name), String::new());
            }
            Item::Type(item) => drop(self.things.insert(Thing::Type(item.ident.to_string()), text(&item.ty))),
            _ => {}
        }
    }

    /// The methods of the client, for now with their builders.
    fn calls(&mut self, block: &ItemImpl) {
        for method in methods(block) {
            if let syn::ReturnType::Type(_, builder) = &method.output
                && text(builder).starts_with("builder ::")
            {
                self.things.insert(Thing::Call(method.ident.to_string()), last_name(builder));
            }
        }
    }

    /// What the builders take, and what comes of them.
    fn parameters(&mut self, builders: &BTreeMap<String, Vec<&ItemImpl>>) {
        let mut found = Vec::new();
        for (thing, made) in &mut self.things {
            let Thing::Call(name) = thing else { continue };
            let Some(blocks) = builders.get(made) else { continue };
            for method in blocks.iter().flat_map(|block| methods(block)) {
                let of = method.ident.to_string();
                match of.as_str() {
                    "send" => *made = text(&method.output),
                    "new" => {}
                    _ => {
                        let takes = format!(
                            "{} {}",
                            text(&method.generics.params),
                            text(&method.generics.where_clause)
                        );
                        found.push((Thing::Parameter(name.clone(), plain(&of)), takes));
                    }
                }
            }
        }
        self.things.extend(found);
    }

    /// The types that a file can come by: those that it names, those of the calls that it makes, and what is in them.
    fn reached(&self, code: &Code) -> BTreeSet<String> {
        let mut inside: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        let mut open: Vec<&str> = Vec::new();
        for (thing, text) in &self.things {
            match thing {
                Thing::Type(name) | Thing::Field(name, _) | Thing::Variant(name, _) => {
                    inside.entry(name).or_default().push(text);
                    if code.names.contains_key(name) {
                        open.push(name);
                    }
                }
                Thing::Call(name) | Thing::Parameter(name, _) if code.calls.contains_key(name) => {
                    open.push(text);
                }
                Thing::Call(_) | Thing::Parameter(..) | Thing::Constant(_) => {}
            }
        }
        let mut reached = BTreeSet::new();
        while let Some(text) = open.pop() {
            for name in text.split(|c: char| !c.is_alphanumeric() && c != '_') {
                if let Some((name, texts)) = inside.get_key_value(name)
                    && reached.insert((*name).to_owned())
                {
                    open.extend(texts);
                }
            }
        }
        reached
    }
}

fn methods(block: &ItemImpl) -> impl Iterator<Item = &syn::Signature> {
    block.items.iter().filter_map(|item| match item {
        ImplItem::Fn(method) if matches!(method.vis, Visibility::Public(_)) => Some(&method.sig),
        _ => None,
    })
}

fn text(tokens: &impl quote::ToTokens) -> String {
    tokens.to_token_stream().to_string()
}

/// `Builder` of `builder::Builder<'_>`.
fn last_name(ty: &syn::Type) -> String {
    match ty {
        syn::Type::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
        _ => None,
    }
    .unwrap_or_default()
}

/// A name as it is looked for, without the mark of a raw identifier.
fn plain(name: &str) -> String {
    name.trim_start_matches("r#").to_owned()
}

/// The hand-written files of a crate.
fn files(root: &Path, places: &[&str]) -> Result<Vec<Code>> {
    let mut found = Vec::new();
    // The last is taken first.
    let mut open: Vec<String> = places.iter().rev().map(|place| (*place).to_owned()).collect();
    while let Some(place) = open.pop() {
        let path = root.join(&place);
        let unreadable = || format!("cannot read {}", path.display());
        if path.is_dir() {
            let names = fs::read_dir(&path).with_context(unreadable)?;
            let names = names.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
            let mut names = names.collect::<io::Result<Vec<_>>>().with_context(unreadable)?;
            names.retain(|name| !OTHERS.contains(&name.as_str()));
            names.sort();
            open.extend(names.iter().rev().map(|name| format!("{place}/{name}")));
        } else if place.ends_with(".rs") || place.ends_with(".md") {
            match fs::read_to_string(&path) {
                Ok(text) => found.push(Code::of(&place, &text)),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error).with_context(unreadable),
            }
        }
    }
    Ok(found)
}

/// What a hand-written file says, each with the line where it stands first.
#[derive(Debug, Default)]
struct Code {
    /// Where the file is.
    place: String,
    /// The types that are named behind `types::` or `builder::`.
    names: BTreeMap<String, usize>,
    /// What stands between a dot and a parenthesis.
    calls: BTreeMap<String, usize>,
    /// What stands behind a dot.
    members: BTreeMap<String, usize>,
    /// Two names with `::` between them.
    pairs: BTreeMap<(String, String), usize>,
    /// A name, and one that stands in braces after it, as a field does in a literal or a pattern.
    inside: BTreeMap<(String, String), usize>,
    /// Whether all types are in scope.
    has_all: bool,
}

impl Code {
    fn of(place: &str, text: &str) -> Self {
        let mut code = Self { place: place.to_owned(), ..Self::default() };
        let words = words(text);
        let word = |at: usize| words.get(at).map_or("", |(_, word)| word);
        let renamed = renamed(&words);
        let own = |name: &str| renamed.get(name).copied().unwrap_or(name).to_owned();
        for (at, (line, first)) in words.iter().enumerate() {
            if *first == "." && is_name(word(at + 1)) {
                code.members.entry(word(at + 1).to_owned()).or_insert(*line);
                if word(at + 2) == "(" {
                    code.calls.entry(word(at + 1).to_owned()).or_insert(*line);
                }
            }
            if is_name(first) && word(at + 1) == "::" {
                code.pairs.entry((own(first), word(at + 2).to_owned())).or_insert(*line);
            }
            if is_name(first) && word(at + 1) == "{" {
                for (line, name) in fields(&words, at + 1) {
                    code.inside.entry((own(first), name.to_owned())).or_insert(line);
                }
            }
            if ["types", "builder"].contains(&own(first).as_str()) && word(at + 1) == "::" {
                for name in listed(&words, at + 2) {
                    code.names.entry(name.to_owned()).or_insert(*line);
                    // A type is made by its builder.
                    if let Some(made) = name.strip_suffix("Builder") {
                        code.names.entry(made.to_owned()).or_insert(*line);
                    }
                }
                code.has_all |= word(at + 2) == "*";
            }
        }
        if code.has_all {
            for (line, name) in words.iter().filter(|(_, word)| is_name(word)) {
                code.names.entry(own(name)).or_insert(*line);
            }
        }
        code
    }

    /// Where the file uses a thing first, if it can come by these types; none if it does not.
    fn uses(&self, thing: &Thing, reached: &BTreeSet<String>) -> Option<String> {
        let line = match thing {
            Thing::Type(name) => self.names.get(name),
            Thing::Field(of, name) => {
                let in_braces = || self.inside.get(&(of.clone(), name.clone()));
                self.members.get(name).filter(|_| reached.contains(of)).or_else(in_braces)
            }
            Thing::Variant(of, name) => {
                self.pairs.get(&(of.clone(), name.clone())).filter(|_| reached.contains(of))
            }
            Thing::Call(name) => self.calls.get(name).or_else(|| self.names.get(&builder_name(name))),
            Thing::Parameter(of, name) => self.members.get(name).filter(|_| self.calls.contains_key(of)),
            Thing::Constant(name) => self.pairs.get(&("operations".to_owned(), name.clone())),
        };
        line.map(|line| format!("{}:{line}", self.place))
    }
}

/// The names of a `use`: one, or all between braces.
fn listed<'a>(words: &[(usize, &'a str)], start: usize) -> Vec<&'a str> {
    let mut found = Vec::new();
    let mut depth = 0;
    for (_, word) in words.iter().skip(start) {
        match *word {
            "{" => depth += 1,
            "}" => depth -= 1,
            name if is_name(name) => found.push(name),
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    found
}

/// The names that stand in braces after a name, each as a field does: first, or after a comma.
fn fields<'a>(words: &[(usize, &'a str)], start: usize) -> Vec<(usize, &'a str)> {
    let mut found = Vec::new();
    let (mut depth, mut previous) = (0, "");
    for (line, word) in words.iter().skip(start) {
        match *word {
            "{" | "(" | "[" => depth += 1,
            "}" | ")" | "]" => depth -= 1,
            name if depth == 1 && is_name(name) && ["{", ","].contains(&previous) => {
                found.push((*line, name));
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
        previous = word;
    }
    found
}

/// What a file calls otherwise, by the names that it gives: `use … as …`.
fn renamed<'a>(words: &[(usize, &'a str)]) -> BTreeMap<&'a str, &'a str> {
    let triples = words.windows(3).filter_map(|three| match three {
        [(_, own), (_, "as"), (_, given)] if is_name(own) && is_name(given) => Some((*given, *own)),
        _ => None,
    });
    triples.collect()
}

fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// The names, the `::` and the other signs of a text, each with its line, counted from 1.
fn words(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let mut rest = line;
        while let Some(first) = rest.chars().next() {
            let name = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            let length = match name {
                0 if rest.starts_with("::") => 2,
                0 => first.len_utf8(),
                name => name,
            };
            let (word, after) = rest.split_at(length);
            if !first.is_whitespace() {
                found.push((number + 1, word));
            }
            rest = after;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_that_goes_is_missed_where_it_is_named() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("pod-api-ext/src/fake");
        fs::create_dir_all(&folder).unwrap();
        let code = "const SERVED: [&Operation; 2] =\n    [operations::CREATE_ROOM, pod_api::operations::GET_ROOM];\n";
        fs::write(folder.join("rooms.rs"), code).unwrap();
        let client = |names: &[&str]| {
            let constants = names.iter().map(|name| format!("pub const {name}: &str = \"\";"));
            format!("pub mod operations {{ {} }}", constants.collect::<String>())
        };
        let before = client(&["CREATE_ROOM", "GET_ROOM", "GET_USER"]);
        let lost = lost(root.path(), &before, &client(&["GET_ROOM"])).unwrap();
        let told: Vec<String> = lost.iter().map(Lost::to_string).collect();
        assert_eq!(told, ["the constant `operations::CREATE_ROOM` is gone: pod-api-ext/src/fake/rooms.rs:2"]);
    }

    const CLIENT: &str = "
        pub mod types {
            pub struct Book { pub title: String }
            pub enum Kind { Novel }
        }
        impl Client { pub fn read_book(&self) -> builder::ReadBook<&Self> { builder::ReadBook::new(self) } }
    ";
    const NOTHING: &str = "pub mod types {}";

    /// What is said of code that loses all types.
    fn lost_of(code: &str) -> Vec<String> {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("pod-api-ext/src")).unwrap();
        fs::write(root.path().join("pod-api-ext/src/lib.rs"), code).unwrap();
        let lost = lost(root.path(), CLIENT, NOTHING).unwrap();
        lost.into_iter().map(|lost| lost.thing.to_string()).collect()
    }

    #[test]
    fn however_a_type_and_what_is_in_it_are_named_they_are_used() {
        const BOOK: &str = "the type `Book`";
        const TITLE: &str = "the field `title` of `Book`";
        const KIND: &str = "the type `Kind`";
        for (code, used) in [
            ("use pod_api::types::Book; fn f(book: &Book) { book.title }", vec![BOOK, TITLE]),
            ("use pod_api::types::*; fn f(book: &Book) { book.title }", vec![BOOK, TITLE]),
            ("use pod_api::types as t; fn f(book: &t::Book) { book.title }", vec![BOOK, TITLE]),
            ("use pod_api::types::Book; fn f(Book { title }: Book) {}", vec![BOOK, TITLE]),
            ("use pod_api::types::Book as B; fn f() { B { id: g(1, 2), title } }", vec![BOOK, TITLE]),
            ("use pod_api::types::builder::BookBuilder;", vec![BOOK]),
            (
                "use pod_api::types::{self, Kind as K}; const K: K = K::Novel;",
                vec![KIND, "the value `Kind::Novel`"],
            ),
            ("fn f(call: pod_api::builder::ReadBook<()>) {}", vec!["the operation `read_book`"]),
            ("fn f(book: &Book) { book.title }", vec![]),
        ] {
            assert_eq!(lost_of(code), used, "{code}");
        }
    }
}
