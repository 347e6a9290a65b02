//! What customers read, and that nothing they or agents write leaves its place.

use lettre::message::Mailbox;

use super::*;
use crate::config::Words;

pub(crate) fn operator() -> OperatorConfig {
    OperatorConfig {
        organisation: "Beispiel & Söhne GmbH".to_owned(),
        stored_where: Words::Same("Frankfurt".to_owned()),
        legal_basis: Words::Same("contract".to_owned()),
        dpo_contact: "dpo@example.com".to_owned(),
        time_zone: jiff::tz::TimeZone::get("Europe/Berlin").unwrap(),
        consent: None,
    }
}

pub(crate) fn base_url() -> Origin {
    Origin::parse("https://files.example.com").unwrap()
}

pub(crate) fn a_request(language: Language) -> RequestMail {
    RequestMail {
        mail_id: "0123456789abcdefghjkmnpqrs".to_owned(),
        language,
        case_number: "00001001".to_owned(),
        agent_name: "Anna Berg".to_owned(),
        recipient_name: "Mia Müller".to_owned(),
        recipient_email: "mia@example.org".to_owned(),
        needed: "Log files of the last two days".to_owned(),
        message: "Please zip them.\n\nThank you!".to_owned(),
        due_on: Some(jiff::civil::date(2026, 12, 1)),
        link_url: "https://files.example.com/r/abc#secret".to_owned(),
        expires_at: Timestamp::from_millis(1_796_487_492_000),
        reply_to: Some("case@example.com".parse().unwrap()),
        sent_at: Timestamp::from_millis(1_795_277_892_000),
    }
}

fn a_receipt(language: Language) -> ReceiptMail {
    let at = Timestamp::from_millis(1_795_277_892_000);
    ReceiptMail {
        mail_id: "0123456789abcdefghjkmnpqrs".to_owned(),
        language,
        case_number: "00001001".to_owned(),
        recipient_name: String::new(),
        recipient_email: "mia@example.org".to_owned(),
        finished_at: at,
        kept_until: Timestamp::from_millis(1_803_053_892_000),
        files: vec![
            ReceiptFile {
                file_name: "Übersicht <1>.pdf".to_owned(),
                size_bytes: 45_097_156_608,
                sha256: "ab".repeat(32),
                received_at: at,
            },
            ReceiptFile {
                file_name: "b\u{202e}gpj.exe".to_owned(),
                size_bytes: 12,
                sha256: "cd".repeat(32),
                received_at: at,
            },
        ],
        reply_to: None,
        sent_at: at,
    }
}

fn composer() -> Composer {
    Composer {
        from: Mailbox::new(Some("Beispiel Support".to_owned()), "files@example.com".parse().unwrap()),
        organisation: operator().organisation,
        dpo_contact: operator().dpo_contact,
        time_zone: operator().time_zone,
        base_url: base_url(),
    }
}

/// A mail taken apart again, by rules of its own: header lines, then the two decoded parts.
struct Read {
    headers: Vec<(String, String)>,
    text: String,
    html: String,
}

fn read(message: &MailMessage) -> Read {
    let whole = std::str::from_utf8(message.bytes()).unwrap();
    assert!(whole.is_ascii(), "every mail is 7-bit and passes any server");
    assert!(!whole.replace("\r\n", "").contains(['\r', '\n']), "lines end with CRLF only");
    let (head, body) = whole.split_once("\r\n\r\n").unwrap();
    let boundary = head.split_once("boundary=\"").unwrap().1.split('"').next().unwrap();
    let parts: Vec<String> =
        body.split(&format!("--{boundary}")).skip(1).take(2).map(|part| decode(part.trim_start())).collect();
    Read { headers: header_lines(head), text: parts[0].clone(), html: parts[1].clone() }
}

fn header_lines(head: &str) -> Vec<(String, String)> {
    let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
    unfolded
        .split("\r\n")
        .map(|line| line.split_once(": ").map(|(name, value)| (name.to_lowercase(), value.to_owned())).unwrap())
        .collect()
}

fn decode(part: &str) -> String {
    let (head, body) = part.split_once("\r\n\r\n").unwrap();
    let bytes = if head.contains("base64") {
        use base64::Engine;
        base64::engine::general_purpose::STANDARD.decode(body.replace("\r\n", "").trim_end()).unwrap()
    } else if head.contains("quoted-printable") {
        let joined = body.replace("=\r\n", "");
        let mut bytes = Vec::new();
        let mut rest = joined.as_bytes();
        while let Some((first, after)) = rest.split_first() {
            if *first == b'=' {
                bytes.push(u8::from_str_radix(std::str::from_utf8(&after[..2]).unwrap(), 16).unwrap());
                rest = &after[2..];
            } else {
                bytes.push(*first);
                rest = after;
            }
        }
        bytes
    } else {
        body.as_bytes().to_vec()
    };
    String::from_utf8(bytes).unwrap().replace("\r\n", "\n")
}

impl Read {
    fn header(&self, name: &str) -> &str {
        let found: Vec<_> = self.headers.iter().filter(|(found, _)| found == name).collect();
        assert_eq!(found.len(), 1, "{name} stands once");
        &found[0].1
    }
}

#[test]
fn the_request_reads_well_in_english() {
    let read = read(&composer().request_mail(&a_request(Language::English)).unwrap());
    assert_eq!(
        read.text.trim_end(),
        "Hello Mia Müller,

Anna Berg from Beispiel & Söhne GmbH needs files from you for case 00001001.

What is needed:
  Log files of the last two days

Message:
  | Please zip them.
  | 
  | Thank you!

Please send them by 1 December 2026.

Send files:
https://files.example.com/r/abc#secret

The link works until 5 December 2026, 17:18 (CET).
The link is meant for you alone. Please do not forward it.

You need no account and no app. Large files are welcome: you can pause and carry on later, also on another device.

Is this mail genuine? The page is always at https://files.example.com. It never asks for a password, a PIN or a payment. If you did not expect this mail, do not open the link: ask Beispiel & Söhne GmbH in a way you already know.

Questions? Simply reply to this mail.

-- 
Questions about your personal data: dpo@example.com
Sent automatically for Beispiel & Söhne GmbH."
    );
}

#[test]
fn the_receipt_reads_well_in_german() {
    let read = read(&composer().receipt_mail(&a_receipt(Language::German)).unwrap());
    assert_eq!(
        read.text.trim_end(),
        "Guten Tag,

Beispiel & Söhne GmbH hat von Ihnen 2 Dateien zum Vorgang 00001001 erhalten.

Abgeschlossen am 21. November 2026, 17:18 Uhr (CET).
Aufbewahrt bis zum 19. Februar 2027, danach gelöscht.

Dateien:

  Übersicht <1>.pdf
    Größe: 45,0 GB
    Eingegangen: 21. November 2026, 17:18 Uhr (CET)
    Prüfsumme (SHA-256):
    abababababababababababababababababababababababababababababababab

  bgpj.exe
    Größe: 12 Byte
    Eingegangen: 21. November 2026, 17:18 Uhr (CET)
    Prüfsumme (SHA-256):
    cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd

Bitte bewahren Sie diese E-Mail auf: Sie ist Ihr Nachweis. Die Prüfsumme ist ein Fingerabdruck der Datei; wer sie aus derselben Datei berechnet, erhält dieselben Zeichen.

Sie haben keine Dateien gesendet? Dann sagen Sie es bitte Beispiel & Söhne GmbH auf einem Weg, den Sie bereits kennen.

-- 
Fragen zu Ihren personenbezogenen Daten: dpo@example.com
Automatisch versandt für Beispiel & Söhne GmbH."
    );
}

#[test]
fn every_language_has_a_lang_attribute_one_target_and_no_remote_content() {
    for language in Language::ALL {
        let request = composer().request_mail(&a_request(language)).unwrap();
        let receipt = composer().receipt_mail(&a_receipt(language)).unwrap();
        for message in [&request, &receipt] {
            let read = read(message);
            assert!(read.html.contains(&format!("<html lang=\"{language}\">")));
            assert_eq!(read.header("content-language"), language.tag());
            for forbidden in ["<img", "src=", "url(", "<link", "<script", "<form", "@import", "<table", "http://"] {
                assert!(!read.html.contains(forbidden), "{language}: {forbidden}");
            }
            for target in read.html.split("href=\"").skip(1) {
                assert!(target.starts_with("https://files.example.com/r/abc#secret\""), "{target:.60}");
            }
            assert!(!read.html.contains("{{") && !read.text.contains('{'), "{language}");
        }
    }
}

#[test]
fn headers_say_who_may_answer_and_that_nobody_wrote_it() {
    let read = read(&composer().request_mail(&a_request(Language::English)).unwrap());
    assert_eq!(read.header("auto-submitted"), "auto-generated");
    assert_eq!(read.header("message-id"), "<0123456789abcdefghjkmnpqrs@example.com>");
    assert_eq!(read.header("date"), "Sat, 21 Nov 2026 16:18:12 +0000");
    assert!(read.header("reply-to").ends_with("<case@example.com>"));
    assert!(read.header("to").ends_with("<mia@example.org>"));
    let again = composer().request_mail(&a_request(Language::English)).unwrap();
    assert_eq!(again.bytes(), composer().request_mail(&a_request(Language::English)).unwrap().bytes());
}

#[test]
fn a_link_to_anywhere_else_is_refused() {
    for link in [
        "https://files.example.com.evil.example/r/abc#s",
        "https://files.example.com@evil.example/r/abc",
        "https://evil.example/",
        "javascript:alert(1)",
        "https://files.example.com/r/abc\r\nBcc: x@example.org",
        "https://files.example.com/r/abc def",
        "https://files.example.com",
    ] {
        let mail = RequestMail { link_url: link.to_owned(), ..a_request(Language::English) };
        assert!(matches!(composer().request_mail(&mail), Err(ComposeError::LinkElsewhere)), "{link}");
    }
}

/// Everything that has ever smuggled a header, a recipient or markup into a mail, in each of its places.
fn injections() -> Vec<String> {
    let starts = ["x", "", "\u{feff}", "00001001", "a@b.example"];
    let breaks = [
        "\r\n", "\n", "\r", "\r\n\r\n", "\n ", "\u{2028}", "\u{85}", "%0d%0a", "\0", "\u{b}", "\u{c}", "=0D=0A",
        "?=\r\n",
    ];
    let ends = [
        "Bcc: eve@evil.example",
        "Subject: gotcha",
        "To: eve@evil.example",
        ".\r\nMAIL FROM:<eve@evil.example>",
        "--part-0123456789abcdefghjkmnpqrs--",
        "Content-Type: text/html\r\n\r\n<script>alert(1)</script>",
        "<script src=//evil.example></script>",
        "\"><img src=x onerror=alert(1)>",
        "=?utf-8?Q?=0D=0ABcc:_eve@evil.example?=",
    ];
    let mut all = Vec::new();
    for start in starts {
        for middle in breaks {
            for end in ends {
                all.push(format!("{start}{middle}{end}"));
            }
        }
    }
    all
}

#[test]
fn nothing_written_by_people_leaves_its_place() {
    let composer = composer();
    let strings = injections();
    assert!(strings.len() >= 300);
    for string in &strings {
        let mail = RequestMail {
            case_number: string.clone(),
            agent_name: string.clone(),
            recipient_name: string.clone(),
            needed: string.clone(),
            message: string.clone(),
            ..a_request(Language::English)
        };
        let mut receipt = a_receipt(Language::French);
        receipt.case_number.clone_from(string);
        receipt.recipient_name.clone_from(string);
        receipt.files[0].file_name.clone_from(string);
        for message in [composer.request_mail(&mail).unwrap(), composer.receipt_mail(&receipt).unwrap()] {
            assert_eq!(message.envelope.to().len(), 1);
            assert_eq!(AsRef::<str>::as_ref(&message.envelope.to()[0]), "mia@example.org");
            let read = read(&message);
            let allowed = [
                "from",
                "to",
                "subject",
                "date",
                "message-id",
                "auto-submitted",
                "x-auto-response-suppress",
                "content-language",
                "reply-to",
                "mime-version",
                "content-type",
            ];
            for (name, _) in &read.headers {
                assert!(allowed.contains(&name.as_str()), "{string:?} made a header {name}");
                read.header(name);
            }
            assert!(read.header("to").ends_with("<mia@example.org>"), "{string:?}");
            assert!(!read.header("subject").contains(['@', '<', '.', '\t']), "{string:?}: {}", read.header("subject"));
            assert!(!read.html.contains("<script") && !read.html.contains("<img"), "{string:?}");
            let whole = std::str::from_utf8(message.bytes()).unwrap();
            let boundary = whole.split_once("boundary=\"").unwrap().1.split('"').next().unwrap();
            let parts = whole.matches(&format!("\r\n--{boundary}")).count();
            assert_eq!(parts, 3, "{string:?}: two parts and an end");
        }
    }
}

#[test]
fn only_one_plain_address_is_a_recipient() {
    for address in injections().iter().map(String::as_str).chain([
        "",
        "mia",
        "@example.org",
        "mia@",
        "mia@example.org, eve@evil.example",
        "mia@example.org;eve@evil.example",
        "mia@example.org eve@evil.example",
        "Mia <mia@example.org>",
        "<mia@example.org>",
        "mia@example.org\r\nBcc: eve@evil.example",
        "mia@example.org\n",
        "\"mia\r\n\"@example.org",
        "mia@example.org>",
        "mia@exam ple.org",
    ]) {
        let mail = RequestMail { recipient_email: address.to_owned(), ..a_request(Language::English) };
        assert!(matches!(composer().request_mail(&mail), Err(ComposeError::RecipientUnusable)), "{address:?}");
    }
}

#[test]
fn a_mail_id_that_could_break_the_message_id_is_refused() {
    for id in ["", "a b", "a@b", "a>\r\nBcc: x@y.example"] {
        let mail = RequestMail { mail_id: id.to_owned(), ..a_request(Language::English) };
        assert!(matches!(composer().request_mail(&mail), Err(ComposeError::MailIdUnusable)), "{id:?}");
    }
}

/// For looking at: `cargo test -p connector --lib -- --ignored mails_are_written`.
#[test]
#[ignore = "writes files to look at"]
fn mails_are_written_for_looking_at() {
    let folder = std::env::temp_dir().join("casegate-mails");
    std::fs::create_dir_all(&folder).unwrap();
    for language in Language::ALL {
        let request = read(&composer().request_mail(&a_request(language)).unwrap());
        let receipt = read(&composer().receipt_mail(&a_receipt(language)).unwrap());
        std::fs::write(folder.join(format!("request.{language}.html")), request.html).unwrap();
        std::fs::write(folder.join(format!("receipt.{language}.html")), receipt.html).unwrap();
    }
}
