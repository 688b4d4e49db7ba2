//! JSON Schemas of all types, for programs that ask for them with the feature `schemars`.

use anyhow::Result;
use syn::{Attribute, File, Item, parse_quote};

use super::{attributes, module};

pub(super) fn derive(file: &mut File) -> Result<()> {
    for item in module(file, &["types"])? {
        let attrs = match item {
            Item::Struct(item) => &mut item.attrs,
            Item::Enum(item) => &mut item.attrs,
            _ => continue,
        };
        let serialized = attrs.iter().position(|attribute| attribute.path().is_ident("derive"));
        if let Some(at) = serialized.filter(|_| attributes::derives(attrs, "Serialize")) {
            let derive: Attribute =
                parse_quote! { #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))] };
            attrs.insert(at + 1, derive);
        }
    }
    Ok(())
}
