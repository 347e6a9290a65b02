//! Where the customers' mail ends: an SMTP server that keeps every message in memory.
//!
//! Format: RFC 5321 without TLS and authentication, on loopback only.

use std::sync::{Mutex, PoisonError};

use mail_parser::{Address, MessageParser};
use serde::Serialize;

pub mod session;

pub struct Mails {
    pub limit_bytes: usize,
    kept: Mutex<Vec<Mail>>,
}

/// One message as it arrived.
#[derive(Clone, Debug, Serialize)]
pub struct Mail {
    /// 1 is the first that arrived.
    pub number: usize,
    pub received_at: i64,
    pub envelope_from: String,
    pub envelope_to: Vec<String>,
    pub from: Vec<Mailbox>,
    pub to: Vec<Mailbox>,
    pub reply_to: Vec<Mailbox>,
    pub subject: String,
    pub message_id: Option<String>,
    /// In the order they were sent, unfolded.
    pub headers: Vec<(String, String)>,
    pub text: Option<String>,
    pub html: Option<String>,
    /// Every address in the text part that starts with http.
    pub links: Vec<String>,
    pub size_bytes: usize,
    /// The message as sent, lossy where it is not UTF-8.
    pub raw: String,
}

#[derive(Clone, Debug, Serialize)]
pub struct Mailbox {
    pub name: Option<String>,
    pub address: String,
}

/// Who says the message came from whom, before it is read.
#[derive(Clone, Debug, Default)]
pub struct Envelope {
    pub from: Option<String>,
    pub to: Vec<String>,
}

impl Mails {
    pub fn new(limit_bytes: usize) -> Self {
        Self { limit_bytes, kept: Mutex::default() }
    }

    pub fn all(&self) -> Vec<Mail> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn one(&self, number: usize) -> Option<Mail> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(number.checked_sub(1)?).cloned()
    }

    pub fn keep(&self, envelope: &Envelope, message: &[u8], now: i64) {
        let mut mail = read(envelope, message, now);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        mail.number = kept.len() + 1;
        kept.push(mail);
    }
}

fn read(envelope: &Envelope, message: &[u8], now: i64) -> Mail {
    let parsed = MessageParser::default().parse(message);
    let parsed = parsed.as_ref();
    // Asking for the HTML of a text-only mail would make some up.
    let has_html = parsed.is_some_and(|mail| mail.parts.iter().any(mail_parser::MessagePart::is_text_html));
    let text = parsed.and_then(|mail| mail.body_text(0)).map(std::borrow::Cow::into_owned);
    Mail {
        number: 0,
        received_at: now,
        envelope_from: envelope.from.clone().unwrap_or_default(),
        envelope_to: envelope.to.clone(),
        from: mailboxes(parsed.and_then(|mail| mail.from())),
        to: mailboxes(parsed.and_then(|mail| mail.to())),
        reply_to: mailboxes(parsed.and_then(|mail| mail.reply_to())),
        subject: parsed.and_then(|mail| mail.subject()).unwrap_or_default().to_owned(),
        message_id: parsed.and_then(|mail| mail.message_id()).map(str::to_owned),
        headers: parsed.map(raw_headers).unwrap_or_default(),
        links: text.as_deref().map(links).unwrap_or_default(),
        html: parsed.filter(|_| has_html).and_then(|mail| mail.body_html(0)).map(std::borrow::Cow::into_owned),
        text,
        size_bytes: message.len(),
        raw: String::from_utf8_lossy(message).into_owned(),
    }
}

fn mailboxes(address: Option<&Address>) -> Vec<Mailbox> {
    let each = address.into_iter().flat_map(Address::iter);
    each.map(|mailbox| Mailbox {
        name: mailbox.name().map(str::to_owned),
        address: mailbox.address().unwrap_or_default().to_owned(),
    })
    .collect()
}

fn raw_headers(message: &mail_parser::Message) -> Vec<(String, String)> {
    let unfold = |value: &str| value.split_whitespace().collect::<Vec<_>>().join(" ");
    message.headers_raw().map(|(name, value)| (name.to_owned(), unfold(value))).collect()
}

fn links(text: &str) -> Vec<String> {
    let ends = |character: char| character.is_whitespace() || "<>\"'".contains(character);
    let starts = text
        .match_indices("http")
        .filter(|(at, _)| text[*at..].starts_with("http://") || text[*at..].starts_with("https://"));
    starts
        .map(|(at, _)| text[at..].split(ends).next().unwrap_or_default().trim_end_matches(['.', ',', ')']).to_owned())
        .collect()
}
