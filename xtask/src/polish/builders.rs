//! Renames the builders of types: `types::builder::StreamFilterBuilder` builds a `types::StreamFilter`.
//!
//! typify gives both the same name, and error messages and documentation show only the last part of a path.

use std::collections::HashSet;

use anyhow::Result;
use quote::format_ident;
use syn::visit_mut::{VisitMut, visit_path_mut};
use syn::{File, Item, Path};

use super::module;

pub(super) fn rename(file: &mut File) -> Result<()> {
    // A document without objects has none.
    let Ok(items) = module(file, &["types", "builder"]) else { return Ok(()) };
    let names: HashSet<String> = items
        .iter()
        .filter_map(|item| match item {
            Item::Struct(item) => Some(item.ident.to_string()),
            _ => None,
        })
        .collect();
    let mut rename = Rename { names: &names, before: &[] };
    for item in items {
        if let Item::Struct(item) = item {
            item.ident = format_ident!("{}Builder", item.ident);
        }
        rename.visit_item_mut(item);
    }
    rename.before = &["builder"];
    module(file, &["types"])?.iter_mut().for_each(|item| rename.visit_item_mut(item));
    rename.before = &["types", "builder"];
    rename.visit_file_mut(file);
    Ok(())
}

/// Renames the builders of types in all paths that have these segments before them, and no others.
struct Rename<'a> {
    names: &'a HashSet<String>,
    before: &'static [&'static str],
}

impl VisitMut for Rename<'_> {
    fn visit_path_mut(&mut self, node: &mut Path) {
        visit_path_mut(self, node);
        let mut segments = node.segments.iter_mut();
        let is_before =
            self.before.iter().all(|name| segments.next().is_some_and(|segment| segment.ident == name));
        if let (true, Some(last), None) = (is_before, segments.next(), segments.next())
            && self.names.contains(&last.ident.to_string())
        {
            last.ident = format_ident!("{}Builder", last.ident);
        }
    }
}
