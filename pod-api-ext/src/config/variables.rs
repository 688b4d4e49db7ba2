//! Variables in texts: `${NAME}` and `${NAME:-default}`.

use zeroize::Zeroizing;

/// Why a variable cannot be replaced.
#[derive(Debug, PartialEq)]
pub(super) enum Unreplaced<'t> {
    /// It has neither a value nor a default.
    NotSet(&'t str),
    /// There is a variable in its default.
    Nested,
}

impl Unreplaced<'_> {
    /// What to do about it. What does not look like a name may be a part of a password, and is not quoted.
    pub(super) fn told(&self) -> String {
        const LITERAL: &str = "if no variable is meant, write $${ in place of ${";
        let is_name = |name: &str| {
            name.contains('.')
                || name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
        };
        match self {
            Self::NotSet(name) if is_name(name) => format!(
                "the environment variable {name} is not set; set it, or write a default: ${{{name}:-default}}"
            ),
            Self::NotSet(_) => format!("a variable in it is not set; set it, write a default, or {LITERAL}"),
            Self::Nested => format!("a default cannot have a variable in it; {LITERAL}"),
        }
    }
}

/// The text with the values of its variables.
///
/// A default applies where `value` has none. `$${` stands for `${`, and an unclosed `${` for itself. Variables inside
/// values are not replaced.
pub(super) fn replaced<'t>(
    text: &'t str,
    value: &dyn Fn(&str) -> Option<String>,
) -> Result<Zeroizing<String>, Unreplaced<'t>> {
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
        if default.is_some_and(|default| default.contains("${")) {
            return Err(Unreplaced::Nested);
        }
        out.push_str(before);
        match (value(name).map(Zeroizing::new), default) {
            (Some(value), _) => out.push_str(&value),
            (None, Some(default)) => out.push_str(default),
            (None, None) => return Err(Unreplaced::NotSet(name)),
        }
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<String, Unreplaced<'_>> {
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
            ("${NONE}", Err(Unreplaced::NotSet("NONE"))),
            ("${user.home}/bot.pem", Err(Unreplaced::NotSet("user.home"))),
            // Only the file itself names variables, not their values.
            ("${TRICK}", Ok("${HOST}")),
            ("$${HOST}", Ok("${HOST}")),
            ("$${NONE} ${HOST}", Ok("${NONE} acme")),
            ("$HOST", Ok("$HOST")),
            ("pa$$word", Ok("pa$$word")),
            ("${NONE:-${HOST}}", Err(Unreplaced::Nested)),
            ("${HOST:-${NONE}}", Err(Unreplaced::Nested)),
            ("open ${HOST", Ok("open ${HOST")),
            ("${NONE:-a:-b}", Ok("a:-b")),
            ("ü${HOST}ü", Ok("üacmeü")),
        ] {
            assert_eq!(of(text), expected.map(str::to_owned), "{text}");
        }
    }

    #[test]
    fn what_may_be_a_password_is_not_quoted() {
        assert!(Unreplaced::NotSet("POD_HOST").told().contains("POD_HOST"));
        assert!(Unreplaced::NotSet("user.home").told().contains("user.home"));
        for name in ["hunter2", "Hunter", "p@ss"] {
            assert!(!Unreplaced::NotSet(name).told().contains(name), "{name}");
        }
    }
}
