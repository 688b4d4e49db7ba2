//! Parameters with structure: lists, objects and JSON, in a path, a query, a header or a cookie, in the styles of
//! OpenAPI (RFC 6570); and forms, whose fields are encoded like query parameters.
//!
//! A list or an object inside another one is written as JSON, because OpenAPI has no rule for it; only `deepObject`
//! nests with brackets.

use http::header::{COOKIE, HeaderMap, HeaderName, HeaderValue};
use percent_encoding::utf8_percent_encode;
use serde::Serialize;
use serde_json::Value;

use crate::segment::{self, RESERVED};

/// How several values are joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Simple,
    Label,
    Matrix,
    Form,
    SpaceDelimited,
    PipeDelimited,
    DeepObject,
    /// Not a style of OpenAPI: the value as JSON.
    Json,
}

/// A value, split into its parts.
enum Parts {
    Absent,
    One(String),
    List(Vec<String>),
    Object(Vec<(String, String)>),
}

fn parts(value: &impl Serialize, style: Style) -> Result<Parts, String> {
    let value = serde_json::to_value(value).map_err(|error| error.to_string())?;
    Ok(match value {
        Value::Null => Parts::Absent,
        value if style == Style::Json => Parts::One(value.to_string()),
        Value::Array(items) => {
            Parts::List(items.into_iter().filter(|item| !item.is_null()).map(text).collect())
        }
        Value::Object(members) => Parts::Object(
            members
                .into_iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(name, value)| (name, text(value)))
                .collect(),
        ),
        value => Parts::One(text(value)),
    })
}

fn text(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

fn escaped(text: &str) -> String {
    utf8_percent_encode(text, &RESERVED).to_string()
}

/// The values of a list, or the names and values of an object.
fn joined(parts: &Parts, between: &str, explode: bool, escape: fn(&str) -> String) -> String {
    match parts {
        Parts::Absent => String::new(),
        Parts::One(value) => escape(value),
        Parts::List(items) => items.iter().map(|item| escape(item)).collect::<Vec<_>>().join(between),
        Parts::Object(members) => {
            let equals = if explode { "=" } else { between };
            let members = members.iter().map(|(name, value)| escape(name) + equals + &escape(value));
            members.collect::<Vec<_>>().join(between)
        }
    }
}

/// The text of a parameter in a path.
///
/// # Errors
/// There is no value, or a path cannot have it.
pub(crate) fn in_path(
    name: &str,
    value: &impl Serialize,
    style: Style,
    explode: bool,
) -> Result<String, String> {
    let parts = parts(value, style)?;
    let text = match (style, &parts) {
        (Style::Label, _) => {
            format!(".{}", joined(&parts, if explode { "." } else { "," }, explode, escaped))
        }
        (Style::Matrix, Parts::Object(_)) if explode => {
            format!(";{}", joined(&parts, ";", true, escaped))
        }
        (Style::Matrix, Parts::List(items)) if explode => {
            items.iter().map(|item| format!(";{name}={}", escaped(item))).collect()
        }
        (Style::Matrix, _) => format!(";{name}={}", joined(&parts, ",", false, escaped)),
        _ => joined(&parts, ",", explode, escaped),
    };
    segment::checked(text)
}

/// The URL with a parameter in its query, if there is a value.
///
/// # Errors
/// The value cannot be serialized.
pub(crate) fn in_query(
    url: String,
    name: &str,
    value: &impl Serialize,
    style: Style,
    explode: bool,
) -> Result<String, String> {
    let value = serde_json::to_value(value).map_err(|error| error.to_string())?;
    let mut url = url;
    for (name, value) in pairs(name, value, style, explode)? {
        let separator = if url.contains('?') { '&' } else { '?' };
        url.push(separator);
        url.push_str(&format!("{name}={value}"));
    }
    Ok(url)
}

/// The escaped names and values of a parameter.
fn pairs(name: &str, value: Value, style: Style, explode: bool) -> Result<Vec<(String, String)>, String> {
    let mut pairs = Vec::new();
    if style == Style::DeepObject {
        deep(escaped(name), value, &mut pairs);
    } else {
        match parts(&value, style)? {
            Parts::Absent => (),
            Parts::List(items) if explode => {
                pairs.extend(items.iter().map(|item| (escaped(name), escaped(item))));
            }
            Parts::Object(members) if explode => {
                pairs.extend(members.iter().map(|(name, value)| (escaped(name), escaped(value))));
            }
            parts => {
                let between = match style {
                    Style::SpaceDelimited => "%20",
                    Style::PipeDelimited => "%7C",
                    _ => ",",
                };
                // RFC 6570 omits an empty list.
                let is_empty = matches!(&parts, Parts::List(items) if items.is_empty());
                if !is_empty {
                    pairs.push((escaped(name), joined(&parts, between, false, escaped)));
                }
            }
        }
    }
    Ok(pairs)
}

/// A form. A field without a declared encoding is a plain value, a list with repeated names, or JSON.
///
/// # Errors
/// The body is not an object.
pub(crate) fn form(body: &impl Serialize, encodings: &[(&str, Style, bool)]) -> Result<String, String> {
    let Value::Object(members) = serde_json::to_value(body).map_err(|error| error.to_string())? else {
        return Err("a form is made of fields, so its body has to be an object".into());
    };
    let mut fields = Vec::new();
    for (name, value) in members {
        let encoding = encodings.iter().find(|(other, ..)| *other == name);
        let (style, explode) = match encoding {
            Some((_, style, explode)) => (*style, *explode),
            None if value.is_object() => (Style::Json, false),
            None => (Style::Form, true),
        };
        fields.extend(pairs(&name, value, style, explode)?);
    }
    let fields: Vec<String> = fields.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    Ok(fields.join("&").replace("%20", "+"))
}

/// `name[member]=value`, at any depth; the items of a list are `name[]=value`.
fn deep(name: String, value: Value, pairs: &mut Vec<(String, String)>) {
    match value {
        Value::Null => (),
        Value::Object(members) => {
            for (member, value) in members {
                deep(format!("{name}[{}]", escaped(&member)), value, pairs);
            }
        }
        Value::Array(items) => {
            for item in items {
                deep(format!("{name}[]"), item, pairs);
            }
        }
        value => pairs.push((name, escaped(&text(value)))),
    }
}

/// Adds a header, if there is a value.
///
/// # Errors
/// The value has characters that a header cannot have.
pub(crate) fn in_header(
    headers: &mut HeaderMap,
    name: &str,
    value: &impl Serialize,
    style: Style,
    explode: bool,
) -> Result<(), String> {
    let parts = parts(value, style)?;
    if !matches!(parts, Parts::Absent) {
        let name = HeaderName::try_from(name).map_err(|error| error.to_string())?;
        headers.append(name, header(&joined(&parts, ",", explode, str::to_owned))?);
    }
    Ok(())
}

/// Adds a cookie to the `Cookie` header, if there is a value.
///
/// # Errors
/// The name or the value has characters that a header cannot have.
pub(crate) fn in_cookie(
    headers: &mut HeaderMap,
    name: &str,
    value: &impl Serialize,
    style: Style,
    explode: bool,
) -> Result<(), String> {
    let text = match parts(value, style)? {
        Parts::Absent => return Ok(()),
        Parts::List(items) if explode => {
            let items = items.iter().map(|item| format!("{name}={}", in_cookie_escaped(item)));
            items.collect::<Vec<_>>().join("&")
        }
        parts @ Parts::Object(_) if explode => joined(&parts, "&", true, in_cookie_escaped),
        parts => format!("{name}={}", joined(&parts, ",", false, in_cookie_escaped)),
    };
    let text = match headers.get(COOKIE).and_then(|others| others.to_str().ok()) {
        Some(others) => format!("{others}; {text}"),
        None => text,
    };
    let mut value = header(&text)?;
    value.set_sensitive(true);
    headers.insert(COOKIE, value);
    Ok(())
}

/// A cookie: only characters that would end it, or that a cookie cannot have, are escaped, because servers compare it
/// literally.
fn in_cookie_escaped(text: &str) -> String {
    const NO_COOKIE: percent_encoding::AsciiSet =
        percent_encoding::CONTROLS.add(b' ').add(b'"').add(b',').add(b';').add(b'\\');
    utf8_percent_encode(text, &NO_COOKIE).to_string()
}

fn header(text: &str) -> Result<HeaderValue, String> {
    HeaderValue::from_str(text).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The examples of the OpenAPI Specification 3.0.3, section "Style Examples".
    #[test]
    fn styles_are_those_of_the_specification() {
        let list = || json!(["blue", "black", "brown"]);
        let object = || json!({"R": 100, "G": 200, "B": 150});
        let path = |value: Value, style, explode| in_path("color", &value, style, explode).unwrap();
        let query = |value: Value, style, explode| {
            let url = in_query(String::new(), "color", &value, style, explode).unwrap();
            url.trim_start_matches('?').to_owned()
        };
        assert_eq!(path(json!("blue"), Style::Matrix, false), ";color=blue");
        assert_eq!(path(list(), Style::Matrix, false), ";color=blue,black,brown");
        assert_eq!(path(object(), Style::Matrix, false), ";color=B,150,G,200,R,100");
        assert_eq!(path(list(), Style::Matrix, true), ";color=blue;color=black;color=brown");
        assert_eq!(path(object(), Style::Matrix, true), ";B=150;G=200;R=100");
        assert_eq!(path(json!("blue"), Style::Label, false), ".blue");
        assert_eq!(path(list(), Style::Label, true), ".blue.black.brown");
        assert_eq!(path(object(), Style::Label, true), ".B=150.G=200.R=100");
        assert_eq!(path(list(), Style::Simple, false), "blue,black,brown");
        assert_eq!(path(object(), Style::Simple, false), "B,150,G,200,R,100");
        assert_eq!(path(object(), Style::Simple, true), "B=150,G=200,R=100");
        assert_eq!(query(list(), Style::Form, false), "color=blue,black,brown");
        assert_eq!(query(object(), Style::Form, false), "color=B,150,G,200,R,100");
        assert_eq!(query(list(), Style::Form, true), "color=blue&color=black&color=brown");
        assert_eq!(query(object(), Style::Form, true), "B=150&G=200&R=100");
        assert_eq!(query(list(), Style::SpaceDelimited, false), "color=blue%20black%20brown");
        assert_eq!(query(list(), Style::PipeDelimited, false), "color=blue%7Cblack%7Cbrown");
        assert_eq!(query(object(), Style::DeepObject, true), "color[B]=150&color[G]=200&color[R]=100");
    }

    #[test]
    fn what_means_something_in_a_url_is_escaped_in_a_value_and_not_between_values() {
        let url = in_query("https://server/a?x=1".into(), "p", &["a,b", "c&d"], Style::Form, false).unwrap();
        assert_eq!(url, "https://server/a?x=1&p=a%2Cb,c%26d");
        assert_eq!(in_path("p", &["a/b", "c"], Style::Simple, false).unwrap(), "a%2Fb,c");
        let url = in_query(String::new(), "q", &json!({"a": [1, {"b": 2}]}), Style::Json, false).unwrap();
        assert_eq!(url, "?q=%7B%22a%22%3A%5B1%2C%7B%22b%22%3A2%7D%5D%7D");
        assert!(in_path("p", &"", Style::Label, false).is_err());
        assert!(in_path("p", &Vec::<String>::new(), Style::Simple, false).is_err());
    }

    #[test]
    fn a_form_has_plain_fields_lists_and_json_and_what_its_encoding_says() {
        let body = json!({"a": "x y&z", "b": [1, 2], "c": {"d": 3}, "e": null, "f": {"g": {"h": 4}}, "i": ["j", "k"]});
        assert_eq!(
            form(&body, &[("f", Style::DeepObject, true), ("i", Style::Form, false)]).unwrap(),
            "a=x+y%26z&b=1&b=2&c=%7B%22d%22%3A3%7D&f[g][h]=4&i=j,k"
        );
        assert!(form(&[1], &[]).is_err());
    }

    #[test]
    fn what_is_absent_is_not_sent() {
        let mut headers = HeaderMap::new();
        in_header(&mut headers, "p", &None::<Vec<String>>, Style::Simple, false).unwrap();
        in_cookie(&mut headers, "p", &None::<String>, Style::Form, true).unwrap();
        assert!(headers.is_empty());
        for style in [Style::Form, Style::DeepObject, Style::Json] {
            assert_eq!(in_query("u".into(), "p", &None::<Vec<String>>, style, true).unwrap(), "u");
        }
    }

    #[test]
    fn cookies_share_one_header_that_does_not_print() {
        let mut headers = HeaderMap::new();
        in_cookie(&mut headers, "session", &"ab+/==", Style::Form, true).unwrap();
        in_cookie(&mut headers, "tags", &["a;b", "c"], Style::Form, false).unwrap();
        assert_eq!(headers[COOKIE], "session=ab+/==; tags=a%3Bb,c");
        assert!(!format!("{headers:?}").contains("session"));
    }
}
