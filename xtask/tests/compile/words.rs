//! A document whose names are those that Rust, its prelude and the generated code have, and whose numbers are those
//! that their formats do not hold.

use serde_json::{Map, Value, json};

/// What stands in the prelude, in alphabetical order of its kinds.
const PRELUDE: &str = "AsMut AsRef AsyncFn Box Clone Copy Default DoubleEndedIterator Drop Eq Err ExactSizeIterator \
    Extend Fn FnMut FnOnce From FromIterator Future Into IntoFuture IntoIterator Iterator None Ok Option Ord PartialEq \
    PartialOrd Result Send Sized Some String Sync ToOwned ToString TryFrom TryInto Unpin Vec drop assert format matches \
    panic println todo unreachable vec write Debug Hash";

/// Keywords of all editions, those that are reserved and those that are so in places only; and primitive types.
const RUST: &str = "Self abstract as async auto await become box break const continue crate default do dyn else enum \
    extern false final fn for gen if impl in let loop macro macro_rules match mod move mut override priv pub raw ref \
    return safe self static struct super trait true try type typeof union unsafe unsized use virtual where while yield \
    bool char f32 f64 i128 i16 i32 i64 i8 isize str u128 u16 u32 u64 u8 usize";

/// Names that generated code, its attributes and the crates that it stands on use.
const GENERATED: &str = "Api Arc Binary Borrow ByteStream Call Client ClientHooks ClientInfo Context ConversionError Cow \
    D DateTime Deserialize Deserializer Display Error ErrorResponse Formatter FromStr HashMap HeaderValue Infallible \
    JsonSchema Map Method MockServer MockServerExt NonZeroU64 Operation OperationInfo Other Path Pod QueryParam \
    RequestBuilderExt ResponseValue Serialize Serializer StatusCode Subtype0 T Then Unknown UnknownValue Uuid V Value \
    Variant0 When alloc allow answer api as_str baseurl body body_map builder bytes cfg chrono client cmp context core \
    defaults deprecated derive deserialize doc encode_path eq error exec extra fmt from from_str futures get hash head \
    header_map hooks httpmock info inline inner into into_inner is_empty it iter len lenient map marker mock must_use \
    name new next non_exhaustive operations options parameter partial_cmp patch post pre prelude progenitor_client put \
    read regress request reqwest response result schemars segment send send_with serde serde_json serialize std tag \
    test this to_string trace try_from try_into types url v value variants visitor with_context x";

fn words() -> Vec<&'static str> {
    let mut words: Vec<&str> = [PRELUDE, RUST, GENERATED].iter().flat_map(|list| list.split(' ')).collect();
    words.retain(|word| !word.is_empty());
    words
}

/// The words of which no two are one in another case.
fn distinct() -> Vec<&'static str> {
    let mut seen = std::collections::BTreeSet::new();
    let plain = |word: &str| word.to_lowercase().replace('_', "");
    words().into_iter().filter(|word| seen.insert(plain(word))).collect()
}

fn text() -> Value {
    json!({"type": "string"})
}

fn component(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

fn content(schema: &Value) -> Value {
    json!({"application/json": {"schema": schema}})
}

/// An operation that sends and answers this.
fn echo(name: &str, schema: &Value) -> Value {
    json!({"post": {
        "operationId": name,
        "requestBody": {"required": true, "content": content(schema)},
        "responses": {"200": {"description": "OK", "content": content(schema)}},
    }})
}

/// An operation with these parameters.
fn ask(name: &str, parameters: &[Value]) -> Value {
    json!({"get": {"operationId": name, "parameters": parameters, "responses": {"204": {"description": "Done"}}}})
}

fn object(properties: impl IntoIterator<Item = (String, Value)>) -> Value {
    json!({"type": "object", "properties": properties.into_iter().collect::<Map<_, _>>()})
}

/// Words as names of operations, types, properties, values and parameters.
pub(crate) fn names() -> Value {
    let (words, distinct) = (words(), distinct());
    let mut paths = Map::new();
    let mut schemas = Map::new();
    for word in &distinct {
        let of_word = object([((*word).to_owned(), text())]);
        schemas.insert((*word).to_owned(), of_word);
        paths.insert(format!("/op/{word}"), ask(word, &[]));
    }
    // Around text these are constructors as well.
    for word in ["Err", "None", "Ok", "Some"] {
        schemas.insert(word.to_owned(), json!({"type": "string", "maxLength": 9}));
    }
    for word in ["Default", "Option", "Result", "String", "Vec"] {
        paths.insert(format!("/op/{word}"), echo(word, &component(word)));
    }
    schemas
        .insert("Types".into(), object(distinct.iter().map(|word| (format!("of {word}"), component(word)))));
    schemas.insert("Fields".into(), object(words.iter().map(|word| ((*word).to_owned(), text()))));
    let with_default = |word: &&str| ((*word).to_owned(), json!({"type": "string", "default": word}));
    schemas.insert("Defaults".into(), object(words.iter().map(with_default)));
    schemas.insert("Answered".into(), json!({"type": "string", "enum": words}));
    schemas.insert("Sent".into(), json!({"type": "string", "enum": words}));
    for name in ["Types", "Fields", "Defaults", "Answered"] {
        paths.insert(format!("/all/{name}"), echo(&format!("all {name}"), &component(name)));
    }
    let parameter = |word: &str, place: &str, schema: &Value| json!({"name": word, "in": place, "required": place == "path", "schema": schema});
    for place in ["query", "header"] {
        let all: Vec<Value> = words.iter().map(|word| parameter(word, place, &text())).collect();
        paths.insert(format!("/{place}"), ask(&format!("in {place}"), &all));
    }
    let template: String = distinct.iter().map(|word| format!("/{{{word}}}")).collect();
    let all: Vec<Value> = distinct.iter().map(|word| parameter(word, "path", &text())).collect();
    paths.insert(template, ask("in path", &all));
    let numbered = json!({"type": "integer", "enum": [1, 2]});
    schemas.insert("Numbered".into(), json!({"type": "integer", "title": "a\rtitle", "enum": [1, 2]}));
    let mut sent = ask(
        "of values",
        &[
            parameter("word", "query", &component("Sent")),
            parameter("words", "query", &json!({"type": "array", "items": component("Sent")})),
            parameter("number", "query", &numbered),
            parameter("numbers", "query", &json!({"type": "array", "items": component("Numbered")})),
            parameter("Header", "header", &component("Numbered")),
            parameter("path", "path", &component("Numbered")),
        ],
    );
    sent["get"]["description"] = json!("first\rsecond\r\nthird\r");
    sent["get"]["responses"]["200"] = json!({"description": "a\rb", "content": content(
        &json!({"type": "object", "properties": {"a\rb": {"type": "string", "enum": ["a\rb", "c"], "default": "a\rb"}}}),
    )});
    paths.insert("/values/{path}".into(), sent);
    document("Names", &paths, &schemas)
}

/// Integers and numbers of every format with values, bounds and defaults that it holds, and that it does not.
pub(crate) fn numbers() -> Value {
    let i64s = (json!(i64::MIN), json!(i64::MAX));
    let big: Value = serde_json::from_str("1180591620717411303424").unwrap();
    let mut properties = Map::new();
    let mut sent = Map::new();
    let mut parameters = Vec::new();
    for (format, least, most) in [
        ("", i64s.0.clone(), i64s.1.clone()),
        ("int8", json!(i8::MIN), json!(i8::MAX)),
        ("uint8", json!(0), json!(u8::MAX)),
        ("int16", json!(i16::MIN), json!(i16::MAX)),
        ("uint16", json!(0), json!(u16::MAX)),
        ("int", json!(i32::MIN), json!(i32::MAX)),
        ("int32", json!(i32::MIN), json!(i32::MAX)),
        ("uint", json!(0), json!(u32::MAX)),
        ("uint32", json!(0), json!(u32::MAX)),
        ("int64", i64s.0.clone(), i64s.1.clone()),
        ("uint64", json!(0), json!(u64::MAX)),
        ("int53", json!(-1), json!(1)),
        ("float", json!(-1.5), json!(2.5)),
        ("double", json!(-1.5), json!(2.5)),
        ("decimal", json!(-1.5), json!(2.5)),
    ] {
        for ty in ["integer", "number"] {
            for (case, values) in [
                ("in", json!([1, 2])),
                ("edge", json!([least, most])),
                ("byte", json!([1, 256])),
                ("int", json!([1, 3_000_000_000_u32])),
                ("long", json!([1, i64::MAX as u64 + 1])),
                ("sign", json!([-1, 1])),
                ("both", json!([-1, u64::MAX])),
                ("big", json!([1, big])),
                ("point", json!([1.0, 2])),
                ("half", json!([1.5, 2])),
            ] {
                let with = |more: Value| {
                    let mut schema = more;
                    schema["type"] = json!(ty);
                    if !format.is_empty() {
                        schema["format"] = json!(format);
                    }
                    schema
                };
                let name = format!("{ty} {format} {case}");
                let [first, last] = [0, 1].map(|index| values[index].clone());
                properties.insert(name.clone(), with(json!({"enum": values})));
                properties.insert(format!("{name} default"), with(json!({"default": last})));
                properties.insert(format!("{name} listed"), with(json!({"enum": values, "default": last})));
                sent.insert(name.clone(), with(json!({"enum": values})));
                sent.insert(format!("{name} bounds"), with(json!({"minimum": first, "maximum": last})));
                sent.insert(
                    format!("{name} least"),
                    with(json!({"exclusiveMinimum": last, "multipleOf": 2})),
                );
                if case == "int" || case == "big" {
                    let schema = with(json!({"enum": values}));
                    parameters.push(json!({"name": name, "in": "query", "schema": schema}));
                }
            }
        }
    }
    let (read, sent) = (object(properties), object(sent));
    let mut only_sent = echo("send", &sent);
    only_sent["post"]["responses"] = json!({"204": {"description": "Done"}});
    let paths = json!({"/read": echo("read", &read), "/sent": only_sent, "/asked": ask("ask", &parameters)});
    document("Numbers", paths.as_object().unwrap(), &Map::new())
}

fn document(title: &str, paths: &Map<String, Value>, schemas: &Map<String, Value>) -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {"title": title, "version": "1"},
        "paths": paths,
        "components": {"schemas": schemas},
    })
}
