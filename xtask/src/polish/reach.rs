//! Which types an answer can hold: those that a `send` returns, and whatever they are made of.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use syn::visit::{Visit, visit_path};
use syn::{File, ImplItem, Item, Path, ReturnType};

use super::module;

/// The names of the types that can occur in an answer.
pub(super) fn answered(file: &File) -> Result<BTreeSet<String>> {
    let mut file = file.clone();
    let made_of: BTreeMap<String, BTreeSet<String>> = module(&mut file, &["types"])?
        .iter()
        .filter_map(|item| {
            let mut names = Names::default();
            names.visit_item(item);
            match item {
                Item::Struct(item) => Some((item.ident.to_string(), names.0)),
                Item::Enum(item) => Some((item.ident.to_string(), names.0)),
                _ => None,
            }
        })
        .collect();

    let mut returned = Names::default();
    for item in module(&mut file, &["builder"])? {
        let Item::Impl(block) = item else { continue };
        for item in &block.items {
            if let ImplItem::Fn(send) = item
                && send.sig.ident == "send"
                && let ReturnType::Type(_, output) = &send.sig.output
            {
                returned.visit_type(output);
            }
        }
    }

    let mut reached = BTreeSet::new();
    let mut open: Vec<String> = returned.0.into_iter().filter(|name| made_of.contains_key(name)).collect();
    while let Some(name) = open.pop() {
        if let Some(parts) = made_of.get(&name)
            && reached.insert(name)
        {
            open.extend(parts.iter().filter(|part| made_of.contains_key(*part)).cloned());
        }
    }
    Ok(reached)
}

/// The last segments of all paths.
#[derive(Default)]
struct Names(BTreeSet<String>);

impl Visit<'_> for Names {
    fn visit_path(&mut self, path: &Path) {
        self.0.extend(path.segments.last().map(|segment| segment.ident.to_string()));
        visit_path(self, path);
    }
}
