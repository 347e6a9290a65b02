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
    let page = INDEX.replacen(ORGANISATION, &named(&app.config.operator.organisation), 1);
    let mut response = asset("text/html; charset=utf-8", page);
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// `GET /assets/upload/{name}`.
pub async fn upload_page_asset(Path(name): Path<String>) -> Response {
    match ASSETS.iter().find(|(known, ..)| *known == name) {
        Some((_, content_type, text)) => asset(content_type, *text),
        None => Problem::Refused(Refusal::NotFound).into_response(),
    }
}

/// Where the page holds the organisation's name, so that also a closed or wrong link says whose it is.
const ORGANISATION: &str = r#"<meta name="casegate-organisation" content="">"#;

fn named(organisation: &str) -> String {
    let escaped = organisation.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;");
    ORGANISATION.replacen("content=\"\"", &format!("content=\"{escaped}\""), 1)
}

fn asset(content_type: &'static str, text: impl Into<axum::body::Body>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, content_type),
        // The page is small and must never be older than the connector that answers it.
        (header::CACHE_CONTROL, "no-cache"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    (headers, text.into()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_names_the_organisation_and_nothing_else() {
        assert_eq!(INDEX.matches(ORGANISATION).count(), 1, "the page has the place for it");
        assert_eq!(
            named("A & \"B\" <script>"),
            r#"<meta name="casegate-organisation" content="A &amp; &quot;B&quot; &lt;script&gt;">"#
        );
    }

    #[test]
    fn every_module_that_the_page_imports_is_embedded() {
        let names: Vec<_> = ASSETS.iter().map(|(name, ..)| *name).collect();
        for (name, _, text) in ASSETS {
            for import in text.split("from \"./").skip(1).filter_map(|rest| rest.split('"').next()) {
                assert!(names.contains(&import), "{name} imports {import}");
            }
        }
        for reference in INDEX.split("/assets/upload/").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(names.contains(&reference), "the page refers to {reference}");
        }
    }
}
