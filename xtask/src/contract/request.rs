//! The request that OpenAPI prescribes for a call: parameters in their styles, which are those of RFC 6570, and a body
//! in its media type.
//!
//! Where OpenAPI leaves open how a value is written, such as a list within a list, no expectation is made.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::media::{self, FORM, Media};
use super::rust::Call;
use super::sample::{Direction, Sampler, Use};
use super::schema::Places;
use super::strings::Alphabet;
use crate::document::{self, resolved};
use crate::pointer::Pointer;

/// A call and what it sends.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Request {
    /// What the setters of the builder are given, by their names; a body in JSON is given as it is sent.
    pub(super) given: Vec<(String, Value)>,
    pub(super) method: String,
    /// As it goes out.
    pub(super) path: String,
    /// The names and values of the query as they go out, in any order.
    pub(super) query: Vec<String>,
    /// Names in lower case, sorted; without what the HTTP client says of itself and of the length of a body.
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Option<Body>,
}

/// The body of a request.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Body {
    Json(Value),
    /// The pairs of a form as they go out, in any order.
    Form(Vec<String>),
    Raw(String),
}

/// The parameters and the body of an operation.
pub(super) struct Inputs<'a> {
    pub(super) parameters: Vec<Parameter<'a>>,
    pub(super) body: Option<RequestBody<'a>>,
}

pub(super) struct Parameter<'a> {
    pub(super) name: &'a str,
    /// Where it goes.
    pub(super) place: &'a str,
    pub(super) is_required: bool,
    how: How,
    pub(super) schema: Places,
}

/// How a value becomes a text.
enum How {
    Style { style: String, explode: bool, is_reserved_allowed: bool },
    Json,
}

pub(super) struct RequestBody<'a> {
    pub(super) is_required: bool,
    pub(super) media: Media<'a>,
    pub(super) schema: Places,
}

impl<'a> Inputs<'a> {
    pub(super) fn of(document: &'a Value, operation: &document::Operation<'a>) -> Self {
        let mut parameters: Vec<Parameter<'_>> = Vec::new();
        // A parameter of the operation takes the place of the path's of the same name and place.
        let item = operation.pointer.parent().unwrap_or_default();
        for (holder, place) in [(operation.item, &item), (operation.value, &operation.pointer)] {
            let declared = holder.get("parameters").and_then(Value::as_array);
            for (index, value) in declared.into_iter().flatten().enumerate() {
                let at = place_of(document, value, place.join("parameters").join(index));
                if let Some(parameter) = parameter(resolved(document, value), &at) {
                    parameters.retain(|other| (other.name, other.place) != (parameter.name, parameter.place));
                    parameters.push(parameter);
                }
            }
        }
        let template = operation.path;
        parameters.retain(|one| one.place != "path" || template.contains(&format!("{{{}}}", one.name)));
        let body = operation.value.get("requestBody").and_then(|body| {
            let place = place_of(document, body, operation.pointer.join("requestBody"));
            let body = resolved(document, body);
            let media = media::expected(body.get("content")?.as_object()?)?;
            let schema = place.join("content").join(media.0).join("schema");
            let is_required = body.get("required") == Some(&json!(true));
            Some(RequestBody { is_required, media, schema: vec![schema] })
        });
        Self { parameters, body }
    }

    pub(super) fn json_body(&self) -> Option<&RequestBody<'a>> {
        self.body.as_ref().filter(|body| media::is_json(body.media.0) || media::essence(body.media.0) == FORM)
    }

    /// The request with every parameter, or with the required ones only. Fails with the reason why nothing can be
    /// expected.
    pub(super) fn request(
        &self,
        operation: &document::Operation<'_>,
        call: &Call,
        sampler: &Sampler<'_>,
        is_whole: bool,
    ) -> Result<Request, String> {
        let mut request = Request {
            given: Vec::new(),
            method: operation.method.to_ascii_uppercase(),
            path: operation.path.to_owned(),
            query: Vec::new(),
            headers: Vec::new(),
            body: None,
        };
        if let Some((path, query)) = operation.path.split_once('?') {
            request.path = path.to_owned();
            request.query = query.split('&').map(str::to_owned).collect();
        }
        let mut cookies = Vec::new();
        for parameter in self.parameters.iter().filter(|one| is_whole || one.is_required) {
            let Some((value, written)) = parameter.written(sampler) else {
                if parameter.is_required {
                    return Err(format!("OpenAPI does not say how `{}` is written", parameter.name));
                }
                continue;
            };
            let setter = call.setter(parameter.place, parameter.name).map(|setter| setter.name.clone());
            request.given.push((setter.unwrap_or_else(|| parameter.name.to_owned()), value));
            match (parameter.place, written) {
                ("path", Written::Text(text)) => {
                    let hole = format!("{{{}}}", parameter.name);
                    request.path = request.path.replace(&hole, &text);
                    for pair in &mut request.query {
                        *pair = pair.replace(&hole, &text);
                    }
                }
                ("query", Written::Pairs(pairs)) => request.query.extend(pairs),
                ("header", Written::Text(text)) => {
                    request.headers.push((parameter.name.to_ascii_lowercase(), text));
                }
                ("cookie", Written::Pairs(pairs)) => cookies.push(pairs.join("&")),
                _ => return Err(format!("`{}` has a place that OpenAPI does not know", parameter.name)),
            }
        }
        if request.path.contains('{') {
            return Err("its path has parts that no parameter is declared for".to_owned());
        }
        if !cookies.is_empty() {
            request.headers.push(("cookie".to_owned(), cookies.join("; ")));
        }
        self.add_body(&mut request, call, sampler, is_whole)?;
        request.headers.sort();
        Ok(request)
    }

    fn add_body(
        &self,
        request: &mut Request,
        call: &Call,
        sampler: &Sampler<'_>,
        is_whole: bool,
    ) -> Result<(), String> {
        let may_have_one = ["POST", "PUT", "PATCH"].contains(&request.method.as_str());
        let Some(body) = self.body.as_ref().filter(|body| is_whole || body.is_required) else {
            if may_have_one {
                request.headers.push(("content-length".to_owned(), "0".to_owned()));
            }
            return Ok(());
        };
        let name = body.media.0;
        let used = Use { name: "body", direction: Direction::Request, alphabet: Alphabet::Any };
        let value = || {
            if is_whole {
                return sampler.whole(&body.schema, used);
            }
            // What is not given is sent with its default, if at all.
            sampler.least(&body.schema, used).map(|value| sampler.filled(&body.schema, &value, 8))
        };
        let is_form = media::essence(name) == FORM;
        if media::is_json(name) || is_form {
            let value = value().ok_or("no valid body is known")?;
            if is_form {
                let (value, pairs) = form(&value, body.media.1).ok_or("its body is no form")?;
                request.given.push(("body".to_owned(), value));
                request.body = Some(Body::Form(pairs));
            } else {
                request.body = Some(Body::Json(value));
            }
            request.headers.push(("content-type".to_owned(), name.to_owned()));
            return Ok(());
        }
        let text = "bytes of the body, as they are: é & \"".to_owned();
        request.given.push(("body".to_owned(), json!(text)));
        request.body = Some(Body::Raw(text));
        let content_type = if media::is_open(name) {
            let content_type = match media::essence(name) {
                essence if essence.starts_with("multipart/") => format!("{essence}; boundary=between"),
                essence => essence.replace("*/*", "application/x-any").replace('*', "x-any"),
            };
            let setter =
                call.setter("header", "Content-Type").ok_or("its body has no media type of its own")?;
            request.given.push((setter.name.clone(), json!(content_type)));
            content_type
        } else {
            name.to_owned()
        };
        request.headers.push(("content-type".to_owned(), content_type));
        Ok(())
    }
}

/// The place of what a Reference Object stands for.
pub(super) fn place_of(document: &Value, value: &Value, place: Pointer) -> Pointer {
    let mut place = place;
    let mut value = value;
    for _ in 0..16 {
        let target = value.get("$ref").and_then(Value::as_str).and_then(Pointer::from_local_ref);
        match target.and_then(|target| target.get(document).map(|value| (target, value))) {
            Some((target, next)) => (place, value) = (target, next),
            None => break,
        }
    }
    place
}

fn parameter<'a>(value: &'a Value, at: &Pointer) -> Option<Parameter<'a>> {
    let name = value.get("name")?.as_str()?;
    let place = value.get("in")?.as_str()?;
    // OpenAPI says these by other means.
    let reserved = ["accept", "content-type", "authorization"];
    if place == "header" && reserved.iter().any(|other| name.eq_ignore_ascii_case(other)) {
        return None;
    }
    let flag = |name: &str| value.get(name).and_then(Value::as_bool);
    let (how, schema) = match value.get("content").and_then(Value::as_object) {
        Some(content) => {
            let (media, _) = media::expected(content)?;
            let schema = at.join("content").join(media).join("schema");
            media::is_json(media).then_some((How::Json, schema))?
        }
        None => {
            let usual = if matches!(place, "query" | "cookie") { "form" } else { "simple" };
            let style = value.get("style").and_then(Value::as_str).unwrap_or(usual).to_owned();
            let explode = flag("explode").unwrap_or(style == "form");
            let is_reserved_allowed = flag("allowReserved").unwrap_or_default();
            value.get("schema")?;
            (How::Style { style, explode, is_reserved_allowed }, at.join("schema"))
        }
    };
    let is_required = flag("required").unwrap_or_default();
    Some(Parameter { name, place, is_required, how, schema: vec![schema] })
}

/// A parameter as it goes out.
enum Written {
    /// What stands in a path or a header.
    Text(String),
    /// What stands in a query or a cookie.
    Pairs(Vec<String>),
}

impl Parameter<'_> {
    /// How a list is written, in a word.
    pub(super) fn list(&self) -> &'static str {
        match &self.how {
            How::Json => "json",
            How::Style { style, explode: true, .. } if style == "form" => "repeated",
            How::Style { style, .. } if style == "form" || style == "simple" => "commas",
            How::Style { .. } => "other",
        }
    }

    /// A value, and how it is written. None: OpenAPI does not say how.
    fn written(&self, sampler: &Sampler<'_>) -> Option<(Value, Written)> {
        let alphabet = match (&self.how, self.place) {
            (_, "cookie") | (How::Style { is_reserved_allowed: true, .. }, _) => Alphabet::Plain,
            (_, "header") => Alphabet::Header,
            _ => Alphabet::Any,
        };
        let used = Use { name: self.name, direction: Direction::Request, alphabet };
        let value = sampler.whole(&self.schema, used).filter(|value| !value.is_null())?;
        let (style, explode) = match &self.how {
            How::Json => {
                let text = value.to_string();
                let written = match self.place {
                    // How much of JSON is encoded in a cookie is nowhere said.
                    "cookie" => return None,
                    "query" => Written::Pairs(vec![format!("{}={}", escaped(self.name), escaped(&text))]),
                    "header" => Written::Text(text),
                    _ => Written::Text(escaped(&text)),
                };
                return Some((value, written));
            }
            How::Style { style, explode, .. } => (style.as_str(), *explode),
        };
        let value = flat(value)?;
        // What is left is no value if something has to be there that no style can say.
        let required = sampler.schemas.applied(&self.schema, &[]).required();
        if value.as_object().is_some_and(|kept| required.iter().any(|name| !kept.contains_key(*name))) {
            return None;
        }
        let written = match self.place {
            "path" => Written::Text(in_path(self.name, &value, style, explode)?),
            "header" => Written::Text(simple(&value, explode, str::to_owned)?),
            _ => Written::Pairs(pairs(self.name, &value, style, explode)?),
        };
        Some((value, written))
    }
}

/// The value without what stands within a value, for which no style has a rule. None: nothing is left of it.
fn flat(value: Value) -> Option<Value> {
    let is_plain = |value: &Value| value.is_string() || value.is_number() || value.is_boolean();
    match value {
        Value::Object(members) => {
            let members: Map<String, Value> =
                members.into_iter().filter(|(_, value)| is_plain(value)).collect();
            (!members.is_empty()).then_some(Value::Object(members))
        }
        Value::Array(items) => {
            (!items.is_empty() && items.iter().all(is_plain)).then_some(Value::Array(items))
        }
        value => is_plain(&value).then_some(value),
    }
}

fn plain_text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Percent-encoded, but for the unreserved characters of RFC 3986.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}

/// The style `simple`, which the others build on.
fn simple(value: &Value, explode: bool, escape: fn(&str) -> String) -> Option<String> {
    joined(value, ",", explode, escape)
}

/// The values of a list, or the names and values of an object, with something between them.
fn joined(value: &Value, between: &str, explode: bool, escape: fn(&str) -> String) -> Option<String> {
    let escape = |value: &Value| escape(&plain_text(value));
    Some(match value {
        Value::Array(items) => items.iter().map(escape).collect::<Vec<_>>().join(between),
        Value::Object(members) => {
            let equals = if explode { "=" } else { between };
            let all = members.iter().map(|(name, value)| escape(&json!(name)) + equals + &escape(value));
            all.collect::<Vec<_>>().join(between)
        }
        Value::Null => return None,
        value => escape(value),
    })
}

fn in_path(name: &str, value: &Value, style: &str, explode: bool) -> Option<String> {
    Some(match (style, value) {
        ("simple", _) => simple(value, explode, escaped)?,
        ("label", _) => format!(".{}", joined(value, if explode { "." } else { "," }, explode, escaped)?),
        ("matrix", Value::Array(items)) if explode => {
            items.iter().map(|item| format!(";{name}={}", escaped(&plain_text(item)))).collect()
        }
        ("matrix", Value::Object(_)) if explode => format!(";{}", joined(value, ";", true, escaped)?),
        ("matrix", _) => format!(";{name}={}", simple(value, false, escaped)?),
        _ => return None,
    })
}

/// The pairs that a value makes in a query, a cookie or a form.
fn pairs(name: &str, value: &Value, style: &str, explode: bool) -> Option<Vec<String>> {
    let pair = |name: &str, value: &Value| format!("{}={}", escaped(name), escaped(&plain_text(value)));
    let between = match style {
        "form" => ",",
        "spaceDelimited" => "%20",
        "pipeDelimited" => "%7C",
        "deepObject" => {
            let members = value.as_object()?.iter();
            let member = |(member, value): (&String, &Value)| {
                format!("{}%5B{}%5D={}", escaped(name), escaped(member), escaped(&plain_text(value)))
            };
            return Some(members.map(member).collect());
        }
        _ => return None,
    };
    Some(match value {
        Value::Array(items) if explode => items.iter().map(|item| pair(name, item)).collect(),
        Value::Object(members) if explode && style == "form" => {
            members.iter().map(|(name, value)| pair(name, value)).collect()
        }
        // The other styles are not defined for these.
        Value::Object(_) if explode => return None,
        _ => vec![format!("{}={}", escaped(name), joined(value, between, false, escaped)?)],
    })
}

/// A form, and the part of the body that it is made of.
fn form(body: &Value, media: &Value) -> Option<(Value, Vec<String>)> {
    let mut all = Vec::new();
    let mut kept = Map::new();
    for (name, value) in body.as_object()? {
        let encoding = media.get("encoding").and_then(|encoding| encoding.get(name));
        let said = |word: &str| encoding.and_then(|encoding| encoding.get(word));
        let is_styled = ["style", "explode", "allowReserved"].iter().any(|word| said(word).is_some());
        let written = if value.is_object() && !is_styled {
            // An object is JSON, unless its encoding says more.
            (encoding.is_none())
                .then(|| (value.clone(), vec![format!("{}={}", escaped(name), escaped(&value.to_string()))]))
        } else {
            let style = said("style").and_then(Value::as_str).unwrap_or("form");
            let explode = said("explode").and_then(Value::as_bool).unwrap_or(style == "form");
            flat(value.clone())
                .and_then(|value| pairs(name, &value, style, explode).map(|pairs| (value, pairs)))
        };
        if let Some((value, pairs)) = written {
            kept.insert(name.clone(), value);
            all.extend(pairs);
        }
    }
    Some((Value::Object(kept), all))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of the OpenAPI Specification 3.1.1, section "Style Examples".
    #[test]
    fn styles_are_those_of_the_specification() {
        let list = json!(["blue", "black", "brown"]);
        let object = json!({"B": 150, "G": 200, "R": 100});
        let path = |value: &Value, style, explode| in_path("color", value, style, explode).unwrap();
        assert_eq!(path(&json!("blue"), "matrix", false), ";color=blue");
        assert_eq!(path(&list, "matrix", false), ";color=blue,black,brown");
        assert_eq!(path(&object, "matrix", false), ";color=B,150,G,200,R,100");
        assert_eq!(path(&list, "matrix", true), ";color=blue;color=black;color=brown");
        assert_eq!(path(&object, "matrix", true), ";B=150;G=200;R=100");
        assert_eq!(path(&json!("blue"), "label", false), ".blue");
        assert_eq!(path(&list, "label", false), ".blue,black,brown");
        assert_eq!(path(&list, "label", true), ".blue.black.brown");
        assert_eq!(path(&object, "label", true), ".B=150.G=200.R=100");
        assert_eq!(path(&list, "simple", false), "blue,black,brown");
        assert_eq!(path(&object, "simple", false), "B,150,G,200,R,100");
        assert_eq!(path(&object, "simple", true), "B=150,G=200,R=100");
        let query = |value: &Value, style, explode| pairs("color", value, style, explode).unwrap().join("&");
        assert_eq!(query(&json!("blue"), "form", true), "color=blue");
        assert_eq!(query(&list, "form", false), "color=blue,black,brown");
        assert_eq!(query(&list, "form", true), "color=blue&color=black&color=brown");
        assert_eq!(query(&object, "form", false), "color=B,150,G,200,R,100");
        assert_eq!(query(&object, "form", true), "B=150&G=200&R=100");
        assert_eq!(query(&list, "spaceDelimited", false), "color=blue%20black%20brown");
        assert_eq!(query(&list, "pipeDelimited", false), "color=blue%7Cblack%7Cbrown");
        assert_eq!(query(&object, "pipeDelimited", false), "color=B%7C150%7CG%7C200%7CR%7C100");
        assert_eq!(query(&object, "deepObject", true), "color%5BB%5D=150&color%5BG%5D=200&color%5BR%5D=100");
    }

    #[test]
    fn what_separates_is_encoded_in_a_value_and_not_between_values() {
        assert_eq!(pairs("p", &json!(["a,b", "c&d"]), "form", false).unwrap(), ["p=a%2Cb,c%26d"]);
        assert_eq!(in_path("p", &json!(["a/b", "é"]), "simple", false).unwrap(), "a%2Fb,%C3%A9");
    }
}
