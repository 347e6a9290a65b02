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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sandbox_mails_only_listed_domains() {
        let origin = |text: &str| crate::config::Origin::parse(text).unwrap();
        let mut org = OrgConfig {
            org_id: secure_files::OrgId::parse("00D000000000001EAA").unwrap(),
            instance_url: origin("https://example.my.salesforce.com"),
            client_id: "client".to_owned(),
            username: "user".to_owned(),
            audience: origin("https://test.salesforce.com"),
            private_key: crate::config::Secret::new("key"),
            agent_certificates: vec![crate::config::AgentCertificate {
                pem: "pem".to_owned(),
                file: "agent.crt".into(),
            }],
            lightning_origins: vec![origin("https://example.lightning.force.com")],
            namespace_prefix: String::new(),
            sandbox: true,
            mail_domains: vec!["example.com".to_owned()],
            case_mailbox: None,
        };
        let may = |org: &OrgConfig, address: &str| may_mail(org, &address.parse().unwrap());
        assert!(may(&org, "tester@Example.COM"));
        for stranger in ["mia@customer.example", "x@sub.example.com", "x@example.com.evil.example", "x@notexample.com"]
        {
            assert!(!may(&org, stranger), "{stranger}");
        }
        org.mail_domains.clear();
        assert!(!may(&org, "tester@example.com"));
        org.sandbox = false;
        assert!(may(&org, "mia@customer.example"));
    }
}
