//! What is recorded about every transfer and every decision: the closed list of activities, and the fields.
//!
//! Invariant: a field is personal or it is not, once and for all: personal ones enter the log's leaves as salted
//! commitments, so that a person can be erased while the log still verifies.

use std::str::FromStr;

use crate::Timestamp;

/// What happened. A name is never reused for something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each name is the sentence")]
pub enum Activity {
    FileRequestCreated,
    RequestMailSent,
    RequestMailFailed,
    RequestMailUnknown,
    RequestMailResent,
    LinkCopied,
    LinkRedeemed,
    ConsentGiven,
    UploadStarted,
    UploadResumed,
    UploadCancelled,
    UploadCompleted,
    FileSealed,
    FileScanned,
    FileAttached,
    TicketIssued,
    FileOpened,
    OpenRefused,
    ObjectRefused,
    FileRequestFulfilled,
    FileRequestRevoked,
    FileRequestExpired,
    FileRequestSuspended,
    FileRequestResumed,
    FileRequestMoved,
    FileMoved,
    ReceiptSent,
    ReceiptFailed,
    FileErased,
}

impl Activity {
    /// The closed list.
    pub const ALL: [Self; 29] = [
        Self::FileRequestCreated,
        Self::RequestMailSent,
        Self::RequestMailFailed,
        Self::RequestMailUnknown,
        Self::RequestMailResent,
        Self::LinkCopied,
        Self::LinkRedeemed,
        Self::ConsentGiven,
        Self::UploadStarted,
        Self::UploadResumed,
        Self::UploadCancelled,
        Self::UploadCompleted,
        Self::FileSealed,
        Self::FileScanned,
        Self::FileAttached,
        Self::TicketIssued,
        Self::FileOpened,
        Self::OpenRefused,
        Self::ObjectRefused,
        Self::FileRequestFulfilled,
        Self::FileRequestRevoked,
        Self::FileRequestExpired,
        Self::FileRequestSuspended,
        Self::FileRequestResumed,
        Self::FileRequestMoved,
        Self::FileMoved,
        Self::ReceiptSent,
        Self::ReceiptFailed,
        Self::FileErased,
    ];

    /// As in the database, the leaves and exports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FileRequestCreated => "file_request_created",
            Self::RequestMailSent => "request_mail_sent",
            Self::RequestMailFailed => "request_mail_failed",
            Self::RequestMailUnknown => "request_mail_unknown",
            Self::RequestMailResent => "request_mail_resent",
            Self::LinkCopied => "link_copied",
            Self::LinkRedeemed => "link_redeemed",
            Self::ConsentGiven => "consent_given",
            Self::UploadStarted => "upload_started",
            Self::UploadResumed => "upload_resumed",
            Self::UploadCancelled => "upload_cancelled",
            Self::UploadCompleted => "upload_completed",
            Self::FileSealed => "file_sealed",
            Self::FileScanned => "file_scanned",
            Self::FileAttached => "file_attached",
            Self::TicketIssued => "ticket_issued",
            Self::FileOpened => "file_opened",
            Self::OpenRefused => "open_refused",
            Self::ObjectRefused => "object_refused",
            Self::FileRequestFulfilled => "file_request_fulfilled",
            Self::FileRequestRevoked => "file_request_revoked",
            Self::FileRequestExpired => "file_request_expired",
            Self::FileRequestSuspended => "file_request_suspended",
            Self::FileRequestResumed => "file_request_resumed",
            Self::FileRequestMoved => "file_request_moved",
            Self::FileMoved => "file_moved",
            Self::ReceiptSent => "receipt_sent",
            Self::ReceiptFailed => "receipt_failed",
            Self::FileErased => "file_erased",
        }
    }
}

impl FromStr for Activity {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|activity| activity.as_str() == text).ok_or(())
    }
}

/// Who did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ActorKind {
    /// A user of the Org; the actor is the user id.
    Agent,
    /// Whoever holds a link; the actor is the address that the request was sent to.
    Customer,
    /// The connector itself; the actor is the job.
    Connector,
}

impl ActorKind {
    /// As in the database, the leaves and exports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Customer => "customer",
            Self::Connector => "connector",
        }
    }
}

impl FromStr for ActorKind {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Agent, Self::Customer, Self::Connector].into_iter().find(|kind| kind.as_str() == text).ok_or(())
    }
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of the audit export, which documents them")]
pub struct AuditEvent {
    pub id: String,
    pub org: String,
    pub at: Timestamp,
    pub activity: Activity,
    pub actor_kind: ActorKind,
    pub actor: String,
    pub case: String,
    pub request: Option<String>,
    pub upload: Option<String>,
    pub file: Option<String>,
    pub file_name: Option<String>,
    pub size_bytes: Option<u64>,
    pub ip_address: Option<String>,
    pub location: Option<String>,
    pub node: String,
    pub client_name: Option<String>,
    pub device: Option<String>,
    pub user_agent: Option<String>,
    pub object_path: Option<String>,
    pub sensitivity: Option<String>,
    pub detail: Option<String>,
    pub reason: Option<String>,
}

/// One field of an event, ready for a leaf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditField {
    /// As in exports.
    pub name: &'static str,
    /// As text.
    pub value: String,
    /// Whether it says something about a person.
    pub is_personal: bool,
}

impl AuditEvent {
    /// The fields that are present, always in this order.
    pub fn fields(&self) -> Vec<AuditField> {
        let clear = |name, value: Option<&str>| (name, value.map(str::to_owned), false);
        let personal = |name, value: Option<&str>| (name, value.map(str::to_owned), true);
        let size = self.size_bytes.map(|size| size.to_string());
        let at = self.at.as_millis().to_string();
        [
            clear("id", Some(&self.id)),
            clear("org", Some(&self.org)),
            clear("at", Some(&at)),
            clear("activity", Some(self.activity.as_str())),
            clear("actor_kind", Some(self.actor_kind.as_str())),
            personal("actor", Some(&self.actor)),
            clear("case", Some(&self.case)),
            clear("request", self.request.as_deref()),
            clear("upload", self.upload.as_deref()),
            clear("file", self.file.as_deref()),
            personal("file_name", self.file_name.as_deref()),
            clear("size_bytes", size.as_deref()),
            personal("ip_address", self.ip_address.as_deref()),
            personal("location", self.location.as_deref()),
            clear("node", Some(&self.node)),
            clear("client_name", self.client_name.as_deref()),
            personal("device", self.device.as_deref()),
            personal("user_agent", self.user_agent.as_deref()),
            clear("object_path", self.object_path.as_deref()),
            clear("sensitivity", self.sensitivity.as_deref()),
            clear("detail", self.detail.as_deref()),
            personal("reason", self.reason.as_deref()),
        ]
        .into_iter()
        .filter_map(|(name, value, is_personal)| value.map(|value| AuditField { name, value, is_personal }))
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_activity_and_every_kind_of_actor_reads_back() {
        for activity in Activity::ALL {
            assert_eq!(activity.as_str().parse(), Ok(activity));
            assert!(activity.as_str().bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'));
        }
        for kind in [ActorKind::Agent, ActorKind::Customer, ActorKind::Connector] {
            assert_eq!(kind.as_str().parse(), Ok(kind));
        }
        assert!("file_seen".parse::<Activity>().is_err());
    }

    #[test]
    fn what_says_something_about_a_person_is_marked() {
        let text = || Some("x".to_owned());
        let event = AuditEvent {
            id: "1".to_owned(),
            org: "o".to_owned(),
            at: Timestamp::from_millis(7),
            activity: Activity::FileOpened,
            actor_kind: ActorKind::Agent,
            actor: "005".to_owned(),
            case: "500".to_owned(),
            request: text(),
            upload: text(),
            file: text(),
            file_name: text(),
            size_bytes: Some(3),
            ip_address: text(),
            location: text(),
            node: "n".to_owned(),
            client_name: text(),
            device: text(),
            user_agent: text(),
            object_path: text(),
            sensitivity: text(),
            detail: text(),
            reason: text(),
        };
        let fields = event.fields();
        let personal: Vec<_> = fields.iter().filter(|field| field.is_personal).map(|field| field.name).collect();
        assert_eq!(personal, ["actor", "file_name", "ip_address", "location", "device", "user_agent", "reason"]);
        assert_eq!(fields.len(), 22);
        let bare = AuditEvent { file_name: None, size_bytes: None, ..event };
        assert_eq!(bare.fields().len(), 20);
    }
}
