//! Unions are read by what their branches say, see `union` in the generated crate.
//!
//! The generator tries the branches in turn, and takes the first that can be read: for a value with members that
//! it does not know, that is the wrong one without a word. Here every union gets what tells its branches apart as
//! data, in a module `shapes`, and in answers one more variant for what is of no branch. Of what is only sent, that
//! is an error, unless a value may be of several branches at once.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_json::{Map, Value};
use syn::{Fields, File, Ident, Item, ItemEnum, ItemImpl, parse_quote};

use super::unions::{Union, name_variants};
use super::{attributes, module, self_type, unexpected};
use crate::legalize::marks::unmarked;
use crate::legalize::rust;
use crate::legalize::unions::{Step, Tags, UNION, UNKNOWN, tags};

pub(super) fn read(file: &mut File, document: &Value, answered: &BTreeSet<String>) -> Result<()> {
    let unions = unions(document);
    if unions.is_empty() {
        return Ok(());
    }
    let named =
        unions.iter().map(|(name, schema)| (name.clone(), Union::of_names(variants(schema)))).collect();
    name_variants(file, &named)?;
    let mut shapes = Shapes { document, made: BTreeMap::new(), open: Vec::new() };
    let mut tables: Vec<Item> = Vec::new();
    let mut unknowns: BTreeMap<String, Option<Ident>> = BTreeMap::new();
    let items = module(file, &["types"])?;
    let mut polished = Vec::with_capacity(items.len());
    for mut item in std::mem::take(items) {
        let mut added = Vec::new();
        if let Item::Enum(union) = &mut item
            && let name = union.ident.to_string()
            && let Some(schema) = unions.get(&name)
        {
            if !is_tried(union) {
                return Err(unexpected(&format!("an enum `{name}` whose variants are not of one type each")));
            }
            tables.push(shapes.table(&name, schema));
            added = readers(union);
            let is_together = schema.get(UNION).is_some_and(|union| union.get("together").is_some());
            let unknown = if answered.contains(&name) {
                union.attrs.push(parse_quote! { #[non_exhaustive] });
                Some(with_unknown(
                    union,
                    "A value of a kind that the document does not list, as the server sent it.",
                ))
            } else if is_together {
                Some(with_unknown(union, "A value of several branches at once."))
            } else {
                None
            };
            added.push(deserialize(&union.ident, unknown.as_ref()));
            unknowns.insert(name, unknown);
        }
        if let Item::Impl(block) = &mut item
            && let Some(unknown) = self_type(block).and_then(|name| unknowns.get(&name))
        {
            convert(block, unknown.as_ref());
        }
        polished.push(item);
        polished.append(&mut added);
    }
    *items = polished;
    if !tables.is_empty() {
        let shapes = shapes.all();
        items.push(parse_quote! {
            #[allow(non_upper_case_globals, unused_imports, reason = "the names are those of the types, and not every union needs all")]
            mod unions {
                use super::shapes;
                use crate::union::{Listed, Member, Object, Others, Shape, Step, Tag, Union};
                #(#tables)*
            }
        });
        items.push(parse_quote! {
            #[allow(non_upper_case_globals, unused_imports, reason = "the names are those of the types, and not every union needs all")]
            mod shapes {
                use super::shapes;
                use crate::union::{Listed, Member, Object, Others, Shape};
                #(#shapes)*
            }
        });
    }
    Ok(())
}

/// The unions of a legalized document, by the names of their types.
pub(super) fn unions(document: &Value) -> BTreeMap<String, &Map<String, Value>> {
    let schemas = document.pointer("/components/schemas").and_then(Value::as_object);
    let unions = schemas.into_iter().flatten().filter_map(|(name, schema)| {
        let schema = schema.as_object().filter(|schema| schema.contains_key(UNION))?;
        Some((rust::type_name(name), schema))
    });
    unions.collect()
}

fn variants(schema: &Map<String, Value>) -> Vec<String> {
    let names = schema.get(UNION).and_then(|union| union.get("names")?.as_array()).into_iter().flatten();
    names.filter_map(|name| name.as_str().map(str::to_owned)).collect()
}

fn is_tried(item: &ItemEnum) -> bool {
    attributes::has_serde(&item.attrs, "untagged")
        && item
            .variants
            .iter()
            .all(|variant| matches!(&variant.fields, Fields::Unnamed(fields) if fields.unnamed.len() == 1))
}

/// What reads each branch of a union, in place of what the generator derives.
fn readers(item: &mut ItemEnum) -> Vec<Item> {
    attributes::remove_derive(&mut item.attrs, "Deserialize");
    let name = &item.ident;
    let last = item.variants.len().saturating_sub(1);
    let arms = item.variants.iter().enumerate().map(|(number, variant)| {
        let variant = &variant.ident;
        let pattern = if number == last {
            quote! { _ }
        } else {
            quote! { #number }
        };
        quote! { #pattern => ::serde::Deserialize::deserialize(value).map(Self::#variant), }
    });
    vec![parse_quote! {
        impl #name {
            fn of_branch(branch: usize, value: &::serde_json::Value) -> ::serde_json::Result<Self> {
                match branch { #(#arms)* }
            }
        }
    }]
}

fn deserialize(name: &Ident, unknown: Option<&Ident>) -> Item {
    let unknown = match unknown {
        Some(unknown) => quote! { ::std::option::Option::Some(Self::#unknown) },
        None => quote! { ::std::option::Option::None },
    };
    parse_quote! {
        impl<'de> ::serde::Deserialize<'de> for #name {
            fn deserialize<D>(deserializer: D) -> ::std::result::Result<Self, D::Error>
            where
                D: ::serde::Deserializer<'de>,
            {
                crate::union::read(deserializer, &unions::#name, Self::of_branch, #unknown)
            }
        }
    }
}

/// Adds the variant for what is of no branch alone.
fn with_unknown(item: &mut ItemEnum, doc: &str) -> Ident {
    let mut unknown = format_ident!("{UNKNOWN}");
    while item.variants.iter().any(|variant| variant.ident == unknown) {
        unknown = format_ident!("{unknown}Value");
    }
    item.variants.push(parse_quote! {
        #[doc = #doc]
        #unknown(::serde_json::Value)
    });
    unknown
}

/// Writes the generated conversions between a union and text anew: they would take the first branch that can be
/// made of a text, and know nothing of the variant that was added.
fn convert(block: &mut ItemImpl, unknown: Option<&Ident>) {
    let Some((of, _)) = &block.trait_ else { return };
    let Some(last) = of.segments.last() else { return };
    let name = &block.self_ty;
    let from_text = quote! { crate::union::from_text(value, &unions::#name, Self::of_branch) };
    match (last.ident.to_string().as_str(), &last.arguments, unknown) {
        ("FromStr", _, None) => {
            *block = parse_quote! {
                impl ::std::str::FromStr for #name {
                    type Err = self::error::ConversionError;
                    fn from_str(value: &str) -> ::std::result::Result<Self, self::error::ConversionError> {
                        #from_text.ok_or_else(|| "the text is of none of the branches of the union".into())
                    }
                }
            };
        }
        ("FromStr", _, Some(unknown)) => {
            *block = parse_quote! {
                impl ::std::str::FromStr for #name {
                    type Err = ::std::convert::Infallible;
                    fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
                        Ok(#from_text.unwrap_or_else(|| Self::#unknown(value.into())))
                    }
                }
            };
        }
        ("Display", _, Some(_)) => {
            *block = parse_quote! {
                impl ::std::fmt::Display for #name {
                    fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                        f.write_str(&crate::union::to_text(self))
                    }
                }
            };
        }
        ("TryFrom", syn::PathArguments::AngleBracketed(arguments), Some(_)) => {
            let text = &arguments.args;
            if !quote!(#text).to_string().to_lowercase().contains("str") {
                return;
            }
            *block = parse_quote! {
                impl ::std::convert::TryFrom<#text> for #name {
                    type Error = ::std::convert::Infallible;
                    fn try_from(value: #text) -> ::std::result::Result<Self, Self::Error> {
                        value.parse()
                    }
                }
            };
        }
        _ => (),
    }
}

/// What schemas say, as data.
struct Shapes<'a> {
    document: &'a Value,
    /// What components say, by the names of their types.
    made: BTreeMap<String, TokenStream>,
    /// Components that are used and not made yet.
    open: Vec<&'a str>,
}

impl<'a> Shapes<'a> {
    /// What tells the branches of a union apart.
    fn table(&mut self, name: &str, schema: &'a Map<String, Value>) -> Item {
        let branches = schema.get("oneOf").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let union = schema.get(UNION);
        let property = union.and_then(|union| union.get("property")?.as_str());
        let property = property.map(|property| vec![Step::Member(property.to_owned())]);
        let mut of_branches: Vec<Tags> = branches.iter().map(|branch| tags(self.document, branch)).collect();
        let stated = union.and_then(|union| union.get("values")?.as_array()).into_iter().flatten();
        for (tags, values) in of_branches.iter_mut().zip(stated) {
            let values = values.as_array().map(Vec::as_slice).unwrap_or_default();
            if let (Some(property), false) = (&property, values.is_empty()) {
                tags.entry(property.clone()).or_default().extend(values.iter().cloned());
            }
        }
        let paths: BTreeSet<&Vec<Step>> = of_branches.iter().flat_map(BTreeMap::keys).collect();
        let mut telling: Vec<(bool, usize, usize, &Vec<Step>)> = paths
            .into_iter()
            .map(|path| (property.as_ref() != Some(path), told_apart(&of_branches, path), path.len(), path))
            .filter(|(_, pairs, _, _)| *pairs > 0)
            .map(|(is_other, pairs, length, path)| (is_other, usize::MAX - pairs, length, path))
            .collect();
        telling.sort();
        let tags = telling.iter().map(|(_, _, _, path)| {
            let steps = path.iter().map(|step| match step {
                Step::Member(name) => quote! { Step::Member(#name) },
                Step::Items => quote! { Step::Items },
            });
            let values = of_branches.iter().map(|tags| match tags.get(*path) {
                Some(values) => {
                    let values = listed(values);
                    quote! { Some(&[#(#values),*]) }
                }
                None => quote! { None },
            });
            quote! { Tag { path: &[#(#steps),*], values: &[#(#values),*] } }
        });
        let tags: Vec<TokenStream> = tags.collect();
        let branches = branches.iter().map(|branch| self.reference(branch)).collect::<Vec<_>>();
        let name = format_ident!("{name}");
        parse_quote! {
            pub(super) static #name: Union = Union { tags: &[#(#tags),*], branches: &[#(#branches),*] };
        }
    }

    /// What all components say that are used.
    fn all(mut self) -> Vec<Item> {
        while let Some(component) = self.open.pop() {
            let name = rust::type_name(component);
            if !self.made.contains_key(&name) {
                // A component may have itself inside.
                self.made.insert(name.clone(), TokenStream::new());
                let schemas = self.document.pointer("/components/schemas");
                let shape =
                    schemas.and_then(|schemas| schemas.get(component)).map(|schema| self.shape(schema));
                self.made.insert(name, shape.unwrap_or_else(|| quote! { Shape::Any }));
            }
        }
        let made = self.made.into_iter().map(|(name, shape)| {
            let name = format_ident!("{name}");
            parse_quote! { pub(super) static #name: Shape = #shape; }
        });
        made.collect()
    }

    /// A reference to what a schema says.
    fn reference(&mut self, schema: &'a Value) -> TokenStream {
        let name =
            schema.get("$ref").and_then(Value::as_str).and_then(|reference| reference.rsplit('/').next());
        match name {
            Some(component) => {
                self.open.push(component);
                let name = format_ident!("{}", rust::type_name(component));
                quote! { &shapes::#name }
            }
            None => {
                let shape = self.shape(schema);
                quote! { &#shape }
            }
        }
    }

    fn shape(&mut self, schema: &'a Value) -> TokenStream {
        let Some(members) = schema.as_object() else { return quote! { Shape::Any } };
        if members.contains_key("$ref") {
            let reference = self.reference(schema);
            return quote! { Shape::AllOf(&[#reference]) };
        }
        let mut parts: Vec<TokenStream> = Vec::new();
        parts.extend(self.plain(members).map(|shape| quote! { &#shape }));
        let list = |keyword: &str| members.get(keyword).and_then(Value::as_array).into_iter().flatten();
        for part in list("allOf") {
            parts.push(self.reference(part));
        }
        for keyword in ["oneOf", "anyOf"] {
            let branches: Vec<TokenStream> = list(keyword).map(|branch| self.reference(branch)).collect();
            if !branches.is_empty() {
                parts.push(quote! { &Shape::AnyOf(&[#(#branches),*]) });
            }
        }
        let shape = match parts.as_slice() {
            [] => return quote! { Shape::Any },
            all => quote! { Shape::AllOf(&[#(#all),*]) },
        };
        if members.get("nullable") == Some(&Value::Bool(true)) {
            quote! { Shape::Nullable(&#shape) }
        } else {
            shape
        }
    }

    /// What a schema says by itself.
    fn plain(&mut self, members: &'a Map<String, Value>) -> Option<TokenStream> {
        if let Some(values) = members.get("enum").and_then(Value::as_array) {
            let values = listed(values);
            return Some(quote! { Shape::Listed(&[#(#values),*]) });
        }
        let says = |keywords: &[&str]| keywords.iter().any(|keyword| members.contains_key(*keyword));
        Some(match members.get("type").and_then(Value::as_str) {
            Some("string") => quote! { Shape::Text },
            Some("boolean") => quote! { Shape::Boolean },
            Some("number") => quote! { Shape::Number },
            Some("integer") => {
                let (least, most) = members
                    .get("format")
                    .and_then(Value::as_str)
                    .map_or((i128::from(i64::MIN), i128::from(i64::MAX)), integers);
                quote! { Shape::Integer(#least, #most) }
            }
            Some("array") => {
                let items = members
                    .get("items")
                    .map_or_else(|| quote! { &Shape::Any }, |items| self.reference(items));
                quote! { Shape::List(#items) }
            }
            Some("object") => self.object(members),
            _ if says(&["properties", "required", "additionalProperties"]) => self.object(members),
            _ => return None,
        })
    }

    fn object(&mut self, schema: &'a Map<String, Value>) -> TokenStream {
        let properties: Vec<(&String, &Value)> =
            schema.get("properties").and_then(Value::as_object).into_iter().flatten().collect();
        let required: BTreeSet<&str> = schema
            .get("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let mut members: Vec<TokenStream> = Vec::new();
        for (name, property) in &properties {
            let shape = self.reference(property);
            let is_required = required.contains(name.as_str());
            let name = unmarked(name);
            members.push(quote! { Member { name: #name, required: #is_required, shape: #shape } });
        }
        for name in required.iter().filter(|name| !properties.iter().any(|(known, _)| known == *name)) {
            let name = unmarked(name);
            members.push(quote! { Member { name: #name, required: true, shape: &Shape::Any } });
        }
        let others = match schema.get("additionalProperties") {
            Some(Value::Bool(false)) => quote! { Others::Closed },
            Some(others @ Value::Object(_)) => {
                let shape = self.reference(others);
                quote! { Others::Kept(#shape) }
            }
            // A map.
            _ if members.is_empty() => quote! { Others::Kept(&Shape::Any) },
            _ => quote! { Others::Open },
        };
        quote! { Shape::Object(&Object { members: &[#(#members),*], others: #others }) }
    }
}

/// The integers that Rust reads of a format.
fn integers(format: &str) -> (i128, i128) {
    match format {
        "int8" => (i8::MIN.into(), i8::MAX.into()),
        "int16" => (i16::MIN.into(), i16::MAX.into()),
        "int32" | "int" => (i32::MIN.into(), i32::MAX.into()),
        "uint8" => (0, u8::MAX.into()),
        "uint16" => (0, u16::MAX.into()),
        "uint32" | "uint" => (0, u32::MAX.into()),
        "uint64" => (0, u64::MAX.into()),
        _ => (i64::MIN.into(), i64::MAX.into()),
    }
}

/// How many pairs of branches have no value in common at a path.
fn told_apart(of_branches: &[Tags], path: &Vec<Step>) -> usize {
    let lists: Vec<&Vec<Value>> = of_branches.iter().filter_map(|tags| tags.get(path)).collect();
    let pairs =
        lists.iter().enumerate().flat_map(|(index, a)| lists.iter().skip(index + 1).map(move |b| (a, b)));
    pairs.filter(|(a, b)| !a.iter().any(|value| b.contains(value))).count()
}

fn listed(values: &[Value]) -> Vec<TokenStream> {
    let values = values.iter().filter_map(|value| match value {
        Value::String(text) => {
            let text = unmarked(text);
            Some(quote! { Listed::Text(#text) })
        }
        Value::Bool(boolean) => Some(quote! { Listed::Boolean(#boolean) }),
        Value::Number(number) => {
            let number = number.as_f64()?;
            Some(quote! { Listed::Number(#number) })
        }
        _ => None,
    });
    values.collect()
}
