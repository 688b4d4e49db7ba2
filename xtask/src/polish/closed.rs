//! Objects that have no properties but those of the document.
//!
//! An answer with one more is read all the same: a pod may be newer than the document. What is one of
//! several branches that are tried in turn stays as it is, because that tells the branches apart.

use std::collections::BTreeSet;

use anyhow::Result;
use syn::{File, Item, ItemEnum};

use super::reach::Names;
use super::{attributes, module};

const CLOSED: &str = "deny_unknown_fields";

pub(super) fn open(file: &mut File, answered: &BTreeSet<String>) -> Result<()> {
    let items = module(file, &["types"])?;
    let mut branches = Names::default();
    for item in items.iter() {
        if let Item::Enum(item) = item
            && is_tried(item)
        {
            branches.of_variants(item);
        }
    }
    for item in items {
        let (name, attrs) = match item {
            Item::Struct(item) => (&item.ident, &mut item.attrs),
            Item::Enum(item) if !is_tried(item) => (&item.ident, &mut item.attrs),
            _ => continue,
        };
        let name = name.to_string();
        if answered.contains(&name) && !branches.0.contains(&name) && attributes::has_serde(attrs, CLOSED) {
            attributes::remove_serde(attrs, CLOSED);
        }
    }
    Ok(())
}

/// Whether the branches are tried in turn.
fn is_tried(item: &ItemEnum) -> bool {
    attributes::has_serde(&item.attrs, "untagged")
}
