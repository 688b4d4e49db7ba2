//! Names that would be one in Rust.

use serde_json::{Value, json};

use super::code::{Code, code, document};

/// The code of one operation that gives `Thing`, with these components.
fn thing(schemas: Value) -> Code {
    let ok = json!({"description": "", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}});
    code(&document(
        json!({"/thing": {"get": {"operationId": "get_thing", "responses": {"200": ok}}}}),
        schemas,
    ))
}

fn text(code: &Code) -> String {
    polished(code).replace([' ', '\n'], "")
}

fn polished(code: &Code) -> String {
    xtask::polish::text(&code.file)
}

#[test]
fn components_that_differ_in_case_only_are_two_types() {
    let code = thing(json!({
        "Thing": {"type": "object", "properties": {
            "a": {"$ref": "#/components/schemas/some_part"}, "b": {"$ref": "#/components/schemas/SomePart"},
        }},
        "some_part": {"type": "object", "required": ["x"], "properties": {"x": {"type": "string"}}},
        "SomePart": {"type": "object", "required": ["y"], "properties": {"y": {"type": "string"}}},
    }));
    assert_eq!(code.type_("SomePart"), "pubstructSomePart{puby:::std::string::String}");
    assert_eq!(code.type_("SomePart2"), "pubstructSomePart2{pubx:::std::string::String}");
    assert_eq!(
        code.said(),
        "exact #/components/schemas/some_part: `some_part` is called `SomePart2`: its name is taken in Rust"
    );
}

#[test]
fn properties_that_differ_in_case_only_are_two_fields_and_keep_their_names_on_the_wire() {
    let code = thing(json!({"Thing": {
        "type": "object",
        "required": ["userId", "user_id"],
        "properties": {"userId": {"type": "integer"}, "user_id": {"type": "string"}},
    }}));
    assert_eq!(code.type_("Thing"), "pubstructThing{pubuser_id:::std::string::String,pubuser_id_2:i64}");
    let text = text(&code).replace("#[serde(deserialize_with=\"crate::lenient::value\")]", "");
    assert!(text.contains("#[serde(rename=\"userId\")]pubuser_id_2:i64"), "{text}");
    assert!(text.contains("pubuser_id:::std::string::String"), "{text}");
    assert!(!text.contains('⁂'), "{text}");
}

#[test]
fn values_that_differ_in_symbols_only_are_variants_and_keep_their_names_on_the_wire() {
    let code = thing(json!({
        "Thing": {"type": "object", "required": ["o"], "properties": {"o": {"$ref": "#/components/schemas/Order"}}},
        "Order": {"type": "string", "enum": ["ID", "id", "<", ">", "=", ""]},
    }));
    let text = text(&code);
    for value in ["ID", "id", "<", ">", "=", ""] {
        assert!(text.contains(&format!("#[serde(rename=\"{value}\")]")), "{value} in {text}");
        assert_eq!(text.matches(&format!("=>\"{value}\",")).count(), 1, "{value} in {text}");
    }
    assert!(!text.contains('⁂'), "{text}");
}

/// The names of the variants of an enum, with the values that they are.
fn variants(code: &Code, name: &str) -> Vec<(String, String)> {
    let enums = code.types().iter().filter_map(|item| match item {
        syn::Item::Enum(item) if item.ident == name => Some(item),
        _ => None,
    });
    let variants = enums.flat_map(|item| &item.variants).filter(|variant| variant.fields.is_empty());
    variants
        .map(|variant| {
            let name = variant.ident.to_string();
            let renamed = variant.attrs.iter().find_map(|attribute| {
                let text = quote::ToTokens::to_token_stream(attribute).to_string();
                Some(text.split_once("rename = \"")?.1.split_once('"')?.0.to_owned())
            });
            (name.clone(), renamed.unwrap_or(name))
        })
        .collect()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn of_values_that_are_one_in_rust_the_nearest_keeps_its_name() {
    let code = thing(json!({
        "Thing": {"type": "object", "properties": {
            "a": {"$ref": "#/components/schemas/Spaced"}, "b": {"$ref": "#/components/schemas/Exact"},
        }},
        "Spaced": {"type": "string", "enum": ["-name", ".name", "/name", "name"]},
        "Exact": {"type": "string", "enum": ["NAME", "name", "Name"]},
    }));
    let spaced = [("Name2", "-name"), ("Name3", ".name"), ("Name4", "/name"), ("Name", "name")];
    assert_eq!(variants(&code, "Spaced"), pairs(&spaced));
    assert_eq!(variants(&code, "Exact"), pairs(&[("Name2", "NAME"), ("Name3", "name"), ("Name", "Name")]));
}

#[test]
fn values_that_are_merged_are_variants_wherever_they_stand() {
    let text = || json!({"type": "string"});
    let two = || json!({"type": "string", "enum": ["a", "A", "b"]});
    let three = || json!({"type": "string", "enum": ["A", "c", "a"]});
    let object =
        |property: Value| json!({"type": "object", "required": ["low"], "properties": {"low": property}});
    let list = |items: Value| json!({"type": "object", "required": ["low"], "properties": {"low": {"type": "array", "items": items}}});
    for (first, second) in [
        (object(two()), object(text())),
        (object(text()), object(two())),
        (object(two()), object(three())),
        (list(two()), list(three())),
        (object(two()), json!({"type": "object", "additionalProperties": three()})),
        (object(json!({"oneOf": [two(), {"type": "integer"}]})), object(three())),
    ] {
        let both = json!({"allOf": [first, second]});
        let code = thing(json!({
            "Thing": {"type": "object", "required": ["top"], "properties": {"top": both}},
        }));
        let is_list = first["properties"]["low"]["type"] == "array";
        let name = if is_list { "ThingTopLowItem" } else { "ThingTopLow" };
        let found = variants(&code, name);
        for pair in pairs(&[("A", "A"), ("A2", "a")]) {
            assert!(found.contains(&pair), "{found:?} of {both}");
        }
    }
}

#[test]
fn a_union_beside_properties_is_merged_with_them() {
    let of = |values: Value| json!({"type": "object", "required": ["p"], "properties": {"p": {"type": "string", "enum": values}}});
    let code = thing(json!({"Thing": {
        "type": "object",
        "properties": {"p": {"type": "string", "enum": ["a", "A", "b"]}, "q": {"type": "string"}},
        "oneOf": [of(json!(["a", "A"])), of(json!(["b"]))],
    }}));
    let found = variants(&code, "ThingObjectP");
    assert_eq!(found, pairs(&[("A2", "a"), ("A", "A")]));
}

#[test]
fn values_of_the_branches_of_a_union_are_variants_of_one_type() {
    let values = |values: &[&str]| json!({"type": "string", "enum": values});
    let code = thing(json!({"Thing": {"oneOf": [values(&["a", "b"]), values(&["A", "c"])]}}));
    let expected = pairs(&[("A2", "a"), ("B", "b"), ("A", "A"), ("C", "c")]);
    assert_eq!(variants(&code, "Thing"), expected);
}

#[test]
fn tags_that_differ_in_case_only_tell_branches_apart() {
    let tagged = |tag: &str, field: &str| {
        json!({
            "type": "object", "required": ["kind", field],
            "properties": {"kind": {"type": "string", "enum": [tag]}, field: {"type": "string"}},
        })
    };
    let code = thing(json!({"Thing": {"oneOf": [tagged("a", "x"), tagged("A", "y"), tagged("b", "z")]}}));
    assert_eq!(
        code.type_("Thing"),
        "pubenumThing{A(ThingA),A2(ThingA2),B(ThingB),Unknown(::serde_json::Value)}"
    );
    for (name, field) in [("ThingA", "x"), ("ThingA2", "y"), ("ThingB", "z")] {
        let type_ = code.type_(name);
        assert!(type_.contains(&format!("pub{field}:::std::string::String")), "{type_}");
    }
}

#[test]
fn values_that_never_stand_in_one_enum_do_not_rename_each_other() {
    let of = |values: Value| {
        json!({"allOf": [
            {"$ref": "#/components/schemas/Base"},
            {"type": "object", "required": ["p"], "properties": {"p": {"type": "string", "enum": values}}},
        ]})
    };
    let code = thing(json!({
        "Thing": {"type": "object", "properties": {
            "a": {"$ref": "#/components/schemas/Upper"}, "b": {"$ref": "#/components/schemas/Lower"},
        }},
        "Base": {"type": "object", "properties": {"p": {"type": "string"}}},
        "Upper": of(json!(["ON", "OFF"])),
        "Lower": of(json!(["on", "off"])),
    }));
    assert_eq!(variants(&code, "UpperP"), pairs(&[("On", "ON"), ("Off", "OFF")]));
    assert_eq!(variants(&code, "LowerP"), pairs(&[("On", "on"), ("Off", "off")]));
}

#[test]
fn parameters_with_taken_names_keep_their_names_on_the_wire() {
    let parameter = |name: &str, place: &str| json!({"name": name, "in": place, "required": true, "schema": {"type": "string"}});
    let code = code(&document(
        json!({"/clients/{client}": {"get": {
            "operationId": "find",
            "parameters": [
                parameter("client", "path"), parameter("send", "query"), parameter("type", "query"),
                parameter("Send", "header"),
            ],
            "responses": {"204": {"description": ""}},
        }}}),
        json!({}),
    ));
    let send = code.send("Find");
    assert!(send.contains("format!(\"{}/clients/{}\",client.baseurl,client_2"), "{send}");
    assert!(send.contains("QueryParam::new(\"send\",&send_2)"), "{send}");
    assert!(send.contains("QueryParam::new(\"type\",&type_)"), "{send}");
    assert!(send.contains("header_map.append(\"Send\",send_3.to_string().try_into()?)"), "{send}");
    assert!(!polished(&code).contains('⁂'));
}

#[test]
fn what_is_called_like_the_prelude_keeps_its_name_and_constructors_do_not() {
    let object = json!({"type": "object", "required": ["x"], "properties": {"x": {"type": "string"}}});
    let code = thing(json!({
        "Thing": {"type": "object", "properties": {
            "a": {"$ref": "#/components/schemas/Result"}, "b": {"$ref": "#/components/schemas/Ok"},
        }},
        "Result": object,
        "Ok": object,
    }));
    for name in ["Result", "Ok2"] {
        assert_eq!(code.type_(name), format!("pubstruct{name}{{pubx:::std::string::String}}"));
    }
}

#[test]
fn a_format_that_does_not_hold_what_is_listed_gives_way() {
    let listed = |format: &str, values: Value| {
        thing(json!({"Thing": {"type": "object", "required": ["n"], "properties": {
            "n": {"type": "integer", "format": format, "enum": values},
        }}}))
    };
    for (format, values, ty) in [
        ("int32", json!([1, 3_000_000_000_u32]), "i64"),
        ("uint8", json!([1, 256]), "i64"),
        ("uint32", json!([-1, 1]), "i64"),
        ("int64", json!([1, u64::MAX]), "u64"),
        ("int64", json!([-1, u64::MAX]), "f64"),
        ("int64", json!([1, 1e21]), "f64"),
        ("int32", json!([1.0, 2.0]), "i32"),
    ] {
        let code = listed(format, values.clone());
        assert_eq!(code.type_("ThingN"), format!("pubstructThingN({ty});"), "{format} {values}");
    }
}

#[test]
fn what_a_path_names_and_nobody_declares_is_any_text() {
    let operation = json!({"get": {"operationId": "find", "responses": {"204": {"description": ""}}}});
    let code = code(&document(json!({"/a/{some}": operation}), json!({})));
    assert!(code.has("Find", "some"));
    assert_eq!(
        code.said(),
        "guessed #/paths/~1a~1{some}/get: the path names the parameter `some`, which is not declared: any text is sent"
    );
}

#[test]
fn operations_with_taken_names_get_others() {
    let operation = |id: &str| json!({"get": {"operationId": id, "responses": {"204": {"description": ""}}}});
    let code = code(&document(
        json!({"/a": operation("getRoom"), "/b": operation("get_room"), "/c": operation("new"), "/d": operation("error"), "/e": operation("post")}),
        json!({}),
    ));
    for builder in ["GetRoom", "GetRoom2", "New2", "Error2", "Post2"] {
        assert!(code.has(builder, "send"), "{builder}");
    }
}

#[test]
fn a_title_that_is_the_name_of_a_component_names_nothing() {
    let code = thing(json!({
        "Thing": {"type": "object", "required": ["part"], "properties": {
            "part": {"title": "Part", "type": "object", "required": ["x"], "properties": {"x": {"type": "string"}}},
        }},
        "Part": {"type": "object", "required": ["y"], "properties": {"y": {"type": "string"}}},
    }));
    assert_eq!(code.type_("Thing"), "pubstructThing{pubpart:ThingPart}");
    assert_eq!(code.type_("ThingPart"), "pubstructThingPart{pubx:::std::string::String}");
    assert!(code.said().contains("the title would name a type `Part`"), "{}", code.said());
}

#[test]
fn a_type_without_a_name_does_not_take_that_of_a_component() {
    let object = |property: &str| json!({"type": "object", "required": [property], "properties": {property: {"type": "string"}}});
    let code = thing(json!({
        "Thing": {"type": "object", "required": ["part", "items", "values"], "properties": {
            "part": object("x"),
            "items": {"type": "array", "items": object("x")},
            "values": {"type": "object", "additionalProperties": object("x")},
        }},
        "ThingPart": object("y"), "ThingItemsItem": object("y"), "ThingValuesValue": object("y"),
    }));
    assert_eq!(
        code.type_("Thing"),
        "pubstructThing{pubitems:::std::vec::Vec<ThingPropertyItemsItem>,pubpart:ThingPropertyPart,\
         pubvalues:::std::collections::HashMap<::std::string::String,ThingPropertyValuesValue>}"
    );
    for (inline, component) in [
        ("ThingPropertyPart", "ThingPart"),
        ("ThingPropertyItemsItem", "ThingItemsItem"),
        ("ThingPropertyValuesValue", "ThingValuesValue"),
    ] {
        assert_eq!(code.type_(inline), format!("pubstruct{inline}{{pubx:::std::string::String}}"));
        assert_eq!(code.type_(component), format!("pubstruct{component}{{puby:::std::string::String}}"));
        assert!(
            code.said().contains(&format!("the type is called `{inline}`: `{component}` is taken in Rust"))
        );
    }
    assert!(code.said().contains("exact #/components/schemas/Thing/properties/part: "), "{}", code.said());
}

#[test]
fn what_two_parts_say_of_one_property_has_a_type_of_its_own() {
    let object = |property: &str| json!({"type": "object", "required": [property], "properties": {property: {"type": "string"}}});
    let part = |property: &str| json!({"type": "object", "required": ["part"], "properties": {"part": object(property)}});
    let string = "::std::string::String";
    for base in [part("x"), json!({"$ref": "#/components/schemas/Base"})] {
        let code = thing(json!({
            "Thing": {"description": "A thing.", "allOf": [base, part("y"), {"required": ["other"], "properties": {
                "other": {"$ref": "#/components/schemas/ThingPart"},
            }}]},
            "Base": part("x"),
            "ThingPart": object("z"),
        }));
        assert_eq!(code.type_("Thing"), "pubstructThing{pubother:ThingPart,pubpart:ThingPropertyPart}");
        let merged = format!("pubstructThingPropertyPart{{pubx:{string},puby:{string}}}");
        assert_eq!(code.type_("ThingPropertyPart"), merged);
        assert_eq!(code.type_("ThingPart"), format!("pubstructThingPart{{pubz:{string}}}"));
        assert_eq!(code.type_("BasePart"), format!("pubstructBasePart{{pubx:{string}}}"));
        let said = "exact #/components/schemas/Thing: the parts are written out as one schema: inside, \
                    `ThingPart` is taken in Rust";
        assert!(code.said().contains(said), "{}", code.said());
    }
}

#[test]
fn a_clash_inside_of_parts_that_say_more_is_mended() {
    let part = |property: &str| {
        json!({"type": "object", "properties": {"part": {
            "type": "object", "required": [property], "properties": {property: {"type": "string"}},
        }}})
    };
    let with = |keyword: &str, value: Value| {
        let mut more = part("y");
        more[keyword] = value;
        thing(json!({
            "Thing": {"allOf": [part("x"), more]},
            "ThingPart": {"type": "object", "required": ["z"], "properties": {"z": {"type": "string"}}},
        }))
    };
    let string = "::std::string::String";
    let code = with("additionalProperties", json!({"type": "string"}));
    assert_eq!(
        code.type_("Thing"),
        format!(
            "pubstructThing{{pubpart:::std::option::Option<ThingPropertyPart>,\
             pubextra:::std::collections::HashMap<{string},{string}>}}"
        )
    );
    let merged = format!("pubstructThingPropertyPart{{pubx:{string},puby:{string}}}");
    assert_eq!(code.type_("ThingPropertyPart"), merged);
}

#[test]
fn a_name_of_symbols_does_not_leave_its_type_the_name_of_the_type_around() {
    let inner = json!({"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}});
    let code =
        thing(json!({"Thing": {"type": "object", "properties": {"=": inner, "x": {"type": "string"}}}}));
    let string = "::std::string::String";
    assert_eq!(
        code.type_("Thing"),
        format!("pubstructThing{{pubx:::std::option::Option<{string}>,pubx2:::std::option::Option<Thing2>}}")
    );
    assert_eq!(code.type_("Thing2"), format!("pubstructThing2{{puba:{string}}}"));
}

#[test]
fn what_stands_beside_a_union_has_names_of_its_own() {
    let object = |property: &str| json!({"type": "object", "required": [property], "properties": {property: {"type": "string"}}});
    for union in ["oneOf", "anyOf"] {
        for branch in [json!({}), object("b")] {
            let code = thing(json!({
                "Thing": {union: [branch], "type": "object", "properties": {
                    "=": object("x"), "part": object("y"), "other": {"$ref": "#/components/schemas/Thing2"},
                }},
                "Thing2": {"type": "object", "properties": {"part": {"$ref": "#/components/schemas/ThingPart"}}},
                "ThingPart": object("z"),
            }));
            let string = "::std::string::String";
            assert_eq!(code.type_("ThingPart"), format!("pubstructThingPart{{pubz:{string}}}"));
            assert_eq!(code.type_("Thing2"), "pubstructThing2{pubpart:::std::option::Option<ThingPart>}");
            let type_ = code.type_("Thing");
            assert!(type_.contains("pubother:::std::option::Option<Thing2>"), "{type_}");
            assert!(type_.contains("pubpart:::std::option::Option<ThingPropertyPart>"), "{type_}");
            assert_eq!(
                code.type_("ThingPropertyPart"),
                format!("pubstructThingPropertyPart{{puby:{string}}}")
            );
        }
    }
}

#[test]
fn what_stands_beside_the_only_possible_branch_has_names_of_its_own() {
    let of_name = |ty: &str| json!({"type": "object", "properties": {"name": {"type": ty}}});
    let values = json!({"type": "string", "enum": ["a", "b"]});
    for impossible in [json!([of_name("integer"), {}]), json!([{}, of_name("integer")])] {
        let code = thing(json!({
            "Thing": {"type": "object", "required": ["name"], "oneOf": impossible, "properties": {
                "name": {"type": "string"}, "=": values, "other": {"$ref": "#/components/schemas/thing"},
            }},
            "thing": {"type": "object", "required": ["z"], "properties": {"z": {"type": "string"}}},
        }));
        let string = "::std::string::String";
        assert_eq!(code.type_("Thing2"), format!("pubstructThing2{{pubz:{string}}}"));
        assert_eq!(
            code.type_("Thing"),
            format!(
                "pubstructThing{{pubname:{string},pubother:::std::option::Option<Thing2>,\
                 pubx2:::std::option::Option<ThingProperty2>}}"
            )
        );
        assert!(code.type_("ThingProperty2").starts_with("pubenumThingProperty2{A,B"));
        let said = "exact #/components/schemas/Thing: branches of `oneOf` that do not go with what stands beside \
                    it cannot occur";
        assert!(code.said().contains(said), "{}", code.said());
    }
}

#[test]
fn the_body_the_answer_and_the_error_of_an_operation_are_three_types() {
    let json = |property: &str| {
        let schema =
            json!({"type": "object", "required": [property], "properties": {property: {"type": "string"}}});
        json!({"application/json": {"schema": schema}})
    };
    let code = code(&document(
        json!({"/rooms": {"post": {
            "operationId": "create",
            "requestBody": {"required": true, "content": json("taken")},
            "responses": {
                "200": {"description": "", "content": json("given")},
                "400": {"description": "", "content": json("failed")},
                "500": {"description": "", "content": json("failed")},
            },
        }}}),
        json!({}),
    ));
    assert_eq!(
        code.output("Create"),
        "Result<ResponseValue<types::CreateResponse>,Error<types::CreateError>>"
    );
    assert_eq!(code.type_("CreateBody"), "pubstructCreateBody{pubtaken:::std::string::String}");
    assert_eq!(code.type_("CreateResponse"), "pubstructCreateResponse{pubgiven:::std::string::String}");
    assert_eq!(code.type_("CreateError"), "pubstructCreateError{pubfailed:::std::string::String}");
}

#[test]
fn a_name_that_clashes_with_none_keeps_its_own_whatever_the_others_become() {
    let code = thing(json!({
        "Thing": {"type": "object", "required": ["roomId", "room_id", "room_id_2"], "properties": {
            "roomId": {"type": "integer"}, "room_id": {"type": "string"}, "room_id_2": {"type": "boolean"},
            "a": {"$ref": "#/components/schemas/Some_part"}, "b": {"$ref": "#/components/schemas/SomePart"},
            "c": {"$ref": "#/components/schemas/some_part_2"},
        }},
        "SomePart": {"type": "object", "required": ["x"], "properties": {"x": {"type": "string"}}},
        "Some_part": {"type": "object", "required": ["y"], "properties": {"y": {"type": "string"}}},
        "some_part_2": {"type": "object", "required": ["z"], "properties": {"z": {"type": "string"}}},
    }));
    assert_eq!(code.type_("SomePart2"), "pubstructSomePart2{pubz:::std::string::String}");
    assert_eq!(code.type_("SomePart3"), "pubstructSomePart3{puby:::std::string::String}");
    let type_ = code.type_("Thing");
    assert!(type_.contains("pubroom_id:::std::string::String,pubroom_id_2:bool,pubroom_id_3:i64"), "{type_}");
}

#[test]
fn schemas_that_become_one_type_have_their_names_in_common() {
    let code = thing(json!({
        "Thing": {"allOf": [
            {"$ref": "#/components/schemas/Base"},
            {"type": "object", "required": ["user_id"], "properties": {"user_id": {"type": "string"}, "UserID": {"type": "string"}}},
        ]},
        "Base": {"type": "object", "required": ["userId"], "properties": {"userId": {"type": "integer"}, "more": {"type": "string"}}},
    }));
    assert_eq!(
        code.type_("Thing"),
        "pubstructThing{pubmore:::std::option::Option<::std::string::String>,\
         pubuser_id:::std::string::String,pubuser_id_2:::std::option::Option<::std::string::String>,\
         pubuser_id_3:i64}"
    );
    let text = text(&code);
    for name in ["UserID", "userId"] {
        assert!(text.contains(&format!("rename=\"{name}\"")), "{name}");
    }
}

#[test]
fn a_name_with_our_mark_is_refused() {
    for schema in
        [json!({"type": "object", "properties": {"a⁂2": {}}}), json!({"type": "string", "enum": ["a⁂2"]})]
    {
        let refused = xtask::legalize::legalize(&document(json!({}), json!({"Thing": schema}))).unwrap_err();
        let text = refused.to_string();
        assert!(text.starts_with("#/components/schemas/Thing/"), "{text}");
        assert!(text.contains("`a⁂2` has the character `⁂`, with which names are told apart here"), "{text}");
    }
    let texts = json!({"type": "string", "description": "⁂", "example": "⁂"});
    assert!(xtask::legalize::legalize(&document(json!({}), json!({"Thing": texts}))).is_ok());
}

/// Names of which several are one in Rust.
const NAMES: [&str; 9] =
    ["Room", "room", "ROOM", "RoomList", "room_list", "User", "userName", "user_name", "type"];

/// A document with components, properties, values, operations and inline types of these names.
fn named(names: &[&str]) -> Value {
    let properties: Value =
        names.iter().map(|name| ((*name).to_owned(), json!({"type": "string"}))).collect();
    let inline: Value = names
        .iter()
        .map(|name| {
            let schema = json!({"type": "object", "properties": {format!("in_{name}"): {"type": "string"}}});
            ((*name).to_owned(), schema)
        })
        .collect();
    let mut schemas: serde_json::Map<String, Value> = names
        .iter()
        .map(|name| ((*name).to_owned(), json!({"type": "object", "properties": properties})))
        .collect();
    for name in names {
        schemas
            .insert(format!("{name}_order"), json!({"type": "string", "enum": [name, name.to_lowercase()]}));
        schemas.insert(format!("{name}_holder"), json!({"type": "object", "properties": inline}));
    }
    let paths: Value = names
        .iter()
        .map(|name| {
            let operation = json!({"operationId": name, "responses": {"204": {"description": ""}}});
            (format!("/{name}"), json!({"get": operation}))
        })
        .collect();
    document(paths, Value::Object(schemas))
}

/// The same in Rust, whatever number stands behind.
fn stem(name: &str) -> String {
    name.replace('_', "").to_lowercase()
}

/// What a document's components become: their names, and all that is said of what stands in them.
fn renames(document: &Value) -> Vec<(String, String)> {
    let legalized = xtask::legalize::legalize(document).unwrap();
    legalized.notes.into_iter().map(|note| (note.pointer.as_str().to_owned(), note.text)).collect()
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 40, failure_persistence: None, ..Default::default() })]
    #[test]
    fn a_name_does_not_depend_on_what_is_unrelated(
        some in proptest::sample::subsequence(NAMES.to_vec(), 1..NAMES.len()),
        other in proptest::sample::select(vec!["Another", "another_one", "Box", "send", "4th", "+1"]),
    ) {
        // What is of the same names has the same names beside others.
        let before = renames(&named(&some));
        let mut more = named(&some);
        let others = named(&[other]);
        for section in ["/paths", "/components/schemas"] {
            let added = others.pointer(section).unwrap().as_object().unwrap().clone();
            more.pointer_mut(section).unwrap().as_object_mut().unwrap().extend(added);
        }
        let after: Vec<_> = renames(&more)
            .into_iter()
            .filter(|(place, _)| {
                let tokens: Vec<&str> = place.split(['/', '~']).collect();
                !tokens.iter().any(|token| *token == other || token.starts_with(&format!("{other}_")) || *token == format!("1{other}"))
            })
            .collect();
        proptest::prop_assert_eq!(before, after);
    }

    #[test]
    fn of_names_that_are_one_in_rust_only_those_that_follow_depend_on_each_other(
        some in proptest::sample::subsequence(NAMES.to_vec(), 2..NAMES.len()),
        at in proptest::prelude::any::<proptest::sample::Index>(),
    ) {
        // Without one of them, all that is not of its stem is as before.
        let gone = *at.get(&some);
        let rest: Vec<&str> = some.iter().copied().filter(|name| *name != gone).collect();
        let components = |names: &[&str]| -> Vec<(String, String)> {
            let schemas = names.iter().map(|name| ((*name).to_owned(), json!({"type": "object"}))).collect();
            renames(&document(json!({}), Value::Object(schemas)))
                .into_iter()
                .filter(|(place, _)| stem(place.rsplit('/').next().unwrap()) != stem(gone))
                .collect()
        };
        proptest::prop_assert_eq!(components(&some), components(&rest));
    }
}

#[test]
fn what_is_said_of_a_renamed_or_moved_place_leads_into_the_document_that_was_given() {
    let given = document(
        json!({"/things/{id}": {
            "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}],
            "get": {
                "operationId": "get_thing",
                "parameters": [{"name": "Id", "in": "query", "schema": {"type": "string", "pattern": "a"}}],
                "responses": {
                    "200": {"description": "", "content": {"application/json; charset=utf-8": {"schema": {"$ref": "#/components/schemas/some_part"}}}},
                    "default": {"description": "", "content": {"application/json": {"schema": {"type": "object", "properties": {"p": {"type": "string", "pattern": "a"}}}}}},
                },
            },
        }}),
        json!({
            "SomePart": {"type": "object"},
            "some_part": {"type": "object", "properties": {
                "a_b": {"type": "string"}, "aB": {"type": "string", "format": "uuid"},
                "part": {"type": "object", "properties": {"x": {"type": "string", "format": "uuid"}}},
            }},
            "SomePart2Part": {"type": "object"},
        }),
    );
    let legalized = xtask::legalize::legalize(&given).unwrap();
    assert!(legalized.notes.len() > 5);
    for note in &legalized.notes {
        assert!(note.pointer.get(&given).is_some(), "{}: {}", note.pointer, note.text);
    }
    let said: Vec<String> =
        legalized.notes.iter().map(|note| format!("{}: {}", note.pointer, note.text)).collect();
    let of_part = "#/components/schemas/some_part/properties/part: the type is called";
    assert!(said.iter().any(|said| said.starts_with(of_part)), "{said:#?}");
}
