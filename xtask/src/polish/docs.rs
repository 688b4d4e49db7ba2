//! Documentation: `///` a line, an example that compiles for every operation, no item without words.

use std::collections::BTreeMap;

use anyhow::Result;
use http::StatusCode;
use syn::visit_mut::VisitMut;
use syn::{
    Attribute, Expr, File, FnArg, GenericArgument, GenericParam, Ident, ImplItem, ImplItemFn, Item, ItemImpl,
    Member, Pat, PathArguments, Stmt, Type, TypeParamBound, Visibility, WherePredicate, parse_quote,
};

use super::attributes::{doc, set_doc};
use super::markdown::without_examples;
use super::operations::{Operation, Operations, Parameter};
use super::{enums, module, self_type, unexpected};
use crate::deprecation::{self, deprecate};
use crate::layout::CRATE;
use crate::legalize::rust;

/// Documents the client, its builders and its types.
pub(super) fn client(file: &mut File, operations: &Operations) -> Result<()> {
    Lines.visit_file_mut(file);
    let fields = types(module(file, &["types"])?);
    // A document without objects has no builders of types.
    if let Ok(items) = module(file, &["types", "builder"]) {
        type_builders(items, &fields);
    }
    if fields.values().flat_map(BTreeMap::values).any(|field| field.is_deprecated) {
        use_what_is_deprecated(file);
    }
    let parameters = parameters(module(file, &["builder"])?);
    calls(&mut file.items, operations, &parameters)?;
    operation_builders(module(file, &["builder"])?, operations);
    Ok(())
}

/// Documents the mocks.
pub(super) fn mocks(file: &mut File, operations: &Operations) -> Result<()> {
    Lines.visit_file_mut(file);
    let by_builder = operations.by_builder();
    let of = |builder: &str| match by_builder.get(builder) {
        Some(Operation { method, .. }) => format!("[`Client::{method}`](crate::Client::{method})"),
        None => format!("`{builder}`"),
    };
    for item in module(file, &["operations"])? {
        match item {
            Item::Struct(item) => {
                let name = item.ident.to_string();
                let text = match (name.strip_suffix("When"), name.strip_suffix("Then")) {
                    (Some(operation), _) => format!("Which requests of {} a mock answers.", of(operation)),
                    (_, Some(operation)) => format!("What a mock answers to {}.", of(operation)),
                    _ => continue,
                };
                document(&mut item.attrs, &text);
            }
            Item::Impl(block) => {
                let expects = self_type(block).unwrap_or_default().ends_with("When");
                for method in methods(block) {
                    let name = method.sig.ident.to_string();
                    let text = match name.as_str() {
                        "new" => "Wraps what httpmock hands to the closure.".into(),
                        "into_inner" => "What httpmock offers beyond the document.".into(),
                        // A value that can be absent comes as `impl Into<Option<_>>`.
                        _ if expects && !method.sig.generics.params.is_empty() => {
                            format!(
                                "Only requests whose `{name}` is this; for `None`, only requests without it."
                            )
                        }
                        _ if expects => format!("Only requests whose `{name}` is this."),
                        _ => answers(&name, method.sig.inputs.iter().skip(1).filter_map(argument)),
                    };
                    document(&mut method.attrs, &text);
                }
            }
            _ => (),
        }
    }
    let by_method = operations.by_method();
    for item in &mut file.items {
        match item {
            Item::Mod(operations) if operations.ident == "operations" => set_doc(
                &mut operations.attrs,
                "What each mock expects and answers, checked by type.\n\n`into_inner` leads to httpmock's own types, for tests that go beyond the document.",
            ),
            Item::Trait(extension) => {
                for item in &mut extension.items {
                    let syn::TraitItem::Fn(method) = item else { continue };
                    let name = method.sig.ident.to_string();
                    let Some(operation) = by_method.get(name.as_str()) else {
                        return Err(unexpected(&format!("a mock `{name}` of no operation")));
                    };
                    let request = &operation.request;
                    let text =
                        format!("Mocks `{request}`, the call [`Client::{name}`](crate::Client::{name}).");
                    document(&mut method.attrs, &text);
                    if operation.is_deprecated {
                        deprecate(&mut method.attrs);
                    }
                }
            }
            _ => (),
        }
    }
    Ok(())
}

/// What a method does that is named after a status, and takes these.
fn answers(name: &str, arguments: impl Iterator<Item = String>) -> String {
    let arguments: Vec<String> = arguments.collect();
    let takes = |name: &str| arguments.iter().any(|argument| argument == name);
    let body = if takes("value") { "this body" } else { "no body" };
    let mut statuses = (100..600).filter_map(|code| StatusCode::from_u16(code).ok());
    let is_named =
        |status: &StatusCode| status.canonical_reason().map(rust::method_name).as_deref() == Some(name);
    match statuses.find(is_named) {
        Some(status) => format!("Answers with `{status}` and {body}."),
        None => format!("Answers with this status and {body}."),
    }
}

fn argument(argument: &FnArg) -> Option<String> {
    match argument {
        FnArg::Typed(argument) => match &*argument.pat {
            Pat::Ident(name) => Some(name.ident.to_string()),
            _ => None,
        },
        FnArg::Receiver(_) => None,
    }
}

/// Splits every comment into lines, and takes examples out that are none of Rust.
struct Lines;

impl VisitMut for Lines {
    fn visit_attributes_mut(&mut self, attributes: &mut Vec<Attribute>) {
        if let Some(text) = doc(attributes) {
            set_doc(attributes, &without_examples(&text));
        }
    }
}

/// What is said of a field.
#[derive(Debug)]
struct Field {
    words: String,
    is_deprecated: bool,
}

impl Field {
    /// Documents a field. What has no words has those of its type: typify keeps those of an object inside an
    /// object for the type alone.
    fn document(field: &mut syn::Field, of_types: &BTreeMap<String, String>) -> Self {
        let words = doc(&field.attrs).filter(|words| !words.is_empty());
        let words = words.or_else(|| of_types.get(&named(&field.ty)?).cloned()).unwrap_or_default();
        let unmarked = deprecation::unmarked(&words);
        let is_deprecated = unmarked.is_some();
        let words = unmarked.unwrap_or(&words).to_owned();
        if is_deprecated {
            deprecate(&mut field.attrs);
        }
        if let Some(name) = &field.ident {
            let text = if words.is_empty() { &format!("`{name}`") } else { &words };
            set_doc(&mut field.attrs, text);
        }
        Self { words, is_deprecated }
    }
}

/// The name of a type that can be absent or boxed.
fn named(ty: &Type) -> Option<String> {
    let Type::Path(path) = ty else { return None };
    if let Some(name) = path.path.get_ident() {
        return Some(name.to_string());
    }
    let last = path.path.segments.last().filter(|last| last.ident == "Option" || last.ident == "Box")?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.first()? {
        GenericArgument::Type(inner) => named(inner),
        _ => None,
    }
}

/// What the document says of types, by their names.
fn words_of_types(items: &[Item]) -> BTreeMap<String, String> {
    let of = items.iter().filter_map(|item| {
        let (name, attributes) = match item {
            Item::Struct(item) => (&item.ident, &item.attrs),
            Item::Enum(item) => (&item.ident, &item.attrs),
            _ => return None,
        };
        // typify writes the name where there are no words.
        let words = doc(attributes).filter(|words| *words != format!("`{name}`"))?;
        Some((name.to_string(), words))
    });
    of.collect()
}

/// Type to field to what is said of it.
type Fields = BTreeMap<String, BTreeMap<String, Field>>;

fn types(items: &mut [Item]) -> Fields {
    let words = words_of_types(items);
    let mut fields = Fields::new();
    for item in items {
        match item {
            Item::Struct(item) => {
                let of = fields.entry(item.ident.to_string()).or_default();
                for field in &mut item.fields {
                    if let (Visibility::Public(_), Some(name)) = (&field.vis, &field.ident) {
                        of.insert(name.to_string(), Field::document(field, &words));
                    }
                }
            }
            Item::Enum(item) => {
                let values = enums::string_variants(item);
                for (variant, (_, value)) in item.variants.iter_mut().zip(values) {
                    document(&mut variant.attrs, &format!("`{value}`"));
                }
                let of = fields.entry(item.ident.to_string()).or_default();
                for variant in &mut item.variants {
                    for field in &mut variant.fields {
                        let Some(name) = &field.ident else { continue };
                        let name = format!("{}::{name}", variant.ident);
                        of.insert(name, Field::document(field, &words));
                    }
                }
            }
            Item::Impl(block) => {
                for method in methods(block).filter(|method| method.sig.ident == "builder") {
                    set_doc(&mut method.attrs, "A builder, which takes the fields one by one.");
                }
            }
            _ => (),
        }
    }
    fields
}

fn type_builders(items: &mut [Item], fields: &Fields) {
    let mut required = Vec::new();
    for item in items {
        match item {
            Item::Struct(item) => {
                let name = &item.ident;
                set_doc(&mut item.attrs, &format!("A builder of [`{name}`](super::{name})."));
            }
            // Stands before the setters.
            Item::Impl(block) if block.trait_.is_some() => required.append(&mut without_default(block)),
            Item::Impl(block) => {
                let of = fields.get(&self_type(block).unwrap_or_default());
                for method in methods(block) {
                    let name = method.sig.ident.to_string();
                    let field = of.and_then(|fields| fields.get(&name));
                    let words = field.map(|field| field.words.as_str()).filter(|words| !words.is_empty());
                    set_doc(&mut method.attrs, words.unwrap_or(&format!("Sets `{name}`.")));
                    if field.is_some_and(|field| field.is_deprecated) {
                        deprecate_setter(&mut method.attrs, required.contains(&method.sig.ident));
                    }
                }
                required.clear();
            }
            _ => (),
        }
    }
}

/// The fields that a new builder of a type does not know: `code: Err("no value supplied for code")`.
fn without_default(block: &ItemImpl) -> Vec<Ident> {
    let Some(ImplItem::Fn(default)) = block.items.first().filter(|_| is_default(block)) else {
        return Vec::new();
    };
    let Some(Stmt::Expr(Expr::Struct(built), _)) = default.block.stmts.first() else { return Vec::new() };
    let is_missing = |value: &Expr| match value {
        Expr::Call(call) => matches!(&*call.func, Expr::Path(function) if function.path.is_ident("Err")),
        _ => false,
    };
    let missing = built.fields.iter().filter(|field| is_missing(&field.expr));
    missing
        .filter_map(|field| match &field.member {
            Member::Named(name) => Some(name.clone()),
            Member::Unnamed(_) => None,
        })
        .collect()
}

fn is_default(block: &ItemImpl) -> bool {
    let name = block.trait_.as_ref().and_then(|(path, _)| path.segments.last());
    name.is_some_and(|last| last.ident == "Default")
}

/// A caller who cannot do without a value is told, but not warned.
fn deprecate_setter(attributes: &mut Vec<Attribute>, is_required: bool) {
    if is_required {
        let words = doc(attributes).unwrap_or_default();
        set_doc(attributes, &format!("**Deprecated.**\n\n{words}"));
    } else {
        deprecate(attributes);
    }
}

/// The types themselves may use what they deprecate.
fn use_what_is_deprecated(file: &mut File) {
    for item in &mut file.items {
        if let Item::Mod(module) = item
            && module.ident == "types"
        {
            module.attrs.push(parse_quote! { #[allow(deprecated)] });
        }
    }
}

/// Builder of an operation to the parameters that it takes, with their types.
type Parameters = BTreeMap<String, Vec<(String, String)>>;

fn parameters(items: &mut [Item]) -> Parameters {
    let mut parameters = Parameters::new();
    for item in items {
        let Item::Impl(block) = item else { continue };
        let name = self_type(block).unwrap_or_default();
        let of = parameters.entry(name).or_default();
        for method in methods(block) {
            if let Some(taken) = converted_type(method) {
                of.push((method.sig.ident.to_string(), taken));
            }
        }
    }
    parameters
}

/// `T` of a setter `fn name<V: TryInto<T>>(self, value: V)`, as the user of the crate writes it.
fn converted_type(method: &ImplItemFn) -> Option<String> {
    let GenericParam::Type(parameter) = method.sig.generics.params.first()? else { return None };
    let bounds = method.sig.generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    let bound = bounds.into_iter().find_map(|predicate| match predicate {
        WherePredicate::Type(bound) => {
            let of = &bound.bounded_ty;
            matches!(of, Type::Path(path) if path.path.is_ident(&parameter.ident))
                .then(|| bound.bounds.first())
                .flatten()
        }
        _ => None,
    })?;
    let TypeParamBound::Trait(bound) = bound else { return None };
    let last = bound.path.segments.last().filter(|last| last.ident == "TryInto")?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    let GenericArgument::Type(ty) = arguments.args.first()? else { return None };
    let tokens = quote::quote!(#ty).to_string().replace(' ', "");
    Some(tokens.replace("types::", &format!("{CRATE}::types::")).replace("::std::string::String", "String"))
}

/// Documents the methods of the client.
fn calls(items: &mut [Item], operations: &Operations, parameters: &Parameters) -> Result<()> {
    let by_method = operations.by_method();
    for item in items {
        let Item::Impl(block) = item else { continue };
        if block.trait_.is_some() || self_type(block).unwrap_or_default() != "Client" {
            continue;
        }
        for method in methods(block) {
            let name = method.sig.ident.to_string();
            let Some(builder) = returned_builder(method) else { continue };
            let Some(operation) = by_method.get(name.as_str()) else {
                return Err(unexpected(&format!("a method `{name}` of no operation")));
            };
            let taken = parameters.get(&builder).into_iter().flatten();
            let is_avoided = |name: &String| {
                let parameter = operation.parameters.get(name);
                parameter.is_some_and(|parameter| parameter.is_deprecated && !parameter.is_required)
            };
            let taken = taken.filter(|(name, _)| !is_avoided(name));
            set_doc(&mut method.attrs, &format!("{}\n\n{}", words(operation), example(&name, taken)));
            if operation.is_deprecated {
                deprecate(&mut method.attrs);
            }
        }
    }
    Ok(())
}

/// Summary, description and request line.
fn words(operation: &Operation) -> String {
    let Operation { summary, description, request, .. } = operation;
    let stop = if summary.ends_with(['.', '!', '?']) { "" } else { "." };
    let summary = if summary.is_empty() { String::new() } else { format!("{summary}{stop}") };
    let request = format!("Sends `{request}`.");
    let parts = [&summary, description, &request];
    parts.into_iter().filter(|part| !part.is_empty()).map(String::as_str).collect::<Vec<_>>().join("\n\n")
}

fn example<'a>(operation: &str, parameters: impl Iterator<Item = &'a (String, String)>) -> String {
    let mut signature = format!("client: {CRATE}::Client");
    let mut call = String::from("client\n    .");
    call.push_str(operation);
    call.push_str("()\n");
    for (name, ty) in parameters {
        signature.push_str(&format!(", {name}: {ty}"));
        call.push_str(&format!("    .{name}({name})\n"));
    }
    format!(
        "# Example\n\n```no_run\n# async fn example({signature}) -> Result<(), Box<dyn std::error::Error>> {{\nlet answer = {call}    .send()\n    .await?;\n# Ok(())\n# }}\n```"
    )
}

fn operation_builders(items: &mut [Item], operations: &Operations) {
    let by_builder = operations.by_builder();
    for item in items {
        match item {
            Item::Struct(item) => {
                if let Some(Operation { method, .. }) = by_builder.get(&item.ident.to_string()) {
                    set_doc(
                        &mut item.attrs,
                        &format!("A call of [`Client::{method}`](super::Client::{method})."),
                    );
                }
            }
            Item::Impl(block) => {
                let Some(operation) = by_builder.get(&self_type(block).unwrap_or_default()) else { continue };
                for method in methods(block) {
                    let name = method.sig.ident.to_string();
                    match name.as_str() {
                        "new" => {
                            let text =
                                format!("The same as [`Client::{0}`](super::Client::{0}).", operation.method);
                            set_doc(&mut method.attrs, &text);
                        }
                        "send" => set_doc(&mut method.attrs, SEND),
                        _ => setter(method, &name, operation.parameters.get(&name)),
                    }
                }
            }
            _ => (),
        }
    }
}

const SEND: &str = "Sends the request.\n\n# Errors\nThe server answers with anything but success, with a body that cannot be read, or not at all; or a value given to the builder is not valid. See [`Error`].";

fn setter(method: &mut ImplItemFn, name: &str, parameter: Option<&Parameter>) {
    let text = match (parameter, name.strip_suffix("_map")) {
        (None, Some(part)) => format!("Changes `{part}` in place."),
        (Some(parameter), _) if !parameter.words.is_empty() => parameter.words.clone(),
        _ => format!("Sets `{name}`."),
    };
    set_doc(&mut method.attrs, &text);
    if let Some(parameter) = parameter.filter(|parameter| parameter.is_deprecated) {
        deprecate_setter(&mut method.attrs, parameter.is_required);
    }
}

/// `X` of `-> builder::X<'_>`.
fn returned_builder(method: &ImplItemFn) -> Option<String> {
    let syn::ReturnType::Type(_, output) = &method.sig.output else { return None };
    let Type::Path(path) = &**output else { return None };
    let mut segments = path.path.segments.iter();
    let module = segments.next()?;
    (module.ident == "builder").then(|| segments.next()).flatten().map(|last| last.ident.to_string())
}

/// The public methods of an inherent `impl`.
fn methods(block: &mut ItemImpl) -> impl Iterator<Item = &mut ImplItemFn> {
    let inherent = block.trait_.is_none();
    block.items.iter_mut().filter_map(move |item| match item {
        ImplItem::Fn(method) if inherent && matches!(method.vis, Visibility::Public(_)) => Some(method),
        _ => None,
    })
}

/// Documents what has no documentation yet.
fn document(attributes: &mut Vec<Attribute>, text: &str) {
    if doc(attributes).is_none_or(|text| text.trim().is_empty()) {
        set_doc(attributes, text);
    }
}
