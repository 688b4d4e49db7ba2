//! The canonical form of a document, so that a diff shows real changes only.
//!
//! Members are sorted by name on every level, so their order in the publisher's file does not matter. Arrays keep their
//! order.

use serde_json::Value;

/// The document with the members of every object sorted by name.
///
/// Sorted here and not left to the map, whose order depends on features that another crate of the
/// build may switch on.
#[must_use]
pub fn canonical(mut document: Value) -> Value {
    document.sort_all_objects();
    document
}

/// The text of a document: two spaces, line feeds, and one at the end.
///
/// Members are written in the order in which they stand, so [`canonical`] comes first.
#[must_use]
pub fn to_text(document: &Value) -> String {
    format!("{document:#}\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn members_are_sorted_on_every_level_and_items_are_not() {
        let document = json!({"b": [{"d": 1, "c": 2}, "z", "a"], "a": {"f": {}, "e": []}});
        let text = to_text(&canonical(document));
        let expected = r#"{
  "a": {
    "e": [],
    "f": {}
  },
  "b": [
    {
      "c": 2,
      "d": 1
    },
    "z",
    "a"
  ]
}
"#;
        assert_eq!(text, expected);
    }
}
