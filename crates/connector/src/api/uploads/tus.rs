//! The headers of tus, read strictly and written in one place.

use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use secure_files::Timestamp;

use crate::api::Problem;
use crate::store::uploads::UploadRow;

pub const VERSION: &str = "1.0.0";
pub const EXTENSIONS: &str = "creation,creation-with-upload,expiration,termination,checksum";
pub const OFFSET_CONTENT: &str = "application/offset+octet-stream";

/// Refuses a request that speaks another version.
pub fn require_version(headers: &HeaderMap) -> Result<(), Problem> {
    if text(headers, "tus-resumable") == Some(VERSION) { Ok(()) } else { Err(Problem::TusVersion) }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).filter(|_| is_single(headers, name)).and_then(|value| value.to_str().ok())
}

/// Of two, nobody knows which one a proxy believed.
fn is_single(headers: &HeaderMap, name: &str) -> bool {
    headers.get_all(name).iter().nth(1).is_none()
}

/// A header that is a non-negative number in plain decimal.
pub fn number(headers: &HeaderMap, name: &'static str) -> Result<i64, Problem> {
    text(headers, name)
        .filter(|text| !text.is_empty() && text.len() <= 18 && text.bytes().all(|byte| byte.is_ascii_digit()))
        .and_then(|text| text.parse().ok())
        .ok_or(Problem::field(name, "it is not a number of bytes"))
}

pub fn carries_bytes(headers: &HeaderMap) -> bool {
    text(headers, "content-type").is_some_and(|value| value.eq_ignore_ascii_case(OFFSET_CONTENT))
}

/// `Upload-Metadata`: keys and base64 values; unknown keys are let through.
pub fn metadata(headers: &HeaderMap) -> Result<Vec<(String, String)>, Problem> {
    let Some(line) = headers.get("upload-metadata") else { return Ok(Vec::new()) };
    let wrong = || Problem::field("upload-metadata", "it is not a list of keys and base64 values");
    let line = line.to_str().ok().filter(|_| is_single(headers, "upload-metadata")).ok_or_else(wrong)?;
    let mut pairs: Vec<(String, String)> = Vec::new();
    for pair in line.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once(' ').unwrap_or((pair, ""));
        let value = STANDARD.decode(value.trim()).map_err(|_| wrong())?;
        let value = String::from_utf8(value).map_err(|_| Problem::field("upload-metadata", "a value is not UTF-8"))?;
        if pairs.iter().any(|(known, _)| known == key) {
            return Err(Problem::field("upload-metadata", "a key stands there twice"));
        }
        pairs.push((key.to_owned(), value));
    }
    Ok(pairs)
}

/// `Upload-Checksum`: SHA-256 or SHA-1 are common; only SHA-256 is offered.
pub fn checksum(headers: &HeaderMap) -> Result<Option<[u8; 32]>, Problem> {
    let Some(line) = headers.get("upload-checksum") else { return Ok(None) };
    let digest = line
        .to_str()
        .ok()
        .filter(|_| is_single(headers, "upload-checksum"))
        .and_then(|line| line.strip_prefix("sha256 "))
        .and_then(|digest| STANDARD.decode(digest).ok());
    digest
        .and_then(|digest| digest.try_into().ok())
        .map(Some)
        .ok_or(Problem::field("upload-checksum", "it is not sha256 and a base64 digest"))
}

/// An answer about an upload.
pub fn answer(status: StatusCode, upload: &UploadRow) -> Response {
    let mut response = status.into_response();
    let headers = response.headers_mut();
    let mut set = |name: &'static str, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    };
    set("upload-offset", &upload.offset_bytes.to_string());
    set("upload-length", &upload.size_bytes.to_string());
    set("cache-control", "no-store");
    if upload.state == "receiving" {
        set("upload-expires", &http_date(upload.expires_at));
    }
    response
}

/// IMF-fixdate of RFC 9110, section 5.6.7.
fn http_date(millis: i64) -> String {
    let _ = Timestamp::from_millis(millis);
    jiff::Timestamp::from_millisecond(millis)
        .map(|moment| moment.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: &'static str, value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(name, value.parse().unwrap());
        headers
    }

    #[test]
    fn numbers_are_plain_decimals() {
        for (value, expected) in [("0", Some(0)), ("5368709120", Some(5_368_709_120)), ("007", Some(7))] {
            assert_eq!(number(&with("upload-offset", value), "upload-offset").ok(), expected, "{value}");
        }
        for value in ["", "-1", "+1", "1e3", "1.0", "0x10", "99999999999999999999", " "] {
            assert!(number(&with("upload-offset", value), "upload-offset").is_err(), "{value}");
        }
    }

    #[test]
    fn metadata_reads_names_in_any_script() {
        let headers = with("upload-metadata", "filename R3LDtsOfZS5sb2c=,filetype dGV4dC9wbGFpbg==,flag");
        let pairs = metadata(&headers).unwrap();
        assert_eq!(pairs[0], ("filename".to_owned(), "Größe.log".to_owned()));
        assert_eq!(pairs[2], ("flag".to_owned(), String::new()));
        for bad in ["filename !!", "filename /w==", "a YQ==,a YQ=="] {
            assert!(metadata(&with("upload-metadata", bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_end_of_an_upload_is_an_http_date() {
        assert_eq!(http_date(1_795_277_892_000), "Sat, 21 Nov 2026 16:18:12 GMT");
    }
}
