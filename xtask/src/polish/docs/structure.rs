//! A plain sentence for what the document says nothing of, from what it is made of.

use proc_macro2::Ident;
use syn::{Field, Fields, GenericArgument, ItemEnum, ItemStruct, PathArguments, Type};

use crate::polish::attributes::{has_serde, serde_value};

/// How many names a sentence has; the rest are counted.
const SHOWN: usize = 4;

/// What an object or a value with a name of its own is.
pub(super) fn of_struct(item: &ItemStruct) -> String {
    match &item.fields {
        Fields::Named(fields) => {
            let names: Vec<String> =
                fields.named.iter().filter(|field| !has_serde(&field.attrs, "flatten")).map(wire).collect();
            if names.is_empty() {
                "An object.".to_owned()
            } else {
                format!("An object with {}.", listed(&names, "and"))
            }
        }
        fields => match fields.iter().next() {
            Some(field) => format!("A value: {}.", kind(&field.ty)),
            None => "A value.".to_owned(),
        },
    }
}

/// What a list of values, or a choice of types, is.
pub(super) fn of_enum(item: &ItemEnum, values: &[(Ident, String)]) -> String {
    let names: Vec<String> = if values.is_empty() {
        let held = item.variants.iter().map(|variant| {
            variant
                .fields
                .iter()
                .next()
                .map_or_else(|| format!("`{}`", variant.ident), |field| kind(&field.ty))
        });
        held.collect()
    } else {
        // What keeps other values is none of the list.
        let listed = item.variants.iter().zip(values);
        let listed = listed.filter(|(variant, _)| !has_serde(&variant.attrs, "untagged"));
        listed.map(|(_, (_, value))| format!("`{value}`")).collect()
    };
    format!("One of {}.", listed(&names, "or"))
}

/// What a field is.
pub(super) fn of_field(field: &Field) -> String {
    if has_serde(&field.attrs, "flatten") {
        return format!("All members that have no field of their own: {}.", kind(&field.ty));
    }
    format!("The member {}: {}.", wire(field), kind(&field.ty))
}

/// What a parameter or a body is.
pub(super) fn of_parameter(place: &str, ty: &Type) -> String {
    format!("The {place}: {}.", kind(ty))
}

/// The name on the wire.
fn wire(field: &Field) -> String {
    let own = field.ident.as_ref().map(|name| name.to_string().trim_start_matches("r#").to_owned());
    format!("`{}`", serde_value(&field.attrs, "rename").or(own).unwrap_or_default())
}

fn listed(names: &[String], last: &str) -> String {
    let (shown, more) = names.split_at_checked(SHOWN).unwrap_or((names, &[]));
    match (shown, more.len()) {
        ([first @ .., one, end], 0) => {
            let first: String = first.iter().map(|name| format!("{name}, ")).collect();
            format!("{first}{one} {last} {end}")
        }
        (shown, 0) => shown.concat(),
        (shown, more) => format!("{} {last} {more} more", shown.join(", ")),
    }
}

/// What a type holds, in words.
fn kind(ty: &Type) -> String {
    let Type::Path(path) = ty else { return "a value".to_owned() };
    let Some(last) = path.path.segments.last() else { return "a value".to_owned() };
    let inner: Vec<&Type> = match &last.arguments {
        PathArguments::AngleBracketed(list) => {
            let types = list.args.iter().filter_map(|argument| match argument {
                GenericArgument::Type(ty) => Some(ty),
                _ => None,
            });
            types.collect()
        }
        _ => Vec::new(),
    };
    match (last.ident.to_string().as_str(), inner.as_slice()) {
        ("Option", [inner]) => format!("{}, which may be missing", kind(inner)),
        ("Box", [inner]) => kind(inner),
        ("Vec", [inner]) => format!("a list, of which each item is {}", kind(inner)),
        ("HashMap" | "BTreeMap", [_, inner]) => {
            format!("an object of any names, of which each value is {}", kind(inner))
        }
        ("Map", _) => "an object of any names".to_owned(),
        ("Value", _) => "any JSON".to_owned(),
        ("String", _) => "a text".to_owned(),
        ("bool", _) => "a truth value".to_owned(),
        ("f32" | "f64", _) => "a number".to_owned(),
        (name, _)
            if name.starts_with(['i', 'u']) && name.trim_start_matches(['i', 'u']).parse::<u8>().is_ok() =>
        {
            "a whole number".to_owned()
        }
        (name, _) => format!("`{name}`"),
    }
}
