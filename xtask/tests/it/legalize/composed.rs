//! What is made of several: it has what all of them say.

use std::collections::BTreeMap;

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::test_runner::RngSeed;
use serde_json::{Value, json};

use super::code::{Code, code, document};

/// The code of one operation whose answer is an object with a required property `p`.
fn with(p: &Value) -> Code {
    of(json!({"Thing": {"type": "object", "required": ["p"], "properties": {"p": p}}}))
}

/// The code of one operation whose answer is a `Thing`, one of these components.
fn of(schemas: Value) -> Code {
    let ok = json!({"description": "", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}});
    code(&document(
        json!({"/thing": {"get": {"operationId": "get_thing", "responses": {"200": ok}}}}),
        schemas,
    ))
}

fn all_of(parts: &[Value]) -> Value {
    json!({"allOf": parts})
}

const P: &str = "#/components/schemas/Thing/properties/p";

#[test]
fn scalars_have_the_narrower_type() {
    let integer = |format: &str| json!({"type": "integer", "format": format});
    let number = |format: &str| json!({"type": "number", "format": format});
    for (parts, ty, said) in [
        (
            vec![integer("int32"), integer("int64")],
            "i32",
            "exact P: `int32` and `int64` together are `int32`",
        ),
        (
            vec![integer("int64"), integer("uint32")],
            "u32",
            "exact P: `int64` and `uint32` together are `uint32`",
        ),
        (vec![json!({"type": "integer"}), integer("int32")], "i32", ""),
        (
            vec![integer("other"), integer("int32")],
            "i32",
            "exact P: `other` and `int32` together are `int32`",
        ),
        (
            vec![json!({"type": "number"}), json!({"type": "integer"})],
            "i64",
            "exact P: a `number` that is an `integer` is an `integer`",
        ),
        (
            vec![number("double"), integer("int32")],
            "i32",
            "exact P: `double` and `int32` together are `int32`\nexact P: a `number` that is an `integer` is an `integer`",
        ),
        (
            vec![number("double"), number("float")],
            "f32",
            "exact P: `double` and `float` together are `float`",
        ),
        (
            vec![json!({"type": "string", "format": "uri"}), json!({"type": "string", "format": "link"})],
            "::std::string::String",
            "exact P: `uri` and `link` together are `uri`",
        ),
        (
            vec![json!({"type": "string", "format": "uri"}), json!({"type": "string", "format": "byte"})],
            "::std::string::String",
            "widened P: `uri` and `byte` together are no format that is known",
        ),
        // The format and the type are in different parts.
        (
            vec![json!({"type": "integer"}), json!({"format": "int32"})],
            "i32",
            "exact P: what several parts say of a number is one schema",
        ),
    ] {
        for parts in [parts.clone(), parts.into_iter().rev().collect()] {
            let code = with(&all_of(&parts));
            assert_eq!(code.type_("Thing"), format!("pubstructThing{{pubp:{ty}}}"), "{parts:?}");
            let sorted = |text: &str| {
                let mut words: Vec<String> = text.split([' ', '\n']).map(str::to_owned).collect();
                words.sort();
                words
            };
            assert_eq!(sorted(&code.said()), sorted(&said.replace("P:", &format!("{P}:"))), "{parts:?}");
        }
    }
}

#[test]
fn limits_are_the_tightest_wherever_they_are_said() {
    let ok = json!({"description": ""});
    let code = |parts: &[Value]| {
        let sent = json!({"type": "object", "required": ["p"], "properties": {"p": all_of(parts)}});
        code(&document(
            json!({"/thing": {"post": {
                "operationId": "post_thing",
                "requestBody": {"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}},
                "responses": {"204": ok},
            }}}),
            json!({"Thing": sent}),
        ))
    };
    for (parts, ty) in [
        (vec![json!({"type": "integer", "minimum": 0}), json!({"minimum": 1})], "::std::num::NonZeroU64"),
        (vec![json!({"type": "integer", "minimum": 0}), json!({"type": "integer", "maximum": 255})], "u8"),
        (
            vec![
                json!({"type": "number", "minimum": 0, "maximum": 1000}),
                json!({"type": "integer", "maximum": 255}),
            ],
            "u8",
        ),
        (
            vec![json!({"type": "integer", "minimum": 0}), json!({"minimum": 0, "exclusiveMinimum": true})],
            "::std::num::NonZeroU64",
        ),
    ] {
        assert_eq!(code(&parts).type_("Thing"), format!("pubstructThing{{pubp:{ty}}}"), "{parts:?}");
    }
    let code =
        code(&[json!({"type": "string", "maxLength": 5}), json!({"type": "string", "enum": ["a", "b"]})]);
    assert!(code.type_("ThingP").starts_with("pubenumThingP{A,B"), "{}", code.type_("ThingP"));
}

#[test]
fn values_are_those_that_all_parts_list() {
    let string = |values: Value| json!({"type": "string", "enum": values});
    for (parts, variants) in [
        (vec![string(json!(["a", "b", "c"])), string(json!(["c", "b"]))], "B,C,"),
        (vec![json!({"enum": ["a", "b"]}), json!({"type": "string"})], "A,B,"),
    ] {
        let code = with(&all_of(&parts));
        let ty = code.type_("ThingP");
        assert!(ty.starts_with(&format!("pubenumThingP{{{variants}")), "{ty}");
        assert_eq!(
            code.said(),
            if variants == "B,C," {
                String::new()
            } else {
                format!("exact {P}/allOf/0/enum: the values are of type `string`")
            }
        );
    }
    let code = with(&all_of(&[json!({"type": "number"}), json!({"enum": [1, 2]})]));
    assert_eq!(code.type_("ThingP"), "pubstructThingP(f64);");
}

#[test]
fn what_no_value_satisfies_is_left_open() {
    let integer =
        |format: &str, minimum: i64| json!({"type": "integer", "format": format, "minimum": minimum});
    let string = |values: Value| json!({"type": "string", "enum": values});
    for (parts, ty, said) in [
        (
            vec![json!({"type": "string"}), json!({"type": "integer"})],
            "::serde_json::Value",
            "any value is taken: the parts have the types `string` and `integer`",
        ),
        (
            vec![string(json!(["a"])), string(json!(["b"]))],
            "::std::string::String",
            "any `string` is taken: no value is listed by all parts",
        ),
        (
            vec![string(json!(["a"])), json!({"enum": [1]})],
            "::std::string::String",
            "any `string` is taken: no value is listed by all parts",
        ),
        (
            vec![integer("int32", 5), json!({"type": "integer", "maximum": 4})],
            "i32",
            "the limits are left to the server: the parts leave no number",
        ),
        (
            vec![json!({"type": "string", "minLength": 5}), json!({"type": "string", "maxLength": 4})],
            "::std::string::String",
            "the length is left to the server: the parts leave none",
        ),
        (
            vec![
                json!({"type": "array", "items": {"type": "string"}, "minItems": 2}),
                json!({"type": "array", "items": {"type": "integer"}, "maxItems": 1}),
            ],
            "::std::vec::Vec<::serde_json::Value>",
            "the number of items is left to the server: the parts leave none",
        ),
    ] {
        let code = with(&all_of(&parts));
        assert_eq!(code.type_("Thing"), format!("pubstructThing{{pubp:{ty}}}"), "{parts:?}");
        assert!(code.said().contains(&format!("widened {P}: {said}")), "{}", code.said());
    }
}

#[test]
fn a_conflict_inside_is_left_open_and_nothing_else() {
    let object = |id: Value| json!({"type": "object", "required": ["id"], "properties": {"id": id, "name": {"type": "string"}}});
    let schemas = |id: Value| {
        json!({
            "Thing": {"allOf": [{"$ref": "#/components/schemas/Base"}, object(id)]},
            "Base": object(json!({"type": "integer", "format": "int64"})),
        })
    };
    let code = of(schemas(json!({"type": "integer", "format": "int32", "description": "A number."})));
    assert_eq!(
        code.type_("Thing"),
        "pubstructThing{pubid:i32,pubname:::std::option::Option<::std::string::String>}"
    );
    assert_eq!(code.type_("Base").replace("Base", "Thing").replace("i64", "i32"), code.type_("Thing"));
    assert_eq!(
        code.said(),
        "exact #/components/schemas/Thing: in `id`: `int64` and `int32` together are `int32`"
    );
    assert_eq!(
        code.document["components"]["schemas"]["Thing"]["properties"]["id"]["description"],
        "A number."
    );
    let code = of(schemas(json!({"type": "string"})));
    assert_eq!(
        code.type_("Thing"),
        "pubstructThing{pubid:::serde_json::Value,pubname:::std::option::Option<::std::string::String>}"
    );
    let said = "widened #/components/schemas/Thing: in `id`: any value is taken: the parts have the types `integer` and `string`";
    assert_eq!(code.said(), said);
}

#[test]
fn closed_parts_have_the_properties_of_all() {
    let string = "::std::string::String";
    let object = |name: &str, others: Value| json!({"type": "object", "required": [name], "properties": {name: {"type": "string"}}, "additionalProperties": others});
    let extra = |ty: &str| format!(",pubextra:::std::collections::HashMap<{string},{ty}>");
    let closed = "the properties of all parts are taken, though one part has no others than its own";
    let typed = "what a part says of other properties holds for those that no part names";
    for (a, b, more, said) in [
        (json!(false), json!(false), String::new(), vec![closed]),
        (json!(false), json!(true), String::new(), vec![closed]),
        (json!({"type": "integer"}), json!(true), extra("i64"), vec![typed]),
        (json!({"type": "integer"}), json!(false), extra("i64"), vec![closed, typed]),
        (
            json!({"type": "integer", "format": "int32"}),
            json!({"type": "integer"}),
            extra("i32"),
            vec![typed],
        ),
    ] {
        let code = of(json!({
            "Thing": {"allOf": [{"$ref": "#/components/schemas/Base"}, object("b", b.clone())]},
            "Base": object("a", a.clone()),
        }));
        assert_eq!(
            code.type_("Thing"),
            format!("pubstructThing{{puba:{string},pubb:{string}{more}}}"),
            "{a} {b}"
        );
        for text in &said {
            assert!(
                code.said().contains(&format!("widened #/components/schemas/Thing: {text}")),
                "{}",
                code.said()
            );
        }
        let widened = code.said().lines().filter(|line| line.starts_with("widened")).count();
        assert_eq!(widened, said.len(), "{}", code.said());
    }
}

#[test]
fn parts_that_the_generator_merges_well_are_left_to_it() {
    let base =
        json!({"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": false});
    for thing in [
        all_of(&[json!({"$ref": "#/components/schemas/Base"}), json!({"required": ["a"]})]),
        all_of(&[json!({"$ref": "#/components/schemas/Base"}), json!({"description": "A thing."})]),
        all_of(&[
            json!({"type": "object", "properties": {"a": {"type": "integer"}}}),
            json!({"type": "object", "required": ["b"], "properties": {"b": {"type": "integer"}}}),
        ]),
    ] {
        let code = of(json!({"Thing": thing, "Base": base}));
        assert_eq!(code.document["components"]["schemas"]["Thing"], thing);
        assert_eq!(code.said(), "");
    }
}

#[test]
fn branches_have_what_stands_beside_the_union() {
    let string = "::std::string::String";
    let branch = |name: &str| json!({"type": "object", "required": [name], "properties": {name: {"type": "string"}}, "additionalProperties": false});
    let own = json!({"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}});
    let union = json!({"oneOf": [branch("a"), {"$ref": "#/components/schemas/B"}]});
    let mut beside = own.clone();
    beside["oneOf"] = union["oneOf"].clone();
    for thing in [all_of(&[own, union]), beside] {
        let code = of(json!({"Thing": thing, "B": branch("b")}));
        assert_eq!(code.type_("Thing"), "pubenumThing{A(ThingA),B(ThingB),Unknown(::serde_json::Value)}");
        for name in ["a", "b"] {
            let expected =
                format!("pubstructThing{}{{pub{name}:{string},pubid:{string}}}", name.to_uppercase());
            assert_eq!(code.type_(&format!("Thing{}", name.to_uppercase())), expected);
        }
    }
}

#[test]
fn branches_that_do_not_go_with_what_stands_beside_are_none() {
    let kind = |kind: &str, more: &str| {
        json!({"type": "object", "required": ["kind", more], "properties": {
            "kind": {"type": "string", "enum": [kind]}, more: {"type": "integer", "format": "int64"},
        }})
    };
    let narrow = json!({"type": "object", "properties": {"a": {"type": "integer", "format": "int32"}}, "additionalProperties": false});
    let of_a = json!({"type": "object", "properties": {"kind": {"type": "string", "enum": ["a"]}}});
    let union = json!({"oneOf": [kind("a", "a"), kind("b", "b"), {"type": "string"}]});
    let code = of(json!({"Thing": all_of(&[of_a, narrow, union])}));
    assert_eq!(code.type_("Thing"), "pubstructThing{puba:i32,pubkind:ThingKind}");
    let said = "exact #/components/schemas/Thing: branches of `oneOf` that do not go with what stands beside it cannot occur";
    assert!(code.said().contains(said), "{}", code.said());
}

#[test]
fn a_union_of_which_no_branch_is_possible_is_what_stands_beside_it() {
    let thing = json!({"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}, "oneOf": [
        {"type": "string"}, {"type": "array", "items": {}},
    ]});
    let code = of(json!({"Thing": thing}));
    assert_eq!(code.type_("Thing"), "pubstructThing{puba:::std::string::String}");
    assert_eq!(
        code.said(),
        "widened #/components/schemas/Thing: no branch of `oneOf` goes with what stands beside it, so that alone is taken"
    );
}

#[test]
fn what_the_only_branch_says_besides_is_no_obstacle() {
    let branch =
        |keyword: &str, besides: Value| json!({"type": "string", "enum": ["ab", "c"], keyword: besides});
    let thing = |keyword: &str, besides: Value, beside: Value| {
        let branch = branch(keyword, besides);
        let others = json!({"allOf": [{"anyOf": [branch]}, beside]});
        of(json!({"Thing": {"type": "object", "additionalProperties": others}, "Only": {"anyOf": [branch]}}))
    };
    for (keyword, besides) in [
        ("default", json!("ab")),
        ("description", json!("A text.")),
        ("readOnly", json!(true)),
        ("deprecated", json!(true)),
        ("example", json!("ab")),
    ] {
        for beside in [json!({"type": "string"}), json!({}), json!({"$ref": "#/components/schemas/Only"})] {
            let code = thing(keyword, besides.clone(), beside.clone());
            let ty = code.type_("ThingValue");
            assert!(ty.starts_with("pubenumThingValue{Ab,C"), "{keyword} {beside}: {ty}");
            let said = "exact #/components/schemas/Thing/additionalProperties: the only branch of `anyOf` and what \
                        stands beside it are one schema";
            assert!(code.said().contains(said), "{keyword} {beside}: {}", code.said());
        }
    }
    // The same, if others cannot occur.
    let only = json!({"anyOf": [branch("default", json!("ab")), {"type": "integer"}]});
    let code = of(json!({"Thing": all_of(&[only, json!({"type": "string"})])}));
    assert!(code.type_("Thing").starts_with("pubenumThing{Ab,C"), "{}", code.type_("Thing"));
}

#[test]
fn any_of_beside_one_of_is_carried() {
    let object =
        |name: &str| json!({"type": "object", "required": [name], "properties": {name: {"type": "string"}}});
    let code = of(json!({"Thing": {"anyOf": [object("a")], "oneOf": [object("b"), object("c")]}}));
    let string = "::std::string::String";
    assert_eq!(code.type_("Thing"), "pubenumThing{B(ThingB),C(ThingC),Unknown(::serde_json::Value)}");
    assert_eq!(code.type_("ThingB"), format!("pubstructThingB{{puba:{string},pubb:{string}}}"));
    assert_eq!(code.type_("ThingC"), format!("pubstructThingC{{puba:{string},pubc:{string}}}"));
}

#[test]
fn what_has_itself_inside_is_written_out_once() {
    let tree = |name: &str, format: &str| {
        let itself = json!({"$ref": format!("#/components/schemas/{name}")});
        json!({"type": "object", "required": ["n"], "properties": {
            "n": {"type": "integer", "format": format}, "next": itself, "many": {"type": "array", "items": itself},
        }})
    };
    let both =
        all_of(&[json!({"$ref": "#/components/schemas/A"}), json!({"$ref": "#/components/schemas/B"})]);
    let code = of(json!({"Thing": both, "A": tree("A", "int32"), "B": tree("B", "int64")}));
    assert_eq!(
        code.type_("Thing"),
        "pubstructThing{pubmany:::std::option::Option<::std::vec::Vec<Thing>>,pubn:i32,pubnext:::std::option::Option<::std::boxed::Box<Thing>>}"
    );
    // The same, where it has no name of its own.
    let code = of(json!({
        "Thing": {"type": "object", "required": ["p"], "properties": {"p": both}},
        "A": tree("A", "int32"), "B": tree("B", "int64"),
    }));
    assert_eq!(code.type_("Thing"), "pubstructThing{pubp:ThingPropertyP}");
    assert_eq!(
        code.type_("ThingPropertyP"),
        "pubstructThingPropertyP{pubmany:::std::option::Option<::std::vec::Vec<ThingPropertyP>>,pubn:i32,\
         pubnext:::std::option::Option<::std::boxed::Box<ThingPropertyP>>}"
    );
}

#[test]
fn null_is_allowed_where_all_parts_allow_it() {
    let id =
        |format: &str, nullable: bool| json!({"type": "integer", "format": format, "nullable": nullable});
    let object = |id: Value| json!({"type": "object", "required": ["id"], "properties": {"id": id}});
    for (a, b, ty) in [(true, true, "::std::option::Option<i32>"), (true, false, "i32")] {
        let thing = all_of(&[object(id("int32", a)), object(id("int64", b))]);
        assert_eq!(of(json!({"Thing": thing})).type_("Thing"), format!("pubstructThing{{pubid:{ty}}}"));
        // Where one schema is made of both, and where one of them is a branch.
        let union = json!({"oneOf": [id("int32", a), {"type": "string"}]});
        let referred = json!({"allOf": [{"$ref": "#/components/schemas/Id"}]});
        for parts in
            [[id("int32", a), id("int64", b)], [union.clone(), id("int64", b)], [union, referred.clone()]]
        {
            let code = of(json!({"Thing": object(all_of(&parts)), "Id": id("int64", b)}));
            assert_eq!(code.type_("Thing"), format!("pubstructThing{{pubid:{ty}}}"), "{parts:?}");
        }
    }
}

#[test]
fn null_is_allowed_inside_of_itself_too() {
    let tree = |name: &str| {
        let itself = json!({"allOf": [{"$ref": format!("#/components/schemas/{name}")}], "nullable": true});
        json!({"type": "object", "required": ["next"], "properties": {"next": itself}})
    };
    let both =
        all_of(&[json!({"$ref": "#/components/schemas/A"}), json!({"$ref": "#/components/schemas/B"})]);
    let code = of(json!({"Thing": both, "A": tree("A"), "B": tree("B")}));
    assert_eq!(
        code.type_("Thing"),
        "pubstructThing{pubnext:::std::option::Option<::std::boxed::Box<Thing>>}"
    );
}

#[test]
fn what_is_merged_with_itself_is_written_out() {
    // The generator would merge what is inside with the whole, whatever stands there, until its stack is full.
    let itself = json!({"$ref": "#/components/schemas/Thing"});
    let map: fn(Value) -> Value = |others| json!({"type": "object", "additionalProperties": others});
    let list: fn(Value) -> Value = |items| json!({"type": "array", "items": items});
    let of_one: fn(Value) -> Value = |property| json!({"type": "object", "properties": {"a": property}});
    let boxed = "::std::option::Option<::std::boxed::Box<Thing>>";
    for (around, beside, ty) in [
        (map, json!({}), "(pub::std::collections::HashMap<::std::string::String,Thing>);".to_owned()),
        (list, json!({}), "(pub::std::vec::Vec<Thing>);".to_owned()),
        (of_one, json!({}), format!("{{puba:{boxed}}}")),
        (of_one, json!({"oneOf": [{}]}), format!("{{puba:{boxed}}}")),
    ] {
        let mut thing = around(beside);
        thing["allOf"] = json!([around(itself.clone())]);
        let given = document(json!({}), json!({"Thing": thing}));
        let legalized = xtask::legalize::legalize(&given).unwrap().document;
        assert_eq!(legalized["components"]["schemas"]["Thing"], around(itself.clone()), "{thing}");
        let code = of(json!({"Thing": thing}));
        assert_eq!(code.type_("Thing"), format!("pubstructThing{ty}"));
        let said = "exact #/components/schemas/Thing: the parts, which have themselves inside, are written out as \
                    one schema";
        assert!(code.said().contains(said), "{}", code.said());
    }
}

#[test]
fn a_closed_part_that_is_extended_inside_of_itself_ends() {
    let itself = json!({"$ref": "#/components/schemas/Tree"});
    let extended = json!({"allOf": [itself, {"type": "object", "properties": {"more": {"type": "string"}}}]});
    let tree = json!({"type": "object", "additionalProperties": false, "properties": {
        "left": extended, "label": {"type": "string"},
    }});
    let code = of(json!({"Thing": {"type": "object", "properties": {"tree": itself}}, "Tree": tree}));
    let option = "::std::option::Option";
    let boxed = format!("{option}<::std::boxed::Box<TreeLeft>>");
    let string = format!("{option}<::std::string::String>");
    assert_eq!(
        code.type_("Tree"),
        format!("pubstructTree{{publabel:{string},publeft:{option}<TreePropertyLeft>}}")
    );
    assert_eq!(
        code.type_("TreePropertyLeft"),
        format!("pubstructTreePropertyLeft{{publabel:{string},publeft:{boxed},pubmore:{string}}}")
            .replace("TreeLeft", "TreePropertyLeft")
    );
    let said =
        "exact #/components/schemas/Tree/properties/left: the schema has itself inside, so it is a component";
    assert!(code.said().contains(said), "{}", code.said());
}

#[test]
fn parts_that_lead_back_to_each_other_in_many_ways_end() {
    let of_both = |one: &str, other: &str| {
        json!({
            "type": "object",
            "properties": {
                one: {"allOf": [{"$ref": "#/components/schemas/A"}, {"$ref": "#/components/schemas/B"}]},
                other: {"allOf": [{"$ref": "#/components/schemas/B"}, {"$ref": "#/components/schemas/A"}]},
            },
            "additionalProperties": {
                "type": "object",
                "properties": {one: {"$ref": "#/components/schemas/B"}},
                "additionalProperties": {"$ref": "#/components/schemas/A"},
            },
        })
    };
    let code = of(
        json!({"Thing": {"$ref": "#/components/schemas/A"}, "A": of_both("a", "b"), "B": of_both("c", "d")}),
    );
    let count = code.document.to_string().len();
    assert!(count < 20_000, "{count} characters");
    let merged = code.type_("APropertyA");
    for property in ["a", "b", "c", "d", "extra"] {
        assert!(merged.contains(&format!("pub{property}:")), "{merged}");
    }
}

#[test]
fn parts_that_are_too_deep_are_told() {
    let nested = |format: &str, depth: usize| {
        (0..depth).fold(
            json!({"type": "integer", "format": format}),
            |inner, _| json!({"type": "object", "properties": {"p": inner}}),
        )
    };
    let said = |depth: usize| {
        let thing = all_of(&[nested("int32", depth), nested("int64", depth)]);
        let document = document(json!({}), json!({"Thing": thing}));
        let notes = xtask::legalize::legalize(&document).unwrap().notes;
        notes.into_iter().map(|note| format!("{}: {}", note.pointer, note.text)).collect::<Vec<_>>()
    };
    let in_p = ["p"; 20].join("/");
    assert_eq!(
        said(20),
        [format!("#/components/schemas/Thing: in `{in_p}`: `int32` and `int64` together are `int32`")]
    );
    let deep = said(100);
    let text = "#/components/schemas/Thing: the parts are left to the generator, which may lose some of what they \
                say: they lead back to themselves in more ways, or deeper, than is looked at";
    assert!(deep.iter().any(|said| said == text), "{deep:?}");
}

#[test]
fn null_that_is_a_branch_stays_possible() {
    let closed =
        json!({"type": "object", "additionalProperties": false, "properties": {"a": {"type": "string"}}});
    let p = |own: Value| {
        let mut schema = own;
        schema["properties"] = json!({"b": {"type": "string"}});
        schema["oneOf"] = json!([closed, {"enum": [null]}]);
        with(&schema)
    };
    let thing = p(json!({})).type_("Thing");
    assert_eq!(thing, "pubstructThing{pubp:::std::option::Option<ThingP>}");
    assert_eq!(p(json!({"type": "object"})).type_("Thing"), "pubstructThing{pubp:ThingP}");
    let string = "::std::option::Option<::std::string::String>";
    assert_eq!(p(json!({})).type_("ThingP"), format!("pubstructThingP{{puba:{string},pubb:{string}}}"));
}

#[test]
fn what_a_closed_part_requires_without_a_name_is_any_value() {
    let closed =
        json!({"type": "object", "additionalProperties": false, "properties": {"a": {"type": "string"}}});
    let code = of(json!({"Thing": all_of(&[closed, json!({"required": ["b"]})])}));
    assert_eq!(
        code.type_("Thing"),
        "pubstructThing{puba:::std::option::Option<::std::string::String>,pubb:::serde_json::Value}"
    );
}

/// Schemas of a small world, so that they often have something in common.
fn schema(with_references: bool) -> BoxedStrategy<Value> {
    let integer = (
        select(vec!["integer", "number"]),
        option::of(select(vec!["int32", "int64", "double"])),
        option::of(-1_i64..3),
        option::of(0_i64..4),
        any::<bool>(),
    )
        .prop_map(|(ty, format, least, most, excluded)| {
            let mut schema = json!({"type": ty});
            let least = least.map(|least| ("minimum", json!(least)));
            let most = most.map(|most| ("maximum", json!(most)));
            let excluded = (excluded && least.is_some()).then_some(("exclusiveMinimum", json!(true)));
            let format = format.map(|format| ("format", json!(format)));
            for (keyword, value) in [least, most, excluded, format].into_iter().flatten() {
                schema[keyword] = value;
            }
            schema
        });
    let string = (option::of(0_u64..3), option::of(0_u64..3)).prop_map(|(least, most)| {
        let mut schema = json!({"type": "string"});
        if let Some(least) = least {
            schema["minLength"] = json!(least);
        }
        if let Some(most) = most {
            schema["maxLength"] = json!(most);
        }
        schema
    });
    let values = subsequence(vec![json!("a"), json!("ab"), json!(1), json!(2), json!(null)], 1..4)
        .prop_map(|values| json!({"enum": values}));
    let untyped = select(vec![json!({"minimum": 1}), json!({}), json!({"not": {"enum": ["a", 1]}})]);
    let references = if with_references {
        std::vec![json!({"$ref": "#/components/schemas/A"}), json!({"$ref": "#/components/schemas/B"})]
    } else {
        std::vec![json!({})]
    };
    let references = select(references);
    let leaf = prop_oneof![3 => integer, 2 => string, 2 => values, 1 => untyped, 1 => references];
    leaf.prop_recursive(3, 16, 3, |inner| {
        let name = || select(vec!["a", "b", "c"]);
        let object = (
            btree_map(name(), inner.clone(), 0..3),
            vec(name(), 0..2),
            option::of(prop_oneof![1 => inner.clone(), 2 => Just(json!(false)), 1 => Just(json!(true))]),
        )
            .prop_map(|(properties, required, others)| {
                let mut schema = json!({"type": "object", "properties": properties});
                if !required.is_empty() {
                    schema["required"] = json!(required);
                }
                if let Some(others) = others {
                    schema["additionalProperties"] = others;
                }
                schema
            });
        let list =
            (inner.clone(), option::of(0_u64..3), option::of(0_u64..3)).prop_map(|(items, least, most)| {
                let mut schema = json!({"type": "array", "items": items});
                if let Some(least) = least {
                    schema["minItems"] = json!(least);
                }
                if let Some(most) = most {
                    schema["maxItems"] = json!(most);
                }
                schema
            });
        let several = (select(vec!["allOf", "oneOf", "anyOf"]), vec(inner, 1..4))
            .prop_map(|(keyword, branches)| json!({keyword: branches}));
        let beside = (object.clone(), several.clone()).prop_map(|(mut object, several)| {
            object.as_object_mut().unwrap().extend(several.as_object().unwrap().clone());
            object
        });
        prop_oneof![3 => object, 1 => list, 3 => several, 1 => beside]
    })
    .boxed()
}

fn instance() -> BoxedStrategy<Value> {
    let scalar = select(vec![
        json!(null),
        json!(0),
        json!(1),
        json!(2),
        json!(1.5),
        json!(""),
        json!("a"),
        json!("ab"),
        json!(true),
    ]);
    scalar
        .prop_recursive(3, 8, 3, |inner| {
            prop_oneof![
                1 => vec(inner.clone(), 0..3).prop_map(Value::from),
                3 => btree_map(select(vec!["a", "b", "c", "d"]), inner, 0..4).prop_map(|members| json!(members)),
            ]
        })
        .boxed()
}

/// The component `Thing` as a schema of draft 4: 3.0 has its bounds and its references, and `nullable` besides.
fn as_draft4(document: &Value) -> jsonschema::Validator {
    fn convert(schema: &Value) -> Value {
        let Value::Object(members) = schema else { return schema.clone() };
        let mut draft = serde_json::Map::new();
        for (keyword, value) in members.iter().filter(|(keyword, _)| *keyword != "nullable") {
            let value = match (keyword.as_str(), value) {
                ("allOf" | "anyOf" | "oneOf", Value::Array(branches)) => {
                    branches.iter().map(convert).collect()
                }
                ("properties", Value::Object(properties)) => {
                    json!(
                        properties
                            .iter()
                            .map(|(name, schema)| (name, convert(schema)))
                            .collect::<BTreeMap<_, _>>()
                    )
                }
                ("items" | "additionalProperties", value) => convert(value),
                _ => value.clone(),
            };
            draft.insert(keyword.clone(), value);
        }
        match members.get("nullable") {
            Some(Value::Bool(true)) => json!({"anyOf": [draft, {"enum": [null]}]}),
            _ => Value::Object(draft),
        }
    }
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let schemas: BTreeMap<_, _> = schemas.iter().map(|(name, schema)| (name, convert(schema))).collect();
    let top = json!({"$ref": "#/components/schemas/Thing", "components": {"schemas": schemas}});
    jsonschema::draft4::options().should_validate_formats(false).build(&top).unwrap()
}

proptest! {
    // The same cases in each run; more of them with PROPTEST_CASES.
    #![proptest_config(ProptestConfig {
        rng_seed: RngSeed::Fixed(1),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// A value that all parts allow is allowed by what they become.
    #[test]
    fn what_is_written_out_is_never_narrower(
        parts in vec(schema(true), 2..4), a in schema(false), b in schema(false), instances in vec(instance(), 40),
    ) {
        let thing = json!({"type": "object", "required": ["p"], "properties": {"p": all_of(&parts)}});
        let given = document(json!({}), json!({"Thing": thing, "A": a, "B": b}));
        let legalized = xtask::legalize::legalize(&given).unwrap().document;
        // In Rust the first branch that fits is taken.
        let in_turn: Value = serde_json::from_str(&legalized.to_string().replace("oneOf", "anyOf")).unwrap();
        let (before, after) = (as_draft4(&given), as_draft4(&in_turn));
        for instance in instances {
            let instance = json!({"p": instance});
            prop_assert!(!before.is_valid(&instance) || after.is_valid(&instance), "{instance}\n{given}\n{legalized}");
        }
    }
}
