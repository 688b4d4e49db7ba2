//! What a pod writes for people to read, as a part of a message of ours.

/// The beginning of a text, up to this many characters, on one line and without its full stop.
pub(crate) fn shown(text: &str, limit: usize) -> String {
    let visible = |c: char| if c.is_control() { ' ' } else { c };
    let shown: String = text.chars().map(visible).take(limit).collect();
    shown.trim_end_matches('.').to_owned()
}
