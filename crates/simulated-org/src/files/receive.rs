//! `POST sobjects/T` as multipart/form-data: the bytes are taken first, then the row is made in one step.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderMap, Method, header};

use super::multipart::{self, Parts};
use crate::org::Org;
use crate::record_id::RecordId;
use crate::refused::Refused;
use crate::rest::http::split_target;
use crate::rest::{Answer, create_record};
use crate::work::Work;

/// How much may come in at once. Smaller in tests, so that small files reach the ends.
#[derive(Clone, Copy, Debug)]
pub struct FileLimits {
    /// A ContentVersion as multipart.
    pub version_bytes: u64,
    /// Any other object as multipart.
    pub other_bytes: u64,
    /// The base64 text of one field of a JSON body.
    pub base64_bytes: u64,
}

impl Default for FileLimits {
    fn default() -> Self {
        Self { version_bytes: 2 * 1024 * 1024 * 1024, other_bytes: 500 * 1024 * 1024, base64_bytes: 37_500_000 }
    }
}

/// Whether this request carries a file, so that nobody before us may gather its body.
pub fn is_upload(headers: &HeaderMap) -> bool {
    multipart::boundary(content_type(headers)).is_some()
}

fn content_type(headers: &HeaderMap) -> &str {
    headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// Takes one upload of `user` to its end and makes its row. Refused or cut off, it leaves nothing.
pub async fn receive(
    org: &Arc<Org>,
    user: RecordId,
    method: &Method,
    target: &str,
    headers: &HeaderMap,
    body: Body,
) -> Result<Answer, Refused> {
    let (version, path, query) = split_target(target).ok_or_else(Refused::not_found)?;
    let [resource, name] = &path[..] else { return Err(not_here()) };
    if resource != "sobjects" || method != Method::POST {
        return Err(not_here());
    }
    if let Some((option, _)) = query.first() {
        return Err(Refused::bad("INVALID_QUERY_PARAMETER", format!("unknown query option {option}")));
    }
    // Who may not make such a row is told before the bytes come.
    let limit = org.work(user, |work| limit_of(work, name))?;
    let boundary = multipart::boundary(content_type(headers)).ok_or_else(not_here)??;
    let Parts { record, binary } = multipart::read(body.into_data_stream(), boundary, limit).await?;
    let binary = binary.map(|(field, content)| (field, Arc::new(content)));
    org.work(user, |work| {
        let object = work.object(name)?;
        create_record::create(work, object, version, &record, binary)
    })
}

fn limit_of(work: &Work, name: &str) -> Result<u64, Refused> {
    let limits = &work.org.options.file_limits;
    let object = work.object(name)?;
    Ok(if object.name == "ContentVersion" { limits.version_bytes } else { limits.other_bytes })
}

fn not_here() -> Refused {
    Refused::new(415, "UNSUPPORTED_MEDIA_TYPE", "The simulated org takes multipart/form-data for POST sobjects/T only")
}
