//! Who is calling, as extractors: a handler that lacks a checked credential cannot compile.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::HeaderMap;
use http::header::{AUTHORIZATION, USER_AGENT};
use http::request::Parts;
use secure_files::{AgentToken, CaseId, FileRequestId, FileRequestState, Operation, Refusal, Timestamp};

use super::Problem;
use crate::app::App;
use crate::audit::Origin;
use crate::client_address::ClientAddress;
use crate::org::{Org, verify_agent_token};
use crate::rates::Attempt;
use crate::secrets::SecretKind;
use crate::store::StoreError;
use crate::store::customer_sessions::{self, CustomerSessionRow};
use crate::store::file_requests::{self, FileRequestRow};
use crate::telemetry::{RequestNotes, request_line::ActorKind};

/// An agent with a good token.
pub struct Agent {
    pub token: AgentToken,
    pub org: Arc<Org>,
    /// When the request began.
    pub now: Timestamp,
    pub origin: Origin,
}

impl Agent {
    /// The Case of the path, if the agent may do this on it.
    pub fn may(&self, operation: Operation, case_id: &str) -> Result<CaseId, Problem> {
        let case = CaseId::parse(case_id).map_err(|_| Refusal::NotFound)?;
        secure_files::may(&self.token, operation, &case, self.now)?;
        Ok(case)
    }
}

impl FromRequestParts<App> for Agent {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let address = address(parts);
        app.rates.admit(Attempt::Request, address.0, None, app.clock.monotonic())?;
        let now = app.clock.now();
        let bearer = bearer(&parts.headers)?;
        let (token, org) =
            verify_agent_token(bearer, &app.orgs, app.config.http.base_url.as_str(), now).map_err(|fault| {
                tracing::info!(target: "casegate", %fault, "an agent token was refused");
                Refusal::Unauthenticated
            })?;
        if let Some(notes) = parts.extensions.get::<RequestNotes>() {
            notes.set_org(org.id());
            notes.set_actor(ActorKind::Agent);
        }
        Ok(Self { token, org: org.clone(), now, origin: origin(parts, address) })
    }
}

/// A customer who has redeemed a link. The request may have closed since.
pub struct Customer {
    pub session: CustomerSessionRow,
    pub request: FileRequestRow,
    pub now: Timestamp,
    pub origin: Origin,
}

/// A session lasts this long after its last authorised request.
pub const SESSION_LIFETIME: std::time::Duration = std::time::Duration::from_hours(24);

impl Customer {
    /// Refused once the request is closed.
    pub fn must_be_open(&self) -> Result<(), Problem> {
        let state: FileRequestState =
            self.request.state.parse().map_err(|()| StoreError::Unreadable("file_requests.state"))?;
        state.accepts_files(Timestamp::from_millis(self.request.expires_at), self.now)?;
        Ok(())
    }

    pub fn policy(&self) -> Result<secure_files::Policy, Problem> {
        Ok(serde_json::from_str(&self.request.policy).map_err(|_| StoreError::Unreadable("file_requests.policy"))?)
    }
}

impl FromRequestParts<App> for Customer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let address = address(parts);
        app.rates.admit(Attempt::Request, address.0, None, app.clock.monotonic())?;
        let now = app.clock.now();
        let token_hash = app.secrets.hash(SecretKind::Session, bearer(&parts.headers)?);
        let mut reader = app.store.read().await?;
        let session = customer_sessions::find_live(&mut reader, &token_hash, now.as_millis())
            .await?
            .ok_or(Refusal::Unauthenticated)?;
        let request = file_requests::find(&mut reader, &session.org_id, &session.request_id)
            .await?
            .ok_or(Refusal::Unauthenticated)?;
        drop(reader);
        let link = request.id.parse::<FileRequestId>().ok().map(|id| *id.as_bytes());
        app.rates.admit(Attempt::Request, address.0, link, app.clock.monotonic())?;
        if let Some(notes) = parts.extensions.get::<RequestNotes>() {
            notes.set_org(&session.org_id);
            notes.set_actor(ActorKind::Customer);
        }
        Ok(Self { session, request, now, origin: origin(parts, address) })
    }
}

fn bearer(headers: &HeaderMap) -> Result<&str, Refusal> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return Err(Refusal::Unauthenticated) };
    let (scheme, token) =
        value.to_str().ok().and_then(|value| value.split_once(' ')).ok_or(Refusal::Unauthenticated)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(token.trim()) } else { Err(Refusal::Unauthenticated) }
}

fn address(parts: &Parts) -> ClientAddress {
    parts
        .extensions
        .get::<ClientAddress>()
        .copied()
        .unwrap_or(ClientAddress(std::net::IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED)))
}

/// Where a request came from, for the audit.
pub fn origin(parts: &Parts, address: ClientAddress) -> Origin {
    let user_agent = parts.headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).map(|text| cut(text, 512));
    Origin { ip_address: Some(address.0.to_string()), user_agent, device: None, client_name: None }
}

fn cut(text: &str, limit: usize) -> String {
    text.chars().filter(|letter| !letter.is_control()).take(limit).collect()
}
