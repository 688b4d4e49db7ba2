//! Null in an answer: for a list it is an empty one, for another field that must be there an empty
//! value, and as an item it is passed over.
//!
//! Pods send all three, though the document allows none of them.

use std::collections::BTreeSet;

use anyhow::Result;
use syn::ext::IdentExt as _;
use syn::{Attribute, Field, File, Item, ItemStruct, Type, parse_quote};

use super::{attributes, module};

pub(super) fn tolerate(file: &mut File, answered: &BTreeSet<String>) -> Result<()> {
    for item in module(file, &["types"])? {
        let Item::Struct(item) = item else { continue };
        if answered.contains(&item.ident.to_string()) {
            keep_required(item);
            for field in &mut item.fields {
                if is_a(field, "Vec") {
                    tolerate_as_list(field);
                } else if field.ident.is_some() && !is_a(field, "Option") {
                    field.attrs.push(parse_quote! { #[serde(deserialize_with = "crate::lenient::value")] });
                }
            }
        }
    }
    Ok(())
}

/// A list that may be missing from an answer is still required in the schema that is derived.
fn keep_required(item: &mut ItemStruct) {
    let required: Vec<&Field> = item
        .fields
        .iter()
        .filter(|field| !is_a(field, "Option") && !attributes::has_serde(&field.attrs, "default"))
        .filter(|field| field.ident.is_some())
        .collect();
    if required.iter().any(|field| is_a(field, "Vec")) {
        let names = required.iter().filter_map(|field| {
            let name = attributes::serde_value(&field.attrs, "rename");
            name.or_else(|| field.ident.as_ref().map(|ident| ident.unraw().to_string()))
        });
        let keep: Attribute = parse_quote! {
            #[cfg_attr(feature = "schemars", schemars(extend("required" = [#(#names),*])))]
        };
        item.attrs.push(keep);
    }
}

fn is_a(field: &Field, name: &str) -> bool {
    matches!(&field.ty, Type::Path(path)
        if path.path.segments.last().is_some_and(|last| last.ident == name))
}

fn tolerate_as_list(field: &mut Field) {
    if field.ident.is_some() && !attributes::has_serde(&field.attrs, "default") {
        field.attrs.push(parse_quote! { #[serde(default)] });
    }
    field.attrs.push(parse_quote! { #[serde(deserialize_with = "crate::lenient::list")] });
}
