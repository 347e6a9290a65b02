//! Opening a file: how fresh the token must be, what a ticket is good for, and what is answered when somebody else
//! fails.

use std::time::Duration;

use futures_util::TryStreamExt as _;
use harness::Casegate;
use object_store::ObjectStoreExt as _;
use reqwest::Method;
use simulated_org::{Fault, TokenOverrides};

use crate::agents::with_a_file;
use crate::calls::{call, get};
use crate::table::Table;

/// The path of a url that the connector gave.
fn path_of(world: &Casegate, url: &str) -> String {
    url.strip_prefix(&world.connector.url).expect("a url of this connector").to_owned()
}

#[tokio::test]
async fn opening_needs_a_token_of_this_minute() {
    let world = Casegate::usual().await;
    let mut table = Table::new("fresh tokens");
    let anna = || world.agent("anna").on("gateway_reboots");
    let (_, file) = with_a_file(&world, &anna()).await;
    let minted = |shift_seconds| anna().with_token(TokenOverrides { shift_seconds, ..TokenOverrides::default() });
    minted(-60).try_ticket(&file).await.expect(201);
    for shift in [-61, -120, -299, -359] {
        let answer = minted(shift).try_ticket(&file).await;
        table.row(&format!("opening with a token of {shift} s"), &answer, 401, "unauthenticated");
        minted(shift).try_panel("").await.expect(200);
    }
    table.finish(world).await;
}

#[tokio::test]
async fn a_ticket_is_good_for_one_file_and_its_time() {
    let world = Casegate::usual().await;
    let mut table = Table::new("tickets");
    let anna = world.agent("anna").on("gateway_reboots");
    let (_, file) = with_a_file(&world, &anna).await;
    let ticket = path_of(&world, &anna.ticket(&file).await);
    let (base, secret) = ticket.rsplit_once('/').expect("a ticket stands at the end");
    let mut wrong = secret.to_owned();
    let last = wrong.pop().expect("a ticket has letters");
    wrong.push(if last == '0' { '1' } else { '0' });
    for (what, path) in [
        ("an unknown ticket", format!("{base}/{}", "0".repeat(secret.len()))),
        ("a ticket with another last letter", format!("{base}/{wrong}")),
        ("half a ticket", format!("{base}/{}", &secret[..secret.len() / 2])),
        ("a ticket and more", format!("{ticket}x")),
        ("a ticket in a folder", format!("{ticket}/core.dump")),
        ("a ticket that is no text", format!("{base}/%ff")),
        ("a ticket with a NUL", format!("{base}/%00")),
        ("a way up", format!("{base}/..%2f..%2f..%2fetc%2fpasswd")),
        ("no ticket", base.to_owned()),
        ("a file's id", format!("{base}/{}", file["id"].as_str().expect("an id"))),
    ] {
        table.row(what, &get(&world, &path, &[]).await, 404, "not_found");
    }
    for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS] {
        table.row(method.as_str(), &call(&world, method.clone(), &ticket, &[], b"").await, 404, "not_found");
    }
    for range in ["bytes=5000-", "bytes=4999999-5000000", "bytes=9-3", "bytes=-0"] {
        let answer = get(&world, &ticket, &[("Range", range)]).await;
        let problem = table.row(range, &answer, 416, "invalid_request");
        assert_eq!((answer.header("content-range"), &problem["size_bytes"]), ("bytes */5000", &5_000.into()));
    }
    // None of this has used it.
    world.advance(Duration::from_secs(59));
    get(&world, &ticket, &[]).await.expect(200);
    let unused = path_of(&world, &anna.ticket(&file).await);
    world.advance(Duration::from_mins(1));
    table.row("a ticket after its minute", &get(&world, &unused, &[]).await, 404, "not_found");
    get(&world, &ticket, &[]).await.expect(200);
    world.advance(Duration::from_hours(12));
    table.row("a used ticket after its hours", &get(&world, &ticket, &[]).await, 404, "not_found");
    table.row_without_body("HEAD, too", &call(&world, Method::HEAD, &ticket, &[], b"").await, 404);

    let begun = path_of(&world, &anna.ticket(&file).await);
    get(&world, &begun, &[]).await.expect(200);
    world.take_away("gateway_reboots", "anna").await;
    world.advance(Duration::from_secs(61));
    table.row("a ticket of somebody who lost the Case", &get(&world, &begun, &[]).await, 404, "not_found");
    table.finish(world).await;
}

#[tokio::test]
async fn failures_of_others_are_named_and_nothing_else() {
    let world = Casegate::usual().await;
    let mut table = Table::new("failures");
    let anna = world.agent("anna").on("gateway_reboots");
    let (_, file) = with_a_file(&world, &anna).await;
    let ticket = path_of(&world, &anna.ticket(&file).await);
    get(&world, &ticket, &[]).await.expect(200);

    world.advance(Duration::from_secs(61));
    world.org().faults().add(Fault::status(503, "SERVER_UNAVAILABLE", "").always()).expect("a fault the Org knows");
    table.row("a ticket while Salesforce is away", &anna.try_ticket(&file).await, 503, "org_unavailable");
    table.row("a download while Salesforce is away", &get(&world, &ticket, &[]).await, 503, "org_unavailable");
    world.org().faults().clear();
    get(&world, &ticket, &[]).await.expect(200);

    let (path, sealed) = sealed_file(&world).await;
    let objects = world.connector.app.vault.objects();
    let mut altered = sealed.clone();
    altered[300] ^= 1;
    let other = vec![0; sealed.len()];
    let longer = [sealed.clone(), vec![0]].concat();
    for (what, bytes) in [
        ("altered", altered),
        ("cut", sealed[..4_000].to_vec()),
        ("longer", longer),
        ("another", other),
        ("empty", Vec::new()),
    ] {
        objects.put(&path, bytes.into()).await.expect("the object can be written");
        let answer = get(&world, &ticket, &[]).await;
        table.row(&format!("an object that is {what}"), &answer, 500, "internal");
    }
    objects.put(&path, sealed.into()).await.expect("the object can be written");
    get(&world, &ticket, &[]).await.expect(200);
    table.finish(world).await;
}

/// The one sealed file in the store.
async fn sealed_file(world: &Casegate) -> (object_store::path::Path, Vec<u8>) {
    let objects = world.connector.app.vault.objects();
    let stored: Vec<_> = objects.list(None).try_collect().await.expect("objects can be listed");
    let is_file = |name: &str| name.starts_with("files/") && !name.ends_with(".key.age");
    let path = stored.into_iter().map(|object| object.location).find(|path| is_file(path.as_ref()));
    let path = path.expect("a sealed file is there");
    let bytes = objects.get(&path).await.expect("the object is there").bytes().await.expect("it can be read");
    (path, bytes.to_vec())
}
