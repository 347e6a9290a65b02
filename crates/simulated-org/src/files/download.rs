//! `GET sobjects/T/id/VersionData` and its like: the bytes of a file as they came.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use tokio_util::io::ReaderStream;

use super::content::{Content, Source};
use crate::refused::Refused;
use crate::rest::http::split_target;
use crate::rest::record_id;
use crate::schema::FieldKind;
use crate::work::Work;

/// The bytes that a target names; `None` when it names none, and is somebody else's to answer.
pub fn find(work: &Work, method: &Method, target: &str) -> Option<Result<Arc<Content>, Refused>> {
    let (_, path, _) = split_target(target).filter(|_| method == Method::GET)?;
    let [resource, name, id, field] = &path[..] else { return None };
    let object = work.object(name).ok().filter(|_| resource == "sobjects")?;
    let field = object.field(field).filter(|field| field.kind == FieldKind::Base64)?;
    let content = record_id(object, id).and_then(|known| {
        let row = work.readable_row(object, known, id)?;
        row.cell(&field.name).as_content().cloned().ok_or_else(|| Refused::no_such_record(id))
    });
    Some(content)
}

pub fn respond(content: &Content) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/octetstream".to_owned()),
        (header::CONTENT_LENGTH, content.size.to_string()),
    ];
    let body = match (content.source(), content.file()) {
        (Source::Memory(bytes), _) => Body::from(bytes.to_vec()),
        // Open already, so the row may go while its bytes are still on their way.
        (Source::File(_), Ok(Some(file))) => Body::from_stream(ReaderStream::new(tokio::fs::File::from_std(file))),
        _ => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    };
    (headers, body).into_response()
}
