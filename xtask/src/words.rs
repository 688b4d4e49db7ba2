//! Finds missing names and descriptions, and overlay lines without a target.
//!
//! Each is a wish. Items without a name or a description are generated too, so an update does not depend on wishes.
//! This module writes the overlay lines to fill in.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use heck::ToSnakeCase as _;
use serde_json::{Map, Value, json};

use crate::document::{operations, resolved};
use crate::layout;
use crate::names;
use crate::pointer::Pointer;
use crate::vendor::grammar::{Kind, visit};

/// One thing that the overlays could say, or could leave out.
#[derive(Clone, Debug, PartialEq)]
pub struct Wish {
    /// What is missing or left over, in one sentence without a full stop.
    pub what: String,
    /// What would grant it; none if a person has to find out.
    pub action: Option<Action>,
}

/// An overlay action to fill in.
#[derive(Clone, Debug, PartialEq)]
pub struct Action {
    /// The overlay that it belongs to, relative to the workspace.
    pub overlay: &'static str,
    /// What it is about, in JSONPath (RFC 9535).
    pub target: String,
    /// What it adds there, with empty words.
    pub update: Value,
}

/// The wishes of a document to which the overlays have been applied.
#[must_use]
pub fn wishes(document: &Value) -> Vec<Wish> {
    let mut found = Vec::new();
    of_operations(document, &mut found);
    of_tags(document, &mut found);
    of_types(document, &mut found);
    found
}

/// A wish for each type whose name says one thing twice, which happens where the generator had to make the name up.
#[must_use]
pub fn of_names(client: &str) -> Vec<Wish> {
    let declared = client.lines().filter_map(|line| {
        let rest = ["pub struct ", "pub enum "].iter().find_map(|start| line.trim().strip_prefix(start))?;
        Some(rest.chars().take_while(|c| c.is_alphanumeric()).collect::<String>())
    });
    let names: BTreeSet<String> = declared.filter(|name| stutters(name)).collect();
    let wish = |name: String| Wish {
        what: format!("the type `{name}` says one thing twice; a `title` on its schema gives another name"),
        action: None,
    };
    names.into_iter().map(wish).collect()
}

fn stutters(name: &str) -> bool {
    let snake = name.to_snake_case();
    let words: Vec<&str> = snake.split('_').collect();
    words.windows(2).any(|pair| matches!(pair, [one, next] if one == next))
}

/// A wish for what an overlay says of nothing.
#[must_use]
pub fn left_over(warning: String) -> Wish {
    Wish { what: warning, action: None }
}

/// Whether there are words in any of these members.
fn says(object: &Value, members: &[&str]) -> bool {
    let text = |member: &&str| {
        object.get(member).and_then(Value::as_str).is_some_and(|text| !text.trim().is_empty())
    };
    members.iter().any(text)
}

fn of_operations(document: &Value, found: &mut Vec<Wish>) {
    let mut named = document.clone();
    let derived: BTreeMap<Pointer, String> = names::derive_missing(&mut named).into_iter().collect();
    for operation in operations(document) {
        let request = operation.request();
        if let Some(name) = derived.get(&operation.pointer) {
            found.push(Wish {
                what: format!("{request} has no name; it is called `{name}`"),
                action: Some(Action {
                    overlay: layout::NAMES,
                    target: json_path(&operation.pointer),
                    update: json!({"operationId": name}),
                }),
            });
        }
        if !says(operation.value, &["summary", "description"]) {
            found.push(words(
                format!("{request} has no words"),
                json_path(&operation.pointer),
                json!({"summary": ""}),
            ));
        }
        let own = operation.value.get("parameters").map(|list| (list, operation.pointer.clone()));
        let shared = operation.item.get("parameters");
        let shared = shared.and_then(|list| Some((list, operation.pointer.parent()?)));
        for (list, holder) in own.into_iter().chain(shared) {
            for parameter in list.as_array().into_iter().flatten() {
                let parameter = resolved(document, parameter);
                let text = |member: &str| parameter.get(member).and_then(Value::as_str).unwrap_or_default();
                let (name, place) = (text("name"), text("in"));
                if !says(parameter, &["description"]) {
                    let filter = format!("[?@.name == {} && @.in == '{place}']", quoted(name));
                    found.push(words(
                        format!("the parameter `{name}` of {request} has no words"),
                        format!("{}{filter}", json_path(&holder.join("parameters"))),
                        json!({"description": ""}),
                    ));
                }
            }
        }
    }
    // What a path says for all its operations is found with each of them.
    let mut seen = BTreeSet::new();
    found.retain(|wish| {
        wish.action.as_ref().is_none_or(|action| seen.insert(format!("{} {}", action.target, action.update)))
    });
}

fn of_tags(document: &Value, found: &mut Vec<Wish>) {
    let listed = document.get("tags").and_then(Value::as_array);
    let explained: BTreeSet<&str> = listed
        .into_iter()
        .flatten()
        .filter(|tag| says(tag, &["description"]))
        .filter_map(|tag| tag.get("name")?.as_str())
        .collect();
    let used = operations(document).filter_map(|operation| operation.value.get("tags")?.as_array());
    let used: BTreeSet<&str> = used.flatten().filter_map(Value::as_str).collect();
    for tag in used.difference(&explained) {
        found.push(words(
            format!("the tag `{tag}` has no words"),
            "$".to_owned(),
            json!({"tags": [{"name": tag, "description": ""}]}),
        ));
    }
}

fn of_types(document: &Value, found: &mut Vec<Wish>) {
    let components = Pointer::root().join("components").join("schemas");
    visit_schemas(document, &mut |object, place| {
        let schema = Value::Object(object.clone());
        let name = called(place);
        if place.parent().as_ref() == Some(&components) && !says(&schema, &["description"]) {
            found.push(words(
                format!("the type `{name}` has no words"),
                json_path(place),
                json!({"description": ""}),
            ));
        }
        for (property, schema) in object.get("properties").and_then(Value::as_object).into_iter().flatten() {
            if !says(schema, &["description"]) {
                found.push(words(
                    format!("the property `{property}` of `{name}` has no words"),
                    json_path(place),
                    json!({"properties": {property.clone(): {"description": ""}}}),
                ));
            }
        }
    });
}

fn visit_schemas(document: &Value, see: &mut impl FnMut(&Map<String, Value>, &Pointer)) {
    visit(Kind::Document, document, &Pointer::root(), &mut |kind, object, place| {
        if kind == Kind::Schema {
            see(object, place);
        }
    });
}

/// What a person calls a place: a component by its name, with the way from there.
fn called(place: &Pointer) -> String {
    match place.tokens().as_slice() {
        [components, _, name, way @ ..] if components == "components" => {
            [std::slice::from_ref(name), way].concat().join("/")
        }
        _ => place.to_string(),
    }
}

fn words(what: String, target: String, update: Value) -> Wish {
    Wish { what, action: Some(Action { overlay: layout::DOCS, target, update }) }
}

/// A place in JSONPath, as the overlays name it.
#[must_use]
pub fn json_path(place: &Pointer) -> String {
    let mut path = String::from("$");
    for token in place.tokens() {
        let is_name = token.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && token.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let _ = if is_name {
            write!(path, ".{token}")
        } else if token.parse::<usize>().is_ok() {
            write!(path, "[{token}]")
        } else {
            write!(path, "[{}]", quoted(&token))
        };
    }
    path
}

fn quoted(name: &str) -> String {
    format!("'{}'", name.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// The wishes for people: the list, and the overlay lines to fill in. Empty if there are none.
#[must_use]
pub fn to_text(wishes: &[Wish]) -> String {
    if wishes.is_empty() {
        return String::new();
    }
    let mut text = format!("{} wishes, for which nothing waits\n", wishes.len());
    for Wish { what, .. } in wishes {
        let _ = writeln!(text, "  {what}");
    }
    for overlay in layout::OVERLAYS {
        let actions = actions(wishes, overlay);
        if !actions.is_empty() {
            let _ = write!(text, "to fill in, under `actions` in {overlay}:\n{actions}");
        }
    }
    text
}

/// The actions for one overlay in YAML, as they stand under `actions`; one for each target.
#[must_use]
pub fn actions(wishes: &[Wish], overlay: &str) -> String {
    let mut targets: Vec<&str> = Vec::new();
    let mut updates: BTreeMap<&str, Value> = BTreeMap::new();
    let actions = wishes.iter().filter_map(|wish| wish.action.as_ref());
    for Action { target, update, .. } in actions.filter(|action| action.overlay == overlay) {
        match updates.get_mut(target.as_str()) {
            Some(present) => merge(present, update),
            None => {
                targets.push(target);
                updates.insert(target, update.clone());
            }
        }
    }
    let mut text = String::new();
    for target in targets {
        // A path may hold what begins a value or a comment in YAML.
        let plain = ![": ", " #"].iter().any(|special| target.contains(special));
        let written = if plain { target.to_owned() } else { Value::from(target).to_string() };
        let _ = writeln!(text, "  - target: {written}\n    update:");
        write_yaml(updates.get(target).unwrap_or(&Value::Null), 6, &mut text);
    }
    text
}

fn merge(into: &mut Value, from: &Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (name, value) in from {
                merge(into.entry(name).or_insert_with(|| json!({})), value);
            }
        }
        (Value::Array(into), Value::Array(from)) => into.extend(from.iter().cloned()),
        (into, from) => *into = from.clone(),
    }
}

/// The members that the updates have by themselves. Others have names of the API, some of which YAML would not
/// take for text.
const OWN: [&str; 5] = ["description", "operationId", "properties", "summary", "tags"];

/// Objects and lists a line for each member; names and texts in the quotes of JSON, which YAML reads the same.
fn write_yaml(value: &Value, indent: usize, text: &mut String) {
    let key = |name: &str| if OWN.contains(&name) { name.to_owned() } else { Value::from(name).to_string() };
    let Value::Object(members) = value else { return };
    for (name, value) in members {
        let _ = write!(text, "{:indent$}{}:", "", key(name));
        match value {
            Value::Object(_) => {
                text.push('\n');
                write_yaml(value, indent + 2, text);
            }
            Value::Array(items) => {
                text.push('\n');
                for item in items {
                    let _ = writeln!(text, "{:indent$}  - {item}", "");
                }
            }
            _ => {
                let _ = writeln!(text, " {value}");
            }
        }
    }
}
