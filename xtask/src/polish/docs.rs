//! Documentation: `///` a line, an example that compiles for every operation, no item without words.

mod calls;
mod mocks;
mod structure;
mod types;

use anyhow::Result;
use syn::visit_mut::VisitMut;
use syn::{Attribute, File, ImplItem, ImplItemFn, ItemImpl, Visibility};

use super::attributes::{doc, set_doc};
use super::markdown::without_examples;
use super::operations::Operations;
use crate::deprecation::deprecate;
pub(super) use mocks::mocks;

/// Documents the client, its builders and its types.
pub(super) fn client(file: &mut File, operations: &Operations) -> Result<()> {
    Lines.visit_file_mut(file);
    types::polish(file)?;
    calls::polish(file, operations)
}

/// Splits every comment into lines, and takes examples out that are none of Rust.
struct Lines;

impl VisitMut for Lines {
    fn visit_attributes_mut(&mut self, attributes: &mut Vec<Attribute>) {
        if let Some(text) = doc(attributes) {
            set_doc(attributes, &without_examples(&text));
        }
    }
}

/// The public methods of an inherent `impl`.
fn methods(block: &mut ItemImpl) -> impl Iterator<Item = &mut ImplItemFn> {
    let inherent = block.trait_.is_none();
    block.items.iter_mut().filter_map(move |item| match item {
        ImplItem::Fn(method) if inherent && matches!(method.vis, Visibility::Public(_)) => Some(method),
        _ => None,
    })
}

/// Documents what has no documentation yet.
fn document(attributes: &mut Vec<Attribute>, text: &str) {
    if doc(attributes).is_none_or(|text| text.trim().is_empty()) {
        set_doc(attributes, text);
    }
}

/// A caller who cannot do without a value is told, but not warned.
fn deprecate_setter(attributes: &mut Vec<Attribute>, is_required: bool) {
    if is_required {
        let words = doc(attributes).unwrap_or_default();
        set_doc(attributes, &format!("**Deprecated.**\n\n{words}"));
    } else {
        deprecate(attributes);
    }
}
