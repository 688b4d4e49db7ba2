//! The code of a small document, with places to look at.

use quote::ToTokens;
use serde_json::{Value, json};
use syn::{ImplItem, Item, Type};
use xtask::report::Note;
use xtask::{legalize, polish, progenitor};

/// The methods of the trait that every builder implements.
const CALL: [&str; 2] = ["request", "read"];

/// The polished client of a legalized document.
pub struct Code {
    pub file: syn::File,
    pub notes: Vec<Note>,
    pub document: Value,
}

/// A document with these paths and component schemas.
pub fn document(paths: Value, schemas: Value) -> Value {
    json!({
        "openapi": "3.0.3",
        "info": {"title": "Test", "version": "1"},
        "paths": paths,
        "components": {"schemas": schemas},
    })
}

/// The code for a valid 3.0 document.
pub fn code(document: &Value) -> Code {
    let legalized = legalize::legalize(document).unwrap();
    let mut document = legalized.document;
    document.sort_all_objects();
    let file = polish::client(progenitor::client(&document).unwrap(), &document).unwrap();
    polish::mocks(progenitor::mocks(&document).unwrap(), &document).unwrap();
    Code { file, notes: legalized.notes, document }
}

impl Code {
    /// What sending a builder gives, without spaces.
    pub fn output(&self, builder: &str) -> String {
        bare(&self.read(builder))
    }

    /// What reading the answer to a builder gives.
    fn read(&self, builder: &str) -> Type {
        let syn::ReturnType::Type(_, output) = &self.method("builder", builder, "read").sig.output else {
            panic!("it gives nothing")
        };
        // `async`, or a future that is named.
        let Type::ImplTrait(future) = &**output else { return (**output).clone() };
        let output = future.bounds.iter().find_map(|bound| match bound {
            syn::TypeParamBound::Trait(future) => match &future.path.segments.last()?.arguments {
                syn::PathArguments::AngleBracketed(output) => output.args.first(),
                _ => None,
            },
            _ => None,
        });
        match output {
            Some(syn::GenericArgument::AssocType(output)) => output.ty.clone(),
            _ => panic!("it gives nothing"),
        }
    }

    /// What a setter of a builder takes, without spaces.
    pub fn takes(&self, builder: &str, setter: &str) -> String {
        let bounds = &self.method("builder", builder, setter).sig.generics.where_clause;
        bare(bounds).replace("whereV:std::convert::TryInto", "").trim_end_matches(',').to_owned()
    }

    /// Whether a builder has such a setter.
    pub fn has(&self, builder: &str, setter: &str) -> bool {
        self.find_method("builder", builder, setter).is_some()
    }

    /// What sends a builder, and what reads the answer, without spaces.
    pub fn send(&self, builder: &str) -> String {
        CALL.map(|name| bare(&self.method("builder", builder, name).block)).concat()
    }

    /// The definition of a type, without spaces and attributes.
    pub fn type_(&self, name: &str) -> String {
        for item in self.items("types") {
            match item {
                Item::Struct(item) if item.ident == name => {
                    let mut item = item.clone();
                    item.attrs.clear();
                    item.fields.iter_mut().for_each(|field| field.attrs.clear());
                    return bare(&item);
                }
                Item::Enum(item) if item.ident == name => {
                    let mut item = item.clone();
                    item.attrs.clear();
                    for variant in &mut item.variants {
                        variant.attrs.clear();
                        variant.fields.iter_mut().for_each(|field| field.attrs.clear());
                    }
                    return bare(&item);
                }
                _ => (),
            }
        }
        panic!("there is no type `{name}`")
    }

    /// The notes as text, one a line.
    pub fn said(&self) -> String {
        let lines: Vec<String> =
            self.notes.iter().map(|note| format!("{} {}: {}", note.fate, note.pointer, note.text)).collect();
        lines.join("\n")
    }

    /// The items of the module of types.
    pub fn types(&self) -> &[Item] {
        self.items("types")
    }

    /// The type of a builder's body, as a result of it, and what sending it gives.
    pub fn body_and_output(&self, builder: &str) -> (Type, Type) {
        let body = self.items("builder").iter().find_map(|item| match item {
            Item::Struct(item) if item.ident == builder => {
                item.fields.iter().find(|field| field.ident.as_ref().is_some_and(|name| name == "body"))
            }
            _ => None,
        });
        (body.unwrap().ty.clone(), self.read(builder))
    }

    fn items(&self, module: &str) -> &[Item] {
        self.file
            .items
            .iter()
            .find_map(|item| match item {
                Item::Mod(item) if item.ident == module => item.content.as_ref(),
                _ => None,
            })
            .map(|(_, items)| items.as_slice())
            .unwrap()
    }

    fn method(&self, module: &str, owner: &str, name: &str) -> &syn::ImplItemFn {
        self.find_method(module, owner, name)
            .unwrap_or_else(|| panic!("there is no {module}::{owner}::{name}"))
    }

    fn find_method(&self, module: &str, owner: &str, name: &str) -> Option<&syn::ImplItemFn> {
        self.items(module)
            .iter()
            .filter_map(|item| match item {
                Item::Impl(block) if block.trait_.is_none() || CALL.contains(&name) => Some(block),
                _ => None,
            })
            .filter(|block| match &*block.self_ty {
                Type::Path(path) => path.path.segments.last().unwrap().ident == owner,
                _ => false,
            })
            .flat_map(|block| &block.items)
            .find_map(|item| match item {
                ImplItem::Fn(method) if method.sig.ident == name => Some(method),
                _ => None,
            })
    }
}

/// Without spaces and without commas at the end of a list.
fn bare(tokens: &impl ToTokens) -> String {
    let mut text = tokens.to_token_stream().to_string().replace(' ', "");
    for end in [">", ")", "}"] {
        text = text.replace(&format!(",{end}"), end);
    }
    text
}
