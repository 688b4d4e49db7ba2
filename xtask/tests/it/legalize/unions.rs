//! Unions have one form, whatever makes them: an enum with a type for each branch. How one is read is tried where
//! code is compiled.

use serde_json::{Value, json};

use super::code::{Code, code, document};

/// The code of one operation that takes and gives a union of these branches.
fn any_of(branches: &Value) -> Code {
    let object = |name: &str| json!({"type": "object", "properties": {name: {"type": "string"}}});
    let part = |schema: &Value| json!({"application/json": {"schema": schema}});
    let holder = json!({"type": "object", "required": ["part"], "properties": {"part": {"anyOf": branches}}});
    code(&document(
        json!({"/thing": {"put": {
            "operationId": "put_thing",
            "requestBody": {"required": true, "content": part(&json!({"$ref": "#/components/schemas/Holder"}))},
            "responses": {"200": {"description": "", "content": part(&json!({"$ref": "#/components/schemas/Either"}))}},
        }}}),
        json!({
            "Holder": holder, "Either": {"anyOf": branches},
            "A": object("a"), "B": {"allOf": [{"$ref": "#/components/schemas/A"}, object("b")]},
            "Text": {"type": "string", "maxLength": 3}, "Values": {"type": "string", "enum": ["a"]},
        }),
    ))
}

fn to(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

#[test]
fn every_branch_is_a_variant_with_a_type_of_its_own() {
    let object = |name: &str, required: &[&str]| json!({"type": "object", "required": required, "properties": {name: {"type": "string"}}});
    let json = "::serde_json::Value";
    let text = "::std::string::String";
    for (branches, variants) in [
        (json!([to("A"), to("B")]), "A(A),B(B)".to_owned()),
        (json!([to("A"), {"allOf": [to("B")]}]), "A(A),B(B)".into()),
        (
            json!([{"type": "string", "enum": ["fast", "slow"]}, {"type": "string"}]),
            format!("Value(EitherValue),String({text})"),
        ),
        (json!([to("Values"), to("Text")]), "Values(Values),Text(Text)".into()),
        (json!([{}, {"type": "string"}]), format!("Any({json}),String({text})")),
        (json!([object("a", &["a"]), object("b", &["b"])]), "A(EitherA),B(EitherB)".into()),
        (json!([object("a", &[]), object("b", &[])]), "Object(EitherObject),Object2(EitherObject2)".into()),
        (
            json!([{"title": "Low one", "type": "object", "properties": {"x": {}}}, to("A")]),
            "LowOne(EitherLowOne),A(A)".into(),
        ),
        (
            json!([{"type": "integer"}, {"anyOf": [{"type": "string"}, to("A")]}]),
            format!("Integer(i64),String({text}),A(A)"),
        ),
    ] {
        let code = any_of(&branches);
        assert_eq!(
            code.type_("Either"),
            format!("pubenumEither{{{variants},Unknown({json})}}"),
            "{branches}"
        );
        let holder = format!("pubenumHolderPart{{{}", variants.replace("Either", "HolderPart"));
        assert!(code.type_("HolderPart").starts_with(&holder), "{branches}: {}", code.type_("HolderPart"));
    }
}

#[test]
fn a_request_says_which_branch_it_is_or_that_it_is_several() {
    let (text, pet) = (json!({"type": "string"}), json!({"type": "object", "properties": {"kind": {}}}));
    let thing = json!({
        "one": {"oneOf": [to("A"), to("B")]}, "any": {"anyOf": [to("A"), to("B")]}, "plain": {"anyOf": [to("A"), text]},
        "told": {"anyOf": [to("A"), to("B")], "discriminator": {"propertyName": "kind"}},
    });
    let body = json!({"application/json": {"schema": {"type": "object", "properties": thing}}});
    let code = code(&document(
        json!({"/thing": {"put": {"operationId": "put_thing", "requestBody": {"content": body}, "responses": {"204": {"description": ""}}}}}),
        json!({"A": pet, "B": {"allOf": [to("A"), {"properties": {"b": text}}]}}),
    ));
    for (name, variants) in [
        ("One", "A(A),B(B)"),
        ("Any", "A(A),B(B),Unknown(::serde_json::Value)"),
        ("Plain", "A(A),String(::std::string::String)"),
        ("Told", "A(A),B(B)"),
    ] {
        let name = format!("PutThingRequestBody{name}");
        assert_eq!(code.type_(&name), format!("pubenum{name}{{{variants}}}"));
    }
}

#[test]
fn variants_are_named_by_components_titles_or_constants() {
    let of = |kind: &str, more: Value| {
        let mut schema = json!({"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string", "enum": [kind]}}});
        schema.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        schema
    };
    let titled = |kind: &str, title: &str| of(kind, json!({"title": title}));
    for (branches, discriminator, names) in [
        (
            json!([titled("done", "Plan done"), titled("failed", "Plan failed")]),
            json!({"propertyName": "kind"}),
            ["Done", "Failed"],
        ),
        (
            json!([of("done", json!({})), of("gone", json!({}))]),
            json!({"propertyName": "kind"}),
            ["Done", "Gone"],
        ),
        (json!([of("done", json!({})), of("gone", json!({}))]), Value::Null, ["Done", "Gone"]),
        (
            json!([to("First"), to("Second")]),
            json!({"propertyName": "kind", "mapping": {"a": "#/components/schemas/First", "b": "Second"}}),
            ["First", "Second"],
        ),
        (json!([to("First"), of("gone", json!({}))]), Value::Null, ["First", "Gone"]),
    ] {
        let mut union = json!({"oneOf": branches});
        if !discriminator.is_null() {
            union["discriminator"] = discriminator;
        }
        let ok = json!({"description": "", "content": {"application/json": {"schema": union}}});
        let kind =
            json!({"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}}});
        let code = code(&document(
            json!({"/thing": {"get": {"operationId": "get_thing", "responses": {"200": ok}}}}),
            json!({"First": kind, "Second": kind}),
        ));
        let union = code.type_("GetThingResponseBody");
        for name in names {
            assert!(union.contains(&format!("{name}(")), "{name}: {union}");
        }
    }
}

#[test]
fn null_is_allowed_beside_a_union() {
    for branches in [
        json!([to("A"), to("B"), {"enum": [null]}]),
        json!([to("A"), {"allOf": [to("B")], "nullable": true}]),
    ] {
        let code = any_of(&branches);
        assert_eq!(
            code.type_("Holder"),
            "pubstructHolder{pubpart:::std::option::Option<HolderPart>}",
            "{branches}"
        );
        assert!(code.type_("HolderPart").starts_with("pubenumHolderPart{A(A),B(B)"), "{branches}");
    }
}

#[test]
fn what_needs_no_telling_is_no_union() {
    let text = "pubstructHolder{pubpart:::std::string::String}";
    for (branches, expected) in [
        (json!([{"type": "string", "format": "date"}, {"type": "string", "format": "uri"}]), text),
        (json!([{"type": "string", "maxLength": 2}, {"type": "string"}]), text),
        (
            json!([{"type": "boolean", "enum": [true]}, {"type": "boolean", "enum": [false]}]),
            "pubstructHolder{pubpart:bool}",
        ),
    ] {
        assert_eq!(any_of(&branches).type_("Holder"), expected, "{branches}");
    }
    let code =
        any_of(&json!([{"type": "string", "enum": ["a", "b"]}, {"type": "string", "enum": ["b", "c"]}]));
    assert_eq!(code.type_("Either"), "pubenumEither{A,B,C,Unknown(::std::string::String)}");
}

#[test]
fn integers_with_titles_are_an_enum_of_numbers() {
    let one = |value: i64, title: &str| json!({"type": "integer", "enum": [value], "title": title});
    let code = any_of(&json!([one(1, "Low"), one(2, "High")]));
    assert_eq!(code.type_("Either"), "pubenumEither{Low,High,Unknown(i64)}");
}

#[test]
fn branches_that_only_require_are_left_to_the_server() {
    let text = "::std::option::Option<::std::string::String>";
    let properties = json!({"a": {"type": "string"}, "b": {"type": "string"}});
    for keyword in ["oneOf", "anyOf"] {
        let mut thing = json!({"type": "object", "properties": properties});
        thing[keyword] =
            json!([{"required": ["a"]}, {"required": ["b"]}, {"type": "object", "required": ["a", "b"]}]);
        let ok = json!({"description": "", "content": {"application/json": {"schema": to("Thing")}}});
        let code = code(&document(
            json!({"/thing": {"get": {"operationId": "get_thing", "responses": {"200": ok}}}}),
            json!({"Thing": thing}),
        ));
        assert_eq!(code.type_("Thing"), format!("pubstructThing{{puba:{text},pubb:{text}}}"));
        let said = format!(
            "widened #/components/schemas/Thing: which of the properties must be there, as `{keyword}` says"
        );
        assert!(code.said().contains(&said), "{}", code.said());
    }
}
