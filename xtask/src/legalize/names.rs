//! Names that differ in the document and would be equal in Rust.
//!
//! Components and operations are renamed, because their names are not sent. Properties, values and parameters get a
//! mark and a number, from which the generator makes another Rust name; [`unmarked`](super::marks::unmarked) removes
//! both from the names that are sent.
//!
//! A name without a clash is kept. Among names that clash, the one closest to its Rust name is kept (the first in
//! alphabetical order if there are several), and the others are numbered. So a new name depends only on those that it
//! clashes with.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::draft::Draft;
use super::groups::Groups;
use super::marks::MARK;
use super::{defaults, inline, limits, rust, walk};
use crate::document;
use crate::pointer::Pointer;
use crate::report::{Fate, Note};

/// Names of the hand-written and the generated client and of its hooks, which no operation can have.
const METHODS: [&str; 8] = ["new", "builder", "context", "with_context", "clone", "pre", "exec", "post"];
/// Names that stand in the module of the builders of operations.
const BUILDERS: [&str; 7] = [
    "ByteStream",
    "ClientInfo",
    "ClientHooks",
    "Error",
    "OperationInfo",
    "RequestBuilderExt",
    "ResponseValue",
];
/// Names that no type can have: of constructors that derived code uses, and of a parameter of the builders.
const TYPES: [&str; 6] = ["Err", "None", "Ok", "Self_", "Some", "T"];
/// Names of the methods and variables of a builder, which no parameter can have.
const PARAMETERS: [&str; 8] =
    ["new", "send", "client", "info", "request", "response", "header_map", "into_inner"];
/// The field for all the properties that have no name.
const REST: &str = "extra";
/// Names that a builder has for the body.
const BODY: [&str; 2] = ["body", "body_map"];

/// Renames components and operations.
pub(super) fn tell_apart(draft: &mut Draft) {
    components(draft);
    operations(draft);
    parameters(draft);
    schemas(draft);
    defaults::fit(draft);
    // Only now: a default is held against the limits.
    limits::widen(draft);
    let of_one_name = inline::tell_apart(draft, &TYPES);
    defaults::leave(draft, &of_one_name);
}

fn components(draft: &mut Draft) {
    let Some(Value::Object(schemas)) = draft.document.pointer_mut("/components/schemas") else { return };
    let names: Vec<String> = schemas.keys().cloned().collect();
    let reserved = TYPES.iter().map(|name| (*name).to_owned()).collect();
    let numbered = |name: &str, number| format!("{}{number}", rust::type_name(name));
    let free = distinct(&names, rust::type_name, reserved, numbered);
    let renamed: BTreeMap<String, String> =
        names.into_iter().zip(free).filter_map(|(name, free)| Some((name, free?))).collect();
    if renamed.is_empty() {
        return;
    }
    *schemas = std::mem::take(schemas)
        .into_iter()
        .map(|(name, schema)| (renamed.get(&name).cloned().unwrap_or(name), schema))
        .collect();
    redirect(&mut draft.document, &renamed);
    let place = Pointer::root().join("components").join("schemas");
    for (name, free) in renamed {
        draft.moved(&place.join(&free), &place.join(&name));
        let place = place.join(&name);
        draft.note(place, Fate::Exact, format!("`{name}` is called `{free}`: its name is taken in Rust"));
    }
}

/// Lets references follow components to their new names.
fn redirect(value: &mut Value, renamed: &BTreeMap<String, String>) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get_mut("$ref")
                && let Some(place) = Pointer::from_local_ref(reference)
                && place.parent().is_some_and(|parent| parent.as_str() == "/components/schemas")
                && let Some(free) = place.last().and_then(|name| renamed.get(&name))
            {
                *reference = format!("#/components/schemas/{free}");
            }
            members.values_mut().for_each(|value| redirect(value, renamed));
        }
        Value::Array(items) => items.iter_mut().for_each(|value| redirect(value, renamed)),
        _ => (),
    }
}

fn operations(draft: &mut Draft) {
    let reserved = METHODS.iter().map(|name| rust::type_name(name));
    let reserved = reserved.chain(BUILDERS.iter().map(|name| (*name).to_owned())).collect();
    // One name makes a method and a builder; the builder's is the coarser of the two.
    let places = draft.operations();
    let names: Vec<String> = places.iter().map(|place| draft.name_of(place)).collect();
    let free = distinct(&names, rust::builder_name, reserved, |name, number| format!("{name}{number}"));
    for ((place, name), free) in places.into_iter().zip(names).zip(free) {
        let Some(free) = free else { continue };
        draft.note(
            place.join("operationId"),
            Fate::Exact,
            format!("`{name}` is called `{free}`: its name is taken in Rust"),
        );
        if let Some(Value::Object(operation)) = draft.at(&place) {
            operation.insert("operationId".into(), json!(free));
        }
    }
}

/// Parameters in a path first: all operations of the path and its template share their names.
fn parameters(draft: &mut Draft) {
    let paths = draft.document.get("paths").and_then(Value::as_object);
    let templates: Vec<String> = paths.into_iter().flatten().map(|(path, _)| path.clone()).collect();
    let mut moved = BTreeMap::new();
    for template in templates {
        // A template may name a parameter twice.
        let mut names: Vec<String> = in_template(&template).map(str::to_owned).collect();
        names.sort();
        names.dedup();
        if names.is_empty() {
            continue;
        }
        let item = Pointer::root().join("paths").join(&template);
        let operations = document::METHODS.iter().map(|method| item.join(method));
        let operations: Vec<Pointer> =
            operations.filter(|place| place.get(&draft.document).is_some()).collect();
        let has_body =
            operations.iter().any(|place| place.join("requestBody").get(&draft.document).is_some());
        let reserved = [&PARAMETERS[..], if has_body { &BODY[..] } else { &[] }].concat();
        let marked = marked(&names, rust::method_name, &reserved);
        for (old, new) in names.into_iter().zip(marked).filter_map(|(old, new)| Some((old, new?))) {
            let path = moved.entry(template.clone()).or_insert_with(|| template.clone());
            *path = path.replace(&format!("{{{old}}}"), &format!("{{{new}}}"));
            for operation in &operations {
                rename_parameters(draft, operation, |parameter, name| {
                    (parameter.get("in").is_some_and(|place| place == "path") && name == old)
                        .then(|| new.clone())
                });
            }
        }
    }
    for operation in draft.operations() {
        let names: Vec<String> = parameters_of(draft, &operation)
            .filter(|parameter| parameter.get("in").is_some_and(|place| place != "path"))
            .filter_map(|parameter| Some(parameter.get("name")?.as_str()?.to_owned()))
            .collect();
        let mut reserved: Vec<String> = PARAMETERS.iter().map(|name| (*name).to_owned()).collect();
        reserved.extend(
            parameters_of(draft, &operation)
                .filter(|parameter| parameter.get("in").is_some_and(|place| place == "path"))
                .filter_map(|parameter| Some(rust::method_name(parameter.get("name")?.as_str()?))),
        );
        if operation.join("requestBody").get(&draft.document).is_some() {
            reserved.extend(BODY.map(str::to_owned));
        }
        let reserved: Vec<&str> = reserved.iter().map(String::as_str).collect();
        let mut new = marked(&names, rust::method_name, &reserved).into_iter();
        rename_parameters(draft, &operation, |parameter, _| {
            parameter.get("in").is_some_and(|place| place != "path").then(|| new.next().flatten()).flatten()
        });
    }
    if let Some(Value::Object(paths)) = draft.document.get_mut("paths") {
        *paths = std::mem::take(paths)
            .into_iter()
            .map(|(path, item)| (moved.get(&path).cloned().unwrap_or(path), item))
            .collect();
    }
}

/// The names in a path template.
pub(super) fn in_template(template: &str) -> impl Iterator<Item = &str> {
    template.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name)
}

fn parameters_of<'a>(draft: &'a Draft, operation: &Pointer) -> impl Iterator<Item = &'a Value> {
    operation.join("parameters").get(&draft.document).and_then(Value::as_array).into_iter().flatten()
}

fn rename_parameters(
    draft: &mut Draft,
    operation: &Pointer,
    mut new_name: impl FnMut(&Value, &str) -> Option<String>,
) {
    let place = operation.join("parameters");
    let mut notes = Vec::new();
    let Some(Value::Array(parameters)) = draft.at(&place) else { return };
    for (index, parameter) in parameters.iter_mut().enumerate() {
        let old = parameter.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
        if let Some(new) = new_name(parameter, &old) {
            notes.push((place.join(index), called(&old, &rust::method_name(&new))));
            if let Value::Object(parameter) = parameter {
                parameter.insert("name".into(), json!(new));
            }
        }
    }
    for (place, text) in notes {
        draft.note(place, Fate::Exact, text);
    }
}

fn called(name: &str, rust: &str) -> String {
    format!("`{name}` is called `{rust}` in Rust, where its name is taken")
}

/// Properties and values. Schemas that are merged have theirs in common.
fn schemas(draft: &mut Draft) {
    let groups = Groups::of(&mut draft.document);
    let renamed = renamed(&mut draft.document, &groups);
    let Draft { document, notes, .. } = draft;
    walk::schemas(document, &mut |place, schema| {
        let Some(group) = groups.of_place(place).and_then(|group| renamed.get(&group)) else { return };
        let mut note = |keyword: &str, text| {
            notes.push(Note { pointer: place.join(keyword), fate: Fate::Exact, text });
        };
        properties(schema, &group.properties, &mut |text| note("properties", text));
        values(schema, &group.values, &mut |text| note("enum", text));
    });
}

/// What the names of a group of schemas become.
struct Renamed {
    properties: BTreeMap<String, String>,
    values: BTreeMap<String, String>,
}

/// What the names of each group become, if any becomes another.
fn renamed(document: &mut Value, groups: &Groups) -> BTreeMap<usize, Renamed> {
    let mut names: BTreeMap<usize, (BTreeSet<String>, Vec<BTreeSet<String>>)> = BTreeMap::new();
    let mut with_rest: BTreeSet<usize> = BTreeSet::new();
    let mut together: BTreeMap<&Pointer, BTreeSet<String>> =
        groups.together.iter().flatten().map(|place| (place, BTreeSet::new())).collect();
    walk::schemas(document, &mut |place, schema| {
        let texts = |value: Option<&Value>| -> BTreeSet<String> {
            let values = value.and_then(Value::as_array).into_iter().flatten();
            values.filter_map(|value| value.as_str().map(str::to_owned)).collect()
        };
        let Some((properties, enums)) = groups.of_place(place).map(|group| names.entry(group).or_default())
        else {
            return;
        };
        if schema.get("additionalProperties").is_some_and(Value::is_object) {
            with_rest.extend(groups.of_place(place));
        }
        properties.extend(texts(schema.get("required")));
        let declared = schema.get("properties").and_then(Value::as_object);
        properties.extend(declared.into_iter().flatten().map(|(name, _)| name.clone()));
        let values = texts(schema.get("enum"));
        if let Some(together) = together.get_mut(place) {
            together.clone_from(&values);
        }
        enums.push(values);
    });
    for places in &groups.together {
        let values = places.iter().filter_map(|place| together.get(place)).flatten().cloned().collect();
        let group = places.first().and_then(|place| groups.of_place(place));
        if let Some((_, enums)) = group.and_then(|group| names.get_mut(&group)) {
            enums.push(values);
        }
    }
    let renamed = names.into_iter().map(|(group, (properties, enums))| {
        // A name without a letter or a digit would leave the types inside the name of the type around.
        let is_nameless = |name: &String| !name.chars().any(char::is_alphanumeric);
        let of_none = rust::field_name("");
        let has_letter = |name: &String| !is_nameless(name) && rust::field_name(name) == of_none;
        let mut reserved = if properties.iter().any(is_nameless) && !properties.iter().any(has_letter) {
            vec![of_none.as_str()]
        } else {
            Vec::new()
        };
        if with_rest.contains(&group) {
            reserved.push(REST);
        }
        let properties = in_common(properties, rust::field_name, &reserved);
        (group, Renamed { properties, values: values_of(&enums) })
    });
    renamed.filter(|(_, renamed)| !(renamed.properties.is_empty() && renamed.values.is_empty())).collect()
}

/// What those of `names` become that are not alone with their Rust name.
fn in_common(
    names: BTreeSet<String>,
    rust: fn(&str) -> String,
    reserved: &[&str],
) -> BTreeMap<String, String> {
    let names: Vec<String> = names.into_iter().collect();
    let marked = marked(&names, rust, reserved);
    names.into_iter().zip(marked).filter_map(|(old, new)| Some((old, new?))).collect()
}

/// What the values of enums become of which the generator takes what they have in common. Values that
/// never stand in one enum may have one name in Rust.
fn values_of(enums: &[BTreeSet<String>]) -> BTreeMap<String, String> {
    let mut clashing = BTreeSet::new();
    loop {
        let renamed = in_common(clashing.clone(), rust::type_name, &[]);
        let name = |value: &String| rust::type_name(renamed.get(value).unwrap_or(value));
        let clashes = |values: &&BTreeSet<String>| {
            values.iter().map(name).collect::<BTreeSet<_>>().len() < values.len()
        };
        let known = clashing.len();
        clashing.extend(enums.iter().filter(clashes).flatten().cloned());
        if clashing.len() == known {
            return renamed;
        }
    }
}

fn properties(schema: &mut Map<String, Value>, new: &BTreeMap<String, String>, note: &mut dyn FnMut(String)) {
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        let renamed = |name: String| new.get(&name).cloned().unwrap_or(name);
        for (old, new) in new.iter().filter(|(old, _)| properties.contains_key(*old)) {
            note(called(old, &rust::field_name(new)));
        }
        *properties = std::mem::take(properties).into_iter().map(|(n, v)| (renamed(n), v)).collect();
    }
    if let Some(Value::Array(required)) = schema.get_mut("required") {
        for name in required {
            if let Some(new) = name.as_str().and_then(|name| new.get(name)) {
                *name = json!(new);
            }
        }
    }
}

fn values(schema: &mut Map<String, Value>, new: &BTreeMap<String, String>, note: &mut dyn FnMut(String)) {
    let Some(Value::Array(values)) = schema.get_mut("enum") else { return };
    for value in values {
        if let Some((old, new)) = value.as_str().and_then(|value| new.get_key_value(value)) {
            note(called(old, &rust::type_name(new)));
            *value = json!(new);
        }
    }
}

/// For each name, the marked one that it needs to have a Rust name of its own.
fn marked(names: &[String], rust: fn(&str) -> String, reserved: &[&str]) -> Vec<Option<String>> {
    let reserved = reserved.iter().map(|name| (*name).to_owned()).collect();
    distinct(names, rust, reserved, |name, number| format!("{name}{MARK}{number}"))
}

/// How far a name is from its name in Rust: it is the same, differs in case alone, or in more.
fn distance(name: &str, rust: &str) -> u8 {
    match () {
        () if name == rust => 0,
        () if name.eq_ignore_ascii_case(rust) => 1,
        () => 2,
    }
}

/// For each name, the numbered one that it needs to have a Rust name of its own. Names that have one
/// without a number come first, so that no number takes it from them.
fn distinct(
    names: &[String],
    rust: impl Fn(&str) -> String,
    reserved: BTreeSet<String>,
    numbered: impl Fn(&str, usize) -> String,
) -> Vec<Option<String>> {
    let mut taken = reserved;
    let mut order: Vec<usize> = (0..names.len()).collect();
    order.sort_by_key(|index| names.get(*index).map(|name| (distance(name, &rust(name)), name)));
    order.retain(|index| !names.get(*index).is_some_and(|name| taken.insert(rust(name))));
    let mut distinct = vec![None; names.len()];
    for index in order {
        let (Some(name), Some(slot)) = (names.get(index), distinct.get_mut(index)) else { continue };
        let mut candidates = (2..).map(|number| numbered(name, number));
        *slot = candidates.find(|candidate| taken.insert(rust(candidate)));
    }
    distinct
}
