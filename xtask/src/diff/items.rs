//! The Rust items of the bindings, by the places in the document that they come from.

use std::collections::BTreeMap;

use super::code::Side;
use super::operations::parameters;
use crate::bindings::Kind;
use crate::document::operations;
use crate::legalize::rust::{builder_name, method_name};
use crate::pointer::Pointer;

/// What stands for a place.
#[derive(Debug, Default)]
struct Item {
    /// A field, a setter or a call: what is of the type that the place describes.
    holder: Option<String>,
    /// The type that the place describes.
    of_type: Option<String>,
}

/// The items of one side.
#[derive(Debug, Default)]
pub(super) struct Items(BTreeMap<Pointer, Item>);

impl Items {
    pub(super) fn of(side: &Side<'_>) -> Self {
        let mut items: BTreeMap<Pointer, Item> = BTreeMap::new();
        let mut hold =
            |at: Pointer, item: String| items.entry(at).or_default().holder.get_or_insert(item).len();
        for operation in operations(side.document) {
            let Some(call) = side.bindings.calls.get(&operation.pointer) else { continue };
            let builder = format!("builder::{}", builder_name(&call.name));
            for parameter in parameters(side.document, &operation) {
                let setter = method_name(parameter.name);
                if call.setters.contains_key(&setter) {
                    hold(parameter.at, format!("{builder}::{setter}"));
                }
            }
            if call.setters.contains_key("body") {
                hold(operation.pointer.join("requestBody"), format!("{builder}::body"));
            }
            hold(operation.pointer, builder);
        }
        for (name, shape) in &side.bindings.types {
            let Some(place) = side.places.get(name) else { continue };
            if let Kind::Struct(fields) = &shape.kind {
                for (field, member) in fields {
                    let at = side.member(name, member);
                    if at != *place {
                        hold(at, format!("types::{name}::{field}"));
                    }
                }
            }
        }
        for (name, place) in &side.places {
            let item = items.entry(place.clone()).or_default();
            item.of_type.get_or_insert_with(|| format!("types::{name}"));
        }
        Self(items)
    }

    /// The item of either side that is nearest to a place.
    pub(super) fn nearest([old, new]: &[Self; 2], at: &Pointer) -> Option<String> {
        let mut places = std::iter::successors(Some(at.clone()), Pointer::parent);
        places.find_map(|place| {
            [new, old].into_iter().find_map(|side| {
                let Item { holder, of_type } = side.0.get(&place)?;
                // What is inside of a place is about its type.
                let (first, second) = if place == *at { (holder, of_type) } else { (of_type, holder) };
                first.as_ref().or(second.as_ref()).cloned()
            })
        })
    }
}
