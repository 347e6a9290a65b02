//! The mail sink, spoken to line by line.

use serde_json::json;
use simulated_org::{Effect, Fault, SmtpStage};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufStream};
use tokio::net::TcpStream;

use crate::caller::Caller;

struct Conversation(BufStream<TcpStream>);

impl Conversation {
    async fn open(caller: &Caller) -> Self {
        let mut conversation = Self(BufStream::new(TcpStream::connect(caller.org.smtp_address()).await.unwrap()));
        assert!(conversation.answer().await.starts_with("220"));
        assert!(conversation.say("EHLO connector.example").await.starts_with("250"));
        conversation
    }

    /// The last line of the next answer; empty when the server hung up.
    async fn answer(&mut self) -> String {
        loop {
            let mut line = String::new();
            self.0.read_line(&mut line).await.unwrap();
            if line.is_empty() || line.as_bytes()[3] == b' ' {
                return line;
            }
        }
    }

    async fn say(&mut self, line: &str) -> String {
        self.0.write_all(format!("{line}\r\n").as_bytes()).await.unwrap();
        self.0.flush().await.unwrap();
        self.answer().await
    }

    async fn send(&mut self, message: &str) -> String {
        assert!(self.say("MAIL FROM:<files@operator.example>").await.starts_with("250"));
        assert!(self.say("RCPT TO:<grace@harbour.example>").await.starts_with("250"));
        assert!(self.say("DATA").await.starts_with("354"));
        self.say(&format!("{message}\r\n.")).await
    }
}

const MESSAGE: &str = "From: Operator <files@operator.example>\r\nTo: Grace <grace@harbour.example>\r\n\
    Subject: =?utf-8?q?Dateien_f=C3=BCr_Ihren_Fall?=\r\nMessage-ID: <1@operator.example>\r\nMIME-Version: 1.0\r\n\
    Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n\
    ..Open https://files.example/r/abc#secret.\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n\
    <p>Open <a href=\"https://files.example/r/abc#secret\">the page</a></p>\r\n--b--";

#[tokio::test]
async fn a_mail_is_kept_and_read() {
    let caller = Caller::start().await;
    let mut conversation = Conversation::open(&caller).await;
    assert!(conversation.send(MESSAGE).await.starts_with("250"));
    assert!(conversation.say("QUIT").await.starts_with("221"));
    let mails = caller.org.mails();
    assert_eq!(mails.len(), 1);
    let mail = &mails[0];
    assert_eq!(mail.subject, "Dateien für Ihren Fall");
    assert_eq!(mail.envelope_to, ["grace@harbour.example"]);
    assert_eq!(mail.text.as_deref().map(str::trim), Some(".Open https://files.example/r/abc#secret."));
    assert!(mail.html.as_deref().unwrap().contains("<a href="));
    assert_eq!(mail.links, ["https://files.example/r/abc#secret"]);
    let url = format!("{}/__sim/mails/1", caller.org.admin_url());
    assert_eq!(crate::caller::reply(caller.http.get(url)).await.body["message_id"], "1@operator.example");
}

#[tokio::test]
async fn the_sink_refuses_loses_and_hangs_up_on_demand() {
    let caller = Caller::start().await;
    let faults = caller.org.faults();
    let refuse = Effect::SmtpAnswer { stage: SmtpStage::Rcpt, answer: "550 5.1.1 No such user".to_owned() };
    faults.add(Fault::new(refuse)).unwrap();
    let mut conversation = Conversation::open(&caller).await;
    conversation.say("MAIL FROM:<files@operator.example>").await;
    assert!(conversation.say("RCPT TO:<grace@harbour.example>").await.starts_with("550"));
    assert!(conversation.say("DATA").await.starts_with("503"));
    assert!(conversation.say("RSET").await.starts_with("250"));

    let later = Effect::SmtpAnswer { stage: SmtpStage::Message, answer: "451 4.3.0 Try again".to_owned() };
    faults.add(Fault::new(later)).unwrap();
    assert!(conversation.send(MESSAGE).await.starts_with("451"));
    assert!(caller.org.mails().is_empty());

    faults.add(Fault::new(Effect::SmtpLoseAnswer)).unwrap();
    assert_eq!(conversation.send(MESSAGE).await, "");
    assert_eq!(caller.org.mails().len(), 1);

    let drop = json!({ "match": { "recipient": "^grace@" }, "effect": { "kind": "smtp_drop", "stage": "message" } });
    assert_eq!(caller.admin("faults", &drop).await.status, 200);
    let mut conversation = Conversation::open(&caller).await;
    assert_eq!(conversation.send(MESSAGE).await, "");
    assert_eq!(caller.org.mails().len(), 1);
    assert!(faults.unused().is_empty());
}

#[tokio::test]
async fn an_oversize_mail_is_refused() {
    let options = simulated_org::Options { mail_limit_bytes: 1_000, ..crate::caller::options() };
    let caller = Caller::start_with(options).await;
    let mut conversation = Conversation::open(&caller).await;
    assert!(conversation.say("MAIL FROM:<a@b.example> SIZE=1001").await.starts_with("552"));
    assert!(conversation.send(&"x".repeat(70).repeat(20)).await.starts_with("552"));
    assert!(caller.org.mails().is_empty());
}
