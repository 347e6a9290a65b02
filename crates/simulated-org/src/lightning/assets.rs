//! Files of the built Case page, from `--assets`; nothing outside that folder, whatever the path says.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};

use super::{Chosen, Visitor};
use crate::org::Org;
use crate::refused::Refused;
use crate::rest::http::json_response;

/// The router's fallback: a file of the page, or the 404 of an Org.
pub async fn serve(State(org): State<Arc<Org>>, method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let sandboxed = Visitor::of(&org, &Chosen::default(), &headers).is_some_and(|visitor| visitor.sandboxed);
    let file = if method == Method::GET { read(&org, uri.path(), sandboxed).await } else { None };
    match file {
        Some(bytes) => {
            let kind = content_type(uri.path());
            let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-cache")];
            (StatusCode::OK, headers, bytes).into_response()
        }
        None => json_response(StatusCode::NOT_FOUND, &Refused::not_found().body()),
    }
}

/// A file below the folder of that build, if there is one.
pub async fn read(org: &Org, path: &str, sandboxed: bool) -> Option<Vec<u8>> {
    let relative = Path::new(path.trim_start_matches('/'));
    if !relative.components().all(|part| matches!(part, Component::Normal(_))) {
        return None;
    }
    tokio::fs::read(folder(org, sandboxed)?.join(relative)).await.ok()
}

/// `dist`, or `dist-lws` beside it for the sandboxed components.
fn folder(org: &Org, sandboxed: bool) -> Option<PathBuf> {
    let plain = org.options.assets.as_ref()?;
    if !sandboxed || is_sandbox_build(plain) {
        return Some(plain.clone());
    }
    let name = format!("{}-lws", plain.file_name()?.to_str()?);
    Some(plain.with_file_name(name))
}

/// Only that build lists its imports for the sandbox to fetch.
pub fn is_sandbox_build(folder: &Path) -> bool {
    folder.join("c.imports.json").is_file()
}

/// `dist-lws` may be given as the assets themselves.
pub fn needs_eval(org: &Org, visitor: &Visitor) -> bool {
    visitor.sandboxed || org.options.assets.as_deref().is_some_and(is_sandbox_build)
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("html") => "text/html; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("json" | "map") => "application/json",
        Some("woff2") => "font/woff2",
        Some("png") => "image/png",
        _ => "application/octet-stream",
    }
}
