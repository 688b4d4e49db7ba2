//! Answers: hand-written code reads every answer, and keeps its status and body.
//!
//! If progenitor cannot read a body, the status is lost.

use std::collections::BTreeSet;

use anyhow::Result;
use quote::format_ident;
use syn::visit_mut::{VisitMut, visit_expr_match_mut, visit_impl_item_fn_mut};
use syn::{
    Arm, Expr, ExprMatch, File, Ident, ImplItem, ImplItemFn, Item, ItemImpl, Pat, ReturnType, Type,
    parse_quote,
};

use super::unions::{Statuses, Union, Unions};
use super::{fields, module, self_type, unexpected, uses};
use crate::legalize::answers::OTHER;

pub(super) fn polish(
    file: &mut File,
    unions: &Unions,
    without_body: &Statuses,
    with_text: &Statuses,
) -> Result<()> {
    let mut answers = Answers { unions, without_body, with_text, types: Types::default() };
    for item in module(file, &["builder"])? {
        if let Item::Impl(block) = item {
            answers.visit_item_impl_mut(block);
        }
    }
    match uses::called(file, &["ResponseValue::from_response", "Error::UnexpectedResponse"]) {
        Some(left) => Err(unexpected(&format!("another use of `{left}` than in a match on the HTTP status"))),
        None => Ok(()),
    }
}

struct Answers<'a> {
    unions: &'a Unions,
    without_body: &'a Statuses,
    with_text: &'a Statuses,
    types: Types,
}

/// What the method at hand belongs to and gives.
#[derive(Default)]
struct Types {
    builder: String,
    success: String,
    error: String,
    /// What reads a success that has no type of its own.
    reader: Option<Ident>,
}

/// What reads a body that is a list, a map or an integer: what has a type of its own reads itself.
fn reader(body: &Type) -> Option<Ident> {
    let body = fields::argument(body, "Option").unwrap_or(body);
    if fields::is_many(body) {
        Some(format_ident!("ManyBody"))
    } else if fields::has_integer(body, &BTreeSet::new()) {
        Some(format_ident!("ValueBody"))
    } else {
        None
    }
}

impl VisitMut for Answers<'_> {
    fn visit_item_impl_mut(&mut self, node: &mut ItemImpl) {
        self.types.builder = self_type(node).unwrap_or_default();
        for item in &mut node.items {
            if let ImplItem::Fn(method) = item
                && method.sig.ident == "send"
            {
                self.visit_impl_item_fn_mut(method);
            }
        }
    }

    fn visit_impl_item_fn_mut(&mut self, node: &mut ImplItemFn) {
        // `Result<ResponseValue<success>, Error<error>>`
        let output = &node.sig.output;
        self.types.reader = match output {
            ReturnType::Type(_, ty) => fields::argument(ty, "Result")
                .and_then(|success| fields::argument(success, "ResponseValue"))
                .and_then(reader),
            ReturnType::Default => None,
        };
        let output = quote::quote!(#output).to_string();
        let (success, error) = output.split_once("Error <").unwrap_or((&output, ""));
        self.types.success = success.to_owned();
        self.types.error = error.to_owned();
        visit_impl_item_fn_mut(self, node);
    }

    fn visit_expr_match_mut(&mut self, node: &mut ExprMatch) {
        if is_status(&node.expr) {
            for arm in &mut node.arms {
                let status = status(&arm.pat);
                let body = &arm.body;
                let text = quote::quote!(#body).to_string();
                if let Some(read) = self.read(&status, &text) {
                    *arm.body = read;
                    arm.comma = Some(Default::default());
                }
            }
            node.arms = merged(ordered(std::mem::take(&mut node.arms)));
        } else {
            visit_expr_match_mut(self, node);
        }
    }
}

/// `response.status().as_u16()`
pub(super) fn is_status(expression: &Expr) -> bool {
    matches!(expression, Expr::MethodCall(number) if number.method == "as_u16"
        && matches!(&*number.receiver, Expr::MethodCall(status) if status.method == "status"))
}

impl Answers<'_> {
    /// What reads the answer, instead of what the generator wrote.
    fn read(&self, status: &str, generated: &str) -> Option<Expr> {
        let generated = generated.trim_start_matches("{ ").trim_end_matches(" }");
        let is_one_of = |statuses: &Statuses| {
            statuses.get(&self.types.builder).is_some_and(|statuses| statuses.contains(status))
        };
        let has_body = !is_one_of(self.without_body);
        let (success, success_as) = if is_one_of(self.with_text) {
            (format_ident!("text"), format_ident!("text_as"))
        } else {
            (format_ident!("success"), format_ident!("success_as"))
        };
        Some(match generated {
            "ResponseValue :: from_response (response) . await" => {
                let is_optional = self.types.success.contains("Option <");
                match union_in(self.unions, &self.types.success) {
                    _ if !has_body && is_optional => {
                        parse_quote! { Ok(crate::answer::absent(response)) }
                    }
                    Some((ty, union)) => {
                        let variant = format_ident!("{}", union.variant(status)?);
                        let ty = format_ident!("{ty}");
                        if is_optional {
                            parse_quote! {
                                crate::answer::#success_as(response, &client.inner, |body| {
                                    Some(types::#ty::#variant(body))
                                })
                                .await
                            }
                        } else {
                            parse_quote! {
                                crate::answer::#success_as(response, &client.inner, types::#ty::#variant).await
                            }
                        }
                    }
                    None => match &self.types.reader {
                        Some(reader) => parse_quote! {
                            crate::answer::#success_as(response, &client.inner, |crate::lenient::#reader(body)| body)
                                .await
                        },
                        None => parse_quote! { crate::answer::#success(response, &client.inner).await },
                    },
                }
            }
            "Err (Error :: ErrorResponse (ResponseValue :: from_response (response) . await ? ,) ,)"
            | "Err (Error :: ErrorResponse (ResponseValue :: from_response (response) . await ?))" => {
                match union_in(self.unions, &self.types.error) {
                    Some((ty, union)) => {
                        let ty = format_ident!("{ty}");
                        let variant = format_ident!("{}", union.variant(status).unwrap_or(OTHER));
                        let other = format_ident!("{OTHER}");
                        parse_quote! {
                            Err(crate::answer::error_as(
                                response,
                                &client.inner,
                                types::#ty::#variant,
                                types::#ty::#other,
                            )
                            .await)
                        }
                    }
                    None => parse_quote! { Err(crate::answer::error(response, &client.inner).await) },
                }
            }
            "Err (Error :: ErrorResponse (ResponseValue :: empty (response) ,) ,)"
            | "Err (Error :: ErrorResponse (ResponseValue :: empty (response)))" => {
                parse_quote! { Err(crate::answer::bare_error(response, &client.inner).await) }
            }
            "Err (Error :: UnexpectedResponse (response))" => {
                parse_quote! { Err(crate::answer::unexpected(response, &client.inner).await) }
            }
            _ => return None,
        })
    }
}

/// The union that a type has in it.
fn union_in<'a>(unions: &'a Unions, tokens: &str) -> Option<(&'a str, &'a Union)> {
    let name = tokens.split_once("types :: ")?.1.split_whitespace().next()?;
    unions.get_key_value(name).map(|(name, union)| (name.as_str(), union))
}

/// The status of an arm, as the document writes it: `404`, `4XX`, `default`.
fn status(pattern: &Pat) -> String {
    let text = quote::quote!(#pattern).to_string().replace("u16", "");
    match text.split_once("..=") {
        Some((from, _)) => format!("{}XX", from.trim().chars().next().unwrap_or_default()),
        None if text == "_" => "default".into(),
        None => text,
    }
}

/// Single statuses before classes of statuses, which would hide them.
fn ordered(mut arms: Vec<Arm>) -> Vec<Arm> {
    arms.sort_by_key(|arm| match &arm.pat {
        Pat::Wild(_) => 2,
        Pat::Range(_) => 1,
        _ => 0,
    });
    arms
}

/// Neighbouring arms that do the same become one.
fn merged(arms: Vec<Arm>) -> Vec<Arm> {
    let mut merged: Vec<Arm> = Vec::new();
    for mut arm in arms {
        unwrap_block(&mut arm);
        match merged.last_mut() {
            Some(last) if last.body == arm.body && !matches!(arm.pat, Pat::Wild(_)) => {
                let (a, b) = (&last.pat, &arm.pat);
                last.pat = parse_quote! { #a | #b };
            }
            _ => merged.push(arm),
        }
    }
    merged
}

fn unwrap_block(arm: &mut Arm) {
    if let Expr::Block(block) = &*arm.body
        && let [syn::Stmt::Expr(only, None)] = block.block.stmts.as_slice()
    {
        *arm.body = only.clone();
        arm.comma = Some(Default::default());
    }
}
