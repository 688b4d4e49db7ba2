//! Swagger 2.0 as OpenAPI 3.1 writes it.
//!
//! Every member of Swagger 2.0 has its place here; what has none in OpenAPI 3 is refused or noted.
//! Shared parameters and responses are written where they are used: in OpenAPI 3 they depend on
//! the media types of the operation.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::grammar::{self, Kind, is_extension};
use super::read::Dialect;
use super::schema;
use super::{Report, brief};
use crate::document::METHODS;
use crate::legalize::media::names_json;
use crate::pointer::Pointer;
use crate::report::Fate;

type Object = Map<String, Value>;

/// Raises the document.
#[must_use]
pub fn raise(document: &Value, report: &mut Report) -> Value {
    let Some(members) = report.object(document, &Pointer::root()) else { return Value::Null };
    let mut raise = Raise { document, names: component_names(members, report), report };
    raise.document(members)
}

/// What a component may be called in OpenAPI 3, which is stricter, for each definition.
fn component_names(document: &Object, report: &mut Report) -> BTreeMap<String, String> {
    let mut taken = BTreeSet::new();
    let mut names = BTreeMap::new();
    let definitions = document.get("definitions").and_then(Value::as_object);
    // Names that may stay come first, so that a new name never takes one of them.
    let (fit, unfit): (Vec<_>, Vec<_>) =
        definitions.into_iter().flat_map(Map::keys).partition(|name| name.chars().all(is_name));
    taken.extend(fit.iter().map(ToString::to_string));
    names.extend(fit.into_iter().map(|name| (name.clone(), name.clone())));
    for name in unfit {
        let mut new: String = name.chars().map(|c| if is_name(c) { c } else { '_' }).collect();
        while !taken.insert(new.clone()) {
            new.push('_');
        }
        let place = Pointer::root().join("definitions").join(name);
        report.note(place, Fate::Exact, format!("called `{new}`: OpenAPI 3 allows only A-Z, a-z, 0-9, `.`, `-` and `_` in the name of a component"));
        names.insert(name.clone(), new);
    }
    names
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || ['.', '-', '_'].contains(&c)
}

struct Raise<'a> {
    document: &'a Value,
    names: BTreeMap<String, String>,
    report: &'a mut Report,
}

/// The media types of the bodies of an operation, in and out.
struct Media {
    consumes: Vec<String>,
    produces: Vec<String>,
}

const DEFAULT_MEDIA_TYPE: &str = "application/json";
const BYTES: &str = "application/octet-stream";
const FORM: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data";

impl Raise<'_> {
    fn document(&mut self, document: &Object) -> Value {
        let root = Pointer::root();
        let mut raised = Object::new();
        raised.insert("openapi".to_owned(), super::VERSION.into());
        let mut components = Object::new();
        for (name, value) in document {
            let at = root.join(name);
            match name.as_str() {
                "info" | "tags" | "externalDocs" | "security" => {
                    raised.insert(name.clone(), value.clone());
                }
                "paths" => {
                    let paths = self.paths(value, &at);
                    raised.insert(name.clone(), paths);
                }
                "definitions" => {
                    let schemas = self.definitions(value, &at);
                    components.insert("schemas".to_owned(), schemas);
                }
                "securityDefinitions" => {
                    let schemes = self.security_schemes(value, &at);
                    components.insert("securitySchemes".to_owned(), schemes);
                }
                // Read where they are used.
                "swagger" | "host" | "basePath" | "schemes" | "consumes" | "produces" | "parameters"
                | "responses" => {}
                extension if is_extension(extension) => {
                    raised.insert(name.clone(), value.clone());
                }
                _ => self.unknown(at, "a document"),
            }
        }
        if let Some(servers) = self.servers(document) {
            raised.insert("servers".to_owned(), servers);
        }
        if !components.is_empty() {
            raised.insert("components".to_owned(), components.into());
        }
        raised.into()
    }

    fn unknown(&mut self, at: Pointer, what: &str) {
        self.report.note(
            at,
            Fate::Mended,
            format!("not a member of {what} in Swagger 2.0, so it says nothing"),
        );
    }

    /// `schemes`, `host` and `basePath` together. None if there is neither host nor path.
    fn servers(&mut self, document: &Object) -> Option<Value> {
        let root = Pointer::root();
        let path = document.get("basePath").and_then(Value::as_str).unwrap_or_default();
        let path = path.trim_end_matches('/');
        let Some(host) = document.get("host").and_then(Value::as_str) else {
            return (!path.is_empty()).then(|| json!([{ "url": path }]));
        };
        let schemes = self.texts(document, "schemes", &root).filter(|list| !list.is_empty());
        let schemes = schemes.unwrap_or_else(|| {
            self.report.note(root.join("host"), Fate::Exact, "no `schemes`: https is taken");
            vec!["https".to_owned()]
        });
        let servers = schemes.iter().map(|scheme| json!({ "url": format!("{scheme}://{host}{path}") }));
        Some(servers.collect())
    }

    fn paths(&mut self, paths: &Value, at: &Pointer) -> Value {
        let Some(paths) = self.report.object(paths, at) else { return Value::Null };
        let mut raised = Object::new();
        for (path, item) in paths {
            let item = if is_extension(path) { item.clone() } else { self.path_item(item, &at.join(path)) };
            raised.insert(path.clone(), item);
        }
        raised.into()
    }

    fn path_item(&mut self, item: &Value, at: &Pointer) -> Value {
        let Some(item) = self.report.object(item, at) else { return Value::Null };
        let mut raised = Object::new();
        let shared = self.parameters(item, at);
        for (name, value) in item {
            let at = at.join(name);
            match name.as_str() {
                method if METHODS.contains(&method) => {
                    let operation = self.operation(value, &at, &shared.bodies);
                    raised.insert(name.clone(), operation);
                }
                "parameters" => {
                    if !shared.others.is_empty() {
                        raised.insert(name.clone(), shared.others.clone().into());
                    }
                }
                "$ref" => drop(raised.insert(name.clone(), value.clone())),
                extension if is_extension(extension) => {
                    raised.insert(name.clone(), value.clone());
                }
                _ => self.unknown(at, "a path"),
            }
        }
        raised.into()
    }

    fn operation(&mut self, operation: &Value, at: &Pointer, shared: &[Body]) -> Value {
        let Some(operation) = self.report.object(operation, at) else { return Value::Null };
        let media = Media {
            consumes: self.media_types(operation, "consumes", at),
            produces: self.media_types(operation, "produces", at),
        };
        let mut raised = Object::new();
        let own = self.parameters(operation, at);
        // An operation replaces what its path has under the same place and name, and takes nothing away.
        let others = shared.iter().filter(|shared| !own.bodies.iter().any(|own| own.replaces(shared)));
        let bodies: Vec<_> = others.chain(&own.bodies).collect();
        if let Some(body) = self.request_body(&bodies, operation, &media, at) {
            raised.insert("requestBody".to_owned(), body);
        }
        if !own.others.is_empty() {
            raised.insert("parameters".to_owned(), own.others.into());
        }
        for (name, value) in operation {
            let at = at.join(name);
            match name.as_str() {
                "tags" | "summary" | "description" | "externalDocs" | "operationId" | "deprecated"
                | "security" => {
                    raised.insert(name.clone(), value.clone());
                }
                "responses" => {
                    let responses = self.responses(value, &at, &media);
                    raised.insert(name.clone(), responses);
                }
                "parameters" | "consumes" | "produces" => {}
                "schemes" => self.report.note(
                    at,
                    Fate::Dropped,
                    "the transport of one operation; the client's address decides it",
                ),
                extension if is_extension(extension) => {
                    raised.insert(name.clone(), value.clone());
                }
                _ => self.unknown(at, "an operation"),
            }
        }
        if !operation.contains_key("responses") {
            self.report.note(
                at.clone(),
                Fate::Guessed,
                "an operation without responses: any answer may come",
            );
        }
        raised.into()
    }

    /// The media types of an operation: its own, or the document's, or JSON.
    fn media_types(&mut self, operation: &Object, name: &str, at: &Pointer) -> Vec<String> {
        let document = self.document.as_object();
        let types = self
            .texts(operation, name, at)
            .or_else(|| self.texts(document?, name, &Pointer::root()))
            .unwrap_or_default();
        if types.is_empty() { vec![DEFAULT_MEDIA_TYPE.to_owned()] } else { types }
    }

    /// A member that is a list of text.
    fn texts(&mut self, object: &Object, name: &str, at: &Pointer) -> Option<Vec<String>> {
        let items = object.get(name)?;
        let texts = items.as_array().and_then(|items| {
            items.iter().map(|item| item.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>()
        });
        if texts.is_none() {
            self.report.refuse(at.join(name), format!("{} is not a list of text", brief(items)));
        }
        texts
    }

    /// The parameters of an operation or a path, each raised.
    fn parameters(&mut self, holder: &Object, at: &Pointer) -> Parameters {
        let at = at.join("parameters");
        let mut found = Parameters { bodies: Vec::new(), others: Vec::new() };
        let none = Vec::new();
        let parameters = match holder.get("parameters") {
            None => &none,
            Some(Value::Array(parameters)) => parameters,
            Some(other) => {
                self.report.refuse(at.clone(), format!("{} is not a list of parameters", kind_of(other)));
                &none
            }
        };
        for (index, parameter) in parameters.iter().enumerate() {
            let (parameter, at) = match self.resolved(parameter, at.join(index), "parameters") {
                Ok(found) => found,
                Err(nowhere) => {
                    found.others.extend(nowhere);
                    continue;
                }
            };
            match parameter.get("in").and_then(Value::as_str) {
                Some("body" | "formData") => {
                    found.bodies.push(Body { parameter: parameter.clone(), at });
                }
                Some("path" | "query" | "header") => {
                    found.others.extend(self.parameter(&parameter, &at));
                }
                _ => self
                    .report
                    .refuse(at, "a parameter without a place; `in` is path, query, header, body or formData"),
            }
        }
        found
    }

    /// A parameter or response that may be a reference to a shared one, and where it is written.
    ///
    /// # Errors
    /// It is none, which is refused; or a reference that leads nowhere, as OpenAPI 3 writes it.
    fn resolved(
        &mut self,
        value: &Value,
        at: Pointer,
        shared: &str,
    ) -> Result<(Object, Pointer), Option<Value>> {
        let object = self.report.object(value, &at).ok_or(None)?;
        let Some(reference) = object.get("$ref") else { return Ok((object.clone(), at)) };
        let Some(text) = reference.as_str() else {
            self.report.refuse(at, format!("{} is no reference", brief(reference)));
            return Err(None);
        };
        let shared = Pointer::root().join(shared);
        let target = Pointer::from_local_ref(text);
        let target = target.filter(|target| target.parent().as_ref() == Some(&shared));
        match target.as_ref().and_then(|target| target.get(self.document)) {
            Some(Value::Object(found)) if !found.contains_key("$ref") => {
                Ok((found.clone(), target.unwrap_or_default()))
            }
            _ => {
                let moved = target.map_or_else(
                    || text.to_owned(),
                    |target| Pointer::root().join("components").append(&target).to_reference(),
                );
                self.report.leads_nowhere(at.join("$ref"), &moved);
                Err(Some(json!({ "$ref": moved })))
            }
        }
    }

    fn parameter(&mut self, parameter: &Object, at: &Pointer) -> Option<Value> {
        let place = parameter.get("in")?.as_str()?;
        if !parameter.get("name").is_some_and(Value::is_string) {
            self.report.refuse(at.clone(), "a parameter without a name");
            return None;
        }
        let mut raised = Object::new();
        let mut schema = Object::new();
        for (name, value) in parameter {
            match name.as_str() {
                "name" | "in" | "required" | "description" | "allowEmptyValue" | "deprecated" => {
                    raised.insert(name.clone(), value.clone());
                }
                "collectionFormat" => {
                    self.collection_format(value, place, &mut raised, &at.join(name));
                }
                "example" | "examples" => {}
                // Not a member in Swagger 2.0, but written by some, and it can mean one thing only.
                "schema" if !parameter.contains_key("type") => {
                    schema.extend(self.schema(value, &at.join(name)).as_object().cloned()?);
                }
                extension if is_extension(extension) && extension != "x-nullable" => {
                    raised.insert(name.clone(), value.clone());
                }
                _ => {
                    schema.insert(name.clone(), value.clone());
                }
            }
        }
        if place == "path" && parameter.get("required") != Some(&Value::Bool(true)) {
            self.report.note(at.clone(), Fate::Exact, "required: a path is never without its parts");
            raised.insert("required".to_owned(), true.into());
        }
        let is_list = schema.get("type").is_some_and(|kind| kind == "array");
        if is_list && place == "query" && !parameter.contains_key("collectionFormat") {
            raised.insert("style".to_owned(), "form".into());
            raised.insert("explode".to_owned(), false.into());
        }
        let schema = self.schema(&schema.into(), at);
        raised.insert("schema".to_owned(), schema);
        Some(raised.into())
    }

    /// How a list is written in a parameter or a field of a form: commas unless told otherwise.
    fn collection_format(&mut self, format: &Value, place: &str, parameter: &mut Object, at: &Pointer) {
        let (style, explode) = match (place, format.as_str()) {
            ("query" | "formData", Some("csv")) => ("form", false),
            ("query" | "formData", Some("multi")) => ("form", true),
            ("query" | "formData", Some("ssv")) => ("spaceDelimited", false),
            ("query" | "formData", Some("pipes")) => ("pipeDelimited", false),
            ("path" | "header", Some("csv")) => ("simple", false),
            _ => {
                self.report.refuse(
                    at.clone(),
                    format!("a list written as {format} in a {place} parameter has no form in OpenAPI 3"),
                );
                return;
            }
        };
        parameter.insert("style".to_owned(), style.into());
        parameter.insert("explode".to_owned(), explode.into());
    }

    /// The body that an operation takes, from a body parameter or from the fields of a form.
    fn request_body(
        &mut self,
        bodies: &[&Body],
        operation: &Object,
        media: &Media,
        at: &Pointer,
    ) -> Option<Value> {
        let (whole, fields): (Vec<_>, Vec<_>) =
            bodies.iter().partition(|body| body.parameter.get("in").is_some_and(|place| place == "body"));
        match (whole.as_slice(), fields.as_slice()) {
            ([], []) => None,
            ([], fields) => Some(self.form(fields, media)),
            ([body], []) => {
                if !operation.contains_key("consumes") && !self.has("consumes") {
                    self.report.note(
                        at.clone(),
                        Fate::Exact,
                        "takes a body and says not of which media type: JSON is taken",
                    );
                }
                Some(self.body(body, media))
            }
            _ => {
                self.report.refuse(at.clone(), "an operation takes one body, or the fields of a form");
                None
            }
        }
    }

    fn has(&self, member: &str) -> bool {
        self.document.get(member).is_some()
    }

    fn body(&mut self, body: &Body, media: &Media) -> Value {
        let mut raised = Object::new();
        for word in ["description", "required"] {
            if let Some(value) = body.parameter.get(word) {
                raised.insert(word.to_owned(), value.clone());
            }
        }
        let schema = match body.parameter.get("schema") {
            Some(schema) => self.schema(schema, &body.at.join("schema")),
            None => {
                self.report.note(
                    body.at.clone(),
                    Fate::Guessed,
                    "a body without a schema: any value is sent",
                );
                json!({})
            }
        };
        raised.insert("content".to_owned(), content(&media.consumes, &schema));
        raised.into()
    }

    fn form(&mut self, fields: &[&Body], media: &Media) -> Value {
        let mut properties = Object::new();
        let mut encoding = Object::new();
        let mut required = Vec::new();
        let mut has_file = false;
        for Body { parameter, at } in fields {
            let Some(name) = parameter.get("name").and_then(Value::as_str) else {
                self.report.refuse(at.clone(), "a parameter without a name");
                continue;
            };
            if properties.contains_key(name) {
                let text = format!("the field `{name}` of the form for the second time; keep one of them");
                self.report.refuse(at.clone(), text);
            }
            has_file |= parameter.get("type").is_some_and(|kind| kind == "file");
            if parameter.get("required") == Some(&Value::Bool(true)) {
                required.push(name);
            }
            if parameter.get("type").is_some_and(|kind| kind == "array") {
                let format = parameter.get("collectionFormat").cloned().unwrap_or_else(|| "csv".into());
                let mut style = Object::new();
                self.collection_format(&format, "formData", &mut style, &at.join("collectionFormat"));
                encoding.insert(name.to_owned(), style.into());
            }
            let not_schema = ["name", "in", "required", "allowEmptyValue", "collectionFormat"];
            let mut schema = parameter.clone();
            schema.retain(|name, _| !not_schema.contains(&name.as_str()));
            let schema = self.schema(&schema.into(), at);
            properties.insert(name.to_owned(), schema);
        }
        let mut schema = json!({ "type": "object", "properties": properties });
        if !required.is_empty() {
            schema["required"] = json!(required);
        }
        let forms = media.consumes.iter().filter(|t| [FORM, MULTIPART].contains(&t.as_str()));
        let mut forms: Vec<_> = forms.cloned().collect();
        if forms.is_empty() {
            forms.push((if has_file { MULTIPART } else { FORM }).to_owned());
        }
        let mut content = content(&forms, &schema);
        if !encoding.is_empty() {
            for form in &forms {
                content[form]["encoding"] = encoding.clone().into();
            }
        }
        json!({ "required": !required.is_empty(), "content": content })
    }

    fn responses(&mut self, responses: &Value, at: &Pointer, media: &Media) -> Value {
        let Some(responses) = self.report.object(responses, at) else { return Value::Null };
        let mut raised = Object::new();
        for (status, response) in responses {
            let at = at.join(status);
            if is_extension(status) {
                continue;
            }
            let digits = status.bytes().all(|b| b.is_ascii_digit());
            if status != "default" && !(digits && status.len() == 3) {
                let text = format!("`{status}` is no status, so what stands there is no answer");
                self.report.note(at, Fate::Guessed, text);
            } else if let Some(response) = self.response(response, at, media) {
                raised.insert(status.clone(), response);
            }
        }
        raised.into()
    }

    fn response(&mut self, response: &Value, at: Pointer, media: &Media) -> Option<Value> {
        let (response, at) = match self.resolved(response, at, "responses") {
            Ok(found) => found,
            Err(nowhere) => return nowhere,
        };
        let mut raised = Object::new();
        for (name, value) in &response {
            let at = at.join(name);
            match name.as_str() {
                "description" => {
                    raised.insert(name.clone(), value.clone());
                }
                "schema" => {
                    let is_file = value.get("type").is_some_and(|kind| kind == "file");
                    let file = if is_file { self.file(media, &at) } else { None };
                    let schema = self.schema(value, &at);
                    let mut content = content(file.as_ref().unwrap_or(&media.produces), &schema);
                    let examples = response.get("examples").and_then(Value::as_object);
                    for (media_type, example) in examples.into_iter().flatten() {
                        if let Some(content) = content.get_mut(media_type) {
                            content["example"] = example.clone();
                        }
                    }
                    raised.insert("content".to_owned(), content);
                }
                "headers" => {
                    let headers = self.headers(value, &at);
                    raised.insert(name.clone(), headers);
                }
                "examples" => {}
                extension if is_extension(extension) => {
                    raised.insert(name.clone(), value.clone());
                }
                _ => self.unknown(at, "a response"),
            }
        }
        Some(raised.into())
    }

    /// The media types that a file comes in, if they are others than those of the operation: bytes are no JSON.
    fn file(&mut self, media: &Media, at: &Pointer) -> Option<Vec<String>> {
        let (json, mut others): (Vec<_>, Vec<_>) =
            media.produces.iter().cloned().partition(|media| names_json(media));
        if json.is_empty() {
            return None;
        }
        if others.is_empty() {
            others.push(BYTES.to_owned());
        }
        let text = format!("a file, which is no JSON: taken as {}", others.join(", "));
        self.report.note(at.clone(), Fate::Exact, text);
        Some(others)
    }

    fn headers(&mut self, headers: &Value, at: &Pointer) -> Value {
        let Some(headers) = self.report.object(headers, at) else { return Value::Null };
        let mut raised = Object::new();
        for (name, header) in headers {
            let at = at.join(name);
            let Some(header) = self.report.object(header, &at) else { continue };
            let mut schema = header.clone();
            let mut object = Object::new();
            object.extend(schema.remove_entry("description"));
            if let Some(format) = schema.remove("collectionFormat").filter(|format| format != "csv") {
                let text = format!("a list written as {format}: OpenAPI 3 knows only commas in a header");
                self.report.note(at.join("collectionFormat"), Fate::Dropped, text);
            }
            let schema = self.schema(&schema.into(), &at);
            object.insert("schema".to_owned(), schema);
            raised.insert(name.clone(), object.into());
        }
        raised.into()
    }

    fn definitions(&mut self, definitions: &Value, at: &Pointer) -> Value {
        let Some(definitions) = self.report.object(definitions, at) else { return Value::Null };
        let mut raised = Object::new();
        for (name, definition) in definitions {
            let schema = self.schema(definition, &at.join(name));
            let name = self.names.get(name).unwrap_or(name);
            raised.insert(name.clone(), schema);
        }
        raised.into()
    }

    /// A schema, raised, with its references at their new places.
    fn schema(&mut self, schema: &Value, at: &Pointer) -> Value {
        if !schema.is_object() {
            self.report.refuse(at.clone(), format!("{} is not a schema", kind_of(schema)));
            return Value::Null;
        }
        let mut raised = schema.clone();
        schema::raise(&mut raised, at, Dialect::Swagger2, self.report);
        grammar::rewrite(Kind::Schema, &mut raised, at, &mut |_, object, at| {
            if let Some(Value::String(reference)) = object.get_mut("$ref") {
                let is_there = is_definition(reference, self.document);
                *reference = moved(reference, &self.names);
                if !is_there {
                    self.report.leads_nowhere(at.join("$ref"), reference);
                }
            }
        });
        raised
    }

    fn security_schemes(&mut self, schemes: &Value, at: &Pointer) -> Value {
        let Some(schemes) = self.report.object(schemes, at) else { return Value::Null };
        let mut raised = Object::new();
        for (name, scheme) in schemes {
            let at = at.join(name);
            let Some(scheme) = self.report.object(scheme, &at) else { continue };
            match security_scheme(scheme) {
                Some(scheme) => drop(raised.insert(name.clone(), scheme)),
                None => self.report.refuse(
                    at,
                    "not a way to authenticate in Swagger 2.0: `type` is basic, apiKey or oauth2, \
                     with the members that belong to it",
                ),
            }
        }
        raised.into()
    }
}

/// The parameters of an operation: those that make up the body, and the others, raised.
struct Parameters {
    bodies: Vec<Body>,
    others: Vec<Value>,
}

/// A body parameter, or a field of a form.
struct Body {
    parameter: Object,
    at: Pointer,
}

impl Body {
    /// Whether this is another under the same place and name. There is only one body.
    fn replaces(&self, other: &Self) -> bool {
        let of = |body: &Self, member: &str| body.parameter.get(member).cloned();
        let place = of(self, "in");
        place == of(other, "in") && (place == Some("body".into()) || of(self, "name") == of(other, "name"))
    }
}

fn content(media_types: &[String], schema: &Value) -> Value {
    media_types.iter().map(|media| (media.clone(), json!({ "schema": schema }))).collect()
}

/// Whether a reference leads to a definition, or into one.
fn is_definition(reference: &str, document: &Value) -> bool {
    Pointer::from_local_ref(reference).is_some_and(|target| {
        target.below(&definitions()).is_some_and(|below| below != Pointer::root())
            && target.get(document).is_some()
    })
}

/// How OpenAPI 3 writes a reference to a definition, or into one, whether or not it is there.
fn moved(reference: &str, names: &BTreeMap<String, String>) -> String {
    let target = Pointer::from_local_ref(reference);
    let moved = target.and_then(|target| {
        let name = target.below(&definitions())?.tokens().into_iter().next()?;
        let schemas = Pointer::root().join("components").join("schemas");
        let schema = schemas.join(names.get(&name).unwrap_or(&name));
        Some(schema.append(&target.below(&definitions().join(name))?).to_reference())
    });
    moved.unwrap_or_else(|| reference.to_owned())
}

fn definitions() -> Pointer {
    Pointer::root().join("definitions")
}

fn security_scheme(scheme: &Object) -> Option<Value> {
    let mut raised = Object::new();
    let mut keep = |names: &[&str]| {
        for name in names {
            raised.extend(scheme.get_key_value(*name).map(|(k, v)| (k.clone(), v.clone())));
        }
    };
    keep(&["description"]);
    match scheme.get("type")?.as_str()? {
        "basic" => {
            raised.insert("type".to_owned(), "http".into());
            raised.insert("scheme".to_owned(), "basic".into());
        }
        "apiKey" => keep(&["type", "name", "in"]),
        "oauth2" => {
            keep(&["type"]);
            let flow = match scheme.get("flow")?.as_str()? {
                "implicit" => "implicit",
                "password" => "password",
                "application" => "clientCredentials",
                "accessCode" => "authorizationCode",
                _ => return None,
            };
            let mut members = Object::new();
            for name in ["authorizationUrl", "tokenUrl"] {
                members.extend(scheme.get_key_value(name).map(|(k, v)| (k.clone(), v.clone())));
            }
            let scopes = scheme.get("scopes").cloned().unwrap_or_else(|| json!({}));
            members.insert("scopes".to_owned(), scopes);
            raised.insert("flows".to_owned(), json!({ flow: members }));
        }
        _ => return None,
    }
    Some(raised.into())
}

/// What a value is, for a message.
fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
