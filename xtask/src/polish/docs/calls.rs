//! Documentation of the calls: the methods of the client, with an example that compiles, and their builders.

use std::collections::BTreeMap;

use anyhow::Result;
use syn::{
    File, GenericArgument, GenericParam, ImplItemFn, Item, PathArguments, Type, TypeParamBound,
    WherePredicate,
};

use super::{deprecate_setter, methods, structure};
use crate::deprecation::deprecate;
use crate::layout::CRATE;
use crate::polish::attributes::set_doc;
use crate::polish::operations::{Operation, Operations, Parameter};
use crate::polish::{module, self_type, unexpected};

/// Documents the methods of the client and what they return.
pub(super) fn polish(file: &mut File, operations: &Operations) -> Result<()> {
    let parameters = parameters(module(file, &["builder"])?);
    calls(&mut file.items, operations, &parameters)?;
    operation_builders(module(file, &["builder"])?, operations);
    Ok(())
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

/// `T` of a setter `fn name<V: TryInto<T>>(self, value: V)`.
fn taken(method: &ImplItemFn) -> Option<&Type> {
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
    match arguments.args.first()? {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    }
}

/// That, as the user of the crate writes it.
fn converted_type(method: &ImplItemFn) -> Option<String> {
    let ty = taken(method)?;
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
                            let text = format!(
                                "With a client the same as [`Client::{0}`](super::Client::{0}), with `()` the same as [`Api::{0}`](super::Api::{0}).",
                                operation.method
                            );
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
    let text = match (parameter, name.strip_suffix("_map"), taken(method)) {
        (None, Some(part), _) => format!("Changes `{part}` in place."),
        (Some(Parameter { words, .. }), ..) if !words.is_empty() => words.clone(),
        (Some(Parameter { place, .. }), _, Some(ty)) => structure::of_parameter(place, ty),
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
