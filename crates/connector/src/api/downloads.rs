//! A ticket's file: any range, access checked again at most every minute, also while bytes flow.
//!
//! Invariants: the audit event is durable before the first byte leaves; a file that is not the sealed one answers with a
//! problem, and one that stops being it aborts the transfer: never a clean end.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use http::{HeaderMap, Method, StatusCode, header};
use secure_files::{Activity, CaseId, Refusal, Timestamp, UserId, content_disposition};

use super::{Path, Problem};
use crate::app::App;
use crate::audit::{Event, Origin};
use crate::client_address::ClientAddress;
use crate::org::{ACCESS_GOOD_FOR, Org};
use crate::rates::Attempt;
use crate::secrets::SecretKind;
use crate::store::secure_files::{self as files, SecureFileRow};
use crate::store::tickets::{self, TicketRow};
use crate::stored_file::open_stored_file;
use crate::vault::{FileReader, OpenedFile, VaultError};

#[utoipa::path(get, path = "/api/v1/downloads/{ticket}", tag = "agent", params(("ticket" = String, Path)),
    responses((status = 200, content_type = "application/octet-stream"), (status = 206)))]
pub async fn download(
    State(app): State<App>,
    Path(ticket): Path<String>,
    method: Method,
    address: ClientAddress,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    app.rates.admit(Attempt::Request, address.0, None, app.clock.monotonic())?;
    let now = app.clock.now();
    let token_hash = app.secrets.hash(SecretKind::Ticket, &ticket);
    let mut reader = app.store.read().await?;
    let ticket = tickets::find_live(&mut reader, &token_hash, now.as_millis()).await?.ok_or(Refusal::NotFound)?;
    let file = files::find(&mut reader, &ticket.org_id, &ticket.file_id)
        .await?
        .filter(|file| file.state == "held")
        .ok_or(Refusal::NotFound)?;
    drop(reader);
    let access = Access::of(&app, &ticket)?;
    if !access.still_granted(now).await? {
        return Err(Refusal::NotFound.into());
    }
    let origin = Origin {
        ip_address: Some(address.0.to_string()),
        user_agent: headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).map(str::to_owned),
        ..Origin::default()
    };
    let opened = open(&app, &file, &ticket, &origin, now).await?;
    let size = u64::try_from(file.size_bytes).unwrap_or_default();
    let range = requested_range(&headers, size, &file.plaintext_sha256)?;
    if method != Method::HEAD {
        record_use(&app, &ticket, &file, &origin, range.as_ref(), now).await?;
    }
    let (status, bytes) = match range {
        Some(range) => (StatusCode::PARTIAL_CONTENT, range),
        None => (StatusCode::OK, 0..size),
    };
    let body =
        if method == Method::HEAD { Body::empty() } else { body(opened.read(bytes.clone())?, access, app.clone()) };
    let mut response = (status, body).into_response();
    fill_headers(response.headers_mut(), &file, &bytes, size, status);
    Ok(response)
}

/// Who opens, and whether they still may.
struct Access {
    org: Arc<Org>,
    user: UserId,
    case: CaseId,
}

impl Access {
    fn of(app: &App, ticket: &TicketRow) -> Result<Self, Problem> {
        let org = app.orgs.recorded(&ticket.org_id).ok_or(Refusal::NotFound)?.clone();
        let user = UserId::parse(&ticket.user_id).map_err(|_| Problem::Internal)?;
        let case = CaseId::parse(&ticket.case_id).map_err(|_| Problem::Internal)?;
        Ok(Self { org, user, case })
    }

    async fn still_granted(&self, now: Timestamp) -> Result<bool, Problem> {
        Ok(self.org.may_still_read(&self.user, &self.case, now).await?)
    }
}

async fn open(
    app: &App,
    file: &SecureFileRow,
    ticket: &TicketRow,
    origin: &Origin,
    now: Timestamp,
) -> Result<OpenedFile, Problem> {
    if file.identity_sealed.is_none() {
        return Err(Refusal::NotFound.into());
    }
    match open_stored_file(&app.vault, file).await {
        Ok(opened) => Ok(opened),
        Err(error @ (VaultError::NotThatObject(_) | VaultError::Open(_))) => {
            let event = Event::of_file(Activity::ObjectRefused, file)
                .by_agent(&ticket.user_id)
                .from(origin)
                .detail("not_the_sealed_object");
            let mut tx = app.store.transaction("refuse_object").await?;
            app.audit.append(&mut tx, event, now).await?;
            tx.commit().await?;
            Err(error.into())
        }
        Err(error) => Err(error.into()),
    }
}

async fn record_use(
    app: &App,
    ticket: &TicketRow,
    file: &SecureFileRow,
    origin: &Origin,
    range: Option<&Range<u64>>,
    now: Timestamp,
) -> Result<(), Problem> {
    let mut event = Event::of_file(Activity::FileOpened, file).by_agent(&ticket.user_id).from(origin);
    if let Some(range) = range {
        event = event.detail(format!("bytes {}-{}", range.start, range.end));
    }
    let hours = u64::from(app.config.policy.download_hours);
    let expires_at = now.plus(Duration::from_hours(hours)).as_millis();
    let mut tx = app.store.transaction("open_file").await?;
    if ticket.first_used_at.is_none()
        && !tickets::mark_used(&mut tx, &ticket.token_hash, now.as_millis(), expires_at).await?
    {
        // Used by another request in between, which moved its end: it is live all the same.
        tickets::find_live(&mut tx, &ticket.token_hash, now.as_millis()).await?.ok_or(Refusal::NotFound)?;
    }
    app.audit.append(&mut tx, event, now).await?;
    Ok(tx.commit().await?)
}

fn body(reader: FileReader, access: Access, app: App) -> Body {
    let checked_at = app.clock.now();
    Body::from_stream(stream::unfold(Some((reader, access, app, checked_at)), |state| async move {
        let (mut reader, access, app, mut checked_at) = state?;
        let now = app.clock.now();
        if now.since(checked_at) >= ACCESS_GOOD_FOR {
            match access.still_granted(now).await {
                Ok(true) => checked_at = now,
                Ok(false) => return Some((Err(std::io::Error::other("access to the Case was lost")), None)),
                Err(_) => return Some((Err(std::io::Error::other("access could not be checked")), None)),
            }
        }
        match reader.next().await {
            Ok(Some(piece)) => Some((Ok::<Bytes, std::io::Error>(piece), Some((reader, access, app, checked_at)))),
            Ok(None) => None,
            Err(error) => {
                tracing::error!(target: "casegate", %error, "a download was aborted: the object is not what was sealed");
                Some((Err(std::io::Error::other("the file could not be read")), None))
            }
        }
    }))
}

/// One range (RFC 9110, section 14.2); several, or another unit, give the whole file, as the standard allows.
fn requested_range(headers: &HeaderMap, size: u64, etag: &str) -> Result<Option<Range<u64>>, Problem> {
    let Some(value) = headers.get(header::RANGE).and_then(|value| value.to_str().ok()) else { return Ok(None) };
    if let Some(condition) = headers.get(header::IF_RANGE)
        && condition.as_bytes() != format!("\"{etag}\"").as_bytes()
    {
        return Ok(None);
    }
    let Some(spec) = value.strip_prefix("bytes=").filter(|spec| !spec.contains(',')) else { return Ok(None) };
    let Some((first, last)) = spec.split_once('-') else { return Ok(None) };
    let number = |text: &str| text.trim().parse::<u64>();
    let range = match (first.trim().is_empty(), last.trim().is_empty()) {
        (false, true) => number(first).map(|first| first..size),
        (false, false) => number(first).and_then(|first| Ok(first..number(last)?.saturating_add(1).min(size))),
        (true, false) => number(last).map(|length| size.saturating_sub(length)..size),
        (true, true) => return Ok(None),
    };
    match range {
        Ok(range) if range.start < range.end && range.end <= size => Ok(Some(range)),
        Ok(_) => Err(Problem::Range(size)),
        Err(_) => Ok(None),
    }
}

fn fill_headers(headers: &mut HeaderMap, file: &SecureFileRow, bytes: &Range<u64>, size: u64, status: StatusCode) {
    let mut set = |name: http::HeaderName, value: String| {
        if let Ok(value) = value.parse() {
            headers.insert(name, value);
        }
    };
    // Never the type that the customer declared: a browser must have no reason to show it.
    set(header::CONTENT_TYPE, "application/octet-stream".to_owned());
    set(header::CONTENT_DISPOSITION, content_disposition(&file.file_name));
    set(header::CONTENT_LENGTH, (bytes.end - bytes.start).to_string());
    set(header::ACCEPT_RANGES, "bytes".to_owned());
    set(header::ETAG, format!("\"{}\"", file.plaintext_sha256));
    set(header::CACHE_CONTROL, "private, no-store".to_owned());
    set(header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox".to_owned());
    if status == StatusCode::PARTIAL_CONTENT {
        set(header::CONTENT_RANGE, format!("bytes {}-{}/{size}", bytes.start, bytes.end - 1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(value: &str) -> Result<Option<Range<u64>>, ()> {
        let mut headers = HeaderMap::new();
        headers.insert(header::RANGE, value.parse().unwrap());
        requested_range(&headers, 1_000, "x").map_err(|_| ())
    }

    #[test]
    fn one_range_is_served_and_odd_ones_give_the_whole_file() {
        for (value, expected) in [
            ("bytes=0-0", Ok(Some(0..1))),
            ("bytes=10-", Ok(Some(10..1_000))),
            ("bytes=990-5000", Ok(Some(990..1_000))),
            ("bytes=-5", Ok(Some(995..1_000))),
            ("bytes=-5000", Ok(Some(0..1_000))),
            ("bytes=1000-", Err(())),
            ("bytes=-0", Err(())),
            ("bytes=5-4", Err(())),
            ("bytes=0-1,5-6", Ok(None)),
            ("items=0-1", Ok(None)),
            ("bytes=a-b", Ok(None)),
            ("bytes=-", Ok(None)),
        ] {
            assert_eq!(range(value), expected, "{value}");
        }
    }

    #[test]
    fn a_changed_file_is_sent_whole() {
        let mut headers = HeaderMap::new();
        headers.insert(header::RANGE, "bytes=0-0".parse().unwrap());
        headers.insert(header::IF_RANGE, "\"y\"".parse().unwrap());
        assert!(matches!(requested_range(&headers, 10, "x"), Ok(None)));
    }
}
