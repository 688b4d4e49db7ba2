//! Reading and writing attributes: documentation, derives, serde.

use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, ExprLit, Lit, Meta, MetaNameValue, Path, Token, parse_quote};

/// The text of the documentation comments, lines joined.
pub(super) fn doc(attributes: &[Attribute]) -> Option<String> {
    let lines: Vec<_> = attributes.iter().filter_map(doc_line).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn doc_line(attribute: &Attribute) -> Option<String> {
    match &attribute.meta {
        Meta::NameValue(MetaNameValue {
            path,
            value: Expr::Lit(ExprLit { lit: Lit::Str(text), .. }),
            ..
        }) if path.is_ident("doc") => Some(text.value()),
        _ => None,
    }
}

/// Replaces the documentation, one `///` a line.
pub(super) fn set_doc(attributes: &mut Vec<Attribute>, text: &str) {
    let style = attributes.iter().find(|a| doc_line(a).is_some()).map(|a| a.style);
    attributes.retain(|attribute| doc_line(attribute).is_none());
    let lines = text.trim().lines().map(|line| {
        let line = if line.is_empty() { String::new() } else { format!(" {line}") };
        let mut attribute: Attribute = parse_quote! { #[doc = #line] };
        if let Some(style) = style {
            attribute.style = style;
        }
        attribute
    });
    attributes.splice(0..0, lines);
}

/// Whether a trait with this last path segment is derived.
pub(super) fn derives(attributes: &[Attribute], name: &str) -> bool {
    attributes
        .iter()
        .filter_map(derived)
        .flatten()
        .any(|path| path.segments.last().is_some_and(|segment| segment.ident == name))
}

/// Takes a trait out of the derives.
pub(super) fn remove_derive(attributes: &mut [Attribute], name: &str) {
    for attribute in attributes {
        let Some(paths) = derived(attribute) else { continue };
        let kept: Vec<_> = paths
            .into_iter()
            .filter(|path| path.segments.last().is_none_or(|segment| segment.ident != name))
            .collect();
        *attribute = parse_quote! { #[derive(#(#kept),*)] };
    }
}

fn derived(attribute: &Attribute) -> Option<Punctuated<Path, Token![,]>> {
    if !attribute.path().is_ident("derive") {
        return None;
    }
    attribute.parse_args_with(Punctuated::parse_terminated).ok()
}

/// The value of a serde argument, such as `rename = "…"`.
pub(super) fn serde_value(attributes: &[Attribute], name: &str) -> Option<String> {
    serde_arguments(attributes).into_iter().find_map(|meta| match meta {
        Meta::NameValue(MetaNameValue {
            path,
            value: Expr::Lit(ExprLit { lit: Lit::Str(text), .. }),
            ..
        }) if path.is_ident(name) => Some(text.value()),
        _ => None,
    })
}

/// Whether serde has this argument, with or without a value.
pub(super) fn has_serde(attributes: &[Attribute], name: &str) -> bool {
    serde_arguments(attributes).iter().any(|meta| meta.path().is_ident(name))
}

/// Takes an argument away from serde.
pub(super) fn remove_serde(attributes: &mut Vec<Attribute>, name: &str) {
    let kept = serde_arguments(attributes).into_iter().filter(|meta| !meta.path().is_ident(name));
    let kept: Vec<Meta> = kept.collect();
    attributes.retain(|attribute| !attribute.path().is_ident("serde"));
    if !kept.is_empty() {
        attributes.push(parse_quote! { #[serde(#(#kept),*)] });
    }
}

fn serde_arguments(attributes: &[Attribute]) -> Vec<Meta> {
    attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("serde"))
        .filter_map(|attribute| {
            attribute.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).ok()
        })
        .flatten()
        .collect()
}
