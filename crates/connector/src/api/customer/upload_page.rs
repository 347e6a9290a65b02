//! The upload page and its parts, embedded in the binary. The same answer for every id: nothing is looked up.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};
use secure_files::Refusal;

use crate::api::{Path, Problem};
use crate::app::App;

const INDEX: &str = include_str!("../../../upload-page/index.html");

/// Name, content type, text. The upload client is the very file that the Lightning panel uses.
const ASSETS: &[(&str, &str, &str)] = &[
    ("upload.css", CSS, include_str!("../../../upload-page/upload.css")),
    ("upload.js", JS, include_str!("../../../upload-page/upload.js")),
    ("attention.js", JS, include_str!("../../../upload-page/attention.js")),
    ("choosing.js", JS, include_str!("../../../upload-page/choosing.js")),
    ("format.js", JS, include_str!("../../../upload-page/format.js")),
    ("limits.js", JS, include_str!("../../../upload-page/limits.js")),
    ("receipt.js", JS, include_str!("../../../upload-page/receipt.js")),
    ("rows.js", JS, include_str!("../../../upload-page/rows.js")),
    ("screens.js", JS, include_str!("../../../upload-page/screens.js")),
    ("session.js", JS, include_str!("../../../upload-page/session.js")),
    ("states.js", JS, include_str!("../../../upload-page/states.js")),
    ("strings.js", JS, include_str!("../../../upload-page/strings.js")),
    ("transfers.js", JS, include_str!("../../../upload-page/transfers.js")),
    ("resumableUpload.js", JS, include_str!("../../../../../lwc/resumableUpload/resumableUpload.js")),
];

const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";

/// `GET /r/{request_id}`: static; the secret stays in the fragment.
pub async fn upload_page(State(app): State<App>) -> Response {
    let ancestors = &app.config.http.upload_page_frame_ancestors;
    let ancestors = if ancestors.is_empty() {
        "'none'".to_owned()
    } else {
        ancestors.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    };
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
         form-action 'none'; base-uri 'none'; frame-ancestors {ancestors}"
    );
    let mut response = asset("text/html; charset=utf-8", INDEX);
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// `GET /assets/upload/{name}`.
pub async fn upload_page_asset(Path(name): Path<String>) -> Response {
    match ASSETS.iter().find(|(known, ..)| *known == name) {
        Some((_, content_type, text)) => asset(content_type, text),
        None => Problem::Refused(Refusal::NotFound).into_response(),
    }
}

fn asset(content_type: &'static str, text: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, content_type),
        // The page is small and must never be older than the connector that answers it.
        (header::CACHE_CONTROL, "no-cache"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    (headers, text).into_response()
}
