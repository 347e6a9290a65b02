//! `emailSimple` by POST: every input is checked, and becomes a mail.
//!
//! A mail that is sent lands with the others in the mail sink, once its request has committed.

use serde_json::{Map, Value};

use super::email_inputs::{NEW, OLD, RENAMED_IN, inputs};
use super::email_message::{Message, Sender};
use super::outcome;
use crate::record_id::RecordId;
use crate::refused::Refused;
use crate::rest::{Answer, Call};
use crate::shape::Shape;
use crate::sharing::Reach;
use crate::work::Work;

/// Recipients named by address, before the renaming.
const MAX_TO: usize = 5;
/// All recipients of one mail together.
const MAX_RECIPIENTS: usize = 150;
const MAX_ADDRESS_BYTES: usize = 4_000;

/// Every input is a mail of its own; one that fails leaves the others alone.
pub fn send(work: &mut Work, call: &Call) -> Result<Answer, Refused> {
    let body = call.record()?;
    let list = body.get("inputs").and_then(Value::as_array).filter(|list| !list.is_empty() && body.len() == 1);
    let list = list.ok_or_else(|| refused("The body of an action is an object with a list of inputs"))?;
    let mut outcomes = Vec::new();
    let mut failed = false;
    for input in list {
        let message = input
            .as_object()
            .ok_or_else(|| refused("Every input is an object"))
            .and_then(|input| read(work, call.version, input));
        match message {
            Ok(message) => {
                work.world.unsent_mails.push(message.render(work));
                outcomes.push(Shape::Plain(outcome("emailSimple", None)));
            }
            Err(refused) => {
                failed = true;
                outcomes.push(Shape::Plain(outcome("emailSimple", Some(&refused))));
            }
        }
    }
    Ok(Answer { body: Some(Shape::List(outcomes)), status: if failed { 400 } else { 200 }, ..Answer::empty() })
}

fn read(work: &Work, version: u16, input: &Map<String, Value>) -> Result<Message, Refused> {
    if let Some(unknown) = input.keys().find(|name| !inputs(version).any(|(known, ..)| known == name)) {
        return Err(refused(&format!("Unknown input parameter in version {version}.0: {unknown}")));
    }
    for (name, _, _, required) in inputs(version) {
        if *required && input.get(*name).and_then(Value::as_str).is_none_or(|text| text.trim().is_empty()) {
            let message = format!("Missing required input parameter: {name}");
            return Err(Refused::bad("REQUIRED_FIELD_MISSING", message).field(name));
        }
    }
    for name in ["emailTemplateId", "logEmailOnSend", "addThreadingTokenToBody", "addThreadingTokenToSubject"] {
        if input.get(name).is_some_and(|value| !matches!(value, Value::Null | Value::Bool(false))) {
            return Err(refused(&format!("The simulated org does not know what {name} would do")));
        }
    }
    let list = |name: &str| addresses(input.get(name), name);
    let (to, cc, bcc) = if version >= RENAMED_IN {
        (list("recipientAddresses")?, list("ccAddresses")?, list("bccAddresses")?)
    } else {
        let to = [list("emailAddresses")?, list("emailAddressesArray")?].concat();
        if to.len() > MAX_TO {
            return Err(refused(&format!("The combined number of email recipients must be {MAX_TO} or less")));
        }
        (to, list("ccRecipientAddressList")?, list("bccRecipientAddressList")?)
    };
    let to = [to, by_record(work, input)?].concat();
    if to.is_empty() {
        let (name, ..) = if version >= RENAMED_IN { NEW[0] } else { OLD[0] };
        let message = format!("Missing required input parameter: {name}");
        return Err(Refused::bad("REQUIRED_FIELD_MISSING", message).field(name));
    }
    if to.len() + cc.len() + bcc.len() > MAX_RECIPIENTS {
        return Err(refused(&format!("The combined number of recipients must be {MAX_RECIPIENTS} or fewer")));
    }
    if let Some(related) = input.get("relatedRecordId").and_then(Value::as_str) {
        readable(work, related)?;
    }
    let text = |name: &str| input.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    Ok(Message {
        from: sender(work, input)?,
        to,
        cc,
        bcc,
        subject: text("emailSubject"),
        body: text("emailBody"),
        is_html: input.get("sendRichBody") == Some(&Value::Bool(true)),
    })
}

/// A comma-delimited text or a collection of texts.
fn addresses(value: Option<&Value>, name: &str) -> Result<Vec<String>, Refused> {
    let texts: Vec<&str> = match value {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::String(text)) => text.split(',').collect(),
        Some(Value::Array(texts)) => {
            let texts: Option<Vec<_>> = texts.iter().map(Value::as_str).collect();
            texts.ok_or_else(|| refused(&format!("{name} holds something that is no text")))?
        }
        Some(_) => return Err(refused(&format!("{name} is neither a text nor a collection"))),
    };
    if texts.iter().map(|text| text.len() + 1).sum::<usize>() > MAX_ADDRESS_BYTES + 1 {
        return Err(refused(&format!("{name} is longer than {MAX_ADDRESS_BYTES} bytes")));
    }
    let each = texts.into_iter().map(str::trim).filter(|text| !text.is_empty());
    each.map(|text| if is_address(text) { Ok(text.to_owned()) } else { Err(invalid_address(text)) }).collect()
}

fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let odd = |character: char| character.is_whitespace() || character.is_control() || "<>\"\\,;:".contains(character);
    !local.is_empty()
        && domain.contains('.')
        && !domain.starts_with('.')
        && !domain.ends_with('.')
        && !text.contains(odd)
}

/// The address of the contact or user that `recipientId` names.
fn by_record(work: &Work, input: &Map<String, Value>) -> Result<Vec<String>, Refused> {
    let Some(text) = input.get("recipientId").and_then(Value::as_str) else { return Ok(Vec::new()) };
    let id = readable(work, text)?;
    let object = if id.prefix() == "005" { "User" } else { "Contact" };
    let email = work.world.rows.row(object, id).and_then(|row| row.text("Email"));
    email.map(|email| vec![email.to_owned()]).ok_or_else(|| refused("The recipient has no email address"))
}

fn readable(work: &Work, text: &str) -> Result<RecordId, Refused> {
    let known = RecordId::parse(text).and_then(|id| {
        let object = work.org.schema.object_with_prefix(id.prefix())?;
        let row = work.world.rows.row(&object.name, id).filter(|row| !row.is_deleted())?;
        (work.reach(object, row) >= Reach::Read).then_some(id)
    });
    known.ok_or_else(|| Refused::bad("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id"))
}

fn sender(work: &Work, input: &Map<String, Value>) -> Result<Sender, Refused> {
    let user = work.world.rows.row("User", work.user);
    let text = |field: &str| user.and_then(|user| user.text(field)).unwrap_or_default().to_owned();
    let wanted = input.get("senderAddress").and_then(Value::as_str);
    match input.get("senderType").and_then(Value::as_str).unwrap_or("CurrentUser") {
        "CurrentUser" => Ok(Sender { name: text("Name"), address: text("Email") }),
        "DefaultWorkflowUser" => {
            let admin = work.world.rows.row("User", crate::seed::people::user_id(crate::seed::people::ADMIN));
            let text = |field: &str| admin.and_then(|admin| admin.text(field)).unwrap_or_default().to_owned();
            Ok(Sender { name: text("Name"), address: text("Email") })
        }
        "OrgWideEmailAddress" => match wanted {
            Some(address) if work.org.options.org_wide_addresses.iter().any(|known| known == address) => {
                Ok(Sender { name: String::new(), address: address.to_owned() })
            }
            Some(address) => Err(invalid_address(address)),
            None => Err(Refused::bad("REQUIRED_FIELD_MISSING", "Missing required input parameter: senderAddress")
                .field("senderAddress")),
        },
        other => {
            Err(refused(&format!("senderType is CurrentUser, DefaultWorkflowUser or OrgWideEmailAddress, not {other}")))
        }
    }
}

fn invalid_address(text: &str) -> Refused {
    Refused::bad("INVALID_EMAIL_ADDRESS", format!("Email address is invalid: {text}"))
}

fn refused(sentence: &str) -> Refused {
    Refused::bad("INVALID_API_INPUT", sentence)
}
