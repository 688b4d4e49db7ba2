//! Enums of strings: `as_str` for all, and openness for those that an answer can hold.
//!
//! A server may be newer than the document. One new value must not cost the whole answer, so an enum
//! that a server can send keeps a value it does not know and gives it back unchanged.

use std::collections::BTreeSet;

use anyhow::Result;
use syn::visit_mut::{VisitMut, visit_path_mut, visit_variant_mut};
use syn::{Fields, File, Ident, Item, ItemEnum, ItemImpl, Path, Type, Variant, parse_quote};

use super::{attributes, module};

pub(super) fn polish(file: &mut File, answered: &BTreeSet<String>) -> Result<()> {
    let items = module(file, &["types"])?;
    items.iter_mut().for_each(|item| Signs.visit_item_mut(item));
    let mut polished = Vec::with_capacity(items.len());
    let mut opened = BTreeSet::new();
    for mut item in std::mem::take(items) {
        let mut added: Vec<Item> = Vec::new();
        match &mut item {
            Item::Enum(strings) if is_strings(strings) => {
                if answered.contains(&strings.ident.to_string()) {
                    added = open(strings);
                    opened.insert(strings.ident.to_string());
                } else {
                    added.push(as_str(strings));
                }
            }
            // The conversions of an open enum cannot fail; its new ones stand with it.
            Item::Impl(block) if opened.iter().any(|name| converts(block, name)) => continue,
            _ => (),
        }
        polished.push(item);
        polished.append(&mut added);
    }
    *items = polished;
    Ok(())
}

/// Variants for `+1` and `-1`, which the generator does not write like the others.
struct Signs;

impl Signs {
    fn name(ident: &mut Ident) {
        for (generated, name) in [("plus1", "Plus1"), ("minus1", "Minus1")] {
            if ident == generated {
                *ident = Ident::new(name, ident.span());
            }
        }
    }
}

impl VisitMut for Signs {
    fn visit_variant_mut(&mut self, node: &mut Variant) {
        Self::name(&mut node.ident);
        visit_variant_mut(self, node);
    }

    fn visit_path_mut(&mut self, node: &mut Path) {
        // A variant is written after its type; what stands alone is a field.
        if node.segments.len() > 1
            && let Some(last) = node.segments.last_mut()
        {
            Self::name(&mut last.ident);
        }
        visit_path_mut(self, node);
    }
}

fn is_strings(item: &ItemEnum) -> bool {
    attributes::derives(&item.attrs, "Serialize")
        && !item.variants.is_empty()
        && item.variants.iter().all(|variant| matches!(variant.fields, Fields::Unit))
        && !attributes::has_serde(&item.attrs, "tag")
        && !attributes::has_serde(&item.attrs, "untagged")
}

/// Each variant with its value on the wire.
fn values(item: &ItemEnum) -> (Vec<Ident>, Vec<String>) {
    item.variants
        .iter()
        .map(|variant| {
            let value = attributes::serde_value(&variant.attrs, "rename");
            (variant.ident.clone(), value.unwrap_or_else(|| variant.ident.to_string()))
        })
        .unzip()
}

fn as_str(item: &ItemEnum) -> Item {
    let name = &item.ident;
    let (variants, values) = values(item);
    parse_quote! {
        impl #name {
            #[doc = "The value as it is written on the wire."]
            pub const fn as_str(&self) -> &'static str {
                match self {
                    #(Self::#variants => #values,)*
                }
            }
        }
    }
}

fn open(item: &mut ItemEnum) -> Vec<Item> {
    let (variants, values) = values(item);
    let name = item.ident.clone();
    let mut unknown = Ident::new("Unknown", name.span());
    while variants.contains(&unknown) {
        unknown = Ident::new(&format!("{unknown}Value"), name.span());
    }
    attributes::remove_derive(&mut item.attrs, "Copy");
    item.attrs.push(parse_quote! { #[non_exhaustive] });
    item.variants.push(parse_quote! {
        #[doc = "A value that the document does not list, as the server sent it."]
        #[serde(untagged)]
        #unknown(::std::string::String)
    });
    vec![
        parse_quote! {
            impl #name {
                #[doc = "The value as it is written on the wire."]
                pub fn as_str(&self) -> &str {
                    match self {
                        #(Self::#variants => #values,)*
                        Self::#unknown(value) => value,
                    }
                }
            }
        },
        parse_quote! {
            impl ::std::fmt::Display for #name {
                fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                    f.write_str(self.as_str())
                }
            }
        },
        parse_quote! {
            impl ::std::convert::From<&str> for #name {
                fn from(value: &str) -> Self {
                    match value {
                        #(#values => Self::#variants,)*
                        _ => Self::#unknown(value.to_owned()),
                    }
                }
            }
        },
        parse_quote! {
            impl ::std::convert::From<::std::string::String> for #name {
                fn from(value: ::std::string::String) -> Self {
                    Self::from(value.as_str())
                }
            }
        },
        parse_quote! {
            impl ::std::str::FromStr for #name {
                type Err = ::std::convert::Infallible;
                fn from_str(value: &str) -> ::std::result::Result<Self, ::std::convert::Infallible> {
                    Ok(Self::from(value))
                }
            }
        },
    ]
}

/// Whether this is one of the generated conversions between `name` and text.
fn converts(block: &ItemImpl, name: &str) -> bool {
    let is_for = matches!(&*block.self_ty, Type::Path(path) if path.path.is_ident(name));
    let converts = block
        .trait_
        .as_ref()
        .and_then(|(path, _)| path.segments.last())
        .is_some_and(|last| ["Display", "FromStr", "TryFrom"].iter().any(|name| last.ident == name));
    is_for && converts
}

/// The item is one that this file made; used by the documentation pass.
pub(super) fn string_variants(item: &ItemEnum) -> Vec<(Ident, String)> {
    let (variants, values) = values(item);
    variants.into_iter().zip(values).collect()
}
