//! Names of the types of inline schemas.
//!
//! The generator names the type of an inline schema after its place, `ThingPart` for the property `part` of `Thing`,
//! and silently merges two types of one name. So each schema claims the name that it would get (see
//! [`claims`](mod@super::claims)). If different schemas claim one name, all but the first get a title with their full
//! place, which the generator prefers.
//!
//! A name depends only on the schemas that claim it and on their places.
//!
//! The generator ignores the title of a property that two parts of `allOf` define, so the object is written out: see
//! [`composed`].

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::claims::{Claim, Claims, Made, is_titled_inside, made};
use super::draft::{Draft, unique};
use super::{composed, places};
use crate::pointer::Pointer;
use crate::report::Fate;

/// A title changes the names of the types inside, which may clash in their turn; so there are rounds,
/// but not more than documents are deep.
const ROUNDS: usize = 128;

/// Gives every schema that makes a type a name that no other type has. Returns the places of the defaults whose functions
/// would have the name of another's.
pub(super) fn tell_apart(draft: &mut Draft, reserved: &[&str]) -> Vec<Pointer> {
    let mut ours = BTreeSet::new();
    let mut given_up = BTreeSet::new();
    for _ in 0..ROUNDS {
        let Made { claims, endless, unseen, defaults } = made(&draft.document, reserved);
        if let Some((place, name)) = endless
            && end(draft, place, &name)
        {
            continue;
        }
        let changes = changes(&draft.document, &claims, &ours, &given_up);
        if changes.is_empty() {
            beyond(draft, unseen);
            return defaults;
        }
        for (place, change) in changes {
            let Some(Value::Object(schema)) = draft.at(&place) else { continue };
            match change {
                Change::Forget { name } => {
                    schema.remove("title");
                    let text = format!("the title would name a type `{name}`, of which there is another");
                    draft.note(place.join("title"), Fate::Dropped, text);
                }
                Change::Call { name, title } => {
                    let at = entitle(&place, schema, &title);
                    let text = format!("the type is called `{title}`: `{name}` is taken in Rust");
                    draft.note(place, Fate::Exact, text);
                    ours.insert(at);
                }
                Change::WriteOut { name } => {
                    if composed::write_out_at(draft, &place) {
                        let text = "the parts are written out as one schema: inside,";
                        draft.note(place, Fate::Exact, format!("{text} `{name}` is taken in Rust"));
                    } else {
                        let text = format!("inside are two schemas of which the one type `{name}` is made");
                        draft.note(place.clone(), Fate::Reduced, text);
                        given_up.insert((place, name));
                    }
                }
            }
        }
    }
    made(&draft.document, reserved).defaults
}

/// Makes a component of a schema whose type has itself inside: `allOf` with a schema around it. The generator would make a
/// type inside a type without end; a component is made once. False if there is no such schema.
fn end(draft: &mut Draft, place: Pointer, name: &str) -> bool {
    let Some(schema) = draft.at(&place).map(Value::take) else { return false };
    let reference = places::component(draft, &place, name, schema);
    if let Some(at) = draft.at(&place) {
        *at = reference;
    }
    draft.note(place, Fate::Exact, "the schema has itself inside, so it is a component");
    true
}

/// Says where a clash of names would not have been seen.
fn beyond(draft: &mut Draft, unseen: Option<Pointer>) {
    let Some(place) = unseen else { return };
    let text = "schemas are merged inside in more ways than are looked at; if a name is taken twice by what they \
                make, the generator makes one type of two";
    draft.note(place, Fate::Reduced, text);
}

/// What is done about a clash.
#[derive(Debug)]
enum Change {
    /// Its title is not alone, so it names nothing.
    Forget { name: String },
    /// The name is taken, so it is called differently.
    Call { name: String, title: String },
    /// Something inside has no place where it could be called differently.
    WriteOut { name: String },
}

/// What ends the clashes that no outer schema's change may end.
fn changes(
    document: &Value,
    claims: &Claims,
    ours: &BTreeSet<Pointer>,
    given_up: &BTreeSet<(Pointer, String)>,
) -> BTreeMap<Pointer, Change> {
    let mut changes = BTreeMap::new();
    let mut given = BTreeSet::new();
    for (name, claims_of_name) in claims {
        let Some(first) = claims_of_name.first() else { continue };
        let others: Vec<&Claim> = claims_of_name.iter().filter(|claim| claim.what != first.what).collect();
        if others.is_empty() {
            continue;
        }
        let titled: Vec<&Pointer> = claims_of_name
            .iter()
            .filter(|claim| claim.by_title)
            .filter_map(|claim| claim.place.as_ref().filter(|place| !ours.contains(*place)))
            .collect();
        if !titled.is_empty() {
            let forget = |place: &Pointer| (place.clone(), Change::Forget { name: name.clone() });
            changes.extend(titled.into_iter().map(forget));
            continue;
        }
        let mut titles: BTreeMap<&str, String> = BTreeMap::new();
        for claim in others {
            let Some(place) = &claim.place else {
                let holder = claim.holder.clone().map(|holder| (holder, name.clone()));
                let holder = holder.filter(|holder| !given_up.contains(holder));
                changes.extend(holder.map(|(holder, name)| (holder, Change::WriteOut { name })));
                continue;
            };
            let title = titles.entry(&claim.what).or_insert_with(|| {
                let taken = |title: &str| claims.contains_key(title) || given.contains(title);
                unique(&places::spelled_out(document, place), taken)
            });
            given.insert(title.clone());
            let (name, title) = (name.clone(), title.clone());
            changes.insert(place.clone(), Change::Call { name, title });
        }
    }
    let places: BTreeSet<Pointer> = changes.keys().cloned().collect();
    changes.retain(|place, _| {
        std::iter::successors(place.parent(), Pointer::parent).all(|outer| !places.contains(&outer))
    });
    changes
}

/// Writes the title where the generator looks for it, and says where that is.
fn entitle(place: &Pointer, schema: &mut Map<String, Value>, title: &str) -> Pointer {
    if !is_titled_inside(schema) {
        schema.insert("title".into(), json!(title));
        return place.clone();
    }
    let (outer, mut inner) = apart(schema);
    inner.insert("title".into(), json!(title));
    *schema = outer;
    schema.insert("allOf".into(), json!([inner]));
    place.join("allOf").join(0)
}

/// What belongs to the use of a schema, and what belongs to its type.
pub(super) fn apart(schema: &mut Map<String, Value>) -> (Map<String, Value>, Map<String, Value>) {
    let mut inner = std::mem::take(schema);
    let outer = ["nullable", "default", "description"].into_iter();
    (outer.filter_map(|keyword| inner.remove_entry(keyword)).collect(), inner)
}
