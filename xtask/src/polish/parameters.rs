//! Parameters that the generator cannot write, in the style that the document declares.
//!
//! The legalized document says of such a parameter where and how it goes over the wire, and of which type
//! it is in truth. What the generator wrote for it is replaced by a call of hand-written code.

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use proc_macro2::Ident;
use quote::{ToTokens as _, format_ident};
use serde_json::Value;
use syn::visit_mut::{VisitMut, visit_expr_mut};
use syn::{Expr, File, ImplItem, ImplItemFn, Item, ItemImpl, Pat, Path, Stmt, parse_quote};

use super::{inherent_type, module, unexpected};
use crate::document::operations;
use crate::legalize::marks::unmarked;
use crate::legalize::parameters::STYLED;
use crate::legalize::rust;
use crate::pointer::Pointer;

/// A parameter that needs care.
#[derive(Debug)]
struct Parameter {
    /// Its name in Rust.
    ident: Ident,
    /// Its name on the wire.
    name: String,
    place: String,
    style: Ident,
    explode: bool,
    /// The name of its type, if that is another than the generator was told.
    ty: Option<Ident>,
}

pub(super) fn polish(file: &mut File, document: &Value) -> Result<()> {
    let parameters = of(document);
    if parameters.is_empty() {
        return Ok(());
    }
    for item in module(file, &["builder"])? {
        match item {
            Item::Struct(item) => {
                let of = parameters.get(&item.ident.to_string()).into_iter().flatten();
                for Parameter { ident, ty, .. } in of {
                    let field = item.fields.iter_mut().find(|field| field.ident.as_ref() == Some(ident));
                    if let (Some(ty), Some(field)) = (ty, field) {
                        OfType(ty).visit_field_mut(field);
                    }
                }
            }
            Item::Impl(block) => {
                let of = inherent_type(block).and_then(|name| parameters.get(&name));
                // Each goes in just after the URL, so the last comes first.
                for parameter in of.into_iter().flatten().rev() {
                    builder(block, parameter)?;
                }
            }
            _ => (),
        }
    }
    Ok(())
}

/// The parameters that need care, by builder.
fn of(document: &Value) -> BTreeMap<String, Vec<Parameter>> {
    let mut found: BTreeMap<String, Vec<Parameter>> = BTreeMap::new();
    for operation in operations(document) {
        let text = |value: &Value, name: &str| {
            value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        let builder = rust::builder_name(&text(operation.value, "operationId"));
        let declared = operation.value.get("parameters").and_then(Value::as_array);
        for parameter in declared.into_iter().flatten() {
            let Some(truth) = parameter.get(STYLED) else { continue };
            let name = text(parameter, "name");
            let component = truth.pointer("/schema/$ref").and_then(Value::as_str);
            let component = component.and_then(Pointer::from_local_ref).and_then(|place| place.last());
            let mut style = text(truth, "style");
            if let Some(first) = style.get_mut(..1) {
                first.make_ascii_uppercase();
            }
            found.entry(builder.clone()).or_default().push(Parameter {
                ident: format_ident!("{}", rust::method_name(&name)),
                name: unmarked(&name),
                place: text(truth, "in"),
                style: format_ident!("{style}"),
                explode: truth.get("explode").and_then(Value::as_bool).unwrap_or_default(),
                ty: component.map(|name| format_ident!("{}", rust::type_name(&name))),
            });
        }
    }
    found
}

fn builder(block: &mut ItemImpl, parameter: &Parameter) -> Result<()> {
    for item in &mut block.items {
        let ImplItem::Fn(method) = item else { continue };
        if method.sig.ident == "send" {
            send(method, parameter)?;
        } else if method.sig.ident == parameter.ident
            && let Some(ty) = &parameter.ty
        {
            OfType(ty).visit_impl_item_fn_mut(method);
        }
    }
    Ok(())
}

/// Puts a type in the place of the string that the generator was told of.
struct OfType<'a>(&'a Ident);

impl VisitMut for OfType<'_> {
    fn visit_path_mut(&mut self, node: &mut Path) {
        let Self(ty) = self;
        if node.to_token_stream().to_string() == ":: std :: string :: String" {
            *node = parse_quote! { types::#ty };
        }
        syn::visit_mut::visit_path_mut(self, node);
    }

    fn visit_lit_str_mut(&mut self, node: &mut syn::LitStr) {
        // "conversion to `…` for name failed"
        let text = node.value().replace(":: std :: string :: String", &self.0.to_string());
        *node = syn::LitStr::new(&text, node.span());
    }
}

fn send(method: &mut ImplItemFn, parameter: &Parameter) -> Result<()> {
    let Parameter { ident, name, place, style, explode, .. } = parameter;
    let how: Expr = parse_quote! { crate::parameter::Style::#style };
    let mut statements = Vec::new();
    let mut is_done = false;
    for mut statement in std::mem::take(&mut method.block.stmts) {
        match place.as_str() {
            "path" => {
                if let Stmt::Local(local) = &mut statement
                    && matches!(&local.pat, Pat::Ident(pattern) if pattern.ident == *ident)
                    && let Some(init) = &mut local.init
                    && init.expr.to_token_stream().to_string().starts_with("crate :: segment :: encode")
                {
                    *init.expr = parse_quote! {
                        crate::parameter::in_path(#name, &#ident, #how, #explode).map_err(Error::InvalidRequest)?
                    };
                    is_done = true;
                }
                statements.push(statement);
            }
            "query" => {
                let url = url_of(&statement);
                NoQuery(ident).visit_stmt_mut(&mut statement);
                statements.push(statement);
                if let Some(url) = url {
                    statements.push(parse_quote! {
                        let #url = crate::parameter::in_query(#url, #name, &#ident, #how, #explode)
                            .map_err(Error::InvalidRequest)?;
                    });
                    is_done = true;
                }
            }
            "header" | "cookie" if appends(&statement, ident) => {
                let write = format_ident!("in_{place}");
                statements.push(parse_quote! {
                    crate::parameter::#write(&mut header_map, #name, &#ident, #how, #explode)
                        .map_err(Error::InvalidRequest)?;
                });
                is_done = true;
            }
            "header" | "cookie" => statements.push(statement),
            other => bail!("a parameter `{name}` has the place `{other}`, which OpenAPI does not know"),
        }
    }
    method.block.stmts = statements;
    if is_done { Ok(()) } else { Err(unexpected(&format!("no place where `{name}` is sent"))) }
}

/// The variable in `let url = format!(…);`.
fn url_of(statement: &Stmt) -> Option<Ident> {
    let Stmt::Local(local) = statement else { return None };
    let is_format = local
        .init
        .as_ref()
        .is_some_and(|init| matches!(&*init.expr, Expr::Macro(format) if format.mac.path.is_ident("format")));
    match &local.pat {
        Pat::Ident(name) if is_format => Some(name.ident.clone()),
        _ => None,
    }
}

/// Takes `.query(&QueryParam::new("name", &ident))` out of a chain.
struct NoQuery<'a>(&'a Ident);

impl VisitMut for NoQuery<'_> {
    fn visit_expr_mut(&mut self, node: &mut Expr) {
        if let Expr::MethodCall(call) = node
            && call.method == "query"
            && call.args.to_token_stream().to_string().ends_with(&format!(", & {})", self.0))
        {
            *node = (*call.receiver).clone();
        }
        visit_expr_mut(self, node);
    }
}

/// `header_map.append("name", ident.to_string().try_into()?);`, or the same in `if let Some(value) = ident`.
fn appends(statement: &Stmt, ident: &Ident) -> bool {
    let text = statement.to_token_stream().to_string();
    matches!(statement, Stmt::Expr(..))
        && text.contains("header_map . append")
        && (text.contains(&format!(", {ident} . to_string ()"))
            || text.starts_with(&format!("if let Some (value) = {ident} {{")))
}
