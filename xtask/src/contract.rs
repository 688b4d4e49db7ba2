//! Contract tests of the generated crate: what the document promises.
//!
//! Expectations are derived from the vendored document with its overlays, by the rules of OpenAPI and JSON Schema: the
//! requests of each call, its answers, and values of every type. They are independent of all stages that generate the
//! client, so they check all of them. Only names are read from the generated code (`rust`), because tests have to call
//! it.
//!
//! `operation` and `types` produce plain data, and `text` writes it.

mod api;
mod judge;
mod media;
mod operation;
mod request;
mod rust;
mod sample;
mod schema;
mod strings;
mod text;
mod types;

use std::collections::BTreeSet;

use anyhow::Result;
use serde_json::Value;

use crate::document::{METHODS, resolved};
use crate::names;
use crate::pointer::Pointer;

use judge::Judge;
use operation::Operation;
use rust::Rust;
use sample::Sampler;
use types::Type;

/// The texts of the generated tests, in the order of [`layout::CONTRACT`](crate::layout::CONTRACT), and of
/// [`layout::FAKE`](crate::layout::FAKE).
#[derive(Clone, Debug)]
pub struct Contract {
    /// The requests and answers of every operation.
    pub calls: String,
    /// The table of calls.
    pub calls_table: String,
    /// The values of every type.
    pub types: String,
    /// The table of types.
    pub types_table: String,
    /// What the document says of each operation, for a server in tests of other programs.
    pub api: String,
}

/// Works out what `document`, the vendored one with its overlays, promises of `client`, the generated code. The
/// operations at `left_out` are not in it, and that is known.
///
/// # Errors
/// The client is not code.
pub fn contract(document: &Value, client: &str, left_out: &BTreeSet<Pointer>) -> Result<Contract> {
    let document = named(document.clone());
    let rust = Rust::learn(client)?;
    let judge = Judge::of(&document);
    let sampler = Sampler::new(&document, &judge);
    let operations: Vec<Operation> = operation::all(&document, left_out, &sampler, &rust);
    let types: Vec<Type> = types::all(&operations, &sampler, &rust);
    Ok(Contract {
        calls: text::calls(&operations),
        calls_table: text::calls_table(&operations),
        types: text::types(&types),
        types_table: text::types_table(&types),
        api: api::text(&document, &operations, &rust),
    })
}

/// The document with a name for every operation, also of the path items that stand elsewhere.
fn named(mut document: Value) -> Value {
    names::derive_missing(&mut document);
    let whole = document.clone();
    if let Some(Value::Object(paths)) = document.get_mut("paths") {
        for item in paths.values_mut() {
            let target = resolved(&whole, item);
            if let (Some(Value::Object(target)), true) = (Some(target), item.get("$ref").is_some()) {
                let mut merged = target.clone();
                let own = item.as_object().cloned().unwrap_or_default();
                merged.extend(own.into_iter().filter(|(name, _)| name != "$ref"));
                *item = Value::Object(merged);
            }
        }
    }
    names::derive_missing(&mut document);
    document
}

/// Whether a member of a path item is an operation.
fn is_method(name: &str) -> bool {
    METHODS.contains(&name)
}
