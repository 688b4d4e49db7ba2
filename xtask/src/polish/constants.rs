//! A member that must be there and has one listed value has it in its builder already: there is nothing to choose.

use std::collections::BTreeMap;

use anyhow::Result;
use serde_json::Value;
use syn::visit::{Visit, visit_expr_method_call};
use syn::visit_mut::{VisitMut, visit_field_value_mut};
use syn::{Expr, ExprMethodCall, FieldValue, Fields, File, Ident, Item, Member, Type, parse_quote};

use super::{attributes, fields, module, self_type};
use crate::legalize::rust;

pub(super) fn give(file: &mut File, document: &Value) -> Result<()> {
    let truths = truths(document);
    let items = module(file, &["types"])?;
    let values: BTreeMap<String, Expr> = items.iter().filter_map(only_value).collect();
    let mut given: BTreeMap<String, BTreeMap<Ident, Expr>> = BTreeMap::new();
    for item in items.iter() {
        let Item::Struct(item) = item else { continue };
        for field in &item.fields {
            if let Some(name) = &field.ident
                && let Some(truth) = truths.get(&(item.ident.to_string(), name.to_string()))
            {
                given
                    .entry(item.ident.to_string())
                    .or_default()
                    .insert(name.clone(), parse_quote! { Ok(#truth) });
            }
            let boxed = fields::argument(&field.ty, "Box");
            if let Type::Path(ty) = boxed.unwrap_or(&field.ty)
                && let Some(value) = ty.path.get_ident().and_then(|ty| values.get(&ty.to_string()))
                && let Some(name) = &field.ident
            {
                let value = match boxed {
                    Some(_) => parse_quote! { #value.map(::std::boxed::Box::new) },
                    None => value.clone(),
                };
                given.entry(item.ident.to_string()).or_default().insert(name.clone(), value);
            }
        }
    }
    if given.is_empty() {
        return Ok(());
    }
    for item in module(file, &["types", "builder"])? {
        if let Item::Impl(block) = item
            && block
                .trait_
                .as_ref()
                .is_some_and(|(of, _)| of.segments.last().is_some_and(|of| of.ident == "Default"))
            && let Some(values) = self_type(block).and_then(|owner| given.get(&owner))
        {
            Builder(values).visit_item_impl_mut(block);
        }
    }
    Ok(())
}

/// The truth values that members of components always have, by the type and the field. The generator makes no type of
/// one truth value.
fn truths(document: &Value) -> BTreeMap<(String, String), bool> {
    let members = |value: Option<&Value>| value.and_then(Value::as_object).cloned().unwrap_or_default();
    let mut truths = BTreeMap::new();
    for (name, schema) in members(document.pointer("/components/schemas")) {
        for (property, schema) in members(schema.get("properties")) {
            if let Some([Value::Bool(only)]) = schema.get("enum").and_then(Value::as_array).map(Vec::as_slice)
                && schema.get("type").is_some_and(|ty| ty == "boolean")
            {
                truths.insert((rust::type_name(&name), rust::field_name(&property)), *only);
            }
        }
    }
    truths
}

/// The only value of a type, as the builder of another holds it, with the name of the type.
fn only_value(item: &Item) -> Option<(String, Expr)> {
    match item {
        Item::Enum(item) if attributes::derives(&item.attrs, "Serialize") => {
            let variant = item.variants.first().filter(|_| item.variants.len() == 1)?;
            let (name, variant) =
                (&item.ident, matches!(variant.fields, Fields::Unit).then_some(&variant.ident)?);
            Some((name.to_string(), parse_quote! { Ok(super::#name::#variant) }))
        }
        Item::Impl(block) => {
            let (of, _) = block.trait_.as_ref()?;
            of.segments.last().filter(|of| of.ident == "TryFrom")?;
            let mut listed = Listed(None);
            listed.visit_item_impl(block);
            let (value, name) = (listed.0?, &block.self_ty);
            let value = parse_quote! {
                <super::#name as ::std::convert::TryFrom<_>>::try_from(#value).map_err(|error| error.to_string())
            };
            Some((self_type(block)?, value))
        }
        _ => None,
    }
}

/// The only value in `[value].contains(&given)`.
struct Listed(Option<Expr>);

impl Visit<'_> for Listed {
    fn visit_expr_method_call(&mut self, node: &ExprMethodCall) {
        if let (true, Expr::Array(values)) = (node.method == "contains", &*node.receiver) {
            self.0 = values.elems.first().filter(|_| values.elems.len() == 1).cloned();
        }
        visit_expr_method_call(self, node);
    }
}

/// Gives values to the fields of a builder that have none.
struct Builder<'a>(&'a BTreeMap<Ident, Expr>);

impl VisitMut for Builder<'_> {
    fn visit_field_value_mut(&mut self, node: &mut FieldValue) {
        let has_none = matches!(&node.expr, Expr::Call(call) if matches!(&*call.func, Expr::Path(path) if path.path.is_ident("Err")));
        if let (true, Member::Named(name)) = (has_none, &node.member)
            && let Some(value) = self.0.get(name)
        {
            node.expr = value.clone();
        }
        visit_field_value_mut(self, node);
    }
}
