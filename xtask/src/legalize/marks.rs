//! Marks distinguish names that would be equal in Rust. They are removed from the names that are sent.

use crate::pointer::Pointer;

/// Stands between a name on the wire and the number that tells it from others in Rust.
pub(super) const MARK: char = '⁂';

/// The text as it is on the wire: without marks and their numbers.
pub(crate) fn unmarked(text: &str) -> String {
    let mut parts = text.split(MARK);
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        plain.push_str(part.trim_start_matches(|c: char| c.is_ascii_digit()));
    }
    plain
}

/// The place in the names that are on the wire.
pub(crate) fn unmarked_place(place: &Pointer) -> Pointer {
    place.tokens().iter().fold(Pointer::root(), |place, token| place.join(unmarked(token)))
}

/// Whether a text has a mark.
pub(crate) fn is_marked(text: &str) -> bool {
    text.contains(MARK)
}
