//! Unions whose branches are told apart by a property: it is looked at first.
//!
//! A value that stands for no branch, or a branch that does not fit, costs no answer: then the others are
//! tried in turn, as the generator does. None is tried twice: where unions stand in unions, that would double
//! the work with each of them.

use anyhow::Result;
use serde_json::Value;
use syn::{Fields, File, Ident, Item, ItemEnum, parse_quote};

use super::{attributes, module, unexpected};
use crate::legalize::discriminators::TAGS;
use crate::legalize::rust;

pub(super) fn read(file: &mut File, document: &Value) -> Result<()> {
    let schemas = document.pointer("/components/schemas").and_then(Value::as_object);
    let tagged = schemas.into_iter().flatten().filter_map(|(name, schema)| Some((name, schema.get(TAGS)?)));
    for (name, tags) in tagged {
        let name = rust::type_name(name);
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let property = tags["property"].as_str().unwrap_or_default();
        let values: Vec<Vec<String>> = list(&tags["values"])
            .iter()
            .map(|values| list(values).iter().filter_map(|value| value.as_str().map(str::to_owned)).collect())
            .collect();
        let items = module(file, &["types"])?;
        let union = items.iter_mut().find_map(|item| match item {
            Item::Enum(item)
                if item.ident == name && is_tried(item) && item.variants.len() == values.len() =>
            {
                Some(item)
            }
            _ => None,
        });
        let Some(union) = union else {
            return Err(unexpected(&format!("no enum `{name}` of {} components", values.len())));
        };
        attributes::remove_derive(&mut union.attrs, "Deserialize");
        let variants: Vec<&Ident> = union.variants.iter().map(|variant| &variant.ident).collect();
        let read = reader(&union.ident, property, &variants, &values);
        items.push(read);
    }
    Ok(())
}

/// Whether the branches are tried in turn, each a type of its own.
fn is_tried(item: &ItemEnum) -> bool {
    attributes::has_serde(&item.attrs, "untagged")
        && item
            .variants
            .iter()
            .all(|variant| matches!(&variant.fields, Fields::Unnamed(fields) if fields.unnamed.len() == 1))
}

fn reader(name: &Ident, property: &str, variants: &[&Ident], values: &[Vec<String>]) -> Item {
    let told = variants.iter().zip(values).filter(|(_, values)| !values.is_empty());
    let arms = told.map(|(variant, values)| {
        quote::quote! {
            #(Some(#values))|* => ::serde_json::from_value(value.clone()).map(Self::#variant).ok(),
        }
    });
    let others = variants.iter().zip(values).map(|(variant, values)| {
        let tried = quote::quote! {
            read.or_else(|| ::serde_json::from_value(value.clone()).map(Self::#variant).ok())
        };
        if values.is_empty() {
            tried
        } else {
            quote::quote! {
                match tag {
                    #(Some(#values))|* => read,
                    _ => #tried,
                }
            }
        }
    });
    let no_branch = format!("no branch of `{name}` fits");
    parse_quote! {
        impl<'de> ::serde::Deserialize<'de> for #name {
            fn deserialize<D>(deserializer: D) -> ::std::result::Result<Self, D::Error>
            where
                D: ::serde::Deserializer<'de>,
            {
                let value = <::serde_json::Value as ::serde::Deserialize>::deserialize(deserializer)?;
                let tag = value.get(#property).and_then(::serde_json::Value::as_str);
                let read = match tag {
                    #(#arms)*
                    _ => None,
                };
                #(let read = #others;)*
                read.ok_or_else(|| <D::Error as ::serde::de::Error>::custom(#no_branch))
            }
        }
    }
}
