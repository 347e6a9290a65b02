//! Agents who ask for what is not theirs, or in a way that cannot be read.

use harness::{Answer, AtCase, Casegate, Options, a_request};
use reqwest::Method;
use serde_json::{Value, json};
use simulated_org::TokenOverrides;

use crate::calls::{Session, post_json, request};
use crate::table::Table;

/// A file in hand: the request it came through, and what the panel shows of it.
pub async fn with_a_file(world: &Casegate, anna: &AtCase<'_>) -> (Value, Value) {
    let asked = request(anna, "with a file").await;
    let grace = Session::of(world, anna, &asked).await;
    let dump = world.sample("core.dump", 5_000);
    let upload = grace.begun(&dump.name, dump.len()).await;
    grace.patch(&upload, &[], &dump.bytes).await.expect(204);
    world.work().await;
    (asked, anna.panel().await["files"][0].clone())
}

/// Everything an agent can do with a request and a file, by an agent who may not.
async fn everything(agent: &AtCase<'_>, asked: &Value, file: &Value) -> Vec<(&'static str, Answer)> {
    vec![
        ("links", agent.try_on_request(asked, "links").await),
        ("resend", agent.try_on_request(asked, "resend").await),
        ("revoke", agent.try_on_request(asked, "revoke").await),
        ("tickets", agent.try_ticket(file).await),
    ]
}

fn about(case: &str) -> TokenOverrides {
    let claims = json!({ "case": case }).as_object().expect("an object").clone();
    TokenOverrides { claims, ..TokenOverrides::default() }
}

fn permitted(permissions: &[&str]) -> TokenOverrides {
    let claims = json!({ "perms": permissions }).as_object().expect("an object").clone();
    TokenOverrides { claims, ..TokenOverrides::default() }
}

#[tokio::test]
async fn another_case_is_not_there() {
    Box::pin(another_case(Options::default())).await;
}

#[tokio::test]
async fn another_case_is_not_there_on_postgres() {
    Box::pin(another_case(Options::on_postgres())).await;
}

async fn another_case(options: Options) {
    let world = Casegate::start(options).await;
    let mut table = Table::new("another Case");
    let anna = || world.agent("anna").on("gateway_reboots");
    let (asked, file) = with_a_file(&world, &anna()).await;
    let other = world.agent("anna").on("scanner_drift");

    // The token is about another Case than the path.
    let strayed = anna().with_token(about(&other.case));
    table.row("the Case", &strayed.try_panel("").await, 404, "not_found");
    table.row("a new request", &strayed.try_request_file(&a_request("2")).await, 404, "not_found");
    for (verb, answer) in everything(&strayed, &asked, &file).await {
        table.row(&format!("{verb}, token of another Case"), &answer, 404, "not_found");
    }
    // The token fits the path, but request and file are of another Case.
    for (verb, answer) in everything(&other, &asked, &file).await {
        table.row(&format!("{verb} below another Case"), &answer, 404, "not_found");
    }
    let whole: Vec<u8> = other.try_panel("").await.expect(200).body.to_vec();
    let id = file["id"].as_str().expect("an id");
    assert!(!String::from_utf8_lossy(&whole).contains(id), "another Case shows the file");

    // Somebody who lost the Case, or never had it, holds a token all the same.
    let ben = world.agent("ben").on("gateway_reboots");
    table.row("a ticket without access to the Case", &ben.try_ticket(&file).await, 404, "not_found");
    // Foreign and missing cannot be told apart.
    let missing = json!({ "id": "0".repeat(26) });
    for (foreign, missing) in
        everything(&other, &asked, &file).await.iter().zip(everything(&other, &missing, &missing).await)
    {
        table.row(missing.0, &missing.1, 404, "not_found");
        assert_eq!(without_request_id(&foreign.1), without_request_id(&missing.1), "{}", missing.0);
    }
    // Case ids differ by letter case alone.
    let mut letters = anna().case[..15].to_owned();
    letters.make_ascii_lowercase();
    if letters != anna().case[..15] {
        table.row("the Case in other letters", &at(&anna(), &letters).await, 404, "not_found");
    }
    for (what, case) in [
        ("no id", "x"),
        ("an account", "0015g00000AbCdE"),
        ("a NUL", "%00"),
        ("no text", "%ff"),
        ("a way up", "..%2f..%2fhealthz"),
        ("a wrong checksum", "500000000000001AAB"),
        ("SQL", "'%20OR%20'1'%3D'1"),
    ] {
        table.row(what, &at(&anna(), case).await, 404, "not_found");
    }
    for id in ["x", "%00", "%ff", "'%20OR%201%3D1", "0000000000000000000000000z", "ZZZZZZZZZZZZZZZZZZZZZZZZZZ"] {
        for (verb, answer) in everything(&anna(), &json!({ "id": id }), &json!({ "id": id })).await {
            table.row(&format!("{verb} of {id}"), &answer, 404, "not_found");
        }
    }
    table.finish(world).await;
}

pub fn without_request_id(answer: &Answer) -> Value {
    let mut problem = answer.json();
    problem["request_id"] = Value::Null;
    problem
}

/// The panel at a path that the harness would not write, with Anna's token.
async fn at(anna: &AtCase<'_>, case: &str) -> Answer {
    let path = format!("/../{case}");
    let answer = anna.call(Method::GET, &path, None).await;
    assert_ne!(answer.status, 200, "{case}");
    answer
}

#[tokio::test]
async fn another_org_with_the_same_ids_is_not_there() {
    let world = Casegate::start(Options { orgs: 2, ..Options::default() }).await;
    let mut table = Table::new("another Org");
    let anna = world.agent("anna").on("gateway_reboots");
    let (asked, file) = with_a_file(&world, &anna).await;
    let twin = world.agent_of(1, "anna").on("gateway_reboots");
    assert_eq!(anna.case, twin.case, "the Orgs hold identical ids");
    for (verb, answer) in everything(&twin, &asked, &file).await {
        table.row(&format!("{verb} of another Org"), &answer, 404, "not_found");
    }
    let panel = twin.panel().await;
    assert_eq!((&panel["requests"], &panel["files"]), (&json!([]), &json!([])), "the other Org sees nothing");
    // The same client_id is free there.
    let own = twin.request_file(&a_request("with a file")).await;
    assert_ne!(own["id"], asked["id"]);
    for (verb, answer) in everything(&anna, &own, &file).await.into_iter().filter(|(verb, _)| *verb != "tickets") {
        table.row(&format!("{verb}, the other way round"), &answer, 404, "not_found");
    }
    table.finish(world).await;
}

#[tokio::test]
async fn a_permission_is_missing() {
    let world = Casegate::usual().await;
    let mut table = Table::new("permissions");
    let anna = || world.agent("anna").on("gateway_reboots");
    let (asked, file) = with_a_file(&world, &anna()).await;
    let (ask, open, revoke) = ("Casegate_Request_Files", "Casegate_Open_Files", "Casegate_Revoke_Requests");
    for held in [vec![], vec![open], vec!["casegate_request_files", "Casegate", "*"]] {
        let agent = anna().with_token(permitted(&held));
        let asking = agent.try_request_file(&a_request("2")).await;
        table.row("a new request", &asking, 403, "forbidden");
        for verb in ["links", "resend", "revoke"] {
            let answer = agent.try_on_request(&asked, verb).await;
            table.row(verb, &answer, 403, "forbidden");
        }
        agent.try_panel("").await.expect(200);
    }
    for held in [vec![], vec![ask, revoke]] {
        let agent = anna().with_token(permitted(&held));
        table.row("opening", &agent.try_ticket(&file).await, 403, "forbidden");
    }
    let agent = anna().with_token(permitted(&[ask, open]));
    table.row("revoking", &agent.try_on_request(&asked, "revoke").await, 403, "forbidden");
    let agent = anna().with_token(permitted(&[revoke]));
    table.row("a link", &agent.try_on_request(&asked, "links").await, 403, "forbidden");
    // Set-up tokens are about no Case.
    let setup = json!({ "case": null, "setup": true }).as_object().expect("an object").clone();
    let setup = anna().with_token(TokenOverrides { claims: setup, ..TokenOverrides::default() });
    table.row("a set-up token at a Case", &setup.try_panel("").await, 404, "not_found");
    table.row("a set-up token that asks", &setup.try_request_file(&a_request("3")).await, 404, "not_found");
    table.row("a set-up token that opens", &setup.try_ticket(&file).await, 404, "not_found");
    table.finish(world).await;
}

#[tokio::test]
async fn requests_that_cannot_be_read() {
    Box::pin(malformed_requests(Options::default())).await;
}

#[tokio::test]
async fn requests_that_cannot_be_read_on_postgres() {
    Box::pin(malformed_requests(Options::on_postgres())).await;
}

async fn malformed_requests(options: Options) {
    let world = Casegate::start(options).await;
    let mut table = Table::new("malformed requests");
    let anna = world.agent("anna").on("gateway_reboots");
    let with = |name: &str, value: Value| {
        let mut body = a_request("malformed");
        body[name] = value;
        body
    };
    for (field, value) in [
        ("client_id", json!("")),
        ("client_id", json!("x".repeat(129))),
        ("client_id", json!("a\0b")),
        ("recipient_email", json!("")),
        ("recipient_email", json!("grace")),
        ("recipient_email", json!("grace@customer.example, eve@evil.example")),
        ("recipient_email", json!("grace@customer.example\r\nBcc: eve@evil.example")),
        ("recipient_email", json!("Grace <grace@customer.example>")),
        ("recipient_name", json!("Grace\r\nBcc: eve@evil.example")),
        ("recipient_name", json!("x".repeat(121))),
        ("recipient_name", json!("a\0b")),
        ("language", json!("xx")),
        ("language", json!("")),
        ("message", json!("x".repeat(4_001))),
        ("message", json!("bell \u{7}")),
        ("needed", json!("x".repeat(256))),
        ("needed", json!("two\nlines")),
        ("due_on", json!("tomorrow")),
        ("due_on", json!("2026-02-30")),
        ("contact_id", json!("x")),
        ("contact_id", json!("500000000000001AAA")),
        ("lifetime_hours", json!(0)),
        ("lifetime_hours", json!(337)),
    ] {
        let shown = value.to_string();
        let problem = table.row(
            &format!("{field} {}", shown.chars().take(40).collect::<String>()),
            &anna.try_request_file(&with(field, value)).await,
            400,
            "invalid_request",
        );
        assert_eq!(problem["field"], field);
    }
    let (path, bearer) = (format!("/api/v1/cases/{}/file-requests", anna.case), format!("Bearer {}", anna.token()));
    let good = a_request("malformed").to_string();
    let mut unknown = a_request("malformed");
    unknown["state"] = json!("fulfilled");
    let deep = format!("{}{}", "[".repeat(30_000), "]".repeat(30_000));
    for (what, body) in [
        ("nothing", String::new()),
        ("no JSON", "client_id=1".to_owned()),
        ("half of it", good[..good.len() / 2].to_owned()),
        ("a list", format!("[{good}]")),
        ("a member unknown", unknown.to_string()),
        ("a member missing", json!({ "client_id": "1" }).to_string()),
        ("a member twice", format!("{},\"language\":\"de\"}}", &good[..good.len() - 1])),
        ("a number for text", with("message", json!(7)).to_string()),
        ("a number below zero", with("lifetime_hours", json!(-1)).to_string()),
        ("a number too large", with("lifetime_hours", json!(u64::MAX)).to_string()),
        ("very deep", deep),
        ("larger than 64 KiB", with("message", json!("x".repeat(70_000))).to_string()),
        ("a megabyte", " ".repeat(1 << 20)),
    ] {
        table.row(what, &post_json(&world, &path, &bearer, &body).await, 400, "invalid_request");
    }
    let headers = [("Authorization", bearer.as_str()), ("Content-Type", "text/plain")];
    let plain = crate::calls::call(&world, Method::POST, &path, &headers, good.as_bytes()).await;
    table.row("as text/plain, which a form could send", &plain, 400, "invalid_request");
    for query in
        ["?files_after=x", "?files_after=1.x", "?files_after=x.y", "?files_after=1.%00", "?files_after=1&files_after=2"]
    {
        table.row(query, &anna.try_panel(query).await, 400, "invalid_request");
    }
    assert_eq!(anna.panel().await["requests"], json!([]), "nothing was made");
    table.finish(world).await;
}
