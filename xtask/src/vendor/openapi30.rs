//! OpenAPI 3.0 as OpenAPI 3.1 writes it. Only schemas differ.

use serde_json::Value;

use super::Report;
use super::grammar::{self, Kind};
use super::read::Dialect;
use super::schema::raise_one;
use crate::pointer::Pointer;

/// Raises the document.
#[must_use]
pub fn raise(mut document: Value, report: &mut Report) -> Value {
    grammar::rewrite(Kind::Document, &mut document, &Pointer::root(), &mut |kind, object, at| {
        if kind == Kind::Schema {
            raise_one(object, at, Dialect::OpenApi30, report);
        }
    });
    document
}
