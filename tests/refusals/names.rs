//! File names that try to escape: whatever a customer calls a file, objects have names of ours, and the download has
//! one header that reads back to the name that was shown.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::TryStreamExt as _;
use harness::{AtCase, Casegate, Options};
use secure_files::{FileName, shown_path};
use serde_json::Value;

use crate::calls::{Session, request, upload_path};
use crate::table::Table;

/// As a customer may send them, all of them UTF-8.
fn corpus() -> Vec<String> {
    let long = |letter: &str, times: usize, rest: &str| format!("{}{rest}", letter.repeat(times));
    let mut names: Vec<String> = [
        "plain.log",
        "no extension",
        ".",
        "..",
        "...",
        "/",
        "\\",
        "//",
        "",
        " ",
        "\t",
        "\0",
        "../../../../etc/passwd",
        "..\\..\\windows\\system32\\config\\sam",
        "/etc/shadow",
        "C:\\boot.ini",
        "C:evil.txt",
        "\\\\host\\share\\x.txt",
        "file:///etc/passwd",
        "%2e%2e%2fetc%2fpasswd",
        "..%2f..%2fx",
        "%252e%252e%252fx",
        "..%c0%af..%c0%afx",
        "....//....//x",
        "a/../b.txt",
        "a/./b.txt",
        "x.log/",
        "staging/x.age",
        "files/x.key.age",
        "a\r\nSet-Cookie: evil=1",
        "a\r\n\r\n<script>alert(1)</script>",
        "a\nb.txt",
        "a\rb.txt",
        "a%0d%0aX-Evil: 1",
        "a\u{85}b.txt",
        "a\u{2028}b.txt",
        "a\u{2029}b.txt",
        "nul\0byte.txt",
        "x.exe\0.txt",
        "\u{7}bell.txt",
        "\u{1b}[31mred",
        "a\"; filename=\"evil.exe",
        "a\\\"b.txt",
        "a'b.txt",
        "a;b.txt",
        "a, b.txt",
        "a%b.txt",
        "%",
        "%zz",
        "*.*",
        "?",
        "filename*=UTF-8''evil.exe",
        "UTF-8''evil.exe",
        "=?utf-8?q?evil?=",
        "<img src=x onerror=alert(1)>.html",
        "javascript:alert(1)",
        "data:text/html,x",
        "${jndi:ldap://evil.example/x}",
        "{{7*7}}",
        "'; DROP TABLE uploads; --",
        "=CMD|' /C calc'!A0",
        "+1+1",
        "-1.csv",
        "@SUM(A1)",
        "|ls",
        "$(reboot)",
        "`reboot`",
        "a&b.txt",
        "~root",
        "-rf",
        "invoice\u{202e}fdp.exe",
        "a\u{202d}b\u{2066}c\u{2069}.txt",
        "zero\u{200b}width\u{200d}.txt",
        "\u{feff}bom.txt",
        "tag\u{e0041}ged.txt",
        "soft\u{ad}hyphen.txt",
        "CON",
        "nul.txt",
        "COM1",
        "LPT9.log",
        "aux.",
        "trailing. . .",
        "Bericht Größe № 1.log",
        "東京の報告.txt",
        "отчёт.log",
        "تقرير.txt",
        "😀 smile.png",
        "e\u{301}.txt",
        "é.txt",
        "ﬁ.txt",
        "раураl.exe",
        "thumbs.db:stream",
        "a.txt::$DATA",
        "..;/x",
        "web.config",
        ".htaccess",
        "index.html",
        "x.svg",
        "x.html",
        "x.tar.gz",
    ]
    .map(str::to_owned)
    .to_vec();
    names.extend([
        long("a", 255, ""),
        long("a", 256, ".log"),
        long("ä", 400, ".log"),
        long("😀", 255, ""),
        long("a", 1_024, ""),
        long("../", 300, "x"),
        long("%2e", 300, ""),
        long(".", 1_000, ""),
        long("a.", 500, ""),
        format!("a.{}", "b".repeat(900)),
    ]);
    names
}

/// Names that are no text: refused with the reason.
const NO_TEXT: [&[u8]; 6] =
    [b"\xff", b"a\xc3", b"a\xc0\xaf\xc0\xaf", b"\xed\xa0\x80.txt", b"\xf5\x80\x80\x80", b"caf\xe9.txt"];

#[tokio::test]
async fn on_sqlite() {
    Box::pin(names_stay_names(Options::default())).await;
}

#[tokio::test]
async fn on_postgres() {
    Box::pin(names_stay_names(Options::on_postgres())).await;
}

async fn names_stay_names(options: Options) {
    let world = Casegate::start(Options { api_budget: 2_000, ..options }).await;
    let mut table = Table::new("names");
    let anna = world.agent("anna").on("gateway_reboots");
    let grace = Session::of(&world, &anna, &request(&anna, "1").await).await;
    for name in NO_TEXT {
        let problem = table.row(&format!("{name:?}"), &grace.begin(name, 5).await, 400, "invalid_request");
        assert_eq!(problem["field"], "upload-metadata");
    }
    let corpus = corpus();
    assert!(corpus.len() >= 60);
    let mut sent = BTreeMap::new();
    for (number, raw) in corpus.iter().enumerate() {
        let made = grace.begin(raw.as_bytes(), 300).await;
        assert_eq!(made.status, 201, "{raw:?}: {}", String::from_utf8_lossy(&made.body));
        send(&world, &grace, &made, number, FileName::parse(raw).expect("short enough").shown(), &mut sent).await;
    }
    // The same as folders, with a harmless name beside them.
    for (number, raw) in corpus.iter().enumerate().filter(|(_, raw)| raw.len() <= 700) {
        let pairs = [("filename", "a.log"), ("relative_path", raw)];
        let pairs = pairs.map(|(key, value)| format!("{key} {}", STANDARD.encode(value))).join(",");
        let made = grace.create(&[("Upload-Length", "300"), ("Upload-Metadata", &pairs)]).await;
        assert_eq!(made.status, 201, "{raw:?}: {}", String::from_utf8_lossy(&made.body));
        let shown = if raw.is_empty() { "a.log".to_owned() } else { shown_path(raw) };
        send(&world, &grace, &made, 1_000 + number, shown, &mut sent).await;
    }
    world.work().await;
    let files = files_of(&anna).await;
    assert_eq!(files.len(), sent.len(), "every file arrived");
    let mut names = std::collections::BTreeSet::new();
    for file in &files {
        let shown = file["file_name"].as_str().expect("a name");
        assert!(names.insert(shown.to_owned()), "{shown:?} stands there twice");
        let wanted = &sent[file["sha256"].as_str().expect("a digest")];
        assert!(is_counted(shown, wanted), "{wanted:?} became {shown:?}");
        assert!(is_harmless(shown), "{shown:?}");
        downloads_as(&anna, file, shown).await;
    }
    objects_have_our_names(&world).await;
    eprintln!("names: {} files, each opened", files.len());
    table.finish(world).await;
}

async fn send(
    world: &Casegate,
    grace: &Session<'_>,
    made: &harness::Answer,
    number: usize,
    shown: String,
    sent: &mut BTreeMap<String, String>,
) {
    let bytes = world.sample(&number.to_string(), 300);
    grace.patch(&upload_path(made), &[], &bytes.bytes).await.expect(204);
    sent.insert(bytes.sha256(), shown);
}

async fn files_of(anna: &AtCase<'_>) -> Vec<Value> {
    let mut files: Vec<Value> = Vec::new();
    let mut query = String::new();
    loop {
        let page = anna.try_panel(&query).await.expect(200).json();
        files.extend(page["files"].as_array().expect("files").iter().cloned());
        let Some(cursor) = page["next_files_cursor"].as_str() else { return files };
        query = format!("?files_after={cursor}");
    }
}

/// The name itself, or with a number because it was taken; a long one is cut for it.
fn is_counted(shown: &str, wanted: &str) -> bool {
    let Some((stem, rest)) = shown.rsplit_once(" (") else { return shown == wanted };
    let extension = rest.split_once(')').map_or("", |(_, extension)| extension);
    shown == wanted || (wanted.starts_with(stem) && wanted.ends_with(extension))
}

fn is_harmless(shown: &str) -> bool {
    let is_hidden = |letter: char| {
        letter.is_control()
            || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let parts = || shown.split('/');
    !shown.is_empty()
        && !shown.contains(is_hidden)
        && !shown.contains(['\\', '"', '<', '>', '|', ':', '*', '?'])
        && parts().all(|part| !part.is_empty() && part != "." && part != ".." && part.len() <= 255)
}

async fn downloads_as(anna: &AtCase<'_>, file: &Value, shown: &str) {
    let answer = anna.open(file).await;
    let all: Vec<_> = answer.headers.get_all("content-disposition").iter().collect();
    assert_eq!(all.len(), 1, "{shown:?}");
    let disposition = all[0].to_str().expect("ASCII");
    let (fallback, encoded) = disposition
        .strip_prefix("attachment; filename=\"")
        .and_then(|rest| rest.split_once("\"; filename*=UTF-8''"))
        .unwrap_or_else(|| panic!("{shown:?}: {disposition}"));
    assert!(!fallback.contains(['"', '\\', '%']) && fallback.chars().count() == shown.chars().count(), "{disposition}");
    assert_eq!(decoded(encoded).as_deref(), Some(shown), "{disposition}");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("content-security-policy"), "default-src 'none'; sandbox");
    assert_eq!(answer.header("content-type"), "application/octet-stream");
    for injected in ["set-cookie", "x-evil", "location", "refresh"] {
        assert!(answer.headers.get(injected).is_none(), "{shown:?}");
    }
}

/// RFC 8187, read strictly.
fn decoded(encoded: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = encoded.as_bytes();
    while let [first, tail @ ..] = rest {
        if *first == b'%' {
            bytes.push(u8::from_str_radix(std::str::from_utf8(tail.get(..2)?).ok()?, 16).ok()?);
            rest = &tail[2..];
        } else if first.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(first) {
            bytes.push(*first);
            rest = tail;
        } else {
            return None;
        }
    }
    String::from_utf8(bytes).ok()
}

async fn objects_have_our_names(world: &Casegate) {
    let objects = world.connector.app.vault.objects();
    let stored: Vec<_> = objects.list(None).try_collect().await.expect("objects can be listed");
    assert!(!stored.is_empty());
    for object in stored {
        let name = object.location.to_string();
        let inner = name.strip_prefix("files/").or_else(|| name.strip_prefix("staging/"));
        let id = inner.and_then(|inner| inner.strip_suffix(".age")).unwrap_or_else(|| panic!("{name}"));
        let id = id.strip_suffix(".key").map_or(id, |id| id.rsplit_once('.').expect("a generation").0);
        let is_ours = id.len() == 26 && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        assert!(is_ours, "{name}");
    }
}
