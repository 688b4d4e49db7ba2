//! A configuration as it was written: keys and texts with their positions.
//!
//! YAML reads `007` as a number and `no` as a boolean. In a configuration they may be a user name and a password, so
//! every scalar is kept as it was spelled.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;
use serde_saphyr::options::{DuplicateKeyPolicy, NonFiniteFloatPolicy};
use zeroize::Zeroizing;

/// How deep a configuration may be nested. Real ones stay under 6.
const DEPTH: usize = 64;

/// A value and its position.
pub(super) struct Node {
    /// The line of its key, counted from 1; 0 if it is not known.
    pub(super) line: u64,
    pub(super) value: Value,
    /// The position and the length in bytes of a scalar that YAML does not read as a string.
    spelling: Option<(u64, u64)>,
}

pub(super) enum Value {
    Null,
    Text(Zeroizing<String>),
    List,
    Map(Vec<(String, Node)>),
}

/// Why a text is not a configuration, and on which line. The parser's message is not repeated: it may quote a password.
pub(super) struct Malformed {
    pub(super) line: u64,
    pub(super) problem: String,
}

impl Node {
    /// Reads YAML 1.2, or JSON.
    pub(super) fn read(text: &str) -> Result<Self, Malformed> {
        let root = match serde_saphyr::from_str_with_options::<Self>(text, options()) {
            Ok(mut root) => {
                root.spell(text);
                root
            }
            // Some JSON is not YAML.
            Err(error) => serde_json::from_str(text).map_err(|_| malformed(&error))?,
        };
        root.check_keys()?;
        Ok(root)
    }

    fn check_keys(&self) -> Result<(), Malformed> {
        let Value::Map(members) = &self.value else { return Ok(()) };
        for (i, (key, node)) in members.iter().enumerate() {
            if members.iter().take(i).any(|(other, _)| other == key) {
                let problem = format!("{} stands there twice; keep the one that is meant", node.named(key));
                return Err(Malformed { line: node.line, problem });
            }
            node.check_keys()?;
        }
        Ok(())
    }

    /// A key, unless it does not look like one: then it may be a password whose key is missing.
    pub(super) fn named<'k>(&self, key: &'k str) -> &'k str {
        let is_like_a_key = key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte));
        if is_like_a_key && !matches!(self.value, Value::Null) { key } else { "a key" }
    }

    /// Turns the scalars that were not read as strings into text.
    fn spell(&mut self, text: &str) {
        match &mut self.value {
            Value::Text(value) => {
                let spelled = self.spelling.and_then(|(start, length)| {
                    let start = usize::try_from(start).ok()?;
                    text.get(start..start.checked_add(usize::try_from(length).ok()?)?)
                });
                if let Some(spelled) = spelled {
                    *value = Zeroizing::new(spelled.trim().to_owned());
                }
            }
            Value::Map(members) => members.iter_mut().for_each(|(_, node)| node.spell(text)),
            Value::Null | Value::List => {}
        }
    }
}

fn options() -> serde_saphyr::Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! { max_depth: DEPTH, flow_nesting_limit: DEPTH },
        strict_booleans: true,
        // `check_keys` finds them, and names the key.
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        non_finite_float_policy: NonFiniteFloatPolicy::AsString,
        with_snippet: false,
    }
}

fn malformed(error: &serde_saphyr::Error) -> Malformed {
    use serde_saphyr::Error;

    let problem = match error {
        Error::MultipleDocuments { .. } => "there are several YAML documents in it; keep one",
        Error::Budget { .. } => "it is nested deeper, or grows larger, than a configuration does",
        _ => {
            "it is neither YAML nor JSON; check the indentation, and put texts in quotes that begin with one of * & ! | > @ % ` or have a colon in them"
        }
    };
    Malformed { line: error.location().map_or(0, |at| at.line()), problem: problem.to_owned() }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Spanned { value: Read { value, is_spelled }, defined, .. } =
            Spanned::<Read>::deserialize(deserializer)?;
        let span = defined.span();
        let spelling = span.byte_offset().zip(span.byte_len()).filter(|_| !is_spelled);
        Ok(Self { line: 0, value, spelling })
    }
}

/// A value, and whether it still has its spelling.
struct Read {
    value: Value,
    is_spelled: bool,
}

impl Read {
    fn other(value: &dyn fmt::Display) -> Self {
        Self { value: Value::Text(Zeroizing::new(value.to_string())), is_spelled: false }
    }
}

impl From<Value> for Read {
    fn from(value: Value) -> Self {
        Self { value, is_spelled: true }
    }
}

impl<'de> Deserialize<'de> for Read {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ReadVisitor)
    }
}

struct ReadVisitor;

impl<'de> Visitor<'de> for ReadVisitor {
    type Value = Read;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Read, E> {
        Ok(Value::Null.into())
    }

    fn visit_bool<E>(self, value: bool) -> Result<Read, E> {
        Ok(Read::other(&value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Read, E> {
        Ok(Read::other(&value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Read, E> {
        Ok(Read::other(&value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Read, E> {
        Ok(Read::other(&value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Read, E> {
        Ok(Value::Text(Zeroizing::new(value.to_owned())).into())
    }

    fn visit_string<E>(self, value: String) -> Result<Read, E> {
        Ok(Value::Text(Zeroizing::new(value)).into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Read, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Value::List.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Read, A::Error> {
        let mut map = Vec::new();
        while let Some((key, mut node)) = members.next_entry::<Spanned<String>, Node>()? {
            node.line = key.referenced.line();
            map.push((key.value, node));
        }
        Ok(Value::Map(map).into())
    }
}
