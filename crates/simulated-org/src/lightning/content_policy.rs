//! The Content-Security-Policy of Lightning Experience, with the connector as its one trusted URL.
//!
//! Unlike a real Org, pages of this machine may frame it: the demo shows it beside the customer's phone.

use axum::http::{HeaderMap, HeaderValue, header};

pub fn add(headers: &mut HeaderMap, connector_url: &str, sandboxed: bool) {
    // The sandbox evaluates our components' source, and the recorded platform header allows that too.
    let eval = if sandboxed { " 'unsafe-eval'" } else { "" };
    let policy = format!(
        "default-src 'self'; script-src 'self'{eval}; object-src 'self'; style-src 'self' blob: 'unsafe-inline'; \
         img-src 'self' http: https: data: blob:; media-src 'self' blob:; \
         frame-ancestors 'self' http://127.0.0.1:* http://localhost:*; frame-src https: mailto:; \
         font-src 'self' https: data:; connect-src 'self' blob: {connector_url}"
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
}
