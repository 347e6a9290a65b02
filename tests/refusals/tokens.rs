//! Credentials that do not hold: 401, whatever is wrong with them.

use std::time::Duration;

use harness::{Casegate, Options, a_request};
use reqwest::Method;
use serde_json::{Value, json};
use simulated_org::{Signature, TokenOverrides};

use crate::calls::{Session, UPLOADS, call, get, post_json, request};
use crate::table::Table;

fn claims(value: Value) -> TokenOverrides {
    TokenOverrides { claims: value.as_object().expect("an object").clone(), ..TokenOverrides::default() }
}

fn header(value: Value) -> TokenOverrides {
    TokenOverrides { header: value.as_object().expect("an object").clone(), ..TokenOverrides::default() }
}

fn shifted(shift_seconds: i64) -> TokenOverrides {
    TokenOverrides { shift_seconds, ..TokenOverrides::default() }
}

fn signed(signature: Signature) -> TokenOverrides {
    TokenOverrides { signature, ..TokenOverrides::default() }
}

#[tokio::test]
async fn agent_tokens_that_do_not_hold() {
    let world = Casegate::start(Options { orgs: 2, ..Options::default() }).await;
    let mut table = Table::new("agent tokens");
    let anna = || world.agent("anna").on("gateway_reboots");
    let now = world.now() / 1_000;
    let other_org = world.orgs[1].org_id();
    let none = TokenOverrides { signature: Signature::Absent, ..header(json!({ "alg": "none" })) };
    let own_case = anna().case;
    let rows = [
        ("expired", shifted(-361)),
        ("expired a second ago, leeway included", shifted(-360)),
        ("expired a year ago", shifted(-31_536_000)),
        ("not yet valid", shifted(61)),
        ("from next year", shifted(31_536_000)),
        ("alg none without signature", none),
        ("alg none with signature", header(json!({ "alg": "none" }))),
        ("alg HS256", header(json!({ "alg": "HS256" }))),
        ("alg RS512", header(json!({ "alg": "RS512" }))),
        ("alg PS256", header(json!({ "alg": "PS256" }))),
        ("without alg", header(json!({ "alg": null }))),
        ("typ of another token", header(json!({ "typ": "at+jwt" }))),
        ("a key brought along", header(json!({ "jwk": { "kty": "RSA", "n": "AQAB", "e": "AQAB" } }))),
        ("a key's address brought along", header(json!({ "jku": "https://evil.example/keys" }))),
        ("critical extension", header(json!({ "crit": ["exp"] }))),
        ("another key", signed(Signature::OtherKey)),
        ("no signature", signed(Signature::Absent)),
        ("an altered signature", signed(Signature::Altered)),
        ("another audience", claims(json!({ "aud": "https://casegate.example.org" }))),
        ("the audience with a slash", claims(json!({ "aud": format!("{}/", world.base_url) }))),
        ("a list of audiences", claims(json!({ "aud": [world.base_url] }))),
        ("without audience", claims(json!({ "aud": null }))),
        ("a lifetime of 301 s", claims(json!({ "exp": now + 301 }))),
        ("a lifetime of a year", claims(json!({ "exp": now + 31_536_000 }))),
        ("a lifetime of no time", claims(json!({ "exp": now }))),
        ("exp as text", claims(json!({ "exp": (now + 300).to_string() }))),
        ("exp as a fraction", claims(json!({ "exp": 1.5 }))),
        ("without exp", claims(json!({ "exp": null }))),
        ("without iat", claims(json!({ "iat": null }))),
        ("without jti", claims(json!({ "jti": null }))),
        ("without user", claims(json!({ "sub": null }))),
        ("a user that is none", claims(json!({ "sub": own_case }))),
        ("an Org that is not registered", claims(json!({ "iss": "00D000000000009" }))),
        ("an Org that is registered, by another Org's key", claims(json!({ "iss": other_org }))),
        ("an Org that is none", claims(json!({ "iss": "https://login.salesforce.com" }))),
        ("about nothing", claims(json!({ "case": null }))),
        ("about two things", claims(json!({ "setup": true }))),
        ("about a contact", claims(json!({ "case": "0035g00000AbCdE" }))),
        ("permissions as text", claims(json!({ "perms": "Casegate_Open_Files" }))),
    ];
    for (what, overrides) in rows {
        let agent = anna().with_token(overrides);
        table.row(what, &agent.try_panel("").await, 401, "unauthenticated");
        // Writing is not checked in another place.
        table.row(what, &agent.try_request_file(&a_request("1")).await, 401, "unauthenticated");
    }
    // What no other row reached: the good token of the same agent does.
    anna().try_panel("").await.expect(200);
    table.finish(world).await;
}

#[tokio::test]
async fn bearers_that_are_none() {
    let world = Casegate::usual().await;
    let mut table = Table::new("bearers");
    let anna = world.agent("anna").on("gateway_reboots");
    let path = format!("/api/v1/cases/{}", anna.case);
    let good = format!("Bearer {}", anna.token());
    for (what, headers) in [
        ("no bearer", vec![]),
        ("two bearers", vec![("Authorization", good.as_str()), ("Authorization", good.as_str())]),
        ("a good and a bad bearer", vec![("Authorization", good.as_str()), ("Authorization", "Bearer x")]),
        ("an empty bearer", vec![("Authorization", "Bearer ")]),
        ("no scheme", vec![("Authorization", good.trim_start_matches("Bearer "))]),
        ("another scheme", vec![("Authorization", "Basic YTpi")]),
        ("a scheme alone", vec![("Authorization", "Bearer")]),
        ("text behind the token", vec![("Authorization", "Bearer a b c")]),
        ("a token as cookie", vec![("Cookie", good.as_str())]),
    ] {
        table.row(what, &get(&world, &path, &headers).await, 401, "unauthenticated");
    }
    let in_query = format!("{path}?access_token={}", anna.token());
    table.row("a token in the query", &get(&world, &in_query, &[]).await, 401, "unauthenticated");
    let long = format!("Bearer {}", "A".repeat(17_000));
    table.row("a token too long", &get(&world, &path, &[("Authorization", &long)]).await, 401, "unauthenticated");

    // Each kind of credential is good for its own calls only.
    let asked = request(&anna, "1").await;
    let grace = Session::of(&world, &anna, &asked).await;
    table.row("a session at an agent's call", &grace.get(&path).await, 401, "unauthenticated");
    for customers in ["/api/v1/customer/request", "/api/v1/customer/finish", "/api/v1/customer/sessions/renew"] {
        let method = if customers.ends_with("request") { Method::GET } else { Method::POST };
        for (what, bearer) in [("an agent token", good.as_str()), ("a made-up session", "Bearer 0123456789")] {
            let answer = call(&world, method.clone(), customers, &[("Authorization", bearer)], b"").await;
            table.row(&format!("{what} at {customers}"), &answer, 401, "unauthenticated");
        }
        table.row(customers, &call(&world, method, customers, &[], b"").await, 401, "unauthenticated");
    }
    let consent = json!({ "wording_version": "1" }).to_string();
    let answer = post_json(&world, "/api/v1/customer/consents", &good, &consent).await;
    table.row("an agent token at consents", &answer, 401, "unauthenticated");
    let tus = [("Tus-Resumable", "1.0.0"), ("Upload-Length", "5")];
    table.row(
        "an upload without session",
        &call(&world, Method::POST, UPLOADS, &tus, b"").await,
        401,
        "unauthenticated",
    );

    // A day after its last use.
    world.advance(Duration::from_hours(24));
    table.row("a session over", &grace.get("/api/v1/customer/request").await, 401, "unauthenticated");
    table.row("an upload with a session over", &grace.begin(b"a.log", 5).await, 401, "unauthenticated");
    table.finish(world).await;
}
