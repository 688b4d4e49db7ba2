//! What a program does not call is not compiled for it.
//!
//! A function without type parameters is compiled with its crate, and all that it calls too. Of hundreds of operations and types
//! a program needs a few, so what leads to one of them is `#[inline]`, which lets the caller's crate compile it.

use anyhow::Result;
use syn::{File, ImplItem, Item, ItemImpl, parse_quote};

use super::{inherent_type, module};

pub(super) fn mark(file: &mut File) -> Result<()> {
    for block in blocks(&mut file.items) {
        if inherent_type(block).is_some_and(|name| ["Api", "Client"].contains(&name.as_str())) {
            inline(block);
        }
    }
    blocks(module(file, &["builder"])?).for_each(inline);
    // A document without objects has none.
    if let Ok(builders) = module(file, &["types", "builder"]) {
        blocks(builders).for_each(inline);
    }
    Ok(())
}

fn blocks(items: &mut [Item]) -> impl Iterator<Item = &mut ItemImpl> {
    items.iter_mut().filter_map(|item| match item {
        Item::Impl(block) => Some(block),
        _ => None,
    })
}

/// What has type parameters, of its own or of its type, is compiled by the caller as it is.
fn inline(block: &mut ItemImpl) {
    if block.generics.type_params().next().is_some() {
        return;
    }
    for item in &mut block.items {
        if let ImplItem::Fn(method) = item
            && method.sig.generics.type_params().next().is_none()
        {
            method.attrs.push(parse_quote! { #[inline] });
        }
    }
}
