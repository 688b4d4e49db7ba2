//! Mocks match under the server's path as well as without it, and take ids literally.
//!
//! progenitor's patterns start at the root, so a base URL with `/pod` never matches, and an id is
//! read as a part of the pattern.

use anyhow::Result;
use serde_json::Value;
use syn::visit_mut::{VisitMut, visit_expr_method_call_mut, visit_expr_mut, visit_impl_item_fn_mut};
use syn::{
    Expr, ExprCall, ExprLit, ExprMethodCall, File, FnArg, ImplItemFn, Item, Lit, LitStr, Macro, Type,
    parse_quote,
};

use super::{module, unexpected, uses};

pub(super) fn polish(file: &mut File, document: &Value) -> Result<()> {
    let prefix = format!("^(?:{})?", escaped(&server_path(document)));
    Patterns { prefix }.visit_file_mut(file);
    let items = module(file, &["operations"])?;
    // Without types there is nothing to use.
    if !uses::of_module(items, "types") {
        items.retain(|item| !matches!(item, Item::Use(_)));
    }
    match uses::called(file, &[REGEX]) {
        Some(_) => Err(unexpected("a pattern in the mocks that is not compiled in place")),
        None => Ok(()),
    }
}

/// The path of the first server, such as `/pod`; empty if there is none.
fn server_path(document: &Value) -> String {
    let url = document.pointer("/servers/0/url").and_then(Value::as_str).unwrap_or_default();
    let after_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = after_scheme.split_once('/').map_or("", |(_, path)| path).trim_end_matches('/');
    if path.is_empty() { String::new() } else { format!("/{path}") }
}

/// What the generator compiles patterns with.
const REGEX: &str = "regex::Regex::new";

struct Patterns {
    prefix: String,
}

impl VisitMut for Patterns {
    fn visit_expr_mut(&mut self, node: &mut Expr) {
        // `regex::Regex::new(…).unwrap()`: httpmock compiles patterns itself.
        if let Expr::MethodCall(ExprMethodCall { receiver, method, .. }) = node
            && method == "unwrap"
            && let Expr::Call(ExprCall { func, args, .. }) = &**receiver
            && matches!(&**func, Expr::Path(path) if uses::ends_with(&path.path, REGEX))
            && let Some(pattern) = args.first()
        {
            let pattern = match pattern {
                Expr::Reference(reference) => (*reference.expr).clone(),
                other => other.clone(),
            };
            *node = pattern;
        }
        visit_expr_mut(self, node);
    }

    fn visit_impl_item_fn_mut(&mut self, node: &mut ImplItemFn) {
        // A body that is `Copy` comes by value, and is written by reference like any other.
        let by_value = node.sig.inputs.iter().any(|input| match input {
            FnArg::Typed(argument) => !matches!(&*argument.ty, Type::Reference(_) | Type::ImplTrait(_)),
            FnArg::Receiver(_) => false,
        });
        if by_value {
            References.visit_block_mut(&mut node.block);
        }
        visit_impl_item_fn_mut(self, node);
    }

    fn visit_lit_str_mut(&mut self, node: &mut LitStr) {
        if let Some(path) = node.value().strip_prefix("^/") {
            *node = LitStr::new(&format!("{}/{}", self.prefix, pattern(path)), node.span());
        }
    }

    fn visit_macro_mut(&mut self, node: &mut Macro) {
        // format!("^/v1/user/{}/info$", value.to_string())
        if node.path.is_ident("format")
            && let Ok(mut arguments) =
                node.parse_body_with(syn::punctuated::Punctuated::<Expr, syn::Token![,]>::parse_terminated)
        {
            for argument in &mut arguments {
                match argument {
                    Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => {
                        self.visit_lit_str_mut(text);
                        // One value for all places where a template names it.
                        if text.value().matches("{}").count() > 1 {
                            *text = LitStr::new(&text.value().replace("{}", "{0}"), text.span());
                        }
                    }
                    value => *value = parse_quote! { crate::segment::pattern(&#value) },
                }
            }
            node.tokens = quote::quote! { #arguments };
        }
    }
}

struct References;

impl VisitMut for References {
    fn visit_expr_method_call_mut(&mut self, node: &mut ExprMethodCall) {
        if node.method == "json_body_obj"
            && let Some(body @ Expr::Path(_)) = node.args.first_mut()
        {
            *body = parse_quote! { &#body };
        }
        visit_expr_method_call_mut(self, node);
    }
}

/// What stands for a parameter in progenitor's patterns.
const ANY: [&str; 3] = ["[^/]*", ".*", "{}"];

/// A pattern of the generator, in which a path stands as it is, as one that takes the path literally. A
/// query in a path template is no part of the path.
fn pattern(pattern: &str) -> String {
    let mut rest = pattern.strip_suffix('$').unwrap_or(pattern);
    rest = rest.split_once('?').map_or(rest, |(path, _)| path);
    let mut text = String::new();
    while !rest.is_empty() {
        let next = ANY.iter().filter_map(|any| Some((rest.find(any)?, *any))).min();
        let (literal, any) = next.map_or((rest, ""), |(at, any)| (rest.get(..at).unwrap_or_default(), any));
        text.push_str(&escaped(literal));
        text.push_str(any);
        rest = rest.get(literal.len() + any.len()..).unwrap_or_default();
    }
    text + "$"
}

/// A literal path inside a pattern.
fn escaped(path: &str) -> String {
    path.chars().flat_map(|c| r".+*?()|[]{}^$\".contains(c).then_some('\\').into_iter().chain([c])).collect()
}
