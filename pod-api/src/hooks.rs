//! Sends the requests of all operations, with the headers of the context.

use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderValue, Method};

use crate::headers::{SESSION_TOKEN, TRACE_ID};
use crate::{Client, Operation};

impl Client {
    /// Sends a request with the headers that the client adds.
    // Not `async`, which would keep the request a second time in the future of every call.
    pub(crate) fn execute(
        &self,
        mut request: reqwest::Request,
        operation: &Operation,
    ) -> impl Future<Output = reqwest::Result<reqwest::Response>> + use<> {
        self.inner.begin(operation.name);
        let has_body = request.body().is_some();
        let may_have_body = matches!(*request.method(), Method::POST | Method::PUT | Method::PATCH);
        let headers = request.headers_mut();
        if let Some(token) = self.inner.session() {
            headers.insert(SESSION_TOKEN, HeaderValue::from(token));
        }
        if let Some(id) = self.inner.trace_id() {
            headers.insert(TRACE_ID, id.header());
        }
        // A name may have several values, which together replace the previous ones.
        for name in self.inner.headers().keys() {
            headers.remove(name);
        }
        for (name, value) in self.inner.headers() {
            headers.append(name, value.clone());
        }
        // Some servers refuse a POST without `Content-Length`, or with a `Content-Type` but no body.
        if may_have_body && !has_body {
            headers.remove(CONTENT_TYPE);
            headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        self.client.execute(request)
    }
}
