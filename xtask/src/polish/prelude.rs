//! Types and operations that are called like something of Rust's prelude, such as `Result`.
//!
//! Each keeps its name. Generated code that uses the prelude in the same module says so in full, where it would
//! otherwise mean the document's.

use std::collections::BTreeSet;

use anyhow::Result;
use syn::punctuated::Punctuated;
use syn::visit_mut::{
    VisitMut, visit_expr_path_mut, visit_macro_mut, visit_pat_mut, visit_trait_bound_mut, visit_type_path_mut,
};
use syn::{
    Expr, ExprPath, File, Item, ItemImpl, Macro, Pat, Path, PathArguments, Token, TraitBound, TypePath,
    parse_quote,
};

/// What the prelude has, in full: types and values, then traits.
const PRELUDE: [(&str, &str); 37] = [
    ("Box", "::std::boxed::Box"),
    ("Err", "::std::result::Result::Err"),
    ("None", "::std::option::Option::None"),
    ("Ok", "::std::result::Result::Ok"),
    ("Option", "::std::option::Option"),
    ("Result", "::std::result::Result"),
    ("Some", "::std::option::Option::Some"),
    ("String", "::std::string::String"),
    ("Vec", "::std::vec::Vec"),
    ("AsMut", "::std::convert::AsMut"),
    ("AsRef", "::std::convert::AsRef"),
    ("Clone", "::std::clone::Clone"),
    ("Copy", "::std::marker::Copy"),
    ("Default", "::std::default::Default"),
    ("DoubleEndedIterator", "::std::iter::DoubleEndedIterator"),
    ("Drop", "::std::ops::Drop"),
    ("Eq", "::std::cmp::Eq"),
    ("ExactSizeIterator", "::std::iter::ExactSizeIterator"),
    ("Extend", "::std::iter::Extend"),
    ("Fn", "::std::ops::Fn"),
    ("FnMut", "::std::ops::FnMut"),
    ("FnOnce", "::std::ops::FnOnce"),
    ("From", "::std::convert::From"),
    ("FromIterator", "::std::iter::FromIterator"),
    ("Future", "::std::future::Future"),
    ("Into", "::std::convert::Into"),
    ("IntoFuture", "::std::future::IntoFuture"),
    ("IntoIterator", "::std::iter::IntoIterator"),
    ("Iterator", "::std::iter::Iterator"),
    ("Ord", "::std::cmp::Ord"),
    ("PartialEq", "::std::cmp::PartialEq"),
    ("PartialOrd", "::std::cmp::PartialOrd"),
    ("Send", "::std::marker::Send"),
    ("Sync", "::std::marker::Sync"),
    ("ToString", "::std::string::ToString"),
    ("TryFrom", "::std::convert::TryFrom"),
    ("TryInto", "::std::convert::TryInto"),
];

/// Writes in full what the modules of types and builders use of the prelude and have another thing of that name for.
pub(super) fn say_in_full(file: &mut File) -> Result<()> {
    for item in &mut file.items {
        if let Item::Mod(module) = item
            && let Some((_, items)) = &mut module.content
        {
            // Types are called by their names among each other, builders by none.
            in_module(items, module.ident == "types");
        }
    }
    Ok(())
}

fn in_module(items: &mut [Item], of_types: bool) {
    let taken: BTreeSet<String> = items
        .iter()
        .filter_map(|item| match item {
            Item::Struct(item) => Some(item.ident.to_string()),
            Item::Enum(item) => Some(item.ident.to_string()),
            _ => None,
        })
        .filter(|name| in_full(name).is_some())
        .collect();
    for item in items {
        match item {
            Item::Mod(inner) => {
                if let Some((_, items)) = &mut inner.content {
                    in_module(items, of_types);
                }
            }
            _ if taken.is_empty() => {}
            item => InFull { taken: &taken, of_types }.visit_item_mut(item),
        }
    }
}

fn in_full(name: &str) -> Option<Path> {
    let (_, path) = PRELUDE.iter().find(|(short, _)| *short == name)?;
    syn::parse_str(path).ok()
}

struct InFull<'a> {
    taken: &'a BTreeSet<String>,
    of_types: bool,
}

impl InFull<'_> {
    /// Writes out the first segment, which keeps its arguments.
    fn write(&self, path: &mut Path) {
        let Some(first) = path.segments.first().filter(|_| path.leading_colon.is_none()) else { return };
        let name = first.ident.to_string();
        let Some(mut full) = in_full(&name).filter(|_| self.taken.contains(&name)) else { return };
        if let Some(last) = full.segments.last_mut() {
            last.arguments = first.arguments.clone();
        }
        full.segments.extend(path.segments.iter().skip(1).cloned());
        *path = full;
    }

    /// Whether a path to a value means the prelude: a constructor, or a function of a trait.
    fn is_of_prelude(path: &Path) -> bool {
        let Some(first) = path.segments.first() else { return false };
        let name = first.ident.to_string();
        match path.segments.len() {
            1 => ["Ok", "Err", "Some", "None"].contains(&name.as_str()),
            _ => PRELUDE.iter().skip_while(|(short, _)| *short != "AsMut").any(|(short, _)| *short == name),
        }
    }
}

impl VisitMut for InFull<'_> {
    /// What a block is for is never of the prelude.
    fn visit_item_impl_mut(&mut self, node: &mut ItemImpl) {
        if let Some((path, _)) = &mut node.trait_ {
            self.visit_path_mut(path);
            self.write(path);
        }
        self.visit_generics_mut(&mut node.generics);
        node.items.iter_mut().for_each(|item| self.visit_impl_item_mut(item));
    }

    fn visit_trait_bound_mut(&mut self, node: &mut TraitBound) {
        visit_trait_bound_mut(self, node);
        self.write(&mut node.path);
    }

    fn visit_type_path_mut(&mut self, node: &mut TypePath) {
        visit_type_path_mut(self, node);
        let has_arguments =
            node.path.segments.first().is_some_and(|first| first.arguments != PathArguments::None);
        // No type of a document has arguments.
        if node.qself.is_none() && node.path.segments.len() == 1 && (has_arguments || !self.of_types) {
            self.write(&mut node.path);
        }
    }

    fn visit_expr_path_mut(&mut self, node: &mut ExprPath) {
        visit_expr_path_mut(self, node);
        if node.qself.is_none() && Self::is_of_prelude(&node.path) {
            self.write(&mut node.path);
        }
    }

    fn visit_pat_mut(&mut self, node: &mut Pat) {
        visit_pat_mut(self, node);
        match node {
            Pat::TupleStruct(tuple) if Self::is_of_prelude(&tuple.path) => self.write(&mut tuple.path),
            Pat::Ident(ident) if ident.ident == "None" && self.taken.contains("None") => {
                *node = parse_quote!(::std::option::Option::None);
            }
            _ => {}
        }
    }

    fn visit_macro_mut(&mut self, node: &mut Macro) {
        visit_macro_mut(self, node);
        if let Ok(mut arguments) = node.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated) {
            arguments.iter_mut().for_each(|argument| self.visit_expr_mut(argument));
            node.tokens = quote::quote!(#arguments);
        }
    }
}

#[cfg(test)]
mod tests {
    use quote::ToTokens as _;

    use super::*;

    fn polished(code: &str) -> String {
        let mut file = syn::parse_file(code).unwrap();
        say_in_full(&mut file).unwrap();
        file.to_token_stream().to_string().replace(' ', "")
    }

    #[test]
    fn what_means_the_prelude_says_so_where_the_document_has_something_of_that_name() {
        for (taken, code, expected) in [
            ("Result", "fn f() -> Result<u8, u8> {}", "->::std::result::Result<u8,u8>"),
            ("Option", "struct A { a: Option<Option>, }", "a:::std::option::Option<Option>"),
            (
                "Ok",
                "fn f() { match x { Ok(_) => Ok(1) } }",
                "{::std::result::Result::Ok(_)=>::std::result::Result::Ok(1)}",
            ),
            (
                "None",
                "fn f() { match x { None => None } }",
                "{::std::option::Option::None=>::std::option::Option::None}",
            ),
            (
                "Default",
                "impl Default for Default { fn default() -> Self { g(Default::default()) } }",
                "impl::std::default::DefaultforDefault{fndefault()->Self{g(::std::default::Default::default())}}",
            ),
            ("Some", "fn f() { format!(\"{}\", x.map(Some)) }", "x.map(::std::option::Option::Some)"),
            ("Send", "fn f<T: Send>() {}", "T:::std::marker::Send"),
        ] {
            let text = polished(&format!("mod types {{ struct {taken} {{}} {code} }}"));
            assert!(text.contains(expected), "{text}");
            // Without such a type nothing changes.
            let text = polished(&format!("mod types {{ {code} }}"));
            assert_eq!(text, format!("modtypes{{{}}}", polished(code)));
        }
        let builders = "mod builder { struct String<C> { a: Result<String, String> } impl<C> String<C> { } }";
        let string = "::std::string::String";
        let expected =
            format!("modbuilder{{structString<C>{{a:Result<{string},{string}>}}impl<C>String<C>{{}}}}");
        assert_eq!(polished(builders), expected);
    }
}
