//! What becomes of small documents, by the two specifications.
//!
//! The documents are in `lower/cases`. One that has a `schema` is a document with this schema as the component `S`.
//! Pointers in `notes` and `refused` start there unless they start with a slash.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;
use serde_json::{Value, json};
use xtask::lower::lower;
use xtask::lower::table::{Kind, Shape, TABLE};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    pub says: String,
    document: Option<Value>,
    #[serde(default, deserialize_with = "present")]
    pub schema: Option<Value>,
    /// Other component schemas of the document.
    #[serde(default)]
    components: BTreeMap<String, Value>,
    lowered: Option<Value>,
    #[serde(default)]
    only_the_version_changes: bool,
    becomes: Option<Value>,
    /// Component schemas of the lowered document that were others before, or none; null for one that is gone.
    #[serde(default)]
    more: BTreeMap<String, Value>,
    pub notes: Option<BTreeMap<String, String>>,
    refused: Option<BTreeSet<String>>,
}

fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

impl Case {
    pub fn document(&self) -> Value {
        self.document.clone().unwrap_or_else(|| {
            let mut schemas = self.components.clone();
            schemas.insert("S".to_owned(), self.schema.clone().expect("a document or a schema"));
            json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": {}, "components": {"schemas": schemas}})
        })
    }

    fn lowered(&self) -> Value {
        if self.only_the_version_changes {
            let mut same = self.document();
            same["openapi"] = json!("3.0.3");
            return same;
        }
        self.lowered.clone().unwrap_or_else(|| {
            let mut schemas = self.components.clone();
            schemas.extend(self.more.clone());
            schemas.retain(|_, schema| !schema.is_null());
            schemas.insert("S".to_owned(), self.becomes.clone().expect("what becomes of it"));
            json!({"openapi": "3.0.3", "info": {"title": "T", "version": "1"}, "paths": {}, "components": {"schemas": schemas}})
        })
    }

    fn pointer(pointer: &str) -> String {
        if pointer.is_empty() || pointer.starts_with('/') {
            format!("#{pointer}")
        } else {
            format!("#/components/schemas/S/{pointer}")
        }
    }
}

pub fn cases() -> Vec<Case> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lower/cases");
    ["types", "keywords", "references", "documents"]
        .iter()
        .flat_map(|name| {
            let text = std::fs::read_to_string(directory.join(name).with_extension("yaml")).unwrap();
            let options = serde_saphyr::options! { strict_booleans: true };
            serde_saphyr::from_str_with_options::<Vec<Case>>(&text, options)
                .unwrap_or_else(|error| panic!("{name}: {error}"))
        })
        .collect()
}

fn published(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lower/published").join(name);
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn each_case_comes_out_as_the_specifications_have_it() {
    let mut failures = Vec::new();
    for case in cases() {
        let result = lower(&case.document());
        let mut fail = |text: String| failures.push(format!("{}: {text}", case.says));
        match (result, &case.refused) {
            (Ok(lowered), None) => {
                if lowered.document != case.lowered() {
                    fail(format!("\n  is      {}\n  must be {}", lowered.document, case.lowered()));
                }
                let notes: BTreeMap<String, String> = lowered
                    .notes
                    .iter()
                    .filter(|note| note.pointer.as_str() != "/openapi")
                    .map(|note| (note.pointer.to_string(), note.fate.to_string()))
                    .collect();
                let wanted: BTreeMap<String, String> = case
                    .notes
                    .iter()
                    .flatten()
                    .map(|(pointer, fate)| (Case::pointer(pointer), fate.clone()))
                    .collect();
                if notes != wanted {
                    fail(format!("\n  notes are      {notes:?}\n  notes must be  {wanted:?}"));
                }
            }
            (Err(refusals), Some(wanted)) => {
                let refused: BTreeSet<String> = refusals.0.iter().map(|r| r.pointer.to_string()).collect();
                let wanted: BTreeSet<String> = wanted.iter().map(|pointer| Case::pointer(pointer)).collect();
                if refused != wanted {
                    fail(format!("\n  refused {refused:?}\n  must be {wanted:?}\n  {refusals}"));
                }
            }
            (Ok(_), Some(_)) => fail("must be refused".to_owned()),
            (Err(refusals), None) => fail(format!("refused: {refusals}")),
        }
    }
    assert!(failures.is_empty(), "{} cases fail:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn each_lowered_case_is_valid_under_the_official_schema() {
    let validator = jsonschema::draft4::new(&published("openapi-3.0-2021-09-28.json")).unwrap();
    let mut lowered = 0;
    for case in cases() {
        let Ok(result) = lower(&case.document()) else { continue };
        lowered += 1;
        let errors: Vec<String> = validator
            .iter_errors(&result.document)
            .map(|e| format!("{} at {}", e, e.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{}: {errors:?}\n{}", case.says, result.document);
    }
    assert!(lowered >= 40, "only {lowered} cases are lowered");
}

/// Members of objects that the cases have, by kind.
fn seen(kind: Kind, value: &Value, rows: &mut BTreeSet<(Kind, &'static str)>) {
    let Some(members) = value.as_object() else { return };
    let kind = if members.contains_key("$ref") && kind.section().is_some() && kind != Kind::Schema {
        Kind::Reference
    } else {
        kind
    };
    for (key, member) in members {
        let row = TABLE.iter().filter(|row| row.kind == kind).find(|row| {
            row.key == key
                || (row.key.starts_with('{') && !TABLE.iter().any(|r| r.kind == kind && r.key == key))
        });
        let Some(row) = row else { continue };
        rows.insert((row.kind, row.key));
        match (row.shape, member) {
            (Shape::Many(kind) | Shape::OneOrMany(kind), Value::Array(items)) => {
                items.iter().for_each(|item| seen(kind, item, rows));
            }
            (Shape::Named(kind), Value::Object(objects)) => {
                objects.values().for_each(|object| seen(kind, object, rows));
            }
            (Shape::One(kind) | Shape::OneOrMany(kind), object) => seen(kind, object, rows),
            _ => {}
        }
    }
}

#[test]
fn each_row_of_the_table_has_a_case() {
    let mut rows = BTreeSet::new();
    for case in cases() {
        seen(Kind::OpenApi, &case.document(), &mut rows);
    }
    let untested: Vec<_> = TABLE.iter().filter(|row| !rows.contains(&(row.kind, row.key))).collect();
    assert!(untested.is_empty(), "rows without a case: {untested:#?}");
}

#[test]
fn no_row_stands_twice() {
    let rows: BTreeSet<_> = TABLE.iter().map(|row| (row.kind, row.key)).collect();
    assert_eq!(rows.len(), TABLE.len());
}

#[test]
fn each_keyword_of_the_schema_vocabularies_has_a_fate() {
    use referencing::meta;
    let vocabularies: [&Value; 9] = [
        &meta::DRAFT202012,
        &meta::DRAFT202012_CORE,
        &meta::DRAFT202012_APPLICATOR,
        &meta::DRAFT202012_UNEVALUATED,
        &meta::DRAFT202012_VALIDATION,
        &meta::DRAFT202012_META_DATA,
        &meta::DRAFT202012_FORMAT_ANNOTATION,
        &meta::DRAFT202012_FORMAT_ASSERTION,
        &meta::DRAFT202012_CONTENT,
    ];
    let base = published("openapi-3.1-base-vocabulary.json");
    let mut keywords = 0;
    for vocabulary in vocabularies.into_iter().chain([&base]) {
        for keyword in vocabulary["properties"].as_object().unwrap().keys() {
            keywords += 1;
            assert!(has_row(Kind::Schema, keyword), "the keyword `{keyword}` has no fate");
        }
    }
    assert!(keywords > 60, "the vocabularies were not read: {keywords} keywords");
}

fn has_row(kind: Kind, key: &str) -> bool {
    TABLE.iter().any(|row| row.kind == kind && row.key == key)
}

/// The objects of the official schema of 3.1 by the names that it gives them.
#[test]
fn each_member_of_each_object_has_a_fate() {
    let schema = published("openapi-3.1-2022-10-07.json");
    let kinds = [
        ("info", Kind::Info),
        ("contact", Kind::Contact),
        ("license", Kind::License),
        ("server", Kind::Server),
        ("server-variable", Kind::ServerVariable),
        ("components", Kind::Components),
        ("path-item", Kind::PathItem),
        ("operation", Kind::Operation),
        ("external-documentation", Kind::ExternalDocs),
        ("parameter", Kind::Parameter),
        ("request-body", Kind::RequestBody),
        ("media-type", Kind::MediaType),
        ("encoding", Kind::Encoding),
        ("responses", Kind::Responses),
        ("response", Kind::Response),
        ("example", Kind::Example),
        ("link", Kind::Link),
        ("header", Kind::Header),
        ("tag", Kind::Tag),
        ("reference", Kind::Reference),
        ("security-scheme", Kind::SecurityScheme),
        ("oauth-flows", Kind::OAuthFlows),
    ];
    // These have no members by name, or are no objects of the document.
    let others = [
        "paths",
        "content",
        "callbacks",
        "schema",
        "security-requirement",
        "specification-extensions",
        "examples",
        "map-of-strings",
    ];
    let definitions = schema["$defs"].as_object().unwrap();
    for name in definitions.keys().filter(|name| !name.ends_with("-or-reference")) {
        let known = kinds.iter().any(|(kind, _)| kind == name) || others.contains(&name.as_str());
        assert!(known, "the official schema has an object `{name}` that this test does not know");
    }
    let mut members = 0;
    let mut check = |kind: Kind, definition: &Value| {
        for member in named_members(definition) {
            members += 1;
            assert!(has_row(kind, &member), "the member `{member}` of {kind:?} has no fate");
        }
    };
    check(Kind::OpenApi, &json!({"properties": schema["properties"]}));
    for (name, kind) in kinds {
        let mut definition = definitions[name].clone();
        if kind == Kind::OAuthFlows {
            // Its parts are the flows, which are objects of their own.
            definition.as_object_mut().unwrap().remove("$defs");
        }
        check(kind, &definition);
    }
    for flow in definitions["oauth-flows"]["$defs"].as_object().unwrap().values() {
        check(Kind::OAuthFlow, flow);
    }
    for example in ["example", "examples"] {
        assert!(
            has_row(Kind::MediaType, example)
                && has_row(Kind::Parameter, example)
                && has_row(Kind::Header, example)
        );
    }
    assert!(members > 120, "the official schema was not read: {members} members");
}

/// The members that a definition names, also below the keywords that add to it.
fn named_members(definition: &Value) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    if !definition.is_object() {
        return names;
    }
    let own = definition["properties"].as_object().into_iter().flatten();
    names.extend(own.map(|(name, _)| name.clone()));
    for key in ["then", "else"] {
        names.extend(named_members(&definition[key]));
    }
    for key in ["$defs", "dependentSchemas"] {
        names.extend(
            definition[key].as_object().into_iter().flatten().flat_map(|(_, part)| named_members(part)),
        );
    }
    for key in ["allOf", "oneOf"] {
        names.extend(definition[key].as_array().into_iter().flatten().flat_map(named_members));
    }
    names
}
