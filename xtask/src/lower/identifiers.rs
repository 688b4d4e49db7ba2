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

    /// The place that a reference names which stands at `source`, and whether it is only meant so; or what is wrong
    /// with the reference.
    ///
    /// # Errors
    /// It leads nowhere: to a place where nothing stands, to another document, or to an anchor that no schema has.
    pub(crate) fn place(
        &self,
        document: &Value,
        reference: &str,
        source: &Pointer,
    ) -> Result<(Pointer, Meant), String> {
        let mut resource = self.resource_of(source);
        let (address, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        if !address.is_empty() {
            let base = self.resources.get(resource).and_then(|r| r.address.as_ref());
            let joined = base.and_then(|base| base.join(address).ok());
            resource = joined
                .and_then(|url| self.by_address.get(url.as_str()).copied())
                .ok_or_else(|| format!("`{reference}` is in another file"))?;
        }
        let nowhere = || format!("`{reference}` leads nowhere");
        let root = self.resources.get(resource).map(|r| &r.place).ok_or_else(nowhere)?;
        let Some(pointer) = Pointer::from_local_ref(&format!("#{fragment}")) else {
            let anchor = self.anchors.get(&(resource, fragment.to_owned()));
            return anchor.map(|place| (place.clone(), Meant::Exactly)).ok_or_else(nowhere);
        };
        let place = root.append(&pointer);
        let is_there = |place: &Pointer| place.get(document).is_some();
        // A resource has its definitions at its root. Real documents also have schemas pasted into them that are none,
        // whose references begin at the schema that they were.
        let is_definition = DEFINITIONS.iter().any(|section| pointer.as_str().starts_with(section));
        if is_definition && (address.is_empty() && resource == 0 || !is_there(&place)) {
            let mut around = std::iter::successors(source.parent(), Pointer::parent);
            if let Some(nearest) = around.find_map(|around| Some(around.append(&pointer)).filter(is_there)) {
                let meant = if nearest == place { Meant::Exactly } else { Meant::Nearest };
                return Ok((nearest, meant));
            }
        }
        // By the letter a pointer starts at the nearest `$id`. Real documents mean the whole document. That is no
        // object of any kind that is referred to.
        let mut places = [place, pointer].into_iter().filter(|place| *place != Pointer::root());
        places.find(is_there).map(|place| (place, Meant::Exactly)).ok_or_else(nowhere)
    }
}

/// Where definitions are kept inside of a schema.
const DEFINITIONS: [&str; 2] = ["/$defs/", "/definitions/"];

/// How a reference means its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meant {
    /// By the letter.
    Exactly,
    /// As a definition in the nearest schema around it that has one of that name, not in the document.
    Nearest,
}

impl Meant {
    /// What to say of it.
    pub(crate) fn told(self) -> Option<&'static str> {
        (self == Self::Nearest).then_some(
            "the reference is read from the nearest schema around it that has such a definition: \
             by the letter it starts at the document",
        )
    }
}
