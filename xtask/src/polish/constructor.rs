//! Takes out the generated constructors and the derived `Debug` of the client.
//!
//! `Client::new` follows redirects, which carry the session token to wherever they point, and panics.
//! The hand-written constructor cannot. The hand-written `Debug` prints no HTTP configuration. The
//! prelude goes too: it holds `Client` and nothing else.

use anyhow::Result;
use syn::{File, ImplItem, Item, ItemImpl, Type};

use super::{attributes, unexpected};

pub(super) fn remove(file: &mut File) -> Result<()> {
    file.items.retain(|item| !matches!(item, Item::Mod(module) if module.ident == "prelude"));
    let before = file.items.len();
    file.items.retain(|item| !matches!(item, Item::Impl(block) if is_constructors(block)));
    if file.items.len() + 1 != before {
        return Err(unexpected("no constructors of `Client`"));
    }
    let client = file
        .items
        .iter_mut()
        .find_map(|item| match item {
            Item::Struct(client) if client.ident == "Client" => Some(client),
            _ => None,
        })
        .ok_or_else(|| unexpected("no struct `Client`"))?;
    attributes::remove_derive(&mut client.attrs, "Debug");
    Ok(())
}

fn is_constructors(block: &ItemImpl) -> bool {
    block.trait_.is_none()
        && matches!(&*block.self_ty, Type::Path(path) if path.path.is_ident("Client"))
        && block.items.iter().any(|item| matches!(item, ImplItem::Fn(f) if f.sig.ident == "new_with_client"))
}
