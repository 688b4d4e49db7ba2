//! Unions of the bodies that an operation declares for its statuses.
//!
//! The generator numbers the variants, and reads the first that fits. The legalized document says what
//! they are called, and which status has which.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use quote::ToTokens as _;
use serde_json::Value;
use syn::visit_mut::{VisitMut, visit_item_mut};
use syn::{File, Ident, Item, Type};

use super::{module, unexpected};
use crate::document::operations;
use crate::legalize::answers::{NO_BODY, VARIANTS};
use crate::legalize::rust;

/// A union, by the name of its type.
pub(super) type Unions = BTreeMap<String, Union>;

/// The variants of a union.
#[derive(Debug)]
pub(super) struct Union {
    variants: Vec<Variant>,
}

#[derive(Debug)]
struct Variant {
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

/// The unions of a legalized document.
pub(super) fn of(document: &Value) -> Unions {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let schemas = document.pointer("/components/schemas").and_then(Value::as_object);
    let unions = schemas.into_iter().flatten().filter_map(|(name, schema)| {
        let variants = list(schema.get(VARIANTS)?)
            .iter()
            .map(|variant| Variant {
                name: text(&variant["name"]),
                statuses: list(&variant["statuses"]).iter().map(text).collect(),
            })
            .collect();
        Some((rust::type_name(name), Union { variants }))
    });
    unions.collect()
}

/// The statuses that declare no body but share a type with one that does, by builder.
pub(super) type WithoutBody = BTreeMap<String, BTreeSet<String>>;

/// Finds the statuses that declare no body but share a type with one that does.
pub(super) fn without_body(document: &Value) -> WithoutBody {
    let mut found = WithoutBody::new();
    for operation in operations(document) {
        let name = operation.value.get("operationId").and_then(Value::as_str).unwrap_or_default();
        let responses = operation.value.get("responses").and_then(Value::as_object);
        for (status, response) in responses.into_iter().flatten() {
            if response.get(NO_BODY).is_some() {
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
    for (name, union) in unions {
        let found = items.iter().any(|item| {
            matches!(item, Item::Enum(item) if item.ident == name && item.variants.len() == union.variants.len())
        });
        if !found {
            return Err(unexpected(&format!("enum `{name}` with {} variants", union.variants.len())));
        }
    }
    for item in items {
        let owner = match item {
            Item::Enum(item) => item.ident.to_string(),
            Item::Impl(block) => match &*block.self_ty {
                Type::Path(path) => path.to_token_stream().to_string(),
                _ => continue,
            },
            _ => continue,
        };
        if let Some(union) = unions.get(&owner) {
            visit_item_mut(&mut Names(union), item);
        }
    }
    Ok(())
}

struct Names<'a>(&'a Union);

impl VisitMut for Names<'_> {
    fn visit_ident_mut(&mut self, node: &mut Ident) {
        let number = node.to_string().strip_prefix("Variant").and_then(|number| number.parse::<usize>().ok());
        if let Some(variant) = number.and_then(|number| self.0.variants.get(number)) {
            *node = Ident::new(&variant.name, node.span());
        }
    }
}
