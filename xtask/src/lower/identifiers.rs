//! What schemas are called by `$id` and `$anchor`, and the places that references by these names lead to.

use std::collections::HashMap;

use serde_json::Value;
use url::Url;

use super::table::{self, Kind};
use crate::pointer::Pointer;

/// The address that the document has when nothing says otherwise. It is never fetched and never written.
const BASE: &str = "https://document.invalid/";

/// The `$id`s and anchors of a document. The first resource is the document.
#[derive(Debug)]
pub(crate) struct Identifiers {
    resources: Vec<Resource>,
    by_address: HashMap<String, usize>,
    anchors: HashMap<(usize, String), Pointer>,
    /// The resources that start at a place.
    by_place: HashMap<Pointer, usize>,
}

/// A schema with an `$id`, or the document.
#[derive(Debug)]
struct Resource {
    place: Pointer,
    /// None if the `$id` is no address at all; then nothing can refer to it.
    address: Option<Url>,
}

impl Default for Identifiers {
    fn default() -> Self {
        Self {
            resources: vec![Resource { place: Pointer::root(), address: Url::parse(BASE).ok() }],
            by_address: HashMap::from([(BASE.to_owned(), 0)]),
            anchors: HashMap::new(),
            by_place: HashMap::new(),
        }
    }
}

impl Identifiers {
    /// Those of a document in OpenAPI 3.1.
    pub(crate) fn of(document: &Value) -> Self {
        let mut identifiers = Self::default();
        identifiers.scan(Kind::OpenApi, document, &Pointer::root(), 0);
        identifiers
    }

    /// Whether there are none, so that every reference is a pointer already.
    pub(crate) fn is_empty(&self) -> bool {
        self.by_place.is_empty() && self.anchors.is_empty()
    }

    /// Goes everywhere, also where nothing will be left, for a reference may lead there.
    fn scan(&mut self, kind: Kind, value: &Value, at: &Pointer, resource: usize) {
        let Some(members) = value.as_object() else { return };
        let mut resource = resource;
        if kind == Kind::Schema {
            if let Some(id) = members.get("$id").and_then(Value::as_str) {
                resource = self.add_resource(id, at, resource);
            }
            for key in ["$anchor", "$dynamicAnchor"] {
                if let Some(anchor) = members.get(key).and_then(Value::as_str) {
                    self.anchors.entry((resource, anchor.to_owned())).or_insert_with(|| at.clone());
                }
            }
        }
        for (key, child) in members {
            if kind.extensible() && key.starts_with("x-") {
                continue;
            }
            if let Some(row) = table::row(kind, key) {
                table::children(row.shape, child, &at.join(key), &mut |kind, child, at| {
                    self.scan(kind, child, at, resource);
                });
            }
        }
    }

    fn add_resource(&mut self, id: &str, at: &Pointer, parent: usize) -> usize {
        let base = self.resources.get(parent).and_then(|r| r.address.as_ref());
        let address = base.and_then(|base| base.join(id.trim_end_matches('#')).ok());
        let index = self.resources.len();
        if let Some(address) = &address {
            self.by_address.entry(address.to_string()).or_insert(index);
        }
        self.by_place.insert(at.clone(), index);
        self.resources.push(Resource { place: at.clone(), address });
        index
    }

    /// The resource that a place is in.
    fn resource_of(&self, place: &Pointer) -> usize {
        if self.by_place.is_empty() {
            return 0;
        }
        let mut place = Some(place.clone());
        while let Some(here) = place {
            if let Some(resource) = self.by_place.get(&here) {
                return *resource;
            }
            place = here.parent();
        }
        0
    }

    /// The place that a reference names which stands at `source`; or why it names none.
    ///
    /// # Errors
    /// What it names is in another document, or an anchor that no schema has.
    pub(crate) fn place(
        &self,
        document: &Value,
        reference: &str,
        source: &Pointer,
    ) -> Result<Pointer, String> {
        let mut resource = self.resource_of(source);
        let (address, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        if !address.is_empty() {
            let base = self.resources.get(resource).and_then(|r| r.address.as_ref());
            let joined = base.and_then(|base| base.join(address).ok());
            resource = joined.and_then(|url| self.by_address.get(url.as_str()).copied()).ok_or_else(|| {
                format!(
                    "the reference names `{address}`, which is another document; bring what it names into this document's components."
                )
            })?;
        }
        let Some(root) = self.resources.get(resource).map(|r| &r.place) else {
            return Err("the reference leads nowhere.".to_owned());
        };
        let Some(pointer) = Pointer::from_local_ref(&format!("#{fragment}")) else {
            return self.anchors.get(&(resource, fragment.to_owned())).cloned().ok_or_else(|| {
                format!("the reference names the anchor `{fragment}`, and no schema has that `$anchor`; correct one of the two.")
            });
        };
        let place = root.append(&pointer);
        // By the letter a pointer starts at the nearest `$id`. Real documents mean the whole document.
        if place.get(document).is_none() && pointer.get(document).is_some() {
            return Ok(pointer);
        }
        Ok(place)
    }
}
