//! What 3.0 asks of an object as a whole, once its members are lowered: those that must be there, and those that
//! must not stand together.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use crate::lower::dialect;
use crate::lower::table::Kind;
use crate::lower::walk::{Members, Walk};
use crate::pointer::Pointer;
use crate::report::Fate;

/// `given` is the object before it was lowered.
pub(super) fn finish(walk: &mut Walk<'_>, kind: Kind, members: &mut Members, given: &Members, at: &Pointer) {
    match kind {
        Kind::OpenApi => open_api(walk, members, given, at),
        Kind::Info => info(walk, members, at),
        Kind::License => license(walk, members, at),
        Kind::Server => need(walk, given, at, &["url"]),
        Kind::ServerVariable => server_variable(walk, members, given, at),
        Kind::Components => components(walk, members, at),
        Kind::Operation => operation(walk, members, at),
        Kind::ExternalDocs => need(walk, given, at, &["url"]),
        Kind::Tag => need(walk, given, at, &["name"]),
        Kind::Parameter => parameter(walk, members, given, at),
        Kind::Header => header(walk, members, at),
        Kind::RequestBody => request_body(walk, members, at),
        Kind::MediaType => one_example(walk, members, at),
        Kind::Encoding => {
            style(walk, members, at, &["form", "spaceDelimited", "pipeDelimited", "deepObject"]);
        }
        Kind::Responses => responses(walk, members, at),
        Kind::Response => response(walk, members, at),
        Kind::Link => link(walk, members, at),
        Kind::Discriminator => discriminator(walk, members, given, at),
        Kind::SecurityScheme => security_scheme(walk, members, given, at),
        Kind::OAuthFlows => flows(walk, members, given, at),
        Kind::SecurityRequirement => requirement(walk, members, at),
        Kind::Paths => paths(walk, members, at),
        Kind::Contact
        | Kind::PathItem
        | Kind::Callback
        | Kind::Example
        | Kind::Reference
        | Kind::Schema
        | Kind::Xml
        | Kind::OAuthFlow => {}
    }
}

/// Refuses an object without a member that neither version does without.
fn need(walk: &mut Walk<'_>, given: &Members, at: &Pointer, keys: &[&str]) {
    for key in keys.iter().filter(|key| given.get(**key).is_none_or(Value::is_null)) {
        walk.refuse(at, format!("`{key}` is missing; add it."));
    }
}

/// Adds a member that 3.0 does not do without.
fn add(walk: &mut Walk<'_>, members: &mut Members, at: &Pointer, key: &str, value: Value) {
    if !members.contains_key(key) {
        walk.note(Fate::Exact, at, format!("`{key}` is missing and 3.0 wants one; an empty one is added."));
        members.insert(key.to_owned(), value);
    }
}

fn drop_members(walk: &mut Walk<'_>, members: &mut Members, at: &Pointer, keys: &[&str], why: &str) {
    for key in keys {
        if members.remove(*key).is_some() {
            walk.note(Fate::Dropped, &at.join(key), format!("`{key}` is left out: {why}."));
        }
    }
}

fn text<'a>(members: &'a Members, key: &str) -> &'a str {
    members.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn open_api(walk: &mut Walk<'_>, members: &mut Members, given: &Members, at: &Pointer) {
    let version = text(members, "openapi").to_owned();
    if version == "3.1" || version.starts_with("3.1.") {
        walk.note(Fate::Exact, &at.join("openapi"), format!("{version} becomes 3.0.3."));
        members.insert("openapi".to_owned(), json!("3.0.3"));
    } else {
        walk.refuse(
            &at.join("openapi"),
            format!("the version is `{version}`; only OpenAPI 3.1 documents are lowered."),
        );
    }
    dialect::check(walk, members, "jsonSchemaDialect", at);
    members.remove("jsonSchemaDialect");
    need(walk, given, at, &["info"]);
    add(walk, members, at, "paths", json!({}));
    if let Some(Value::Array(tags)) = members.get_mut("tags") {
        let before = tags.len();
        let mut seen = HashSet::new();
        tags.retain(|tag| seen.insert(tag.clone()));
        if tags.len() < before {
            walk.note(Fate::Exact, &at.join("tags"), "repeated tags are written once.");
        }
    }
}

fn info(walk: &mut Walk<'_>, members: &mut Members, at: &Pointer) {
    for key in ["title", "version"] {
        add(walk, members, at, key, json!(""));
    }
    let Some(Value::String(summary)) = members.remove("summary") else { return };
    let description = match text(members, "description") {
        "" => summary,
        description => format!("{summary}\n\n{description}"),
    };
    members.insert("description".to_owned(), description.into());
    walk.note(Fate::Exact, &at.join("summary"), "is written as the first paragraph of the description.");
}

fn license(walk: &mut Walk<'_>, members: &mut Members, at: &Pointer) {
    add(walk, members, at, "name", json!(""));
    let Some(Value::String(identifier)) = members.remove("identifier") else { return };
    let one = identifier.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+'));
    if one && !identifier.is_empty() && !members.contains_key("url") {
        members.insert("url".to_owned(), format!("https://spdx.org/licenses/{identifier}.html").into());
        walk.note(Fate::Exact, &at.join("identifier"), "is written as the address of that licence.");
    } else {
        members.insert("x-identifier".to_owned(), identifier.into());
        walk.note(Fate::Exact, &at.join("identifier"), "is kept as `x-identifier`: no one address says it.");
    }
}

fn server_variable(walk: &mut Walk<'_>, members: &mut Members, given: &Members, at: &Pointer) {
    need(walk, given, at, &["default"]);
    if members.get("enum").and_then(Value::as_array).is_some_and(Vec::is_empty) {
        drop_members(walk, members, at, &["enum"], "it is empty");
    }
}

fn components(walk: &mut Walk<'_>, members: &mut Members, at: &Pointer) {
    for (section, objects) in members.iter_mut() {
        let kind = crate::lower::table::TABLE
            .iter()
            .find(|row| row.kind == Kind::Components && row.key == section.as_str());
        let (Some(row), Value::Object(objects)) = (kind, objects) else { continue };
        if row.key == "securitySchemes" {
            mutual_tls(walk, objects, &at.join(section));
        }
        for name in objects.keys().cloned().collect::<Vec<_>>() {
            let mended = walk.references.component_name(row.key, &name).to_owned();
            if mended == name {
                continue;
            }
            if let Some(object) = objects.remove(&name) {
                objects.insert(mended.clone(), object);
                walk.note(
                    Fate::Exact,
                    &at.join(section).join(&name),
                    format!(
                        "the component is named `{mended}`: a name has letters, digits, `.`, `-` and `_`."
                    ),
                );
            }
        }
    }
}

/// A certificate is shown when the connection is made, below HTTP. 3.0 has no word for it and needs none.
fn mutual_tls(walk: &mut Walk<'_>, schemes: &mut Members, at: &Pointer) {
    let found: Vec<String> =
        schemes.keys().filter(|name| walk.schemes.is(name, "mutualTLS")).cloned().collect();
    for name in found {
        schemes.remove(&name);
        walk.note(
            Fate::Exact,
            &at.join(&name),
            "a `mutualTLS` scheme is left out: the certificate is shown below HTTP, every request stays the same.",
        );
    }
}

/// A path starts with a slash, whatever is before it.
fn paths(walk: &mut Walk<'_>, members: &mut Members, at: &Pointer) {
    let is_path = |key: &String| key.starts_with('/') || key.starts_with("x-");
    for key in members.keys().filter(|key| !is_path(key)).cloned().collect::<Vec<_>>() {
        let path = format!("/{key}");
        if members.contains_key(&path) {
            walk.refuse(&at.join(&key), format!("is the same path as `{path}`; keep one of them."));
        } else if let Some(item) = members.remove(&key) {
            walk.note(
                Fate::Mended,
                &at.join(&key),
                format!("a path starts with a slash, so it is `{path}`."),
            );
            members.insert(path, item);
        }
    }
}

fn operation(walk: &mut Walk<'_>, members: &mut Members, at: &Pointer) {
    add(walk, members, at, "responses", json!({"default": {"description": ""}}));
}

fn responses(walk: &mut Walk<'_>, members: &mut Members, at: &Pointer) {
    for key in
        members.keys().filter(|key| key.contains('x') && !key.starts_with("x-")).cloned().collect::<Vec<_>>()
    {
        let range = key.to_ascii_uppercase();
        if members.contains_key(&range) {
            walk.refuse(
                &at.join(&key),
                format!("is the same range as `{range}`, which is there too; keep one of them."),
            );
        } else if let Some(response) = members.remove(&key) {
            walk.note(Fate::Exact, &at.join(&key), "the range is written in capitals.");
            members.insert(range, response);
        }
    }
    if members.keys().all(|key| key.starts_with("x-")) {
        add(walk, members, at, "default", json!({"description": ""}));
    }
}

fn response(walk: &mut Walk<'_>, members: &mut Members, at: &Pointer) {
    add(walk, members, at, "description", json!(""));
}

fn request_body(walk: &mut Walk<'_>, members: &mut Members, at: &Pointer) {
    add(walk, members, at, "content", json!({}));
}

fn parameter(walk: &mut Walk<'_>, members: &mut Members, given: &Members, at: &Pointer) {
    need(walk, given, at, &["name", "in"]);
    let styles: &[&str] = match members.get("in").and_then(Value::as_str) {
        Some("path") => {
            if members.get("required") != Some(&Value::Bool(true)) {
                members.insert("required".to_owned(), Value::Bool(true));
                walk.note(
                    Fate::Exact,
                    &at.join("required"),
                    "a path parameter is always required, and says so now.",
                );
            }
            &["matrix", "label", "simple"]
        }
        Some("query") => &["form", "spaceDelimited", "pipeDelimited", "deepObject"],
        Some("header") => &["simple"],
        Some("cookie") => &["form"],
        None => &[],
        Some(other) => {
            let text = format!("a parameter cannot be in `{other}`; it is in path, query, header or cookie.");
            walk.refuse(&at.join("in"), text);
            &[]
        }
    };
    style(walk, members, at, styles);
    described_by_one(walk, members, at);
}

fn header(walk: &mut Walk<'_>, members: &mut Members, at: &Pointer) {
    style(walk, members, at, &["simple"]);
    described_by_one(walk, members, at);
}

fn style(walk: &mut Walk<'_>, members: &mut Members, at: &Pointer, known: &[&str]) {
    if members.contains_key("style") && !known.contains(&text(members, "style")) {
        drop_members(walk, members, at, &["style"], "no such style is allowed here");
    }
}

/// A parameter or header has a schema or a content, never both.
fn described_by_one(walk: &mut Walk<'_>, members: &mut Members, at: &Pointer) {
    match members.get("content").and_then(Value::as_object).map(Map::len) {
        Some(0) => drop_members(walk, members, at, &["content"], "it is empty"),
        Some(2..) => {
            walk.refuse(&at.join("content"), "has more than one media type; keep the one that is meant.");
        }
        _ => {}
    }
    match (members.contains_key("schema"), members.contains_key("content")) {
        (true, true) => walk.refuse(at, "has both `schema` and `content`; remove one of them."),
        (false, true) => {
            let keys = ["style", "explode", "allowReserved", "example", "examples"];
            drop_members(walk, members, at, &keys, "`content` says it all");
        }
        _ => add(walk, members, at, "schema", json!({})),
    }
    one_example(walk, members, at);
}

fn one_example(walk: &mut Walk<'_>, members: &mut Members, at: &Pointer) {
    if members.contains_key("examples") {
        drop_members(walk, members, at, &["example"], "it may not stand beside `examples`");
    }
}

fn link(walk: &mut Walk<'_>, members: &mut Members, at: &Pointer) {
    if let Some(server) = members.remove("body") {
        members.entry("server").or_insert(server);
        walk.note(Fate::Exact, &at.join("body"), "is written as `server`.");
    }
    if members.contains_key("operationId") {
        drop_members(walk, members, at, &["operationRef"], "`operationId` names the operation already");
    }
}

/// Mapping values that are references were resolved with the others.
fn discriminator(walk: &mut Walk<'_>, members: &mut Members, given: &Members, at: &Pointer) {
    need(walk, given, at, &["propertyName"]);
    let Some(Value::Object(mapping)) = members.get_mut("mapping") else { return };
    let mut void = Vec::new();
    for (value, schema) in mapping.iter_mut() {
        let Some(text) = schema.as_str() else { continue };
        let here = at.join("mapping").join(value);
        let index = walk.references.of(&here);
        if let Some(target) = index.and_then(|index| walk.references.targets.get(index)) {
            *schema = target.reference().into();
        } else if text.contains(['#', '/']) {
            void.push(value.clone());
        } else {
            *schema = walk.references.component_name("schemas", text).into();
        }
    }
    for value in &void {
        mapping.remove(value);
        let text = "names a schema that does not exist; it is left out.";
        walk.note(Fate::Dropped, &at.join("mapping").join(value), text);
    }
}

fn security_scheme(walk: &mut Walk<'_>, members: &mut Members, given: &Members, at: &Pointer) {
    let (needed, unfit): (&[&str], &[&str]) = match text(members, "type") {
        "apiKey" => (&["name", "in"], &["scheme", "bearerFormat", "flows", "openIdConnectUrl"]),
        "http" => (&["scheme"], &["name", "in", "flows", "openIdConnectUrl"]),
        "oauth2" => (&["flows"], &["name", "in", "scheme", "bearerFormat", "openIdConnectUrl"]),
        "openIdConnect" => (&["openIdConnectUrl"], &["name", "in", "scheme", "bearerFormat", "flows"]),
        // Left out by the components.
        "mutualTLS" => (&[], &[]),
        other => {
            let text = format!(
                "`{other}` is no type of security scheme; the types are apiKey, http, mutualTLS, oauth2 and openIdConnect."
            );
            walk.refuse(&at.join("type"), text);
            (&[], &[])
        }
    };
    need(walk, given, at, needed);
    drop_members(walk, members, at, unfit, "a scheme of this type has none");
    if members
        .get("in")
        .is_some_and(|place| !["query", "header", "cookie"].iter().any(|known| place == known))
    {
        walk.refuse(&at.join("in"), "an API key is in query, header or cookie; correct it.");
    }
    if text(members, "type") == "http" && !text(members, "scheme").eq_ignore_ascii_case("bearer") {
        drop_members(walk, members, at, &["bearerFormat"], "only a bearer scheme has one");
    }
}

fn flows(walk: &mut Walk<'_>, members: &mut Members, given: &Members, at: &Pointer) {
    for (name, flow) in members.iter_mut() {
        let (needed, unfit): (&[&str], &[&str]) = match name.as_str() {
            "implicit" => (&["authorizationUrl"], &["tokenUrl"]),
            "password" | "clientCredentials" => (&["tokenUrl"], &["authorizationUrl"]),
            "authorizationCode" => (&["authorizationUrl", "tokenUrl"], &[]),
            _ => continue,
        };
        let at = at.join(name);
        if let Value::Object(flow) = flow {
            if let Some(Value::Object(given)) = given.get(name) {
                need(walk, given, &at, needed);
            }
            drop_members(walk, flow, &at, unfit, "a flow of this kind has none");
            add(walk, flow, &at, "scopes", json!({}));
        }
    }
}

fn requirement(walk: &mut Walk<'_>, members: &mut Members, at: &Pointer) {
    for name in members.keys().cloned().collect::<Vec<_>>() {
        if walk.schemes.is(&name, "mutualTLS") {
            members.remove(&name);
            walk.note(
                Fate::Exact,
                &at.join(&name),
                "a `mutualTLS` scheme is left out: its certificate is shown below HTTP.",
            );
        } else if let Some(Value::Array(scopes)) = members.get_mut(&name)
            && !walk.schemes.has_scopes(&name)
            && !scopes.is_empty()
        {
            scopes.clear();
            walk.note(
                Fate::Dropped,
                &at.join(&name),
                "3.0 has scopes for `oauth2` and `openIdConnect` only; they are left out.",
            );
        }
    }
    // Renamed schemes keep their requirements.
    for name in members.keys().cloned().collect::<Vec<_>>() {
        let mended = walk.references.component_name("securitySchemes", &name).to_owned();
        if mended != name
            && let Some(scopes) = members.remove(&name)
        {
            members.insert(mended, scopes);
        }
    }
}
