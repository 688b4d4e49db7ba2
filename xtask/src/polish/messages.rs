//! Error messages of builders: they name a type as the caller knows it.

use proc_macro2::{Group, Literal, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::visit_mut::{VisitMut, visit_lit_str_mut};
use syn::{File, LitStr, Macro};

/// Writes types in messages without the paths to them: `String`, not `:: std :: string :: String`.
pub(super) fn name_types(file: &mut File) {
    Messages.visit_file_mut(file);
}

/// What the messages begin with, before the type in backticks.
const START: &str = "conversion to `";

fn readable(message: &str) -> Option<String> {
    let (ty, rest) = message.strip_prefix(START)?.split_once('`')?;
    let mut short = String::new();
    for token in ty.split(' ').filter(|token| !token.is_empty()) {
        match token {
            "::" => short.truncate(short.trim_end_matches(|c: char| c.is_alphanumeric() || c == '_').len()),
            "," => short.push_str(", "),
            _ => short.push_str(token),
        }
    }
    Some(format!("{START}{short}`{rest}"))
}

struct Messages;

impl VisitMut for Messages {
    fn visit_lit_str_mut(&mut self, node: &mut LitStr) {
        if let Some(text) = readable(&node.value()) {
            *node = LitStr::new(&text, node.span());
        }
        visit_lit_str_mut(self, node);
    }

    fn visit_macro_mut(&mut self, node: &mut Macro) {
        node.tokens = in_tokens(std::mem::take(&mut node.tokens));
    }
}

fn in_tokens(tokens: TokenStream) -> TokenStream {
    let token = |token| match token {
        TokenTree::Group(group) => Group::new(group.delimiter(), in_tokens(group.stream())).into(),
        TokenTree::Literal(literal) => {
            let text = syn::parse2::<LitStr>(literal.to_token_stream()).ok();
            let text = text.and_then(|text| readable(&text.value()));
            text.map_or(TokenTree::Literal(literal), |text| Literal::string(&text).into())
        }
        other => other,
    };
    tokens.into_iter().map(token).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_has_its_last_name() {
        for (generated, readable_) in [
            (":: std :: string :: String", "String"),
            ("i64", "i64"),
            ("types :: Room", "Room"),
            (":: std :: vec :: Vec < types :: Room >", "Vec<Room>"),
            (
                ":: std :: collections :: HashMap < :: std :: string :: String , types :: Room >",
                "HashMap<String, Room>",
            ),
            ("[types :: Room ; 2usize]", "[Room;2usize]"),
        ] {
            let message = |ty: &str| format!("conversion to `{ty}` for room failed");
            assert_eq!(readable(&message(generated)), Some(message(readable_)));
        }
        assert_eq!(readable("room was not initialized"), None);
    }
}
