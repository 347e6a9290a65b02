//! A connector process with SQLite and a folder, a simulated Org, and the calls of an agent and a customer.

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use connector::randomness::Randomness;
use envelope::Identity;
use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use serde_json::{Value, json};
use simulated_org::{SimulatedOrg, TokenOverrides};

pub struct Stage {
    pub folder: tempfile::TempDir,
    pub http: reqwest::Client,
    /// Where the process listens.
    pub address: String,
    pub org: SimulatedOrg,
    pub case: String,
    process: Option<Child>,
}

impl Stage {
    pub async fn set() -> Self {
        Self::set_behind(None).await
    }

    /// `base_url` is what the connector is called outside, when something stands between.
    pub async fn set_behind(base_url: Option<String>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = format!("http://127.0.0.1:{}", free_port());
        let base_url = base_url.unwrap_or_else(|| address.clone());
        let org = SimulatedOrg::start(simulated_org::Options {
            metadata: Some(repository()),
            connector_url: base_url.clone(),
            strict: true,
            ..simulated_org::Options::default()
        })
        .await
        .unwrap();
        let client = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
        let certificate = CertificateParams::default().self_signed(&client).unwrap().pem();
        org.register_client_certificate(&certificate).unwrap();
        configure(folder.path(), &address, &base_url, &client.serialize_pem(), &org);
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_mins(30)).build().unwrap();
        let case = org.seeded("cases", "gateway_reboots").unwrap();
        let mut stage = Self { folder, http, address, org, case, process: None };
        stage.start().await;
        stage
    }

    pub async fn start(&mut self) {
        let log = std::fs::OpenOptions::new().create(true).append(true).open(self.folder.path().join("log")).unwrap();
        let process = Command::new(program())
            .args(["serve", "--config"])
            .arg(self.folder.path().join("casegate.toml"))
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap_or_else(|error| {
                panic!("{}: {error}; build it: cargo build -p connector --bins", program().display())
            });
        self.process = Some(process);
        let ready = format!("{}/readyz", self.address);
        for _ in 0..2_000 {
            if self.http.get(&ready).send().await.is_ok_and(|answer| answer.status().is_success()) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(15)).await;
        }
        panic!("the connector is not ready: {}", self.log());
    }

    /// SIGKILL; returns when the process is gone.
    pub fn kill(&mut self) {
        let mut process = self.process.take().unwrap();
        process.kill().unwrap();
        process.wait().unwrap();
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// The most memory the process ever had resident, bytes.
    pub fn peak_memory(&self) -> u64 {
        let id = self.process.as_ref().unwrap().id();
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
    }

    /// An agent asks, copies the link, and the customer opens it; answers the customer's session.
    pub async fn open_session(&self) -> String {
        let wanted = json!({
            "client_id": "1", "recipient_email": "grace.hopper@customer.example", "recipient_name": "Grace Hopper",
            "language": "en", "message": "Please.", "needed": "Core dump", "due_on": null, "case_number": "00001001",
            "contact_id": null, "lifetime_hours": null,
        });
        let request = self.agent_posts("file-requests", &wanted).await;
        let id = request["id"].as_str().unwrap();
        let link = self.agent_posts(&format!("file-requests/{id}/links"), &Value::Null).await;
        let (_, secret) = link["url"].as_str().unwrap().split_once('#').unwrap();
        let redemption = json!({ "request_id": id, "secret": secret });
        let url = format!("{}/api/v1/customer/sessions", self.address);
        let session = answer(self.http.post(url).json(&redemption)).await;
        session["session_token"].as_str().unwrap().to_owned()
    }

    /// Every file of the Case once `count` of them are sealed.
    pub async fn files(&self, count: usize) -> Vec<Value> {
        for _ in 0..6_000 {
            let url = format!("{}/api/v1/cases/{}", self.address, self.case);
            let panel = answer(self.http.get(url).bearer_auth(self.agent_token())).await;
            let files = panel["files"].as_array().unwrap();
            if files.len() == count {
                return files.clone();
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{count} files are not sealed: {}", self.log());
    }

    /// A url on the process itself.
    pub async fn ticket(&self, file: &Value) -> String {
        let id = file["id"].as_str().unwrap();
        let made = self.agent_posts(&format!("secure-files/{id}/tickets"), &Value::Null).await;
        let url = made["url"].as_str().unwrap();
        format!("{}{}", self.address, &url[url.find("/api/").unwrap()..])
    }

    async fn agent_posts(&self, path: &str, body: &Value) -> Value {
        let url = format!("{}/api/v1/cases/{}/{path}", self.address, self.case);
        let mut request = self.http.post(url).bearer_auth(self.agent_token());
        if !body.is_null() {
            request = request.json(body);
        }
        answer(request).await
    }

    fn agent_token(&self) -> String {
        self.org.mint_agent_token("anna", Some(&self.case), &TokenOverrides::default()).unwrap()
    }

    /// Begins an upload; answers its url on the process itself.
    pub async fn begin_upload(&self, session: &str, name: &str, size: usize) -> String {
        let url = format!("{}/api/v1/customer/uploads", self.address);
        let made = tus(self.http.post(url), session)
            .header("Upload-Length", size)
            .header("Upload-Metadata", format!("filename {}", STANDARD.encode(name)))
            .send()
            .await
            .unwrap();
        assert_eq!(made.status(), 201);
        let location = made.headers()["location"].to_str().unwrap();
        format!("{}{}", self.address, &location[location.find("/api/").unwrap()..])
    }

    /// What HEAD says.
    pub async fn offset(&self, session: &str, upload: &str) -> usize {
        let told = tus(self.http.head(upload), session).send().await.unwrap();
        assert_eq!(told.status(), 200);
        told.headers()["upload-offset"].to_str().unwrap().parse().unwrap()
    }

    pub fn patch(&self, session: &str, upload: &str, offset: usize, bytes: Bytes) -> reqwest::RequestBuilder {
        tus(self.http.patch(upload), session)
            .header("Upload-Offset", offset)
            .header("Content-Type", "application/offset+octet-stream")
            .body(bytes)
    }

    /// Sends a whole file; answers when it is sealed.
    pub async fn send(&self, name: &str, bytes: Bytes) -> Value {
        let session = self.open_session().await;
        let upload = self.begin_upload(&session, name, bytes.len()).await;
        let done = self.patch(&session, &upload, 0, bytes).send().await.unwrap();
        assert_eq!(done.status(), 204);
        self.files(1).await.remove(0)
    }

    /// Names of what lies in the vault, by their end.
    pub fn objects(&self, end: &str) -> Vec<PathBuf> {
        let folder = self.folder.path().join("objects/files");
        let mut found: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        found.retain(|path| path.to_string_lossy().ends_with(end));
        found.sort();
        found
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

fn configure(folder: &Path, address: &str, base_url: &str, client_key: &str, org: &SimulatedOrg) {
    let randomness = Randomness::system();
    let identity = || Identity::generate(&mut |out| randomness.fill(out)).unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).unwrap();
    let recovery = identity();
    write("recovery.key", &recovery.to_text());
    write("current.key", &identity().to_text());
    write("link-hash.key", &hex::encode(randomness.bytes::<32>()));
    write("org.key", client_key);
    write("org.crt", org.agent_certificate_pem());
    let listen = address.strip_prefix("http://").unwrap();
    let place = folder.display();
    write(
        "casegate.toml",
        &format!(
            r#"[http]
listen = "{listen}"
base_url = "{base_url}"
[database]
url = "sqlite://{place}/casegate.sqlite"
[objects]
url = "file://{place}/objects"
[keys]
current_identity_file = "current.key"
link_hash_key_file = "link-hash.key"
recovery_recipients = ["{recipient}"]
[mail]
smtp_url = "smtp://{smtp}"
from = "support@northwind.example"
from_name = "Northwind Support"
[operator]
organisation = "Northwind Industries"
stored_where = "in Frankfurt"
legal_basis = "Art. 6 (1) (b) GDPR"
dpo_contact = "privacy@northwind.example"
time_zone = "Europe/Berlin"
[limits]
free_space_reserve_bytes = 0
[[org]]
org_id = "{org_id}"
instance_url = "{org_url}"
client_id = "{client_id}"
username = "{username}"
audience = "{org_url}"
private_key_file = "org.key"
agent_certificate_files = ["org.crt"]
lightning_origins = ["{org_url}"]
"#,
            recipient = recovery.recipient(),
            smtp = org.smtp_address(),
            org_id = org.org_id(),
            org_url = org.url(),
            client_id = org.client_id(),
            username = org.integration_username(),
        ),
    );
}

fn tus(request: reqwest::RequestBuilder, session: &str) -> reqwest::RequestBuilder {
    request.bearer_auth(session).header("Tus-Resumable", "1.0.0")
}

async fn answer(request: reqwest::RequestBuilder) -> Value {
    let response = request.send().await.unwrap();
    let (status, url) = (response.status(), response.url().path().to_owned());
    let text = response.text().await.unwrap();
    assert!(status.is_success(), "{url} answers {status}: {text}");
    serde_json::from_str(&text).unwrap()
}

/// Bytes that differ everywhere.
pub fn sample(seed: u64, size: usize) -> Bytes {
    let mut bytes = vec![0; size];
    Randomness::seeded(seed).fill(&mut bytes);
    bytes.into()
}

pub fn is_full() -> bool {
    std::env::var_os("CASEGATE_TEST_FULL").is_some_and(|value| value == "1")
}

pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Where cargo put this test, and with it the programs.
pub fn target() -> PathBuf {
    std::env::current_exe().unwrap().ancestors().nth(2).unwrap().to_owned()
}

fn program() -> PathBuf {
    target().join("casegate")
}

/// Below the range that outgoing connections draw from, so that none of them takes it while the process is down.
pub fn free_port() -> u16 {
    let start = u16::from_le_bytes(Randomness::system().bytes()) % 10_000;
    (0..10_000)
        .map(|step| 20_000 + (start + step) % 10_000)
        .find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok())
        .expect("some port is free")
}
