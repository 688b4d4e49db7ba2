//! Checks whether the code calls or uses something, so that a pass leaves nothing that it should remove.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::visit::{Visit, visit_expr_call, visit_path};
use syn::{Expr, ExprCall, File, Item, Path};

/// The first of `functions` that is called, in code or in what a macro is given. A function is named as in
/// `encode_path` or `HeaderName::from_static`.
pub(super) fn called<'a>(file: &File, functions: &[&'a str]) -> Option<&'a str> {
    let mut calls = Calls { functions, found: None };
    calls.visit_file(file);
    calls.found
}

/// Whether items, but for imports, use what is in a module.
pub(super) fn of_module(items: &[Item], module: &str) -> bool {
    let mut paths = Paths { module, found: false };
    items.iter().filter(|item| !matches!(item, Item::Use(_))).for_each(|item| paths.visit_item(item));
    paths.found
}

struct Calls<'a, 'b> {
    functions: &'b [&'a str],
    found: Option<&'a str>,
}

impl Visit<'_> for Calls<'_, '_> {
    fn visit_expr_call(&mut self, node: &ExprCall) {
        if let Expr::Path(called) = &*node.func {
            let is_called = |function: &&&str| ends_with(&called.path, function);
            self.found = self.found.or(self.functions.iter().find(is_called).copied());
        }
        visit_expr_call(self, node);
    }

    fn visit_token_stream(&mut self, node: &TokenStream) {
        let mut called = None;
        for token in node.clone() {
            match token {
                TokenTree::Ident(name) => {
                    let is_called = |function: &&&str| name == last(function);
                    called = self.functions.iter().find(is_called).copied();
                    continue;
                }
                TokenTree::Group(group) => {
                    if group.delimiter() == Delimiter::Parenthesis {
                        self.found = self.found.or(called);
                    }
                    self.visit_token_stream(&group.stream());
                }
                _ => (),
            }
            called = None;
        }
    }
}

/// Whether a path ends like this one, written with `::`.
pub(super) fn ends_with(path: &Path, end: &str) -> bool {
    let mut segments = path.segments.iter().rev();
    end.rsplit("::").all(|name| segments.next().is_some_and(|segment| segment.ident == name))
}

fn last(path: &str) -> &str {
    path.rsplit("::").next().unwrap_or(path)
}

struct Paths<'a> {
    module: &'a str,
    found: bool,
}

impl Visit<'_> for Paths<'_> {
    fn visit_path(&mut self, node: &Path) {
        self.found |=
            node.segments.len() > 1 && node.segments.first().is_some_and(|first| first.ident == self.module);
        visit_path(self, node);
    }

    fn visit_token_stream(&mut self, node: &TokenStream) {
        let mut tokens = node.clone().into_iter().peekable();
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Ident(name) if name == self.module => {
                    self.found |=
                        matches!(tokens.peek(), Some(TokenTree::Punct(next)) if next.as_char() == ':');
                }
                TokenTree::Group(group) => self.visit_token_stream(&group.stream()),
                _ => (),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_found_by_its_path_in_code_and_in_macros() {
        for (code, expected) in [
            ("fn a() { ResponseValue::from_response(response); }", Some("ResponseValue::from_response")),
            ("mod a { impl A { fn a() { if let Ok(a) = encode_path(&a) {} } } }", Some("encode_path")),
            (r#"fn a() { format!("{}", [encode_path(&a)]); }"#, Some("encode_path")),
            ("fn from_response(encode_path: u8) { from_response(encode_path); encode_path.send(); }", None),
            (r#"#[serde(rename = "encode_path")] struct A { encode_path: u8 }"#, None),
            (r#"fn a() { format!("{}", encode_path, (1)); }"#, None),
        ] {
            let file = syn::parse_file(code).unwrap();
            assert_eq!(called(&file, &["ResponseValue::from_response", "encode_path"]), expected, "{code}");
        }
    }

    #[test]
    fn a_module_is_used_by_a_path_that_starts_with_it() {
        for (code, expected) in [
            ("fn a(b: Option<types::A>) {}", true),
            ("fn a() { vec![types::A]; }", true),
            ("use super::types; fn types(types: u8) { vec![types]; b::types::A; }", false),
        ] {
            let file = syn::parse_file(code).unwrap();
            assert_eq!(of_module(&file.items, "types"), expected, "{code}");
        }
    }
}
