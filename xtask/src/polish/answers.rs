//! What comes in: every answer is read by hand-written code that loses neither status nor body.
//!
//! progenitor reads a body before it looks whether it can, and forgets the status if it cannot.

use anyhow::Result;
use syn::visit_mut::{VisitMut, visit_expr_match_mut, visit_expr_mut};
use syn::{Arm, Expr, ExprMatch, File, Pat, parse_quote};

use super::unexpected;

pub(super) fn polish(file: &mut File) -> Result<()> {
    Answers.visit_file_mut(file);
    let left = quote::quote!(#file).to_string();
    for reader in ["from_response", "Err (Error :: UnexpectedResponse"] {
        if left.contains(reader) {
            return Err(unexpected(&format!("another use of `{reader}` than in a match on the HTTP status")));
        }
    }
    Ok(())
}

struct Answers;

impl VisitMut for Answers {
    fn visit_expr_match_mut(&mut self, node: &mut ExprMatch) {
        let on = &node.expr;
        if quote::quote!(#on).to_string().ends_with(". status () . as_u16 ()") {
            Reader.visit_expr_match_mut(node);
            node.arms = merged(std::mem::take(&mut node.arms));
        } else {
            visit_expr_match_mut(self, node);
        }
    }
}

struct Reader;

impl VisitMut for Reader {
    fn visit_expr_mut(&mut self, node: &mut Expr) {
        let text = quote::quote!(#node).to_string();
        match text.as_str() {
            "ResponseValue :: from_response (response) . await" => {
                *node = parse_quote! { crate::answer::success(response, &client.inner).await };
            }
            "Err (Error :: ErrorResponse (ResponseValue :: from_response (response) . await ? ,) ,)"
            | "Err (Error :: ErrorResponse (ResponseValue :: from_response (response) . await ?))" => {
                *node = parse_quote! { Err(crate::answer::error(response, &client.inner).await) };
            }
            "Err (Error :: UnexpectedResponse (response))" => {
                *node = parse_quote! { Err(crate::answer::unexpected(response, &client.inner).await) };
            }
            _ => visit_expr_mut(self, node),
        }
    }
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
