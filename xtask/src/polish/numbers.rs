//! Integers that are listed with a name each: an enum of numbers.
//!
//! The generator makes a struct around the number of them, which knows no names.

use std::collections::BTreeMap;

use anyhow::Result;
use proc_macro2::Literal;
use quote::format_ident;
use serde_json::Value;
use syn::visit_mut::{VisitMut, visit_expr_call_mut};
use syn::{Expr, ExprCall, Fields, File, Ident, Item, parse_quote};

use super::{module, self_type, unexpected};
use crate::legalize::rust;
use crate::legalize::unions::{NUMBERS, UNKNOWN};

pub(super) fn name(file: &mut File, document: &Value) -> Result<()> {
    let schemas = document.pointer("/components/schemas").and_then(Value::as_object);
    let lists: BTreeMap<String, &Value> = schemas
        .into_iter()
        .flatten()
        .filter(|(_, schema)| schema.get(NUMBERS).is_some())
        .map(|(name, schema)| (rust::type_name(name), schema))
        .collect();
    if lists.is_empty() {
        return Ok(());
    }
    let items = module(file, &["types"])?;
    let mut named = Vec::with_capacity(items.len());
    for item in std::mem::take(items) {
        match &item {
            Item::Struct(around) => match lists.get(&around.ident.to_string()) {
                Some(schema) => {
                    let Fields::Unnamed(fields) = &around.fields else {
                        return Err(unexpected(&format!(
                            "a struct `{}` that is not around a number",
                            around.ident
                        )));
                    };
                    let ty = fields.unnamed.first().map(|field| &field.ty);
                    let docs: Vec<_> = around.attrs.iter().filter(|a| a.path().is_ident("doc")).collect();
                    named.extend(
                        numbers(&around.ident, &parse_quote!(#ty), schema).into_iter().enumerate().map(
                            |(index, item)| match item {
                                Item::Enum(mut item) if index == 0 => {
                                    item.attrs.splice(0..0, docs.iter().map(|doc| (*doc).clone()));
                                    Item::Enum(item)
                                }
                                item => item,
                            },
                        ),
                    );
                }
                None => named.push(item),
            },
            Item::Impl(block) if self_type(block).is_some_and(|name| lists.contains_key(&name)) => (),
            // `From<Level> for i64`
            Item::Impl(block) if converts_from(block, &lists) => (),
            _ => named.push(item),
        }
    }
    *items = named;
    Made { lists: &lists }.visit_file_mut(file);
    Ok(())
}

fn converts_from(block: &syn::ItemImpl, lists: &BTreeMap<String, &Value>) -> bool {
    let Some((of, _)) = &block.trait_ else { return false };
    let Some(last) = of.segments.last().filter(|last| last.ident == "From") else { return false };
    let arguments = &last.arguments;
    let from = quote::quote!(#arguments).to_string();
    let from = from.trim_matches(|c: char| !c.is_alphanumeric() && c != '_');
    lists.contains_key(from)
}

fn numbers(name: &Ident, ty: &syn::Type, schema: &Value) -> Vec<Item> {
    let list = |keyword: &str| schema.get(keyword).and_then(Value::as_array).into_iter().flatten();
    let variants: Vec<Ident> =
        list(NUMBERS).filter_map(Value::as_str).map(|name| format_ident!("{name}")).collect();
    let values: Vec<Literal> = list("enum").filter_map(Value::as_i64).map(Literal::i64_unsuffixed).collect();
    let docs = list("enum").map(|value| format!("{value}"));
    let unknown = format_ident!("{UNKNOWN}");
    let text = ty_name(ty);
    vec![
        parse_quote! {
            #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
            #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
            #[serde(from = #text, into = #text)]
            #[non_exhaustive]
            pub enum #name {
                #(#[doc = #docs] #variants,)*
                #[doc = "A number that the document does not list, as the server sent it."]
                #unknown(#ty),
            }
        },
        parse_quote! {
            impl ::std::convert::From<#ty> for #name {
                fn from(value: #ty) -> Self {
                    match value {
                        #(#values => Self::#variants,)*
                        _ => Self::#unknown(value),
                    }
                }
            }
        },
        parse_quote! {
            impl ::std::convert::From<#name> for #ty {
                fn from(value: #name) -> Self {
                    match value {
                        #(#name::#variants => #values,)*
                        #name::#unknown(value) => value,
                    }
                }
            }
        },
        parse_quote! {
            impl ::std::fmt::Display for #name {
                fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                    ::std::fmt::Display::fmt(&#ty::from(*self), f)
                }
            }
        },
        parse_quote! {
            impl ::std::str::FromStr for #name {
                type Err = ::std::num::ParseIntError;
                fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
                    value.parse::<#ty>().map(Self::from)
                }
            }
        },
    ]
}

fn ty_name(ty: &syn::Type) -> String {
    quote::quote!(#ty).to_string()
}

/// Defaults, which are written as the struct around a number.
struct Made<'a> {
    lists: &'a BTreeMap<String, &'a Value>,
}

impl VisitMut for Made<'_> {
    fn visit_expr_call_mut(&mut self, node: &mut ExprCall) {
        visit_expr_call_mut(self, node);
        if let Expr::Path(path) = &mut *node.func
            && path.path.segments.last().is_some_and(|last| self.lists.contains_key(&last.ident.to_string()))
        {
            path.path.segments.push(parse_quote! { from });
        }
    }
}
