//! Types of schemas without a name of their own: whatever they are called, each is the type of its schema.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use syn::{Fields, GenericArgument, Item, PathArguments, Type};

use super::code::{Code, code, document};

/// The types of a document's code.
struct Types<'a> {
    document: &'a Value,
    items: Vec<&'a Item>,
    seen: BTreeSet<(String, String)>,
}

impl<'a> Types<'a> {
    fn of(code: &'a Code) -> Self {
        let items = code.types().iter().collect();
        Self { document: &code.document, items, seen: BTreeSet::new() }
    }

    /// Every type has a name of its own.
    fn are_distinct(&self) {
        let mut names = BTreeSet::new();
        for item in &self.items {
            let name = match item {
                Item::Struct(item) => &item.ident,
                Item::Enum(item) => &item.ident,
                _ => continue,
            };
            assert!(names.insert(name.to_string()), "there are two types `{name}`");
        }
    }

    /// Whether a Rust type is what the schema describes.
    fn check(&mut self, schema: &Value, ty: &Type, place: &str) {
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            let target = self.document.pointer(reference.trim_start_matches('#')).unwrap();
            return self.check(target, ty, reference);
        }
        let (name, arguments) = path(ty);
        if name == "Option" || name == "Box" {
            return self.check(schema, &arguments[0], place);
        }
        if !self.seen.insert((place.to_owned(), name.clone())) {
            return;
        }
        // A component that is no object is a struct around what it is.
        if let Some(Item::Struct(item)) = self.find(&name)
            && let Fields::Unnamed(fields) = &item.fields
        {
            return self.check(schema, &fields.unnamed[0].ty, place);
        }
        if let Some(branches) = schema.get("oneOf").and_then(Value::as_array) {
            let Some(Item::Enum(item)) = self.find(&name) else { panic!("{place}: no enum `{name}`") };
            // One more is for what is of no branch.
            let is_open = item.variants.last().is_some_and(|last| last.ident == "Unknown");
            assert_eq!(item.variants.len() - usize::from(is_open), branches.len(), "{place}: {name}");
            for (index, (branch, variant)) in branches.iter().zip(&item.variants).enumerate() {
                let place = format!("{place}/oneOf/{index}");
                match &variant.fields {
                    Fields::Unnamed(fields) => self.check(branch, &fields.unnamed[0].ty, &place),
                    fields => self.check_fields(branch, fields, &place),
                }
            }
            return;
        }
        match schema.get("type").and_then(Value::as_str) {
            Some("array") if name == "Vec" => {
                self.check(&schema["items"], &arguments[0], &format!("{place}/items"));
            }
            Some("object") if name == "HashMap" => {
                self.check(
                    &schema["additionalProperties"],
                    &arguments[1],
                    &format!("{place}/additionalProperties"),
                );
            }
            Some("string") if schema.get("enum").is_some() => {
                let Some(Item::Enum(item)) = self.find(&name) else { panic!("{place}: no enum `{name}`") };
                let value = schema["enum"][0].as_str().unwrap().to_uppercase();
                let variant = item.variants[0].ident.to_string().to_uppercase();
                assert_eq!(variant, value, "{place} is another `{name}`");
            }
            Some("string") => assert_eq!(name, "String", "{place}"),
            _ => match self.find(&name) {
                Some(Item::Struct(item)) => self.check_fields(schema, &item.fields, place),
                _ => panic!("{place}: no struct `{name}`"),
            },
        }
    }

    fn check_fields(&mut self, schema: &Value, fields: &Fields, place: &str) {
        let mut properties = Map::new();
        merge(self.document, schema, &mut properties);
        assert_eq!(fields.len(), properties.len(), "{place}: other fields");
        for (name, schema) in properties {
            let field = fields.iter().find(|field| {
                field.ident.as_ref().is_some_and(|ident| ident.to_string().trim_end_matches('_') == name)
            });
            let field = field.unwrap_or_else(|| panic!("{place} has no field `{name}`: it is another type"));
            self.check(&schema, &field.ty, &format!("{place}/properties/{name}"));
        }
    }

    /// A type by its name, or by that of its builder.
    fn find(&self, name: &str) -> Option<&'a Item> {
        let name = name.strip_suffix("Builder").unwrap_or(name);
        self.items.iter().copied().find(|item| match item {
            Item::Struct(item) => item.ident == name,
            Item::Enum(item) => item.ident == name,
            _ => false,
        })
    }
}

/// The properties of a schema and of those that `allOf` adds.
fn merge(document: &Value, schema: &Value, properties: &mut Map<String, Value>) {
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        merge(document, document.pointer(reference.trim_start_matches('#')).unwrap(), properties);
    }
    for branch in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
        merge(document, branch, properties);
    }
    if let Some(own) = schema.get("properties").and_then(Value::as_object) {
        properties.extend(own.clone());
    }
}

fn path(ty: &Type) -> (String, Vec<Type>) {
    let Type::Path(path) = ty else { panic!("no path: {ty:?}") };
    let last = path.path.segments.last().unwrap();
    let arguments = match &last.arguments {
        PathArguments::AngleBracketed(arguments) => arguments
            .args
            .iter()
            .filter_map(|argument| match argument {
                GenericArgument::Type(ty) => Some(ty.clone()),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    };
    (last.ident.to_string(), arguments)
}

/// Names of components and operations, chosen to make names of types that are one.
const NAMES: [&str; 12] = [
    "Aa",
    "Bb",
    "Cc",
    "AaBb",
    "AaItem",
    "AaValue",
    "AaBbItem",
    "AaBbValue",
    "AaBase",
    "BbVariant1Bb",
    "GetAaResponse",
    "GetAaBody",
];
/// Names of properties.
const PROPERTIES: [&str; 5] = ["bb", "item", "value", "bb_item", "bb_base_value"];

fn schema() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!({"type": "string"})),
        Just(json!({"type": "string", "enum": []})),
        prop::sample::select(NAMES[..3].to_vec())
            .prop_map(|name| json!({"$ref": format!("#/components/schemas/{name}")})),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let object =
            prop::collection::btree_map(prop::sample::select(PROPERTIES.to_vec()), inner.clone(), 1..3)
                .prop_map(|properties| json!({"type": "object", "properties": properties}));
        prop_oneof![
            3 => object.clone(),
            1 => inner.clone().prop_map(|items| json!({"type": "array", "items": items})),
            1 => inner.clone().prop_map(|values| json!({"type": "object", "additionalProperties": values})),
            1 => prop::collection::vec(object.clone(), 2..3).prop_map(|branches| json!({"oneOf": branches})),
            1 => object.prop_map(|own| json!({"allOf": [{"$ref": "#/components/schemas/Base"}, own]})),
            1 => (inner, prop::sample::select(vec!["Aa", "Tt", "AaBb"])).prop_map(|(mut schema, title)| {
                if schema.get("$ref").is_none() {
                    schema["title"] = json!(title);
                }
                schema
            }),
        ]
    })
}

/// Gives each object a property, and each enum a value, that no other has.
fn mark(schema: &mut Value, next: &mut usize) {
    *next += 1;
    let mark = format!("m{next}");
    let is_enum = schema.get("enum").is_some();
    let Value::Object(keywords) = schema else { return };
    if is_enum {
        keywords.insert("enum".into(), json!([mark]));
    }
    for (keyword, value) in keywords.iter_mut() {
        match keyword.as_str() {
            "properties" => {
                let Value::Object(properties) = value else { continue };
                properties.values_mut().for_each(|schema| self::mark(schema, next));
                properties.insert(mark.clone(), json!({"type": "string"}));
            }
            "items" | "additionalProperties" => self::mark(value, next),
            "oneOf" | "allOf" => {
                value.as_array_mut().unwrap().iter_mut().for_each(|schema| self::mark(schema, next));
            }
            _ => (),
        }
    }
}

/// One operation with a body, an answer and an error, and a few components.
fn documents() -> impl Strategy<Value = Value> {
    let components = prop::collection::btree_map(prop::sample::select(NAMES.to_vec()), schema(), 0..6);
    (components, schema(), schema(), schema()).prop_map(|(mut components, body, answer, error)| {
        for name in NAMES.iter().take(3) {
            let is_object = components.get(name).is_some_and(|schema| schema.get("$ref").is_none());
            if !is_object {
                components.insert(name, json!({"type": "object", "properties": {}}));
            }
        }
        components.insert("Base", json!({"type": "object", "properties": {
            "base": {"type": "object", "properties": {}}, "base_value": {"type": "object", "properties": {}},
        }}));
        let mut schemas: Map<String, Value> =
            components.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect();
        let (mut body, mut answer, mut error) = (body, answer, error);
        let mut next = 0;
        schemas.values_mut().for_each(|schema| mark(schema, &mut next));
        [&mut body, &mut answer, &mut error].into_iter().for_each(|schema| mark(schema, &mut next));
        let json = |schema: &Value| json!({"application/json": {"schema": schema}});
        document(
            json!({"/a": {"post": {
                "operationId": "get_aa",
                "requestBody": {"required": true, "content": json(&body)},
                "responses": {
                    "200": {"description": "", "content": json(&answer)},
                    "404": {"description": "", "content": json(&error)},
                },
            }}}),
            Value::Object(schemas),
        )
    })
}

/// A document, shown as JSON where a test fails.
struct Shown(Value);

impl std::fmt::Debug for Shown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn a_schema_without_a_name_never_has_the_type_of_another(document in documents().prop_map(Shown)) {
        let code = code(&document.0);
        let mut types = Types::of(&code);
        types.are_distinct();
        for (name, schema) in code.document["components"]["schemas"].as_object().unwrap() {
            let ty: Type = syn::parse_str(name).unwrap();
            types.check(schema, &ty, &format!("#/components/schemas/{name}"));
        }
        let operation = &code.document["paths"]["/a"]["post"];
        let schema = |at: &str| operation.pointer(at).unwrap();
        let body = schema("/requestBody/content/application~1json/schema");
        let (answer, error) = (
            schema("/responses/200/content/application~1json/schema"),
            schema("/responses/404/content/application~1json/schema"),
        );
        let (taken, output) = code.body_and_output("GetAa");
        let inside = |ty: &Type, at: usize| path(ty).1[at].clone();
        let (taken, given, failed) =
            (inside(&taken, 0), inside(&inside(&output, 0), 0), inside(&inside(&output, 1), 0));
        types.check(body, &taken, "body");
        types.check(answer, &given, "answer");
        types.check(error, &failed, "error");
    }
}
