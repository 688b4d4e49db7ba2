//! What changed in the calls.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::rust::{type_of, widens};
use super::schemas::{Use, schemas_at};
use super::{Changes, Class, told};
use crate::document::{METHODS, Operation, operations, resolved};
use crate::pointer::Pointer;

/// Compares the operations, known by method and path.
pub(super) fn operations_of(old: &Value, new: &Value, changes: &mut Changes) {
    let news: BTreeMap<_, _> = operations(new).map(|o| ((o.path, o.method), o)).collect();
    let olds: BTreeMap<_, _> = operations(old).map(|o| ((o.path, o.method), o)).collect();
    for (key, operation) in &olds {
        match news.get(key) {
            None => changes.add(
                operation.pointer.clone(),
                Class::DOES_NOT_COMPILE,
                format!("{} removed", request(operation)),
                "its method is gone",
            ),
            Some(present) => Pair { old, new, changes }.compare(operation, present),
        }
    }
    for (_, operation) in news.iter().filter(|(key, _)| !olds.contains_key(*key)) {
        changes.add(
            operation.pointer.clone(),
            Class::Additive,
            format!("{} added", request(operation)),
            "a new method",
        );
    }
}

fn request(operation: &Operation<'_>) -> String {
    format!("{} {}", operation.method.to_ascii_uppercase(), operation.path)
}

/// What stands beside the operations of a path.
pub(super) fn path_items(old: &Value, new: &Value, changes: &mut Changes) {
    let paths = |document: &Value| document.get("paths").and_then(Value::as_object).cloned();
    let news = paths(new).unwrap_or_default();
    for (path, old) in paths(old).unwrap_or_default() {
        if let Some(new) = news.get(&path) {
            let at = Pointer::root().join("paths").join(path);
            let judged: Vec<_> = METHODS.into_iter().chain(["parameters"]).collect();
            changes.others(&old, new, &at, &judged);
        }
    }
}

struct Pair<'a> {
    old: &'a Value,
    new: &'a Value,
    changes: &'a mut Changes,
}

/// A parameter and where it stands.
struct Parameter<'a> {
    at: Pointer,
    place: &'a str,
    name: &'a str,
    required: bool,
    value: &'a Value,
}

impl Pair<'_> {
    fn compare(&mut self, old: &Operation<'_>, new: &Operation<'_>) {
        let at = &new.pointer;
        let text = |operation: &Operation<'_>, name: &str| operation.value.get(name).cloned();
        if text(old, "operationId") != text(new, "operationId") {
            self.changes.add(
                at.join("operationId"),
                Class::DOES_NOT_COMPILE,
                format!(
                    "operation id changed from {} to {}",
                    told(old.value.get("operationId")),
                    told(new.value.get("operationId"))
                ),
                "the method is named after it, unless an overlay names the operation",
            );
        }
        self.parameters(old, new);
        self.body(old, new);
        self.answers(old, new);
        const JUDGED: [&str; 4] = ["operationId", "parameters", "requestBody", "responses"];
        self.changes.others(old.value, new.value, at, &JUDGED);
    }

    fn parameters(&mut self, old: &Operation<'_>, new: &Operation<'_>) {
        let (olds, news) = (parameters(self.old, old), parameters(self.new, new));
        let find = |list: &[Parameter<'_>], wanted: &Parameter<'_>| {
            let same = |p: &&Parameter<'_>| p.name == wanted.name && p.place == wanted.place;
            let moved = |p: &&Parameter<'_>| p.name == wanted.name;
            let exact = list.iter().position(|p| same(&p));
            exact.or_else(|| list.iter().position(|p| moved(&p)))
        };
        for before in &olds {
            match find(&news, before).and_then(|index| news.get(index)) {
                None => self.changes.add(
                    before.at.clone(),
                    Class::DOES_NOT_COMPILE,
                    format!("{} parameter `{}` removed", before.place, before.name),
                    "its setter is gone",
                ),
                Some(after) => self.parameter(before, after),
            }
        }
        for after in news.iter().filter(|after| find(&olds, after).is_none()) {
            let kind = format!("{} parameter `{}` added", after.place, after.name);
            let (class, what, why) = if after.required {
                (
                    Class::FAILS,
                    format!("required {kind}"),
                    "a call that does not set it fails before it is sent",
                )
            } else {
                (Class::Additive, kind, "a new setter, which need not be called")
            };
            self.changes.add(after.at.clone(), class, what, why);
        }
    }

    fn parameter(&mut self, before: &Parameter<'_>, after: &Parameter<'_>) {
        let name = after.name;
        if before.place != after.place {
            let what = format!("parameter `{name}` moved from {} to {}", before.place, after.place);
            self.changes.add(after.at.clone(), Class::Harmless, what, "the setter is the same");
        }
        match (before.required, after.required) {
            (false, true) => self.changes.add(
                after.at.join("required"),
                Class::FAILS,
                format!("parameter `{name}` became required"),
                "a call that does not set it fails before it is sent",
            ),
            (true, false) => self.changes.add(
                after.at.join("required"),
                Class::Additive,
                format!("parameter `{name}` became optional"),
                "the setter is the same, and need not be called",
            ),
            _ => {}
        }
        let schema = |parameter: &Parameter<'_>| parameter.value.get("schema").cloned().unwrap_or_default();
        let at = after.at.join("schema");
        let (old, new) = (schema(before), schema(after));
        let (was, is) = (type_of(&old), type_of(&new));
        let what = format!("parameter `{name}` changed from {was} to {is}");
        match (widens(&was, &is), was.as_str(), is.as_str()) {
            _ if was == is => schemas_at(&old, &new, &at, Use::REQUEST, self.changes),
            (Some(true), ..) => {
                self.changes.add(at, Class::Harmless, what, "the setter takes every integer that fits");
            }
            (Some(false), ..) => {
                self.changes.add(
                    at,
                    Class::FAILS,
                    what,
                    "the setter takes the integers that fit, which are fewer",
                );
            }
            (None, "String", "an enum" | "a string with limits") => {
                self.changes.add(
                    at,
                    Class::FAILS,
                    what,
                    "the setter takes text, and refuses what is not allowed",
                );
            }
            _ => {
                self.changes.add(at, Class::DOES_NOT_COMPILE, what, "the setter takes another type");
            }
        }
        self.changes.others(before.value, after.value, &after.at, &["in", "name", "required", "schema"]);
    }

    fn body(&mut self, old: &Operation<'_>, new: &Operation<'_>) {
        let at = new.pointer.join("requestBody");
        let before = old.value.get("requestBody").map(|body| resolved(self.old, body));
        let after = new.value.get("requestBody").map(|body| resolved(self.new, body));
        let requires = |body: &Value| body.get("required") == Some(&Value::Bool(true));
        match (before, after) {
            (None, None) => {}
            (Some(_), None) => self.changes.add(
                old.pointer.join("requestBody"),
                Class::DOES_NOT_COMPILE,
                "body removed",
                "the method `body` is gone",
            ),
            (None, Some(body)) if requires(body) => {
                self.changes.add(at, Class::FAILS, "required body added", "a call without a body is refused");
            }
            (None, Some(_)) => {
                self.changes.add(at, Class::Additive, "optional body added", "it may be left out");
            }
            (Some(before), Some(after)) => {
                match (requires(before), requires(after)) {
                    (false, true) => self.changes.add(
                        at.join("required"),
                        Class::FAILS,
                        "body became required",
                        "a call without a body is refused",
                    ),
                    (true, false) => self.changes.add(
                        at.join("required"),
                        Class::Additive,
                        "body became optional",
                        "it may be left out",
                    ),
                    _ => {}
                }
                self.changes.others(before, after, &at, &["content", "required"]);
                self.content(before, after, &at.join("content"), Use::REQUEST);
            }
        }
    }

    fn answers(&mut self, old: &Operation<'_>, new: &Operation<'_>) {
        let at = new.pointer.join("responses");
        let (before, after) = (answers(self.old, old), answers(self.new, new));
        for success in [true, false] {
            let kind = |answers: &Answers<'_>| kind_of(answers, success);
            let (was, is) = (kind(&before), kind(&after));
            if was != is {
                let what = if success { "a call returns" } else { "a failed call returns" };
                self.changes.add(
                    at.clone(),
                    Class::DOES_NOT_COMPILE,
                    format!("{what} {is}, and returned {was}"),
                    "code that reads the answer meets another type",
                );
            }
        }
        for (status, response) in &before {
            match after.get(status) {
                None => self.changes.add(
                    old.pointer.join("responses").join(status),
                    Class::Harmless,
                    format!("status {status} removed"),
                    "should it come all the same, it is an unexpected response with that status",
                ),
                Some(present) => {
                    let at = at.join(status);
                    self.changes.others(response, present, &at, &["content"]);
                    self.content(response, present, &at.join("content"), Use::ANSWER);
                }
            }
        }
        for status in after.keys().filter(|status| !before.contains_key(*status)) {
            self.changes.add(
                at.join(status),
                Class::Additive,
                format!("status {status} added"),
                "what was an unexpected response has a type",
            );
        }
    }

    /// Compares bodies, media type by media type.
    fn content(&mut self, old: &Value, new: &Value, at: &Pointer, used: Use) {
        let content = |body: &'_ Value| body.get("content").and_then(Value::as_object).cloned();
        let (olds, news) = (content(old).unwrap_or_default(), content(new).unwrap_or_default());
        for (media, old) in &olds {
            let Some(new) = news.get(media) else {
                // Bodies that come or go altogether are told by the type of the answer.
                if !news.is_empty() {
                    self.changes.add(
                        at.join(media),
                        Class::DOES_NOT_COMPILE,
                        format!("media type {media} removed"),
                        "a body of another media type has another type",
                    );
                }
                continue;
            };
            self.changes.others(old, new, &at.join(media), &["schema"]);
            let schema = |media: &Value| media.get("schema").cloned().unwrap_or_default();
            let (old, new) = (schema(old), schema(new));
            // The type of an answer as a whole was told already.
            if used == Use::REQUEST || type_of(&old) == type_of(&new) {
                schemas_at(&old, &new, &at.join(media).join("schema"), used, self.changes);
            }
        }
        if !olds.is_empty() {
            for media in news.keys().filter(|media| !olds.contains_key(*media)) {
                self.changes.add(
                    at.join(media),
                    Class::Additive,
                    format!("media type {media} added"),
                    "the others stay",
                );
            }
        }
    }
}

type Answers<'a> = BTreeMap<&'a str, &'a Value>;

fn answers<'a>(document: &'a Value, operation: &Operation<'a>) -> Answers<'a> {
    let responses = operation.value.get("responses").and_then(Value::as_object);
    let responses = responses.into_iter().flatten();
    responses.map(|(status, response)| (status.as_str(), resolved(document, response))).collect()
}

/// The type that all successful, or all other, answers of a call have together.
fn kind_of(answers: &Answers<'_>, success: bool) -> String {
    let kinds = answers.iter().filter(|(status, _)| status.starts_with('2') == success);
    let kinds = kinds.map(|(_, response)| {
        let content = response.get("content").and_then(Value::as_object);
        let kinds = content
            .into_iter()
            .flatten()
            .map(|(_, media)| media.get("schema").map_or_else(|| "bytes".to_owned(), type_of));
        let kinds: BTreeSet<_> = kinds.collect();
        if kinds.is_empty() { "nothing".to_owned() } else { list(&kinds) }
    });
    let kinds: BTreeSet<_> = kinds.collect();
    if kinds.is_empty() { "nothing".to_owned() } else { list(&kinds) }
}

fn list(kinds: &BTreeSet<String>) -> String {
    kinds.iter().map(String::as_str).collect::<Vec<_>>().join(" or ")
}

/// The parameters of an operation and of its path; those of the operation come first.
fn parameters<'a>(document: &'a Value, operation: &Operation<'a>) -> Vec<Parameter<'a>> {
    let shared = operation.pointer.parent().unwrap_or_default();
    let holders = [(&operation.pointer, operation.value), (&shared, operation.item)];
    let mut found: Vec<Parameter<'a>> = Vec::new();
    for (at, holder) in holders {
        let parameters = holder.get("parameters").and_then(Value::as_array);
        for (index, parameter) in parameters.into_iter().flatten().enumerate() {
            let value = resolved(document, parameter);
            let text = |name: &str| value.get(name).and_then(Value::as_str);
            let (Some(place), Some(name)) = (text("in"), text("name")) else { continue };
            if found.iter().any(|p| p.place == place && p.name == name) {
                continue;
            }
            let required = value.get("required") == Some(&Value::Bool(true));
            let at = at.join("parameters").join(index);
            found.push(Parameter { at, place, name, required, value });
        }
    }
    found
}
