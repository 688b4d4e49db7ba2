//! What a pattern says of the length of a text, where that is all that it says.
//!
//! `.*` says nothing, and `^.{1,9}$` what `minLength` and `maxLength` say. A dot is read as any character, as whoever
//! writes `^.*$` for any text means it: strictly, it is none that ends a line.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind, Look};

/// The least and the largest number of characters of the texts that match; none if the pattern tells texts of one length
/// apart, or is not read here.
pub(super) fn lengths(pattern: &str) -> Option<(u64, Option<u64>)> {
    let parsed = ParserBuilder::new().dot_matches_new_line(true).build().parse(pattern).ok()?;
    let parts = match parsed.kind() {
        HirKind::Concat(parts) => parts.as_slice(),
        _ => std::slice::from_ref(&parsed),
    };
    let is = |part: Option<&Hir>, look| part.is_some_and(|part| *part.kind() == HirKind::Look(look));
    let (starts, parts) = match parts {
        [first, rest @ ..] if is(Some(first), Look::Start) => (true, rest),
        _ => (false, parts),
    };
    let (ends, parts) = match parts {
        [rest @ .., last] if is(Some(last), Look::End) => (true, rest),
        _ => (false, parts),
    };
    // What matches nothing at all does so in any text, at one end or the other.
    let matches_nothing = parts
        .iter()
        .all(|part| part.properties().look_set().is_empty() && part.properties().minimum_len() == Some(0));
    if !(starts && ends) && matches_nothing {
        return Some((0, None));
    }
    let (mut least, mut most) = (0, Some(0));
    for part in parts {
        let (low, high) = any_characters(part)?;
        least += low;
        most = most.zip(high).map(|(most, high)| most + high);
    }
    Some((least, most.filter(|_| starts && ends)))
}

/// Whether a text matches, as ECMA-262 says; none if the pattern is not read.
pub(super) fn matches(pattern: &str, text: &str) -> Option<bool> {
    Some(regress::Regex::new(pattern).ok()?.find(text).is_some())
}

/// How many characters a part matches, if it matches any that many.
fn any_characters(part: &Hir) -> Option<(u64, Option<u64>)> {
    match part.kind() {
        HirKind::Empty => Some((0, Some(0))),
        HirKind::Capture(capture) => any_characters(&capture.sub),
        HirKind::Repetition(repetition) => {
            let (1, Some(1)) = any_characters(&repetition.sub)? else { return None };
            Some((repetition.min.into(), repetition.max.map(u64::from)))
        }
        HirKind::Class(Class::Unicode(class)) => {
            let mut others = class.clone();
            others.negate();
            others.ranges().is_empty().then_some((1, Some(1)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{lengths, matches};

    #[test]
    fn a_text_matches_wherever_the_pattern_is_in_it() {
        assert_eq!(matches("b+", "abc"), Some(true));
        assert_eq!(matches("^b", "abc"), Some(false));
        assert_eq!(matches("(?!a)b", "ab"), Some(true));
        assert_eq!(matches("(", "a"), None);
    }

    #[test]
    fn a_pattern_that_only_counts_is_a_number_of_characters() {
        for pattern in [
            "",
            "^",
            "$",
            ".*",
            "^.*",
            ".*$",
            "^.*$",
            "(.*)",
            "[\\s\\S]*",
            "^[\\w\\W]*$",
            "a*",
            "(abc)?",
            "^(.*)$",
        ] {
            assert_eq!(lengths(pattern), Some((0, None)), "{pattern}");
        }
        for (pattern, least, most) in [
            (".", 1, None),
            (".+", 1, None),
            ("^.+$", 1, None),
            ("^.{2,5}$", 2, Some(5)),
            ("..", 2, None),
            ("^.{3}", 3, None),
        ] {
            assert_eq!(lengths(pattern), Some((least, most)), "{pattern}");
        }
    }

    #[test]
    fn a_pattern_that_tells_texts_apart_is_none() {
        for pattern in ["a", "^a*$", "[a-z]+", "^\\d{3}$", "(?=a).*", "\\bx*", "^(a|.*b)$", "("] {
            assert_eq!(lengths(pattern), None, "{pattern}");
        }
    }
}
