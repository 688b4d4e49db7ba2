//! JSON Schemas of all types, for programs that ask for them with the feature `schemars`.

use std::collections::BTreeMap;

use anyhow::Result;
use proc_macro2::Span;
use syn::{Attribute, File, Item, ItemImpl, LitInt, parse_quote};

use super::{attributes, module, self_type};

pub(super) fn derive(file: &mut File) -> Result<()> {
    for item in module(file, &["types"])? {
        let attrs = match item {
            Item::Struct(item) => &mut item.attrs,
            Item::Enum(item) => &mut item.attrs,
            _ => continue,
        };
        let serialized = attrs.iter().position(|attribute| attribute.path().is_ident("derive"));
        if let Some(at) = serialized.filter(|_| attributes::derives(attrs, "Serialize")) {
            let derive: Attribute =
                parse_quote! { #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))] };
            attrs.insert(at + 1, derive);
        }
    }
    limit_text(module(file, &["types"])?);
    Ok(())
}

/// A type with limits checks them when it is made from text; its schema tells them.
fn limit_text(items: &mut [Item]) {
    let limits: BTreeMap<String, Attribute> = items
        .iter()
        .filter_map(|item| match item {
            Item::Impl(block) if is_from_str(block) => Some((self_type(block)?, limits(block)?)),
            _ => None,
        })
        .collect();
    for item in items {
        if let Item::Struct(item) = item
            && let Some(limits) = limits.get(&item.ident.to_string())
        {
            item.fields.iter_mut().for_each(|text| text.attrs.push(limits.clone()));
        }
    }
}

fn is_from_str(block: &ItemImpl) -> bool {
    let name = block.trait_.as_ref().and_then(|(path, _)| path.segments.last());
    name.is_some_and(|last| last.ident == "FromStr")
}

/// From `if value.chars().count() > 256usize` and `< 1usize`.
fn limits(from_str: &ItemImpl) -> Option<Attribute> {
    let text = quote::quote!(#from_str).to_string();
    let limit = |comparison| -> Option<LitInt> {
        let (_, rest) = text.split_once(&format!(". count () {comparison} "))?;
        let digits = rest.split_once(|c: char| !c.is_ascii_digit())?.0;
        Some(LitInt::new(digits, Span::call_site()))
    };
    let min = limit("<").map(|min| quote::quote!(min = #min));
    let max = limit(">").map(|max| quote::quote!(max = #max));
    let both: Vec<_> = min.into_iter().chain(max).collect();
    (!both.is_empty())
        .then(|| parse_quote! { #[cfg_attr(feature = "schemars", schemars(length(#(#both),*)))] })
}
