//! Correct code that clippy would write differently.

use anyhow::Result;
use quote::ToTokens as _;
use syn::visit_mut::{VisitMut, visit_expr_method_call_mut};
use syn::{Expr, ExprMethodCall, File, Item, parse_quote};

use super::module;

/// Writes what the workspace's lints for generated code ask for, where not every document leads to it.
pub(super) fn heed(file: &mut File) -> Result<()> {
    for item in module(file, &["builder"])? {
        if let Item::Impl(block) = item {
            WithoutClosure.visit_item_impl_mut(block);
        }
    }
    for item in module(file, &["types"])? {
        if let Item::Mod(defaults) = item
            && defaults.ident == "defaults"
            && defaults.to_token_stream().to_string().contains(". unwrap ()")
        {
            defaults.attrs.push(parse_quote! {
                #[allow(clippy::unwrap_used, reason = "each default was read with its type when this was generated")]
            });
        }
    }
    Ok(())
}

/// `.map(|v| v.into())`, which makes a text a body, is `.map(Into::into)`.
struct WithoutClosure;

impl VisitMut for WithoutClosure {
    fn visit_expr_method_call_mut(&mut self, node: &mut ExprMethodCall) {
        visit_expr_method_call_mut(self, node);
        if node.method == "map"
            && let Some(Expr::Closure(closure)) = node.args.first()
            && closure.to_token_stream().to_string() == "| v | v . into ()"
        {
            node.args = parse_quote! { ::std::convert::Into::into };
        }
    }
}
