//! Every URL, in the order a person meets them. Who may call is the handler's extractor: `Agent`, `Customer`, or none.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::extract::Request;
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{get, options, post};
use http::{HeaderName, HeaderValue, Method, header};
use secure_files::Refusal;
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::api::{Problem, agent, customer, downloads, health, openapi, problem::ProblemCode, uploads};
use crate::app::App;
use crate::telemetry::RequestNotes;

/// JSON bodies are small; uploads have no limit of their own.
const LARGEST_JSON_BYTES: usize = 64 * 1024;

pub fn router(app: &App) -> Router {
    let agents = Router::new()
        .route("/api/v1/cases/{case_id}", get(agent::show_case::show_case))
        .route("/api/v1/cases/{case_id}/file-requests", post(agent::create_file_request::create_file_request))
        .route("/api/v1/cases/{case_id}/file-requests/{id}/links", post(agent::copy_link::copy_link))
        .route(
            "/api/v1/cases/{case_id}/file-requests/{id}/resend",
            post(agent::resend_file_request::resend_file_request),
        )
        .route(
            "/api/v1/cases/{case_id}/file-requests/{id}/revoke",
            post(agent::revoke_file_request::revoke_file_request),
        )
        .route("/api/v1/cases/{case_id}/secure-files/{id}/tickets", post(agent::create_ticket::create_ticket))
        // Before the layer, or a preflight would be refused outside of it.
        .method_not_allowed_fallback(refuse)
        .layer(lightning_origins(app));
    let customers = Router::new()
        .route("/r/{request_id}", get(customer::upload_page::upload_page))
        .route("/assets/upload/{name}", get(customer::upload_page::upload_page_asset))
        .route("/api/v1/customer/sessions", post(customer::redeem_link::redeem_link))
        .route("/api/v1/customer/sessions/renew", post(customer::renew_session::renew_session))
        .route("/api/v1/customer/request", get(customer::show_request::show_request))
        .route("/api/v1/customer/consents", post(customer::give_consent::give_consent))
        .route("/api/v1/customer/finish", post(customer::finish::finish));
    let transfers = Router::new()
        .route(
            "/api/v1/customer/uploads",
            options(uploads::describe_uploads::describe_uploads).post(uploads::start_upload::start_upload),
        )
        .route(
            "/api/v1/customer/uploads/{id}",
            options(uploads::describe_uploads::describe_uploads)
                .head(uploads::show_upload::show_upload)
                .patch(uploads::append_upload::append_upload)
                .delete(uploads::cancel_upload::cancel_upload),
        )
        .method_not_allowed_fallback(refuse)
        .layer(DefaultBodyLimit::disable())
        .layer(middleware::map_response(speak_tus));
    Router::new()
        .merge(agents)
        .merge(customers)
        .layer(DefaultBodyLimit::max(LARGEST_JSON_BYTES))
        .merge(transfers)
        .route("/api/v1/downloads/{ticket}", get(downloads::download))
        .route("/api/v1/openapi.json", get(openapi::show_openapi))
        .route("/healthz", get(health::show_health))
        .route("/readyz", get(health::show_readiness))
        .fallback(refuse)
        .method_not_allowed_fallback(refuse)
        .layer(middleware::from_fn(harden))
        .with_state(app.clone())
}

async fn refuse() -> Problem {
    Problem::Refused(Refusal::NotFound)
}

/// Exactly the registered Lightning origins; a bearer token, never a cookie.
fn lightning_origins(app: &App) -> CorsLayer {
    let origins: Vec<HeaderValue> = app
        .orgs
        .iter()
        .flat_map(|org| org.config.lightning_origins.iter())
        .filter_map(|origin| HeaderValue::from_str(origin.as_str()).ok())
        .collect();
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE, header::ACCEPT])
        .expose_headers(
            ["location", "upload-offset", "upload-length", "tus-resumable", "etag", "retry-after", "x-request-id"]
                .map(HeaderName::from_static),
        )
        .max_age(std::time::Duration::from_hours(1))
}

/// Every answer about uploads names the version, problems too.
async fn speak_tus(mut response: Response) -> Response {
    response.headers_mut().insert("tus-resumable", HeaderValue::from_static("1.0.0"));
    response
}

/// Headers that every answer carries, and the problem's code for the request line.
async fn harden(request: Request, next: Next) -> Response {
    let notes = request.extensions().get::<RequestNotes>().cloned();
    let mut response = next.run(request).await;
    if let (Some(notes), Some(code)) = (notes, response.extensions().get::<ProblemCode>()) {
        notes.set_code(code.0);
    }
    let headers = response.headers_mut();
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()"),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"));
    response
}
