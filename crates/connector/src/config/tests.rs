//! What the operator may write, and what each mistake is answered with.

use envelope::Identity;
use tempfile::TempDir;

use super::*;

fn identity_text(byte: u8) -> String {
    Identity::from_bytes([byte; 32]).to_text().to_string()
}

fn recipient_text(byte: u8) -> String {
    Identity::from_bytes([byte; 32]).recipient().to_string()
}

/// A folder with every file that [`minimal`] names.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("current.key", &format!("# created by casegate\n# public key: age1x\n{}\n", identity_text(1)));
    write("old.key", &identity_text(2));
    write("link-hash.key", &format!("{}\n", "0f".repeat(32)));
    write("org.key", "CANARY PRIVATE KEY");
    write("org2.key", "CANARY PRIVATE KEY 2");
    write("agent.crt", "certificate");
    write("agent2.crt", "certificate 2");
    write("smtp", "smtps://user:CANARY%40password@mail.example.com\n");
    folder
}

fn minimal() -> String {
    r#"
[http]
listen = "127.0.0.1:8443"
base_url = "http://127.0.0.1:8443"

[database]
url = "postgres://casegate:CANARY@db.example.com/casegate"

[objects]
url = "file:///var/lib/casegate/objects"

[keys]
current_identity_file = "current.key"
retired_identity_files = ["old.key"]
recovery_recipients = ["age1recovery"]
link_hash_key_file = "link-hash.key"

[mail]
smtp_url_file = "smtp"
from = "files@example.com"
from_name = "Example Support"

[operator]
organisation = "Example GmbH"
stored_where = "Frankfurt, Germany"
legal_basis = { en = "contract", de = "Vertrag" }
dpo_contact = "dpo@example.com"
time_zone = "Europe/Berlin"

[[org]]
org_id = "00D000000000001EAA"
instance_url = "https://example.my.salesforce.com"
client_id = "3MVG9"
username = "casegate@example.com"
private_key_file = "org.key"
agent_certificate_files = ["agent.crt"]
lightning_origins = ["https://example.lightning.force.com"]
"#
    .replace("age1recovery", &recipient_text(3))
}

fn refused(text: &str) -> String {
    Config::parse(text, folder().path()).unwrap_err().to_string()
}

fn changed(from: &str, to: &str) -> String {
    let (text, from) = (minimal(), from.replace("age1recovery", &recipient_text(3)));
    assert!(text.contains(&from), "{from}");
    text.replacen(&from, to, 1)
}

#[test]
fn a_minimal_file_gets_the_documented_defaults() {
    let folder = folder();
    let config = Config::parse(&minimal(), folder.path()).unwrap();
    assert_eq!(config.http.base_url.as_str(), "http://127.0.0.1:8443");
    assert_eq!(config.policy.link_lifetime_hours, 336);
    assert_eq!(config.policy.retention_days, 90);
    assert_eq!(config.limits.free_space_reserve_bytes, 1 << 30);
    assert_eq!(config.telemetry.log_format, LogFormat::Json);
    assert_eq!(config.keys.link_hash_key.bytes(), &[0x0f; 32]);
    assert_eq!(config.mail.server.credentials.as_ref().unwrap().1.reveal(), "CANARY@password");
    assert_eq!(config.orgs[0].audience.as_str(), "https://login.salesforce.com");
    assert_eq!(config.operator.legal_basis.in_language(crate::language::Language::German), "Vertrag");
    assert_eq!(config.operator.legal_basis.in_language(crate::language::Language::French), "contract");
    assert_eq!(config.objects.disk_root().unwrap(), Path::new("/var/lib/casegate/objects"));
}

#[test]
fn nothing_shows_a_secret_when_the_configuration_is_printed() {
    let config = Config::parse(&minimal(), folder().path()).unwrap();
    let shown = format!("{config:?} {config:#?}");
    assert!(!shown.contains("CANARY") && !shown.contains("AGE-SECRET") && !shown.contains("0f0f"), "{shown}");
    assert!(shown.contains("<redacted>"));
}

#[test]
fn each_mistake_is_answered_with_its_section_and_key() {
    for (from, to, expected) in [
        ("[http]\n", "[http]\nlissten = 1\n", "line 3, [http] lissten: unknown field `lissten`"),
        ("[http]\n", "[htp]\nlisten = 1\n[http]\n", "unknown field `htp`"),
        ("listen = \"127.0.0.1:8443\"", "listen = 7", "line 3, [http] listen:"),
        (
            "listen = \"127.0.0.1:8443\"",
            "listen = \"0.0.0.0:8443\"",
            "http.listen: other machines can reach it in clear",
        ),
        (
            "base_url = \"http://127.0.0.1:8443\"",
            "base_url = \"https://a.example/\"",
            "http.base_url: write only scheme",
        ),
        (
            "base_url = \"http://127.0.0.1:8443\"",
            "base_url = \"http://a.example\"",
            "http.base_url: it must begin with https",
        ),
        (
            "[database]\n",
            "[database]\nurl_file = \"x\"\n",
            "database.url: give it by value or by file (url_file), not both",
        ),
        ("postgres://", "mysql://", "database.url: it must begin with"),
        (
            "postgres://casegate:CANARY@db.example.com/casegate",
            "sqlite://casegate.sqlite",
            "database.url: give SQLite's file as an absolute path",
        ),
        ("file:///var/lib/casegate/objects", "ftp://x/y", "objects.url: it must begin with"),
        ("[objects]\n", "[objects]\nregion = \"eu\"\n", "objects.region: it means nothing for file:///var"),
        ("\"current.key\"", "\"missing.key\"", "keys.current_identity_file: "),
        ("\"current.key\"", "\"smtp\"", "keys.current_identity: malformed key"),
        ("[\"age1recovery\"]", "[]", "keys.recovery_recipients: it is empty"),
        (
            "[\"age1recovery\"]",
            "[\"AGE-SECRET-KEY-1CANARY\"]",
            "keys.recovery_recipients: it holds an identity, which is secret",
        ),
        ("[\"age1recovery\"]", "[\"age1xyz\"]", "keys.recovery_recipients: \"age1xyz\": malformed key"),
        (
            "link_hash_key_file = \"link-hash.key\"",
            "link_hash_key = \"CANARY\"",
            "keys.link_hash_key: it must be 64 hexadecimal digits",
        ),
        (
            "link_hash_key_file = \"link-hash.key\"",
            "",
            "keys.link_hash_key: it is missing; give link_hash_key or link_hash_key_file",
        ),
        (
            "smtp_url_file = \"smtp\"",
            "smtp_url = \"smtp://u:CANARY@mail.example.com\"",
            "mail.smtp_url: mails carry links",
        ),
        (
            "smtp_url_file = \"smtp\"",
            "smtp_url = \"smtp://u:CANARY@mail.example.com?tls=none\"",
            "mail.smtp_url: a password would travel in clear",
        ),
        ("smtp_url_file = \"smtp\"", "smtp_url = 12345678", "line 19, [mail] smtp_url: it must be a string"),
        ("files@example.com", "files@example.com\\r\\nBcc: x@example.com", "mail.from: it is no mail address"),
        ("Europe/Berlin", "Berlin", "operator.time_zone: \"Berlin\" is no IANA time zone"),
        ("organisation = \"Example GmbH\"", "organisation = \"A\\nB\"", "operator.organisation: it must be one line"),
        ("organisation = \"Example GmbH\"\n", "", "missing field `organisation`"),
        ("00D000000000001EAA", "005000000000001AAA", "org 1: org_id: it is no Salesforce organisation id"),
        ("[\"agent.crt\"]", "[]", "org 1: agent_certificate_files: give one certificate, or two"),
        (
            "[\"https://example.lightning.force.com\"]",
            "[\"https://example.lightning.force.com/\"]",
            "org 1: lightning_origins: write only",
        ),
        ("[\"https://example.lightning.force.com\"]", "[]", "org 1: lightning_origins: give the origin"),
    ] {
        let sentence = refused(&changed(from, to));
        assert!(sentence.contains(expected), "{from} → {to}: {sentence}");
        assert!(!sentence.contains("CANARY") && !sentence.contains("12345678"), "{sentence}");
    }
}

#[test]
fn the_keyring_holds_current_and_retired_and_recovery_is_somebody_else() {
    let config = Config::parse(&minimal(), folder().path()).unwrap();
    assert_eq!(config.keys.keyring().current_recipient().to_string(), recipient_text(1));
    assert_eq!(config.keys.keyring().key_ids().count(), 2);
    let sentence = refused(&changed("[\"age1recovery\"]", &format!("[\"{}\"]", recipient_text(1))));
    assert!(sentence.contains("losing that one key would lose every file"), "{sentence}");
}

#[test]
fn a_line_with_a_secret_is_never_quoted() {
    let text = changed(
        "[database]\nurl = \"postgres://casegate:CANARY@db.example.com/casegate\"",
        "[database]\nurl = \"postgres://casegate:CANARY",
    );
    let sentence = refused(&text);
    assert!(!sentence.contains("CANARY") && sentence.contains("line "), "{sentence}");
}

#[test]
fn orgs_share_neither_id_nor_certificate_nor_key() {
    let second = |id: &str, key: &str, certificate: &str| {
        minimal()
            + &format!(
                r#"
[[org]]
org_id = "{id}"
instance_url = "https://two.my.salesforce.com"
client_id = "x"
username = "y"
private_key_file = "{key}"
agent_certificate_files = ["{certificate}"]
lightning_origins = ["https://two.lightning.force.com"]
sandbox = true
mail_domains = ["Example.com"]
"#
            )
    };
    let other = "00D000000000002EAA";
    assert!(refused(&second("00D000000000001EAA", "org2.key", "agent2.crt")).contains("org 2: org_id"));
    assert!(refused(&second(other, "org.key", "agent2.crt")).contains("org 2: private_key"));
    assert!(refused(&second(other, "org2.key", "agent.crt")).contains("org 2: agent_certificate_files"));
    let config = Config::parse(&second(other, "org2.key", "agent2.crt"), folder().path()).unwrap();
    assert_eq!(config.orgs[1].mail_domains, ["example.com"]);
    assert_eq!(config.orgs[1].audience.as_str(), "https://test.salesforce.com");
}

#[test]
fn every_kind_of_object_store_can_be_named() {
    let place = |objects: &str| {
        let text = changed("url = \"file:///var/lib/casegate/objects\"", objects);
        Config::parse(&text, folder().path()).map(|config| config.objects.place)
    };
    let Ok(ObjectPlace::S3 { bucket, prefix, path_style, credentials, .. }) = place(
        "url = \"s3://files/casegate/\"\nendpoint = \"http://127.0.0.1:5000\"\naccess_key_id = \"a\"\nsecret_access_key_file = \"org.key\"",
    ) else {
        panic!("S3 with an endpoint was refused")
    };
    assert_eq!((&*bucket, &*prefix, path_style, credentials.is_some()), ("files", "casegate", true, true));
    assert!(place("url = \"s3://b/p\"").is_ok());
    assert!(matches!(
        place("url = \"az://files\"\naccount = \"example\""),
        Ok(ObjectPlace::Azure { access_key: None, .. })
    ));
    assert!(matches!(place("url = \"gs://files/a/b\""), Ok(ObjectPlace::Google { .. })));
    assert!(place("url = \"s3://files\"\nsecret_access_key = \"x\"").is_err());
    assert!(place("url = \"s3://user:pass@files\"").is_err());
    assert!(place("url = \"s3://files\"\nendpoint = \"http://minio.example.com\"").is_err());
}

#[test]
fn a_changed_consent_wording_has_another_version() {
    let version = |wording: &str| {
        let text = changed("[operator]\n", &format!("[operator]\nconsent_wording = {wording}\n"));
        Config::parse(&text, folder().path()).unwrap().operator.consent.unwrap().version
    };
    let first = version("\"I agree.\"");
    assert_eq!(first.len(), 16);
    assert_eq!(first, version("{ en = \"I agree.\" }"));
    assert_ne!(first, version("\"I agree!\""));
    assert_ne!(first, version("{ en = \"I agree.\", de = \"Ich stimme zu.\" }"));
}

#[test]
fn the_example_file_is_complete_and_valid() {
    let text = include_str!("../../../../docs/connector.example.toml");
    let folder = folder();
    for file in ["keys/current.key", "keys/link-hash.key", "keys/org.key", "keys/smtp-url", "keys/agent.crt"] {
        std::fs::create_dir_all(folder.path().join("keys")).unwrap();
        let source = match file {
            "keys/current.key" => "current.key",
            "keys/link-hash.key" => "link-hash.key",
            "keys/smtp-url" => "smtp",
            "keys/agent.crt" => "agent.crt",
            _ => "org.key",
        };
        std::fs::copy(folder.path().join(source), folder.path().join(file)).unwrap();
    }
    Config::parse(text, folder.path()).unwrap();
}

/// Every key that `serde` knows is in `docs/configuration.md`, under its section.
#[test]
fn the_documentation_names_every_key() {
    let documentation = include_str!("../../../../docs/configuration.md");
    for section in ["http", "database", "objects", "keys", "mail", "operator", "policy", "limits", "telemetry", "org"] {
        let header = if section == "org" { "[[org]]".to_owned() } else { format!("[{section}]") };
        let text = if section == "org" {
            minimal() + "unknown_key = 1\n"
        } else if minimal().contains(&header) {
            changed(&format!("{header}\n"), &format!("{header}\nunknown_key = 1\n"))
        } else {
            minimal() + &format!("{header}\nunknown_key = 1\n")
        };
        let sentence = refused(&text);
        let (_, keys) = sentence.split_once("expected one of ").or_else(|| sentence.split_once("expected ")).unwrap();
        let (_, documented) = documentation.split_once(&format!("## `{header}`")).expect("a heading for the section");
        let documented = documented.split("\n## ").next().unwrap();
        for key in keys.split('`').skip(1).step_by(2) {
            assert!(documented.contains(&format!("| `{key}` |")), "{header} {key} is not documented");
        }
    }
}

#[test]
fn object_store_takes_every_option_we_name() {
    for objects in [
        "url = \"s3://files/casegate\"\nendpoint = \"http://127.0.0.1:5000\"\naccess_key_id = \"a\"\nsecret_access_key = \"b\"",
        "url = \"az://files/casegate\"\naccount = \"example\"\naccess_key = \"QUJD\"",
    ] {
        let text = changed("url = \"file:///var/lib/casegate/objects\"", objects);
        let config = Config::parse(&text, folder().path()).unwrap().objects;
        let url = url::Url::parse(&config.url).unwrap();
        let (_, prefix) = object_store::parse_url_opts(&url, config.options()).unwrap();
        assert_eq!(prefix.as_ref(), "casegate");
        let known = config.options().iter().all(|(name, _)| {
            name == "allow_http"
                || name.parse::<object_store::aws::AmazonS3ConfigKey>().is_ok()
                || name.parse::<object_store::azure::AzureConfigKey>().is_ok()
        });
        assert!(known, "{:?}", config.options().iter().map(|(name, _)| name.clone()).collect::<Vec<_>>());
    }
}

#[test]
fn a_new_sqlite_file_is_made_at_the_first_start() {
    let text = changed("postgres://casegate:CANARY@db.example.com/casegate", "sqlite:///var/lib/casegate/a%20b.sqlite");
    let config = Config::parse(&text, folder().path()).unwrap().database;
    assert_eq!(config.url.reveal(), "sqlite:///var/lib/casegate/a%20b.sqlite?mode=rwc");
    assert_eq!(config.engine, Engine::Sqlite { file: "/var/lib/casegate/a b.sqlite".into() });
}
