//! Links: what a closed, wrong or merely looked-at one is answered with.

use std::time::Duration;

use harness::{Answer, Casegate, Options};
use reqwest::Method;
use serde_json::{Value, json};

use crate::agents::without_request_id;
use crate::calls::{Session, call, get, parts, redeem, request};
use crate::table::Table;

#[tokio::test]
async fn a_closed_link_says_the_same_whatever_closed_it() {
    let world = Casegate::usual().await;
    let mut table = Table::new("closed links");
    let anna = world.agent("anna").on("gateway_reboots");
    let mut told = Vec::new();
    let dump = world.sample("core.dump", 3_000);
    for how in ["revoked", "fulfilled", "expired"] {
        let asked = request(&anna, how).await;
        let (id, secret) = parts(&anna.copy_link(&asked).await);
        let grace = Session::of(&world, &anna, &asked).await;
        let upload = grace.begun("begun.log", 10).await;
        match how {
            "revoked" => drop(anna.revoke(&asked).await),
            "fulfilled" => {
                grace.tus(Method::DELETE, &upload, &[], b"").await.expect(204);
                let whole = grace.begun(&dump.name, dump.len()).await;
                grace.patch(&whole, &[], &dump.bytes).await.expect(204);
                world.work().await;
                grace.post("/api/v1/customer/finish", "").await.expect(200);
                // For its receipt it opens until its time is over.
                redeem(&world, &id, &secret).await.expect(201);
                world.advance(Duration::from_hours(14 * 24));
            }
            _ => {
                // A session lives a day; it is kept up until the link's time is over.
                for _ in 0..28 {
                    world.advance(Duration::from_hours(12));
                    if grace.post("/api/v1/customer/sessions/renew", "").await.status != 200 {
                        break;
                    }
                }
            }
        }
        let answer = redeem(&world, &id, &secret).await;
        table.row(&format!("a {how} link"), &answer, 410, "link_closed");
        told.push(without_request_id(&answer));
        table.row(&format!("a wrong secret of a {how} link"), &redeem(&world, &id, "x").await, 404, "not_found");
        if how != "fulfilled" {
            rows_of_a_closed_session(&mut table, how, &grace, &upload).await;
        }
        for verb in ["links", "resend"] {
            let answer = anna.try_on_request(&asked, verb).await;
            table.row(&format!("{verb} of a {how} request"), &answer, 410, "link_closed");
        }
        if how != "revoked" {
            let answer = anna.try_on_request(&asked, "revoke").await;
            table.row(&format!("revoking a {how} request"), &answer, 409, "conflict");
        }
    }
    assert!(told.iter().all(|problem| *problem == told[0]), "{told:?}");
    table.finish(world).await;
}

async fn rows_of_a_closed_session(table: &mut Table, how: &str, grace: &Session<'_>, upload: &str) {
    let consent = json!({ "wording_version": "1" }).to_string();
    for (what, answer) in [
        ("request", grace.get("/api/v1/customer/request").await),
        ("consents", grace.post("/api/v1/customer/consents", &consent).await),
        ("finish", grace.post("/api/v1/customer/finish", "").await),
        ("a new upload", grace.begin(b"late.log", 5).await),
        ("more of an upload", grace.patch(upload, &[], b"0123456789").await),
    ] {
        table.row(&format!("{what}, with the session of a {how} link"), &answer, 410, "link_closed");
    }
}

#[tokio::test]
async fn wrong_and_unknown_links_cannot_be_told_apart() {
    Box::pin(wrong_links(Options::default())).await;
}

#[tokio::test]
async fn wrong_and_unknown_links_cannot_be_told_apart_on_postgres() {
    Box::pin(wrong_links(Options::on_postgres())).await;
}

async fn wrong_links(options: Options) {
    let limits = "redemptions_per_minute_per_link = 1000\nredemptions_per_minute_per_ip = 1000";
    let world = Casegate::start(Options { limits, ..options }).await;
    let mut table = Table::new("wrong links");
    let anna = world.agent("anna").on("gateway_reboots");
    let asked = request(&anna, "1").await;
    let (id, secret) = parts(&anna.copy_link(&asked).await);
    let (other_id, other_secret) = parts(&anna.copy_link(&request(&anna, "2").await).await);
    let mut told: Vec<(&str, Answer)> = Vec::new();
    for (what, id, secret) in [
        ("a wrong secret", id.as_str(), "0".repeat(secret.len())),
        ("no secret", &id, String::new()),
        ("half a secret", &id, secret[..secret.len() / 2].to_owned()),
        ("a secret in capitals", &id, secret.to_uppercase()),
        ("a secret and a space", &id, format!("{secret} ")),
        ("the secret of another request", &id, other_secret.clone()),
        ("the request of another secret", &other_id, secret.clone()),
        ("an unknown request", "00000000000000000000000000", secret.clone()),
        ("a request in capitals", &id.to_uppercase(), secret.clone()),
        ("no request", "", secret.clone()),
        ("a request with a NUL", "\0", secret.clone()),
        ("a request that is SQL", "' OR '1'='1", secret.clone()),
        ("a very long secret", &id, "x".repeat(50_000)),
        ("a secret with a NUL", &id, format!("{secret}\0")),
    ] {
        let answer = redeem(&world, id, &secret).await;
        table.row(what, &answer, 404, "not_found");
        told.push((what, answer));
    }
    for (what, answer) in &told {
        assert_eq!(without_request_id(answer), without_request_id(&told[0].1), "{what}");
        assert_eq!(answer.body.len(), told[0].1.body.len(), "{what}: the bodies differ in length");
        let names = |answer: &Answer| answer.headers.keys().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(names(answer), names(&told[0].1), "{what}: the headers differ");
    }
    let path = "/api/v1/customer/sessions";
    for (what, body) in [
        ("nothing", String::new()),
        ("a list", "[]".to_owned()),
        ("a secret that is a number", json!({ "request_id": id, "secret": 1 }).to_string()),
        ("no secret member", json!({ "request_id": id }).to_string()),
        ("a member unknown", json!({ "request_id": id, "secret": secret, "admin": true }).to_string()),
        ("more than 64 KiB", json!({ "request_id": id, "secret": "x".repeat(70_000) }).to_string()),
    ] {
        let answer = call(&world, Method::POST, path, &[("Content-Type", "application/json")], body.as_bytes()).await;
        table.row(what, &answer, 400, "invalid_request");
    }
    let form = format!("request_id={id}&secret={secret}");
    let kind = [("Content-Type", "application/x-www-form-urlencoded")];
    let answer = call(&world, Method::POST, path, &kind, form.as_bytes()).await;
    table.row("as a form", &answer, 400, "invalid_request");
    assert_eq!(anna.panel().await["requests"][1]["opened_at"], Value::Null, "no guess has opened it");
    redeem(&world, &id, &secret).await.expect(201);
    table.finish(world).await;
}

#[tokio::test]
async fn looking_at_a_link_changes_nothing() {
    let world = Casegate::usual().await;
    let mut table = Table::new("looking at links");
    let anna = world.agent("anna").on("gateway_reboots");
    let asked = request(&anna, "1").await;
    world.work().await;
    let link = world.mailbox().newest_link();
    let (id, secret) = parts(&link);
    let before = world.audit("gateway_reboots").await.len();
    let page = get(&world, &format!("/r/{id}"), &[]).await.expect(200);
    // What mail scanners do before the person clicks.
    for agent in ["Mozilla/5.0", "Microsoft Office Outlook", "Barracuda", "Mimecast", "curl/8"] {
        for method in [Method::GET, Method::HEAD] {
            let looked = call(&world, method, &format!("/r/{id}"), &[("User-Agent", agent)], b"").await.expect(200);
            assert!(looked.body.is_empty() || looked.body == page.body);
        }
    }
    for other in ["00000000000000000000000000", "x", "%ff", "%00", "..%2f", "<script>", &secret] {
        let looked = get(&world, &format!("/r/{other}"), &[]).await.expect(200);
        assert_eq!(looked.body, page.body, "{other}");
        assert_eq!(looked.header("content-security-policy"), page.header("content-security-policy"));
    }
    let shown = String::from_utf8_lossy(&page.body);
    assert!(!shown.contains(&id) && page.headers.get("set-cookie").is_none());
    assert!(!["src=\"http", "href=\"http", "src=\"//", "href=\"//"].iter().any(|elsewhere| shown.contains(elsewhere)));
    assert_eq!(page.header("referrer-policy"), "no-referrer");
    for method in [Method::POST, Method::PUT, Method::DELETE] {
        table.row(
            method.as_str(),
            &call(&world, method.clone(), &format!("/r/{id}"), &[], b"").await,
            404,
            "not_found",
        );
    }
    for path in ["/r/", "/r", "/r/a/b", "/assets/upload/", "/assets/upload/nothing.js", "/assets/upload/..%2fupload.js"]
    {
        table.row(path, &get(&world, path, &[]).await, 404, "not_found");
    }
    for path in ["/api/v1/customer/sessions", "/api/v1/customer/finish", "/api/v1/customer/sessions/renew"] {
        table.row(path, &get(&world, path, &[]).await, 404, "not_found");
    }
    world.work().await;
    assert_eq!(anna.panel().await["requests"][0]["opened_at"], Value::Null);
    assert_eq!(anna.panel().await["requests"][0]["id"], asked["id"]);
    assert_eq!(world.audit("gateway_reboots").await.len(), before, "looking was recorded as something");
    redeem(&world, &id, &secret).await.expect(201);
    assert!(anna.panel().await["requests"][0]["opened_at"].is_string());
    table.finish(world).await;
}
