//! Whether all that has a name has one of its own: of two that are called the same, neither compiles.
//!
//! Names are told apart before the generator runs. If it makes two of one kind all the same, the run
//! says which, so that the operations that need them can be left out by name.

use std::collections::HashSet;
use std::hash::Hash;

use anyhow::{Result, bail};
use proc_macro2::Ident;
use quote::ToTokens;
use syn::{Fields, File, FnArg, ImplItem, Item, ItemImpl, Pat, Path, Signature, Type};

/// Fails with the name of the first item, method, field or variant that there are two of.
pub(super) fn check(file: &File) -> Result<()> {
    module("the client", &file.items)
}

fn module(name: &str, items: &[Item]) -> Result<()> {
    let mut types = Names::new("types", name);
    let mut functions = Names::new("functions", name);
    let mut implementations = Names::new("implementations", name);
    let mut methods = Names::new("methods", name);
    for item in items {
        match item {
            Item::Struct(item) => {
                types.add(&item.ident)?;
                fields(&item.ident.to_string(), &item.fields)?;
            }
            Item::Enum(item) => {
                types.add(&item.ident)?;
                let owner = item.ident.to_string();
                let mut variants = Names::new("variants", &owner);
                for variant in &item.variants {
                    variants.add(&variant.ident)?;
                    fields(&format!("{owner}::{}", variant.ident), &variant.fields)?;
                }
            }
            Item::Fn(item) => {
                functions.add(&item.sig.ident)?;
                arguments(&item.sig)?;
            }
            Item::Impl(block) => implementation(block, &mut implementations, &mut methods)?,
            Item::Mod(item) => {
                types.add(&item.ident)?;
                let items = item.content.as_ref().map(|(_, items)| items.as_slice()).unwrap_or_default();
                module(&item.ident.to_string(), items)?;
            }
            _ => (),
        }
    }
    Ok(())
}

/// A block that implements a trait, by the trait and the type.
type Implementations<'a> = Names<'a, (&'a Path, &'a Type)>;
/// Methods that are no trait's, by type and name.
type Methods<'a> = Names<'a, (&'a Type, &'a Ident)>;

fn implementation<'a>(
    block: &'a ItemImpl,
    all: &mut Implementations<'a>,
    methods: &mut Methods<'a>,
) -> Result<()> {
    let of = &*block.self_ty;
    if let Some((name, _)) = &block.trait_ {
        all.add_as((name, of), || format!("{} for {}", text(name), text(of)))?;
    }
    for item in &block.items {
        if let ImplItem::Fn(method) = item {
            if block.trait_.is_none() {
                let name = &method.sig.ident;
                methods.add_as((of, name), || format!("{}::{name}", text(of)))?;
            }
            arguments(&method.sig)?;
        }
    }
    Ok(())
}

fn fields(owner: &str, fields: &Fields) -> Result<()> {
    let mut names = Names::new("fields", owner);
    fields.iter().filter_map(|field| field.ident.as_ref()).try_for_each(|name| names.add(name))
}

fn arguments(signature: &Signature) -> Result<()> {
    let owner = signature.ident.to_string();
    let mut names = Names::new("arguments", &owner);
    for input in &signature.inputs {
        if let FnArg::Typed(argument) = input
            && let Pat::Ident(name) = &*argument.pat
        {
            names.add(&name.ident)?;
        }
    }
    Ok(())
}

/// What must be distinct, each by what makes it so.
struct Names<'a, K = &'a Ident> {
    kind: &'static str,
    owner: &'a str,
    names: HashSet<K>,
}

impl<'a> Names<'a> {
    fn add(&mut self, name: &'a Ident) -> Result<()> {
        self.add_as(name, || name.to_string())
    }
}

impl<'a, K: Hash + Eq> Names<'a, K> {
    fn new(kind: &'static str, owner: &'a str) -> Self {
        Self { kind, owner, names: HashSet::new() }
    }

    fn add_as(&mut self, key: K, name: impl FnOnce() -> String) -> Result<()> {
        if self.names.insert(key) {
            return Ok(());
        }
        let Self { kind, owner, .. } = self;
        bail!("two {kind} of `{owner}` would be called `{}`", name())
    }
}

/// Code without spaces.
fn text(code: &impl ToTokens) -> String {
    code.to_token_stream().to_string().replace(' ', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(code: &str) -> String {
        match check(&syn::parse_file(code).unwrap()) {
            Ok(()) => String::new(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn what_there_are_two_of_is_named() {
        for (code, expected) in [
            ("mod types { struct A; enum A {} }", "two types of `types` would be called `A`"),
            ("mod types { struct A { b: u8, b: u8 } }", "two fields of `A` would be called `b`"),
            ("mod types { enum A { B, B } }", "two variants of `A` would be called `B`"),
            ("enum A { B { c: u8, c: u8 } }", "two fields of `A::B` would be called `c`"),
            ("mod defaults { fn a() {} fn a() {} }", "two functions of `defaults` would be called `a`"),
            (
                "struct A; impl A { fn b() {} } impl A { fn b() {} }",
                "two methods of `the client` would be called `A::b`",
            ),
            (
                "impl From<u8> for A {} impl From<u8> for A {}",
                "two implementations of `the client` would be called `From<u8> for A`",
            ),
            ("impl A { fn b(c: u8, c: u8) {} }", "two arguments of `b` would be called `c`"),
        ] {
            assert_eq!(said(code), expected, "{code}");
        }
    }

    #[test]
    fn what_may_have_one_name_has() {
        let code = "struct A { a: u8 } fn a() {} mod a { struct A; }
            impl A { fn a(a: u8) {} } impl From<u8> for A { fn from(a: u8) {} }
            impl From<u16> for A { fn from(a: u16) {} } impl B { fn a() {} }";
        assert_eq!(said(code), "");
    }
}
