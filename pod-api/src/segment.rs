//! Values in a path: each value is one segment, with any characters.

use std::fmt::{self, Write as _};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Everything but the unreserved characters of RFC 3986.
pub(crate) const RESERVED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Escapes a value for use as a segment.
///
/// # Errors
/// The value is empty, `.` or `..`: URLs treat these as steps in the path, escaped or not.
pub(crate) fn encode(value: &impl fmt::Display) -> Result<String, String> {
    /// Escapes the text that is written to it.
    struct Escaped(String);

    impl fmt::Write for Escaped {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            self.0.extend(utf8_percent_encode(text, &RESERVED));
            Ok(())
        }
    }

    // Written directly, because most values are ids and need no intermediate text.
    let mut segment = Escaped(String::new());
    write!(segment, "{value}").map_err(|error| error.to_string())?;
    checked(segment.0)
}

/// Checks an escaped segment.
///
/// # Errors
/// It is empty, `.` or `..`.
pub(crate) fn checked(segment: String) -> Result<String, String> {
    match segment.as_str() {
        "" => Err("an empty value cannot stand in a path".into()),
        "." | ".." => Err(format!("the value `{segment}` cannot stand in a path")),
        _ => Ok(segment),
    }
}

/// The pattern that matches exactly this segment.
#[cfg(feature = "httpmock")]
pub(crate) fn pattern(value: &str) -> String {
    regex::escape(&utf8_percent_encode(value, &RESERVED).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_stays_one_segment() {
        for (value, segment) in [
            ("7078106103809", "7078106103809"),
            ("a/b", "a%2Fb"),
            ("a\\b", "a%5Cb"),
            ("a b+c=d?e#f%", "a%20b%2Bc%3Dd%3Fe%23f%25"),
            ("Zürich", "Z%C3%BCrich"),
            ("...", "..."),
        ] {
            assert_eq!(encode(&value).unwrap(), segment);
            let mut url = url::Url::parse("https://server/v1/user/x/info").unwrap();
            url.set_path(&format!("/v1/user/{segment}/info"));
            assert_eq!(url.path_segments().unwrap().count(), 4, "{url}");
        }
    }

    #[test]
    fn steps_in_the_path_are_refused() {
        for value in ["", ".", ".."] {
            assert!(encode(&value).unwrap_err().contains("cannot stand in a path"));
        }
    }
}
