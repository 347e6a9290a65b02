//! The mails we write to customers: asking for files, and confirming that they arrived.
//!
//! `compose` turns facts into a finished message and knows no server; `send` hands a finished message over and says
//! what is known about its fate. When to send, and whether to repeat, is the jobs' business.
//!
//! Invariants: one recipient per mail; headers hold nothing an agent or customer wrote, except structured addresses;
//! the only link is ours.

mod compose;
mod local_format;
mod send;
mod words;

pub use self::{
    compose::{ComposeError, Composer, MailMessage, ReceiptFile, ReceiptMail, RequestMail},
    send::{Accepted, MailFailure, MailTransport},
};

use lettre::Address;

use crate::config::OrgConfig;

/// Sandbox copies carry production's customers: they mail only the domains that the operator listed.
pub fn may_mail(org: &OrgConfig, address: &Address) -> bool {
    !org.sandbox || org.mail_domains.iter().any(|domain| domain.eq_ignore_ascii_case(address.domain()))
}
