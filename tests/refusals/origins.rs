//! What browsers are told: which origins may call, and the headers of every route.

use harness::{Answer, Casegate, Options};
use reqwest::Method;

use crate::calls::{UPLOADS, call};
use crate::table::Table;

const ALLOWED: &str = "access-control-allow-origin";

fn agents_paths(case: &str) -> Vec<(Method, String)> {
    let id = "0".repeat(26);
    vec![
        (Method::GET, format!("/api/v1/cases/{case}")),
        (Method::POST, format!("/api/v1/cases/{case}/file-requests")),
        (Method::POST, format!("/api/v1/cases/{case}/file-requests/{id}/links")),
        (Method::POST, format!("/api/v1/cases/{case}/file-requests/{id}/resend")),
        (Method::POST, format!("/api/v1/cases/{case}/file-requests/{id}/revoke")),
        (Method::POST, format!("/api/v1/cases/{case}/secure-files/{id}/tickets")),
    ]
}

fn other_paths() -> Vec<(Method, String)> {
    let id = "0".repeat(26);
    vec![
        (Method::GET, format!("/r/{id}")),
        (Method::GET, "/assets/upload/upload.js".to_owned()),
        (Method::GET, "/assets/upload/upload.css".to_owned()),
        (Method::POST, "/api/v1/customer/sessions".to_owned()),
        (Method::POST, "/api/v1/customer/sessions/renew".to_owned()),
        (Method::GET, "/api/v1/customer/request".to_owned()),
        (Method::POST, "/api/v1/customer/consents".to_owned()),
        (Method::POST, "/api/v1/customer/finish".to_owned()),
        (Method::POST, UPLOADS.to_owned()),
        (Method::HEAD, format!("{UPLOADS}/{id}")),
        (Method::PATCH, format!("{UPLOADS}/{id}")),
        (Method::DELETE, format!("{UPLOADS}/{id}")),
        (Method::GET, format!("/api/v1/downloads/{id}")),
        (Method::GET, "/api/v1/openapi.json".to_owned()),
        (Method::GET, "/healthz".to_owned()),
        (Method::GET, "/readyz".to_owned()),
        (Method::GET, "/".to_owned()),
        (Method::GET, "/nothing".to_owned()),
        (Method::GET, "/metrics".to_owned()),
        (Method::GET, "/api/v1/cases".to_owned()),
    ]
}

async fn preflight(world: &Casegate, path: &str, method: &Method, origin: &str) -> Answer {
    let asked = [
        ("Origin", origin),
        ("Access-Control-Request-Method", method.as_str()),
        ("Access-Control-Request-Headers", "authorization,content-type"),
    ];
    call(world, Method::OPTIONS, path, &asked, b"").await
}

/// Looks like a registered origin, and is none.
fn look_alikes(origin: &str) -> Vec<String> {
    let (scheme, host) = origin.split_once("://").expect("an origin");
    let (name, port) = host.rsplit_once(':').expect("a port");
    vec![
        "null".to_owned(),
        "*".to_owned(),
        "https://evil.example".to_owned(),
        format!("https://{host}"),
        format!("{scheme}://{name}"),
        format!("{scheme}://{name}:{port}0"),
        format!("{scheme}://{name}:1"),
        format!("{scheme}://{host}.evil.example"),
        format!("{scheme}://evil.example.{host}"),
        format!("{scheme}://evil{host}"),
        format!("{scheme}://localhost:{port}"),
        format!("{scheme}://x@{host}"),
        format!("{origin}/"),
        format!("{origin}/lightning"),
        format!(" {origin}x"),
        format!("{origin}, https://evil.example"),
        format!("https://evil.example {origin}"),
        origin.to_uppercase(),
        String::new(),
    ]
}

#[tokio::test]
async fn only_registered_lightning_origins_may_call() {
    let world = Casegate::start(Options { orgs: 2, ..Options::default() }).await;
    let anna = world.agent("anna").on("gateway_reboots");
    let bearer = format!("Bearer {}", anna.token());
    let registered: Vec<String> = world.orgs.iter().map(|org| org.url().to_owned()).collect();
    let mut asked = 0;
    for (method, path) in agents_paths(&anna.case) {
        for origin in &registered {
            let before = preflight(&world, &path, &method, origin).await.expect(200);
            assert_eq!(before.header(ALLOWED), origin, "{path}");
            assert!(before.headers.get("access-control-allow-credentials").is_none());
            let answer =
                call(&world, method.clone(), &path, &[("Origin", origin), ("Authorization", &bearer)], b"").await;
            assert_eq!(answer.header(ALLOWED), origin, "{path}: {}", answer.status);
            assert!(answer.header("vary").to_lowercase().contains("origin"));
            assert!(answer.headers.get("access-control-allow-credentials").is_none());
        }
        for origin in look_alikes(&registered[0]) {
            asked += 2;
            let before = preflight(&world, &path, &method, &origin).await;
            assert!(before.headers.get(ALLOWED).is_none(), "{path} for {origin:?}");
            let answer =
                call(&world, method.clone(), &path, &[("Origin", &origin), ("Authorization", &bearer)], b"").await;
            assert!(answer.headers.get(ALLOWED).is_none(), "{path} for {origin:?}");
        }
    }
    for (method, path) in other_paths() {
        for origin in registered.iter().cloned().chain(look_alikes(&registered[0])) {
            asked += 2;
            let before = preflight(&world, &path, &method, &origin).await;
            assert!(before.headers.get(ALLOWED).is_none(), "{path} for {origin:?}");
            let answer = call(&world, method.clone(), &path, &[("Origin", &origin)], b"").await;
            assert!(answer.headers.get(ALLOWED).is_none(), "{path} for {origin:?}");
        }
    }
    eprintln!("origins: {asked} calls from elsewhere, none allowed");
    world.settle().await;
    world.finish().await;
}

#[tokio::test]
async fn every_answer_carries_its_headers() {
    let world = Casegate::usual().await;
    let mut table = Table::new("headers");
    let anna = world.agent("anna").on("gateway_reboots");
    let mut answers = 0;
    for (usual, path) in agents_paths(&anna.case).into_iter().chain(other_paths()) {
        let methods =
            [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS];
        for method in methods.into_iter().chain([Method::TRACE, Method::from_bytes(b"PROPFIND").expect("a method")]) {
            let what = format!("{method} {path}");
            let answer = call(&world, method.clone(), &path, &[], b"").await;
            answers += 1;
            hardened(&what, &answer);
            if method != usual && answer.status >= 400 && method != Method::HEAD {
                let code = if answer.status == 401 { "unauthenticated" } else { "not_found" };
                let status = if answer.status == 401 { 401 } else { 404 };
                table.row(&what, &answer, status, code);
            } else if answer.status >= 400 {
                assert_eq!(answer.header("content-type"), "application/problem+json", "{what}");
            }
        }
    }
    for path in [
        "/%ff",
        "/%00",
        "//",
        "/r//",
        "/api/v1/cases//",
        "/API/V1/cases/x",
        "/api/v1/cases/x/",
        "/.git/config",
        "/..%2f",
    ] {
        let answer = call(&world, Method::GET, path, &[], b"").await;
        hardened(path, &answer);
        if answer.status != 200 {
            table.row(
                path,
                &answer,
                if answer.status == 401 { 401 } else { 404 },
                if answer.status == 401 { "unauthenticated" } else { "not_found" },
            );
        }
    }
    eprintln!("headers: {answers} answers");
    table.finish(world).await;
}

#[track_caller]
fn hardened(what: &str, answer: &Answer) {
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("strict-transport-security", "max-age=31536000"),
        ("cross-origin-opener-policy", "same-origin"),
        ("permissions-policy", "camera=(), microphone=(), geolocation=()"),
    ] {
        let all: Vec<_> = answer.headers.get_all(name).iter().collect();
        assert_eq!(all, [value], "{what}: {name}");
    }
    let policies: Vec<_> = answer.headers.get_all("content-security-policy").iter().collect();
    assert_eq!(policies.len(), 1, "{what}");
    let policy = policies[0].to_str().expect("ASCII");
    assert!(policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{what}: {policy}");
    assert!(!policy.contains("unsafe") && !policy.contains('*'), "{what}: {policy}");
    assert_eq!(answer.header("x-request-id").len(), 26, "{what}");
    for telling in ["server", "x-powered-by", "set-cookie"] {
        assert!(answer.headers.get(telling).is_none(), "{what}: {telling}");
    }
}
