//! Gives every operation one success type and one error type, which cover everything that it declares.
//!
//! progenitor has one type for all successes of an operation and one for all its errors, and counts `default` as both.
//! So the declared bodies are combined without loss:
//!
//! - If some statuses have no body, the type is nullable. An error without a body is read as one without fields if its
//!   type allows that, so that most operations have the same error type.
//! - Different bodies become a union with a variant for each. The status selects the variant, not the body, so
//!   [`VARIANTS`] maps statuses to variants. An error may also be anything else.
//! - Plain text is text. JSON together with other text is a union of both; JSON together with anything else is bytes.
//! - `default` covers the undeclared errors, and successes only if none is declared.
//! - 204, 205 and all answers to HEAD have no body, whatever the document declares.

use serde_json::{Map, Value, json};

use super::draft::{Draft, unique};
use super::media::{self, Body};
use super::{rust, status};
use crate::pointer::Pointer;
use crate::report::Fate;

/// The extension of a union's schema that lists its variants in order, each with its statuses.
pub(crate) const VARIANTS: &str = "x-xtask-variants";
/// The extension of a Response Object that declares no body, but shares a type with one that does.
pub(crate) const NO_BODY: &str = "x-no-body";

/// The variant of a union of errors that any other body is.
pub(crate) const OTHER: &str = "Other";

/// What an operation declares for one status.
struct Answer {
    status: String,
    response: Value,
    body: Body,
}

/// Gives every operation one success type and one error type.
pub(super) fn one_type_each(draft: &mut Draft) {
    for operation in draft.operations() {
        let place = operation.join("responses");
        let is_head = operation.last().is_some_and(|method| method == "head");
        let Some(Value::Object(declared)) = place.get(&draft.document) else { continue };
        let (extensions, declared): (Map<_, _>, Map<_, _>) =
            declared.clone().into_iter().partition(|(name, _)| name.starts_with("x-"));
        let mut answers: Vec<Answer> = declared
            .into_iter()
            .map(|(status, response)| {
                let response = draft.resolved(&response).clone();
                let body = if is_head || status::has_no_body(&status) {
                    Body::None
                } else {
                    media::body_of_answer(&response, status::is_success(&status))
                };
                Answer { status, response, body }
            })
            .collect();
        // Where there are other successes, nobody waits for the connection to become another.
        if answers.iter().any(|answer| answer.status.starts_with('2'))
            && let Some(at) = answers.iter().position(|answer| answer.status == "101")
        {
            answers.remove(at);
            let text = "a connection that becomes another is told as an answer that was not expected";
            draft.note(place.join("101"), Fate::Dropped, text);
        }
        read_text(&draft.document, &mut answers);
        for Answer { status, body, .. } in answers.iter().filter(|answer| status::is_neither(&answer.status))
        {
            let text =
                "this is no success and no error: it is told as an answer that was not expected, as it came";
            let fate = if *body == Body::None { Fate::Dropped } else { Fate::Reduced };
            draft.note(place.join(status), fate, text.to_owned());
        }
        split_default(draft, &place, &mut answers);
        for (kind, is_one) in
            [(Kind::Success, status::is_success as fn(&str) -> bool), (Kind::Error, status::is_error)]
        {
            let of_kind: Vec<&mut Answer> =
                answers.iter_mut().filter(|answer| is_one(&answer.status)).collect();
            bring_together(draft, &operation, kind, of_kind);
        }
        let responses = answers.into_iter().map(|answer| {
            let Answer { status, mut response, body } = answer;
            media::set_body_of_answer(&mut response, body);
            (status, response)
        });
        let responses: Map<_, _> = responses.chain(extensions).collect();
        media::note_changes(draft, &place, &responses);
        if let Some(at) = draft.at(&place) {
            *at = Value::Object(responses);
        }
    }
}

/// Takes successes for text that are plain text, and any text beside JSON.
fn read_text(document: &Value, answers: &mut [Answer]) {
    let is_json =
        |answer: &Answer| status::is_success(&answer.status) && matches!(answer.body, Body::Json(_));
    let has_json = answers.iter().any(is_json);
    for answer in answers.iter_mut().filter(|answer| answer.body == Body::Bytes) {
        if let Some(schema) = media::text_of(document, &answer.response, has_json)
            && let Some(response) = answer.response.as_object_mut()
        {
            response.insert(media::TEXT_BODY.into(), true.into());
            answer.body = Body::Json(schema);
        }
    }
    // JSON that is bytes because of others is no text.
    if answers.iter().any(|answer| status::is_success(&answer.status) && answer.body == Body::Bytes) {
        for answer in answers.iter_mut().filter(|answer| answer.response.get(media::TEXT_BODY).is_some()) {
            answer.body = Body::Bytes;
            answer.response.as_object_mut().map(|response| response.remove(media::TEXT_BODY));
        }
    }
}

/// `default` beside anything else stands for whole classes of statuses. So it does alone, if it is no JSON:
/// then it is bytes as a success and text as an error.
fn split_default(draft: &mut Draft, place: &Pointer, answers: &mut Vec<Answer>) {
    let Some(at) = answers.iter().position(|answer| answer.status == "default") else { return };
    let is_other = |answer: &Answer| {
        answer.body != Body::None && media::body_of_answer(&answer.response, true) == Body::Bytes
    };
    if answers.len() == 1 && !answers.iter().any(is_other) {
        return;
    }
    let default = answers.remove(at);
    let declared = |class: &str| answers.iter().any(|answer| answer.status.eq_ignore_ascii_case(class));
    let mut classes: Vec<&str> = ["4XX", "5XX"].into_iter().filter(|class| !declared(class)).collect();
    if !answers.iter().any(|answer| status::is_success(&answer.status)) {
        classes.insert(0, "2XX");
    }
    let text = match classes.as_slice() {
        [] => "`default` was left out: every class of statuses is declared".to_owned(),
        _ => format!("`default` stands for {}: statuses without an answer of their own", classes.join(", ")),
    };
    draft.note(place.join("default"), Fate::Dropped, text);
    for class in classes {
        answers.push(Answer {
            status: class.to_owned(),
            response: default.response.clone(),
            body: match default.body {
                Body::None => Body::None,
                _ => media::body_of_answer(&default.response, status::is_success(class)),
            },
        });
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Success,
    Error,
}

fn bring_together(draft: &mut Draft, operation: &Pointer, kind: Kind, mut answers: Vec<&mut Answer>) {
    let place = operation.join("responses");
    let mut schemas: Vec<Value> = Vec::new();
    for answer in &answers {
        if let Body::Json(schema) = &answer.body
            && !schemas.contains(schema)
        {
            schemas.push(schema.clone());
        }
    }
    let statuses = |which: fn(&Body) -> bool| -> Vec<String> {
        answers.iter().filter(|answer| which(&answer.body)).map(|answer| answer.status.clone()).collect()
    };
    let without = statuses(|body| *body == Body::None);
    let bytes = statuses(|body| *body == Body::Bytes);
    if !bytes.is_empty() {
        if !(schemas.is_empty() && without.is_empty()) {
            let text = format!("the other answers of the kind of {} are bytes like it", bytes.join(", "));
            draft.note(place, Fate::Widened, text);
        }
        answers.iter_mut().for_each(|answer| answer.body = Body::Bytes);
        return;
    }
    let (schema, note) = match (schemas.as_slice(), kind) {
        ([], _) => return,
        ([_], _) if without.is_empty() => return,
        ([schema], Kind::Error) if accepts_empty_object(draft, schema) => {
            (schema.clone(), format!("{} no body: read as an error without fields", having(&without)))
        }
        ([schema], _) => (nullable(schema), format!("{} no body: read as an absent value", having(&without))),
        (_, _) => {
            let name = format!("{} {}", draft.name_of(operation), kind.suffix());
            let (reference, variants) = union(draft, &name, kind, &answers);
            let mut text = format!("the bodies differ, so they are a union of {variants}");
            if without.is_empty() {
                (reference, text)
            } else {
                text.push_str(&format!("; {} no body: read as an absent value", having(&without)));
                (if kind == Kind::Success { nullable(&reference) } else { reference }, text)
            }
        }
    };
    draft.note(place, Fate::Widened, note);
    for answer in answers {
        if answer.body == Body::None
            && let Some(response) = answer.response.as_object_mut()
        {
            response.insert(NO_BODY.into(), true.into());
        }
        answer.body = Body::Json(schema.clone());
    }
}

impl Kind {
    fn suffix(self) -> &'static str {
        match self {
            Kind::Success => "response",
            Kind::Error => "error",
        }
    }
}

/// A component that is one of the bodies, and the names of its variants in words.
fn union(draft: &mut Draft, name: &str, kind: Kind, answers: &[&mut Answer]) -> (Value, String) {
    struct Variant {
        name: String,
        schema: Value,
        statuses: Vec<String>,
    }
    let mut variants: Vec<Variant> = Vec::new();
    for answer in answers {
        let Body::Json(schema) = &answer.body else { continue };
        match variants.iter_mut().find(|variant| variant.schema == *schema) {
            Some(variant) => variant.statuses.push(answer.status.clone()),
            None => variants.push(Variant {
                name: String::new(),
                schema: schema.clone(),
                statuses: vec![answer.status.clone()],
            }),
        }
    }
    // A body that has a name gives its variant that name; one that has none is named by its status.
    let mut names: Vec<String> = if kind == Kind::Error { vec![OTHER.into()] } else { Vec::new() };
    for variant in &mut variants {
        let component = variant.schema.get("$ref").and_then(Value::as_str).and_then(Pointer::from_local_ref);
        let wanted = match component.as_ref().and_then(|place| place.as_str().rsplit('/').next()) {
            Some(component) => rust::type_name(component),
            None => rust::type_name(status::reason(variant.statuses.first().map_or("", String::as_str))),
        };
        variant.name = unique(&wanted, |name| names.iter().any(|taken| taken == name));
        names.push(variant.name.clone());
        if component.is_none() {
            let hoisted = format!("{} {}", name.rsplit_once(' ').map_or(name, |(op, _)| op), variant.name);
            variant.schema = draft.add_schema(&hoisted, variant.schema.clone());
        }
    }
    let words = variants.iter().map(|variant| format!("`{}`", variant.name)).collect::<Vec<_>>().join(", ");
    let mut branches: Vec<Value> = variants.iter().map(|variant| variant.schema.clone()).collect();
    let mut listed: Vec<Value> =
        variants.iter().map(|v| json!({"name": v.name, "statuses": v.statuses})).collect();
    let mut words = words;
    if kind == Kind::Error {
        branches.push(json!({}));
        listed.push(json!({"name": OTHER, "statuses": []}));
        words.push_str(" and anything else");
    }
    // `anyOf` would be truer, but the generator makes a struct of it, not an enum.
    (draft.add_schema(name, json!({"oneOf": branches, VARIANTS: listed})), words)
}

/// The schema, and null.
fn nullable(schema: &Value) -> Value {
    if schema.as_object().is_some_and(Map::is_empty) {
        return schema.clone();
    }
    json!({"allOf": [schema], "nullable": true})
}

/// Whether `{}` is surely valid: an object of which nothing is required.
fn accepts_empty_object(draft: &Draft, schema: &Value) -> bool {
    let schema = draft.resolved(schema);
    let is_object = schema.get("type").and_then(Value::as_str) == Some("object");
    let demands = ["required", "minProperties", "allOf", "anyOf", "oneOf", "not", "enum"];
    is_object && demands.iter().all(|name| schema.get(name).is_none_or(is_vain))
}

fn is_vain(demand: &Value) -> bool {
    demand.as_array().is_some_and(Vec::is_empty) || demand.as_u64() == Some(0)
}

/// `404 has`, or `404, 500 have`.
fn having(statuses: &[String]) -> String {
    let verb = if statuses.len() == 1 { "has" } else { "have" };
    format!("{} {verb}", statuses.join(", "))
}
