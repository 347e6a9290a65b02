//! A mail through the Org's own mail server.
//!
//! Format: the standard action `emailSimple`
//! (<https://developer.salesforce.com/docs/atlas.en-us.api_action.meta/api_action/actions_obj_email_simple.htm>). Its inputs
//! changed their names with version 65; which ones are sent follows from the configured version.
//! Invariant: a mail whose outcome is unknown is never sent again here.

use reqwest::{Method, StatusCode};
use serde_json::{Map, Value, json};

use crate::{
    answer::{self, Repeating},
    call::Call,
    connection::OrgConnection,
    error::OrgError,
    record_id::RecordId,
};

/// The first version with `recipientAddresses`.
const RENAMED_IN: u32 = 65;

/// A mail. The Org bounds the number of recipients.
#[derive(Clone, Debug)]
pub struct Email {
    /// Addresses.
    pub to: Vec<String>,
    /// Addresses.
    pub cc: Vec<String>,
    /// Addresses.
    pub bcc: Vec<String>,
    /// One line.
    pub subject: String,
    /// The text, or HTML when `is_html`.
    pub body: String,
    /// How the body is read.
    pub is_html: bool,
    /// In whose name.
    pub sender: EmailSender,
    /// The Case, or another record, it belongs to.
    pub related_record: Option<RecordId>,
    /// Whether it appears among the record's e-mails.
    pub log_on_send: bool,
}

/// In whose name a mail is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EmailSender {
    /// The integration user.
    CurrentUser,
    /// As the Org's automated processes.
    DefaultWorkflowUser,
    /// One of the Org's verified organisation-wide addresses.
    OrgWide(String),
}

impl OrgConnection {
    /// Hands a mail to the Org. After [`OrgError::OutcomeUnknown`] it may have been sent.
    pub async fn send_email(&self, email: &Email) -> Result<(), OrgError> {
        let inputs = inputs(email, self.shared.api_major);
        let call = Call {
            method: Method::POST,
            path: format!("{}/actions/standard/emailSimple", self.shared.data_path),
            body: Some(json!({ "inputs": [inputs] })),
            repeating: Repeating::Harmful,
        };
        let answer = self.send(&call).await?;
        let body = answer.json().unwrap_or(Value::Null);
        match body.get(0).and_then(|result| result.get("isSuccess")?.as_bool()) {
            Some(true) => Ok(()),
            Some(false) => {
                let namespace = &self.shared.namespace;
                Err(answer::failure(StatusCode::BAD_REQUEST, &body, None, Repeating::Harmful, namespace))
            }
            None => Err(answer::unreadable(answer.status, Repeating::Harmful)),
        }
    }
}

fn inputs(email: &Email, api_major: u32) -> Map<String, Value> {
    let [to, cc, bcc] = if api_major >= RENAMED_IN {
        ["recipientAddresses", "ccAddresses", "bccAddresses"]
    } else {
        ["emailAddressesArray", "ccRecipientAddressList", "bccRecipientAddressList"]
    };
    let mut inputs = Map::new();
    for (name, addresses) in [(to, &email.to), (cc, &email.cc), (bcc, &email.bcc)] {
        if !addresses.is_empty() {
            inputs.insert(name.to_owned(), json!(addresses));
        }
    }
    inputs.insert("emailSubject".to_owned(), json!(email.subject));
    inputs.insert("emailBody".to_owned(), json!(email.body));
    inputs.insert("sendRichBody".to_owned(), json!(email.is_html));
    let kind = match &email.sender {
        EmailSender::CurrentUser => "CurrentUser",
        EmailSender::DefaultWorkflowUser => "DefaultWorkflowUser",
        EmailSender::OrgWide(address) => {
            inputs.insert("senderAddress".to_owned(), json!(address));
            "OrgWideEmailAddress"
        }
    };
    inputs.insert("senderType".to_owned(), json!(kind));
    if let Some(record) = &email.related_record {
        inputs.insert("relatedRecordId".to_owned(), json!(record));
    }
    if email.log_on_send {
        inputs.insert("logEmailOnSend".to_owned(), json!(true));
    }
    inputs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_are_named_as_the_version_has_them() {
        let email = Email {
            to: vec!["a@example.com".to_owned()],
            cc: vec!["b@example.com".to_owned()],
            bcc: vec![],
            subject: "Files".to_owned(),
            body: "Hello".to_owned(),
            is_html: false,
            sender: EmailSender::OrgWide("support@example.com".to_owned()),
            related_record: None,
            log_on_send: false,
        };
        let new = inputs(&email, 67);
        assert_eq!(new["recipientAddresses"], json!(["a@example.com"]));
        assert_eq!(new["ccAddresses"], json!(["b@example.com"]));
        assert_eq!(new["senderType"], "OrgWideEmailAddress");
        assert_eq!(new["senderAddress"], "support@example.com");
        assert!(!new.contains_key("bccAddresses") && !new.contains_key("logEmailOnSend"));
        let old = inputs(&email, 64);
        assert_eq!(old["emailAddressesArray"], json!(["a@example.com"]));
        assert_eq!(old["ccRecipientAddressList"], json!(["b@example.com"]));
        assert!(!old.contains_key("recipientAddresses"));
    }
}
