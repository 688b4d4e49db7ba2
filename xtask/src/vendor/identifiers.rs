//! References by `$anchor` and `$id`, written as pointers.
//!
//! Everything that follows a reference then finds its way by the place alone.

use std::collections::BTreeMap;

use serde_json::Value;
use url::Url;

use super::grammar::{self, Kind};
use crate::pointer::Pointer;

/// The address that the document has when nothing says otherwise. It is never fetched and never written.
const BASE: &str = "https://document.invalid/";

/// Writes every reference as a pointer that names a schema otherwise. One that leads nowhere stays as it is.
pub fn resolve(document: &mut Value) {
    let identifiers = Identifiers::of(document);
    if identifiers.anchors.is_empty() && identifiers.resources.len() == 1 {
        return;
    }
    let mut written = Vec::new();
    grammar::visit(Kind::Document, document, &Pointer::root(), &mut |_, object, at| {
        let Some(reference) = object.get("$ref").and_then(Value::as_str) else { return };
        if let Some(place) = identifiers.place(document, reference, at)
            && Pointer::from_local_ref(reference).as_ref() != Some(&place)
        {
            written.push((at.join("$ref"), place.to_reference()));
        }
    });
    for (at, reference) in written {
        if let Some(value) = document.pointer_mut(at.as_str()) {
            *value = reference.into();
        }
    }
}

/// The `$id`s and anchors of a document.
struct Identifiers {
    /// The places of the document and of the schemas with an `$id`, each with its address; none if the `$id` is no
    /// address at all, and then nothing can refer to it.
    resources: BTreeMap<Pointer, Option<Url>>,
    by_address: BTreeMap<String, Pointer>,
    /// The places of anchors, by the resource that they are in and their names.
    anchors: BTreeMap<(Pointer, String), Pointer>,
}

impl Identifiers {
    fn of(document: &Value) -> Self {
        let (root, base) = (Pointer::root(), Url::parse(BASE).ok());
        let mut found = Self {
            resources: BTreeMap::from([(root.clone(), base)]),
            by_address: BTreeMap::from([(BASE.to_owned(), root.clone())]),
            anchors: BTreeMap::new(),
        };
        // The outer comes before the inner, so a schema's base is known.
        grammar::visit(Kind::Document, document, &root, &mut |kind, object, at| {
            if kind != Kind::Schema {
                return;
            }
            let text = |name: &str| object.get(name).and_then(Value::as_str);
            if let Some(id) = text("$id") {
                let base = found.resources.get(&found.resource(at)).and_then(Option::as_ref);
                let address = base.and_then(|base| base.join(id.trim_end_matches('#')).ok());
                if let Some(address) = &address {
                    found.by_address.entry(address.to_string()).or_insert_with(|| at.clone());
                }
                found.resources.insert(at.clone(), address);
            }
            for anchor in ["$anchor", "$dynamicAnchor"].into_iter().filter_map(text) {
                let key = (found.resource(at), anchor.to_owned());
                found.anchors.entry(key).or_insert_with(|| at.clone());
            }
        });
        found
    }

    /// The resource that a place is in.
    fn resource(&self, place: &Pointer) -> Pointer {
        let mut around = std::iter::successors(Some(place.clone()), Pointer::parent);
        around.find(|place| self.resources.contains_key(place)).unwrap_or_default()
    }

    /// Where a reference leads that stands at a place.
    fn place(&self, document: &Value, reference: &str, at: &Pointer) -> Option<Pointer> {
        let (address, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let mut resource = self.resource(at);
        if !address.is_empty() {
            let joined = self.resources.get(&resource)?.as_ref()?.join(address).ok()?;
            resource = self.by_address.get(joined.as_str())?.clone();
        }
        let Some(pointer) = Pointer::from_local_ref(&format!("#{fragment}")) else {
            return self.anchors.get(&(resource, fragment.to_owned())).cloned();
        };
        // By the letter a pointer starts at the nearest `$id`. Real documents mean the whole document.
        let places = [resource.append(&pointer), pointer];
        places.into_iter().find(|place| place.get(document).is_some())
    }
}
