//! How the pinned generator makes Rust names of the document's names.
//!
//! Two names that differ in the document can be equal in Rust. To detect that before generating, the rules of the
//! generator are repeated here.

use heck::{ToPascalCase as _, ToSnakeCase as _};

/// The name of a type or of a variant.
pub(crate) fn type_name(name: &str) -> String {
    let (name, starts_well) = cased(name, str::to_pascal_case);
    as_identifier(if starts_well { name } else { format!("X{name}") })
}

/// The name of a field of a type.
pub(crate) fn field_name(name: &str) -> String {
    let (name, starts_well) = cased(name, str::to_snake_case);
    as_identifier(if starts_well { name } else { format!("x{name}") })
}

/// The name of a parameter or of an operation's method.
pub(crate) fn method_name(name: &str) -> String {
    let (name, starts_well) = cased(name, str::to_snake_case);
    let empty = name.is_empty();
    as_identifier(match (starts_well, empty) {
        (true, _) => name,
        (false, true) => "x".to_owned(),
        (false, false) => format!("_{name}"),
    })
}

/// The name of the builder of an operation, which is made of the method's.
pub(crate) fn builder_name(operation: &str) -> String {
    type_name(&method_name(operation))
}

/// The name in another case, and whether an identifier can start like that.
fn cased(name: &str, case: impl Fn(&str) -> String) -> (String, bool) {
    let cased = match name {
        "+1" => "plus1".to_owned(),
        "-1" => "minus1".to_owned(),
        _ => case(&name.replace('\'', "").replace(|c| !unicode_ident::is_xid_continue(c), "-")),
    };
    let starts_well = cased.chars().next().is_some_and(unicode_ident::is_xid_start);
    (cased, starts_well)
}

fn as_identifier(name: String) -> String {
    // Keywords have small letters alone, but for one; what has others need not be parsed.
    let is_plain = name.bytes().all(|byte| byte.is_ascii_lowercase()) || !name.is_ascii();
    let may_be_refused = is_plain || name == "Self" || name == "_";
    // `gen` is a keyword of this edition; the others are what syn refuses to read as an identifier.
    let accepted = name != "gen" && (!may_be_refused || syn::parse_str::<syn::Ident>(&name).is_ok());
    if accepted { name } else { format!("{name}_") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cased_and_made_identifiers() {
        for (name, type_, field, method) in [
            ("userId", "UserId", "user_id", "user_id"),
            ("user_id", "UserId", "user_id", "user_id"),
            ("X-Trace-Id", "XTraceId", "x_trace_id", "x_trace_id"),
            ("type", "Type", "type_", "type_"),
            ("self", "Self_", "self_", "self_"),
            ("3d", "X3d", "x3d", "_3d"),
            ("+1", "plus1", "plus1", "plus1"),
            ("=", "X", "x", "x"),
            ("", "X", "x", "x"),
            ("it's", "Its", "its", "its"),
        ] {
            assert_eq!(type_name(name), type_, "{name}");
            assert_eq!(field_name(name), field, "{name}");
            assert_eq!(method_name(name), method, "{name}");
        }
    }
}
