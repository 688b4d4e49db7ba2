//! Unions of the bodies that an operation declares for its statuses.
//!
//! The generator numbers the variants or calls them by their types, and reads the first that fits. The legalized document says what
//! they are called, and which status has which.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use quote::format_ident;
use serde_json::Value;
use syn::visit_mut::{VisitMut, visit_item_mut, visit_path_mut};
use syn::{File, Ident, Item, Path, Variant};

use super::{module, self_type, unexpected};
use crate::document::operations;
use crate::legalize::answers::{NO_BODY, VARIANTS};
use crate::legalize::media::TEXT_BODY;
use crate::legalize::rust;

/// A union, by the name of its type.
pub(super) type Unions = BTreeMap<String, Union>;

/// The variants of a union.
#[derive(Debug)]
pub(super) struct Union {
    variants: Vec<Body>,
}

/// A variant, and the statuses that have it as their body.
#[derive(Debug)]
struct Body {
    name: String,
    statuses: Vec<String>,
}

impl Union {
    /// The variant that stands for a status, written as in the document.
    pub(super) fn variant(&self, status: &str) -> Option<&str> {
        self.variants
            .iter()
            .find(|variant| variant.statuses.iter().any(|s| s.eq_ignore_ascii_case(status)))
            .map(|variant| variant.name.as_str())
    }
}

impl Union {
    /// One of which no status says what is read.
    pub(super) fn of_names(names: Vec<String>) -> Self {
        Self { variants: names.into_iter().map(|name| Body { name, statuses: Vec::new() }).collect() }
    }
}

/// The unions of a legalized document.
pub(super) fn of(document: &Value) -> Unions {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let schemas = document.pointer("/components/schemas").and_then(Value::as_object);
    let unions = schemas.into_iter().flatten().filter_map(|(name, schema)| {
        let variants = list(schema.get(VARIANTS)?)
            .iter()
            .map(|variant| Body {
                name: text(&variant["name"]),
                statuses: list(&variant["statuses"]).iter().map(text).collect(),
            })
            .collect();
        Some((rust::type_name(name), Union { variants }))
    });
    unions.collect()
}

/// Statuses of operations, by builder.
pub(super) type Statuses = BTreeMap<String, BTreeSet<String>>;

/// The statuses that declare no body but share a type with one that does.
pub(super) fn without_body(document: &Value) -> Statuses {
    marked(document, NO_BODY)
}

/// The statuses whose body is text.
pub(super) fn with_text(document: &Value) -> Statuses {
    marked(document, TEXT_BODY)
}

fn marked(document: &Value, extension: &str) -> Statuses {
    let mut found = Statuses::new();
    for operation in operations(document) {
        let name = operation.value.get("operationId").and_then(Value::as_str).unwrap_or_default();
        let responses = operation.value.get("responses").and_then(Value::as_object);
        for (status, response) in responses.into_iter().flatten() {
            if response.get(extension).is_some() {
                let builder = rust::builder_name(name);
                found.entry(builder).or_default().insert(status.to_ascii_uppercase());
            }
        }
    }
    found
}

/// Gives the variants their names.
pub(super) fn name_variants(file: &mut File, unions: &Unions) -> Result<()> {
    let items = module(file, &["types"])?;
    let mut names = BTreeMap::new();
    for (name, union) in unions {
        let generated = items.iter().find_map(|item| match item {
            Item::Enum(item) if item.ident == name && item.variants.len() == union.variants.len() => {
                Some(item.variants.iter().map(|variant| variant.ident.clone()))
            }
            _ => None,
        });
        let Some(generated) = generated else {
            return Err(unexpected(&format!("enum `{name}` with {} variants", union.variants.len())));
        };
        let new = union.variants.iter().map(|variant| format_ident!("{}", variant.name));
        names.insert(name.as_str(), Names { owner: name, new: generated.zip(new).collect() });
    }
    for item in items {
        let owner = match item {
            Item::Enum(item) => Some(item.ident.to_string()),
            Item::Impl(block) => self_type(block),
            _ => None,
        };
        if let Some(names) = owner.and_then(|owner| names.get_mut(owner.as_str())) {
            visit_item_mut(names, item);
        }
    }
    Ok(())
}

/// Variants, from what the generator calls them: a number, or the type inside, which keeps its name.
struct Names<'a> {
    owner: &'a str,
    new: BTreeMap<Ident, Ident>,
}

impl VisitMut for Names<'_> {
    fn visit_variant_mut(&mut self, node: &mut Variant) {
        if let Some(new) = self.new.get(&node.ident) {
            node.ident = new.clone();
        }
    }

    /// `Self::Variant` or `Owner::Variant`.
    fn visit_path_mut(&mut self, node: &mut Path) {
        visit_path_mut(self, node);
        let mut segments = node.segments.iter_mut();
        if let (Some(first), Some(second), None) = (segments.next(), segments.next(), segments.next())
            && (first.ident == "Self" || first.ident == self.owner)
            && let Some(new) = self.new.get(&second.ident)
        {
            second.ident = new.clone();
        }
    }
}
