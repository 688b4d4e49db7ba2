//! What the document promises of each operation: its requests, and what comes of each answer.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use syn::Type;

use super::media;
use super::request::{Inputs, Request, place_of};
use super::rust::{Call, Rust, bare, last_name};
use super::sample::{Direction, Sampler, Use};
use super::schema::Places;
use super::strings::Alphabet;
use crate::document::{self, operations, resolved};
use crate::pointer::Pointer;

/// An operation.
pub(super) struct Operation {
    /// The client's method, or where there is none, what the document calls it.
    pub(super) name: String,
    pub(super) call: Option<Call>,
    /// Whether it is known that the client does not have it.
    pub(super) is_left_out: bool,
    /// With every parameter, and if that is another, with the required ones only.
    pub(super) requests: Vec<Request>,
    pub(super) answers: Vec<Answer>,
    /// Of what nothing is expected, and why.
    pub(super) open: Vec<String>,
    /// The schemas of what is sent and answered, with the types in Rust.
    pub(super) bodies: Vec<Body>,
}

/// An answer of the server.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// The media type and what is sent in it. None: no body.
    pub(super) body: Option<(String, Content)>,
    /// What the status makes of the body, where the type says it by one of several variants.
    pub(super) variant: Option<String>,
    /// Whether the document says what it is.
    pub(super) is_declared: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Content {
    Json(Value),
    Text(String),
}

/// A body in JSON, as the document and the code have it.
pub(super) struct Body {
    /// What it is called where it has no component.
    pub(super) name: String,
    pub(super) schema: Places,
    /// None: it is not known, because it is one of several.
    pub(super) ty: Option<Type>,
    pub(super) direction: Direction,
}

/// All operations, by name.
pub(super) fn all(
    document: &Value,
    left_out: &BTreeSet<Pointer>,
    sampler: &Sampler<'_>,
    rust: &Rust,
) -> Vec<Operation> {
    let all = operations(document).filter(|operation| super::is_method(operation.method));
    let mut all: Vec<Operation> = all.map(|one| operation(document, &one, left_out, sampler, rust)).collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
}

fn operation(
    document: &Value,
    one: &document::Operation<'_>,
    left_out: &BTreeSet<Pointer>,
    sampler: &Sampler<'_>,
    rust: &Rust,
) -> Operation {
    let called = one.value.get("operationId").and_then(Value::as_str).unwrap_or_default();
    let call = rust.call(one.method, one.path).cloned();
    let mut found = Operation {
        name: call.as_ref().map_or_else(|| called.to_owned(), |call| call.method.clone()),
        is_left_out: left_out.contains(&one.pointer),
        requests: Vec::new(),
        answers: Vec::new(),
        open: Vec::new(),
        bodies: Vec::new(),
        call,
    };
    let Some(call) = &found.call else { return found };
    let inputs = Inputs::of(document, one);
    for is_whole in [true, false] {
        match inputs.request(one, call, sampler, is_whole) {
            Ok(request) if found.requests.contains(&request) => (),
            Ok(request) => found.requests.push(request),
            Err(reason) => found.open.push(reason),
        }
    }
    found.open.dedup();
    if let (Some(body), Some(setter)) = (inputs.json_body(), call.setters.iter().find(|s| s.name == "body")) {
        found.bodies.push(Body {
            name: format!("{} body", found.name),
            schema: body.schema.clone(),
            ty: Some(setter.ty.clone()),
            direction: Direction::Request,
        });
    }
    answers(document, one, sampler, rust, &mut found);
    found
}

/// Whether HTTP knows no body for an answer.
fn is_bare(method: &str, status: u16) -> bool {
    method == "head" || matches!(status, 204 | 205 | 304)
}

fn answers(
    document: &Value,
    one: &document::Operation<'_>,
    sampler: &Sampler<'_>,
    rust: &Rust,
    found: &mut Operation,
) {
    let Some(call) = found.call.clone() else { return };
    let responses = one.value.get("responses").and_then(Value::as_object).cloned().unwrap_or_default();
    let mut answers: Vec<Answer> = Vec::new();
    for (status, key) in statuses(&responses) {
        let Some(response) = responses.get(&key) else { continue };
        let place = place_of(document, response, one.pointer.join("responses").join(&key));
        let content = resolved(document, response).get("content").and_then(Value::as_object);
        let ty = if (200..300).contains(&status) { &call.answer } else { &call.refusal };
        let mut answer =
            Answer { status, body: None, variant: None, is_declared: !(300..400).contains(&status) };
        let media = content.filter(|_| !is_bare(one.method, status)).and_then(media::expected);
        if let Some((media, value)) = media {
            let name = concrete(media);
            let schema = vec![place.join("content").join(media).join("schema")];
            let content = if !media::is_json(media) {
                Some(Content::Text("what the body holds: é & \"".to_owned()))
            } else if value.get("schema").is_none() {
                Some(Content::Json(json!({"any": ["thing", 1.5, null]})))
            } else {
                let used = Use { name: "answer", direction: Direction::Answer, alphabet: Alphabet::Any };
                sampler.whole(&schema, used).map(Content::Json)
            };
            let Some(content) = content else {
                found.open.push(format!("no valid body of a {status} is known"));
                continue;
            };
            if media::is_json(media) && value.get("schema").is_some() {
                let component = component(sampler, &schema);
                let payload = component.as_ref().and_then(|component| rust.payload(ty, component));
                answer.variant = payload.as_ref().map(|(variant, _)| variant.clone());
                let ty = payload.map_or_else(|| bare(ty), |(_, payload)| payload);
                // Of several bodies it is not known which the type is, unless a variant is called like it.
                let is_known = answer.variant.is_some() || !is_one_of_several(document, &responses, status);
                let is_known = is_known && last_name(&ty).as_deref() != Some("ByteStream");
                found.bodies.push(Body {
                    name: format!("{} {status}", found.name),
                    schema,
                    ty: is_known.then_some(ty),
                    direction: Direction::Answer,
                });
            }
            answer.body = Some((name, content));
        }
        answers.push(answer);
    }
    if !responses.contains_key("default") {
        let is_free = |status: &u16| !covers(&responses, *status);
        answers.extend([418, 599, 299].into_iter().find(is_free).map(|status| {
            Answer {
                status,
                body: (!is_bare(one.method, status))
                    .then(|| ("application/json".into(), Content::Json(json!({"unheard": "of"})))),
                variant: None,
                is_declared: false,
            }
        }));
    }
    found.answers = answers;
}

/// The component that a schema is, by nothing but a reference to it.
fn component(sampler: &Sampler<'_>, schema: &Places) -> Option<String> {
    let referred = sampler.schemas.applied(schema, &[]).referred;
    referred
        .first()
        .filter(|place| place.parent().is_some_and(|parent| parent.as_str() == "/components/schemas"))?
        .last()
}

/// Whether the successes, or the errors, whichever this one is of, have different bodies.
fn is_one_of_several(document: &Value, responses: &Map<String, Value>, status: u16) -> bool {
    let like = responses.iter().filter(|(key, _)| key.starts_with('2') == (200..300).contains(&status));
    let contents: Vec<&Value> =
        like.filter_map(|(_, value)| resolved(document, value).get("content")).collect();
    contents.windows(2).any(|pair| pair[0] != pair[1])
}

/// The statuses to answer with, each with the key of what is declared for it.
fn statuses(responses: &Map<String, Value>) -> Vec<(u16, String)> {
    let mut statuses: Vec<(u16, String)> = Vec::new();
    for key in responses.keys() {
        let single = key.parse::<u16>().ok().filter(|status| (200..600).contains(status));
        let of_class = || {
            let class = key.strip_suffix("XX").or_else(|| key.strip_suffix("xx"))?.parse::<u16>().ok()?;
            let candidates = [0, 1, 3, 9, 18, 21].map(|offset| class * 100 + offset);
            let is_free = |status: &u16| !responses.contains_key(&status.to_string());
            candidates.into_iter().find(is_free).filter(|status| (200..600).contains(status))
        };
        if let Some(status) = single.or_else(of_class) {
            statuses.push((status, key.clone()));
        }
    }
    if responses.contains_key("default") {
        let has_success = responses.keys().any(|key| key.starts_with('2'));
        let free = |status: &u16| !covers(responses, *status);
        statuses.extend((!has_success).then(|| (200, "default".to_owned())));
        statuses.extend([418, 599, 499].into_iter().find(free).map(|status| (status, "default".to_owned())));
    }
    statuses.sort();
    statuses
}

/// Whether a status is declared, by itself or with its class.
fn covers(responses: &Map<String, Value>, status: u16) -> bool {
    let class = format!("{}XX", status / 100);
    responses.keys().any(|key| *key == status.to_string() || key.eq_ignore_ascii_case(&class))
}

/// A media type that one can be.
fn concrete(media: &str) -> String {
    media.replace("*/*", "application/x-any").replace('*', "x-any")
}
