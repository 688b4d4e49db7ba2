//! Members that have no field of their own: an object that has none of them is one too, so nobody has to give them.
//!
//! The generator asks for them, and makes no `Default` of an object that needs nothing else.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use syn::{Expr, File, ImplItem, Item, ItemImpl, Member, Stmt, parse_quote};

use super::{attributes, module, self_type};

pub(super) fn leave_out(file: &mut File) -> Result<()> {
    // The field for the rest of each type that has one.
    let mut rests = BTreeMap::new();
    for item in module(file, &["types"])? {
        let Item::Struct(item) = item else { continue };
        let rest = item.fields.iter().find(|field| attributes::has_serde(&field.attrs, "flatten"));
        rests.extend(rest.and_then(|rest| Some((item.ident.to_string(), rest.ident.clone()?))));
    }
    if rests.is_empty() {
        return Ok(());
    }
    let nothing: Expr = parse_quote! { Ok(Default::default()) };
    let mut need_nothing = BTreeSet::new();
    for item in module(file, &["types", "builder"])? {
        let Item::Impl(block) = item else { continue };
        let Some(name) = self_type(block) else { continue };
        let Some((rest, mut fields)) = rests.get(&name).zip(in_default(block)) else { continue };
        for (member, value) in fields.iter_mut() {
            if matches!(member, Member::Named(named) if named == rest) {
                **value = nothing.clone();
            }
        }
        if fields.iter().all(|(_, value)| **value == nothing) {
            need_nothing.insert(name);
        }
    }
    for item in module(file, &["types"])? {
        if let Item::Struct(item) = item
            && need_nothing.contains(&item.ident.to_string())
            && !attributes::derives(&item.attrs, "Default")
        {
            attributes::add_derive(&mut item.attrs, parse_quote! { Default });
        }
    }
    Ok(())
}

/// What a new builder knows of each field, if the block says that.
fn in_default(block: &mut ItemImpl) -> Option<Vec<(&Member, &mut Expr)>> {
    let of = block.trait_.as_ref().and_then(|(path, ..)| path.segments.last());
    if of.is_none_or(|last| last.ident != "Default") {
        return None;
    }
    let Some(ImplItem::Fn(default)) = block.items.first_mut() else { return None };
    let Some(Stmt::Expr(Expr::Struct(built), _)) = default.block.stmts.first_mut() else {
        return None;
    };
    Some(built.fields.iter_mut().map(|field| (&field.member, &mut field.expr)).collect())
}
