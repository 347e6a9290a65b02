//! What the operator's policy, quotas and rates do not allow.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use harness::{Casegate, Options, a_request};
use serde_json::json;

use crate::calls::{Session, get, parts, redeem, request};
use crate::table::Table;

#[tokio::test]
async fn policy() {
    let policy = "max_file_bytes = 1000\naccepted_extensions = [\"pdf\", \"log\"]\nmax_files = 2";
    let world = Casegate::start(Options { policy, ..Options::default() }).await;
    let mut table = Table::new("policy");
    let anna = world.agent("anna").on("gateway_reboots");
    let grace = Session::of(&world, &anna, &request(&anna, "1").await).await;
    for length in [1_001, 1_000_000_000_000] {
        let problem = table.row("a file too large", &grace.begin(b"a.log", length).await, 413, "too_large");
        assert_eq!(problem["limit_bytes"], 1_000);
    }
    for name in [
        "a.exe",
        "a.pdf.exe",
        "pdf",
        ".pdf",
        "a",
        "a.",
        "a.pdf.",
        "a.pdf/x.exe",
        "a.pdf\\x.exe",
        "a.pdf\u{202e}exe",
        "a.exe\0.svg",
        "a.pdf\n.exe",
        "a.p\u{200b}df.html",
        "a.svg",
        "a.pdf:stream",
        "",
    ] {
        // A trailing dot is not shown, so what stands before it decides.
        if name != "a.pdf." {
            let problem =
                table.row(&format!("{name:?}"), &grace.begin(name.as_bytes(), 5).await, 415, "type_not_accepted");
            assert_eq!(problem["accepted_extensions"], json!(["pdf", "log"]));
        }
    }
    for path in ["a.exe", "logs/a.exe", "a.log/x.exe", "..\\a.exe"] {
        let metadata = format!("filename {},relative_path {}", STANDARD.encode("a.log"), STANDARD.encode(path));
        let answer = grace.create(&[("Upload-Length", "5"), ("Upload-Metadata", &metadata)]).await;
        table.row(&format!("a.log in {path}"), &answer, 415, "type_not_accepted");
    }
    let uploads = [grace.begun("A.PDF", 1_000).await, grace.begun("b.log", 0).await];
    let problem = table.row("too many files", &grace.begin(b"c.log", 5).await, 413, "too_large");
    assert_eq!(problem["limit_files"], 2);
    // A cancelled one makes room.
    grace.tus(reqwest::Method::DELETE, &uploads[0], &[], b"").await.expect(204);
    grace.begin(b"c.log", 5).await.expect(201);
    table.row("too many files again", &grace.begin(b"d.log", 5).await, 413, "too_large");
    table.finish(world).await;
}

#[tokio::test]
async fn consent() {
    let world = Casegate::start(Options { consent_wording: Some("I agree."), ..Options::default() }).await;
    let mut table = Table::new("consent");
    let anna = world.agent("anna").on("gateway_reboots");
    let grace = Session::of(&world, &anna, &request(&anna, "1").await).await;
    let problem = table.row("an upload", &grace.begin(b"a.log", 5).await, 422, "consent_required");
    let version = problem["wording_version"].as_str().expect("a version").to_owned();
    table.row("an empty upload", &grace.begin(b"a.log", 0).await, 422, "consent_required");
    let path = "/api/v1/customer/consents";
    for (what, body) in [
        ("another wording", json!({ "wording_version": "0".repeat(16) }).to_string()),
        ("no wording", json!({ "wording_version": "" }).to_string()),
        ("the wording in capitals", json!({ "wording_version": format!("{version} ") }).to_string()),
        ("no member", "{}".to_owned()),
        ("a member more", json!({ "wording_version": version, "given_at": "2020-01-01" }).to_string()),
        ("a number", json!({ "wording_version": 1 }).to_string()),
        ("nothing", String::new()),
    ] {
        table.row(what, &grace.post(path, &body).await, 400, "invalid_request");
    }
    table.row("still", &grace.begin(b"a.log", 5).await, 422, "consent_required");
    grace.post(path, &json!({ "wording_version": version }).to_string()).await.expect(204);
    grace.begin(b"a.log", 5).await.expect(201);
    // Everybody agrees for their own request.
    let ada = Session::of(&world, &anna, &request(&anna, "2").await).await;
    table.row("another request", &ada.begin(b"a.log", 5).await, 422, "consent_required");
    table.finish(world).await;
}

#[tokio::test]
async fn quotas() {
    let limits = "quota_bytes_per_link = 100\nquota_bytes_per_case = 150\nquota_bytes_per_org = 180\n\
                  open_uploads_per_link = 3";
    let world = Casegate::start(Options { limits, ..Options::default() }).await;
    let mut table = Table::new("quotas");
    let anna = world.agent("anna").on("gateway_reboots");
    let grace = Session::of(&world, &anna, &request(&anna, "1").await).await;
    grace.begun("a", 60).await;
    let problem = table.row("more than a link may hold", &grace.begin(b"b", 41).await, 413, "too_large");
    assert_eq!(problem["limit_bytes"], 100);
    grace.begun("b", 40).await;
    let ada = Session::of(&world, &anna, &request(&anna, "2").await).await;
    let problem = table.row("more than a Case may hold", &ada.begin(b"c", 51).await, 413, "too_large");
    assert_eq!(problem["limit_bytes"], 150);
    ada.begun("c", 50).await;
    let drift = world.agent("anna").on("scanner_drift");
    let ben = Session::of(&world, &drift, &request(&drift, "1").await).await;
    let problem = table.row("more than an Org may hold", &ben.begin(b"d", 31).await, 413, "too_large");
    assert_eq!(problem["limit_bytes"], 180);
    for name in ["d", "e", "f"] {
        ben.begun(name, 10).await;
    }
    let problem = table.row("too many at once", &ben.begin(b"g", 0).await, 413, "too_large");
    assert_eq!(problem["limit_files"], 3);
    table.finish(world).await;
}

#[tokio::test]
async fn rates() {
    let limits = "redemptions_per_minute_per_link = 5\nredemptions_per_minute_per_ip = 8\n\
                  requests_per_minute_per_ip = 200\nrequests_per_minute_per_link = 30";
    let world = Casegate::start(Options { limits, ..Options::default() }).await;
    let mut table = Table::new("rates");
    let anna = world.agent("anna").on("gateway_reboots");
    let asked = request(&anna, "1").await;
    let (id, secret) = parts(&anna.copy_link(&asked).await);
    for _ in 0..5 {
        redeem(&world, &id, "wrong").await.expect(404);
    }
    for _ in 0..3 {
        let answer = redeem(&world, &id, "wrong").await;
        table.row("guessing at one link", &answer, 429, "slow_down");
        assert_eq!(answer.header("retry-after"), "12");
    }
    // The right secret waits as well, or the answer would tell.
    table.row("the right secret among guesses", &redeem(&world, &id, &secret).await, 429, "slow_down");
    for _ in 0..3 {
        redeem(&world, "00000000000000000000000000", "wrong").await.expect(404);
    }
    for id in ["00000000000000000000000001", "x", ""] {
        table.row("guessing at many links", &redeem(&world, id, "wrong").await, 429, "slow_down");
    }
    world.advance(Duration::from_secs(61));
    let token = redeem(&world, &id, &secret).await.expect(201).json()["session_token"].clone();
    let bearer = format!("Bearer {}", token.as_str().expect("a token"));
    let session = [("Authorization", bearer.as_str())];
    let mut statuses = Vec::new();
    for _ in 0..40 {
        let answer = get(&world, "/api/v1/customer/request", &session).await;
        if answer.status == 429 {
            table.row("asking too often with one link", &answer, 429, "slow_down");
        }
        statuses.push(answer.status);
    }
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 30, "{statuses:?}");
    let mut refused = 0;
    for attempt in 0..220 {
        let answer = get(&world, "/api/v1/downloads/x", &[]).await;
        if answer.status == 429 {
            refused += 1;
            table.row(&format!("asking too often from one address, {attempt}"), &answer, 429, "slow_down");
        }
    }
    assert!(refused >= 20, "{refused}");
    table.row("the agent at that address", &anna.try_panel("").await, 429, "slow_down");
    table.row("a request at that address", &anna.try_request_file(&a_request("2")).await, 429, "slow_down");
    // Who claims another address is still the same one.
    let forged = [("X-Forwarded-For", "192.0.2.7"), ("Forwarded", "for=192.0.2.8"), ("X-Real-IP", "192.0.2.9")];
    table.row("a forged address", &get(&world, "/api/v1/downloads/x", &forged).await, 429, "slow_down");
    get(&world, "/healthz", &[]).await.expect(200);
    world.advance(Duration::from_secs(61));
    anna.try_panel("").await.expect(200);
    table.finish(world).await;
}
