//! Turns the facts of a FileRequest or a receipt into one finished mail: plain text and HTML, in the customer's
//! language.
//!
//! Invariants: the same facts give the same bytes, so a job that runs again makes the same mail with the same
//! Message-ID; the subject holds the operator's name and a Case number cut down to letters, digits, `-` and `_`; what
//! agents and customers wrote appears in the body only, without control or direction characters, encoded.

use std::time::{Duration, UNIX_EPOCH};

use askama::Template;
use jiff::civil::Date;
use lettre::{
    Address, Message,
    address::Envelope,
    message::{
        Mailbox, MultiPart, MultiPartKind, SinglePart,
        header::{ContentType, HeaderName, HeaderValue},
    },
};
use secure_files::Timestamp;
use sha2::{Digest, Sha256};

use super::{
    local_format::{LocalTime, local_time, long_date, size},
    words::{ReceiptWords, RequestWords, fill, words},
};
use crate::{
    config::{MailConfig, OperatorConfig, Origin},
    language::Language,
};

/// What every mail of this connector has in common.
pub struct Composer {
    from: Mailbox,
    organisation: String,
    dpo_contact: String,
    time_zone: jiff::tz::TimeZone,
    base_url: Origin,
}

/// Asks a customer for files. Holds the link's secret, so it has no `Debug`.
pub struct RequestMail {
    /// Our id of this mail: letters and digits. The Message-ID follows from it.
    pub mail_id: String,
    pub language: Language,
    pub case_number: String,
    /// Empty: the organisation asks.
    pub agent_name: String,
    /// Empty: no name in greeting and address.
    pub recipient_name: String,
    pub recipient_email: String,
    pub needed: String,
    /// Empty: none.
    pub message: String,
    pub due_on: Option<Date>,
    pub link_url: String,
    pub expires_at: Timestamp,
    /// The Org's Case mailbox, if it has one.
    pub reply_to: Option<Address>,
    pub sent_at: Timestamp,
}

/// Confirms what arrived.
pub struct ReceiptMail {
    pub mail_id: String,
    pub language: Language,
    pub case_number: String,
    pub recipient_name: String,
    pub recipient_email: String,
    pub finished_at: Timestamp,
    pub kept_until: Timestamp,
    pub files: Vec<ReceiptFile>,
    pub reply_to: Option<Address>,
    pub sent_at: Timestamp,
}

pub struct ReceiptFile {
    pub file_name: String,
    pub size_bytes: u64,
    /// Hexadecimal.
    pub sha256: String,
    pub received_at: Timestamp,
}

/// A finished mail. Its text may hold a link's secret, so it has no `Debug`.
pub struct MailMessage {
    pub(super) envelope: Envelope,
    pub(super) bytes: Vec<u8>,
    message_id: String,
}

impl MailMessage {
    /// With its angle brackets.
    pub fn message_id(&self) -> &str {
        &self.message_id
    }

    /// RFC 5322, with CRLF.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// Why no mail can be made of these facts. Repeating does not help.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ComposeError {
    #[error("the recipient's address cannot be used")]
    RecipientUnusable,
    #[error("the mail's id is not made of letters and digits")]
    MailIdUnusable,
    #[error("the link does not lead to this connector")]
    LinkElsewhere,
    #[error("the mail's text cannot be made")]
    Template(#[from] askama::Error),
    #[error("the mail cannot be put together")]
    Assembly(#[from] lettre::error::Error),
}

impl Composer {
    pub fn new(mail: &MailConfig, operator: &OperatorConfig, base_url: &Origin) -> Self {
        Self {
            from: mail.from.clone(),
            organisation: operator.organisation.clone(),
            dpo_contact: operator.dpo_contact.clone(),
            time_zone: operator.time_zone.clone(),
            base_url: base_url.clone(),
        }
    }

    pub fn request_mail(&self, mail: &RequestMail) -> Result<MailMessage, ComposeError> {
        if !mail.link_url.strip_prefix(self.base_url.as_str()).is_some_and(|rest| rest.starts_with('/'))
            || mail.link_url.chars().any(|c| c.is_control() || c.is_whitespace())
        {
            return Err(ComposeError::LinkElsewhere);
        }
        let all = words(mail.language);
        let words = &all.request;
        let case_number = clean_line(&mail.case_number, 40);
        let agent = clean_line(&mail.agent_name, 120);
        let name = clean_line(&mail.recipient_name, 120);
        let host = self.base_url.to_string();
        let expires = local_time(&all.format, &self.time_zone, mail.expires_at);
        let values = [
            ("organisation", self.organisation.as_str()),
            ("case_number", &case_number),
            ("agent", &agent),
            ("name", &name),
            ("host", &host),
            ("dpo", &self.dpo_contact),
            ("date", &expires.date),
            ("time", &expires.time),
            ("zone", &expires.zone),
        ];
        let subject = self.subject(&words.subject, &mail.case_number);
        let page = RequestPage {
            language: mail.language,
            organisation: &self.organisation,
            subject: &subject,
            words,
            heading: fill(&words.heading, &values),
            greeting: fill(if name.is_empty() { &words.greeting_unnamed } else { &words.greeting }, &values),
            asks: fill(if agent.is_empty() { &words.asks_unnamed } else { &words.asks }, &values),
            needed: clean_lines(&mail.needed),
            message: clean_lines(&mail.message),
            due: mail.due_on.map(|due| fill(&words.due, &[("date", &long_date(&all.format, due))])),
            link_url: &mail.link_url,
            expires: fill(&words.expires, &values),
            caution: fill(&words.caution, &values),
            privacy: fill(&words.privacy, &values),
            automatic: fill(&words.automatic, &values),
            can_reply: mail.reply_to.is_some(),
        };
        let html = RequestHtml { page: &page }.render()?;
        let text = RequestText { page: &page }.render()?;
        self.assemble(
            Headers {
                mail_id: &mail.mail_id,
                language: mail.language,
                recipient_name: name,
                recipient_email: &mail.recipient_email,
                reply_to: mail.reply_to.clone(),
                sent_at: mail.sent_at,
            },
            subject,
            text,
            html,
        )
    }

    pub fn receipt_mail(&self, mail: &ReceiptMail) -> Result<MailMessage, ComposeError> {
        let all = words(mail.language);
        let words = &all.receipt;
        let case_number = clean_line(&mail.case_number, 40);
        let name = clean_line(&mail.recipient_name, 120);
        let count = mail.files.len().to_string();
        let values = [
            ("organisation", self.organisation.as_str()),
            ("case_number", &case_number),
            ("name", &name),
            ("count", &count),
            ("dpo", &self.dpo_contact),
        ];
        let at = |sentence: &str, time: &LocalTime| {
            fill(sentence, &[("date", &time.date), ("time", &time.time), ("zone", &time.zone)])
        };
        let local = |at| local_time(&all.format, &self.time_zone, at);
        let subject = self.subject(&words.subject, &mail.case_number);
        let page = ReceiptPage {
            language: mail.language,
            organisation: &self.organisation,
            subject: &subject,
            words,
            greeting: fill(if name.is_empty() { &words.greeting_unnamed } else { &words.greeting }, &values),
            arrived: fill(if mail.files.len() == 1 { &words.arrived_one } else { &words.arrived_many }, &values),
            finished: at(&words.finished, &local(mail.finished_at)),
            kept: at(&words.kept, &local(mail.kept_until)),
            files: mail
                .files
                .iter()
                .map(|file| FileRow {
                    file_name: clean_line(&file.file_name, 255),
                    size: size(&all.format, file.size_bytes),
                    received: at(&words.received_value, &local(file.received_at)),
                    sha256: clean_line(&file.sha256, 64),
                })
                .collect(),
            unexpected: fill(&words.unexpected, &values),
            privacy: fill(&words.privacy, &values),
            automatic: fill(&words.automatic, &values),
            can_reply: mail.reply_to.is_some(),
        };
        let html = ReceiptHtml { page: &page }.render()?;
        let text = ReceiptText { page: &page }.render()?;
        self.assemble(
            Headers {
                mail_id: &mail.mail_id,
                language: mail.language,
                recipient_name: name,
                recipient_email: &mail.recipient_email,
                reply_to: mail.reply_to.clone(),
                sent_at: mail.sent_at,
            },
            subject,
            text,
            html,
        )
    }

    /// Agents type Case numbers into the request too, so only what a Case number is made of may pass.
    fn subject(&self, sentence: &str, case_number: &str) -> String {
        let case_number: String =
            case_number.chars().filter(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).take(40).collect();
        fill(sentence, &[("organisation", &self.organisation), ("case_number", &case_number)])
    }

    fn assemble(
        &self,
        headers: Headers<'_>,
        subject: String,
        text: String,
        html: String,
    ) -> Result<MailMessage, ComposeError> {
        if headers.mail_id.is_empty() || !headers.mail_id.chars().all(|c| c.is_ascii_alphanumeric()) {
            return Err(ComposeError::MailIdUnusable);
        }
        let address: Address = headers.recipient_email.parse().map_err(|_| ComposeError::RecipientUnusable)?;
        if headers.recipient_email.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(ComposeError::RecipientUnusable);
        }
        let name = Some(headers.recipient_name).filter(|name| !name.is_empty());
        let message_id = format!("<{}@{}>", headers.mail_id, ascii_domain(&self.from.email));
        let millis = u64::try_from(headers.sent_at.as_millis()).unwrap_or_default();
        let mut builder = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(name, address))
            .subject(subject)
            .date(UNIX_EPOCH + Duration::from_millis(millis))
            .message_id(Some(message_id.clone()))
            .raw_header(fixed_header("Auto-Submitted", "auto-generated"))
            // Exchange answers automatically even to automatic mail unless told not to.
            .raw_header(fixed_header("X-Auto-Response-Suppress", "All"))
            .raw_header(fixed_header("Content-Language", headers.language.tag()));
        if let Some(address) = headers.reply_to {
            builder = builder.reply_to(Mailbox::new(Some(self.organisation.clone()), address));
        }
        let message = builder.multipart(
            MultiPart::builder()
                .kind(MultiPartKind::Alternative)
                .boundary(boundary(&text, &html))
                .singlepart(SinglePart::builder().header(ContentType::TEXT_PLAIN).body(text))
                .singlepart(SinglePart::builder().header(ContentType::TEXT_HTML).body(html)),
        )?;
        Ok(MailMessage { envelope: message.envelope().clone(), bytes: message.formatted(), message_id })
    }
}

struct Headers<'a> {
    mail_id: &'a str,
    language: Language,
    recipient_name: String,
    recipient_email: &'a str,
    reply_to: Option<Address>,
    sent_at: Timestamp,
}

struct RequestPage<'a> {
    language: Language,
    organisation: &'a str,
    subject: &'a str,
    words: &'a RequestWords,
    heading: String,
    greeting: String,
    asks: String,
    needed: Vec<String>,
    message: Vec<String>,
    due: Option<String>,
    link_url: &'a str,
    expires: String,
    caution: String,
    privacy: String,
    automatic: String,
    can_reply: bool,
}

struct ReceiptPage<'a> {
    language: Language,
    organisation: &'a str,
    subject: &'a str,
    words: &'a ReceiptWords,
    greeting: String,
    arrived: String,
    finished: String,
    kept: String,
    files: Vec<FileRow>,
    unexpected: String,
    privacy: String,
    automatic: String,
    can_reply: bool,
}

struct FileRow {
    file_name: String,
    size: String,
    received: String,
    sha256: String,
}

#[derive(Template)]
#[template(path = "request.html")]
struct RequestHtml<'a> {
    page: &'a RequestPage<'a>,
}

#[derive(Template)]
#[template(path = "request.txt")]
struct RequestText<'a> {
    page: &'a RequestPage<'a>,
}

#[derive(Template)]
#[template(path = "receipt.html")]
struct ReceiptHtml<'a> {
    page: &'a ReceiptPage<'a>,
}

#[derive(Template)]
#[template(path = "receipt.txt")]
struct ReceiptText<'a> {
    page: &'a ReceiptPage<'a>,
}

fn fixed_header(name: &'static str, value: &'static str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

/// Follows from what it separates, so no text can hold its own boundary: one that was known beforehand could be
/// written by a customer, and a soft line break would put it at the start of a line.
fn boundary(text: &str, html: &str) -> String {
    let mut hash = Sha256::new();
    hash.update((text.len() as u64).to_be_bytes());
    hash.update(text);
    hash.update(html);
    format!("part-{}", hex::encode(&hash.finalize()[..16]))
}

/// A Message-ID is ASCII; an address's domain need not be.
fn ascii_domain(address: &Address) -> String {
    match url::Host::parse(address.domain()) {
        Ok(host) => host.to_string(),
        Err(_) => address.domain().to_owned(),
    }
}

/// One line: every control, line and direction character gone, white space collapsed, at most `most` characters.
fn clean_line(text: &str, most: usize) -> String {
    let visible: String =
        text.chars().filter(|c| !is_direction(*c)).map(|c| if is_break(c) { ' ' } else { c }).collect();
    let mut line = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((end, _)) = line.char_indices().nth(most) {
        line.truncate(end);
        line.push('…');
    }
    line
}

/// The lines of a text of several, without empty ones at either end.
fn clean_lines(text: &str) -> Vec<String> {
    let mut lines: Vec<String> =
        text.split(['\n', '\u{2028}', '\u{2029}']).take(200).map(|line| clean_line(line, 4000)).collect();
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    let first = lines.iter().position(|line| !line.is_empty()).unwrap_or(lines.len());
    lines.split_off(first)
}

fn is_break(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// Characters that reorder or hide what stands around them, with which `gpj.exe` is made to look like `exe.jpg`.
fn is_direction(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
pub(crate) mod tests;
