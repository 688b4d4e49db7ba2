//! What a change means for a Rust caller, told by `diff`.

use std::collections::BTreeMap;
use std::path::Path;

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::RngSeed;
use serde_json::{Value, json};
use xtask::canonical::canonical;
use xtask::diff::Change;
use xtask::engine::Engine;
use xtask::report::Fate;
use xtask::vendor::{Input, Options, vendor};
use xtask::{generate, layout};

use crate::changes::{
    ADD, BOOK, CASES, COMPILING, Case, HARMLESS, NEW_BOOK, READ, RUNNING, at, json_of, library, remove, set,
};

fn diff(old: &Value, new: &Value) -> Vec<Change> {
    xtask::diff::diff(old, new, &Engine::Thread)
}

#[test]
fn every_change_is_classified() {
    let mut wrong = Vec::new();
    for Case { name, change, class, pointer, what } in CASES {
        let mut new = library();
        change(&mut new);
        let changes = diff(&library(), &new);
        let gravest = changes.iter().map(|change| change.class).min();
        let found = changes.iter().any(|change| {
            change.class == *class && change.pointer.to_string() == *pointer && change.what == *what
        });
        let says_why = changes.iter().all(|change| !change.what.is_empty() && !change.why.is_empty());
        if gravest != Some(*class) || !found || !says_why {
            wrong.push(format!("{name}: {changes:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn equal_documents_have_no_changes() {
    assert_eq!(diff(&library(), &library()), []);
}

#[test]
fn a_document_without_bindings_is_said_to_be_one() {
    let mut new = library();
    set(&mut new, BOOK, "$dynamicRef", "#anything".into());
    for (old, new, class) in [(library(), new.clone(), COMPILING), (new, library(), RUNNING)] {
        let changes = diff(&old, &new);
        let told = changes.iter().find(|change| change.pointer.to_string() == "#").unwrap();
        assert_eq!(told.class, class);
        assert!(told.why.contains("#/components/schemas/Book/$dynamicRef"), "{told:?}");
    }
}

/// Operations and types that have a say in what becomes of each other.
fn crowd() -> Value {
    let of = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let object = |properties: Value| json!({"type": "object", "properties": properties});
    let answers = |name: &str| json!({"200": {"description": "OK", "content": json_of(name)}});
    let get = |id: &str, name: &str| json!({"get": {"operationId": id, "responses": answers(name)}});
    let text = json!({"type": "string"});
    let mut document = json!({
        "openapi": "3.1.1",
        "info": {"title": "Crowd", "version": "1"},
        "paths": {
            "/alone": get("read_alone", "Alone"),
            "/persons": get("list_persons", "Person"),
            "/pets": get("list_pets", "Pet"),
            "/shelves": get("read_shelf", "Shelf"),
            "/states": {"post": {
                "operationId": "set_state",
                "requestBody": {"content": json_of("State")},
                "responses": {"204": {"description": "No Content"}},
            }},
            "/trees": get("read_tree", "Tree"),
        },
        "components": {"schemas": {
            "Alone": object(json!({"state": of("State")})),
            "Cat": {"allOf": [of("Pet"), object(json!({"lives": {"type": "integer"}}))]},
            "Dog": {"allOf": [of("Pet"), object(json!({"barks": {"type": "boolean"}}))]},
            "Name": object(json!({"given": text})),
            "Node": object(json!({"peer": of("Node"), "tree": of("Tree")})),
            "Person": {"allOf": [of("Name"), object(json!({"userId": text}))]},
            "Pet": {"type": "object", "required": ["kind"], "properties": {"kind": text}, "discriminator": {"propertyName": "kind"}},
            "Shelf": object(json!({"state": of("State"), "tree": of("Tree")})),
            "State": {"type": "string", "enum": ["FULL", "EMPTY"]},
            "Tree": object(json!({"node": of("Node")})),
        }},
    });
    let kind = json!({"name": "kind", "in": "query", "schema": {"type": "string", "enum": ["A", "B"]}});
    set(&mut document, "/paths/~1shelves/get", "parameters", json!([kind]));
    document
}

/// A part of the bindings is generated where a part decides; a schema with an address of its own asks for all of them.
#[test]
fn what_is_not_generated_has_no_say() {
    type Change = fn(&mut Value);
    let all = |document: &Value| {
        let mut all = document.clone();
        all["x-address"] = json!({"$anchor": "all"});
        all
    };
    let changes: [Change; 8] = [
        |d| set(d, "/components/schemas/Alone/properties", "more", json!({"type": "string"})),
        |d| set(d, "/components/schemas/State", "enum", json!(["FULL", "EMPTY", "LOST"])),
        |d| {
            let mut operation = d["paths"]["/states"]["post"].clone();
            operation["operationId"] = "set_shelf".into();
            operation["requestBody"]["content"] = json_of("Shelf");
            set(d, "/paths", "/more", json!({"post": operation}));
        },
        |d| remove(d, "/paths", "/states"),
        |d| set(d, "/components/schemas", "Bird", json!({"allOf": [{"$ref": "#/components/schemas/Pet"}]})),
        |d| set(d, "/components/schemas", "ReadShelfKind", json!({"type": "string", "enum": ["A", "C"]})),
        |d| set(d, "/components/schemas/Name/properties", "user_id", json!({"type": "string"})),
        |d| {
            let node = json!({"$ref": "#/components/schemas/Node"});
            set(d, "/components/schemas", "Acorn", json!({"type": "object", "properties": {"node": node}}));
        },
    ];
    for change in changes {
        let (old, mut new) = (crowd(), crowd());
        change(&mut new);
        for (old, new) in [(&old, &new), (&new, &old)] {
            let of_all = diff(&all(old), &all(new));
            assert!(!of_all.is_empty());
            assert_eq!(diff(old, new), of_all);
        }
    }
}

#[test]
fn a_name_that_is_given_twice_is_no_hindrance() {
    let mut old = library();
    set(&mut old, ADD, "operationId", "read_book".into());
    let mut new = old.clone();
    remove(&mut new, &format!("{BOOK}/properties"), "pages");
    let told: Vec<_> = diff(&old, &new).into_iter().map(|change| (change.class, change.what)).collect();
    assert_eq!(told, [(COMPILING, "property `pages` removed".to_owned())]);
}

/// The library with the operations of `/v1/books` under a name, to which the path refers.
fn with_a_named_path_item() -> Value {
    let mut document = library();
    let item = at(&mut document, "/paths/~1v1~1books").take();
    set(&mut document, "/components", "pathItems", json!({"Books": item}));
    set(&mut document, "/paths", "/v1/books", json!({"$ref": "#/components/pathItems/Books"}));
    document
}

#[test]
fn what_a_path_refers_to_is_compared_like_what_it_holds() {
    const NAMED: &str = "/components/pathItems/Books";
    let told = |new: &Value| {
        let changes = diff(&with_a_named_path_item(), new).into_iter();
        changes.map(|change| (change.class, change.pointer.to_string(), change.what)).collect::<Vec<_>>()
    };
    let one = |class, pointer: &str, what: &str| vec![(class, pointer.to_owned(), what.to_owned())];

    let mut new = with_a_named_path_item();
    remove(&mut new, NAMED, "post");
    let path = "#/paths/~1v1~1books";
    assert_eq!(told(&new)[0], one(COMPILING, &format!("{path}/post"), "POST /v1/books removed")[0]);

    let mut new = with_a_named_path_item();
    let note = "/components/schemas/NewBook/properties/note";
    set(&mut new, note, "pattern", "^[A-Z]".into());
    let what = "pattern changed from none to \"^[A-Z]\"";
    assert_eq!(told(&new), one(RUNNING, &format!("#{note}/pattern"), what), "a request has it");

    // What stands beside a reference counts, and replaces what the reference brings.
    let mut new = with_a_named_path_item();
    let mut operation = library()["paths"]["/v1/books"]["post"].clone();
    operation["requestBody"]["required"] = false.into();
    set(&mut new, "/paths/~1v1~1books", "post", operation);
    assert_eq!(told(&new)[0].1, format!("{path}/post/requestBody/required"));

    let written_out = one(HARMLESS, path, "written in another way");
    assert_eq!(told(&library()), written_out);
    let mut new = with_a_named_path_item();
    let item = at(&mut new, "/components/pathItems/Books").take();
    set(
        &mut new,
        "/components",
        "pathItems",
        json!({"First": {"$ref": "#/components/pathItems/Second"}, "Second": item}),
    );
    set(&mut new, "/paths/~1v1~1books", "$ref", "#/components/pathItems/First".into());
    assert_eq!(told(&new), written_out, "a reference to a reference");
}

#[test]
fn a_path_that_refers_to_itself_gives_no_bindings() {
    let mut new = with_a_named_path_item();
    set(&mut new, "/components/pathItems/Books", "$ref", "#/components/pathItems/Books".into());
    let changes = diff(&library(), &new);
    assert!(
        changes.iter().any(|change| change.class == COMPILING && change.why.contains("contains itself")),
        "{changes:#?}"
    );
}

/// A parameter whose value is written in a media type has its schema there.
#[test]
fn what_a_parameter_holds_in_a_media_type_is_compared_like_its_schema() {
    let with = |content: Value| {
        let mut document = library();
        let parameter = json!({"name": "filter", "in": "query", "content": content});
        at(&mut document, &format!("{READ}/parameters")).as_array_mut().unwrap().push(parameter);
        document
    };
    let json = |schema: Value| with(json!({"application/json": {"schema": schema}}));
    let place = "#/paths/~1v1~1books~1{id}/get/parameters/4/content";
    let schema = format!("{place}/application~1json/schema");
    let object = |pages: Value| json(json!({"type": "object", "properties": {"pages": pages}}));
    for (new, class, pointer, what) in [
        (
            object(json!({"type": "integer", "maximum": 9})),
            RUNNING,
            format!("{schema}/properties/pages/maximum"),
            "maximum changed from none to 9",
        ),
        (
            object(json!({"type": "string"})),
            COMPILING,
            format!("{schema}/properties/pages"),
            "field `pages` changed from Option<i64> to Option<String>",
        ),
        (
            json(json!({"type": "boolean"})),
            COMPILING,
            schema.clone(),
            "parameter `filter` changed from ReadBookFilter to bool",
        ),
        (
            with(
                json!({"application/json": {"schema": {"type": "object", "properties": {"pages": {"type": "integer"}}}, "encoding": {}}}),
            ),
            HARMLESS,
            format!("{place}/application~1json/encoding"),
            "`encoding` changed",
        ),
        (
            with(
                json!({"application/x+json": {"schema": {"type": "object", "properties": {"pages": {"type": "integer"}}}}}),
            ),
            HARMLESS,
            place.to_owned(),
            "written as application/x+json instead of as application/json",
        ),
    ] {
        let changes = diff(&object(json!({"type": "integer"})), &new);
        let told: Vec<_> = changes
            .iter()
            .map(|change| (change.class, change.pointer.to_string(), change.what.as_str()))
            .collect();
        assert!(told[0] == (class, pointer, what), "{changes:#?}");
    }
}

/// The library with ways to authenticate, and what the document and reading a book ask for.
fn guarded(document: &Value, operation: &Value) -> Value {
    let mut guarded = library();
    let schemes = json!({
        "session": {"type": "apiKey", "in": "header", "name": "sessionToken"},
        "bearer": {"type": "http", "scheme": "bearer"},
        "token": {"type": "http", "scheme": "Bearer"},
        "basic": {"type": "http", "scheme": "basic"},
        "words": {"type": "apiKey", "in": "query", "name": "words"},
        "certificate": {"type": "mutualTLS"},
    });
    set(&mut guarded, "/components", "securitySchemes", schemes);
    for (place, security) in [("", document), (READ, operation)] {
        if !security.is_null() {
            set(&mut guarded, place, "security", security.clone());
        }
    }
    guarded
}

/// Who gave what was asked for before and now comes through no more has a call that fails.
#[test]
fn a_credential_that_is_newly_asked_for_is_told_unless_the_client_sends_it() {
    let none = Value::Null;
    let asked = |names: &[&str]| names.iter().map(|name| json!({ *name: [] })).collect::<Value>();
    for (before, after, words) in [
        (none.clone(), asked(&["bearer"]), Some("`Authorization: Bearer …`")),
        (none.clone(), asked(&["certificate"]), Some("certificate")),
        (asked(&["session"]), json!([{"session": [], "basic": []}]), Some("`Authorization: Basic …`")),
        (asked(&["bearer"]), asked(&["basic"]), Some("`Authorization: Basic …`")),
        (asked(&["bearer", "basic"]), asked(&["bearer"]), Some("`Authorization: Bearer …`")),
        (json!([{}, {"bearer": []}]), asked(&["bearer"]), Some("`Authorization: Bearer …`")),
        (none.clone(), asked(&["session"]), None),
        (none.clone(), asked(&["words"]), None),
        (none.clone(), json!([{}, {"bearer": []}]), None),
        (none.clone(), asked(&["bearer", "session"]), None),
        (asked(&["bearer"]), none.clone(), None),
        (asked(&["bearer"]), json!([]), None),
        (asked(&["bearer"]), asked(&["token"]), None),
        (asked(&["bearer"]), asked(&["bearer", "basic"]), None),
    ] {
        let changes = diff(&guarded(&none, &before), &guarded(&none, &after));
        let breaking: Vec<_> = changes.iter().filter(|change| change.class.is_breaking()).collect();
        match (words, breaking.as_slice()) {
            (None, []) => {}
            (Some(words), [change]) => {
                let at = format!("#{READ}/security");
                assert_eq!((change.class, change.pointer.to_string()), (RUNNING, at));
                assert_eq!(change.what, "asks for a credential that the client does not send by itself");
                assert!(change.why.contains(words), "{change:?}");
            }
            _ => panic!("{before} to {after}: {changes:#?}"),
        }
    }
    // What the document asks for is told once, however many operations there are.
    let changes = diff(&guarded(&none, &none), &guarded(&asked(&["bearer"]), &none));
    let breaking: Vec<_> = changes.iter().filter(|change| change.class.is_breaking()).collect();
    assert!(matches!(breaking.as_slice(), [one] if one.pointer.to_string() == "#/security"), "{changes:#?}");

    let mut new = guarded(&none, &asked(&["bearer"]));
    set(&mut new, "/components/securitySchemes/bearer", "scheme", "basic".into());
    let changes = diff(&guarded(&none, &asked(&["bearer"])), &new);
    assert!(changes[0].class == RUNNING && changes[0].why.contains("Basic"), "{changes:#?}");
}

/// A change of one part of a type does not hide those of others, wherever in the type they stand.
#[test]
fn a_part_of_an_all_of_hides_no_other() {
    let mut old = library();
    let properties = json!({"pages": {"type": "integer"}, "text": {"type": "string"}});
    set(&mut old, NEW_BOOK, "allOf", json!([{"type": "object", "properties": properties}]));
    let mut new = old.clone();
    set(&mut new, &format!("{NEW_BOOK}/allOf/0/properties/pages"), "type", "string".into());
    set(&mut new, &format!("{NEW_BOOK}/allOf/0/properties/text"), "pattern", "^[A-Z]".into());
    let changes = diff(&old, &new);
    for what in [
        "field `pages` changed from Option<i64> to Option<String>",
        "pattern changed from none to \"^[A-Z]\"",
    ] {
        assert!(changes.iter().any(|change| change.what == what), "no {what} in {changes:#?}");
    }
}

/// Whatever a branch refuses, an answer is read.
#[test]
fn a_branch_that_refuses_what_it_took_reads_it_all_the_same() {
    let mut old = library();
    let branches = json!([{"$ref": "#/components/schemas/Person"}, {"type": "string"}]);
    set(&mut old, &format!("{BOOK}/properties"), "author", json!({"oneOf": branches}));
    let mut new = old.clone();
    set(&mut new, "/components/schemas/Person", "additionalProperties", false.into());
    let changes = diff(&old, &new);
    assert!(changes.iter().all(|change| change.class == HARMLESS), "{changes:#?}");
}

/// What was added is removed when the two sides change places, and the other way round.
#[test]
fn every_change_shows_from_the_other_side() {
    for Case { name, change, .. } in CASES {
        let mut new = library();
        change(&mut new);
        assert!(!diff(&new, &library()).is_empty(), "{name}");
    }
}

/// The places of all values in a document.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let token = name.replace('~', "~0").replace('/', "~1");
                places(value, &format!("{at}/{token}"), found);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                places(value, &format!("{at}/{index}"), found);
            }
        }
        _ => {}
    }
}

/// The library with members that callers do not see.
fn furnished() -> Value {
    let mut document = library();
    set(
        &mut document,
        &format!("{READ}/responses/200"),
        "headers",
        json!({"Age": {"schema": {"type": "integer"}}}),
    );
    set(&mut document, READ, "security", json!([{"key": []}]));
    set(
        &mut document,
        "/components",
        "securitySchemes",
        json!({"key": {"type": "apiKey", "in": "header", "name": "k"}}),
    );
    set(&mut document, "/paths/~1v1~1books", "servers", json!([{"url": "https://other"}]));
    set(&mut document, BOOK, "additionalProperties", false.into());
    set(&mut document, &format!("{NEW_BOOK}/properties/note"), "minLength", 1.into());
    document
}

fn taken_in(document: &Value) -> Option<Value> {
    let bytes = document.to_string().into_bytes();
    let taken = vendor(&[Input { name: "f".to_owned(), bytes }], &Options::default());
    taken.ok().map(|vendored| vendored.document)
}

#[test]
fn the_furnished_library_is_as_it_would_be_vendored() {
    assert_eq!(taken_in(&furnished()), Some(canonical(furnished())));
}

/// So many cases, the same in each run: who changes something else is not to meet a case that nobody has met before.
fn repeatable(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        rng_seed: RngSeed::Fixed(1),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(repeatable(60))]

    /// Whatever changes in a document, something is told, at the place or around it.
    #[test]
    fn no_change_goes_untold(place in any::<Index>(), with in prop::option::of(prop::sample::select(vec![
        json!("other"), json!(7), json!(true), json!({"type": "integer"}), json!({}), json!([]),
        json!({"$ref": "#/components/schemas/Person"}), json!(["A", "B"]),
    ]))) {
        let old = furnished();
        let mut new = old.clone();
        let mut all = Vec::new();
        places(&old, "", &mut all);
        let place = place.get(&all).clone();
        let (parent, name) = place.rsplit_once('/').unwrap_or(("", ""));
        match (new.pointer_mut(parent), with) {
            (Some(Value::Object(members)), None) => {
                members.remove(&name.replace("~1", "/").replace("~0", "~"));
            }
            (Some(Value::Array(items)), None) => drop(items.remove(name.parse().unwrap())),
            (_, Some(with)) => *new.pointer_mut(&place).unwrap() = with,
            _ => return Ok(()),
        }
        // What cannot be vendored is never compared.
        let Some(new) = taken_in(&new) else { return Ok(()) };
        let old = canonical(old);
        if new != old {
            prop_assert!(!diff(&old, &new).is_empty(), "nothing is told of a change at {place}");
        }
        prop_assert_eq!(diff(&new, &new), []);
    }
}

/// Schemas of which the bindings make types in many ways.
fn schemas() -> Vec<Value> {
    vec![
        json!({"type": "string"}),
        json!({"type": "string", "format": "date-time"}),
        json!({"type": "string", "format": "byte"}),
        json!({"type": "string", "pattern": "^a"}),
        json!({"type": "string", "minLength": 1}),
        json!({"type": "string", "maxLength": 9}),
        json!({"type": "string", "enum": ["A", "B"]}),
        json!({"type": "string", "enum": ["A", "B", "C"], "maxLength": 1}),
        json!({"type": ["string", "null"]}),
        json!({"type": ["string", "integer"]}),
        json!({"type": "integer"}),
        json!({"type": "integer", "format": "int32"}),
        json!({"type": "integer", "format": "int64", "minimum": 0}),
        json!({"type": "integer", "minimum": 0}),
        json!({"type": "integer", "minimum": 1}),
        json!({"type": "integer", "minimum": 0, "maximum": 255}),
        json!({"type": "integer", "exclusiveMinimum": 0}),
        json!({"type": "integer", "default": 7}),
        json!({"type": "integer", "enum": [1, 2]}),
        json!({"type": "number"}),
        json!({"type": "number", "format": "float", "minimum": 0}),
        json!({"type": "boolean"}),
        json!({"type": "array", "items": {"type": "string"}}),
        json!({"type": "array", "items": {"type": "string", "format": "uuid"}, "maxItems": 2}),
        json!({"type": "array", "items": {"type": "string"}, "uniqueItems": true}),
        json!({"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2}),
        json!({"type": "object"}),
        json!({"type": "object", "additionalProperties": {"type": "string"}}),
        json!({"type": "object", "properties": {"a": {"type": "string"}}}),
        json!({"type": "object", "properties": {"a": {"type": "string", "format": "date"}}, "required": ["a"]}),
        json!({"allOf": [{"$ref": "#/components/schemas/Person"}]}),
        json!({"$ref": "#/components/schemas/Person"}),
        json!({"oneOf": [{"$ref": "#/components/schemas/Person"}, {"type": "string"}]}),
        json!({"$ref": "#/components/schemas/Shelf"}),
        json!({}),
    ]
}

/// The lines of the client that a caller can lean on, as often as they occur: what is public, and what it
/// implements and takes. None of a document that cannot be carried into Rust.
fn public_lines(document: &Value) -> Option<BTreeMap<String, usize>> {
    let empty = tempfile::tempdir().unwrap();
    let generated = generate::from(empty.path(), document.clone(), layout::DOCUMENT, &Engine::Thread).ok()?;
    if generated.told.iter().any(|note| note.fate == Fate::LeftOut) {
        return None;
    }
    let client =
        generated.artifacts.iter().find(|artifact| artifact.path == Path::new(layout::CLIENT)).unwrap();
    let (mut found, mut line, mut within) = (BTreeMap::new(), String::new(), None);
    for part in client.text.lines().map(str::trim) {
        line.push_str(part);
        // A type that goes on in the next line. Arrows and comparisons are no brackets.
        let angles =
            ["->", "=>", " < ", " > "].iter().fold(line.clone(), |line, sign| line.replace(sign, ""));
        if angles.matches('<').count() > angles.matches('>').count() {
            continue;
        }
        if [
            "pub ",
            "impl ",
            "impl<'a>",
            "impl<C",
            "type Answer",
            "type Refusal",
            "V: ",
            "T: ",
            ") -> Result<ResponseValue",
        ]
        .iter()
        .any(|start| line.starts_with(start))
        {
            *found.entry(line.clone()).or_default() += 1;
        } else if let Some(name) = &within
            && line.starts_with(char::is_uppercase)
        {
            // A variant, with the name of its enum.
            *found.entry(format!("{name} {line}")).or_default() += 1;
        }
        if line.starts_with("pub enum ") {
            within = Some(line.clone());
        } else if line == "}" {
            within = None;
        }
        line.clear();
    }
    Some(found)
}

proptest! {
    #![proptest_config(repeatable(40))]

    /// What is said not to be refused by the compiler takes no line away, and what is said to be does.
    #[test]
    fn the_generated_code_agrees(
        place in prop::sample::select(vec![
            format!("{BOOK}/properties/pages"),
            format!("{NEW_BOOK}/properties/note"),
            format!("{READ}/parameters/3/schema"),
            format!("{READ}/responses/200/content/application~1json/schema"),
            format!("{READ}/responses/404/content/application~1json/schema"),
            format!("{ADD}/requestBody/content/application~1json/schema"),
            format!("{BOOK}/properties/tags/items"),
            "/components/schemas/Kind".to_owned(),
            "/components/schemas/Shelf".to_owned(),
        ]),
        (old, new) in (prop::sample::select(schemas()), prop::sample::select(schemas())),
        required in any::<bool>(),
    ) {
        let with = |schema: &Value| {
            let mut document = library();
            *at(&mut document, &place) = schema.clone();
            if required {
                set(&mut document, BOOK, "required", json!(["id", "title", "pages"]));
                set(&mut document, NEW_BOOK, "required", json!(["title", "marks", "note"]));
            }
            document
        };
        let (old, new) = (with(&old), with(&new));
        // A type that refers to nothing but itself is none.
        let (Some(before), Some(after)) = (public_lines(&old), public_lines(&new)) else { return Ok(()) };
        let has = |line: &str, times: &usize| after.get(line).is_some_and(|present| present >= times);
        let lost: Vec<_> = before
            .iter()
            .filter(|(line, times)| {
                // What can always be made can be made, and what is public now need not have been.
                let kept = [line.replace("TryFrom<", "From<"), line.replacen('(', "(pub ", 1)];
                !has(line, times) && !kept.iter().any(|line| has(line, times))
            })
            .collect();
        let changes = diff(&old, &new);
        // What a setter takes may be another type, and the code compiles all the same.
        let is_told = changes
            .iter()
            .any(|change| change.class == COMPILING || change.what.starts_with("parameter `words` changed"));
prop_assert_eq!(is_told, !lost.is_empty(), "{:#?}\n{:#?}", changes, lost);
    }
}
