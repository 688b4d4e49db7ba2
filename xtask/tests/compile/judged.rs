//! What `diff` says of random pairs of documents, what the compiler says of a program that uses everything of the old
//! bindings, and whether the old types read the new answers. None of the three knows of the others.
//!
//! The program makes calls and values by builders and ends each match with a `_` arm. `DIFF_PAIRS` sets how many pairs are
//! judged.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Stdio;
use std::{env, fs};

use quote::{ToTokens as _, format_ident, quote};
use serde_json::{Value, json};
use syn::{Attribute, Fields, ImplItem, Item, ItemMod, Meta, Type, WherePredicate};
use xtask::diff::{Class, When, diff};
use xtask::engine::Engine;
use xtask::{generate, layout};

use crate::callers::Scratch;
use crate::pairs::{Pair, answers, pair};

/// The pairs of each run. They cost a second each, or more.
const PAIRS: u64 = 16;

#[test]
fn the_compiler_and_the_old_types_agree() {
    let pairs = env::var("DIFF_PAIRS").map_or(PAIRS, |pairs| pairs.parse().unwrap());
    let first = env::var("DIFF_FIRST").map_or(0, |first| first.parse().unwrap());
    let all: BTreeMap<String, Pair> =
        (first..first + pairs).map(|seed| (format!("p{seed}"), pair(seed))).collect();
    let scratch = Scratch::new("judged");
    let mut readers = Readers::default();
    for (name, pair) in &all {
        let old = client(&pair.old);
        scratch.add(name, &pair.new, &program(&old));
        readers.add(name, pair, &old);
    }
    scratch.add("readers", &json!({"openapi": "3.1.1", "info": {"title": "T", "version": "1"}, "paths": {"/a": {"get": {"responses": {"200": {"description": "OK"}}}}}}), &readers.program());
    readers.write(&scratch.root.join("readers"));
    let compiled = scratch.check();
    let unread = readers.unread(&scratch.root);
    let mut wrong = Vec::new();
    let (mut refused_by_the_compiler, mut unreadable) = (0, 0);
    for (name, pair) in &all {
        assert!(compiled.bindings.contains(name), "the bindings of {name} do not compile\n{}", compiled.told);
        let changes = diff(&pair.old, &pair.new, &Engine::Thread);
        let has = |class| changes.iter().any(|change| change.class == class);
        let says_no = !compiled.callers.contains(name);
        let is_unread = unread.contains(name);
        refused_by_the_compiler += usize::from(says_no);
        unreadable += usize::from(is_unread);
        let is_told = changes.iter().any(|change| change.what.contains("in answers"));
        let fault = match has(Class::Breaking(When::Compiling)) {
            true if !says_no => "the program compiles",
            false if says_no => "the program does not compile",
            false if is_unread && !has(Class::Breaking(When::Running)) => {
                "the old types do not read an answer"
            }
            false if is_told && !is_unread => "the old types read every answer",
            _ => continue,
        };
        let [old, new] = [&pair.old, &pair.new].map(|document| &document["components"]["schemas"]["About"]);
        let told: Vec<_> =
            changes.iter().map(|one| format!("{}: {} {}", one.class, one.pointer, one.what)).collect();
        wrong.push(format!("{name}: {fault}\n  {old}\n  {new}\n  {}", told.join("\n  ")));
    }
    println!(
        "{} pairs, {refused_by_the_compiler} that the compiler refuses, {unreadable} with an answer that is not read",
        all.len()
    );
    let lines: Vec<&str> = compiled
        .told
        .lines()
        .filter(|line| wrong.iter().any(|one| line.contains(one.split(':').next().unwrap_or("-"))))
        .take(40)
        .collect();
    assert!(
        wrong.is_empty(),
        "of {} pairs {} disagree:\n{}\n{}",
        all.len(),
        wrong.len(),
        wrong.join("\n"),
        lines.join("\n")
    );
}

/// The client of a document, as it is generated.
fn client(document: &Value) -> syn::File {
    let empty = tempfile::tempdir().unwrap();
    let made = generate::from(empty.path(), document.clone(), layout::DOCUMENT, &Engine::Thread).unwrap();
    let client = made.artifacts.iter().find(|artifact| artifact.path == Path::new(layout::CLIENT)).unwrap();
    syn::parse_file(&client.text).unwrap()
}

fn module<'a>(items: &'a [Item], name: &str) -> Option<&'a ItemMod> {
    items.iter().find_map(|item| match item {
        Item::Mod(module) if module.ident == name => Some(module),
        _ => None,
    })
}

fn items<'a>(items: &'a [Item], path: &[&str]) -> &'a [Item] {
    path.iter().fold(items, |items, name| {
        module(items, name)
            .and_then(|module| module.content.as_ref())
            .map_or(&[], |(_, items)| items.as_slice())
    })
}

/// What a program that uses all of these bindings is.
fn program(client: &syn::File) -> String {
    let mut parts = Vec::new();
    let types = items(&client.items, &["types"]);
    let mut number = 0;
    let mut name = |what: &str| {
        number += 1;
        format_ident!("{what}_{number}")
    };
    for item in types {
        match item {
            Item::Struct(item) => {
                let (ty, reads) = (
                    &item.ident,
                    item.fields.iter().enumerate().filter_map(|(index, field)| {
                        let is_public = matches!(field.vis, syn::Visibility::Public(_));
                        let (of, index) = (&field.ty, syn::Index::from(index));
                        is_public.then(|| match &field.ident {
                            Some(field) => quote!(let _: #of = value.#field;),
                            None => quote!(let _: #of = value.#index;),
                        })
                    }),
                );
                let function = name("read");
                parts.push(quote!(pub fn #function(value: #ty) { #(#reads)* }));
                parts.extend(needs(&item.attrs).map(|need| need_of(&name("need"), ty, need)));
            }
            Item::Enum(item) => {
                let ty = &item.ident;
                for variant in
                    item.variants.iter().filter(|variant| !matches!(variant.fields, Fields::Named(_)))
                {
                    let (ident, types) = (&variant.ident, variant.fields.iter().map(|field| &field.ty));
                    let names: Vec<_> =
                        (0..variant.fields.len()).map(|index| format_ident!("field_{index}")).collect();
                    let (make, take) = (name("make"), name("take"));
                    let arguments = types.clone().zip(&names).map(|(ty, name)| quote!(#name: #ty));
                    let reads = types.zip(&names).map(|(ty, name)| quote!(let _: #ty = #name;));
                    let (value, pattern) = if names.is_empty() {
                        (quote!(#ty::#ident), quote!(#ty::#ident))
                    } else {
                        (quote!(#ty::#ident(#(#names),*)), quote!(#ty::#ident(#(#names),*)))
                    };
                    parts.push(quote!(pub fn #make(#(#arguments),*) -> #ty { #value }));
                    parts.push(quote!(pub fn #take(value: #ty) { match value { #pattern => { #(#reads)* } _ => {} } }));
                }
                parts.extend(needs(&item.attrs).map(|need| need_of(&name("need"), ty, need)));
            }
            Item::Impl(block) => {
                let Some((path, ..)) = block.trait_.as_ref().map(|(path, ..)| (path, ())) else { continue };
                let text = (path.to_token_stream().to_string(), block.self_ty.to_token_stream().to_string());
                if text.0.contains("builder") || text.0.contains("Self") || text.1.contains('&') {
                    continue;
                }
                let (ty, last) = (&block.self_ty, path.segments.last().unwrap());
                let function = name("need");
                match (last.ident.to_string().as_str(), &last.arguments) {
                    ("From" | "TryFrom", syn::PathArguments::AngleBracketed(of)) => {
                        let of = &of.args;
                        if !of.to_token_stream().to_string().contains(&text.1) {
                            parts.push(quote!(pub fn #function(value: #of) -> Option<#ty> { <#ty>::try_from(value).ok() }));
                        }
                    }
                    ("Default" | "Display" | "FromStr", _) => {
                        parts.push(quote!(pub fn #function() { fn has<T: #path>() {} has::<#ty>(); }));
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }
    for (ty, setters) in setters(items(types, &["builder"])) {
        let ty = format_ident!("{}", ty.strip_suffix("Builder").unwrap_or(&ty));
        let function = name("build");
        let arguments = setters.iter().map(|(setter, of)| {
            let (setter, of) =
                (format_ident!("{setter}"), syn::parse_str::<Type>(&of.replace("super :: ", "")).unwrap());
            quote!(#setter: #of)
        });
        let calls = setters
            .iter()
            .map(|(setter, _)| format_ident!("{setter}"))
            .map(|setter| quote!(.#setter(#setter)));
        parts.push(quote!(pub fn #function(#(#arguments),*) -> Option<#ty> { #ty::builder()#(#calls)*.try_into().ok() }));
    }
    let mut calls = Vec::new();
    let builders = items(&client.items, &["builder"]);
    for (_, setters) in setters(builders) {
        let arguments = setters.iter().map(|(setter, of)| {
            let (setter, of) = (format_ident!("{setter}"), syn::parse_str::<Type>(of).unwrap());
            quote!(#setter: #of)
        });
        let given = setters
            .iter()
            .map(|(setter, _)| format_ident!("{setter}"))
            .map(|setter| quote!(.#setter(#setter)));
        let (answer, refusal) = outcome(builders);
        calls.push(quote! {
            pub async fn post_thing(client: &Client, #(#arguments),*) {
                match client.post_thing()#(#given)*.send().await {
                    Ok(answer) => { let _: #answer = answer.into_inner(); }
                    Err(Error::ErrorResponse(answer)) => { let _: #refusal = answer.into_inner(); }
                    Err(_) => {}
                }
            }
        });
    }
    let program = quote! {
        use bindings::{Client, Error, types};
        pub mod values { use super::bindings::types::*; #(#parts)* }
        #(#calls)*
        fn main() {}
    };
    format!("#![allow(warnings)]\n{program}")
}

/// The types of the answer and of the refusal of the one call.
fn outcome(builders: &[Item]) -> (Type, Type) {
    let found = builders.iter().find_map(|item| {
        let Item::Impl(block) = item else { return None };
        let of = |name: &str| {
            block.items.iter().find_map(|item| match item {
                ImplItem::Type(item) if item.ident == name => Some(item.ty.clone()),
                _ => None,
            })
        };
        Some((of("Answer")?, of("Refusal")?))
    });
    found.unwrap()
}

/// The traits that a caller can rely on.
fn needs(attributes: &[Attribute]) -> impl Iterator<Item = syn::Path> {
    const NEEDS: [&str; 8] = ["Clone", "Copy", "Debug", "Default", "Eq", "Hash", "Ord", "PartialEq"];
    let lists = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::List(list) if list.path.is_ident("derive") => Some(list.tokens.to_string()),
        _ => None,
    });
    let text = lists.collect::<String>();
    let has = move |name: &&str| text.split(',').any(|one| one.trim() == *name);
    NEEDS.into_iter().filter(has).collect::<Vec<_>>().into_iter().map(|name| {
        let path = match name {
            "Debug" => "::std::fmt::Debug".to_owned(),
            "Hash" => "::std::hash::Hash".to_owned(),
            name => name.to_owned(),
        };
        syn::parse_str(&path).unwrap()
    })
}

fn need_of(function: &syn::Ident, ty: &syn::Ident, need: syn::Path) -> proc_macro2::TokenStream {
    quote!(pub fn #function() { fn has<T: #need>() {} has::<#ty>(); })
}

/// The builders, and what their methods take.
fn setters(items: &[Item]) -> BTreeMap<String, Vec<(String, String)>> {
    let mut found: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for item in items {
        let Item::Impl(block) = item else { continue };
        let (None, Type::Path(ty)) = (&block.trait_, &*block.self_ty) else { continue };
        let setters = found.entry(ty.path.segments.last().unwrap().ident.to_string()).or_default();
        for item in &block.items {
            let ImplItem::Fn(method) = item else { continue };
            let bounds = method.sig.generics.where_clause.iter().flat_map(|clause| &clause.predicates);
            let taken = bounds.filter_map(|predicate| match predicate {
                WherePredicate::Type(predicate) => predicate.bounds.iter().find_map(|bound| {
                    let text = bound.to_token_stream().to_string();
                    let (_, of) = text.split_once("TryInto <")?;
                    Some(of.trim().strip_suffix('>')?.trim().trim_end_matches(',').to_owned())
                }),
                _ => None,
            });
            setters.extend(taken.take(1).map(|taken| (method.sig.ident.to_string(), taken)));
        }
    }
    found
}

/// One program that reads answers as the old types of all pairs.
#[derive(Default)]
struct Readers {
    modules: BTreeMap<String, String>,
    answers: BTreeMap<String, Vec<Value>>,
}

impl Readers {
    fn add(&mut self, name: &str, pair: &Pair, old: &syn::File) {
        let answers = answers(pair);
        if !answers.is_empty() {
            let types = module(&old.items, "types").unwrap();
            self.modules.insert(name.to_owned(), types.to_token_stream().to_string());
            self.answers.insert(name.to_owned(), answers);
        }
    }

    /// Prints the names of those that cannot read an answer.
    fn program(&self) -> String {
        let mut text = "#![allow(warnings)]\nfn main() {\n".to_owned();
        for (name, answers) in &self.answers {
            let answers = Value::from(answers.clone()).to_string();
            text.push_str(&format!(
                "    if bindings::pairs::{name}::cannot_read(r###\"{answers}\"###) {{ println!(\"{name}\"); }}\n"
            ));
        }
        text + "}\n"
    }

    fn write(&self, package: &Path) {
        let mut lib = fs::read_to_string(package.join("src/lib.rs")).unwrap();
        lib.push_str("\n#[allow(warnings)]\npub mod pairs {\n");
        for name in self.modules.keys() {
            lib.push_str(&format!("    pub mod {name};\n"));
        }
        lib.push_str("}\n");
        fs::write(package.join("src/lib.rs"), lib).unwrap();
        fs::create_dir_all(package.join("src/pairs")).unwrap();
        for (name, types) in &self.modules {
            let text = format!(
                "{types}\npub fn cannot_read(answers: &str) -> bool {{\n    let answers: Vec<serde_json::Value> = serde_json::from_str(answers).unwrap();\n    \
                 answers.into_iter().any(|answer| serde_json::from_str::<types::About>(&answer.to_string()).is_err())\n}}\n"
            );
            fs::write(package.join("src/pairs").join(format!("{name}.rs")), text).unwrap();
        }
    }

    /// The pairs whose old types do not read an answer.
    fn unread(&self, root: &Path) -> BTreeSet<String> {
        let output = super::cargo(root)
            .args([
                "run",
                "--quiet",
                "--package",
                "readers",
                "--example",
                "call_readers",
                "--no-default-features",
                "--offline",
            ])
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
    }
}
