//! An operation is found by its path: the search knows it, and a table on the client has all of them by tag.

use std::collections::BTreeMap;

use serde_json::Value;
use syn::{File, ImplItem, Item, parse_quote};

use super::attributes::{doc, set_doc};
use crate::document;

/// How the documentation of a method names the request it sends.
const SENDS: &str = "Sends `";

/// The name of a method by its request line, such as `GET /v1/users`.
type Names = BTreeMap<String, String>;

pub(super) fn add(file: &mut File, of: &Value) {
    let names = alias_methods(file);
    let table = table(of, &names);
    for item in &mut file.items {
        if let Item::Struct(client) = item
            && client.ident == "Client"
        {
            let text = doc(&client.attrs).unwrap_or_default();
            set_doc(&mut client.attrs, &format!("{}\n\n{table}", text.trim_end()));
        }
    }
}

fn alias_methods(file: &mut File) -> Names {
    let mut names = Names::new();
    for item in &mut file.items {
        let Item::Impl(block) = item else { continue };
        for item in &mut block.items {
            let ImplItem::Fn(method) = item else { continue };
            let Some(line) = doc(&method.attrs).as_deref().and_then(request_line).map(str::to_owned) else {
                continue;
            };
            if let Some(path) = line.split_once(' ').map(|(_, path)| path).filter(|path| is_alias(path)) {
                method.attrs.push(parse_quote!(#[doc(alias = #path)]));
            }
            names.insert(line, method.sig.ident.to_string());
        }
    }
    names
}

fn request_line(documentation: &str) -> Option<&str> {
    documentation.lines().find_map(|line| line.trim().strip_prefix(SENDS)?.strip_suffix('`'))
}

/// Whether rustdoc takes a path as an alias.
fn is_alias(path: &str) -> bool {
    !path.contains(|c: char| matches!(c, '"' | '\'') || c.is_whitespace())
}

/// The operations by tag, in the order in which the document declares the tags.
fn table(of: &Value, names: &Names) -> String {
    let mut rows: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for operation in document::operations(of) {
        let request = format!("{} {}", operation.method.to_uppercase(), operation.path);
        let Some(name) = names.get(&request) else { continue };
        let value = operation.value;
        let summary = value.get("summary").and_then(Value::as_str).unwrap_or_default();
        let tag = value.pointer("/tags/0").and_then(Value::as_str).unwrap_or(WITHOUT_TAG);
        rows.entry(tag.to_owned()).or_default().push(format!(
            "| `{}` | [`{name}`](Self::{name}) | {} |",
            cell(&request),
            cell(summary)
        ));
    }
    let mut text = String::from("# Operations\n");
    let declared = of.get("tags").and_then(Value::as_array).into_iter().flatten();
    for tag in declared {
        let name = tag.get("name").and_then(Value::as_str).unwrap_or_default();
        if let Some(rows) = rows.remove(name) {
            let words = tag.get("description").and_then(Value::as_str).unwrap_or_default();
            section(&mut text, name, words, &rows);
        }
    }
    for (name, rows) in rows {
        section(&mut text, &name, "", &rows);
    }
    text
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

    #[test]
    fn an_operation_is_found_by_its_path() {
        let mut file: File = syn::parse_quote! {
            /// Client for a zoo.
            pub struct Client;
            impl Client {
                /// Feed an animal.
                ///
                /// Sends `POST /animals/{id}/feed`
                pub fn feed_animal(&self) {}
            }
        };
        let document = json!({
            "tags": [{"name": "Zoo", "description": "All about animals."}],
            "paths": {"/animals/{id}/feed": {"post": {"tags": ["Zoo"], "summary": "Feed an animal | or two"}}}
        });
        add(&mut file, &document);
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
                ///
                /// Sends `POST /animals/{id}/feed`
                #[doc(alias = "/animals/{id}/feed")]
                pub fn feed_animal(&self) {}
            }
        };
        assert_eq!(prettyplease::unparse(&file), prettyplease::unparse(&expected));
    }
}
