//! What changed in the calls, but for the types of what they take and return.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::pairs::Pairs;
use super::refused::Requests;
use super::schemas::schemas_at;
use super::ways::Placed;
use super::{Changes, Class, told};
use crate::bindings::Bindings;
use crate::document::{METHODS, Operation, resolved};
use crate::legalize::rust::method_name;
use crate::pointer::Pointer;
use crate::security;

/// Compares the operations. The bindings are those of both documents.
pub(super) fn operations_of(
    pairs: &Pairs<'_>,
    [old, new]: [&Value; 2],
    [before, after]: [Option<&Bindings>; 2],
    changes: &mut Changes,
) {
    for operation in &pairs.removed {
        let what = format!("{} removed", request(operation));
        changes.add(operation.pointer.clone(), Class::DOES_NOT_COMPILE, what, "its method is gone");
    }
    let mut requests = Requests::new(old, new, before);
    for (was, is) in &pairs.both {
        if (was.path, was.method) != (is.path, is.method) {
            let what = format!("{} is {} now", request(was), request(is));
            changes.add(
                is.pointer.clone(),
                Class::Harmless,
                what,
                "its method is the same, and calls the other address",
            );
        }
        let requests = &mut requests;
        Pair { old, new, before, after, requests, changes }.compare(was, is);
    }
    for operation in &pairs.added {
        let what = format!("{} added", request(operation));
        changes.add(operation.pointer.clone(), Class::Additive, what, "a new method");
    }
}

fn request(operation: &Operation<'_>) -> String {
    format!("{} {}", operation.method.to_ascii_uppercase(), operation.path)
}

/// What stands beside the operations of a path.
pub(super) fn path_items(old: &Value, new: &Value, changes: &mut Changes) {
    let paths = old.get("paths").and_then(Value::as_object).into_iter().flatten();
    for (path, old) in paths {
        let at = Pointer::root().join("paths").join(path);
        if let Some(new) = at.get(new).filter(|new| *new != old) {
            let judged: Vec<_> = METHODS.into_iter().chain(["parameters"]).collect();
            changes.others(old, new, &at, &judged);
        }
    }
}

struct Pair<'a, 'b> {
    old: &'a Value,
    new: &'a Value,
    before: Option<&'a Bindings>,
    after: Option<&'a Bindings>,
    requests: &'a mut Requests<'b>,
    changes: &'a mut Changes,
}

/// A parameter and where it stands.
pub(super) struct Parameter<'a> {
    pub(super) at: Pointer,
    pub(super) place: &'a str,
    pub(super) name: &'a str,
    required: bool,
    value: &'a Value,
}

impl<'a> Parameter<'a> {
    /// The media type in which its value is written, with the Media Type Object; none if the value is written in a style.
    fn content(&self) -> Option<(&'a String, &'a Value)> {
        self.value.get("content")?.as_object()?.iter().next()
    }

    /// Its schema, which stands in its media type, if it has one.
    fn schema(&self) -> Option<&'a Value> {
        self.content().map_or(self.value, |(_, media)| media).get("schema")
    }

    /// The place of its schema.
    pub(super) fn schema_place(&self) -> Pointer {
        let holder = match self.content() {
            Some((media, _)) => self.at.join("content").join(media),
            None => self.at.clone(),
        };
        holder.join("schema")
    }
}

impl Pair<'_, '_> {
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
                if old.path == new.path && old.method == new.method {
                    "the method is named after it"
                } else {
                    "an overlay names the operation by the path that it had, and the method after that"
                },
            );
        }
        self.parameters(old, new);
        self.body(old, new);
        self.answers(old, new);
        self.security(old, new);
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
                    Class::Harmless,
                    format!("{} parameter `{}` removed", before.place, before.name),
                    "no setter went with it",
                ),
                Some(after) => {
                    self.parameter(before, after);
                    if let Some((was, is)) = before.schema().zip(after.schema()) {
                        let held = self.before.and_then(|bindings| bindings.calls.get(&old.pointer));
                        let held = held.and_then(|call| call.setters.get(&method_name(before.name)));
                        let was = Placed { document: self.old, at: before.schema_place(), schema: was };
                        let is = Placed { document: self.new, at: after.schema_place(), schema: is };
                        let refused = self.requests.refused(was, is, held.map(String::as_str), false);
                        self.changes.refused(refused);
                    }
                }
            }
        }
        for after in news.iter().filter(|after| find(&olds, after).is_none()) {
            let kind = format!("{} parameter `{}` added", after.place, after.name);
            let has_setter = self.has_setter(new, after.name);
            let (class, what, why) = if !has_setter {
                (Class::Harmless, kind, "the bindings have no setter for it")
            } else if after.required {
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
        let (old, new) = (before.schema().unwrap_or(&Value::Null), after.schema().unwrap_or(&Value::Null));
        schemas_at(old, new, &after.schema_place(), true, self.changes);
        let at = after.at.join("content");
        match (before.content(), after.content()) {
            (Some((was, old)), Some((is, new))) if was == is => {
                self.changes.others(old, new, &at.join(is), &["schema"]);
            }
            (None, None) => {}
            (was, is) => {
                let in_words = |content: Option<(&String, &Value)>| {
                    content.map_or("in a style".to_owned(), |(media, _)| format!("as {media}"))
                };
                let what = format!("written {} instead of {}", in_words(is), in_words(was));
                self.changes.add(at, Class::Harmless, what, "the bindings write it as the pod reads it");
            }
        }
        const JUDGED: [&str; 5] = ["content", "in", "name", "required", "schema"];
        self.changes.others(before.value, after.value, &after.at, &JUDGED);
    }

    /// Whether a parameter can be set; it is taken for granted where there are no bindings to ask.
    fn has_setter(&self, operation: &Operation<'_>, name: &str) -> bool {
        let call = self.after.and_then(|bindings| bindings.calls.get(&operation.pointer));
        call.is_none_or(|call| call.setters.contains_key(&method_name(name)))
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
                Class::Harmless,
                "body removed",
                "no method went with it",
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
                let at_content = at.join("content");
                self.content(before, after, &at.join("content"));
                let held = self.before.and_then(|bindings| bindings.calls.get(&old.pointer));
                let held = held.and_then(|call| call.setters.get("body")).map(String::as_str);
                let place = old.pointer.join("requestBody").join("content");
                for [(was_at, was), (is_at, is)] in media_pairs(before, after) {
                    let at = |place: &Pointer, media: &str| place.join(media).join("schema");
                    let was = Placed { document: self.old, at: at(&place, was_at), schema: was };
                    let is = Placed { document: self.new, at: at(&at_content, is_at), schema: is };
                    let refused = self.requests.refused(was, is, held, true);
                    self.changes.refused(refused);
                }
            }
        }
    }

    /// A program that is let through by the old operation gives what one of its alternatives asks for.
    fn security(&mut self, old: &Operation<'_>, new: &Operation<'_>) {
        let (before, after) = (security::to_do(self.old, old), security::to_do(self.new, new));
        if before.iter().all(|given| after.iter().any(|asked| asked.is_subset(given))) {
            return;
        }
        let has_own = [old, new].iter().any(|operation| operation.value.get("security").is_some());
        let holder = if has_own { new.pointer.clone() } else { Pointer::root() };
        let words = |asked: &BTreeSet<String>| asked.iter().cloned().collect::<Vec<_>>().join(", and ");
        self.changes.add(
            holder.join("security"),
            Class::FAILS,
            "asks for a credential that the client does not send by itself",
            after.iter().map(words).collect::<Vec<_>>().join("; or "),
        );
    }

    fn answers(&mut self, old: &Operation<'_>, new: &Operation<'_>) {
        let at = new.pointer.join("responses");
        let (before, after) = (answers(self.old, old), answers(self.new, new));
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
                    self.content(response, present, &at.join("content"));
                }
            }
        }
        for status in after.keys().filter(|status| !before.contains_key(*status)) {
            let (class, why) = match status.chars().next() {
                Some('1' | '3') => {
                    (Class::Harmless, "the bindings tell it as an unexpected response all the same")
                }
                _ => (Class::Additive, "what was an unexpected response has a type"),
            };
            self.changes.add(at.join(status), class, format!("status {status} added"), why);
        }
    }

    /// Compares bodies, media type by media type. The bindings choose among those of a request, and bring
    /// together those of the answers.
    fn content(&mut self, old: &Value, new: &Value, at: &Pointer) {
        if self.changes.replaced.contains(at) {
            return;
        }
        let content = |body: &'_ Value| body.get("content").and_then(Value::as_object).cloned();
        let (olds, news) = (content(old).unwrap_or_default(), content(new).unwrap_or_default());
        let why = "if that changes the type of the body, it is told beside";
        for (media, old) in &olds {
            let Some(new) = news.get(media) else {
                let what = format!("media type {media} removed");
                self.changes.add(at.join(media), Class::Harmless, what, why);
                continue;
            };
            self.changes.others(old, new, &at.join(media), &["schema"]);
            let schema = |media: &Value| media.get("schema").cloned().unwrap_or_default();
            schemas_at(&schema(old), &schema(new), &at.join(media).join("schema"), true, self.changes);
        }
        for media in news.keys().filter(|media| !olds.contains_key(*media)) {
            self.changes.add(at.join(media), Class::Additive, format!("media type {media} added"), why);
        }
    }
}

/// The media types of two bodies that stand for each other, with their schemas: those of one name, and of two that are
/// left, the one for the other.
fn media_pairs<'a>(old: &'a Value, new: &'a Value) -> Vec<[(&'a str, &'a Value); 2]> {
    let content = |body: &'a Value| body.get("content").and_then(Value::as_object).into_iter().flatten();
    let schema = |media: &'a Value| media.get("schema").unwrap_or(&Value::Bool(true));
    let (mut olds, mut news): (BTreeMap<_, _>, BTreeMap<_, _>) =
        (content(old).collect(), content(new).collect());
    let mut found = Vec::new();
    for (name, old) in content(old) {
        if let Some(new) = news.remove(name) {
            olds.remove(name);
            found.push([(name.as_str(), schema(old)), (name.as_str(), schema(new))]);
        }
    }
    if let (1, 1, Some((was, old)), Some((is, new))) =
        (olds.len(), news.len(), olds.pop_first(), news.pop_first())
    {
        found.push([(was.as_str(), schema(old)), (is.as_str(), schema(new))]);
    }
    found
}

type Answers<'a> = BTreeMap<&'a str, &'a Value>;

fn answers<'a>(document: &'a Value, operation: &Operation<'a>) -> Answers<'a> {
    let responses = operation.value.get("responses").and_then(Value::as_object);
    let responses = responses.into_iter().flatten();
    responses.map(|(status, response)| (status.as_str(), resolved(document, response))).collect()
}

/// The parameters of an operation and of its path; those of the operation come first.
pub(super) fn parameters<'a>(document: &'a Value, operation: &Operation<'a>) -> Vec<Parameter<'a>> {
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
