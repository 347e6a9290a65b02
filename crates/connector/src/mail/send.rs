//! Hands a finished mail to the operator's server and says what is known about its fate.
//!
//! The SMTP dialogue is walked step by step because everything hangs on one moment: before the text is sent nothing
//! can have been accepted, after it only the server's answer tells. A mail whose answer was lost is `Unknown`, and
//! nobody repeats it by themselves.
//!
//! Format: RFC 5321; RFC 6152 (8BITMIME), RFC 6531 (SMTPUTF8), RFC 3207 (STARTTLS).

use std::{future::Future, time::Duration};

use lettre::{
    Address,
    transport::smtp::{
        authentication::{Credentials, DEFAULT_MECHANISMS},
        client::{AsyncSmtpConnection, Certificate, TlsParameters},
        commands::{Data, Mail, Noop, Rcpt},
        extension::{ClientId, Extension, MailBodyParameter, MailParameter},
    },
};
use metrics::counter;
use tokio::time;

use super::compose::MailMessage;
use crate::config::{MailConfig, SmtpServer, SmtpTls};

#[derive(Clone)]
pub struct MailTransport {
    server: SmtpServer,
    timeout: Duration,
}

/// The server has taken responsibility for the mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// Code and first words, usually with the server's own id of the mail.
    pub answer: String,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MailFailure {
    /// The mail was certainly not accepted. Permanent: the server said so about this mail or recipient.
    #[error("the mail was not accepted: {reason}")]
    Refused { permanent: bool, reason: String },
    /// The text was sent and no answer came: it may have been accepted.
    #[error("it is not known whether the mail was accepted: {reason}")]
    Unknown { reason: String },
}

impl MailTransport {
    pub fn new(config: &MailConfig) -> Self {
        Self { server: config.server.clone(), timeout: config.timeout }
    }

    /// Once this future has been polled, dropping it leaves the mail's fate unknown: let it end.
    pub async fn send(&self, message: &MailMessage) -> Result<Accepted, MailFailure> {
        let outcome = self.deliver(message).await;
        let label = match &outcome {
            Ok(_) => "accepted",
            Err(MailFailure::Refused { permanent: true, .. }) => "refused",
            Err(MailFailure::Refused { permanent: false, .. }) => "put_off",
            Err(MailFailure::Unknown { .. }) => "unknown",
        };
        counter!("casegate_mails_total", "outcome" => label).increment(1);
        outcome
    }

    /// Connects, greets, logs in and says NOOP: everything short of a mail. For `check-config`.
    pub async fn probe(&self) -> Result<(), MailFailure> {
        let mut connection = self.before_text(self.connect()).await?;
        self.before_text(async {
            connection.command(Noop).await.map_err(|error| passing(&error))?;
            Ok(())
        })
        .await?;
        self.quit(connection).await;
        Ok(())
    }

    async fn deliver(&self, message: &MailMessage) -> Result<Accepted, MailFailure> {
        let mut connection = self.before_text(self.connect()).await?;
        self.before_text(announce(&mut connection, message)).await?;
        match time::timeout(self.timeout, connection.message(&message.bytes)).await {
            Ok(Ok(response)) => {
                let answer = format!("{} {}", response.code(), response.first_line().unwrap_or_default());
                self.quit(connection).await;
                Ok(Accepted { answer: concealed(&answer, message.envelope.to()) })
            }
            Ok(Err(error)) if error.is_permanent() || error.is_transient() => {
                Err(judged(&error, message.envelope.to()))
            }
            Ok(Err(error)) => Err(MailFailure::Unknown { reason: described(&error) }),
            Err(_) => Err(MailFailure::Unknown { reason: self.no_answer() }),
        }
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, MailFailure> {
        let hello = ClientId::default();
        let tls = || self.tls().map_err(|error| passing(&error));
        let immediate = if self.server.tls == SmtpTls::Immediate { Some(tls()?) } else { None };
        let mut connection = AsyncSmtpConnection::connect_tokio1(
            (self.server.host.as_str(), self.server.port),
            Some(self.timeout),
            &hello,
            immediate,
            None,
        )
        .await
        .map_err(|error| passing(&error))?;
        if self.server.tls == SmtpTls::Required {
            connection.starttls(tls()?, &hello).await.map_err(|error| passing(&error))?;
        }
        if let Some((user, password)) = &self.server.credentials {
            let credentials = Credentials::new(user.clone(), password.reveal().to_owned());
            connection.auth(DEFAULT_MECHANISMS, &credentials).await.map_err(|error| passing(&error))?;
        }
        Ok(connection)
    }

    fn tls(&self) -> Result<TlsParameters, lettre::transport::smtp::Error> {
        let mut builder = TlsParameters::builder(self.server.host.clone());
        if let Some(pem) = &self.server.ca_certificate {
            builder = builder.add_root_certificate(Certificate::from_pem(pem.as_bytes())?);
        }
        builder.build()
    }

    /// Until the text begins, silence means that nothing was accepted.
    async fn before_text<T>(&self, step: impl Future<Output = Result<T, MailFailure>>) -> Result<T, MailFailure> {
        time::timeout(self.timeout, step)
            .await
            .unwrap_or_else(|_| Err(MailFailure::Refused { permanent: false, reason: self.no_answer() }))
    }

    fn no_answer(&self) -> String {
        format!("no answer within {} s", self.timeout.as_secs())
    }

    /// Courtesy: whatever happens here, the mail's fate is decided.
    async fn quit(&self, mut connection: AsyncSmtpConnection) {
        let _ = time::timeout(self.timeout.min(Duration::from_secs(5)), connection.quit()).await;
    }
}

/// MAIL, RCPT, DATA: a refusal here is about this mail.
async fn announce(connection: &mut AsyncSmtpConnection, message: &MailMessage) -> Result<(), MailFailure> {
    let mut parameters = Vec::new();
    let mut addresses = message.envelope.to().iter().chain(message.envelope.from());
    if !addresses.all(|address| AsRef::<str>::as_ref(address).is_ascii()) {
        if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
            return Err(MailFailure::Refused {
                permanent: true,
                reason: "the mail server does not support addresses beyond ASCII".to_owned(),
            });
        }
        parameters.push(MailParameter::SmtpUtfEight);
    }
    if !message.bytes.is_ascii() {
        if !connection.server_info().supports_feature(Extension::EightBitMime) {
            return Err(MailFailure::Refused {
                permanent: true,
                reason: "the mail server does not support 8-bit text".to_owned(),
            });
        }
        parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    let recipients = message.envelope.to();
    let judge = |error| judged(&error, recipients);
    connection.command(Mail::new(message.envelope.from().cloned(), parameters)).await.map_err(judge)?;
    for recipient in recipients {
        connection.command(Rcpt::new(recipient.clone(), Vec::new())).await.map_err(judge)?;
    }
    connection.command(Data).await.map_err(judge)?;
    Ok(())
}

/// Not about this mail (network, TLS, login): worth another try, however firmly it was put.
fn passing(error: &lettre::transport::smtp::Error) -> MailFailure {
    MailFailure::Refused { permanent: false, reason: described(error) }
}

fn judged(error: &lettre::transport::smtp::Error, recipients: &[Address]) -> MailFailure {
    MailFailure::Refused { permanent: error.is_permanent(), reason: concealed(&described(error), recipients) }
}

fn described(error: &lettre::transport::smtp::Error) -> String {
    error.to_string().chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect()
}

/// Servers like to repeat the recipient's address; the reason is kept and logged, the address must not be.
fn concealed(text: &str, recipients: &[Address]) -> String {
    let mut text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect();
    for recipient in recipients {
        let address: &str = recipient.as_ref();
        while let Some(start) = text.to_ascii_lowercase().find(&address.to_ascii_lowercase()) {
            text.replace_range(start..start + address.len(), "…");
        }
    }
    text
}

#[cfg(test)]
mod tests;
