//! Text of a pod's answer, shortened for error messages.

use http::{HeaderMap, header};

/// The message for an answer whose body is still compressed.
pub(crate) fn compressed(headers: &HeaderMap) -> Option<String> {
    let coding = headers.get(header::CONTENT_ENCODING)?.to_str().unwrap_or("in an unknown way").trim();
    let is_compressed = !coding.is_empty() && !coding.eq_ignore_ascii_case("identity");
    is_compressed
        .then(|| format!("the answer is compressed ({}), so what it says is lost", shown(coding, 30)))
}

/// The beginning of a text, up to this many characters, on one line and without its full stop.
pub(crate) fn shown(text: &str, limit: usize) -> String {
    let visible = |c: char| if c.is_control() { ' ' } else { c };
    let shown: String = text.chars().map(visible).take(limit).collect();
    shown.trim_end_matches('.').to_owned()
}
