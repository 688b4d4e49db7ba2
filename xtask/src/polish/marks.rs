//! Removes the marks from names that are sent.
//!
//! Names that would be equal in Rust were marked and numbered, so that the generator distinguishes them.

use proc_macro2::{Group, Literal, TokenStream, TokenTree};
use quote::ToTokens as _;
use serde_json::Value;
use syn::visit_mut::{VisitMut, visit_lit_str_mut};
use syn::{File, LitStr, Macro};

use crate::legalize::marks::{is_marked, unmarked};

pub(super) fn remove(file: &mut File, document: &Value) {
    // Most documents have none, and looking at all of the code takes long.
    if are_in(document) {
        Marks.visit_file_mut(file);
    }
}

fn are_in(value: &Value) -> bool {
    match value {
        Value::Object(members) => members.iter().any(|(name, value)| is_marked(name) || are_in(value)),
        Value::Array(items) => items.iter().any(are_in),
        Value::String(text) => is_marked(text),
        _ => false,
    }
}

struct Marks;

impl VisitMut for Marks {
    fn visit_lit_str_mut(&mut self, node: &mut LitStr) {
        if is_marked(&node.value()) {
            *node = LitStr::new(&unmarked(&node.value()), node.span());
        }
        visit_lit_str_mut(self, node);
    }

    fn visit_attribute_mut(&mut self, node: &mut syn::Attribute) {
        if let syn::Meta::List(list) = &mut node.meta {
            list.tokens = without_marks(std::mem::take(&mut list.tokens));
        }
        syn::visit_mut::visit_attribute_mut(self, node);
    }

    fn visit_macro_mut(&mut self, node: &mut Macro) {
        node.tokens = without_marks(std::mem::take(&mut node.tokens));
    }
}

fn without_marks(tokens: TokenStream) -> TokenStream {
    tokens
        .into_iter()
        .map(|token| match token {
            TokenTree::Group(group) => Group::new(group.delimiter(), without_marks(group.stream())).into(),
            TokenTree::Literal(literal) if is_marked(&literal.to_string()) => {
                match syn::parse2::<LitStr>(literal.to_token_stream()) {
                    Ok(text) => Literal::string(&unmarked(&text.value())).into(),
                    Err(_) => TokenTree::Literal(literal),
                }
            }
            other => other,
        })
        .collect()
}
