//! Texts that are valid under what a schema says of them, and hold what has to be encoded where nothing forbids it.

use regex_syntax::hir::{Class, ClassUnicodeRange, Hir, HirKind};

/// Which characters a text may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Alphabet {
    /// All: the text stands in JSON, or is encoded.
    Any,
    /// Those of a header that lists no values.
    Header,
    /// Letters and digits alone: where encoding is a matter of taste.
    Plain,
}

/// A text called `name`. None: none is known that fits.
pub(super) fn text(
    name: &str,
    alphabet: Alphabet,
    format: Option<&str>,
    pattern: Option<&str>,
    (min, max): (usize, usize),
) -> Option<String> {
    if let Some(pattern) = pattern {
        return of_pattern(pattern, (min, max));
    }
    let formatted = format.and_then(of_format).map(str::to_owned);
    let text = formatted.unwrap_or_else(|| free(name, alphabet));
    fitted(&text, min, max)
}

/// A text of a length: the beginning of `text`, or `text` with more at its end.
pub(super) fn fitted(text: &str, min: usize, max: usize) -> Option<String> {
    let text: String = text.chars().take(max).collect();
    // No space at an end, where some take it for nothing.
    let text = text.trim_end().to_owned();
    let missing = min.saturating_sub(text.chars().count());
    (min <= max && missing < 10_000).then(|| text + &"x".repeat(missing))
}

fn free(name: &str, alphabet: Alphabet) -> String {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    match alphabet {
        Alphabet::Any => format!("{name} a/b+é&100%"),
        Alphabet::Header => format!("{plain} a/b+c"),
        Alphabet::Plain => format!("{plain}1"),
    }
}

fn of_format(format: &str) -> Option<&'static str> {
    Some(match format {
        "date-time" => "2026-11-30T15:04:05Z",
        "date" => "2026-11-30",
        "time" => "15:04:05Z",
        "duration" => "P1DT2H",
        "email" | "idn-email" => "first.last+tag@example.com",
        "hostname" | "idn-hostname" => "pod.example.com",
        "ipv4" => "192.0.2.1",
        "ipv6" => "2001:db8::1",
        "uri" | "url" | "iri" => "https://example.com/a?b=c&d=%20",
        "uri-reference" | "iri-reference" => "/a?b=c",
        "uri-template" => "/a/{b}",
        "uuid" => "123e4567-e89b-42d3-a456-426614174000",
        "byte" => "aGVsbG8/Pw==",
        "json-pointer" => "/a~1b",
        "relative-json-pointer" => "1/a",
        "regex" => "^a+$",
        _ => return None,
    })
}

/// The shortest text that a pattern matches.
fn of_pattern(pattern: &str, (min, max): (usize, usize)) -> Option<String> {
    // What looks around is no part of what matches.
    let hir = regex_syntax::Parser::new().parse(pattern).ok()?;
    let mut text = String::new();
    write(&hir, 0, &mut text)?;
    let missing = min.saturating_sub(text.chars().count());
    if missing > 0 {
        // Repetitions are made longer, one after the other, until the text is long enough.
        text.clear();
        write(&hir, missing, &mut text)?;
    }
    let length = text.chars().count();
    (min <= length && length <= max).then_some(text)
}

/// Writes what matches; every repetition that may be longer is longer by `more`.
fn write(hir: &Hir, more: usize, text: &mut String) -> Option<()> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => (),
        HirKind::Literal(literal) => text.push_str(std::str::from_utf8(&literal.0).ok()?),
        HirKind::Class(Class::Unicode(class)) => {
            let ranges = || class.ranges().iter();
            let holds = |c: char| ranges().any(|range| range.start() <= c && c <= range.end());
            let usual = "aA1x-_.".chars().find(|&c| holds(c));
            text.push(usual.or_else(|| ranges().map(ClassUnicodeRange::start).find(|c| !c.is_control()))?);
        }
        HirKind::Class(Class::Bytes(class)) => {
            text.push(char::from(class.ranges().first()?.start()));
        }
        HirKind::Repetition(repetition) => {
            let least = usize::try_from(repetition.min).ok()?;
            let most = repetition.max.map_or(usize::MAX, |max| usize::try_from(max).unwrap_or(usize::MAX));
            // One of what may be missing tells more than none.
            for _ in 0..least.max(1).saturating_add(more).min(most) {
                write(&repetition.sub, more, text)?;
            }
        }
        HirKind::Capture(capture) => write(&capture.sub, more, text)?,
        HirKind::Concat(parts) => parts.iter().try_for_each(|part| write(part, more, text))?,
        HirKind::Alternation(branches) => write(branches.first()?, more, text)?,
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_matches_its_pattern_and_keeps_its_limits() {
        let any = (0, usize::MAX);
        let of = |pattern, limits| text("n", Alphabet::Any, None, Some(pattern), limits);
        assert_eq!(of("^[A-Z]{3}-[0-9]+$", any).unwrap(), "AAA-1");
        assert_eq!(of("^(?:on|off)$", any).unwrap(), "on");
        assert_eq!(of("^[a-z]*$", (5, 9)).unwrap().len(), 5);
        assert_eq!(of("^[a-z]{3}$", (5, 9)), None);
        assert_eq!(of("(?<!a)b", any), None, "no pattern of Rust");
        assert_eq!(text("n", Alphabet::Any, None, None, (0, 3)).unwrap(), "n a");
        assert_eq!(text("n", Alphabet::Plain, None, None, (4, 9)).unwrap(), "n1xx");
        assert_eq!(text("n", Alphabet::Any, Some("date"), None, any).unwrap(), "2026-11-30");
    }
}
