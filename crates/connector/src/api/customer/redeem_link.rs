//! A customer clicks *Continue*: the link's secret becomes a session. May be redeemed again until the request closes.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use http::{HeaderMap, StatusCode, header};
use secure_files::{Activity, FileRequestId, FileRequestState, Refusal, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::views::CustomerRequestView;
use crate::api::credentials::SESSION_LIFETIME;
use crate::api::{Problem, rfc3339};
use crate::app::App;
use crate::audit::{Event, Origin};
use crate::client_address::ClientAddress;
use crate::jobs::JobKind;
use crate::rates::Attempt;
use crate::secrets::SecretKind;
use crate::store::customer_sessions::{self, CustomerSessionRow};
use crate::store::{StoreError, file_requests, links};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Redemption {
    request_id: String,
    secret: String,
    /// What the customer's browser says it runs on, for the audit.
    #[serde(default)]
    device: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct NewSession {
    pub session_token: String,
    pub expires_at: String,
    pub request: CustomerRequestView,
}

#[utoipa::path(post, path = "/api/v1/customer/sessions", tag = "customer", request_body = Redemption,
    responses((status = 201, body = NewSession)))]
pub async fn redeem_link(
    State(app): State<App>,
    address: ClientAddress,
    headers: HeaderMap,
    body: Result<Json<Redemption>, JsonRejection>,
) -> Result<(StatusCode, Json<NewSession>), Problem> {
    let Json(redemption) = body.map_err(|_| Problem::field("body", "it is not the JSON of a redemption"))?;
    let id = redemption.request_id.parse::<FileRequestId>().ok();
    app.rates.admit(Attempt::Redemption, address.0, id.map(|id| *id.as_bytes()), app.clock.monotonic())?;
    id.ok_or(Refusal::NotFound)?;
    let now = app.clock.now();
    let mut tx = app.store.transaction("redeem_link").await?;
    let secret_hash = app.secrets.hash(SecretKind::Link, &redemption.secret);
    let link = links::find_by_secret(&mut tx, &redemption.request_id, &secret_hash).await?.ok_or(Refusal::NotFound)?;
    let request = file_requests::find(&mut tx, &link.org_id, &link.request_id).await?.ok_or(Refusal::NotFound)?;
    let state: FileRequestState = request.state.parse().map_err(|()| StoreError::Unreadable("file_requests.state"))?;
    // Who has sent everything may come back for the receipt until the link's time is over.
    let is_receipt = state == FileRequestState::Fulfilled && now.as_millis() < request.expires_at;
    if !is_receipt {
        state.accepts_files(Timestamp::from_millis(request.expires_at), now)?;
    }
    let token = app.secrets.draw();
    let expires_at = now.plus(SESSION_LIFETIME);
    let session = CustomerSessionRow {
        token_hash: app.secrets.hash(SecretKind::Session, &token),
        org_id: link.org_id.clone(),
        request_id: link.request_id.clone(),
        link_id: link.id.clone(),
        created_at: now.as_millis(),
        expires_at: expires_at.as_millis(),
    };
    customer_sessions::insert(&mut tx, &session).await?;
    if file_requests::mark_opened(&mut tx, &link.org_id, &link.request_id, now.as_millis()).await? {
        app.enqueue(&mut tx, &link.org_id, JobKind::SyncRequest, &link.request_id, now).await?;
    }
    let origin = Origin {
        ip_address: Some(address.0.to_string()),
        user_agent: headers
            .get(header::USER_AGENT)
            .and_then(|value| value.to_str().ok())
            .map(|text| text.chars().take(512).collect()),
        device: redemption
            .device
            .map(|device| device.chars().filter(|letter| !letter.is_control()).take(120).collect()),
        client_name: Some("upload page".to_owned()),
    };
    app.audit.append(&mut tx, Event::of_request(Activity::LinkRedeemed, &request).from(&origin), now).await?;
    tx.commit().await?;
    app.job_bell.notify_one();
    let mut reader = app.store.read().await?;
    let request = CustomerRequestView::read(&app, &mut reader, request).await?;
    let answer = NewSession { session_token: token.to_string(), expires_at: rfc3339(expires_at), request };
    Ok((StatusCode::CREATED, Json(answer)))
}
