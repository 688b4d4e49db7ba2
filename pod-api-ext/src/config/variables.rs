//! Variables in texts: `${NAME}` and `${NAME:-default}`.

use zeroize::Zeroizing;

/// The text with the values of its variables, or the name of one that has none.
///
/// A default applies where `value` has none. `$${` stands for `${`, and an unclosed `${` for itself. Variables inside
/// values are not replaced.
pub(super) fn replaced<'t>(
    text: &'t str,
    value: &dyn Fn(&str) -> Option<String>,
) -> Result<Zeroizing<String>, &'t str> {
    let mut out = Zeroizing::new(String::with_capacity(text.len()));
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        if let Some(before) = before.strip_suffix('$') {
            out.push_str(before);
            out.push_str("${");
            rest = after;
            continue;
        }
        let Some((inside, after)) = after.split_once('}') else { break };
        let (name, default) = match inside.split_once(":-") {
            Some((name, default)) => (name, Some(default)),
            None => (inside, None),
        };
        out.push_str(before);
        match (value(name).map(Zeroizing::new), default) {
            (Some(value), _) => out.push_str(&value),
            (None, Some(default)) => out.push_str(default),
            (None, None) => return Err(name),
        }
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<String, &str> {
        let value = |name: &str| match name {
            "HOST" => Some("acme".to_owned()),
            "EMPTY" => Some(String::new()),
            "TRICK" => Some("${HOST}".to_owned()),
            _ => None,
        };
        replaced(text, &value).map(|text| text.to_string())
    }

    #[test]
    fn the_environment_comes_first_and_then_the_default() {
        for (text, expected) in [
            ("plain", Ok("plain")),
            ("${HOST}", Ok("acme")),
            ("${HOST:-other}", Ok("acme")),
            ("${NONE:-other}", Ok("other")),
            ("${NONE:-}", Ok("")),
            ("${EMPTY:-other}", Ok("")),
            ("a ${HOST}.${NONE:-b} c", Ok("a acme.b c")),
            ("${NONE}", Err("NONE")),
            ("${user.home}/bot.pem", Err("user.home")),
            // Only the file itself names variables, not their values.
            ("${TRICK}", Ok("${HOST}")),
            ("$${HOST}", Ok("${HOST}")),
            ("$${NONE} ${HOST}", Ok("${NONE} acme")),
            ("$HOST", Ok("$HOST")),
            ("pa$$word", Ok("pa$$word")),
            ("open ${HOST", Ok("open ${HOST")),
            ("${NONE:-a:-b}", Ok("a:-b")),
            ("ü${HOST}ü", Ok("üacmeü")),
        ] {
            assert_eq!(of(text), expected.map(str::to_owned), "{text}");
        }
    }
}
