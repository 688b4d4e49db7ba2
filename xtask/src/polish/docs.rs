//! Documentation: `///` a line, an example that compiles for every operation, no item without words.

use std::collections::BTreeMap;

use anyhow::Result;
use syn::visit_mut::VisitMut;
use syn::{
    Attribute, File, GenericParam, ImplItem, ImplItemFn, Item, ItemImpl, Type, TypeParamBound, Visibility,
    WherePredicate,
};

use super::attributes::{doc, set_doc};
use super::{enums, module, self_type};
use crate::layout::CRATE;

/// Documents the client, its builders and its types.
pub(super) fn client(file: &mut File) -> Result<()> {
    Lines.visit_file_mut(file);
    let fields = types(module(file, &["types"])?);
    // A document without objects has no builders of types.
    if let Ok(items) = module(file, &["types", "builder"]) {
        type_builders(items, &fields);
    }
    let parameters = parameters(module(file, &["builder"])?);
    let operations = operations(&mut file.items, &parameters);
    operation_builders(module(file, &["builder"])?, &operations);
    Ok(())
}

/// Documents the mocks.
pub(super) fn mocks(file: &mut File) -> Result<()> {
    Lines.visit_file_mut(file);
    for item in module(file, &["operations"])? {
        match item {
            Item::Struct(item) => {
                let name = item.ident.to_string();
                let text = match (name.strip_suffix("When"), name.strip_suffix("Then")) {
                    (Some(operation), _) => format!("Which requests of `{operation}` a mock answers."),
                    (_, Some(operation)) => format!("What a mock answers to `{operation}`."),
                    _ => continue,
                };
                document(&mut item.attrs, &text);
            }
            Item::Impl(block) => {
                let expects = self_type(block).unwrap_or_default().ends_with("When");
                for method in methods(block) {
                    let name = method.sig.ident.to_string();
                    let takes_value = method.sig.inputs.len() > 1;
                    let text = match name.as_str() {
                        "new" => "Wraps what httpmock hands to the closure.".into(),
                        "into_inner" => "What httpmock offers beyond the document.".into(),
                        _ if expects => {
                            format!("Only requests whose `{name}` is this.")
                        }
                        _ if takes_value => {
                            format!("Answers with the status {} and this body.", status_words(&name))
                        }
                        _ => format!("Answers with the status {} and no body.", status_words(&name)),
                    };
                    document(&mut method.attrs, &text);
                }
            }
            _ => (),
        }
    }
    for item in &mut file.items {
        match item {
            Item::Mod(operations) if operations.ident == "operations" => set_doc(
                &mut operations.attrs,
                "What each mock expects and answers, checked by type.\n\n`into_inner` leads to httpmock's own types, for tests that go beyond the document.",
            ),
            Item::Trait(extension) => {
                for item in &mut extension.items {
                    if let syn::TraitItem::Fn(method) = item {
                        let text = format!("Mocks `{}`.", method.sig.ident);
                        document(&mut method.attrs, &text);
                    }
                }
            }
            _ => (),
        }
    }
    Ok(())
}

fn status_words(method: &str) -> String {
    method.replace('_', " ")
}

/// Splits every comment into lines and cuts the JSON Schemas that typify appends.
struct Lines;

impl VisitMut for Lines {
    fn visit_attributes_mut(&mut self, attributes: &mut Vec<Attribute>) {
        if let Some(text) = doc(attributes) {
            let text = text.split("<details>").next().unwrap_or_default();
            set_doc(attributes, &dedented(text));
        }
    }
}

/// A comment that already is a list of `///` lines has a space before each.
fn dedented(text: &str) -> String {
    text.lines().map(|line| line.strip_prefix(' ').unwrap_or(line)).collect::<Vec<_>>().join("\n")
}

/// Type to field to documentation.
type Fields = BTreeMap<String, BTreeMap<String, String>>;

fn types(items: &mut [Item]) -> Fields {
    let mut fields = Fields::new();
    for item in items {
        match item {
            Item::Struct(item) => {
                let of = item.fields.iter().filter_map(|field| {
                    Some((field.ident.as_ref()?.to_string(), doc(&field.attrs).unwrap_or_default()))
                });
                fields.insert(item.ident.to_string(), of.collect());
                for field in &mut item.fields {
                    if let (Visibility::Public(_), Some(name)) = (&field.vis, &field.ident) {
                        let text = format!("`{name}`");
                        document(&mut field.attrs, &text);
                    }
                }
            }
            Item::Enum(item) => {
                let values = enums::string_variants(item);
                for (variant, (_, value)) in item.variants.iter_mut().zip(values) {
                    document(&mut variant.attrs, &format!("`{value}`"));
                }
                for field in item.variants.iter_mut().flat_map(|variant| &mut variant.fields) {
                    if let Some(name) = &field.ident {
                        let text = format!("`{name}`");
                        document(&mut field.attrs, &text);
                    }
                }
            }
            Item::Impl(block) => {
                let name = self_type(block).unwrap_or_default();
                for method in methods(block).filter(|method| method.sig.ident == "builder") {
                    set_doc(&mut method.attrs, &format!("Builds a [`{name}`] field by field."));
                }
            }
            _ => (),
        }
    }
    fields
}

fn type_builders(items: &mut [Item], fields: &Fields) {
    for item in items {
        match item {
            Item::Struct(item) => {
                let name = &item.ident;
                set_doc(&mut item.attrs, &format!("Builds a [`{name}`](super::{name})."));
            }
            Item::Impl(block) => {
                let of = fields.get(&self_type(block).unwrap_or_default());
                for method in methods(block) {
                    let name = method.sig.ident.to_string();
                    let text = of.and_then(|fields| fields.get(&name)).filter(|text| !text.is_empty());
                    let text = text.cloned().unwrap_or_else(|| format!("Sets `{name}`."));
                    document(&mut method.attrs, &text);
                }
            }
            _ => (),
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
    let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    let syn::GenericArgument::Type(ty) = arguments.args.first()? else { return None };
    let tokens = quote::quote!(#ty).to_string().replace(' ', "");
    Some(tokens.replace("types::", &format!("{CRATE}::types::")).replace("::std::string::String", "String"))
}

/// What the document says about an operation, by the name of its builder.
struct Operation {
    method: String,
    parameters: BTreeMap<String, String>,
}

fn operations(items: &mut [Item], parameters: &Parameters) -> BTreeMap<String, Operation> {
    let mut operations = BTreeMap::new();
    for item in items {
        let Item::Impl(block) = item else { continue };
        if block.trait_.is_some() || self_type(block).unwrap_or_default() != "Client" {
            continue;
        }
        for method in methods(block) {
            let name = method.sig.ident.to_string();
            let Some(builder) = returned_builder(method) else { continue };
            let text = doc(&method.attrs).map(|text| dedented(&text)).unwrap_or_default();
            let (words, arguments) = split(&text);
            let taken = parameters.get(&builder).map(Vec::as_slice).unwrap_or_default();
            set_doc(&mut method.attrs, &format!("{words}\n\n{}", example(&name, taken)));
            operations.insert(builder, Operation { method: name, parameters: arguments });
        }
    }
    operations
}

/// progenitor's text: summary, description, request line, arguments, example.
fn split(text: &str) -> (String, BTreeMap<String, String>) {
    let text = text.split("```ignore").next().unwrap_or_default();
    let (words, arguments) = text.split_once("Arguments:\n").unwrap_or((text, ""));
    let mut described = BTreeMap::new();
    let mut last = None;
    for line in arguments.lines() {
        match line.strip_prefix("- `").and_then(|line| line.split_once('`')) {
            Some((name, text)) => {
                let text = text.trim_start_matches(':').trim().to_owned();
                described.insert(name.to_owned(), text);
                last = Some(name.to_owned());
            }
            None => {
                if let Some(text) = last.as_ref().and_then(|name| described.get_mut(name)) {
                    text.push('\n');
                    text.push_str(line);
                }
            }
        }
    }
    let (summary, rest) = words.split_once('\n').unwrap_or((words, ""));
    let stop = if summary.ends_with(['.', '!', '?']) { "" } else { "." };
    let rest = rest.replace("Sends a `", "Sends `").replace("` request to `", " ");
    (format!("{summary}{stop}\n{}", rest.trim_end()), described)
}

fn example(operation: &str, parameters: &[(String, String)]) -> String {
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

fn operation_builders(items: &mut [Item], operations: &BTreeMap<String, Operation>) {
    for item in items {
        match item {
            Item::Struct(item) => {
                if let Some(Operation { method, .. }) = operations.get(&item.ident.to_string()) {
                    set_doc(
                        &mut item.attrs,
                        &format!("A call of [`Client::{method}`](super::Client::{method})."),
                    );
                }
            }
            Item::Impl(block) => {
                let Some(operation) = operations.get(&self_type(block).unwrap_or_default()) else { continue };
                for method in methods(block) {
                    let name = method.sig.ident.to_string();
                    let text = match name.as_str() {
                        "new" => format!("The same as [`Client::{0}`](super::Client::{0}).", operation.method),
                        "send" => "Sends the request.\n\n# Errors\nThe pod answers with anything but success, with a body that cannot be read, or not at all; or a value given to the builder is not valid. See [`Error`].".into(),
                        _ => match (operation.parameters.get(&name), name.strip_suffix("_map")) {
                            (Some(text), _) if !text.is_empty() => text.clone(),
                            (None, Some(part)) => format!("Changes `{part}` in place."),
                            _ => format!("Sets `{name}`."),
                        },
                    };
                    set_doc(&mut method.attrs, &text);
                }
            }
            _ => (),
        }
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
