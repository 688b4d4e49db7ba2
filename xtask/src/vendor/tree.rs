//! Documents read from JSON and YAML text, with what the values alone do not tell: the line on which
//! each one stands, and how a plain YAML scalar was spelled.
//!
//! YAML reads `version: 1.50` as a number and `TRUE` as a truth value. Where the specification wants
//! text, the spelling is the value that the author meant.

use std::collections::BTreeMap;
use std::{fmt, thread};

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use serde_saphyr::options::DuplicateKeyPolicy;
use serde_saphyr::{Location, Spanned};

use crate::pointer::Pointer;

/// The largest input that is read, in bytes. The largest documents in public are a third of it.
pub const LIMIT: usize = 32 * 1024 * 1024;

/// How deep a YAML document may be nested. Real ones stay under 40.
const DEPTH: usize = 100;

/// How many values a YAML document may have, names included: more than there are in a description of the largest
/// size that is read, in which each takes some fifteen bytes with its indentation.
const VALUES: usize = LIMIT / 8;

/// How many values may stand behind the anchors and aliases of a YAML document together. This is what keeps a short
/// text from becoming a large document.
const ALIASED: usize = 100_000;

/// A document and where its values stand.
#[derive(Clone, Debug)]
pub struct Tree {
    /// The document.
    pub document: Value,
    lines: BTreeMap<Pointer, u64>,
}

/// Why a text is no document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// The line, counted from 1, if there is one to name.
    pub line: Option<u64>,
    /// What was found.
    pub text: String,
}

impl Tree {
    /// The line of a place, or of the nearest place around it that has one.
    #[must_use]
    pub fn line(&self, place: &Pointer) -> Option<u64> {
        let mut place = place.clone();
        loop {
            match (self.lines.get(&place), place.parent()) {
                (Some(line), _) => return Some(*line),
                (None, Some(parent)) => place = parent,
                (None, None) => return None,
            }
        }
    }

    /// Says on which line of a larger text a document starts. The lines of JSON are not known.
    #[must_use]
    pub fn starting_at(mut self, line: u64) -> Self {
        self.lines.insert(Pointer::root(), line);
        self
    }

    /// Reads JSON.
    ///
    /// # Errors
    /// The text is not JSON, or an object has two different values under one name.
    pub fn from_json(text: &str) -> Result<Self, Malformed> {
        with_room(|| {
            let node = serde_json::from_str(text).map_err(|error| {
                let line = u64::try_from(error.line()).ok().filter(|&line| line > 0);
                let what = if error.is_eof() { " (is the file truncated?)" } else { "" };
                Malformed { line, text: format!("not valid JSON: {error}{what}") }
            })?;
            Ok(Self::from_node(node, text))
        })
    }

    /// Reads YAML 1.2, of which anchors, aliases and merge keys are replaced by what they stand for.
    ///
    /// # Errors
    /// The text is not one YAML document, is nested too deeply, or grows too large when its aliases
    /// are replaced; or a mapping has two different values under one key.
    pub fn from_yaml(text: &str) -> Result<Self, Malformed> {
        with_room(|| {
            let node = serde_saphyr::from_str_with_options(text, yaml_options())
                .map_err(|error| malformed(&error, text))?;
            Ok(Self::from_node(node, text))
        })
    }

    fn from_node(node: Node, text: &str) -> Self {
        let mut lines = BTreeMap::new();
        let document = Settle { text, lines: &mut lines }.value(node, &Pointer::root(), Names::Keywords);
        Self { document, lines }
    }
}

fn yaml_options() -> serde_saphyr::Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: DEPTH,
            flow_nesting_limit: DEPTH,
            max_nodes: VALUES,
            max_events: VALUES.saturating_mul(2),
            max_recorded_anchor_events: ALIASED,
            // One list of values behind many aliases is how the published file saves space.
            enforce_alias_anchor_ratio: false,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: ALIASED,
        },
        // `NO` is a country and `on` is a name: only true and false are truth values.
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        null_as_string: true,
        // Two equal entries do no harm; `visit_map` decides.
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        with_snippet: false,
    }
}

/// Deep documents recurse deeply in the parsers, whose own limits hold on a stack of this size.
const STACK: usize = 64 * 1024 * 1024;

fn with_room<T: Send>(work: impl FnOnce() -> Result<T, Malformed> + Send) -> Result<T, Malformed> {
    let failed = |text: &str| Malformed { line: None, text: text.to_owned() };
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        let thread = thread.map_err(|error| failed(&format!("no thread to read it on: {error}")))?;
        thread.join().unwrap_or_else(|_| Err(failed("the parser failed on it")))
    })
}

/// The parser's errors, in words for a person who has never heard of the parser.
fn malformed(error: &serde_saphyr::Error, text: &str) -> Malformed {
    use serde_saphyr::Error;

    let line = error.location().map(|at| at.line()).filter(|&line| line > 0);
    let lines = u64::try_from(text.lines().count()).unwrap_or(u64::MAX);
    let mut cause = error;
    while let Error::AliasError { error, .. } = cause {
        cause = error;
    }
    let text = match cause {
        Error::MultipleDocuments { .. } => {
            "several YAML documents in one file; keep the one that describes the API".to_owned()
        }
        Error::Budget { .. }
        | Error::AliasReplayLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. } => {
            format!("nested deeper, or grows larger, than a description of an API does ({cause})")
        }
        Error::RecursiveReferencesRequireWeakTypes { .. } => {
            "an alias within its own anchor: the document would never end".to_owned()
        }
        _ if line.is_some_and(|line| line >= lines) => {
            format!("not valid YAML: {error} (is the file truncated?)")
        }
        _ => format!("not valid YAML: {error}"),
    };
    Malformed { line, text }
}

/// A value with its place in the text.
struct Node {
    content: Content,
    line: u64,
    spelling: Option<(u64, u64)>,
}

enum Content {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Spanned { value, referenced, defined } = Spanned::<Content>::deserialize(deserializer)?;
        Ok(Self { content: value, line: referenced.line(), spelling: bytes(defined) })
    }
}

fn bytes(location: Location) -> Option<(u64, u64)> {
    let span = location.span();
    Some((span.byte_offset()?, span.byte_len()?))
}

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ContentVisitor)
    }
}

struct ContentVisitor;

impl<'de> Visitor<'de> for ContentVisitor {
    type Value = Content;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value that JSON can hold")
    }

    fn visit_unit<E>(self) -> Result<Content, E> {
        Ok(Content::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Content, E> {
        Ok(Content::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Content, E> {
        Ok(Content::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Content, E> {
        Ok(Content::Number(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Content, E> {
        Number::from_f64(value)
            .map(Content::Number)
            .ok_or_else(|| E::custom(format_args!("{value} is a number that JSON cannot hold")))
    }

    fn visit_str<E>(self, value: &str) -> Result<Content, E> {
        Ok(Content::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Content, E> {
        Ok(Content::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Content, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Content::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Content, A::Error> {
        let mut map = Vec::new();
        let mut names = BTreeMap::new();
        while let Some(name) = members.next_key::<String>()? {
            let node: Node = members.next_value()?;
            match names.get(&name) {
                None => {
                    names.insert(name.clone(), map.len());
                    map.push((name, node));
                }
                // Said twice in the same words: nothing is lost by reading it once.
                Some(&first) => match map.get(first) {
                    Some((_, earlier)) if same(&earlier.content, &node.content) => {}
                    // Words for people, of which the first stand.
                    Some((_, Node { content: Content::Text(_), .. }))
                        if ["description", "summary"].contains(&name.as_str()) => {}
                    _ => {
                        return Err(A::Error::custom(format_args!(
                            "`{name}` stands twice in one object, with different values; \
                             keep the one that is meant"
                        )));
                    }
                },
            }
        }
        Ok(Content::Map(map))
    }
}

fn same(left: &Content, right: &Content) -> bool {
    match (left, right) {
        (Content::Null, Content::Null) => true,
        (Content::Bool(left), Content::Bool(right)) => left == right,
        (Content::Number(left), Content::Number(right)) => left == right,
        (Content::Text(left), Content::Text(right)) => left == right,
        (Content::List(left), Content::List(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(l, r)| same(&l.content, &r.content))
        }
        (Content::Map(left), Content::Map(right)) => {
            left.len() == right.len()
                && left.iter().all(|(name, node)| {
                    right.iter().any(|(n, other)| n == name && same(&node.content, &other.content))
                })
        }
        _ => false,
    }
}

/// Turns nodes into values, and settles which scalars are text.
struct Settle<'a> {
    text: &'a str,
    lines: &'a mut BTreeMap<Pointer, u64>,
}

/// What the member names of an object are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Names {
    /// Words of the specification.
    Keywords,
    /// Names of the API, of objects whose own names are keywords again.
    Given,
    /// Names in a value of the API, all the way down.
    Data,
}

/// Members whose value is text, or a list of text, in every version of the specification.
const TEXT: [&str; 19] = [
    "$ref",
    "basePath",
    "consumes",
    "description",
    "format",
    "host",
    "in",
    "name",
    "openapi",
    "operationId",
    "pattern",
    "produces",
    "required",
    "schemes",
    "summary",
    "swagger",
    "tags",
    "title",
    "version",
];

/// Members that hold objects under names of the API's own.
const NAMED: [&str; 13] = [
    "callbacks",
    "content",
    "definitions",
    "headers",
    "parameters",
    "paths",
    "patternProperties",
    "properties",
    "requestBodies",
    "responses",
    "schemas",
    "securityDefinitions",
    "securitySchemes",
];

impl Settle<'_> {
    fn value(&mut self, node: Node, at: &Pointer, names: Names) -> Value {
        if node.line > 0 {
            self.lines.insert(at.clone(), node.line);
        }
        match node.content {
            Content::Null => Value::Null,
            Content::Bool(value) => value.into(),
            Content::Number(value) => value.into(),
            Content::Text(value) => value.into(),
            Content::List(items) => {
                // `parameters` holds named objects in a document and a list of objects elsewhere.
                let names = if names == Names::Given { Names::Keywords } else { names };
                let items = items.into_iter().enumerate();
                Value::Array(items.map(|(i, item)| self.value(item, &at.join(i), names)).collect())
            }
            Content::Map(members) => self.object(members, at, names),
        }
    }

    fn object(&mut self, members: Vec<(String, Node)>, at: &Pointer, names: Names) -> Value {
        let types = Types::of(&members);
        let mut object = Map::new();
        for (name, mut node) in members {
            let inner = match (names, name.as_str()) {
                (Names::Keywords, word) => {
                    let is_text = |value: &Content| match word {
                        "enum" | "const" | "default" => types.are_text(value),
                        _ => TEXT.contains(&word) && matches!(value, Content::Bool(_) | Content::Number(_)),
                    };
                    match &mut node.content {
                        Content::List(items) if !["const", "default"].contains(&word) => {
                            let items = items.iter_mut().filter(|item| is_text(&item.content));
                            items.for_each(|item| self.spell(item));
                        }
                        // A truth value in a parameter, and a list of names in a schema.
                        _ if word == "required" => {}
                        value if is_text(value) => self.spell(&mut node),
                        _ => {}
                    }
                    if NAMED.contains(&word) {
                        Names::Given
                    } else if ["const", "default", "enum", "example", "examples"].contains(&word)
                        || word.starts_with("x-")
                    {
                        Names::Data
                    } else {
                        Names::Keywords
                    }
                }
                (Names::Given, _) => Names::Keywords,
                (Names::Data, _) => Names::Data,
            };
            let value = self.value(node, &at.join(&name), inner);
            object.insert(name, value);
        }
        Value::Object(object)
    }

    /// Makes text of a truth value or a number.
    fn spell(&self, node: &mut Node) {
        let spelled = node.spelling.and_then(|(start, length)| {
            let start = usize::try_from(start).ok()?;
            self.text.get(start..start.checked_add(usize::try_from(length).ok()?)?)
        });
        if let Some(spelled) = spelled {
            node.content = Content::Text(spelled.trim().to_owned());
        }
    }
}

/// The types that a schema names; none if it does not say.
struct Types(Vec<String>);

impl Types {
    fn of(members: &[(String, Node)]) -> Self {
        let mut types = Vec::new();
        for (_, node) in members.iter().filter(|(name, _)| name == "type") {
            let names = match &node.content {
                Content::List(names) => names.as_slice(),
                _ => std::slice::from_ref(node),
            };
            types.extend(names.iter().filter_map(|name| match &name.content {
                Content::Text(name) => Some(name.clone()),
                _ => None,
            }));
        }
        Self(types)
    }

    /// Whether a value can only be meant as text: the types allow text, and not what it is otherwise.
    fn are_text(&self, value: &Content) -> bool {
        let has = |name: &str| self.0.iter().any(|one| one == name);
        has("string")
            && match value {
                Content::Bool(_) => !has("boolean"),
                Content::Number(number) => !has("number") && (number.is_f64() || !has("integer")),
                // Null is how many say that there is none, also where they forget to allow it.
                Content::Null | Content::Text(_) | Content::List(_) | Content::Map(_) => false,
            }
    }
}
