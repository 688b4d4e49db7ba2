//! From valid OpenAPI 3.0.3 to the subset that progenitor supports.
//!
//! Unsupported constructs are rewritten without changing requests and answers. An operation that cannot be rewritten is
//! left out, and named. Each file below handles one construct. Every rewrite is a [`Note`].

use std::collections::BTreeMap;

use serde_json::Value;

use crate::document::operations;
use crate::pointer::Pointer;
use crate::report::{Note, Refusal, Refusals};

pub(crate) mod answers;
mod claims;
mod composed;
mod defaults;
pub(crate) mod directions;
mod draft;
mod exclusions;
mod groups;
mod inheritance;
mod inline;
mod limits;
pub(crate) mod marks;
pub(crate) mod media;
mod mocks;
mod names;
mod nullable;
mod open;
pub(crate) mod parameters;
mod paths;
mod places;
mod reach;
pub(crate) mod requests;
pub(crate) mod rust;
mod schemas;
mod status;
pub(crate) mod unions;
mod walk;

use draft::Draft;
pub use mocks::mockable;

/// A legalized document, and what was done to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Legalized {
    /// An OpenAPI 3.0.3 document that progenitor can express.
    pub document: Value,
    /// Every rewrite. A note's pointer leads into the document that was given.
    pub notes: Vec<Note>,
}

/// Rewrites `document`, valid OpenAPI 3.0.3 whose references lead to components, as [`lower`](crate::lower)
/// writes it, into what progenitor can express.
///
/// # Errors
/// Operation names used twice, and names with the character that tells names apart here.
pub fn legalize(document: &Value) -> Result<Legalized, Refusals> {
    check(document)?;
    let mut draft = Draft::new(document);
    parameters::make_sendable(&mut draft);
    requests::one_media_type(&mut draft);
    answers::one_type_each(&mut draft);
    directions::require_in_their_own(&mut draft);
    exclusions::leave_to_the_server(&mut draft);
    open::keep_others(&mut draft);
    inheritance::unite_kinds(&mut draft);
    nullable::move_to_uses(&mut draft);
    composed::write_out(&mut draft);
    unions::tell_apart(&mut draft);
    schemas::rewrite(&mut draft);
    paths::keep_slashes(&mut draft);
    names::tell_apart(&mut draft);
    let (document, notes) = draft.finish(document);
    Ok(Legalized { document, notes })
}

/// Refuses what is not valid in the first place.
fn check(document: &Value) -> Result<(), Refusals> {
    let mut refusals = Vec::new();
    marked(document, &Pointer::root(), &mut refusals);
    let mut names: BTreeMap<&str, Pointer> = BTreeMap::new();
    for operation in operations(document) {
        if let Some(name) = operation.value.get("operationId").and_then(Value::as_str)
            && let Some(first) = names.insert(name, operation.pointer.clone())
        {
            refusals.push(Refusal {
                pointer: operation.pointer.join("operationId"),
                text: format!(
                    "`{name}` already names {first}; give one of the two another name in openapi/overlays/names.yaml"
                ),
            });
        }
    }
    if refusals.is_empty() { Ok(()) } else { Err(Refusals(refusals)) }
}

/// No name may have the mark that tells names apart; texts and examples may.
fn marked(at: &Value, place: &Pointer, refusals: &mut Vec<Refusal>) {
    match at {
        Value::Object(members) => {
            let is_text = |name: &str, value: &Value| {
                (value.is_string() && REMARKS.contains(&name)) || name == "example" || name == "examples"
            };
            for (name, value) in members.iter().filter(|(name, value)| !is_text(name, value)) {
                let place = place.join(name);
                if marks::is_marked(name) {
                    refusals.push(marked_name(place, name));
                } else {
                    marked(value, &place, refusals);
                }
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                marked(value, &place.join(index), refusals);
            }
        }
        Value::String(text) if marks::is_marked(text) => refusals.push(marked_name(place.clone(), text)),
        _ => (),
    }
}

/// Texts for people to read.
const REMARKS: [&str; 3] = ["description", "summary", "title"];

fn marked_name(pointer: Pointer, name: &str) -> Refusal {
    let text =
        format!("`{name}` has the character `⁂`, with which names are told apart here; give it another");
    Refusal { pointer, text }
}
