//! Recording who did what, in the transaction that causes it.
//!
//! Knows the leaf's encoding and this node's name; the tree over the leaves is built later, from the rows.
//!
//! Invariant: an effect that commits has its event, an event that commits has its effect.

use audit_log::leaf;
use base64::Engine as _;
use secure_files::{Activity, ActorKind, AuditEvent, Timestamp};

use crate::randomness::Randomness;
use crate::store::audit_events::{self, AuditEventRow};
use crate::store::file_requests::FileRequestRow;
use crate::store::secure_files::SecureFileRow;
use crate::store::uploads::UploadRow;
use crate::store::{StoreError, Transaction};

/// Where a request came from.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    pub ip_address: Option<String>,
    pub user_agent: Option<String>,
    pub device: Option<String>,
    pub client_name: Option<String>,
}

/// An event that still lacks its time, id and node.
#[derive(Clone, Debug)]
pub struct Event {
    org: String,
    case: String,
    activity: Activity,
    actor_kind: ActorKind,
    actor: String,
    request: Option<String>,
    upload: Option<String>,
    file: Option<String>,
    file_name: Option<String>,
    size_bytes: Option<u64>,
    object_path: Option<String>,
    sensitivity: Option<String>,
    detail: Option<String>,
    reason: Option<String>,
    origin: Origin,
}

impl Event {
    /// About a request, done by its customer until said otherwise.
    pub fn of_request(activity: Activity, request: &FileRequestRow) -> Self {
        Self {
            org: request.org_id.clone(),
            case: request.case_id.clone(),
            activity,
            actor_kind: ActorKind::Customer,
            actor: request.recipient_email.clone(),
            request: Some(request.id.clone()),
            upload: None,
            file: None,
            file_name: None,
            size_bytes: None,
            object_path: None,
            sensitivity: None,
            detail: None,
            reason: None,
            origin: Origin::default(),
        }
    }

    /// About an upload, done by whoever holds the link.
    pub fn of_upload(activity: Activity, upload: &UploadRow) -> Self {
        Self {
            org: upload.org_id.clone(),
            case: upload.case_id.clone(),
            activity,
            actor_kind: ActorKind::Customer,
            actor: format!("request {}", upload.request_id),
            request: Some(upload.request_id.clone()),
            upload: Some(upload.id.clone()),
            file: None,
            file_name: Some(upload.shown_name.clone()),
            size_bytes: u64::try_from(upload.size_bytes).ok(),
            object_path: None,
            sensitivity: None,
            detail: None,
            reason: None,
            origin: Origin {
                ip_address: Some(upload.client_address.clone()),
                client_name: Some(upload.client_name.clone()),
                ..Origin::default()
            },
        }
    }

    /// About a sealed file, done by the connector until said otherwise.
    pub fn of_file(activity: Activity, file: &SecureFileRow) -> Self {
        Self {
            org: file.org_id.clone(),
            case: file.case_id.clone(),
            activity,
            actor_kind: ActorKind::Connector,
            actor: "connector".to_owned(),
            request: Some(file.request_id.clone()),
            upload: Some(file.upload_id.clone()),
            file: Some(file.id.clone()),
            file_name: Some(file.file_name.clone()),
            size_bytes: u64::try_from(file.size_bytes).ok(),
            object_path: Some(file.object_name.clone()),
            sensitivity: Some("not inspected".to_owned()),
            detail: None,
            reason: None,
            origin: Origin::default(),
        }
    }

    #[must_use]
    pub fn by_agent(mut self, user_id: &str) -> Self {
        self.actor_kind = ActorKind::Agent;
        user_id.clone_into(&mut self.actor);
        self
    }

    #[must_use]
    pub fn by_connector(mut self) -> Self {
        self.actor_kind = ActorKind::Connector;
        "connector".clone_into(&mut self.actor);
        self
    }

    #[must_use]
    pub fn from(mut self, origin: &Origin) -> Self {
        self.origin = origin.clone();
        self
    }

    /// A machine-readable reason; never personal.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// A person's own words for why they did it; personal.
    #[must_use]
    pub fn reason(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }
}

/// Records events under this node's name.
#[derive(Clone)]
pub struct Audit {
    node: String,
    randomness: Randomness,
}

impl Audit {
    pub fn new(node: String, randomness: Randomness) -> Self {
        Self { node, randomness }
    }

    pub async fn append(&self, tx: &mut Transaction, event: Event, now: Timestamp) -> Result<(), StoreError> {
        let event = AuditEvent {
            id: hex::encode(self.randomness.bytes::<16>()),
            org: event.org,
            at: now,
            activity: event.activity,
            actor_kind: event.actor_kind,
            actor: event.actor,
            case: event.case,
            request: event.request,
            upload: event.upload,
            file: event.file,
            file_name: event.file_name,
            size_bytes: event.size_bytes,
            ip_address: event.origin.ip_address,
            location: None,
            node: self.node.clone(),
            client_name: event.origin.client_name,
            device: event.origin.device,
            user_agent: event.origin.user_agent,
            object_path: event.object_path,
            sensitivity: event.sensitivity,
            detail: event.detail,
            reason: event.reason,
        };
        let salt = self.randomness.bytes::<32>();
        let fields = event.fields();
        let leaf_fields: Vec<_> = fields
            .iter()
            .map(|field| leaf::Field { name: field.name, value: &field.value, personal: field.is_personal })
            .collect();
        let leaf = leaf::encode(&leaf_fields, &salt);
        let row = AuditEventRow {
            id: event.id,
            org_id: event.org,
            at: event.at.as_millis(),
            activity: event.activity.as_str().to_owned(),
            actor_kind: event.actor_kind.as_str().to_owned(),
            actor: event.actor,
            case_id: event.case,
            request_id: event.request,
            upload_id: event.upload,
            file_id: event.file,
            file_name: event.file_name,
            size_bytes: event.size_bytes.and_then(|size| i64::try_from(size).ok()),
            ip_address: event.ip_address,
            location: event.location,
            node: event.node,
            client_name: event.client_name,
            device: event.device,
            user_agent: event.user_agent,
            object_path: event.object_path,
            sensitivity: event.sensitivity,
            detail: event.detail,
            reason: event.reason,
            salt: hex::encode(salt),
            leaf: base64::engine::general_purpose::STANDARD.encode(leaf),
            leaf_index: None,
        };
        audit_events::append(tx, &row).await
    }
}
