//! Keywords that lead the generator astray.

use quote::ToTokens as _;
use serde_json::{Value, json};

use super::code::{Code, code, document};

/// The code of one operation that gives an object with this property `p`.
fn with(property: Value) -> Code {
    let schema = json!({"type": "object", "required": ["p"], "properties": {"p": property}});
    let ok = json!({"description": "", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}});
    code(&document(
        json!({"/thing": {"get": {"operationId": "get_thing", "responses": {"200": ok}}}}),
        json!({"Thing": schema, "Part": {"type": "string", "enum": ["a", "b", "c"]}}),
    ))
}

#[test]
fn formats_of_other_crates_are_strings() {
    // Types of other crates, and types that fail a whole answer for one odd address.
    for format in ["date", "date-time", "uuid", "ip", "ipv4", "ipv6"] {
        let code = with(json!({"type": "string", "format": format}));
        assert_eq!(code.type_("Thing"), "pubstructThing{pubp:::std::string::String}");
        assert_eq!(
            code.said(),
            format!(
                "widened #/components/schemas/Thing/properties/p/format: any string is taken for a `{format}`"
            )
        );
    }
}

#[test]
fn a_pattern_is_left_to_the_server() {
    let code = with(json!({"type": "string", "pattern": "(?<!x)^(?i)a$"}));
    assert_eq!(code.type_("Thing"), "pubstructThing{pubp:::std::string::String}");
    assert!(code.said().contains("p/pattern: the pattern is left to the server: "), "{}", code.said());
}

#[test]
fn what_is_excluded_is_left_to_the_server() {
    let string = "::std::string::String";
    for (excluded, more, ty) in [
        (json!({}), json!({}), "::serde_json::Value"),
        (json!({"type": "string"}), json!({}), "::serde_json::Value"),
        (json!({"pattern": "^a"}), json!({"type": "string"}), string),
        (json!({"enum": ["a", 1]}), json!({"type": "string"}), string),
        (json!({"enum": ["a"]}), json!({"allOf": [{"type": "string"}]}), string),
        (
            json!({"required": ["a"]}),
            json!({"type": "object", "additionalProperties": {"type": "string"}}),
            "::std::collections::HashMap<::std::string::String,::std::string::String>",
        ),
    ] {
        let mut property = more;
        property["not"] = excluded;
        let code = with(property.clone());
        assert_eq!(code.type_("Thing"), format!("pubstructThing{{pubp:{ty}}}"), "{property}");
        let said =
            "widened #/components/schemas/Thing/properties/p/not: what `not` excludes is left to the server";
        assert_eq!(code.said(), said, "{property}");
    }
}

#[test]
fn an_enum_without_a_type_has_the_type_of_its_values() {
    let code = with(json!({"nullable": true, "enum": ["x", "y", null]}));
    assert_eq!(code.type_("Thing"), "pubstructThing{pubp:::std::option::Option<ThingP>}");
    assert!(code.type_("ThingP").starts_with("pubenumThingP{X,Y"), "{}", code.type_("ThingP"));
}

#[test]
fn an_enum_beside_all_of_is_what_all_of_says() {
    let code = with(json!({"allOf": [{"$ref": "#/components/schemas/Part"}], "enum": ["a"]}));
    assert_eq!(code.type_("Thing"), "pubstructThing{pubp:Part}");
}

/// Whether an optional `p` with this schema has a default in Rust, and the note if not.
fn default_of(property: Value) -> Result<(), String> {
    let schema = json!({"type": "object", "properties": {"p": property, "q": {"type": "string"}}});
    let ok = json!({"description": "", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}});
    let code = code(&document(
        json!({"/thing": {"get": {"operationId": "get_thing", "responses": {"200": ok}}}}),
        json!({
            "Thing": schema,
            "Part": {"type": "string", "enum": ["A", "a", "b"]},
            "Point": {"type": "object", "required": ["x"], "properties": {"x": {"type": "integer"}, "y": {"type": "integer"}}},
        }),
    ));
    let thing = code.type_("Thing");
    match code.said().lines().find(|line| line.contains("/default: ")) {
        None => {
            assert!(!thing.contains("pubp:::std::option::Option<"), "{thing}");
            Ok(())
        }
        Some(said) => {
            assert!(thing.contains("pubp:::std::option::Option<"), "{thing}");
            Err(said.split_once("/default: ").unwrap().1.to_owned())
        }
    }
}

#[test]
fn a_default_that_its_schema_refuses_is_none() {
    let part = json!([{"$ref": "#/components/schemas/Part"}]);
    let point = json!([{"$ref": "#/components/schemas/Point"}]);
    for property in [
        json!({"type": "integer", "default": "7"}),
        json!({"type": "integer", "minimum": 1, "default": 0}),
        json!({"type": "integer", "minimum": 0, "exclusiveMinimum": true, "default": 0}),
        json!({"type": "integer", "format": "int32", "default": 3000000000_u64}),
        json!({"type": "integer", "default": 1.5}),
        json!({"type": "number", "maximum": 1, "default": 1.5}),
        json!({"type": "integer", "multipleOf": 5, "default": 7}),
        json!({"type": "string", "enum": ["a", "b"], "default": "c"}),
        json!({"type": "string", "maxLength": 1, "default": "ab"}),
        json!({"type": "boolean", "default": null}),
        json!({"allOf": part, "default": "c"}),
        json!({"allOf": point, "default": {"y": 1}}),
        json!({"allOf": point, "default": {"x": "1"}}),
        json!({"type": "object", "required": ["m"], "properties": {"m": {"type": "string"}}, "default": {}}),
    ] {
        let said = default_of(property.clone());
        assert_eq!(said, Err("a default that its own schema refuses is none".to_owned()), "{property}");
    }
}

#[test]
fn a_default_that_fits_is_carried() {
    for property in [
        json!({"type": "integer", "minimum": 1, "default": 1}),
        json!({"type": "integer", "default": -3}),
        json!({"type": "number", "default": 1.5}),
        json!({"type": "string", "format": "byte", "default": "YQ=="}),
        json!({"type": "string", "format": "date", "default": "2020-01-31"}),
        json!({"type": "string", "enum": ["a", "b"], "default": "b"}),
        json!({"allOf": [{"$ref": "#/components/schemas/Part"}], "default": "a"}),
        json!({"allOf": [{"$ref": "#/components/schemas/Point"}], "default": {"x": 1}}),
    ] {
        assert_eq!(default_of(property.clone()), Ok(()), "{property}");
    }
    // One that may be null is an `Option` all the same.
    let nullable =
        json!({"anyOf": [{"$ref": "#/components/schemas/Part"}, {"enum": [null]}], "default": "a"});
    assert_eq!(with(nullable).said(), "");
}

#[test]
fn a_default_that_cannot_be_written_is_left_to_the_server() {
    for (property, why) in [
        (
            json!({"oneOf": [{"type": "string"}, {"type": "integer"}], "default": 1}),
            "its type is one of several",
        ),
        (
            json!({"allOf": [{"$ref": "#/components/schemas/Point"}, {"required": ["y"]}], "default": {"x": 1, "y": 2}}),
            "its type is made of several",
        ),
        (
            json!({"allOf": [{"$ref": "#/components/schemas/Point"}], "default": {"x": 1, "z": 2}}),
            "it has a member that its type does not have",
        ),
    ] {
        let said = default_of(property.clone());
        assert_eq!(said, Err(format!("the default is left to the server: {why}")), "{property}");
    }
}

#[test]
fn values_are_of_their_type_and_listed_once() {
    let fields = |values: Value, ty: &str| {
        let code = with(json!({"type": ty, "enum": values}));
        (code.type_("ThingP"), code.said())
    };
    assert!(fields(json!(["a", "b", "a"]), "string").0.starts_with("pubenumThingP{A,B,"));
    let (ty, said) = fields(json!([1, true, "c"]), "string");
    assert!(ty.starts_with("pubenumThingP{X1,True,C,"), "{ty}");
    assert!(said.ends_with("p/enum: the values are strings, as the type says"), "{said}");
    let (ty, said) = fields(json!([1, "two"]), "integer");
    assert_eq!(ty, "pubstructThingP(i64);");
    assert!(said.ends_with("p/enum: values that are no `integer` cannot occur"), "{said}");
}

#[test]
fn values_of_several_types_are_any_value() {
    for property in
        [json!({"enum": ["a", 1]}), json!({"enum": [{"a": 1}]}), json!({"enum": [[1]], "nullable": true})]
    {
        let code = with(property.clone());
        assert_eq!(code.type_("Thing"), "pubstructThing{pubp:::serde_json::Value}", "{property}");
        assert!(code.said().contains("p/enum: any value is taken"), "{property}");
    }
}

#[test]
fn a_null_among_the_values_is_an_absent_value() {
    let code = with(json!({"type": "string", "enum": ["x", null]}));
    assert_eq!(code.type_("Thing"), "pubstructThing{pubp:::std::option::Option<ThingP>}");
}

#[test]
fn what_is_said_of_several_types_leaves_the_type_open() {
    for property in [
        json!({"minimum": 1}),
        json!({"minLength": 1, "items": {"type": "string"}}),
        json!({"maximum": 1, "nullable": true}),
        json!({"format": "date-time"}),
    ] {
        let code = with(property.clone());
        assert_eq!(code.type_("Thing"), "pubstructThing{pubp:::serde_json::Value}", "{property}");
    }
    let code = with(json!({"minLength": 1, "nullable": true}));
    assert_eq!(code.type_("Thing"), "pubstructThing{pubp:::std::option::Option<ThingP>}");
    let code = with(json!({"type": "boolean", "format": "int32"}));
    assert_eq!(code.type_("Thing"), "pubstructThing{pubp:bool}");
}

#[test]
fn a_property_called_like_a_keyword_is_a_property() {
    let code = with(json!({"type": "object", "required": ["pattern", "format"], "properties": {
        "pattern": {"type": "string"}, "format": {"type": "string"},
    }}));
    assert_eq!(code.said(), "");
}

#[test]
fn of_defaults_whose_functions_have_one_name_one_is_carried() {
    let object = |property: &str| json!({"type": "object", "properties": {property: {"type": "string", "default": property}}});
    let ok = |name: &str| json!({"description": "", "content": {"application/json": {"schema": {"$ref": format!("#/components/schemas/{name}")}}}});
    let code = code(&document(
        json!({
            "/a": {"get": {"operationId": "a", "responses": {"200": ok("Aa")}}},
            "/b": {"get": {"operationId": "b", "responses": {"200": ok("AaBb")}}},
        }),
        json!({"Aa": object("bb_cc"), "AaBb": object("cc")}),
    ));
    assert_eq!(code.type_("Aa"), "pubstructAa{pubbb_cc:::std::string::String}");
    assert_eq!(code.type_("AaBb"), "pubstructAaBb{pubcc:::std::option::Option<::std::string::String>}");
    assert_eq!(
        code.said(),
        "dropped #/components/schemas/AaBb/properties/cc/default: the default is left to the server: in Rust its name is taken"
    );
}

#[test]
fn a_least_length_of_nothing_is_none() {
    let code = with(json!({"type": "string", "minLength": 0}));
    assert_eq!(code.type_("Thing"), "pubstructThing{pubp:::std::string::String}");
}

#[test]
fn a_component_that_may_be_null_is_optional_where_it_is_used() {
    let using = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let ok = json!({"description": "", "content": {"application/json": {"schema": using("Alias")}}});
    let code = code(&document(
        json!({"/thing": {"get": {"operationId": "get_thing", "responses": {"200": ok}}}}),
        json!({
            "Text": {"type": "string", "nullable": true},
            "Order": {"type": "string", "nullable": true, "enum": ["a", null]},
            "Person": {"type": "object", "nullable": true, "properties": {
                "boss": using("Person"), "name": using("Text"), "orders": {"type": "array", "items": using("Order")},
            }},
            "Alias": {"anyOf": [using("Person"), {"enum": [null]}]},
        }),
    ));
    assert_eq!(
        code.output("GetThing"),
        "Result<ResponseValue<::std::option::Option<types::Alias>>,Error<()>>"
    );
    assert_eq!(
        code.type_("Person"),
        "pubstructPerson{pubboss:::std::option::Option<::std::boxed::Box<Person>>,\
         pubname:::std::option::Option<Text>,puborders:::std::option::Option<::std::vec::Vec<::std::option::Option<Order>>>}"
    );
    assert_eq!(code.type_("Text"), "pubstructText(pub::std::string::String);");
    for component in ["Text", "Order", "Person", "Alias"] {
        let said = format!("exact #/components/schemas/{component}: null is allowed where this is used");
        assert!(code.said().contains(&said), "{component}: {}", code.said());
    }
}

#[test]
fn a_type_that_has_itself_inside_ends() {
    let itself = json!({"$ref": "#/components/schemas/Tree"});
    let ok = json!({"description": "", "content": {"application/json": {"schema": itself}}});
    let code = code(&document(
        json!({"/tree": {"get": {"operationId": "get_tree", "responses": {"200": ok}}}}),
        json!({"Tree": {"type": "object", "required": ["must"], "properties": {
            "may": itself, "must": itself, "many": {"type": "array", "items": itself},
            "more": {"allOf": [itself, {"required": ["may"]}]},
        }}}),
    ));
    let boxed = ":::std::option::Option<::std::boxed::Box<Tree>>";
    assert_eq!(
        code.type_("Tree"),
        format!(
            "pubstructTree{{pubmany:::std::option::Option<::std::vec::Vec<Tree>>,pubmay{boxed},pubmore:::std::option::Option<TreeMore>,\
             pubmust:::std::boxed::Box<Tree>}}"
        )
    );
    assert!(code.type_("TreeMore").contains("pubmay:::std::boxed::Box<Tree>"), "{}", code.type_("TreeMore"));
    let said =
        "exact #/components/schemas/Tree/properties/more: the schema has itself inside, so it is a component";
    assert!(code.said().contains(said), "{}", code.said());
}

#[test]
fn code_that_may_panic_says_why_it_does_not() {
    let attributes = |code: &Code| {
        let module = code.types().iter().find_map(|item| match item {
            syn::Item::Mod(module) if module.ident == "defaults" => Some(module.attrs.clone()),
            _ => None,
        });
        let module = module.unwrap_or_default();
        module.iter().map(|a| a.meta.to_token_stream().to_string().replace(' ', "")).collect::<String>()
    };
    let of = |property: Value| {
        let ok = json!({"description": "", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}});
        code(&document(
            json!({"/thing": {"get": {"operationId": "get_thing", "responses": {"200": ok}}}}),
            json!({"Thing": {"type": "object", "properties": {"p": property}}}),
        ))
    };
    let with = attributes(&of(json!({"type": "integer", "default": 3})));
    assert!(with.contains("allow(clippy::unwrap_used,reason=\"each"), "{with}");
    let without = attributes(&of(json!({"type": "string", "enum": ["a", "b"], "default": "a"})));
    assert!(!without.contains("clippy"), "{without}");
}

#[test]
fn a_reference_in_data_is_data() {
    let data = json!({"$ref": "#/nowhere", "of": [{"$ref": "other.yaml"}]});
    let ok = json!({"description": "", "content": {"application/json": {
        "schema": {"$ref": "#/components/schemas/Thing"}, "example": data, "examples": {"a": {"value": data}},
    }}});
    let code = code(&document(
        json!({"/thing": {"get": {"operationId": "get_thing", "responses": {"200": ok}, "x-data": data}}}),
        json!({"Thing": {"type": "object", "example": data, "x-data": data, "properties": {"p": {"default": data}}}}),
    ));
    assert_eq!(code.type_("Thing"), "pubstructThing{pubp:::serde_json::Value}");
    assert_eq!(code.said(), "");
}
