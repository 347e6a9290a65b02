//! `POST`: a new upload, with its first bytes if the client likes.

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use secure_files::{Activity, Conflict, FileName, Refusal, UploadId, shown_path, unique_among};

use super::{receive, tus};
use crate::api::Problem;
use crate::api::credentials::Customer;
use crate::app::App;
use crate::audit::Event;
use crate::jobs::JobKind;
use crate::staging::idle_until;
use crate::store::uploads::{self, UploadRow};
use crate::store::{Transaction, consents, file_requests};

#[utoipa::path(post, path = "/api/v1/customer/uploads", tag = "uploads", security(("customer_session" = [])),
    responses((status = 201)))]
pub async fn start_upload(
    State(app): State<App>,
    customer: Customer,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    tus::require_version(&headers)?;
    customer.must_be_open()?;
    let wanted = Wanted::read(&app, &headers)?;
    // Before anything is made: an upload whose creation was refused would stand in the way of finishing.
    let checksum = tus::checksum(&headers)?;
    let (upload, is_new) = find_or_create(&app, &customer, &wanted, &headers).await?;
    let mut upload = upload;
    if is_new {
        if upload.size_bytes == 0 {
            app.staging.freeze_empty(&upload.org_id, &upload.id, customer.now).await?;
            "frozen".clone_into(&mut upload.state);
        }
        app.job_bell.notify_one();
    }
    if tus::carries_bytes(&headers) && upload.offset_bytes == 0 && upload.size_bytes > 0 {
        let turn = app.staging.take_turn(&upload.org_id, &upload.id, 0, customer.now).await?;
        upload = receive::run(&app, turn, body, checksum, Some(customer.session.token_hash)).await?.turn.upload.clone();
    }
    let mut response = tus::answer(StatusCode::CREATED, &upload);
    let location = format!("{}/api/v1/customer/uploads/{}", app.config.http.base_url, upload.id);
    if let Ok(location) = HeaderValue::from_str(&location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

struct Wanted {
    size_bytes: i64,
    name: FileName,
    /// With the folders it came in.
    path: String,
    content_type: String,
    client_id: String,
}

impl Wanted {
    fn read(app: &App, headers: &HeaderMap) -> Result<Self, Problem> {
        let size_bytes = tus::number(headers, "upload-length")?;
        let metadata = tus::metadata(headers)?;
        let value = |key: &str| metadata.iter().find(|(known, _)| known == key).map(|(_, value)| value.as_str());
        // PostgreSQL cannot keep a NUL, and nobody named a file with one.
        let name = value("filename").or_else(|| value("name")).unwrap_or_default().replace('\0', "");
        let name = FileName::parse(&name)?;
        let path = match value("relative_path").filter(|path| !path.is_empty()) {
            Some(path) => shown_path(FileName::parse(path)?.raw()),
            None => name.shown(),
        };
        let client_id = value("client_id").map_or_else(|| app.row_id(), str::to_owned);
        if client_id.is_empty() || client_id.len() > 128 || client_id.chars().any(char::is_control) {
            return Err(Problem::field("client_id", "it is empty, longer than 128 bytes or holds control characters"));
        }
        let declared = value("filetype").or_else(|| value("type")).unwrap_or_default();
        let is_type = |letter: &char| letter.is_ascii_graphic() || *letter == ' ';
        let content_type: String = declared.chars().filter(is_type).take(128).collect();
        let content_type = if content_type.is_empty() { "application/octet-stream".to_owned() } else { content_type };
        Ok(Self { size_bytes, name, path, content_type, client_id })
    }
}

async fn find_or_create(
    app: &App,
    customer: &Customer,
    wanted: &Wanted,
    headers: &HeaderMap,
) -> Result<(UploadRow, bool), Problem> {
    let request = &customer.request;
    let mut tx = app.store.transaction("start_upload").await?;
    if let Some(known) = uploads::find_by_client_id(&mut tx, &request.org_id, &request.id, &wanted.client_id).await? {
        // The answer to this very creation was lost.
        return if known.size_bytes == wanted.size_bytes && known.file_name == wanted.name.raw() {
            Ok((known, false))
        } else {
            Err(Refusal::Conflict(Conflict::IdTaken).into())
        };
    }
    // Until this commits nobody closes the request, and creations of one link come one after the other.
    if !file_requests::hold_open(&mut tx, &request.org_id, &request.id).await? {
        return Err(Refusal::LinkClosed.into());
    }
    admit(app, customer, &mut tx, wanted).await?;
    let others = uploads::list_of_request(&mut tx, &request.org_id, &request.id).await?;
    let shown_name = unique_among(&wanted.path, |name| others.iter().any(|other| other.shown_name == name));
    let id = UploadId::from_random(app.randomness.bytes()).to_string();
    let now = customer.now;
    let client_name = headers.get("x-client-name").and_then(|value| value.to_str().ok()).unwrap_or("tus client");
    let upload = UploadRow {
        org_id: request.org_id.clone(),
        request_id: request.id.clone(),
        case_id: request.case_id.clone(),
        client_id: wanted.client_id.clone(),
        file_name: wanted.name.raw().to_owned(),
        shown_name,
        content_type: wanted.content_type.clone(),
        size_bytes: wanted.size_bytes,
        offset_bytes: 0,
        segment_count: 0,
        fence: 0,
        state: "receiving".to_owned(),
        staging_identity_sealed: Some(app.staging.new_staging_identity(&id)?),
        manifest_sha256: None,
        client_name: client_name.chars().take(64).collect(),
        client_address: customer.origin.ip_address.clone().unwrap_or_default(),
        created_at: now.as_millis(),
        updated_at: now.as_millis(),
        expires_at: idle_until(now),
        id,
    };
    if !uploads::insert(&mut tx, &upload).await? {
        return Err(Refusal::Conflict(Conflict::IdTaken).into());
    }
    app.enqueue(&mut tx, &request.org_id, JobKind::SyncRequest, &request.id, now).await?;
    app.audit.append(&mut tx, Event::of_upload(Activity::UploadStarted, &upload).from(&customer.origin), now).await?;
    tx.commit().await?;
    Ok((upload, true))
}

/// Policy, consent, quotas and room on the disk; inside the transaction that creates, so that two at once cannot both
/// take the last of a quota on SQLite.
async fn admit(app: &App, customer: &Customer, tx: &mut Transaction, wanted: &Wanted) -> Result<(), Problem> {
    let request = &customer.request;
    let policy = customer.policy()?;
    if let Some(wording) = &policy.consent
        && !consents::is_given(tx, &request.org_id, &request.id, &wording.version).await?
    {
        return Err(Refusal::ConsentRequired { wording_version: wording.version.clone() }.into());
    }
    let size = u64::try_from(wanted.size_bytes).unwrap_or_default();
    policy.accepts(&wanted.name, size)?;
    // What the agent will see and save is the path's name: it may not be another kind of file.
    policy.accepts(&FileName::parse(&wanted.path)?, size)?;
    let others = uploads::list_of_request(tx, &request.org_id, &request.id).await?;
    let live =
        others.iter().filter(|upload| matches!(upload.state.as_str(), "receiving" | "frozen" | "sealed")).count();
    if let Some(limit) = policy.max_files
        && live >= usize::try_from(limit).unwrap_or(usize::MAX)
    {
        return Err(Refusal::TooManyFiles { limit }.into());
    }
    let limits = &app.config.limits;
    let open = others.iter().filter(|upload| upload.state == "receiving").count();
    if open >= usize::try_from(limits.open_uploads_per_link).unwrap_or(usize::MAX) {
        return Err(Refusal::TooManyFiles { limit: limits.open_uploads_per_link }.into());
    }
    let quotas = [limits.quota_bytes_per_link, limits.quota_bytes_per_case, limits.quota_bytes_per_org];
    if quotas.iter().any(Option::is_some) {
        let used = uploads::used_bytes(tx, &request.org_id, &request.case_id, &request.id).await?;
        for (quota, used) in quotas.into_iter().zip([used.of_request, used.of_case, used.of_org]) {
            if let Some(limit_bytes) = quota
                && used.saturating_add(size) > limit_bytes
            {
                return Err(Refusal::QuotaExceeded { limit_bytes }.into());
            }
        }
    }
    // Staged and sealed both lie on the disk for a moment.
    let is_room = app.free_space.has_room_for(size.saturating_mul(2)).map_err(|error| {
        tracing::error!(target: "casegate", %error, "the free space could not be read");
        Problem::StorageUnavailable
    })?;
    if is_room { Ok(()) } else { Err(Refusal::StorageFull.into()) }
}
