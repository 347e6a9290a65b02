//! What `emailSimple` takes, by version, and how it describes itself.
//!
//! Format: Actions Developer Guide, "Simple Email Actions".

use serde_json::{Value, json};

/// From this version on recipients have their new names.
pub const RENAMED_IN: u16 = 65;
/// Name, type, label, required.
pub type Input = (&'static str, &'static str, &'static str, bool);

pub const OLD: [Input; 4] = [
    ("emailAddresses", "TEXT", "Email Addresses (comma-separated)", false),
    ("emailAddressesArray", "TEXT", "Email Addresses (collection)", false),
    ("ccRecipientAddressList", "TEXT", "CC Recipient Address List", false),
    ("bccRecipientAddressList", "TEXT", "BCC Recipient Address List", false),
];

pub const NEW: [Input; 3] = [
    ("recipientAddresses", "TEXT", "Recipient Addresses", false),
    ("ccAddresses", "TEXT", "CC Addresses", false),
    ("bccAddresses", "TEXT", "BCC Addresses", false),
];

const COMMON: [Input; 11] = [
    ("emailSubject", "TEXT", "Subject", true),
    ("emailBody", "TEXTAREA", "Body", true),
    ("sendRichBody", "BOOLEAN", "Rich-Text-Formatted Body", false),
    ("senderType", "TEXT", "Sender Type", false),
    ("senderAddress", "TEXT", "Sender Email Address", false),
    ("recipientId", "TEXT", "Recipient ID", false),
    ("relatedRecordId", "TEXT", "Related Record ID", false),
    ("logEmailOnSend", "BOOLEAN", "Log Email on Send", false),
    ("emailTemplateId", "TEXT", "Email Template ID", false),
    ("addThreadingTokenToBody", "BOOLEAN", "Add Threading Token to Body", false),
    ("addThreadingTokenToSubject", "BOOLEAN", "Add Threading Token to Subject", false),
];

pub fn inputs(version: u16) -> impl Iterator<Item = &'static Input> {
    let renamed = if version >= RENAMED_IN { &NEW[..] } else { &OLD[..] };
    renamed.iter().chain(&COMMON)
}

pub fn describe(version: u16) -> Value {
    let inputs = inputs(version).map(|(name, kind, label, required)| {
        json!({
            "byteLength": 0,
            "description": label,
            "label": label,
            "maxOccurs": if *name == "emailAddressesArray" { 5 } else { 1 },
            "name": name,
            "picklistValues": null,
            "required": required,
            "sobjectType": null,
            "type": kind,
        })
    });
    json!({
        "category": "Messaging",
        "description": "Send an email where you specify the subject, body, and recipients.",
        "iconName": null,
        "inputs": inputs.collect::<Vec<_>>(),
        "label": "Send Email",
        "name": "emailSimple",
        "outputs": [],
        "standard": true,
        "targetEntityName": null,
        "type": "EMAILSIMPLE",
    })
}

/// The one action of this kind that there is.
pub fn listed(base: &str) -> Value {
    json!({ "label": "Send Email", "name": "emailSimple", "type": "EMAILSIMPLE", "url": format!("{base}/standard/emailSimple") })
}
