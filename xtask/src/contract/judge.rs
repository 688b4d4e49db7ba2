//! Whether a value is valid, by a JSON Schema validator.
//!
//! Most sampled values are valid by how they are made. Some schemas say what no sample can be made of, such as that
//! exactly one branch fits, and only there a validator is asked: making one takes time.

use jsonschema::{Draft, Registry};
use serde_json::{Value, json};

use super::schema::{Applied, Schemas, is_of};
use crate::pointer::Pointer;

/// Where the document is taken to be, so that what it refers to is found in it.
const ADDRESS: &str = "https://document.invalid/";

/// Asks a JSON Schema validator.
pub(super) struct Judge {
    /// None: the document refers to what no validator finds.
    registry: Option<Registry<'static>>,
}

impl Judge {
    pub(super) fn of(document: &Value) -> Self {
        let registry = Registry::new()
            .draft(Draft::Draft202012)
            .add(ADDRESS, document.clone())
            .and_then(jsonschema::RegistryBuilder::prepare);
        Self { registry: registry.ok() }
    }

    /// Whether the value is valid under all of the schemas at `places`. What no validator can be made of is
    /// taken for invalid, so that nothing is expected of it.
    pub(super) fn is_valid(&self, places: &[Pointer], value: &Value) -> bool {
        let Some(registry) = &self.registry else { return false };
        let references = places.iter().map(|place| {
            let fragment = place.to_reference().replace(' ', "%20");
            json!({"$ref": format!("{ADDRESS}{fragment}")})
        });
        let schema = json!({"allOf": references.collect::<Vec<_>>()});
        let validator = jsonschema::options()
            .with_draft(Draft::Draft202012)
            .with_registry(registry)
            .should_validate_formats(false)
            .build(&schema);
        validator.is_ok_and(|validator| validator.is_valid(value))
    }
}

/// Keywords that are not heeded when a sample is made.
const UNHEEDED: [&str; 13] = [
    "not",
    "if",
    "contains",
    "dependentRequired",
    "dependentSchemas",
    "dependencies",
    "propertyNames",
    "patternProperties",
    "unevaluatedProperties",
    "unevaluatedItems",
    "minProperties",
    "maxProperties",
    "pattern",
];

/// Whether a sample of this may be invalid for all its care.
pub(super) fn is_needed(schemas: Schemas<'_>, applied: &Applied<'_>) -> bool {
    UNHEEDED.iter().any(|keyword| applied.has(keyword))
        || applied.unions.iter().any(|union| {
            union.is_exclusive && union.tag.is_none() && !are_told_apart(schemas, &union.branches)
        })
}

/// Whether the branches differ in type, so that no value fits two.
fn are_told_apart(schemas: Schemas<'_>, branches: &[Pointer]) -> bool {
    let all: Vec<Vec<&str>> = branches
        .iter()
        .map(|branch| schemas.applied(std::slice::from_ref(branch), &[]))
        .map(
            |applied| {
                if applied.unions.is_empty() { applied.types().unwrap_or_default() } else { Vec::new() }
            },
        )
        .collect();
    let samples = [json!({}), json!([]), json!(""), json!(1), json!(1.5), json!(true), Value::Null];
    all.iter().all(|types| !types.is_empty())
        && samples
            .iter()
            .all(|sample| all.iter().filter(|types| types.iter().any(|ty| is_of(sample, ty))).count() <= 1)
}
