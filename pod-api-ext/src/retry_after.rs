//! `Retry-After`: how long a server asks to wait.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, header};

/// The longest wait: a year, which can always be added to a time.
pub(crate) const MAX: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Seconds, with or without a fraction, or a date. A date is relative to the clock of the server that sent it.
pub(crate) fn asked_for(headers: &HeaderMap) -> Option<Duration> {
    let text = |name| headers.get(name)?.to_str().ok().map(str::trim);
    let value = text(header::RETRY_AFTER)?;
    if let Some(wait) = seconds(value) {
        return Some(wait);
    }
    let then = httpdate::parse_http_date(value).ok()?;
    let now = text(header::DATE).and_then(|date| httpdate::parse_http_date(date).ok());
    Some(then.duration_since(now.unwrap_or_else(SystemTime::now)).unwrap_or_default().min(MAX))
}

/// Rounded up: who waits that long has waited long enough.
pub(crate) fn whole_seconds(span: Duration) -> u64 {
    span.as_secs().saturating_add(u64::from(span.subsec_nanos() > 0))
}

/// A retry that is too early is refused again, so a fraction counts as a whole second.
fn seconds(text: &str) -> Option<Duration> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !(is_number(whole) && is_number(fraction)) || whole.len() + fraction.len() == 0 {
        return None;
    }
    // Too many digits mean the longest time, and no digits mean zero.
    let whole = if whole.is_empty() { 0 } else { whole.parse().unwrap_or(u64::MAX) };
    let rest = fraction.bytes().any(|digit| digit != b'0');
    Some(Duration::from_secs(whole.saturating_add(rest.into())).min(MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date_by_the_servers_clock() {
        let headers = |pairs: &[(header::HeaderName, &'static str)]| -> HeaderMap {
            pairs.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect()
        };
        let read = |pairs: &[_]| asked_for(&headers(pairs)).map(|wait| wait.as_secs());
        assert_eq!(read(&[(header::RETRY_AFTER, "120")]), Some(120));
        let date = (header::DATE, "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(read(&[date.clone(), (header::RETRY_AFTER, "Sun, 06 Nov 1994 08:50:07 GMT")]), Some(30));
        assert_eq!(read(&[date, (header::RETRY_AFTER, "Sun, 06 Nov 1994 08:00:00 GMT")]), Some(0));
        assert_eq!(read(&[(header::RETRY_AFTER, "Sat, 06 Nov 9999 08:49:37 GMT")]), Some(31_536_000));
        assert_eq!(read(&[]), None);
    }

    #[test]
    fn a_fraction_is_rounded_up_and_a_number_is_never_too_large() {
        for (text, wait) in [
            ("0", Some(0)),
            ("007", Some(7)),
            (" 7 ", Some(7)),
            ("1.5", Some(2)),
            ("1.0", Some(1)),
            ("0.001", Some(1)),
            (".5", Some(1)),
            ("2.", Some(2)),
            ("31536000.5", Some(31_536_000)),
            ("18446744073709551615", Some(31_536_000)),
            ("18446744073709551615.9", Some(31_536_000)),
            ("99999999999999999999999999999999999999999999", Some(31_536_000)),
            ("-1", None),
            ("-0.5", None),
            ("-99999999999999999999999", None),
            ("+5", None),
            (".", None),
            ("", None),
            ("1.2.3", None),
            ("1e3", None),
            ("5 s", None),
            ("NaN", None),
            ("soon", None),
        ] {
            let headers = HeaderMap::from_iter([(header::RETRY_AFTER, text.parse().unwrap())]);
            assert_eq!(asked_for(&headers).map(|wait| wait.as_secs()), wait, "{text:?}");
        }
    }
}
