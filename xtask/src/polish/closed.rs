//! Objects that have no properties but those of the document.
//!
//! An answer with one more is read all the same: a pod may be newer than the document.

use std::collections::BTreeSet;

use anyhow::Result;
use syn::{File, Item};

use super::{attributes, module};

const CLOSED: &str = "deny_unknown_fields";

pub(super) fn open(file: &mut File, answered: &BTreeSet<String>) -> Result<()> {
    for item in module(file, &["types"])? {
        let (name, attrs) = match item {
            Item::Struct(item) => (&item.ident, &mut item.attrs),
            Item::Enum(item) => (&item.ident, &mut item.attrs),
            _ => continue,
        };
        if answered.contains(&name.to_string()) && attributes::has_serde(attrs, CLOSED) {
            attributes::remove_serde(attrs, CLOSED);
        }
    }
    Ok(())
}
