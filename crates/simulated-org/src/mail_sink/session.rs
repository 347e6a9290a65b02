//! One SMTP connection, command by command.
//!
//! Format: RFC 5321; extensions SIZE, 8BITMIME, SMTPUTF8 and PIPELINING are announced and honoured.

use std::io;
use std::sync::Arc;

use tokio::io::{AsyncBufRead, AsyncBufReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::Envelope;
use crate::faults::{Effect, SmtpStage};
use crate::org::Org;

/// RFC 5321 allows 512 octets; extensions add to it.
const MAX_LINE_BYTES: usize = 8 * 1024;

pub async fn serve(listener: TcpListener, org: Arc<Org>, tasks: TaskTracker, stop: CancellationToken) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => return,
        };
        let Ok((stream, _)) = accepted else { continue };
        let (org, stop) = (org.clone(), stop.clone());
        tasks.spawn(async move {
            tokio::select! {
                // A client that hangs up in the middle has simply sent no mail.
                _ = converse(stream, &org) => {}
                () = stop.cancelled() => {}
            }
        });
    }
}

async fn converse(stream: TcpStream, org: &Org) -> io::Result<()> {
    let (read, write) = stream.into_split();
    let mut session = Session { read: BufReader::new(read), write, org, envelope: Envelope::default() };
    session.run().await
}

struct Session<'a, R, W> {
    read: R,
    write: W,
    org: &'a Org,
    envelope: Envelope,
}

/// Whether the conversation goes on.
#[derive(PartialEq, Eq)]
enum Next {
    Continue,
    HangUp,
}

impl<R: AsyncBufRead + Unpin, W: AsyncWrite + Unpin> Session<'_, R, W> {
    async fn run(&mut self) -> io::Result<()> {
        if self.say(SmtpStage::Connect, "220 mail.simulated.example ESMTP simulated-org").await? == Next::HangUp {
            return Ok(());
        }
        while let Some(line) = self.line().await? {
            let line = String::from_utf8_lossy(&line).into_owned();
            let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
            let next = match verb.to_uppercase().as_str() {
                "EHLO" => {
                    self.envelope = Envelope::default();
                    let size = self.org.mails.limit_bytes;
                    let lines = format!(
                        "250-mail.simulated.example\r\n250-SIZE {size}\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 PIPELINING"
                    );
                    self.write_line(&lines).await?;
                    Next::Continue
                }
                "HELO" => {
                    self.envelope = Envelope::default();
                    self.answer("250 mail.simulated.example").await?
                }
                "MAIL" => self.mail(rest).await?,
                "RCPT" => self.rcpt(rest).await?,
                "DATA" => self.data().await?,
                "RSET" => {
                    self.envelope = Envelope::default();
                    self.answer("250 2.0.0 Ok").await?
                }
                "NOOP" => self.answer("250 2.0.0 Ok").await?,
                "QUIT" => {
                    self.write_line("221 2.0.0 Bye").await?;
                    Next::HangUp
                }
                _ => self.answer("502 5.5.1 Command not implemented").await?,
            };
            if next == Next::HangUp {
                return Ok(());
            }
        }
        Ok(())
    }

    async fn mail(&mut self, rest: &str) -> io::Result<Next> {
        let Some((sender, parameters)) = path(rest, "FROM:") else {
            return self.answer("501 5.5.4 Syntax: MAIL FROM:<address>").await;
        };
        let declared = parameters.split(' ').find_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            if name.eq_ignore_ascii_case("SIZE") { value.parse::<usize>().ok() } else { None }
        });
        if declared.is_some_and(|size| size > self.org.mails.limit_bytes) {
            return self.answer("552 5.3.4 Message size exceeds fixed limit").await;
        }
        self.envelope = Envelope { from: Some(sender), to: Vec::new() };
        let next = self.say(SmtpStage::Mail, "250 2.1.0 Ok").await?;
        Ok(next)
    }

    async fn rcpt(&mut self, rest: &str) -> io::Result<Next> {
        if self.envelope.from.is_none() {
            return self.answer("503 5.5.1 Need MAIL command").await;
        }
        let Some((recipient, _)) = path(rest, "TO:").filter(|(address, _)| address.contains('@')) else {
            return self.answer("501 5.1.3 Bad recipient address syntax").await;
        };
        self.envelope.to.push(recipient);
        match self.fault(SmtpStage::Rcpt) {
            None => self.answer("250 2.1.5 Ok").await,
            Some(effect) => {
                self.envelope.to.pop();
                self.carry_out(effect).await
            }
        }
    }

    async fn data(&mut self) -> io::Result<Next> {
        if self.envelope.to.is_empty() {
            return self.answer("503 5.5.1 Need RCPT command").await;
        }
        match self.fault(SmtpStage::Data) {
            None => self.write_line("354 End data with <CR><LF>.<CR><LF>").await?,
            Some(effect) => return self.carry_out(effect).await,
        }
        let Some(message) = self.message().await? else { return Ok(Next::HangUp) };
        let envelope = std::mem::take(&mut self.envelope);
        if message.len() > self.org.mails.limit_bytes {
            return self.answer("552 5.3.4 Message size exceeds fixed limit").await;
        }
        let effect = self.org.faults.strike_mail(SmtpStage::Message, &envelope.to);
        if effect.is_none() || effect == Some(Effect::SmtpLoseAnswer) {
            self.org.mails.keep(&envelope, &message, self.org.clock.now());
        }
        match effect {
            None => self.answer("250 2.0.0 Ok: kept").await,
            Some(effect) => self.carry_out(effect).await,
        }
    }

    /// Reads up to the lone dot and undoes dot-stuffing. `None`: the client hung up before the end.
    async fn message(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut message = Vec::new();
        loop {
            let mut line = Vec::new();
            if self.read.read_until(b'\n', &mut line).await? == 0 {
                return Ok(None);
            }
            if line == b".\r\n" {
                return Ok(Some(message));
            }
            // Beyond the limit the rest is read to keep in step, and dropped.
            if message.len() <= self.org.mails.limit_bytes {
                message.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
            }
        }
    }

    async fn line(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        if self.read.read_until(b'\n', &mut line).await? == 0 || line.len() > MAX_LINE_BYTES {
            return Ok(None);
        }
        while line.last().is_some_and(|byte| matches!(byte, b'\r' | b'\n')) {
            line.pop();
        }
        Ok(Some(line))
    }

    /// The usual answer of a stage, unless a fault strikes there.
    async fn say(&mut self, stage: SmtpStage, usual: &str) -> io::Result<Next> {
        match self.fault(stage) {
            None => self.answer(usual).await,
            Some(effect) => self.carry_out(effect).await,
        }
    }

    fn fault(&self, stage: SmtpStage) -> Option<Effect> {
        self.org.faults.strike_mail(stage, &self.envelope.to)
    }

    async fn carry_out(&mut self, effect: Effect) -> io::Result<Next> {
        match effect {
            Effect::SmtpAnswer { answer, .. } => self.answer(&answer).await,
            _ => Ok(Next::HangUp),
        }
    }

    async fn answer(&mut self, line: &str) -> io::Result<Next> {
        self.write_line(line).await?;
        // 421 announces that the server closes.
        Ok(if line.starts_with("421") { Next::HangUp } else { Next::Continue })
    }

    async fn write_line(&mut self, line: &str) -> io::Result<()> {
        self.write.write_all(format!("{line}\r\n").as_bytes()).await?;
        self.write.flush().await
    }
}

/// `FROM:<a@b.example> SIZE=3`: the address without brackets, and the parameters behind it.
fn path<'a>(rest: &'a str, keyword: &str) -> Option<(String, &'a str)> {
    let rest = rest.trim();
    let prefix = rest.get(..keyword.len()).filter(|prefix| prefix.eq_ignore_ascii_case(keyword))?;
    let (address, parameters) = rest[prefix.len()..].trim_start().strip_prefix('<')?.split_once('>')?;
    Some((address.to_owned(), parameters.trim()))
}
