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

/// The path of the first server, such as `/pod`; empty if there is none. Its variables have their defaults.
fn server_path(document: &Value) -> String {
    let server = document.pointer("/servers/0").unwrap_or(&Value::Null);
    let url = server.get("url").and_then(Value::as_str).unwrap_or_default();
    let default = |name: &str| server.get("variables")?.get(name)?.get("default")?.as_str();
    let mut address = String::new();
    for (index, part) in url.split('{').enumerate() {
        let variable = if index > 0 { part.split_once('}') } else { None };
        match variable.and_then(|(name, rest)| Some((default(name)?, rest))) {
            Some((default, rest)) => address.extend([default, rest]),
            None if index > 0 => address.extend(["{", part]),
            None => address.push_str(part),
        }
    }
    let after_scheme = address.split_once("://").map_or(address.as_str(), |(_, rest)| rest);
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_path_of_a_server_has_the_defaults_of_its_variables() {
        for (url, defaults, path) in [
            ("https://x", json!({}), ""),
            ("https://x/pod/", json!({}), "/pod"),
            ("/pod", json!({}), "/pod"),
            ("https://x/{base}", json!({"base": "pod"}), "/pod"),
            (
                "{scheme}://x:{port}/{base}/{base}/{version}",
                json!({"scheme": "https", "base": "a/b", "version": "v1"}),
                "/a/b/a/b/v1",
            ),
            ("{address}/v1", json!({"address": "https://x/pod"}), "/pod/v1"),
            ("https://x/{base}", json!({"base": ""}), ""),
            ("https://x/{base}", json!({"base": "{base}"}), "/{base}"),
            ("https://x/{base}", json!({}), "/{base}"),
            ("https://x/{base", json!({}), "/{base"),
        ] {
            let mut variables = defaults.clone();
            for default in variables.as_object_mut().unwrap().values_mut() {
                *default = json!({"default": *default});
            }
            let document = json!({"servers": [{"url": url, "variables": variables}]});
            assert_eq!(server_path(&document), path, "{url} with {defaults}");
        }
    }
}
