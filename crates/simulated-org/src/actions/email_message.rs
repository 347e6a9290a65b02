//! A mail that the Org sends, as the text a mail server takes.
//!
//! Format: RFC 5322, RFC 2045, RFC 2047; base64 throughout, so that no line is ever too long.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;

use crate::mail_sink::Envelope;
use crate::randomness;
use crate::work::Work;

pub struct Message {
    pub from: Sender,
    pub to: Vec<String>,
    pub cc: Vec<String>,
    pub bcc: Vec<String>,
    pub subject: String,
    pub body: String,
    pub is_html: bool,
}

pub struct Sender {
    pub name: String,
    pub address: String,
}

/// An encoded word holds at most 75 characters, so at most 45 bytes of text.
const WORD_BYTES: usize = 45;

impl Message {
    /// The message, and to whom it goes: blind copies are in the envelope only.
    pub fn render(&self, work: &Work) -> (Envelope, Vec<u8>) {
        let host = format!("{}.my.salesforce.com", work.org.options.instance_prefix);
        let date = Timestamp::from_millisecond(work.now).unwrap_or(Timestamp::UNIX_EPOCH);
        let mut lines = vec![
            format!("Message-ID: <{}@{host}>", randomness::uuid()),
            format!("Date: {}", date.strftime("%a, %d %b %Y %H:%M:%S +0000")),
            format!("From: {} <{}>", words(&self.from.name), self.from.address),
            format!("To: {}", self.to.join(",\r\n ")),
        ];
        if !self.cc.is_empty() {
            lines.push(format!("Cc: {}", self.cc.join(",\r\n ")));
        }
        let kind = if self.is_html { "text/html" } else { "text/plain" };
        lines.extend([
            format!("Subject: {}", words(&self.subject)),
            "MIME-Version: 1.0".to_owned(),
            format!("Content-Type: {kind}; charset=UTF-8"),
            "Content-Transfer-Encoding: base64".to_owned(),
            String::new(),
        ]);
        let body = STANDARD.encode(&self.body);
        let body = body.as_bytes().chunks(76).map(|line| String::from_utf8_lossy(line).into_owned());
        lines.extend(body);
        let recipients = self.to.iter().chain(&self.cc).chain(&self.bcc).cloned().collect();
        (Envelope { from: Some(self.from.address.clone()), to: recipients }, (lines.join("\r\n") + "\r\n").into_bytes())
    }
}

/// Text as encoded words, each on a line of its own; nothing in it can end a header.
fn words(text: &str) -> String {
    let mut pieces = vec![String::new()];
    for character in text.chars() {
        if pieces.last().is_some_and(|piece| piece.len() + character.len_utf8() > WORD_BYTES) {
            pieces.push(String::new());
        }
        if let Some(piece) = pieces.last_mut() {
            piece.push(character);
        }
    }
    let words = pieces.iter().map(|piece| format!("=?UTF-8?B?{}?=", STANDARD.encode(piece)));
    words.collect::<Vec<_>>().join("\r\n ")
}
