//! Limits of text bind what is sent, not what is read: an answer that has a longer text in it is
//! still an answer.
//!
//! A type with limits checks them when it is made from text; this takes the check out of its
//! `Deserialize`, if an answer can hold it.

use std::collections::BTreeSet;

use anyhow::Result;
use syn::{File, ImplItem, Item, Type, parse_quote};

use super::module;

pub(super) fn loosen(file: &mut File, answered: &BTreeSet<String>) -> Result<()> {
    for item in module(file, &["types"])? {
        let Item::Impl(block) = item else { continue };
        let is_deserialize = block
            .trait_
            .as_ref()
            .and_then(|(path, _)| path.segments.last())
            .is_some_and(|last| last.ident == "Deserialize");
        let is_answered = matches!(&*block.self_ty, Type::Path(path)
            if path.path.segments.last().is_some_and(|last| answered.contains(&last.ident.to_string())));
        if !is_deserialize || !is_answered {
            continue;
        }
        for item in &mut block.items {
            let ImplItem::Fn(read) = item else { continue };
            let body = &read.block;
            if quote::quote!(#body).to_string().contains("String :: deserialize (deserializer) ? . parse ()")
            {
                read.block = parse_quote! {{ ::std::string::String::deserialize(deserializer).map(Self) }};
            }
        }
    }
    Ok(())
}
