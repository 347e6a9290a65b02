//! What operators can see: logs, one line per request, metrics.
//!
//! Redaction is by construction: the request line is built from a closed list of fields, none of which the client
//! chose. Never in any event: contents, tokens, secrets, link fragments, tickets, file names, mail texts, addresses.

pub mod logs;
pub mod metrics;
pub mod request_id;
pub mod request_line;

pub use self::{
    logs::install_logs,
    metrics::Metrics,
    request_id::{RequestId, current_request_id},
    request_line::{ActorKind, RequestLine, RequestNotes, request_line},
};
