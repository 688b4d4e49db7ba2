//! Makes operations and types easy to find: paths are search aliases, the page of the client has a table of operations for
//! each tag, and the page of the types lists those that the operations of each tag take and answer.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use serde_json::Value;
use syn::visit::Visit as _;
use syn::{File, ImplItem, Item, parse_quote};

use super::attributes::{doc, set_doc};
use super::markdown::without_examples;
use super::operations::{Operation, Operations};
use super::reach::{Names, Parts};
use super::{inherent_type, module};

pub(super) fn add(file: &mut File, of: &Value, operations: &Operations) -> Result<()> {
    list_types(file, of, operations)?;
    let by_method = operations.by_method();
    let table = table(of, operations);
    for item in &mut file.items {
        match item {
            Item::Struct(client) if client.ident == "Client" => {
                let text = doc(&client.attrs).unwrap_or_default();
                set_doc(&mut client.attrs, &format!("{}\n\n{table}", text.trim_end()));
            }
            Item::Impl(block) if inherent_type(block).is_some_and(|name| name == "Client") => {
                for item in &mut block.items {
                    let ImplItem::Fn(method) = item else { continue };
                    let operation = by_method.get(method.sig.ident.to_string().as_str());
                    if let Some(path) =
                        operation.map(|operation| &operation.path).filter(|path| is_alias(path))
                    {
                        method.attrs.push(parse_quote!(#[doc(alias = #path)]));
                    }
                }
            }
            _ => (),
        }
    }
    Ok(())
}

/// Lists the types by tag, with their parts, on the page of their module.
fn list_types(file: &mut File, of: &Value, operations: &Operations) -> Result<()> {
    let parts = Parts::of(file)?;
    let by_builder = operations.by_builder();
    let mut by_tag: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for item in module(file, &["builder"])? {
        let Item::Impl(block) = item else { continue };
        let Some(operation) = inherent_type(block).and_then(|name| by_builder.get(&name).copied()) else {
            continue;
        };
        let mut names = Names::default();
        for item in &block.items {
            if let ImplItem::Fn(method) = item {
                names.visit_signature(&method.sig);
            }
        }
        by_tag.entry(tag(operation)).or_default().extend(parts.reached(names));
    }
    by_tag.retain(|_, types| !types.is_empty());
    // A single list is what the page has already.
    if by_tag.len() < 2 {
        return Ok(());
    }
    let mut text = String::from("# Types by tag\n");
    for (name, types) in in_order(of, by_tag) {
        let links: Vec<_> = types.iter().map(|name| format!("[`{name}`](types::{name})")).collect();
        text.push_str(&format!("\n## {name}\n\n{}\n", links.join(", ")));
    }
    for item in &mut file.items {
        if let Item::Mod(types) = item
            && types.ident == "types"
        {
            let words = doc(&types.attrs).unwrap_or_default();
            set_doc(&mut types.attrs, &format!("{}\n\n{text}", words.trim_end()));
        }
    }
    Ok(())
}

/// The tag that an operation is listed under.
fn tag(operation: &Operation) -> &str {
    operation.tag.as_deref().unwrap_or(WITHOUT_TAG)
}

/// What is known of each tag, in the order in which the document declares the tags.
fn in_order<T>(of: &Value, mut by_tag: BTreeMap<&str, T>) -> Vec<(String, T)> {
    let declared = of.get("tags").and_then(Value::as_array).into_iter().flatten();
    let names = declared.filter_map(|tag| tag.get("name").and_then(Value::as_str));
    let mut ordered: Vec<_> =
        names.filter_map(|name| Some((name.to_owned(), by_tag.remove(name)?))).collect();
    ordered.extend(by_tag.into_iter().map(|(name, of_tag)| (name.to_owned(), of_tag)));
    ordered
}

/// Whether rustdoc takes a path as an alias.
fn is_alias(path: &str) -> bool {
    !path.contains(|c: char| matches!(c, '"' | '\'') || c.is_whitespace())
}

/// The operations by tag, in the order in which the document declares the tags.
fn table(of: &Value, operations: &Operations) -> String {
    let mut rows: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for operation in operations.iter() {
        let Operation { method, request, .. } = operation;
        let row =
            format!("| `{}` | [`{method}`](Self::{method}) | {} |", cell(request), cell(&line(operation)));
        rows.entry(tag(operation)).or_default().push(row);
    }
    let declared = of.get("tags").and_then(Value::as_array).into_iter().flatten();
    let words: BTreeMap<_, _> = declared
        .filter_map(|tag| Some((tag.get("name")?.as_str()?, tag.get("description")?.as_str()?)))
        .collect();
    let mut text = String::from("# Operations\n");
    for (name, rows) in in_order(of, rows) {
        section(&mut text, &name, &without_examples(words.get(&*name).copied().unwrap_or_default()), &rows);
    }
    text
}

/// An operation in a line: its summary, or the first paragraph about it.
fn line(operation: &Operation) -> String {
    let mut words = operation.summary.clone();
    if words.is_empty() {
        let first = operation.description.lines().take_while(|line| !line.trim().is_empty());
        words = first.collect::<Vec<_>>().join(" ");
    }
    if operation.is_deprecated { format!("**Deprecated.** {words}") } else { words }
}

/// What stands over the operations that have no tag.
const WITHOUT_TAG: &str = "Other";

fn section(text: &mut String, name: &str, words: &str, rows: &[String]) {
    text.push_str(&format!("\n## {name}\n\n"));
    if !words.is_empty() {
        text.push_str(&format!("{}\n\n", words.trim_end()));
    }
    text.push_str("| request | method | |\n|---|---|---|\n");
    text.push_str(&rows.join("\n"));
    text.push('\n');
}

/// A text as a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The file with `document` in its index.
    fn indexed(mut file: File, document: &Value) -> String {
        add(&mut file, document, &Operations::of(document)).unwrap();
        prettyplease::unparse(&file)
    }

    #[test]
    fn a_type_is_found_by_the_tag_of_what_takes_or_answers_it() {
        let file: File = syn::parse_quote! {
            /// Types.
            pub mod types {
                pub struct Animal { pub diet: Vec<Food> }
                pub struct Food;
                pub struct Ticket { pub price: i64 }
                pub struct Unused;
            }
            pub struct Client;
            pub mod builder {
                impl FeedAnimal {
                    pub fn body<V>(self, value: V) -> Self where V: TryInto<types::Food> {}
                    pub async fn send(self) -> Result<ResponseValue<types::Animal>, Error<()>> {}
                }
                impl BuyTicket {
                    pub async fn send(self) -> Result<ResponseValue<types::Ticket>, Error<()>> {}
                }
            }
        };
        let document = json!({
            "tags": [{"name": "Zoo"}, {"name": "Unused"}],
            "paths": {
                "/feed": {"post": {"operationId": "feed_animal", "tags": ["Zoo"]}},
                "/buy": {"post": {"operationId": "buy_ticket", "tags": ["Shop"]}},
            },
        });
        let text = indexed(file, &document);
        let expected = "/// Types.\n///\n/// # Types by tag\n///\n/// ## Zoo\n///\n\
            /// [`Animal`](types::Animal), [`Food`](types::Food)\n///\n/// ## Shop\n///\n\
            /// [`Ticket`](types::Ticket)\npub mod types {";
        assert!(text.starts_with(expected), "{text}");
    }

    #[test]
    fn an_operation_is_found_by_its_path() {
        let file: File = syn::parse_quote! {
            /// Client for a zoo.
            pub struct Client;
            impl Client {
                /// Feed an animal.
                pub fn feed_animal(&self) {}
            }
            pub mod types {}
            pub mod builder {}
        };
        let document = json!({
            "tags": [{"name": "Zoo", "description": "All about animals."}],
            "paths": {"/animals/{id}/feed": {"post": {
                "operationId": "feed_animal", "tags": ["Zoo"], "summary": "Feed an animal | or two",
            }}}
        });
        let expected: File = syn::parse_quote! {
            /// Client for a zoo.
            ///
            /// # Operations
            ///
            /// ## Zoo
            ///
            /// All about animals.
            ///
            /// | request | method | |
            /// |---|---|---|
            /// | `POST /animals/{id}/feed` | [`feed_animal`](Self::feed_animal) | Feed an animal \| or two |
            pub struct Client;
            impl Client {
                /// Feed an animal.
                #[doc(alias = "/animals/{id}/feed")]
                pub fn feed_animal(&self) {}
            }
            pub mod types {}
            pub mod builder {}
        };
        assert_eq!(indexed(file, &document), prettyplease::unparse(&expected));
    }

    #[test]
    fn an_operation_without_a_summary_is_found_too() {
        let file: File = syn::parse_quote! {
            pub struct Client;
            impl Client {
                pub fn silent(&self) {}
                pub fn described(&self) {}
                pub fn twice(&self) {}
                pub fn slashes(&self) {}
                pub fn old(&self) {}
            }
            pub mod types {}
            pub mod builder {}
        };
        let document = json!({"paths": {
            "/a": {"get": {"operationId": "silent"}},
            "/b": {"get": {"operationId": "described", "description": "It goes on\nto a second line.\n\nAnd on."}},
            "/c/{id}/{id⁂2}": {"get": {"operationId": "twice"}},
            "/d/⁂/{id}": {"get": {"operationId": "slashes"}},
            "/e": {"get": {"operationId": "old", "summary": "Get it", "deprecated": true}},
        }});
        let expected: File = syn::parse_quote! {
            /// # Operations
            ///
            /// ## Other
            ///
            /// | request | method | |
            /// |---|---|---|
            /// | `GET /a` | [`silent`](Self::silent) |  |
            /// | `GET /b` | [`described`](Self::described) | It goes on to a second line. |
            /// | `GET /c/{id}/{id}` | [`twice`](Self::twice) |  |
            /// | `GET /d//{id}` | [`slashes`](Self::slashes) |  |
            /// | `GET /e` | [`old`](Self::old) | **Deprecated.** Get it |
            pub struct Client;
            impl Client {
                #[doc(alias = "/a")]
                pub fn silent(&self) {}
                #[doc(alias = "/b")]
                pub fn described(&self) {}
                #[doc(alias = "/c/{id}/{id}")]
                pub fn twice(&self) {}
                #[doc(alias = "/d//{id}")]
                pub fn slashes(&self) {}
                #[doc(alias = "/e")]
                pub fn old(&self) {}
            }
            pub mod types {}
            pub mod builder {}
        };
        assert_eq!(indexed(file, &document), prettyplease::unparse(&expected));
    }
}
