//! Against a small SMTP server that breaks off wherever a real one might.

use std::sync::{Arc, Mutex};

use secure_files::Timestamp;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpListener,
};
use tokio_util::task::TaskTracker;

use super::*;
use crate::{
    config::Secret,
    language::Language,
    mail::{Composer, compose::RequestMail},
};

/// What the server does instead of the usual at one step.
#[derive(Clone, Copy, PartialEq)]
enum Script {
    Usual,
    Answer(&'static str, &'static str),
    /// Closes when this command arrives (`.` is the end of the text, `text` its middle).
    HangUp(&'static str),
    /// Accepts what it should and then says nothing.
    Silence(&'static str),
}

#[derive(Default)]
struct Seen {
    commands: Vec<String>,
    text: String,
}

async fn server(script: Script) -> (MailTransport, Arc<Mutex<Seen>>, TaskTracker) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let seen = Arc::new(Mutex::new(Seen::default()));
    let (tasks, record) = (TaskTracker::new(), seen.clone());
    tasks.spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let _ = converse(BufReader::new(stream), script, &record).await;
    });
    tasks.close();
    let server = SmtpServer {
        host: "127.0.0.1".to_owned(),
        port,
        tls: SmtpTls::None,
        credentials: None,
        ca_certificate: None,
        file: None,
    };
    (MailTransport { server, timeout: Duration::from_millis(500) }, seen, tasks)
}

async fn converse(
    mut stream: BufReader<tokio::net::TcpStream>,
    script: Script,
    seen: &Mutex<Seen>,
) -> std::io::Result<()> {
    stream.write_all(b"220 sink ESMTP\r\n").await?;
    let mut in_text = false;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let step = match (in_text, line.trim_end()) {
            (true, ".") => ".".to_owned(),
            (true, _) => "text".to_owned(),
            (false, command) => command.split([' ', ':']).next().unwrap_or_default().to_uppercase(),
        };
        if step == "text" {
            seen.lock().unwrap().text.push_str(&line);
        } else {
            seen.lock().unwrap().commands.push(line.trim_end().to_owned());
        }
        match script {
            Script::HangUp(at) if at == step => return Ok(()),
            Script::Silence(at) if at == step => {
                let mut rest = Vec::new();
                tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut rest).await?;
                return Ok(());
            }
            Script::Answer(at, answer) if at == step => {
                in_text = false;
                stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
                continue;
            }
            _ => {}
        }
        let answer = match step.as_str() {
            "text" => continue,
            "EHLO" => "250-sink\r\n250-8BITMIME\r\n250 AUTH PLAIN\r\n",
            "DATA" => {
                in_text = true;
                "354 go ahead\r\n"
            }
            "." => {
                in_text = false;
                "250 2.0.0 queued as 4711\r\n"
            }
            "AUTH" => "235 welcome\r\n",
            _ => "250 ok\r\n",
        };
        stream.write_all(answer.as_bytes()).await?;
    }
}

fn message() -> MailMessage {
    let mail = crate::config::MailConfig {
        server: SmtpServer {
            host: "unused".to_owned(),
            port: 25,
            tls: SmtpTls::None,
            credentials: None,
            ca_certificate: None,
            file: None,
        },
        from: "Example <files@example.com>".parse().unwrap(),
        timeout: Duration::from_secs(1),
    };
    Composer::new(&mail, &crate::mail::compose::tests::operator(), &crate::mail::compose::tests::base_url())
        .request_mail(&RequestMail {
            needed: ".\r\n.\r\nQUIT\r\n.leading dot".to_owned(),
            sent_at: Timestamp::from_millis(0),
            ..crate::mail::compose::tests::a_request(Language::English)
        })
        .unwrap()
}

async fn sent(script: Script) -> (Result<Accepted, MailFailure>, Arc<Mutex<Seen>>) {
    let (transport, seen, tasks) = server(script).await;
    let outcome = transport.send(&message()).await;
    tasks.wait().await;
    (outcome, seen)
}

#[tokio::test]
async fn an_accepted_mail_arrives_whole_for_one_recipient() {
    let (outcome, seen) = sent(Script::Usual).await;
    assert_eq!(outcome.unwrap().answer, "250 2.0.0 queued as 4711");
    let seen = seen.lock().unwrap();
    let recipients: Vec<_> = seen.commands.iter().filter(|command| command.starts_with("RCPT")).collect();
    assert_eq!(recipients, ["RCPT TO:<mia@example.org>"]);
    assert_eq!(seen.commands.last().unwrap(), "QUIT");
    assert!(seen.text.contains("Message-ID: <0123456789abcdefghjkmnpqrs@example.com>"), "{}", seen.text);
}

#[tokio::test]
async fn a_definite_answer_is_never_unknown() {
    for (step, answer, permanent) in [
        ("EHLO", "554 go away", false),
        ("MAIL", "451 later", false),
        ("MAIL", "553 sender not allowed", true),
        ("RCPT", "450 greylisted", false),
        ("RCPT", "550 5.1.1 <MIA@example.org>: user unknown", true),
        ("DATA", "452 full", false),
        (".", "451 4.7.1 try again", false),
        (".", "554 5.7.1 looks like spam", true),
    ] {
        let (outcome, _) = sent(Script::Answer(step, answer)).await;
        let Err(MailFailure::Refused { permanent: found, reason }) = outcome else {
            panic!("{step} {answer}: {outcome:?}")
        };
        assert_eq!(found, permanent, "{step} {answer}");
        assert!(reason.contains(&answer[..3]), "{reason}");
        assert!(!reason.to_lowercase().contains("mia@"), "{reason}");
    }
}

#[tokio::test]
async fn a_connection_lost_before_the_text_means_not_sent() {
    for script in [
        Script::HangUp("EHLO"),
        Script::HangUp("MAIL"),
        Script::HangUp("RCPT"),
        Script::HangUp("DATA"),
        Script::Silence("RCPT"),
        Script::Silence("DATA"),
        Script::Answer("RCPT", "gibberish"),
    ] {
        let (outcome, _) = sent(script).await;
        assert!(matches!(outcome, Err(MailFailure::Refused { permanent: false, .. })), "{outcome:?}");
    }
}

#[tokio::test]
async fn a_connection_lost_after_the_text_began_leaves_its_fate_unknown() {
    for script in [Script::HangUp("text"), Script::HangUp("."), Script::Silence("."), Script::Answer(".", "gibberish")]
    {
        let (outcome, _) = sent(script).await;
        assert!(matches!(outcome, Err(MailFailure::Unknown { .. })), "{outcome:?}");
    }
}

#[tokio::test]
async fn a_lost_goodbye_changes_nothing() {
    for script in [Script::HangUp("QUIT"), Script::Silence("QUIT"), Script::Answer("QUIT", "421 oops")] {
        let (outcome, _) = sent(script).await;
        assert!(outcome.is_ok(), "{outcome:?}");
    }
}

#[tokio::test]
async fn nobody_listening_means_not_sent() {
    let (mut transport, ..) = server(Script::Usual).await;
    transport.server.port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let outcome = transport.send(&message()).await;
    assert!(matches!(outcome, Err(MailFailure::Refused { permanent: false, .. })), "{outcome:?}");
}

#[tokio::test]
async fn a_server_without_starttls_gets_neither_password_nor_mail() {
    let (mut transport, seen, tasks) = server(Script::Usual).await;
    transport.server.tls = SmtpTls::Required;
    transport.server.credentials = Some(("user".to_owned(), Secret::new("CANARY")));
    let outcome = transport.send(&message()).await;
    assert!(matches!(outcome, Err(MailFailure::Refused { permanent: false, .. })), "{outcome:?}");
    tasks.wait().await;
    assert!(seen.lock().unwrap().commands.iter().all(|command| command.starts_with("EHLO")));
}

#[tokio::test]
async fn the_probe_logs_in_and_sends_nothing() {
    let (mut transport, seen, tasks) = server(Script::Usual).await;
    transport.server.credentials = Some(("user".to_owned(), Secret::new("password")));
    transport.probe().await.unwrap();
    tasks.wait().await;
    let verbs: Vec<_> =
        seen.lock().unwrap().commands.iter().map(|command| command.split(' ').next().unwrap().to_owned()).collect();
    assert_eq!(verbs, ["EHLO", "AUTH", "NOOP", "QUIT"]);

    let (mut transport, _, tasks) = server(Script::Answer("AUTH", "535 5.7.8 wrong")).await;
    transport.server.credentials = Some(("user".to_owned(), Secret::new("CANARY")));
    let failure = transport.probe().await.unwrap_err();
    assert!(failure.to_string().contains("535") && !failure.to_string().contains("CANARY"), "{failure}");
    tasks.wait().await;
}
