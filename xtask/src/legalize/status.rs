//! Statuses as the document writes them: a number, a class such as `4XX`, or `default`.

/// Whether this counts as a success. `default` does not: beside others it has been split into classes,
/// and alone, if it is JSON or nothing, it needs no care.
pub(super) fn is_success(status: &str) -> bool {
    status.starts_with('2') || status == "101"
}

/// Whether an answer with this status never has a body (RFC 9110, sections 15.3.5 and 15.3.6).
pub(super) fn has_no_body(status: &str) -> bool {
    ["204", "205"].contains(&status)
}

/// Whether this counts as an error.
pub(super) fn is_error(status: &str) -> bool {
    status.starts_with(['4', '5'])
}

/// Whether this is a redirection or information, of which the generator makes nothing.
pub(super) fn is_neither(status: &str) -> bool {
    status != "default" && !is_success(status) && !is_error(status)
}

/// What a status is called, for names.
pub(super) fn reason(status: &str) -> &str {
    match status.as_bytes().first() {
        _ if status == "default" => "default",
        Some(b'2') if is_class(status) => "success",
        Some(b'4') if is_class(status) => "client error",
        Some(b'5') if is_class(status) => "server error",
        _ => http::StatusCode::from_bytes(status.as_bytes())
            .ok()
            .and_then(|status| status.canonical_reason())
            .unwrap_or(status),
    }
}

/// Whether this is a class such as `4XX`.
pub(super) fn is_class(status: &str) -> bool {
    status.len() == 3 && status.get(1..).is_some_and(|rest| rest.eq_ignore_ascii_case("xx"))
}

/// Whether there are words for this status.
pub(super) fn has_reason(status: &str) -> bool {
    status == "default" || is_class(status) || reason(status) != status
}
