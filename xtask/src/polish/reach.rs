//! Which types are made of which, and so the types that an answer can contain: those that a `send` returns, and their parts.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use syn::visit::{Visit, visit_path};
use syn::{Attribute, File, ImplItem, Item, ItemEnum, Path, ReturnType};

use super::module;

/// What each type of the client is made of, by name: types of the client, and whatever else it names.
pub(super) struct Parts(BTreeMap<String, BTreeSet<String>>);

impl Parts {
    pub(super) fn of(file: &mut File) -> Result<Self> {
        let mut parts = BTreeMap::new();
        for item in module(file, &["types"])? {
            let mut names = Names::default();
            let name = match item {
                Item::Struct(item) => {
                    names.visit_fields(&item.fields);
                    &item.ident
                }
                Item::Enum(item) => {
                    names.of_variants(item);
                    &item.ident
                }
                _ => continue,
            };
            parts.insert(name.to_string(), names.0);
        }
        Ok(Self(parts))
    }

    /// Those of `names` that are types of the client, and all that they are made of.
    pub(super) fn reached(&self, names: Names) -> BTreeSet<String> {
        let mut reached = BTreeSet::new();
        let mut open: Vec<String> = names.0.into_iter().collect();
        while let Some(name) = open.pop() {
            if let Some(parts) = self.0.get(&name)
                && reached.insert(name)
            {
                open.extend(parts.iter().cloned());
            }
        }
        reached
    }
}

/// The names of the types that can occur in an answer.
pub(super) fn answered(file: &mut File) -> Result<BTreeSet<String>> {
    let parts = Parts::of(file)?;
    let mut returned = Names::default();
    for item in module(file, &["builder"])? {
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
    Ok(parts.reached(returned))
}

/// The last segments of all paths.
#[derive(Default)]
pub(super) struct Names(pub(super) BTreeSet<String>);

impl Names {
    /// Adds what the variants of an enum hold.
    pub(super) fn of_variants(&mut self, item: &ItemEnum) {
        item.variants.iter().for_each(|variant| self.visit_fields(&variant.fields));
    }
}

impl Visit<'_> for Names {
    fn visit_attribute(&mut self, _: &Attribute) {}

    fn visit_path(&mut self, path: &Path) {
        self.0.extend(path.segments.last().map(|segment| segment.ident.to_string()));
        visit_path(self, path);
    }
}
