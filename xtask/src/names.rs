//! A name for every operation. Names come from the overlays; one that has none there gets a derived one.
//!
//! A derived name depends on method and path alone, so it stays when other operations come and go. Only
//! where another operation has that name already, a number follows.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::document::{Operation, operations};

/// Names every operation that has no `operationId`. Returns a warning for each operation without a
/// name or without words in the overlays; one for all if none of several has words.
pub fn derive_missing(document: &mut Value) -> Vec<String> {
    let mut warnings = Vec::new();
    let mut derived = Vec::new();
    // An API that nobody has described yet would drown every other warning in this one.
    let is_silent = |operation: &Operation<'_>| {
        ["summary", "description"].iter().all(|words| operation.value.get(words).is_none())
    };
    let nobody_described_it =
        operations(document).count() > 1 && operations(document).all(|one| is_silent(&one));
    if nobody_described_it {
        warnings.push("no operation has words; a `summary` for each belongs into the overlays".to_owned());
    }
    let given = operations(document).filter_map(|operation| operation.value.get("operationId")?.as_str());
    let mut taken: BTreeSet<String> = given.map(str::to_owned).collect();
    for operation in operations(document) {
        let (method, path) = (operation.method, operation.path);
        let request = format!("{} {path}", method.to_ascii_uppercase());
        if operation.value.get("operationId").is_none() {
            let name = free(&derived_name(method, path), &taken);
            taken.insert(name.clone());
            warnings.push(format!("{request} has no name in the overlays; it is called `{name}`"));
            derived.push((operation.pointer.clone(), name));
        }
        if is_silent(&operation) && !nobody_described_it {
            warnings.push(format!("{request} has no words in the overlays"));
        }
    }
    for (pointer, name) in derived {
        if let Some(Value::Object(operation)) = document.pointer_mut(pointer.as_str()) {
            operation.insert("operationId".into(), name.into());
        }
    }
    warnings
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
            "get": {"summary": "List roles"},
            "post": {"operationId": "add_role"},
        }}});
        let warnings = derive_missing(&mut document);
        let item = &document["paths"]["/v1/user/{uid}/allowed-roles"];
        assert_eq!(item["get"]["operationId"], "get_v1_user_by_uid_allowed_roles");
        assert_eq!(item["post"]["operationId"], "add_role");
        assert_eq!(
            warnings,
            [
                "GET /v1/user/{uid}/allowed-roles has no name in the overlays; it is called `get_v1_user_by_uid_allowed_roles`",
                "POST /v1/user/{uid}/allowed-roles has no words in the overlays",
            ]
        );
    }

    #[test]
    fn a_description_is_words() {
        let mut document = json!({"paths": {"/a": {"get": {"operationId": "a", "description": "Gets it."}}}});
        assert_eq!(derive_missing(&mut document), Vec::<String>::new());
    }

    #[test]
    fn an_api_without_any_words_is_one_warning() {
        let mut document = json!({"paths": {
            "/a": {"get": {"operationId": "a"}},
            "/b": {"get": {"operationId": "b"}, "post": {}},
        }});
        let warnings = derive_missing(&mut document);
        assert_eq!(
            warnings,
            [
                "no operation has words; a `summary` for each belongs into the overlays",
                "POST /b has no name in the overlays; it is called `post_b`",
            ]
        );
    }
}
