//! The bindings of a document as a caller sees them, read from the code that the generator makes of it.
//!
//! What a type is in Rust is decided by lowering, legalizing, progenitor and polishing together. So it
//! is looked up in what comes out, and not told a second time here.

use std::collections::{BTreeMap, BTreeSet};

use quote::ToTokens as _;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use syn::{
    Attribute, Fields, File, FnArg, GenericArgument, ImplItem, Item, ItemImpl, Meta, PathArguments,
    Signature, Type, TypeParamBound, Visibility, WherePredicate,
};

use crate::document::operations;
use crate::legalize::marks::unmarked_place;
use crate::legalize::rust::builder_name;
use crate::pointer::Pointer;

/// What callers can name and call.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Bindings {
    /// The types by their names.
    pub(crate) types: BTreeMap<String, Shape>,
    /// The calls by the places of their operations.
    pub(crate) calls: BTreeMap<Pointer, Call>,
}

/// A type.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Shape {
    pub(crate) kind: Kind,
    /// The traits that it implements, its methods, and whether what is in it can be seen.
    pub(crate) can: BTreeSet<String>,
    /// An enum that holds values which the document does not list.
    pub(crate) is_open: bool,
    /// It cannot be read if it has a member that is not a field.
    pub(crate) is_strict: bool,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Kind {
    /// A struct; its fields by their names in Rust.
    Struct(BTreeMap<String, Member>),
    /// An enum; its variants by their names in Rust.
    Enum(BTreeMap<String, Member>),
    /// A struct around one value, or another name for a type.
    Around(String),
}

/// A field or a variant.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Member {
    /// The name on the wire; a field that holds all that no other field does has none.
    pub(crate) wire: Option<String>,
    /// The type, as a caller would write it; empty for a variant that holds nothing.
    pub(crate) holds: String,
    /// It is left out of what is sent where it holds nothing.
    pub(crate) skips_none: bool,
    /// What is read may be without it.
    pub(crate) may_be_absent: bool,
}

/// What a type comes down to, behind its `Option`s, other names and alternatives.
pub(crate) enum Leaf<'a> {
    /// A struct, by its fields.
    Struct(&'a BTreeMap<String, Member>),
    /// A list or a map of values of this type.
    Inside(String),
    /// Anything else.
    Other(String),
}

impl<'a> Leaf<'a> {
    /// The field that a member goes to.
    pub(crate) fn field(&self, wire: &str) -> Option<&'a Member> {
        match self {
            Self::Struct(members) => members.values().find(|member| member.wire.as_deref() == Some(wire)),
            _ => None,
        }
    }

    /// Whether it has fields, and holds nothing else.
    pub(crate) fn is_closed(&self) -> bool {
        matches!(self, Self::Struct(members) if members.values().all(|member| member.wire.is_some()))
    }

    /// The type of the items, or of the members that are no fields.
    pub(crate) fn inside(&self) -> Option<String> {
        match self {
            Self::Struct(members) => {
                let rest = members.values().find(|member| member.wire.is_none())?;
                Some(argument(&rest.holds)?.1)
            }
            Self::Inside(inner) => Some(inner.clone()),
            Self::Other(_) => None,
        }
    }

    /// The whole numbers that fit, if those of these that hold numbers are integers.
    pub(crate) fn range(leaves: &[Self]) -> Option<(i128, i128)> {
        let names = leaves.iter().filter_map(|leaf| match leaf {
            Self::Other(name) if name != "String" && name != "bool" => Some(range(name)),
            _ => None,
        });
        let ranges: Vec<_> = names.collect::<Option<_>>()?;
        ranges.into_iter().reduce(|one, other| (one.0.min(other.0), one.1.max(other.1)))
    }
}

/// The least and the largest value of an integer type.
pub(crate) fn range(name: &str) -> Option<(i128, i128)> {
    let (name, is_above_zero) = match name.strip_prefix("NonZero") {
        Some(rest) => (rest.to_ascii_lowercase(), true),
        None => (name.to_owned(), false),
    };
    let bits: u32 = name.strip_prefix(['i', 'u'])?.parse().ok().filter(|bits| (8..=64).contains(bits))?;
    let values = 1_i128 << bits;
    Some(match (name.starts_with('i'), is_above_zero) {
        (true, _) => (-values / 2, values / 2 - 1),
        (false, false) => (0, values - 1),
        (false, true) => (1, values - 1),
    })
}

/// The name of a generic type, and the last type that it is of.
fn argument(text: &str) -> Option<(&str, String)> {
    if let Some(array) = text.strip_prefix('[') {
        return Some(("[", array.rsplit_once("; ")?.0.to_owned()));
    }
    let (name, rest) = text.split_once('<')?;
    let inner = rest.strip_suffix('>')?;
    let inner = if name.ends_with("Map") { inner.split_once(", ")?.1 } else { inner };
    Some((name, inner.to_owned()))
}

/// A method of the client, and the builder that it gives.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Call {
    /// The name of the operation.
    pub(crate) name: String,
    /// What the methods of the builder take.
    pub(crate) setters: BTreeMap<String, String>,
    /// What the call returns.
    pub(crate) returns: String,
    /// What it returns if it fails.
    pub(crate) fails_with: String,
}

impl Bindings {
    /// Reads the client that was generated from a legalized document.
    pub(crate) fn of(file: &File, document: &Value) -> Self {
        let mut bindings = Self::default();
        for item in &file.items {
            if let Item::Mod(module) = item
                && let Some((_, items)) = &module.content
            {
                match module.ident.to_string().as_str() {
                    "types" => bindings.types = types(items),
                    "builder" => bindings.calls = calls(items, document),
                    _ => {}
                }
            }
        }
        bindings
    }
}

impl Bindings {
    /// The types that a text such as `Vec<Book>` names.
    pub(crate) fn named<'a>(&self, text: &'a str) -> impl Iterator<Item = &'a str> {
        let names = text.split(|c: char| !c.is_alphanumeric() && c != '_');
        names.filter(|name| self.types.contains_key(*name))
    }

    /// Whether a type is a struct, or an optional one.
    pub(crate) fn is_struct(&self, text: &str) -> bool {
        matches!(self.leaves(&[text.to_owned()]).as_slice(), [Leaf::Struct(_)])
    }

    /// What types come down to.
    pub(crate) fn leaves(&self, texts: &[String]) -> Vec<Leaf<'_>> {
        let (mut found, mut seen, mut open) = (Vec::new(), BTreeSet::new(), texts.to_vec());
        while let Some(text) = open.pop() {
            if !seen.insert(text.clone()) {
                continue;
            }
            match (argument(&text), self.types.get(&text).map(|shape| &shape.kind)) {
                (Some(("Option" | "Box", inner)), _) => open.push(inner),
                (Some((_, inner)), _) => found.push(Leaf::Inside(inner)),
                (None, Some(Kind::Struct(members))) => found.push(Leaf::Struct(members)),
                (None, Some(Kind::Around(inner))) => open.push(inner.clone()),
                (None, Some(Kind::Enum(variants))) => {
                    let held = variants.values().map(|variant| variant.holds.clone());
                    open.extend(held.filter(|held| !held.is_empty()));
                }
                (None, None) => found.push(Leaf::Other(text)),
            }
        }
        found
    }

    /// The types that an answer can have inside.
    pub(crate) fn received(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut open: Vec<&str> =
            self.calls.values().flat_map(|call| [call.returns.as_str(), call.fails_with.as_str()]).collect();
        while let Some(text) = open.pop() {
            for name in self.named(text) {
                if found.insert(name.to_owned()) {
                    match self.types.get(name).map(|shape| &shape.kind) {
                        Some(Kind::Struct(members) | Kind::Enum(members)) => {
                            open.extend(members.values().map(|member| member.holds.as_str()));
                        }
                        Some(Kind::Around(inner)) => open.push(inner),
                        None => {}
                    }
                }
            }
        }
        found
    }
}

fn types(items: &[Item]) -> BTreeMap<String, Shape> {
    let mut found = BTreeMap::new();
    for item in items {
        let (name, kind, attributes) = match item {
            Item::Struct(item) => {
                let kind = match &item.fields {
                    Fields::Unnamed(fields) => Kind::Around(
                        fields.unnamed.iter().map(|f| told(&f.ty)).collect::<Vec<_>>().join(", "),
                    ),
                    fields => Kind::Struct(members(fields.iter().filter_map(|field| {
                        Some((field.ident.as_ref()?.to_string(), field.attrs.as_slice(), told(&field.ty)))
                    }))),
                };
                (&item.ident, kind, &item.attrs)
            }
            Item::Enum(item) => {
                let variants = item.variants.iter().map(|variant| {
                    let holds = variant.fields.iter().map(|f| told(&f.ty)).collect::<Vec<_>>().join(", ");
                    (variant.ident.to_string(), variant.attrs.as_slice(), holds)
                });
                (&item.ident, Kind::Enum(members(variants)), &item.attrs)
            }
            Item::Type(item) => (&item.ident, Kind::Around(told(&item.ty)), &item.attrs),
            _ => continue,
        };
        let mut can = derived(attributes);
        if let Item::Struct(item) = item
            && let Fields::Unnamed(fields) = &item.fields
            && fields.unnamed.iter().all(|field| matches!(field.vis, Visibility::Public(_)))
        {
            can.insert(".0".to_owned());
        }
        let shape = Shape {
            kind,
            can,
            is_open: attributes.iter().any(|attribute| attribute.path().is_ident("non_exhaustive")),
            is_strict: serde(attributes).contains("deny_unknown_fields"),
        };
        found.insert(name.to_string(), shape);
    }
    for item in items {
        if let Item::Impl(block) = item
            && let Some(shape) = found.get_mut(&told(&block.self_ty))
        {
            shape.can.extend(abilities(block));
        }
    }
    found
}

fn members<'a>(all: impl Iterator<Item = (String, &'a [Attribute], String)>) -> BTreeMap<String, Member> {
    all.map(|(name, attributes, holds)| {
        let serde = serde(attributes);
        let renamed = serde.split_once("rename = \"").and_then(|(_, rest)| rest.split('"').next());
        let is_rest = serde.contains("flatten") || serde.contains("untagged");
        let wire = (!is_rest).then(|| renamed.unwrap_or(name.trim_start_matches("r#")).to_owned());
        // Of two, the outer one is left out, and null is said with the inner one.
        let says_null = holds.starts_with("Option<Option<");
        let skips_none = holds.starts_with("Option<") && !says_null && serde.contains("skip_serializing_if");
        let may_be_absent = serde.contains("default") || holds.starts_with("Option<");
        (name, Member { wire, holds, skips_none, may_be_absent })
    })
    .collect()
}

/// The text of the attributes for serde.
fn serde(attributes: &[Attribute]) -> String {
    let of_serde = attributes.iter().filter(|attribute| attribute.path().is_ident("serde"));
    of_serde.map(|attribute| attribute.meta.to_token_stream().to_string()).collect()
}

fn derived(attributes: &[Attribute]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for attribute in attributes {
        if let Meta::List(list) = &attribute.meta
            && list.path.is_ident("derive")
        {
            let paths = list.tokens.to_string();
            found
                .extend(paths.split(',').filter_map(|path| Some(path.rsplit(':').next()?.trim().to_owned())));
        }
    }
    found
}

/// What a block lets its type do: a trait, or methods.
fn abilities(block: &ItemImpl) -> Vec<String> {
    match &block.trait_ {
        Some((path, ..)) => path.segments.last().map(segment).into_iter().collect(),
        None => block.items.iter().filter_map(public).map(|method| format!("{}()", method.ident)).collect(),
    }
}

fn public(item: &ImplItem) -> Option<&Signature> {
    match item {
        ImplItem::Fn(method) if matches!(method.vis, Visibility::Public(_)) => Some(&method.sig),
        _ => None,
    }
}

fn calls(items: &[Item], document: &Value) -> BTreeMap<Pointer, Call> {
    let mut calls: BTreeMap<String, Call> = BTreeMap::new();
    for item in items {
        if let Item::Impl(block) = item
            && let Type::Path(builder) = &*block.self_ty
            && let Some(builder) = builder.path.segments.last()
        {
            let call = calls.entry(builder.ident.to_string()).or_default();
            block.items.iter().for_each(|item| call.add(item));
        }
    }
    let found = operations(document).filter_map(|operation| {
        let name = operation.value.get("operationId")?.as_str()?;
        let mut call = calls.remove(&builder_name(name))?;
        call.name = name.to_owned();
        Some((unmarked_place(&operation.pointer), call))
    });
    found.collect()
}

impl Call {
    /// Adds what an item of its builder tells.
    fn add(&mut self, item: &ImplItem) {
        match item {
            ImplItem::Type(kind) if kind.ident == "Answer" => self.returns = told(&kind.ty),
            ImplItem::Type(kind) if kind.ident == "Refusal" => self.fails_with = told(&kind.ty),
            item => {
                let setter =
                    public(item).filter(|method| !["new", "send"].iter().any(|name| method.ident == name));
                self.setters.extend(setter.map(|method| (method.ident.to_string(), taken(method))));
            }
        }
    }
}

/// What a setter takes: the type that its argument is made into.
fn taken(method: &Signature) -> String {
    let bounds = method.generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    let bounds = bounds.filter_map(|predicate| match predicate {
        WherePredicate::Type(predicate) => Some(&predicate.bounds),
        _ => None,
    });
    let own = method.generics.type_params().map(|parameter| &parameter.bounds);
    let made_into = own.chain(bounds).flatten().find_map(|bound| {
        let TypeParamBound::Trait(bound) = bound else { return None };
        let last =
            bound.path.segments.last().filter(|last| last.ident == "TryInto" || last.ident == "Into")?;
        types_of(&last.arguments).first().map(|ty| told(ty))
    });
    made_into.unwrap_or_else(|| {
        let inputs = method.inputs.iter().filter_map(|input| match input {
            FnArg::Typed(input) => Some(told(&input.ty)),
            FnArg::Receiver(_) => None,
        });
        inputs.collect::<Vec<_>>().join(", ")
    })
}

/// A type as a caller would write it who has everything imported.
fn told(ty: &Type) -> String {
    match ty {
        Type::Path(path) => {
            let any = path.path.segments.first().is_some_and(|first| first.ident == "serde_json");
            match path.path.segments.last() {
                Some(last) if any && last.ident == "Value" => "serde_json::Value".to_owned(),
                Some(last) => segment(last),
                None => String::new(),
            }
        }
        Type::Reference(reference) => format!("&{}", told(&reference.elem)),
        Type::Array(array) => {
            let length = array.len.to_token_stream().to_string();
            format!("[{}; {}]", told(&array.elem), length.trim_end_matches("usize"))
        }
        Type::Tuple(tuple) => format!("({})", tuple.elems.iter().map(told).collect::<Vec<_>>().join(", ")),
        other => other.to_token_stream().to_string(),
    }
}

fn segment(segment: &syn::PathSegment) -> String {
    let inner: Vec<_> = types_of(&segment.arguments).into_iter().map(told).collect();
    if inner.is_empty() {
        segment.ident.to_string()
    } else {
        format!("{}<{}>", segment.ident, inner.join(", "))
    }
}

fn types_of(arguments: &PathArguments) -> Vec<&Type> {
    let PathArguments::AngleBracketed(list) = arguments else { return Vec::new() };
    let types = list.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    types.collect()
}
