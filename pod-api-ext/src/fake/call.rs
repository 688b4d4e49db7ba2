//! A call of an operation of the API: the operation and its arguments.

use std::cmp::Ordering;
use std::sync::LazyLock;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode};
use percent_encoding::percent_decode_str;
use serde_json::Value;
use url::form_urlencoded;

use super::answer::Refusal;
use super::answers::Answer;
use super::document::{DOCUMENT, Described};
use super::state::State;
use crate::connections::UserId;

/// What the pod does by itself when an operation is called. A refusal has changed nothing.
pub(super) type Behaviour = fn(&mut State, UserId, &Call) -> Result<Answer, Refusal>;

/// What an operation takes besides its path and query.
#[derive(Clone, Copy)]
pub(super) enum Takes {
    /// A GET: nobody sends a body.
    Query,
    /// A POST without a body.
    Nothing,
    /// A POST with a body of JSON.
    Json,
}

/// The operation that method and path name, with the values of the path's parameters.
pub(super) struct Target {
    pub(super) operation: &'static pod_api::Operation,
    path: Vec<(&'static str, String)>,
}

impl Target {
    /// Of several operations of one path the one with the most that is written out in its template is meant.
    pub(super) fn of(method: &Method, path: &str) -> Result<Self, Refusal> {
        let segments: Vec<&str> = path.split('/').collect();
        let mut allowed = Vec::new();
        for template in TEMPLATES.iter() {
            let Some(path) = template.values(&segments) else { continue };
            if method == template.operation.method {
                return Ok(Self { operation: template.operation, path });
            }
            allowed.push(template.operation.method);
        }
        if allowed.is_empty() {
            return Err(Refusal::new(StatusCode::NOT_FOUND, "There is no such operation."));
        }
        Err(Refusal::wrong_method(&allowed.join(", ")))
    }

    /// Nothing if the document and the client are not of one version.
    pub(super) fn described(&self) -> Option<&'static Described> {
        DOCUMENT.operation(self.operation)
    }

    /// What a request takes by what the document says.
    pub(super) fn takes(&self, request: &Request<Bytes>) -> Takes {
        let body = self.described().and_then(|described| described.body.as_ref());
        match body {
            _ if matches!(self.operation.method, "GET" | "HEAD" | "DELETE" | "OPTIONS") => Takes::Query,
            Some(body) if body.required || !request.body().is_empty() => Takes::Json,
            _ => Takes::Nothing,
        }
    }
}

/// An operation with what it was given, which is what the document declares.
pub(super) struct Call {
    pub(super) operation: &'static pod_api::Operation,
    path: Vec<(&'static str, String)>,
    query: Vec<(String, String)>,
    /// None: there is none, or none is declared.
    body: Option<Value>,
}

impl Call {
    /// Reads what a request was given, and checks it against the document.
    pub(super) fn read(target: Target, request: &Request<Bytes>) -> Result<Self, Refusal> {
        let described = target.described();
        let query = form_urlencoded::parse(request.uri().query().unwrap_or_default().as_bytes());
        let takes_body = described.is_some_and(|described| described.body.is_some());
        let body = (takes_body && !request.body().is_empty())
            .then(|| serde_json::from_slice(request.body()))
            .transpose()
            .map_err(|error| Refusal::bad_request(format!("The body is not JSON: {error}.")))?;
        let Target { operation, path } = target;
        let call = Self { operation, path, query: query.into_owned().collect(), body };
        if let Some(described) = described {
            call.check(described, request.headers()).map_err(Refusal::bad_request)?;
        }
        Ok(call)
    }

    fn check(&self, described: &Described, headers: &HeaderMap) -> Result<(), String> {
        for parameter in &described.parameters {
            let given: Vec<&str> = match parameter.place.as_str() {
                "path" => {
                    self.path.iter().filter(|(name, _)| *name == parameter.name).map(|(_, v)| &**v).collect()
                }
                "query" => self.query_all(&parameter.name).collect(),
                "header" => headers.get_all(&parameter.name).iter().filter_map(|v| v.to_str().ok()).collect(),
                _ => continue,
            };
            DOCUMENT.check_parameter(parameter, &given)?;
        }
        match (&described.body, &self.body) {
            (Some(declared), Some(body)) => DOCUMENT
                .check(&declared.schema, body)
                .map_err(|wrong| format!("The body is not what the API declares: {wrong}.")),
            (Some(declared), None) if declared.required => Err("This operation needs a body.".to_owned()),
            _ => Ok(()),
        }
    }

    /// A parameter of the path; empty if there is none of this name.
    pub(super) fn path(&self, name: &str) -> &str {
        self.path.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
    }

    /// The user whom a parameter of the path names.
    pub(super) fn path_user(&self, name: &str) -> Result<UserId, Refusal> {
        user_id(self.path(name))
    }

    /// A parameter of the query. Of several of one name the first is meant.
    pub(super) fn query(&self, name: &str) -> Option<&str> {
        self.query_all(name).next()
    }

    fn query_all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.query.iter().filter(move |(known, _)| known == name).map(|(_, value)| &**value)
    }

    /// A parameter of the query that is yes or no.
    pub(super) fn flag(&self, name: &str) -> Option<bool> {
        self.query(name)?.parse().ok()
    }

    /// Which part of a list is asked for, by `skip` and `limit`. What comes of a limit above the maximum is not
    /// documented.
    pub(super) fn page(&self, default: usize, maximum: Option<usize>) -> Result<Page, Refusal> {
        let number = |name: &str| {
            let text = self.query(name).filter(|text| !text.is_empty())?;
            Some(text.parse().map_err(|_| Refusal::bad_request(format!("{name} must not be negative."))))
        };
        let page = Page {
            skip: number("skip").transpose()?.unwrap_or_default(),
            limit: number("limit").transpose()?.unwrap_or(default),
        };
        match maximum {
            Some(maximum) if page.limit > maximum => {
                Err(self.undocumented(&format!("a limit above {maximum}, which is the maximum")))
            }
            _ => Ok(page),
        }
    }

    /// What a real pod does is not documented.
    pub(super) fn undocumented(&self, what: &str) -> Refusal {
        Refusal::undocumented(self.operation, what)
    }

    /// The body; null if there is none.
    pub(super) fn body(&self) -> &Value {
        self.body.as_ref().unwrap_or(&Value::Null)
    }
}

/// A part of a list.
#[derive(Clone, Copy)]
pub(super) struct Page {
    pub(super) skip: usize,
    pub(super) limit: usize,
}

impl Page {
    pub(super) fn of<T>(self, all: impl Iterator<Item = T>) -> impl Iterator<Item = T> {
        all.skip(self.skip).take(self.limit)
    }
}

/// A user id as it is written in paths and queries.
pub(super) fn user_id(text: &str) -> Result<UserId, Refusal> {
    text.parse().map_err(|_| Refusal::bad_request("A user id is a decimal integer of 64 bits."))
}

/// The path of an operation, taken apart.
struct Template {
    operation: &'static pod_api::Operation,
    segments: Vec<Segment>,
}

/// What stands between two slashes.
enum Segment {
    Literal(&'static str),
    Parameter { before: &'static str, name: &'static str, after: &'static str },
}

/// The more is written out at the beginning, the earlier.
static TEMPLATES: LazyLock<Vec<Template>> = LazyLock::new(|| {
    let mut templates: Vec<Template> = pod_api::operations().iter().copied().map(Template::of).collect();
    templates.sort_by(Template::compare);
    templates
});

impl Template {
    fn of(operation: &'static pod_api::Operation) -> Self {
        let path = operation.path.split('?').next().unwrap_or_default();
        let segments = path.split('/').map(|segment| {
            let parts =
                segment.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)));
            match parts {
                Some((before, (name, after))) => Segment::Parameter { before, name, after },
                None => Segment::Literal(segment),
            }
        });
        Self { operation, segments: segments.collect() }
    }

    fn compare(&self, other: &Self) -> Ordering {
        let is_open = |template: &Self| {
            let segments = template.segments.iter();
            segments.map(|segment| matches!(segment, Segment::Parameter { .. })).collect::<Vec<_>>()
        };
        is_open(self).cmp(&is_open(other))
    }

    /// The values of the parameters, if the path is one of this template.
    fn values(&self, segments: &[&str]) -> Option<Vec<(&'static str, String)>> {
        if segments.len() != self.segments.len() {
            return None;
        }
        let mut values = Vec::new();
        for (segment, given) in self.segments.iter().zip(segments) {
            match segment {
                Segment::Literal(literal) if literal == given => (),
                Segment::Literal(_) => return None,
                Segment::Parameter { before, name, after } => {
                    let value = given.strip_prefix(before)?.strip_suffix(after)?;
                    values.push((*name, percent_decode_str(value).decode_utf8_lossy().into_owned()));
                }
            }
        }
        Some(values)
    }
}
