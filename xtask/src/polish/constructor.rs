//! Takes out the generated constructors and the derived `Debug` of the client, and makes its clones cheap.
//!
//! `Client::new` follows redirects, which carry the session token to wherever they point, and panics.
//! The hand-written constructor cannot. The hand-written `Debug` prints no HTTP configuration. The
//! prelude goes too: it holds `Client` and nothing else.

use anyhow::Result;
use syn::visit_mut::{VisitMut, visit_expr_mut};
use syn::{Expr, File, ImplItem, Item, ItemImpl, Member, Type, parse_quote};

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
    let base_url =
        client.fields.iter_mut().find(|field| field.ident.as_ref().is_some_and(|name| name == "baseurl"));
    // Whoever sends each attempt with a client of its own makes as many clones.
    base_url.ok_or_else(|| unexpected("a client without a base URL"))?.ty =
        parse_quote! { ::std::sync::Arc<str> };
    file.items.iter_mut().for_each(|item| {
        if let Item::Impl(block) = item
            && block.trait_.is_some()
        {
            AsText.visit_item_impl_mut(block);
        }
    });
    Ok(())
}

/// `self.baseurl.as_str()` is `&self.baseurl`.
struct AsText;

impl VisitMut for AsText {
    fn visit_expr_mut(&mut self, node: &mut Expr) {
        visit_expr_mut(self, node);
        if let Expr::MethodCall(call) = node
            && call.method == "as_str"
            && matches!(&*call.receiver, Expr::Field(field) if matches!(&field.member, Member::Named(name) if name == "baseurl"))
        {
            let receiver = &call.receiver;
            *node = parse_quote! { &#receiver };
        }
    }
}

fn is_constructors(block: &ItemImpl) -> bool {
    block.trait_.is_none()
        && matches!(&*block.self_ty, Type::Path(path) if path.path.is_ident("Client"))
        && block.items.iter().any(|item| matches!(item, ImplItem::Fn(f) if f.sig.ident == "new_with_client"))
}
