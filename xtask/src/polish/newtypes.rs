//! Types around one value that has a bound on its length, or is one of a list.
//!
//! What a program sends is checked when it is made. What a pod sends is not: one value that is longer
//! than the document says, or not listed there, must not cost the whole answer.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use syn::{Fields, File, Item, ItemImpl, Type, parse_quote};

use super::{module, self_type};

pub(super) fn read_unchecked(file: &mut File, answered: &BTreeSet<String>) -> Result<()> {
    let items = module(file, &["types"])?;
    let around: BTreeMap<String, Type> = items
        .iter()
        .filter_map(|item| match item {
            Item::Struct(item) if answered.contains(&item.ident.to_string()) => match &item.fields {
                Fields::Unnamed(fields) => Some((item.ident.to_string(), fields.unnamed.first()?.ty.clone())),
                _ => None,
            },
            _ => None,
        })
        .collect();
    for item in items {
        if let Item::Impl(block) = item
            && let Some(inner) = deserialized(block).and_then(|name| around.get(&name))
        {
            let name = &block.self_ty;
            *block = parse_quote! {
                impl<'de> ::serde::Deserialize<'de> for #name {
                    fn deserialize<D>(deserializer: D) -> ::std::result::Result<Self, D::Error>
                    where
                        D: ::serde::Deserializer<'de>,
                    {
                        <#inner as ::serde::Deserialize>::deserialize(deserializer).map(Self)
                    }
                }
            };
        }
    }
    Ok(())
}

/// The type that this reads, if it is written out.
fn deserialized(block: &ItemImpl) -> Option<String> {
    let (of, _) = block.trait_.as_ref()?;
    let is_deserialize = of.segments.last().is_some_and(|last| last.ident == "Deserialize");
    if is_deserialize { self_type(block) } else { None }
}
