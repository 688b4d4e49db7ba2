//! Lists in an answer: null stands for an empty list, and null items are passed over.
//!
//! Pods send both, though the document allows neither.

use std::collections::BTreeSet;

use anyhow::Result;
use syn::{Field, File, Item, Type, parse_quote};

use super::{attributes, module};

pub(super) fn tolerate_nulls(file: &mut File, answered: &BTreeSet<String>) -> Result<()> {
    for item in module(file, &["types"])? {
        let Item::Struct(item) = item else { continue };
        if answered.contains(&item.ident.to_string()) {
            item.fields.iter_mut().filter(|field| is_list(field)).for_each(tolerate);
        }
    }
    Ok(())
}

fn is_list(field: &Field) -> bool {
    matches!(&field.ty, Type::Path(path)
        if path.path.segments.last().is_some_and(|last| last.ident == "Vec"))
}

fn tolerate(field: &mut Field) {
    if field.ident.is_some() && !attributes::has_serde(&field.attrs, "default") {
        field.attrs.push(parse_quote! { #[serde(default)] });
    }
    field.attrs.push(parse_quote! { #[serde(deserialize_with = "crate::lenient::list")] });
}
