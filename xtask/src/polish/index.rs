//! Makes operations easy to find: paths are search aliases, and the page of the client has a table of operations for
//! each tag.

use std::collections::BTreeMap;

use serde_json::Value;
use syn::{File, ImplItem, Item, parse_quote};

use super::attributes::{doc, set_doc};
use super::inherent_type;
use super::markdown::without_examples;
use super::operations::{Operation, Operations};

pub(super) fn add(file: &mut File, of: &Value, operations: &Operations) {
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
}

/// Whether rustdoc takes a path as an alias.
fn is_alias(path: &str) -> bool {
    !path.contains(|c: char| matches!(c, '"' | '\'') || c.is_whitespace())
}

/// The operations by tag, in the order in which the document declares the tags.
fn table(of: &Value, operations: &Operations) -> String {
    let mut rows: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for operation in operations.iter() {
        let Operation { method, request, tag, .. } = operation;
        let row =
            format!("| `{}` | [`{method}`](Self::{method}) | {} |", cell(request), cell(&words(operation)));
        rows.entry(tag.as_deref().unwrap_or(WITHOUT_TAG)).or_default().push(row);
    }
    let mut text = String::from("# Operations\n");
    let declared = of.get("tags").and_then(Value::as_array).into_iter().flatten();
    for tag in declared {
        let name = tag.get("name").and_then(Value::as_str).unwrap_or_default();
        if let Some(rows) = rows.remove(name) {
            let words = tag.get("description").and_then(Value::as_str).unwrap_or_default();
            section(&mut text, name, &without_examples(words), &rows);
        }
    }
    for (name, rows) in rows {
        section(&mut text, name, "", &rows);
    }
    text
}

/// An operation in a line: its summary, or the first paragraph about it.
fn words(operation: &Operation) -> String {
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
        add(&mut file, document, &Operations::of(document));
        prettyplease::unparse(&file)
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
        };
        assert_eq!(indexed(file, &document), prettyplease::unparse(&expected));
    }
}
