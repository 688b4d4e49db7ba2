//! Documentation of the types, of their fields and of their builders.

use std::collections::BTreeMap;

use anyhow::Result;
use syn::{
    Expr, File, GenericArgument, Ident, ImplItem, Item, ItemImpl, Member, PathArguments, Stmt, Type,
    Visibility, parse_quote,
};

use super::{deprecate_setter, document, methods, structure};
use crate::deprecation::{self, deprecate};
use crate::polish::attributes::{doc, set_doc};
use crate::polish::{enums, module, self_type};

/// Documents the types of the client.
pub(super) fn polish(file: &mut File) -> Result<()> {
    let fields = types(module(file, &["types"])?);
    // A document without objects has no builders of types.
    if let Ok(items) = module(file, &["types", "builder"]) {
        type_builders(items, &fields);
    }
    if fields.values().flat_map(BTreeMap::values).any(|field| field.is_deprecated) {
        use_what_is_deprecated(file);
    }
    Ok(())
}

/// What is said of a field, and of its setter.
#[derive(Debug)]
struct Field {
    text: String,
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
        let text = if words.is_empty() { structure::of_field(field) } else { words };
        if field.ident.is_some() {
            set_doc(&mut field.attrs, &text);
        }
        Self { text, is_deprecated }
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
                if !words.contains_key(&item.ident.to_string()) {
                    let words = structure::of_struct(item);
                    set_doc(&mut item.attrs, &words);
                }
                let of = fields.entry(item.ident.to_string()).or_default();
                for field in &mut item.fields {
                    if let (Visibility::Public(_), Some(name)) = (&field.vis, &field.ident) {
                        of.insert(name.to_string(), Field::document(field, &words));
                    }
                }
            }
            Item::Enum(item) => {
                let values = enums::string_variants(item);
                if !words.contains_key(&item.ident.to_string()) {
                    let words = structure::of_enum(item, &values);
                    set_doc(&mut item.attrs, &words);
                }
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
                    let Some(field) = of.and_then(|fields| fields.get(&name)) else {
                        set_doc(&mut method.attrs, &format!("Sets `{name}`."));
                        continue;
                    };
                    set_doc(&mut method.attrs, &field.text);
                    if field.is_deprecated {
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
