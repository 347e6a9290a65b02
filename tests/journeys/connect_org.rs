//! An admin connects an Org: from nothing with the command's help, and with every mistake named in a sentence.

use std::fs;
use std::io::{BufReader, Read};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use connector::clock::Clock;
use connector::connect_org::{Particulars, connect_org, verify};
use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use serde_json::{Value, json};
use simulated_org::{Fault, Grants, ObjectRights, Options, Rights, SimulatedOrg, TokenOverrides};

/// 2026-11-21T16:18:12Z.
const NOW: i64 = 1_795_277_892_000;
const CONNECTOR: &str = "https://files.example.com";

/// Key and certificate, PEM. Making them is slow, so every Org of these stories uses the same.
type Pair = (String, String);
static OURS: LazyLock<Pair> = LazyLock::new(pair);
static AGENTS: LazyLock<Pair> = LazyLock::new(pair);

fn pair() -> Pair {
    let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
    let certificate = CertificateParams::default().self_signed(&key).unwrap();
    (key.serialize_pem(), certificate.pem())
}

fn clock() -> Clock {
    Clock::fixed(secure_files::Timestamp::from_millis(NOW))
}

fn options() -> Options {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    Options {
        metadata: Some(repository.to_owned()),
        connector_url: CONNECTOR.to_owned(),
        agent_key_and_certificate: Some(AGENTS.clone()),
        clock: Arc::new(|| NOW),
        ..Options::default()
    }
}

/// An Org, and what its admin tells us.
struct SetUp {
    org: SimulatedOrg,
    folder: tempfile::TempDir,
    told: Particulars,
}

impl SetUp {
    /// Everything is right.
    async fn with(options: Options) -> Self {
        let org = SimulatedOrg::start(options).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let told = Particulars {
            folder: folder.path().to_owned(),
            instance_url: org.url().to_owned(),
            base_url: CONNECTOR.to_owned(),
            client_id: Some(org.client_id().to_owned()),
            username: Some(org.integration_username().to_owned()),
            agent_certificate: Some(folder.path().join("agent.crt")),
            agent_token_file: Some(folder.path().join("token")),
            verify_only: true,
            ..Particulars::default()
        };
        let set_up = Self { org, folder, told };
        set_up.write("org.key", &OURS.0);
        set_up.write("agent.crt", &AGENTS.1);
        set_up.token("anna", "gateway_reboots", &TokenOverrides::default());
        set_up
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let file = self.folder.path().join(name);
        fs::write(&file, text).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        file
    }

    fn token(&self, agent: &str, case: &str, overrides: &TokenOverrides) {
        let case = self.org.seeded("cases", case).unwrap();
        self.write("token", &self.org.mint_agent_token(agent, Some(&case), overrides).unwrap());
    }

    fn app_knows_our_certificate(&self) {
        self.org.register_client_certificate(&OURS.1).unwrap();
    }

    fn rights(&self, change: impl FnOnce(&mut Rights)) {
        self.org.alter_rights(change);
    }

    fn system(&self, permission: &str) {
        let user = self.org.user("integration").unwrap();
        self.rights(|rights| {
            rights.set("Too_Wide").grants.system.insert(permission.to_owned());
            rights.assign("Too_Wide", user);
        });
    }

    /// For the time of looking.
    fn may_view_setup(&self) {
        let user = self.org.user("integration").unwrap();
        self.rights(|rights| {
            rights.set("Setup_Viewer").grants.system.insert("ViewSetup".to_owned());
            rights.assign("Setup_Viewer", user);
        });
    }

    fn trusted_url(&self, fields: &Value) {
        let id = self.org.records("CspTrustedSite")[0]["Id"].as_str().unwrap().to_owned();
        let changed = self.org.call("admin", "PATCH", &format!("sobjects/CspTrustedSite/{id}"), Some(fields.clone()));
        assert_eq!(changed.unwrap().0, 204);
    }

    async fn report(&self) -> String {
        let report = verify(&self.told, &clock()).await;
        let text = report.to_string();
        assert_eq!(report.is_good(), !text.contains("fail  "), "{text}");
        text
    }
}

#[tokio::test]
async fn a_good_set_up_has_nothing_wrong_and_leaves_no_session() {
    let set_up = SetUp::with(options()).await;
    set_up.app_knows_our_certificate();
    let report = set_up.report().await;
    assert!(!report.contains("fail"), "{report}");
    for step in [
        "key",
        "login",
        "Org",
        "scopes",
        "user",
        "rights",
        "package",
        "settings",
        "Trusted URL",
        "agent token",
        "Cases",
    ] {
        assert!(report.contains(&format!("ok    {step}: ")), "{step}: {report}");
    }
    assert_eq!(set_up.org.expire_sessions(), 0);
    let writes = set_up.org.requests();
    let writes: Vec<_> =
        writes.iter().filter(|call| call.path.contains("/services/data") && call.method != "GET").collect();
    assert!(writes.is_empty(), "{writes:?}");
}

#[tokio::test]
async fn a_user_who_may_view_setup_shows_every_right_also_under_a_namespace() {
    for namespace in ["", "acme"] {
        let mut set_up = SetUp::with(Options { namespace: namespace.to_owned(), ..options() }).await;
        set_up.app_knows_our_certificate();
        set_up.told.namespace_prefix = namespace.to_owned();
        assert!(set_up.report().await.contains("Which set gives View All on Case is told only to"));
        set_up.may_view_setup();
        let report = set_up.report().await;
        assert!(report.contains("ok    rights: View All on Case, our objects, and nothing else"), "{report}");
        assert!(!report.contains("fail"), "{report}");
    }
}

#[tokio::test]
async fn an_org_that_does_not_show_its_trusted_urls_is_no_mistake() {
    let set_up = SetUp::with(options()).await;
    set_up.app_knows_our_certificate();
    let hidden = Fault::status(400, "INVALID_TYPE", "sObject type 'CspTrustedSite' is not supported.");
    set_up.org.faults().add(hidden.on("GET", "CspTrustedSite")).unwrap();
    let report = set_up.report().await;
    assert!(report.contains("ok    Trusted URL: the Org does not show its Trusted URLs to this user"), "{report}");
}

/// Whoever sits at the keyboard: does in Setup what the command says before answering it.
struct Admin<'a> {
    set_up: &'a SetUp,
    answers: Option<Vec<u8>>,
}

impl Read for Admin<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let Some(answers) = self.answers.take() else { return Ok(0) };
        let certificate = fs::read_to_string(self.set_up.folder.path().join("org.crt"))?;
        self.set_up.org.register_client_certificate(&certificate).unwrap();
        buffer[..answers.len()].copy_from_slice(&answers);
        Ok(answers.len())
    }
}

#[tokio::test]
async fn an_admin_gets_from_nothing_to_a_connection() {
    let mut set_up = SetUp::with(options()).await;
    fs::remove_file(set_up.folder.path().join("org.key")).unwrap();
    let particulars = Particulars {
        client_id: None,
        username: None,
        agent_certificate: None,
        agent_token_file: None,
        verify_only: false,
        ..set_up.told.clone()
    };
    let folder = set_up.folder.path().display();
    let (app, user) = (set_up.org.client_id(), set_up.org.integration_username());
    let answers = format!("{app}\n{user}\n{folder}/agent.crt\n{folder}/token\n").into_bytes();
    let admin = Admin { set_up: &set_up, answers: Some(answers) };
    let mut said = Vec::new();
    let is_good = connect_org(particulars, BufReader::new(admin), &mut said, &clock()).await.unwrap();
    let said = String::from_utf8(said).unwrap();
    assert!(is_good, "{said}");
    for part in [
        "External Client App Manager",
        "Casegate_Agent_Token",
        "Admin approved users are pre-authorized",
        CONNECTOR,
        "[[org]]",
        "private_key_file = ",
    ] {
        assert!(said.contains(part), "{part} is not in: {said}");
    }
    let secrets = ["org.key", "token"].map(|name| fs::read_to_string(set_up.folder.path().join(name)).unwrap());
    for secret in secrets {
        assert!(secret.lines().filter(|line| line.len() > 20).all(|line| !said.contains(line)), "a secret was shown");
    }
    // What was made serves the next time, too.
    set_up.told.verify_only = true;
    assert!(!set_up.report().await.contains("fail"));
}

#[tokio::test]
async fn an_admin_who_stops_is_told_what_is_wrong() {
    let set_up = SetUp::with(options()).await;
    let mut said = Vec::new();
    let particulars = Particulars { verify_only: false, ..set_up.told.clone() };
    let is_good = connect_org(particulars, "q\n".as_bytes(), &mut said, &clock()).await.unwrap();
    let said = String::from_utf8(said).unwrap();
    assert!(!is_good && said.contains("fail  login"), "{said}");
}

/// What was done wrong, and how the command names it.
type Mistake = (&'static str, fn(&mut SetUp), &'static str);

const MISTAKES: [Mistake; 31] = [
    (
        "another consumer key",
        |it| it.told.client_id = Some("3MVG9.Nobody".to_owned()),
        "knows no app with this consumer key",
    ),
    (
        "another user name",
        |it| it.told.username = Some("nobody@example.test".to_owned()),
        "lets no user nobody@example.test in",
    ),
    (
        "another audience",
        |it| it.told.audience = Some("https://example.com".to_owned()),
        "does not accept the audience",
    ),
    ("production taken for a sandbox", |it| it.told.sandbox = true, "is no sandbox: leave out --sandbox"),
    ("another namespace", |it| it.told.namespace_prefix = "acme".into(), "check --namespace-prefix"),
    (
        "an address of another connector",
        |it| it.told.base_url = "https://other.example.com".into(),
        "BaseUrl__c of Casegate Setting is",
    ),
    (
        "no certificate for agent tokens",
        |it| it.told.agent_certificate = None,
        "no certificate for agent tokens was given",
    ),
    (
        "another certificate for agent tokens",
        |it| drop(it.write("agent.crt", &OURS.1)),
        "signs with another certificate",
    ),
    ("no token", |it| it.told.agent_token_file = None, "no token was tried"),
    (
        "a token for another connector",
        |it| it.token("anna", "gateway_reboots", &claim("aud", "https://other.example.com")),
        "as Audience__c of Casegate Setting",
    ),
    (
        "an old token",
        |it| it.token("anna", "gateway_reboots", &TokenOverrides { shift_seconds: -600, ..TokenOverrides::default() }),
        "not of the last five minutes",
    ),
    (
        "a token of another Org",
        |it| it.token("anna", "gateway_reboots", &claim("iss", "00D5g00000ZyXwVEAV")),
        "the token is of the Org",
    ),
    ("a key that others can read", |it| others_may_read(&it.folder.path().join("org.key")), "chmod 600"),
    ("an Org that is not there", |it| it.told.instance_url = "http://127.0.0.1:9".into(), "does not answer now"),
    (
        "an address that is no Org's",
        |it| it.told.instance_url = "https://evil.example".into(),
        "not under a Salesforce domain",
    ),
    (
        "no View All on Case",
        |it| it.rights(|rights| rights.set(CASE_ACCESS).grants = only(ObjectRights::READ)),
        "does not see the Case",
    ),
    (
        "no View All on Case, seen in Setup",
        |it| {
            it.may_view_setup();
            it.rights(|rights| rights.set(CASE_ACCESS).grants = only(ObjectRights::READ));
        },
        "fail  rights: nothing gives casegate.integration@example.test View All on Case",
    ),
    (
        "Modify All on Case",
        |it| {
            it.may_view_setup();
            it.rights(|rights| rights.set(CASE_ACCESS).grants.grant("Case", ObjectRights::EVERYTHING));
        },
        "the permission set Casegate Case Access gives Modify All on Case",
    ),
    (
        "Edit on Case",
        |it| it.rights(|rights| rights.set(CASE_ACCESS).grants.grant("Case", ObjectRights::WORK)),
        "may make, change or delete Case: leave it Read and View All on Case",
    ),
    (
        "View All on Account",
        |it| {
            it.may_view_setup();
            it.rights(|rights| rights.set(CASE_ACCESS).grants.grant("Account", ObjectRights::VIEW_ALL));
        },
        "the permission set Casegate Case Access gives View All on Account",
    ),
    (
        "Edit on Account, by the profile",
        |it| {
            it.may_view_setup();
            it.rights(|rights| rights.set(PROFILE).grants.grant("Account", ObjectRights::WORK));
        },
        "the profile Minimum Access - API Only Integrations gives Edit on Account",
    ),
    ("Modify All Data", |it| it.system("ModifyAllData"), "has Modify All Data, far more than Casegate needs"),
    ("View All Data", |it| it.system("ViewAllData"), "has View All Data, far more than Casegate needs"),
    ("Author Apex", |it| it.system("AuthorApex"), "has Author Apex, far more than Casegate needs"),
    ("Manage Users", |it| it.system("ManageUsers"), "has Manage Users, far more than Casegate needs"),
    (
        "a user for people",
        |it| it.rights(|rights| rights.set(PROFILE).grants.system.retain(|name| name != "ApiUserOnly")),
        "give it API Only User",
    ),
    (
        "our permission set not assigned",
        |it| {
            it.may_view_setup();
            it.org.pre_authorise("casegate", "integration").unwrap();
            let user = it.org.user("integration").unwrap();
            it.rights(|rights| rights.withdraw("Casegate_Integration", user));
        },
        "lacks the permission set Casegate Integration: assign it",
    ),
    (
        "no Trusted URL",
        |it| it.trusted_url(&json!({ "EndpointUrl": "https://other.example.com" })),
        "no Trusted URL is https://files.example.com",
    ),
    ("a Trusted URL that is off", |it| it.trusted_url(&json!({ "IsActive": false })), "is not active: switch it on"),
    (
        "a Trusted URL for other things",
        |it| it.trusted_url(&json!({ "IsApplicableToConnectSrc": false, "IsApplicableToImgSrc": true })),
        "lacks the directive connect-src: tick it",
    ),
    (
        "a Trusted URL for other pages",
        |it| it.trusted_url(&json!({ "Context": "Communities" })),
        "is for the context Communities: choose Lightning Experience Pages",
    ),
];

const CASE_ACCESS: &str = "Casegate_Case_Access";
const PROFILE: &str = "Minimum Access - API Only Integrations";

/// Rights on Cases and nothing else.
fn only(rights: ObjectRights) -> Grants {
    let mut grants = Grants::default();
    grants.grant("Case", rights);
    grants
}

fn claim(name: &str, value: &str) -> TokenOverrides {
    let claims = [(name.to_owned(), json!(value))].into_iter().collect();
    TokenOverrides { claims, ..TokenOverrides::default() }
}

fn others_may_read(file: &Path) {
    fs::set_permissions(file, fs::Permissions::from_mode(0o644)).unwrap();
}

#[tokio::test]
async fn each_mistake_is_named_in_a_sentence() {
    for (mistake, make, sentence) in MISTAKES {
        let mut set_up = SetUp::with(options()).await;
        set_up.app_knows_our_certificate();
        make(&mut set_up);
        let report = set_up.report().await;
        let named = report.lines().any(|line| line.starts_with("fail  ") && line.contains(sentence));
        assert!(named, "{mistake}: {report}");
    }
}

#[tokio::test]
async fn an_app_without_our_certificate_is_named() {
    let report = SetUp::with(options()).await.report().await;
    assert!(report.contains("fail  login: the app does not know our certificate: upload"), "{report}");
}

#[tokio::test]
async fn an_org_without_the_package_is_named() {
    let set_up = SetUp::with(Options { metadata: None, ..options() }).await;
    set_up.app_knows_our_certificate();
    let report = set_up.report().await;
    assert!(report.contains("FileRequest__c is not there: deploy the package"), "{report}");
    assert!(report.contains("fail  settings: "), "{report}");
}

#[tokio::test]
async fn an_address_with_a_slash_at_its_end_is_named() {
    let set_up = SetUp::with(Options { connector_url: format!("{CONNECTOR}/"), ..options() }).await;
    set_up.app_knows_our_certificate();
    let report = set_up.report().await;
    assert!(report.contains("enter `https://files.example.com`, without a slash at the end"), "{report}");
    assert!(report.contains("fail  agent token: the token is for `https://files.example.com/`"), "{report}");
}

#[tokio::test]
async fn a_user_with_too_few_or_too_many_rights_is_named() {
    for (username, agent, case, sentence) in [
        ("agent.carla@example.test", "anna", "gateway_reboots", "assign the permission set Casegate Integration"),
        ("agent.ben@example.test", "anna", "gateway_reboots", "give it Read and View All on Case"),
        ("agent.ben@example.test", "ben", "press_vibration", "may do more with Cases than see them"),
        ("admin.olivia@example.test", "anna", "gateway_reboots", "is a System Administrator"),
    ] {
        let mut set_up = SetUp::with(options()).await;
        set_up.app_knows_our_certificate();
        // Whoever approved the app for this user did not look at what they may do.
        set_up.org.pre_authorise("casegate", username).unwrap();
        set_up.told.username = Some(username.to_owned());
        set_up.token(agent, case, &TokenOverrides::default());
        let report = set_up.report().await;
        let named = report.lines().any(|line| line.starts_with("fail  ") && line.contains(sentence));
        assert!(named, "{username}: {report}");
    }
}
