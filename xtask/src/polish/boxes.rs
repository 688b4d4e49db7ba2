//! Recursive types with an optional property: `Option<Box<T>>`.
//!
//! For some of them the generator writes `Box<Option<T>>`, and then sends null for a missing value.

use anyhow::Result;
use syn::visit_mut::{VisitMut, visit_type_mut};
use syn::{Field, File, GenericArgument, PathArguments, Type, parse_quote};

use super::{attributes, module};

pub(super) fn open(file: &mut File) -> Result<()> {
    for item in module(file, &["types"])? {
        Boxes.visit_item_mut(item);
    }
    Ok(())
}

struct Boxes;

impl VisitMut for Boxes {
    fn visit_field_mut(&mut self, node: &mut Field) {
        if boxed_option(&node.ty).is_some() && attributes::has_serde(&node.attrs, "default") {
            attributes::remove_serde(&mut node.attrs, "default");
            node.attrs
                .push(parse_quote! { #[serde(skip_serializing_if = "::std::option::Option::is_none")] });
        }
        syn::visit_mut::visit_field_mut(self, node);
    }

    fn visit_type_mut(&mut self, node: &mut Type) {
        if let Some(inner) = boxed_option(node) {
            *node = parse_quote! { ::std::option::Option<::std::boxed::Box<#inner>> };
        }
        visit_type_mut(self, node);
    }
}

/// `T` of `Box<Option<T>>`.
fn boxed_option(ty: &Type) -> Option<Type> {
    argument(&argument(ty, "Box")?, "Option")
}

fn argument(ty: &Type, name: &str) -> Option<Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == name)?;
    match &last.arguments {
        PathArguments::AngleBracketed(arguments) => match arguments.args.first()? {
            GenericArgument::Type(ty) => Some(ty.clone()),
            _ => None,
        },
        _ => None,
    }
}
