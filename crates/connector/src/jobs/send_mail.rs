//! A mail goes to the operator's server, at most once by itself.
//!
//! Invariant: `sending` is committed before the first byte leaves; whoever finds a mail in `sending` cannot know its
//! fate and says so.

use anyhow::Context as _;
use secure_files::{Activity, Timestamp};

use super::enqueue::secret_cell;
use super::run::LEASE;
use super::{JobKind, Outcome};
use crate::app::App;
use crate::audit::Event;
use crate::language::Language;
use crate::mail::{MailFailure, MailMessage, ReceiptFile, ReceiptMail, RequestMail};
use crate::store::file_requests::{self, FileRequestRow};
use crate::store::jobs::{self, JobRow};
use crate::store::mails::{self, MailRow};
use crate::store::{links, secure_files as files};

/// A mail server that puts mails off is asked again for this many attempts, about a day.
const MOST_ATTEMPTS: i64 = 300;

pub async fn send_mail(app: &App, job: &JobRow) -> anyhow::Result<Outcome> {
    let mut reader = app.store.read().await?;
    let Some(mail) = mails::find(&mut reader, &job.org_id, &job.subject_id).await? else { return Ok(Outcome::Done) };
    let request = file_requests::find(&mut reader, &mail.org_id, &mail.request_id).await?;
    drop(reader);
    let request = request.context("a mail without its request")?;
    match mail.state.as_str() {
        "queued" => {}
        // Another worker died with this mail in its hands.
        "sending" => return settle(app, &mail, &request, "unknown", Some("the connector stopped while sending")).await,
        _ => return Ok(Outcome::Done),
    }
    if mail.kind == "request" && request.state != "open" {
        return settle(app, &mail, &request, "failed", Some("the request was closed before the mail was sent")).await;
    }
    let message = match compose(app, &mail, &request).await {
        Ok(message) => message,
        Err(error) => {
            tracing::error!(target: "casegate", error = format!("{error:#}"), "a mail could not be written");
            return settle(app, &mail, &request, "failed", Some("the mail could not be written")).await;
        }
    };
    let mut tx = app.store.transaction("begin_mail").await?;
    let now = app.clock.now();
    // Before the text and after it the server may take its whole time: nobody else may find this mail in `sending`.
    let until = now.plus(app.config.mail.timeout.saturating_mul(3).max(LEASE));
    let is_ours = jobs::renew(&mut tx, &job.id, &job.lease, until.as_millis()).await?
        && mails::advance(&mut tx, &mail.org_id, &mail.id, "queued", "sending", None, now.as_millis()).await?;
    if !is_ours {
        return Ok(Outcome::Done);
    }
    tx.commit().await?;
    let mail = MailRow { state: "sending".to_owned(), ..mail };
    match app.mail.send(&message).await {
        Ok(_) => settle(app, &mail, &request, "sent", None).await,
        Err(MailFailure::Unknown { reason }) => settle(app, &mail, &request, "unknown", Some(&reason)).await,
        Err(MailFailure::Refused { permanent, reason }) if permanent || job.attempts >= MOST_ATTEMPTS => {
            settle(app, &mail, &request, "failed", Some(&reason)).await
        }
        Err(MailFailure::Refused { reason, .. }) => {
            let mut tx = app.store.transaction("put_mail_off").await?;
            let now = app.clock.now().as_millis();
            mails::advance(&mut tx, &mail.org_id, &mail.id, "sending", "queued", Some(&reason), now).await?;
            tx.commit().await?;
            anyhow::bail!("the mail server puts the mail off: {reason}")
        }
    }
}

async fn settle(
    app: &App,
    mail: &MailRow,
    request: &FileRequestRow,
    to: &str,
    failure: Option<&str>,
) -> anyhow::Result<Outcome> {
    let now = app.clock.now();
    let mut tx = app.store.transaction("settle_mail").await?;
    if mails::advance(&mut tx, &mail.org_id, &mail.id, &mail.state, to, failure, now.as_millis()).await? {
        if let Some(link_id) = &mail.link_id {
            links::forget_secret(&mut tx, &mail.org_id, link_id).await?;
        }
        let activity = match (mail.kind.as_str(), to) {
            ("request", "sent") => Activity::RequestMailSent,
            ("request", "unknown") => Activity::RequestMailUnknown,
            ("request", _) => Activity::RequestMailFailed,
            (_, "sent") => Activity::ReceiptSent,
            _ => Activity::ReceiptFailed,
        };
        app.audit.append(&mut tx, Event::of_request(activity, request).by_connector(), now).await?;
        app.enqueue(&mut tx, &mail.org_id, JobKind::SyncRequest, &mail.request_id, now).await?;
        tx.commit().await?;
    }
    Ok(Outcome::Done)
}

async fn compose(app: &App, mail: &MailRow, request: &FileRequestRow) -> anyhow::Result<MailMessage> {
    let language: Language = request.language.parse()?;
    let org = app.orgs.recorded(&request.org_id).context("the Org is not configured any more")?;
    let reply_to = org.config.case_mailbox.clone();
    let sent_at = Timestamp::from_millis(mail.created_at);
    if mail.kind == "receipt" {
        let mut reader = app.store.read().await?;
        let files = files::list_of_request(&mut reader, &request.org_id, &request.id).await?;
        let kept_until = files.iter().map(|file| file.kept_until).max().unwrap_or(mail.created_at);
        return Ok(app.composer.receipt_mail(&ReceiptMail {
            mail_id: mail.id.clone(),
            language,
            case_number: request.case_number.clone(),
            recipient_name: request.recipient_name.clone(),
            recipient_email: request.recipient_email.clone(),
            finished_at: Timestamp::from_millis(request.closed_at.unwrap_or(mail.created_at)),
            kept_until: Timestamp::from_millis(kept_until),
            files: files
                .into_iter()
                .map(|file| ReceiptFile {
                    file_name: file.file_name,
                    size_bytes: u64::try_from(file.size_bytes).unwrap_or_default(),
                    sha256: file.plaintext_sha256,
                    received_at: Timestamp::from_millis(file.received_at),
                })
                .collect(),
            reply_to,
            sent_at,
        })?);
    }
    let link_id = mail.link_id.as_deref().context("a request mail without its link")?;
    let mut reader = app.store.read().await?;
    let link = links::find(&mut reader, &request.org_id, link_id).await?.context("a mail's link is gone")?;
    drop(reader);
    let sealed = link.secret_sealed.as_deref().context("a link's secret was sent before")?;
    let secret = app.vault.open_cell(&secret_cell(link_id), sealed)?;
    let secret = std::str::from_utf8(&secret).context("a link's secret is text")?;
    Ok(app.composer.request_mail(&RequestMail {
        mail_id: mail.id.clone(),
        language,
        case_number: request.case_number.clone(),
        agent_name: request.created_by_name.clone(),
        recipient_name: request.recipient_name.clone(),
        recipient_email: request.recipient_email.clone(),
        needed: request.needed.clone(),
        message: request.message.clone(),
        due_on: request.due_on.as_deref().map(str::parse).transpose()?,
        link_url: app.link_url(&request.id, secret),
        expires_at: Timestamp::from_millis(request.expires_at),
        reply_to,
        sent_at,
    })?)
}
