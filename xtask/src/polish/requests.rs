//! Requests: no undeclared headers, path segments that stay segments, and all methods.
//!
//! progenitor sends `api-version` with every call. It escapes too little: an id of `..` or one with a
//! backslash changes the path. It writes `options` and `trace` as methods of the HTTP client, which has none.

use anyhow::Result;
use quote::{ToTokens as _, format_ident};
use syn::punctuated::Punctuated;
use syn::visit::{Visit, visit_expr_method_call};
use syn::visit_mut::{VisitMut, visit_block_mut, visit_expr_method_call_mut};
use syn::{
    Block, Expr, ExprLit, ExprMethodCall, File, Item, Lit, Member, Pat, Path, Stmt, Token, UseTree,
    parse_quote,
};

use super::{module, unexpected, uses};

pub(super) fn polish(file: &mut File) -> Result<()> {
    for item in module(file, &["builder"])? {
        if let Item::Impl(block) = item {
            Requests.visit_item_impl_mut(block);
        }
    }
    file.items.iter_mut().for_each(forget_encode_path);
    match uses::called(file, &[HEADER_NAME, "encode_path"]) {
        Some(HEADER_NAME) => Err(unexpected("a header that is not appended on its own")),
        Some(_) => Err(unexpected("another use of `encode_path` than in a URL")),
        None => Ok(()),
    }
}

/// Takes the generator's import of the types out of the builders where no call has a type. Other passes
/// bring types in, so this comes after them.
pub(super) fn import_what_is_used(file: &mut File) -> Result<()> {
    let builders = module(file, &["builder"])?;
    if !uses::of_module(builders, "types") {
        builders.retain(
            |item| !matches!(item, Item::Use(item) if item.to_token_stream().to_string().contains("super :: types")),
        );
    }
    Ok(())
}

struct Requests;

impl VisitMut for Requests {
    fn visit_block_mut(&mut self, block: &mut Block) {
        let before = block.stmts.len();
        block.stmts.retain(|statement| !Appends::of(statement).version);
        let removed = before - block.stmts.len();
        if removed > 0 && !block.stmts.iter().any(|statement| Appends::of(statement).header) {
            without_headers(block);
        }
        check_segments(block);
        visit_block_mut(self, block);
    }

    /// `client.client.options(url)` is `client.client.request(Method::OPTIONS, url)`.
    fn visit_expr_method_call_mut(&mut self, node: &mut ExprMethodCall) {
        visit_expr_method_call_mut(self, node);
        let name = ["options", "trace"].into_iter().find(|name| node.method == name);
        if let Some(name) = name
            && matches!(&*node.receiver, Expr::Field(field) if matches!(&field.member, Member::Named(member) if member == "client"))
        {
            let method = format_ident!("{}", name.to_ascii_uppercase());
            node.method = format_ident!("request");
            node.args.insert(0, parse_quote! { ::reqwest::Method::#method });
        }
    }
}

/// What makes the name of a header that the generator adds.
const HEADER_NAME: &str = "HeaderName::from_static";

/// Whether a statement appends a header, alone or inside an `if let` of an optional parameter, and whether that is
/// `header_map.append(HeaderName::from_static("api-version"), …);`.
#[derive(Default)]
struct Appends {
    header: bool,
    version: bool,
}

impl Appends {
    fn of(statement: &Stmt) -> Self {
        let mut appends = Self::default();
        if let Stmt::Expr(expression, _) = statement {
            appends.visit_expr(expression);
        }
        appends
    }
}

impl Visit<'_> for Appends {
    fn visit_expr_method_call(&mut self, node: &ExprMethodCall) {
        if node.method == "append"
            && matches!(&*node.receiver, Expr::Path(path) if path.path.is_ident("header_map"))
        {
            self.header = true;
            self.version |= node.args.first().is_some_and(is_version);
        }
        visit_expr_method_call(self, node);
    }
}

fn is_version(name: &Expr) -> bool {
    let Expr::Call(call) = name else { return false };
    let is_name = matches!(&*call.func, Expr::Path(path) if uses::ends_with(&path.path, HEADER_NAME));
    let is_version = matches!(call.args.first(), Some(Expr::Lit(ExprLit { lit: Lit::Str(text), .. })) if text.value() == "api-version");
    is_name && is_version
}

/// Takes out a header map that has nothing in it any more.
fn without_headers(block: &mut Block) {
    block.stmts.retain(|statement| {
        !matches!(statement, Stmt::Local(local) if matches!(&local.pat, Pat::Ident(name) if name.ident == "header_map"))
    });
    NoHeaders.visit_block_mut(block);
}

struct NoHeaders;

impl VisitMut for NoHeaders {
    fn visit_expr_mut(&mut self, node: &mut Expr) {
        if let Expr::MethodCall(call) = node
            && call.method == "headers"
            && matches!(call.args.first(), Some(Expr::Path(path)) if path.path.is_ident("header_map"))
        {
            *node = (*call.receiver).clone();
        }
        syn::visit_mut::visit_expr_mut(self, node);
    }
}

/// `format!("…/{}/remove", client.baseurl, encode_path(&uid.to_string()))`: the value is checked and
/// escaped in a statement of its own before.
fn check_segments(block: &mut Block) {
    let mut statements = Vec::with_capacity(block.stmts.len());
    for mut statement in std::mem::take(&mut block.stmts) {
        if let Stmt::Local(local) = &mut statement
            && let Some(init) = &mut local.init
            && let Expr::Macro(url) = &mut *init.expr
            && url.mac.path.is_ident("format")
            && let Ok(mut arguments) =
                url.mac.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated)
        {
            let mut known = Vec::new();
            for argument in &mut arguments {
                if let Some(name) = encoded(argument) {
                    // A template may name a parameter twice.
                    if !known.contains(&name) {
                        statements.push(parse_quote! {
                            let #name = crate::segment::encode(&#name.to_string()).map_err(Error::InvalidRequest)?;
                        });
                        known.push(name.clone());
                    }
                    *argument = parse_quote! { #name };
                }
            }
            url.mac.tokens = quote::quote! { #arguments };
        }
        statements.push(statement);
    }
    block.stmts = statements;
}

/// `uid` of `encode_path(&uid.to_string())`.
fn encoded(argument: &Expr) -> Option<Path> {
    let Expr::Call(call) = argument else { return None };
    let is_encode = matches!(&*call.func, Expr::Path(path) if path.path.is_ident("encode_path"));
    let value = call.args.first().filter(|_| is_encode)?;
    let Expr::Reference(reference) = value else { return None };
    let Expr::MethodCall(to_string) = &*reference.expr else { return None };
    let Expr::Path(name) = &*to_string.receiver else { return None };
    Some(name.path.clone())
}

fn forget_encode_path(item: &mut Item) {
    match item {
        Item::Use(item) => forget_in(&mut item.tree),
        Item::Mod(module) => {
            let items = module.content.iter_mut().flat_map(|(_, items)| items);
            items.for_each(forget_encode_path);
        }
        _ => (),
    }
}

fn forget_in(tree: &mut UseTree) {
    match tree {
        UseTree::Path(path) => forget_in(&mut path.tree),
        UseTree::Group(group) => {
            let kept = std::mem::take(&mut group.items).into_iter();
            group.items =
                kept.filter(|tree| !matches!(tree, UseTree::Name(n) if n.ident == "encode_path")).collect();
        }
        _ => (),
    }
}
