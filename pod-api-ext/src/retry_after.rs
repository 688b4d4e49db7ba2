//! `Retry-After`: how long a server asks to wait.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, header};

/// Nobody waits for longer than a year, and adding that to a time never fails.
pub(crate) const MAX: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Seconds, or a date; a date is taken relative to the clock of the server that wrote it.
pub(crate) fn asked_for(headers: &HeaderMap) -> Option<Duration> {
    let text = |name| headers.get(name)?.to_str().ok().map(str::trim);
    let value = text(header::RETRY_AFTER)?;
    if let Ok(seconds) = value.parse::<u64>() {
        return Some(Duration::from_secs(seconds).min(MAX));
    }
    let then = httpdate::parse_http_date(value).ok()?;
    let now = text(header::DATE).and_then(|date| httpdate::parse_http_date(date).ok());
    Some(then.duration_since(now.unwrap_or_else(SystemTime::now)).unwrap_or_default().min(MAX))
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
        assert_eq!(read(&[(header::RETRY_AFTER, "18446744073709551615")]), Some(31_536_000));
        assert_eq!(read(&[(header::RETRY_AFTER, "-1")]), None);
        assert_eq!(read(&[(header::RETRY_AFTER, "soon")]), None);
        assert_eq!(read(&[]), None);
    }
}
