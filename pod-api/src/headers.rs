//! The headers of this API that carry the session token and the trace id. Another API may have others.

use http::HeaderName;

pub(crate) const SESSION_TOKEN: HeaderName = HeaderName::from_static("sessiontoken");
pub(crate) const TRACE_ID: HeaderName = HeaderName::from_static("x-trace-id");
