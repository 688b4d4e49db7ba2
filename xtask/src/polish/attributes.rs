//! Reading and writing attributes: documentation, derives, serde.

use proc_macro2::{Ident, Span};
use syn::punctuated::Punctuated;
use syn::{AttrStyle, Attribute, Expr, ExprLit, Lit, LitStr, Meta, MetaNameValue, Path, Token, parse_quote};

/// The text of the documentation comments, lines joined.
pub(super) fn doc(attributes: &[Attribute]) -> Option<String> {
    let comments: Vec<_> = attributes.iter().filter_map(doc_text).map(LitStr::value).collect();
    let text = comments.join("\n");
    // A list of `///` lines has a space before each, which a text has only before some.
    let is_list = text.lines().all(|line| line.is_empty() || line.starts_with(' '));
    let text = if is_list {
        text.lines().map(|line| line.get(1..).unwrap_or_default()).collect::<Vec<_>>().join("\n")
    } else {
        text
    };
    (!comments.is_empty()).then_some(text)
}

fn is_doc(attribute: &Attribute) -> bool {
    doc_text(attribute).is_some()
}

fn doc_text(attribute: &Attribute) -> Option<&LitStr> {
    match &attribute.meta {
        Meta::NameValue(MetaNameValue {
            path,
            value: Expr::Lit(ExprLit { lit: Lit::Str(text), .. }),
            ..
        }) if path.is_ident("doc") => Some(text),
        _ => None,
    }
}

/// Replaces the documentation, one `///` a line.
pub(super) fn set_doc(attributes: &mut Vec<Attribute>, text: &str) {
    let style = attributes.iter().find(|a| is_doc(a)).map_or(AttrStyle::Outer, |a| a.style);
    attributes.retain(|attribute| !is_doc(attribute));
    let lines = text.trim().lines().map(|line| {
        let line = if line.is_empty() { String::new() } else { format!(" {line}") };
        doc_attribute(style, &line)
    });
    attributes.splice(0..0, lines);
}

/// `#[doc = "line"]`. There are tens of thousands, too many to be parsed.
fn doc_attribute(style: AttrStyle, line: &str) -> Attribute {
    let span = Span::call_site();
    let value = Lit::Str(LitStr::new(line, span));
    Attribute {
        pound_token: Default::default(),
        style,
        bracket_token: Default::default(),
        meta: Meta::NameValue(MetaNameValue {
            path: Ident::new("doc", span).into(),
            eq_token: Default::default(),
            value: Expr::Lit(ExprLit { attrs: Vec::new(), lit: value }),
        }),
    }
}

/// Whether a trait with this last path segment is derived.
pub(super) fn derives(attributes: &[Attribute], name: &str) -> bool {
    attributes
        .iter()
        .filter_map(derived)
        .flatten()
        .any(|path| path.segments.last().is_some_and(|segment| segment.ident == name))
}

/// Derives one more trait.
pub(super) fn add_derive(attributes: &mut [Attribute], name: Path) {
    for attribute in attributes {
        if let Some(mut paths) = derived(attribute) {
            paths.push(name);
            *attribute = parse_quote! { #[derive(#paths)] };
            return;
        }
    }
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
