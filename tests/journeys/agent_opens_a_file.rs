//! An agent opens a file in any way a browser or download tool asks for it.

use std::time::Duration;

use harness::{Casegate, Options, a_request};

#[tokio::test]
async fn on_sqlite() {
    Box::pin(opens_a_file(Options::default())).await;
}

#[tokio::test]
async fn on_postgres() {
    Box::pin(opens_a_file(Options::on_postgres())).await;
}

async fn opens_a_file(options: Options) {
    let world = Casegate::start(options).await;
    let anna = world.agent("anna").on("gateway_reboots");
    anna.request_file(&a_request("1")).await;
    world.work().await;
    let grace = world.customer_opens(&world.mailbox().newest_link()).await;
    let dump = world.sample("Käse \"№ 1\"\r\nSet-Cookie: a=b; %2e%2e.log", 200_000);
    grace.upload(&dump).await;
    world.work().await;
    let panel = anna.panel().await;
    let file = &panel["files"][0];
    let url = anna.ticket(file).await;

    let whole = anna.download(&url, &[]).await.expect(200);
    assert_eq!(whole.body, dump.bytes);
    assert_eq!(whole.header("content-type"), "application/octet-stream");
    assert_eq!(whole.header("x-content-type-options"), "nosniff");
    assert_eq!(whole.header("content-security-policy"), "default-src 'none'; sandbox");
    assert_eq!(whole.header("cache-control"), "private, no-store");
    assert_eq!(whole.header("accept-ranges"), "bytes");
    let disposition = whole.header("content-disposition").to_owned();
    assert!(disposition.starts_with("attachment; filename=\"K_se "), "{disposition}");
    assert!(disposition.contains("; filename*=UTF-8''K%C3%A4se%20"), "{disposition}");
    assert!(whole.headers.get("set-cookie").is_none());
    let etag = whole.header("etag").to_owned();
    assert_eq!(etag, format!("\"{}\"", dump.sha256()));

    for (range, expected, told) in [
        ("bytes=0-0", 0..1, "bytes 0-0/200000"),
        ("bytes=65530-65550", 65_530..65_551, "bytes 65530-65550/200000"),
        ("bytes=199990-", 199_990..200_000, "bytes 199990-199999/200000"),
        ("bytes=-5", 199_995..200_000, "bytes 199995-199999/200000"),
    ] {
        let part = anna.download(&url, &[("Range", range)]).await.expect(206);
        assert_eq!(part.body, dump.bytes.slice(expected), "{range}");
        assert_eq!(part.header("content-range"), told);
    }
    let same = anna.download(&url, &[("Range", "bytes=5-9"), ("If-Range", &etag)]).await.expect(206);
    assert_eq!(same.body, dump.bytes.slice(5..10));
    let other = anna.download(&url, &[("Range", "bytes=5-9"), ("If-Range", "\"other\"")]).await.expect(200);
    assert_eq!(other.body, dump.bytes);
    anna.download(&url, &[("Range", "bytes=200000-")]).await.refused(416, "invalid_request");

    let head = world.http().head(&url).send().await.unwrap();
    assert_eq!(head.status().as_u16(), 200);
    assert_eq!(head.headers()["content-length"], "200000");
    assert_eq!(head.headers()["content-disposition"].to_str().unwrap(), disposition);

    // What was begun may be continued for hours; what was never begun is over after a minute.
    let unused = anna.ticket(file).await;
    world.advance(Duration::from_secs(61));
    assert_eq!(anna.download(&url, &[("Range", "bytes=0-9")]).await.expect(206).body, dump.bytes.slice(..10));
    anna.download(&unused, &[]).await.refused(404, "not_found");
    world.advance(Duration::from_hours(13));
    anna.download(&url, &[]).await.refused(404, "not_found");
    world.settle().await;
    world.finish().await;
}
