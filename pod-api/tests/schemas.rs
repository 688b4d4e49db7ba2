//! The JSON Schemas of the types say what the document says.

#![cfg(feature = "schemars")]
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use pod_api::types;
use schemars::schema_for;

#[test]
fn properties_have_the_names_of_the_wire_and_none_is_required() {
    let schema = schema_for!(types::UserConnection).to_value();
    let mut names: Vec<_> = schema["properties"].as_object().unwrap().keys().collect();
    names.sort();
    assert_eq!(names, ["firstRequestedAt", "requestCounter", "status", "updatedAt", "userId"]);
    assert!(schema.get("required").is_none());
}

#[test]
fn an_open_enum_allows_any_text_and_a_closed_one_does_not() {
    let open = schema_for!(types::UserConnectionStatus).to_value().to_string();
    assert!(open.contains("PENDING_INCOMING") && open.contains(r#""type":"string""#), "{open}");
    assert!(open.contains("anyOf"), "{open}");
    let closed = schema_for!(types::ListConnectionsStatus).to_value().to_string();
    assert!(closed.contains("ALL") && !closed.contains("anyOf"), "{closed}");
}
