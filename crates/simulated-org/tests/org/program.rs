//! The program itself: one line when ready, and the same signature after a restart.

use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::caller::{reply, repository};

async fn start(keys: &Path) -> (Child, Value) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_simulated-org"))
        .args(["--connector-url", "http://127.0.0.1:8443/", "--print-ready", "--metadata"])
        .arg(repository())
        .arg("--agent-key-file")
        .arg(keys.join("agent.key"))
        .arg("--agent-certificate-file")
        .arg(keys.join("agent.crt"))
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).await.unwrap();
    (child, serde_json::from_str(&line).unwrap())
}

#[tokio::test]
async fn it_says_where_it_is_and_keeps_its_certificate_over_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let http = reqwest::Client::builder().build().unwrap();
    let mut seen = Vec::new();
    for _ in 0..2 {
        let (mut child, ready) = start(folder.path()).await;
        assert!(ready["smtp"].as_str().unwrap().starts_with("127.0.0.1:"));
        let seed = reply(http.get(format!("{}/__sim/seed", ready["admin_url"].as_str().unwrap()))).await.body;
        assert_eq!(seed["url"], ready["url"]);
        assert_eq!(seed["connector_url"], "http://127.0.0.1:8443");
        seen.push((seed["agent_certificate_pem"].clone(), seed["cases"].clone()));
        child.kill().await.unwrap();
    }
    assert_eq!(seen[0], seen[1]);
}

#[tokio::test]
async fn it_listens_on_loopback_only() {
    let refused = Command::new(env!("CARGO_BIN_EXE_simulated-org"))
        .args(["--connector-url", "http://127.0.0.1:8443", "--listen", "0.0.0.0:0"])
        .output()
        .await
        .unwrap();
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("no loopback address"));
}

#[tokio::test]
async fn it_listens_over_tls_when_asked_and_says_whom_to_trust() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_simulated-org"))
        .args(["--connector-url", "http://127.0.0.1:8443", "--https-listen", "127.0.0.1:0", "--strict-jwt"])
        .arg("--print-ready")
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).await.unwrap();
    let ready: Value = serde_json::from_str(&line).unwrap();
    let ca = reqwest::Certificate::from_pem(ready["ca_certificate_pem"].as_str().unwrap().as_bytes()).unwrap();
    let http = reqwest::Client::builder().tls_certs_only([ca]).build().unwrap();
    let url = format!("{}/services/data", ready["https_url"].as_str().unwrap());
    assert_eq!(reply(http.get(url)).await.status, 200);
    child.kill().await.unwrap();
}

#[tokio::test]
async fn it_copies_itself_into_a_sandbox_under_the_same_record_ids() {
    let folder = tempfile::tempdir().unwrap();
    let http = reqwest::Client::builder().build().unwrap();
    let (mut child, ready) = start(folder.path()).await;
    let at = |about: &Value, path: &str| format!("{}/__sim/{path}", about["admin_url"].as_str().unwrap());
    let fields = json!({ "user": "admin", "fields": { "Subject": "Made after the start" } });
    let made = reply(http.post(at(&ready, "records/Case")).json(&fields)).await.body["id"].clone();

    let sandbox = reply(http.post(at(&ready, "sandbox")).json(&json!({ "name": "full" }))).await;
    assert_eq!(sandbox.status, 200, "{sandbox:?}");
    let sandbox = sandbox.body;
    let [own, copied] = [&ready, &sandbox].map(|about| reply(http.get(at(about, "seed"))));
    let (own, copied) = (own.await.body, copied.await.body);
    assert_eq!(own["cases"], copied["cases"]);
    assert_eq!(copied["url"], sandbox["url"]);
    assert_ne!(own["agent_certificate_pem"], copied["agent_certificate_pem"]);
    let cases = reply(http.get(at(&sandbox, "records/Case"))).await.body;
    assert!(
        cases.as_array().unwrap().iter().any(|case| case["Id"] == made && case["Subject"] == "Made after the start")
    );
    let organization = reply(http.get(at(&sandbox, "records/Organization"))).await.body;
    assert_eq!(
        (&organization[0]["Id"], &organization[0]["IsSandbox"]),
        (&sandbox["org_id"], &json!(true)),
        "{organization}"
    );
    let username = format!("{}.full", own["users"]["integration"]["username"].as_str().unwrap());
    assert_eq!(copied["users"]["integration"]["username"], json!(username));

    // Another one is another Org; a sandbox has none of its own; Setup allows no such names.
    let second = reply(http.post(at(&ready, "sandbox")).json(&json!({ "name": "qa" }))).await;
    assert!(second.status == 200 && second.body["org_id"] != sandbox["org_id"], "{second:?}");
    for (about, name) in [(&sandbox, "deeper"), (&ready, ""), (&ready, "a-name"), (&ready, "elevenchars")] {
        let refused = reply(http.post(at(about, "sandbox")).json(&json!({ "name": name }))).await;
        assert_eq!(refused.status, 400, "{name}: {refused:?}");
    }
    child.kill().await.unwrap();
}
