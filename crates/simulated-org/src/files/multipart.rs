//! A multipart/form-data body: one JSON part and one binary part, in any order, the binary one never held whole.
//!
//! Format: RFC 7578; REST API, "Insert or Update Blob Data". Units: bytes.

use axum::body::Bytes;
use futures_util::{Stream, TryStreamExt as _};
use multer::{Constraints, Multipart, SizeLimit};
use serde_json::{Map, Value};

use super::content::{Content, Incoming};
use crate::refused::Refused;

/// The JSON part describes one record: far more than any record needs.
const MAX_RECORD_BYTES: usize = 1024 * 1024;

pub struct Parts {
    pub record: Map<String, Value>,
    /// The field that the bytes are for, and the bytes.
    pub binary: Option<(String, Content)>,
}

/// The boundary, when the body is multipart/form-data at all.
pub fn boundary(content_type: &str) -> Option<Result<String, Refused>> {
    let (kind, _) = content_type.split_once(';').unwrap_or((content_type, ""));
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    Some(multer::parse_boundary(content_type).map_err(|_| malformed("The multipart message names no boundary")))
}

/// Reads a body to its end. Whatever is refused, and whatever stops half-way, leaves nothing.
pub async fn read<S, E>(body: S, boundary: String, limit_bytes: u64) -> Result<Parts, Refused>
where
    S: Stream<Item = Result<Bytes, E>> + Send + 'static,
    E: Into<Box<dyn std::error::Error + Send + Sync>> + 'static,
{
    let whole = limit_bytes.saturating_add(2 * MAX_RECORD_BYTES as u64);
    let constraints = Constraints::new().size_limit(SizeLimit::new().whole_stream(whole).per_field(limit_bytes));
    let mut multipart = Multipart::with_constraints(body, boundary, constraints);
    let (mut record, mut binary) = (None, None);
    while let Some(mut field) = multipart.next_field().await.map_err(broken)? {
        let name = field.name().map(str::to_owned).ok_or_else(|| malformed("A part of the message has no name"))?;
        if field.file_name().is_some() {
            if binary.is_some() {
                return Err(malformed("Cannot include more than one binary part"));
            }
            let mut incoming = Incoming::default();
            while let Some(chunk) = field.chunk().await.map_err(broken)? {
                incoming
                    .write(&chunk)
                    .map_err(|error| malformed(&format!("The multipart message is malformed: {error}")))?;
            }
            binary = Some((name, incoming.finish()));
            continue;
        }
        if record.is_some() {
            return Err(malformed("Cannot include more than one non-binary part"));
        }
        if field.content_type().is_none_or(|kind| kind.essence_str() != "application/json") {
            return Err(malformed("The non-binary part must have Content-Type application/json"));
        }
        let mut text = Vec::new();
        while let Some(chunk) = field.chunk().await.map_err(broken)? {
            text.extend_from_slice(&chunk);
            if text.len() > MAX_RECORD_BYTES {
                return Err(too_large());
            }
        }
        let members = serde_json::from_slice(&text);
        record = Some(members.map_err(|error| Refused::bad("JSON_PARSER_ERROR", error.to_string()))?);
    }
    // A stream that ends before the closing boundary is an error above, so what is here arrived whole.
    let record = record.ok_or_else(|| malformed("Multipart message must include a non-binary part"))?;
    try_whole(Parts { record, binary })
}

fn try_whole(parts: Parts) -> Result<Parts, Refused> {
    match parts.binary {
        Some(_) => Ok(parts),
        None => Err(malformed("Multipart message must include a binary part")),
    }
}

fn broken(error: multer::Error) -> Refused {
    match error {
        multer::Error::FieldSizeExceeded { .. } | multer::Error::StreamSizeExceeded { .. } => too_large(),
        error => malformed(&format!("The multipart message is malformed: {error}")),
    }
}

fn malformed(sentence: &str) -> Refused {
    Refused::bad("INVALID_MULTIPART_REQUEST", sentence)
}

pub fn too_large() -> Refused {
    Refused::new(413, "REQUEST_ENTITY_TOO_LARGE", "Request Entity Too Large")
}

/// One whole body in memory, cut into pieces of `step` bytes: for tests and the fuzzer.
pub async fn read_pieces(body: &[u8], boundary: &str, step: usize, limit_bytes: u64) -> Result<Parts, Refused> {
    let pieces: Vec<_> = body.chunks(step.max(1)).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
    let stream = futures_util::stream::iter(pieces).map_err(|error: std::io::Error| error);
    read(stream, boundary.to_owned(), limit_bytes).await
}

#[cfg(test)]
mod tests {
    use super::*;

    const JSON: &str = "--x\r\nContent-Disposition: form-data; name=\"entity_content\"\r\nContent-Type: application/json\r\n\
                        \r\n{\"Title\":\"a\"}\r\n";
    const BYTES: &str =
        "--x\r\nContent-Disposition: form-data; name=\"VersionData\"; filename=\"a.bin\"\r\n\r\nabc\r\n";

    async fn outcome(body: &str, limit: u64) -> Result<String, String> {
        let mut told = Vec::new();
        for step in [1, 7, body.len()] {
            told.push(match read_pieces(body.as_bytes(), "x", step, limit).await {
                Ok(parts) => Ok(format!("{:?} {:?}", parts.record, parts.binary)),
                Err(refused) => Err(refused.message),
            });
        }
        assert!(told.iter().all(|other| *other == told[0]), "{told:?}");
        told.remove(0)
    }

    #[tokio::test]
    async fn parts_come_in_either_order_and_in_any_pieces() {
        let one = outcome(&format!("{JSON}{BYTES}--x--\r\n"), 100).await;
        assert!(one.as_ref().is_ok_and(|told| told.contains("3 bytes")), "{one:?}");
        assert_eq!(one, outcome(&format!("{BYTES}{JSON}--x--\r\n"), 100).await);
    }

    #[tokio::test]
    async fn what_is_not_one_record_and_one_file_is_refused() {
        for (body, told) in [
            (format!("{JSON}--x--\r\n"), "binary part"),
            (format!("{BYTES}--x--\r\n"), "must include a non-binary part"),
            (format!("{BYTES}{BYTES}{JSON}--x--\r\n"), "more than one binary part"),
            (format!("{JSON}{JSON}{BYTES}--x--\r\n"), "more than one non-binary part"),
            (format!("{JSON}{BYTES}"), "malformed"),
            (format!("{JSON}{}", &BYTES[..BYTES.len() - 4]), "malformed"),
            (JSON.replace("application/json", "text/plain") + BYTES + "--x--\r\n", "application/json"),
        ] {
            let refused = outcome(&body, 100).await;
            assert!(refused.as_ref().is_err_and(|sentence| sentence.contains(told)), "{body}: {refused:?}");
        }
        assert_eq!(outcome(&format!("{JSON}{BYTES}--x--\r\n"), 2).await, Err(too_large().message));
    }
}
