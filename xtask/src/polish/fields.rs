//! Fields of structs: what may be missing is said to be, and what pods send is read.
//!
//! A list or a map that may be missing is an `Option`, so that a request can say "none" and "an empty one", and
//! an answer tells them apart; where null is allowed, there is an `Option` for that inside. The generator would
//! leave out what is empty.
//!
//! In an answer, null costs as little as can be, and a number may be written as text: see `lenient`. Null for what may
//! be missing is what is missing: where that has a default, it is the default.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use quote::format_ident;
use serde_json::Value;
use syn::ext::IdentExt as _;
use syn::visit_mut::VisitMut;
use syn::{
    Attribute, Field, File, GenericArgument, Ident, Item, ItemStruct, PathArguments, Type, parse_quote,
};

use super::{attributes, branches, module, self_type};

/// The fields that became optional, each by its type and its name.
type Optional = BTreeSet<(String, Ident)>;

pub(super) fn polish(file: &mut File, document: &Value, answered: &BTreeSet<String>) -> Result<()> {
    let unions = branches::unions(document);
    let items = module(file, &["types"])?;
    let around = around_integers(items);
    let mut optional = Optional::new();
    let mut readers: Vec<Item> = Vec::new();
    for item in items.iter_mut() {
        let Item::Struct(item) = item else { continue };
        let is_answered = answered.contains(&item.ident.to_string());
        if is_answered {
            keep_required(item);
        }
        let name = item.ident.to_string();
        for field in &mut item.fields {
            if may_be_missing(field) {
                let ty = &field.ty;
                field.ty = parse_quote! { ::std::option::Option<#ty> };
                attributes::remove_serde(&mut field.attrs, "default");
                attributes::remove_serde(&mut field.attrs, "skip_serializing_if");
                field
                    .attrs
                    .push(parse_quote! { #[serde(skip_serializing_if = "::std::option::Option::is_none")] });
                optional.extend(field.ident.clone().map(|field| (name.clone(), field)));
            }
            if !is_answered && may_be_null(field) {
                read(field, &around);
            }
            if is_answered {
                // A union has a reader of its own.
                if last(argument(&field.ty, "Box").unwrap_or(&field.ty))
                    .is_none_or(|ty| !unions.contains_key(&ty.to_string()))
                {
                    readers.extend(read_default(&item.ident, field).or_else(|| {
                        read(field, &around);
                        None
                    }));
                }
            }
        }
    }
    items.append(&mut readers);
    if !optional.is_empty() {
        in_builders(module(file, &["types", "builder"])?, &optional);
    }
    Ok(())
}

/// Whether a list or a map may be missing, or one that may be null besides.
fn may_be_missing(field: &Field) -> bool {
    let inner = argument(&field.ty, "Option").unwrap_or(&field.ty);
    is_many(inner) && (attributes::has_serde(&field.attrs, "skip_serializing_if"))
}

/// Whether a list or a map may be missing and may be null: the two differ, also in what is only sent.
fn may_be_null(field: &Field) -> bool {
    argument(&field.ty, "Option").and_then(|inner| argument(inner, "Option")).is_some_and(is_many)
}

/// Types around an integer.
fn around_integers(items: &[Item]) -> BTreeSet<String> {
    let inner: BTreeMap<String, &Type> = items
        .iter()
        .filter_map(|item| match item {
            Item::Struct(item) => match &item.fields {
                syn::Fields::Unnamed(fields) => Some((item.ident.to_string(), &fields.unnamed.first()?.ty)),
                _ => None,
            },
            _ => None,
        })
        .collect();
    let mut found = BTreeSet::new();
    loop {
        let before = found.len();
        for (name, ty) in &inner {
            if has_integer(ty, &found) {
                found.insert(name.clone());
            }
        }
        if found.len() == before {
            return found;
        }
    }
}

/// Whether a type is an integer, or an option of one, or something around one.
pub(super) fn has_integer(ty: &Type, around: &BTreeSet<String>) -> bool {
    const INTEGERS: [&str; 10] = ["i8", "i16", "i32", "i64", "i128", "u8", "u16", "u32", "u64", "u128"];
    let inner = ["Option", "Box"].iter().find_map(|name| argument(ty, name));
    match (inner, last(ty)) {
        (Some(inner), _) => has_integer(inner, around),
        (None, Some(name)) => {
            let name = name.to_string();
            INTEGERS.contains(&name.as_str()) || name.starts_with("NonZero") || around.contains(&name)
        }
        (None, None) => false,
    }
}

/// Reads a field of an answer that has a default and cannot be null, by a method of its own that knows the default.
fn read_default(owner: &Ident, field: &mut Field) -> Option<Item> {
    let is_default = attributes::has_serde(&field.attrs, "default");
    let name = field.ident.as_ref().filter(|_| is_default && argument(&field.ty, "Option").is_none())?;
    let method = format_ident!("read_{}", name.unraw());
    let default = match attributes::serde_value(&field.attrs, "default") {
        Some(path) => syn::parse_str::<syn::ExprPath>(&path).ok()?,
        None => parse_quote! { ::std::default::Default::default },
    };
    let reader = format_ident!("{}", if is_many(&field.ty) { "many_or" } else { "value_or" });
    let path = format!("{owner}::{method}");
    field.attrs.push(parse_quote! { #[serde(deserialize_with = #path)] });
    let ty = &field.ty;
    Some(parse_quote! {
        impl #owner {
            fn #method<'de, D>(deserializer: D) -> ::std::result::Result<#ty, D::Error>
            where
                D: ::serde::Deserializer<'de>,
            {
                crate::lenient::#reader(deserializer, #default)
            }
        }
    })
}

/// How the field of an answer is read.
fn read(field: &mut Field, around: &BTreeSet<String>) {
    let is_missing = attributes::has_serde(&field.attrs, "skip_serializing_if");
    let option = argument(&field.ty, "Option");
    let (reader, may_be_missing) = if attributes::has_serde(&field.attrs, "flatten") {
        ("rest", false)
    } else if may_be_null(field) {
        ("present", true)
    } else if is_many(option.unwrap_or(&field.ty)) {
        ("many", field.ident.is_some())
    } else if has_integer(&field.ty, around) {
        ("value", is_missing)
    } else if option.is_none() && field.ident.is_some() {
        ("value", false)
    } else {
        return;
    };
    // One that must be there and may be null has a reader of the generator's.
    attributes::remove_serde(&mut field.attrs, "deserialize_with");
    let reader = format!("crate::lenient::{reader}");
    let has_default = attributes::has_serde(&field.attrs, "default");
    field.attrs.push(if may_be_missing && !has_default {
        parse_quote! { #[serde(default, deserialize_with = #reader)] }
    } else {
        parse_quote! { #[serde(deserialize_with = #reader)] }
    });
}

/// A list that may be missing from an answer is still required in the schema that is derived.
fn keep_required(item: &mut ItemStruct) {
    let is_required = |field: &&Field| {
        field.ident.is_some()
            && !["default", "skip_serializing_if", "flatten"]
                .iter()
                .any(|name| attributes::has_serde(&field.attrs, name))
    };
    let required: Vec<&Field> = item.fields.iter().filter(is_required).collect();
    if required.iter().any(|field| is_many(&field.ty)) {
        let names = required.iter().filter_map(|field| {
            let name = attributes::serde_value(&field.attrs, "rename");
            name.or_else(|| field.ident.as_ref().map(|ident| ident.unraw().to_string()))
        });
        let keep: Attribute = parse_quote! {
            #[cfg_attr(feature = "schemars", schemars(extend("required" = [#(#names),*])))]
        };
        item.attrs.push(keep);
    }
}

/// A list or a map.
pub(super) fn is_many(ty: &Type) -> bool {
    let Type::Path(path) = ty else { return false };
    // A type of the document may be called like one of these, and has no arguments.
    path.path.segments.last().is_some_and(|last| {
        !last.arguments.is_empty() && ["Vec", "HashMap", "Map"].iter().any(|many| last.ident == many)
    })
}

fn last(ty: &Type) -> Option<&Ident> {
    match ty {
        Type::Path(path) => path.path.segments.last().map(|last| &last.ident),
        _ => None,
    }
}

/// `T` of `name<T>`.
pub(super) fn argument<'a>(ty: &'a Type, name: &str) -> Option<&'a Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == name)?;
    match &last.arguments {
        PathArguments::AngleBracketed(arguments) => match arguments.args.first()? {
            GenericArgument::Type(ty) => Some(ty),
            _ => None,
        },
        _ => None,
    }
}

/// Gives the builders the types of the fields: `Result<T, String>` and `T: TryInto<T>`.
fn in_builders(items: &mut [Item], optional: &Optional) {
    for item in items {
        match item {
            Item::Struct(item) => {
                let name = item.ident.to_string();
                for field in &mut item.fields {
                    if field.ident.clone().is_some_and(|field| optional.contains(&(name.clone(), field))) {
                        Wrap("Result").visit_type_mut(&mut field.ty);
                    }
                }
            }
            Item::Impl(block) if block.trait_.is_none() => {
                let Some(name) = self_type(block) else { continue };
                for item in &mut block.items {
                    if let syn::ImplItem::Fn(method) = item
                        && optional.contains(&(name.clone(), method.sig.ident.clone()))
                    {
                        Wrap("TryInto").visit_generics_mut(&mut method.sig.generics);
                    }
                }
            }
            _ => (),
        }
    }
}

/// Puts an `Option` around the first argument of a type or a trait.
struct Wrap(&'static str);

impl VisitMut for Wrap {
    fn visit_path_segment_mut(&mut self, node: &mut syn::PathSegment) {
        if node.ident == self.0
            && let PathArguments::AngleBracketed(arguments) = &mut node.arguments
            && let Some(GenericArgument::Type(ty)) = arguments.args.first_mut()
        {
            *ty = parse_quote! { ::std::option::Option<#ty> };
        } else {
            syn::visit_mut::visit_path_segment_mut(self, node);
        }
    }
}
