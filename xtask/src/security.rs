//! Warns about credentials that the client does not send by itself.
//!
//! The crate sends one credential, the session token of its context. The program has to pass every other credential of
//! the document, so generating warns about them.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::document::{Operation, operations, resolved};
use crate::layout;
use crate::pointer::Pointer;
use crate::report::{Fate, Note};

/// The header that the hooks of the crate send.
const SESSION: &str = "sessionToken";

/// A note for each security scheme that an operation of `document`, OpenAPI 3.0, uses and the client does not serve.
#[must_use]
pub fn unserved(document: &Value) -> Vec<Note> {
    let mut names = BTreeSet::new();
    for operation in operations(document) {
        let alternatives = alternatives(document, &operation).filter(|schemes| !schemes.is_empty());
        let unserved: Vec<Vec<_>> = alternatives
            .map(|schemes| schemes.keys().filter(|name| !is_served(document, &operation, name)).collect())
            .collect();
        // One alternative is enough.
        if unserved.iter().all(|names| !names.is_empty()) {
            names.extend(unserved.into_iter().flatten());
        }
    }
    let note = |name: &String| {
        let how = advice(scheme(document, name));
        Note {
            pointer: place(name),
            fate: Fate::Reduced,
            text: format!("the client does not send it by itself: {how}"),
        }
    };
    names.into_iter().map(note).collect()
}

/// What a program has to do by itself to be let through by an operation of `document`, in words: a set for each
/// alternative, which is empty if nothing is to be done.
pub(crate) fn to_do(document: &Value, operation: &Operation<'_>) -> Vec<BTreeSet<String>> {
    let to_do = |schemes: &Map<String, Value>| {
        let unserved = schemes.keys().filter(|name| !is_served(document, operation, name));
        unserved.map(|name| advice(scheme(document, name))).collect()
    };
    let mut found: Vec<_> = alternatives(document, operation).map(to_do).collect();
    if found.is_empty() {
        found.push(BTreeSet::new());
    }
    found
}

/// The Security Requirement Objects of an operation, of which one is enough: its own, or the document's.
fn alternatives<'a>(
    document: &'a Value,
    operation: &Operation<'a>,
) -> impl Iterator<Item = &'a Map<String, Value>> + use<'a> {
    let security = operation.value.get("security").or_else(|| document.get("security"));
    security.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object)
}

fn place(name: &str) -> Pointer {
    Pointer::root().join("components").join("securitySchemes").join(name)
}

fn scheme<'a>(document: &'a Value, name: &str) -> &'a Value {
    place(name).get(document).map_or(&Value::Null, |scheme| resolved(document, scheme))
}

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value.get(member).and_then(Value::as_str).unwrap_or_default()
}

/// Whether the hooks send it, or a parameter of the operation does.
fn is_served(document: &Value, operation: &Operation<'_>, name: &str) -> bool {
    let scheme = scheme(document, name);
    let (place, key) = (text(scheme, "in"), text(scheme, "name"));
    let is_it = |parameter: &Value| text(parameter, "in") == place && text(parameter, "name") == key;
    let mut parameters = [operation.value, operation.item]
        .into_iter()
        .filter_map(|holder| holder.get("parameters")?.as_array())
        .flatten();
    text(scheme, "type") == "apiKey"
        && (place == "header" && key.eq_ignore_ascii_case(SESSION)
            || parameters.any(|parameter| is_it(resolved(document, parameter))))
}

/// What a program does that has this credential.
fn advice(scheme: &Value) -> String {
    let header = |what: &str| format!("give {what} to all calls with `Context::with_headers`");
    let key = text(scheme, "name");
    match (text(scheme, "type"), text(scheme, "in")) {
        ("", _) => "it is declared nowhere; give what it stands for with `Context::with_headers`".to_owned(),
        ("apiKey", "header") => header(&format!("the header `{key}`")),
        ("apiKey", "cookie") => header(&format!("the header `Cookie: {key}=…`")),
        ("apiKey", _) => {
            let fixes = layout::OVERLAYS[1];
            format!("it is `{key}` in the query; declare it as a parameter of the operations, in {fixes}")
        }
        ("http", _) if text(scheme, "scheme").eq_ignore_ascii_case("basic") => {
            header("the header `Authorization: Basic …`")
        }
        ("http", _) if !text(scheme, "scheme").eq_ignore_ascii_case("bearer") => {
            header(&format!("the header `Authorization: {} …`", text(scheme, "scheme")))
        }
        ("mutualTLS", _) => {
            "show a certificate, with the HTTP client that the calls are made with".to_owned()
        }
        _ => header("the header `Authorization: Bearer …`"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The schemes that are noted, each with the note, where the document and one operation ask for these.
    fn noted(document: &Value, operation: &Value) -> Vec<(String, String)> {
        let mut whole = json!({
            "paths": {"/a": {
                "parameters": [{"$ref": "#/components/parameters/K"}],
                "get": {"operationId": "a", "responses": {}},
            }},
            "components": {
                "parameters": {"K": {"in": "query", "name": "k", "schema": {}}},
                "securitySchemes": {
                    "session": {"type": "apiKey", "in": "header", "name": "SessionToken"},
                    "header": {"type": "apiKey", "in": "header", "name": "X-Key"},
                    "cookie": {"type": "apiKey", "in": "cookie", "name": "sessionToken"},
                    "query": {"type": "apiKey", "in": "query", "name": "key"},
                    "parameter": {"type": "apiKey", "in": "query", "name": "k"},
                    "basic": {"type": "http", "scheme": "Basic"},
                    "bearer": {"type": "http", "scheme": "bearer"},
                    "digest": {"type": "http", "scheme": "Digest"},
                    "oauth": {"type": "oauth2", "flows": {}},
                    "connect": {"$ref": "#/components/securitySchemes/oauth"},
                },
            },
        });
        if !document.is_null() {
            whole["security"] = document.clone();
        }
        if !operation.is_null() {
            whole["paths"]["/a"]["get"]["security"] = operation.clone();
        }
        let notes = unserved(&whole).into_iter();
        notes.map(|note| (note.pointer.last().unwrap(), note.text)).collect()
    }

    #[test]
    fn each_credential_that_is_used_and_not_sent_is_noted_with_what_to_do() {
        for (name, words) in [
            ("header", "the header `X-Key` to all calls with `Context::with_headers`"),
            ("cookie", "the header `Cookie: sessionToken=…`"),
            ("query", "`key` in the query; declare it as a parameter"),
            ("basic", "`Authorization: Basic …`"),
            ("bearer", "`Authorization: Bearer …`"),
            ("digest", "`Authorization: Digest …`"),
            ("oauth", "`Authorization: Bearer …`"),
            ("connect", "`Authorization: Bearer …`"),
            ("undeclared", "declared nowhere"),
        ] {
            let requirement = json!([{ name: [] }]);
            for found in [noted(&requirement, &Value::Null), noted(&Value::Null, &requirement)] {
                let [(found, text)] = found.as_slice() else { panic!("{name}: {found:?}") };
                assert!(found == name && text.contains(words), "{name}: {text}");
            }
        }
    }

    #[test]
    fn what_the_client_sends_is_not_noted_nor_what_nobody_asks_for() {
        let names = |document: Value, operation: Value| {
            let names = noted(&document, &operation).into_iter().map(|(name, _)| name);
            names.collect::<Vec<_>>()
        };
        let none: [&str; 0] = [];
        assert_eq!(names(Value::Null, Value::Null), none);
        assert_eq!(names(json!([{"session": []}]), Value::Null), none);
        assert_eq!(names(json!([{"parameter": []}]), Value::Null), none, "a parameter of the path sends it");
        assert_eq!(names(json!([{"bearer": []}]), json!([])), none, "the operation asks for nothing");
        assert_eq!(
            names(json!([{"bearer": []}, {"session": []}]), Value::Null),
            none,
            "one of two is enough"
        );
        assert_eq!(
            names(json!([{"bearer": [], "session": []}]), Value::Null),
            ["bearer"],
            "both are asked for"
        );
        assert_eq!(
            names(json!([{}, {"bearer": []}]), Value::Null),
            ["bearer"],
            "more is answered to who has it"
        );
        assert_eq!(names(json!([{"bearer": []}, {"basic": []}]), Value::Null), ["basic", "bearer"]);
    }
}
