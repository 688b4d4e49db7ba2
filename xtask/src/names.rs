//! Names of operations. They come from the overlays; an operation without one gets a derived name.
//!
//! A derived name depends only on method and path, so it does not change with other operations. A number is appended
//! only if another operation has the name.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::document::operations;
use crate::pointer::Pointer;

/// Names every operation that has no `operationId`. Returns where those stand, each with its name.
pub fn derive_missing(document: &mut Value) -> Vec<(Pointer, String)> {
    let derived = derived(document);
    for (pointer, name) in &derived {
        if let Some(Value::Object(operation)) = document.pointer_mut(pointer.as_str()) {
            operation.insert("operationId".into(), name.as_str().into());
        }
    }
    derived
}

/// The names that the operations without an `operationId` get, with their places.
pub(crate) fn derived(document: &Value) -> Vec<(Pointer, String)> {
    let given = operations(document).filter_map(|operation| operation.value.get("operationId")?.as_str());
    let mut taken: BTreeSet<String> = given.map(str::to_owned).collect();
    let unnamed = operations(document).filter(|operation| operation.value.get("operationId").is_none());
    let derived = unnamed.map(|operation| {
        let name = free(&derived_name(operation.method, operation.path), &taken);
        taken.insert(name.clone());
        (operation.pointer, name)
    });
    derived.collect()
}

/// The first of `name`, `name_2`, `name_3`, … that is not taken.
fn free(name: &str, taken: &BTreeSet<String>) -> String {
    let mut free = name.to_owned();
    let mut number = 2;
    while taken.contains(&free) {
        free = format!("{name}_{number}");
        number += 1;
    }
    free
}

/// `GET /v1/user/{uid}/roles` is `get_v1_user_by_uid_roles`.
fn derived_name(method: &str, path: &str) -> String {
    let mut name = method.to_owned();
    for segment in path.split('/').filter(|segment| !segment.is_empty()) {
        name.push('_');
        if segment.starts_with('{') {
            name.push_str("by_");
        }
        let words = segment.trim_matches(['{', '}']);
        name.extend(words.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }));
    }
    name
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn of_operations_with_one_derived_name_each_has_its_own() {
        let mut document = json!({"paths": {
            "/a-b": {"get": {"summary": ""}},
            "/a_b": {"get": {"summary": ""}, "put": {"summary": "", "operationId": "get_c"}},
            "/a_b/": {"get": {"summary": ""}},
            "/c": {"get": {"summary": ""}},
        }});
        derive_missing(&mut document);
        let names: Vec<&str> =
            operations(&document).map(|operation| operation.value["operationId"].as_str().unwrap()).collect();
        assert_eq!(names, ["get_a_b", "get_a_b_2", "get_c", "get_a_b_3", "get_c_2"]);
    }

    #[test]
    fn an_operation_without_a_name_gets_one_from_method_and_path() {
        let mut document = json!({"paths": {"/v1/user/{uid}/allowed-roles": {
            "get": {},
            "post": {"operationId": "add_role"},
        }}});
        let derived = derive_missing(&mut document);
        let item = &document["paths"]["/v1/user/{uid}/allowed-roles"];
        let name = "get_v1_user_by_uid_allowed_roles";
        assert_eq!(
            (&item["get"]["operationId"], &item["post"]["operationId"]),
            (&json!(name), &json!("add_role"))
        );
        let [(place, derived)] = derived.as_slice() else { panic!("{derived:?}") };
        assert_eq!((place.get(&document), derived.as_str()), (Some(&item["get"]), name));
    }
}
