//! Names that differ in the document and would be one in Rust.
//!
//! What has a name only here, a component or an operation, is renamed. What has its name on the wire,
//! a property, a value or a parameter, gets a mark and a number, from which the generator makes another
//! Rust name; [`unmarked`] takes both off again wherever the name goes over the wire.
//!
//! The first of the names that clash, in alphabetical order, keeps its own.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::draft::{Draft, unique};
use super::{inline, rust, walk};
use crate::pointer::Pointer;
use crate::report::{Fate, Note};

/// Stands between a name on the wire and the number that tells it from others in Rust.
pub(super) const MARK: char = '⁂';

/// The text as it is on the wire: without marks and their numbers.
pub(crate) fn unmarked(text: &str) -> String {
    let mut parts = text.split(MARK);
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        plain.push_str(part.trim_start_matches(|c: char| c.is_ascii_digit()));
    }
    plain
}

/// Whether a text has a mark.
pub(crate) fn is_marked(text: &str) -> bool {
    text.contains(MARK)
}

/// Names of the hand-written and the generated client, which no operation can have.
const METHODS: [&str; 5] = ["new", "builder", "context", "with_context", "clone"];
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
/// Names that the generated types use without a path.
const TYPES: [&str; 6] = ["Box", "Option", "Result", "Self_", "String", "Vec"];
/// Names of the methods and variables of a builder, which no parameter can have.
const PARAMETERS: [&str; 6] = ["new", "send", "client", "response", "header_map", "into_inner"];
/// Names that a builder has for the body.
const BODY: [&str; 2] = ["body", "body_map"];

/// Renames components and operations.
pub(super) fn tell_apart(draft: &mut Draft) {
    components(draft);
    operations(draft);
    parameters(draft);
    schemas(draft);
    inline::end(draft);
    inline::tell_apart(draft, &TYPES);
}

fn components(draft: &mut Draft) {
    let Some(Value::Object(schemas)) = draft.document.pointer_mut("/components/schemas") else { return };
    let mut taken: BTreeSet<String> = TYPES.iter().map(|name| (*name).to_owned()).collect();
    let mut renamed = BTreeMap::new();
    let mut names: Vec<String> = schemas.keys().cloned().collect();
    names.sort();
    for name in names {
        let wanted = rust::type_name(&name);
        let free = unique(&wanted, |name| taken.contains(name));
        if free != wanted {
            renamed.insert(name, free.clone());
        }
        taken.insert(free);
    }
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
                && let Some(name) = place.as_str().strip_prefix("/components/schemas/")
                && let Some(free) = renamed.get(&name.replace("~1", "/").replace("~0", "~"))
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
    let mut taken: BTreeSet<String> = METHODS.iter().map(|name| rust::type_name(name)).collect();
    taken.extend(BUILDERS.iter().map(|name| (*name).to_owned()));
    let mut named: Vec<_> =
        draft.operations().into_iter().map(|place| (draft.name_of(&place), place)).collect();
    named.sort();
    for (name, place) in named {
        // One name makes a method and a builder; the builder's is the coarser of the two.
        let builder = |name: &str| rust::type_name(&rust::method_name(name));
        let free = unique(&name, |name| taken.contains(&builder(name)));
        taken.insert(builder(&free));
        if free != name {
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
        let has_body = draft.operations().iter().any(|place| {
            place.parent().and_then(|item| item.last()).as_deref() == Some(template.as_str())
                && place.join("requestBody").get(&draft.document).is_some()
        });
        let reserved = [&PARAMETERS[..], if has_body { &BODY[..] } else { &[] }].concat();
        let marked = marked(&names, rust::method_name, &reserved);
        for (old, new) in names.into_iter().zip(marked).filter_map(|(old, new)| Some((old, new?))) {
            let path = moved.entry(template.clone()).or_insert_with(|| template.clone());
            *path = path.replace(&format!("{{{old}}}"), &format!("{{{new}}}"));
            for operation in draft.operations().into_iter().filter(|place| {
                place.parent().and_then(|item| item.last()).as_deref() == Some(template.as_str())
            }) {
                rename_parameters(draft, &operation, |parameter, name| {
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

fn in_template(template: &str) -> impl Iterator<Item = &str> {
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

/// Properties and values of every schema.
fn schemas(draft: &mut Draft) {
    let Draft { document, notes, .. } = draft;
    walk::schemas(document, &mut |place, schema| {
        properties(schema, &mut |text| {
            notes.push(Note { pointer: place.join("properties"), fate: Fate::Exact, text });
        });
        values(schema, &mut |text| {
            notes.push(Note { pointer: place.join("enum"), fate: Fate::Exact, text });
        });
    });
}

fn properties(schema: &mut Map<String, Value>, note: &mut dyn FnMut(String)) {
    let Some(Value::Object(properties)) = schema.get_mut("properties") else { return };
    let names: Vec<String> = properties.keys().cloned().collect();
    let marked = marked(&names, rust::field_name, &[]);
    let new: BTreeMap<String, String> =
        names.into_iter().zip(marked).filter_map(|(old, new)| Some((old, new?))).collect();
    if new.is_empty() {
        return;
    }
    for (old, new) in &new {
        note(called(old, &rust::field_name(new)));
    }
    let renamed = |name: String| new.get(&name).cloned().unwrap_or(name);
    *properties = std::mem::take(properties).into_iter().map(|(n, v)| (renamed(n), v)).collect();
    if let Some(Value::Array(required)) = schema.get_mut("required") {
        for name in required {
            if let Some(new) = name.as_str().and_then(|name| new.get(name)) {
                *name = json!(new);
            }
        }
    }
}

fn values(schema: &mut Map<String, Value>, note: &mut dyn FnMut(String)) {
    let Some(Value::Array(values)) = schema.get_mut("enum") else { return };
    let texts: Vec<String> = values.iter().filter_map(|value| value.as_str().map(str::to_owned)).collect();
    let marked = marked(&texts, rust::type_name, &[]);
    let new: BTreeMap<String, String> =
        texts.into_iter().zip(marked).filter_map(|(old, new)| Some((old, new?))).collect();
    for (old, new) in &new {
        note(called(old, &rust::type_name(new)));
    }
    if let Some(default) = schema.get_mut("default")
        && let Some(new) = default.as_str().and_then(|value| new.get(value))
    {
        *default = json!(new);
    }
    let Some(Value::Array(values)) = schema.get_mut("enum") else { return };
    for value in values {
        if let Some(new) = value.as_str().and_then(|value| new.get(value)) {
            *value = json!(new);
        }
    }
}

/// For each name, the marked one that it needs to have a Rust name of its own.
fn marked(names: &[String], rust: fn(&str) -> String, reserved: &[&str]) -> Vec<Option<String>> {
    let mut taken: BTreeSet<String> = reserved.iter().map(|name| (*name).to_owned()).collect();
    let mut order: Vec<usize> = (0..names.len()).collect();
    order.sort_by_key(|index| names.get(*index));
    let mut marked = vec![None; names.len()];
    for index in order {
        let Some(name) = names.get(index) else { continue };
        let mut candidate = name.clone();
        let mut number = 2;
        while taken.contains(&rust(&candidate)) {
            candidate = format!("{name}{MARK}{number}");
            number += 1;
        }
        taken.insert(rust(&candidate));
        if candidate != *name
            && let Some(slot) = marked.get_mut(index)
        {
            *slot = Some(candidate);
        }
    }
    marked
}
