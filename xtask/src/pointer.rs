//! A place in a document: a JSON pointer (RFC 6901).

use std::fmt::{self, Write as _};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A JSON pointer. Displayed as a URI fragment, the way `$ref` writes it: `#/paths/~1v1~1room/get`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Pointer(String);

impl Pointer {
    /// The document itself.
    #[must_use]
    pub fn root() -> Self {
        Self::default()
    }

    /// Reads the fragment form that a local `$ref` has: `#` or `#/…`. None for any other reference.
    #[must_use]
    pub fn from_local_ref(reference: &str) -> Option<Self> {
        let pointer = percent_decoded(reference.strip_prefix('#')?);
        (pointer.is_empty() || pointer.starts_with('/')).then_some(Self(pointer))
    }

    /// The local `$ref` to this place, which [`from_local_ref`](Self::from_local_ref) reads.
    #[must_use]
    pub fn to_reference(&self) -> String {
        self.to_string().replace('%', "%25")
    }

    /// The member or item `token` of this place.
    #[must_use]
    pub fn join(&self, token: impl fmt::Display) -> Self {
        // Documents are walked with this at every step, so nothing is copied twice.
        let mut joined = String::with_capacity(self.0.len() + 24);
        joined.push_str(&self.0);
        joined.push('/');
        // Writing to a string cannot fail.
        let _ = write!(Escaped(&mut joined), "{token}");
        Self(joined)
    }

    /// The place that `below` is when it starts here instead of at the document.
    #[must_use]
    pub fn append(&self, below: &Self) -> Self {
        Self(format!("{}{}", self.0, below.0))
    }

    /// The way from `above` to this place; none if it is not there.
    #[must_use]
    pub fn below(&self, above: &Self) -> Option<Self> {
        let rest = self.0.strip_prefix(&above.0)?;
        (rest.is_empty() || rest.starts_with('/')).then(|| Self(rest.to_owned()))
    }

    /// The nearest place to this one, itself or what holds it, that `document` has.
    #[must_use]
    pub fn nearest(&self, document: &Value) -> Self {
        let mut places = std::iter::successors(Some(self.clone()), Self::parent);
        places.find(|place| place.get(document).is_some()).unwrap_or_default()
    }

    /// The place that holds this one; none for the document.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        self.0.rfind('/').and_then(|end| self.0.get(..end)).map(|parent| Self(parent.to_owned()))
    }

    /// The last token, unescaped; none for the document.
    #[must_use]
    pub fn last(&self) -> Option<String> {
        let (_, token) = self.0.rsplit_once('/')?;
        Some(token.replace("~1", "/").replace("~0", "~"))
    }

    /// The tokens, unescaped.
    #[must_use]
    pub fn tokens(&self) -> Vec<String> {
        self.0.split('/').skip(1).map(|token| token.replace("~1", "/").replace("~0", "~")).collect()
    }

    /// The pointer without the leading `#`, as [`Value::pointer`] takes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands at this place.
    #[must_use]
    pub fn get<'a>(&self, document: &'a Value) -> Option<&'a Value> {
        document.pointer(&self.0)
    }
}

/// Escapes what is written to the text of a pointer.
struct Escaped<'a>(&'a mut String);

impl fmt::Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        // Nearly all tokens are plain, and looking for one character is much faster than splitting.
        if !text.contains('~') && !text.contains('/') {
            self.0.push_str(text);
            return Ok(());
        }
        for part in text.split_inclusive(['~', '/']) {
            match part.as_bytes().last() {
                Some(b'~') => self.0.extend([part, "0"]),
                Some(b'/') => self.0.extend([part.trim_end_matches('/'), "~1"]),
                _ => self.0.push_str(part),
            }
        }
        Ok(())
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// A fragment may be percent-encoded (RFC 6901, section 6). Bytes that do not decode are kept.
fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let hex = |at: usize| bytes.get(at).and_then(|b| char::from(*b).to_digit(16));
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match (byte, hex(at + 1), hex(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                decoded.extend(u8::try_from(high * 16 + low));
                at += 3;
            }
            _ => {
                decoded.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8(decoded).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn tokens_are_escaped_and_found_again() {
        let document = json!({"paths": {"/a~b/{c}": {"get": [1, 2]}}});
        let place = Pointer::root().join("paths").join("/a~b/{c}").join("get").join(1);
        assert_eq!(place.to_string(), "#/paths/~1a~0b~1{c}/get/1");
        assert_eq!(place.get(&document), Some(&json!(2)));
    }

    #[test]
    fn a_place_knows_what_holds_it() {
        let place = Pointer::root().join("a").join("b/c");
        assert_eq!(place.parent(), Some(Pointer::root().join("a")));
        assert_eq!(Pointer::root().join("a").parent(), Some(Pointer::root()));
        assert_eq!(Pointer::root().parent(), None);
        assert_eq!(place.last().as_deref(), Some("b/c"));
        assert_eq!(Pointer::root().last(), None);
        assert_eq!(place.tokens(), ["a", "b/c"]);
        assert!(Pointer::root().tokens().is_empty());
        assert_eq!(Pointer::root().join("x").append(&place).as_str(), "/x/a/b~1c");
    }

    #[test]
    fn a_place_is_found_below_another_and_near_what_there_is() {
        let place = Pointer::root().join("a").join("b").join("c");
        assert_eq!(place.below(&Pointer::root().join("a")), Some(Pointer::root().join("b").join("c")));
        assert_eq!(place.below(&place), Some(Pointer::root()));
        assert_eq!(Pointer::root().join("ab").below(&Pointer::root().join("a")), None);
        assert_eq!(place.nearest(&json!({"a": {"b": {}}})), Pointer::root().join("a").join("b"));
        assert_eq!(place.nearest(&json!({})), Pointer::root());
    }

    #[test]
    fn a_local_reference_is_a_pointer_and_others_are_not() {
        let pointer = Pointer::from_local_ref("#/components/schemas/A%20B~1C").unwrap();
        assert_eq!(pointer.as_str(), "/components/schemas/A B~1C");
        let escape = Pointer::root().join("a%41/~");
        assert_eq!(escape.to_reference(), "#/a%2541~1~0");
        assert_eq!(Pointer::from_local_ref(&escape.to_reference()), Some(escape));
        assert_eq!(Pointer::from_local_ref("#"), Some(Pointer::root()));
        assert_eq!(Pointer::from_local_ref("#anchor"), None);
        assert_eq!(Pointer::from_local_ref("other.json#/a"), None);
        assert_eq!(Pointer::from_local_ref("#/100%"), Some(Pointer("/100%".into())));
    }
}
