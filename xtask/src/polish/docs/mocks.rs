//! Documentation of the mocks, which progenitor gives none.

use anyhow::Result;
use http::StatusCode;
use syn::visit_mut::VisitMut as _;
use syn::{File, FnArg, Item, Pat};

use super::{Lines, document, methods};
use crate::deprecation::deprecate;
use crate::legalize::rust;
use crate::polish::attributes::set_doc;
use crate::polish::operations::{Operation, Operations};
use crate::polish::{module, self_type, unexpected};

/// Documents the mocks.
pub(in crate::polish) fn mocks(file: &mut File, operations: &Operations) -> Result<()> {
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
                // The generator's own words link to `::httpmock`, which rustdoc does not take for a path.
                set_doc(
                    &mut extension.attrs,
                    "A method for each operation, on the [`MockServer`](httpmock::MockServer) of httpmock.\n\nLike its [`mock`](httpmock::MockServer::mock), but checked by type.",
                );
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
