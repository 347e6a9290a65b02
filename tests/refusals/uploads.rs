//! tus, spoken wrongly.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use harness::{Casegate, Options};
use reqwest::Method;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::calls::{Session, UPLOADS, call, request};
use crate::table::Table;

fn checksum(bytes: &[u8]) -> String {
    format!("sha256 {}", STANDARD.encode(Sha256::digest(bytes)))
}

#[tokio::test]
async fn creations_that_are_refused() {
    let world = Casegate::usual().await;
    let mut table = Table::new("creations");
    let anna = world.agent("anna").on("gateway_reboots");
    let asked = request(&anna, "1").await;
    let grace = Session::of(&world, &anna, &asked).await;
    for version in ["", "0.2.2", "1.0.1", "1.0", "2.0.0", "1.0.0,0.2.2"] {
        let answer = grace.create(&[("Tus-Resumable", version), ("Upload-Length", "5")]).await;
        table.row(&format!("tus version {version:?}"), &answer, 412, "invalid_request");
        assert_eq!(answer.header("tus-version"), "1.0.0");
        assert_eq!(answer.header("tus-resumable"), "1.0.0");
    }
    for length in ["", "-1", "+5", "5.0", "5e3", "0x10", "five", "5 5", "99999999999999999999", "1,1", "٥"] {
        if length.is_ascii() {
            let answer = grace.create(&[("Upload-Length", length)]).await;
            let problem = table.row(&format!("length {length:?}"), &answer, 400, "invalid_request");
            assert_eq!(problem["field"], "upload-length");
        }
    }
    let answer = grace.create(&[("Upload-Length", "5"), ("Upload-Length", "5")]).await;
    table.row("two lengths", &answer, 400, "invalid_request");
    let answer = grace.create(&[("Upload-Defer-Length", "1")]).await;
    table.row("a length that comes later", &answer, 400, "invalid_request");
    let answer = grace.create(&[("Upload-Concat", "partial")]).await;
    table.row("a part to be joined, without length", &answer, 400, "invalid_request");
    for metadata in [
        "filename !!",
        "filename YQ",
        "filename YQ==,filename Yg==",
        "filename YQ== Yg==",
        "filename /w==",
        "filename wyg=",
        "client_id AA==",
        "client_id IA==,client_id IA==",
        "client_id",
    ] {
        let answer = grace.create(&[("Upload-Length", "5"), ("Upload-Metadata", metadata)]).await;
        table.row(&format!("metadata {metadata}"), &answer, 400, "invalid_request");
    }
    let twice = [("Upload-Length", "5"), ("Upload-Metadata", "filename YQ=="), ("Upload-Metadata", "filetype YQ==")];
    table.row("metadata in two headers", &grace.create(&twice).await, 400, "invalid_request");
    let long_id = format!("client_id {}", STANDARD.encode("x".repeat(129)));
    let answer = grace.create(&[("Upload-Length", "5"), ("Upload-Metadata", &long_id)]).await;
    table.row("a client_id too long", &answer, 400, "invalid_request");
    let long_name = grace.begin("x".repeat(1_025).as_bytes(), 5).await;
    assert_eq!(table.row("a name too long", &long_name, 400, "invalid_request")["field"], "filename");
    let folder = format!("relative_path {}", STANDARD.encode("a/".repeat(600)));
    let answer = grace.create(&[("Upload-Length", "5"), ("Upload-Metadata", &folder)]).await;
    table.row("folders too long", &answer, 400, "invalid_request");
    let kind = ("Content-Type", "application/offset+octet-stream");
    for sum in ["sha256", "sha256 x", "sha1 AAAA", "md5 AAAA", "SHA256 AAAA", "sha256 AAAA"] {
        let headers = [("Upload-Length", "5"), kind, ("Upload-Checksum", sum)];
        let answer = grace.tus(Method::POST, UPLOADS, &headers, b"01234").await;
        assert_eq!(table.row(&format!("checksum {sum}"), &answer, 400, "invalid_request")["field"], "upload-checksum");
    }
    let shown = grace.get("/api/v1/customer/request").await.expect(200).json();
    assert_eq!(shown["uploads"], json!([]), "what was refused was not begun");
    let answer = grace.create(&[("Upload-Length", "999999999999999999")]).await;
    table.row("longer than any disk", &answer, 507, "storage_full");

    let same = format!("filename {},client_id {}", STANDARD.encode("a.log"), STANDARD.encode("1"));
    grace.create(&[("Upload-Length", "5"), ("Upload-Metadata", &same)]).await.expect(201);
    let answer = grace.create(&[("Upload-Length", "6"), ("Upload-Metadata", &same)]).await;
    table.row("a client_id with another length", &answer, 409, "conflict");
    let other = format!("filename {},client_id {}", STANDARD.encode("b.log"), STANDARD.encode("1"));
    let answer = grace.create(&[("Upload-Length", "5"), ("Upload-Metadata", &other)]).await;
    table.row("a client_id with another name", &answer, 409, "conflict");
    table.row(
        "finishing before everything is there",
        &grace.post("/api/v1/customer/finish", "").await,
        409,
        "conflict",
    );
    for method in [Method::GET, Method::PUT, Method::PATCH, Method::DELETE] {
        let answer = grace.tus(method.clone(), UPLOADS, &[], b"").await;
        table.row(&format!("{method} of all uploads"), &answer, 404, "not_found");
    }
    table.finish(world).await;
}

#[tokio::test]
async fn appends_that_are_refused() {
    let world = Casegate::usual().await;
    let mut table = Table::new("appends");
    let anna = world.agent("anna").on("gateway_reboots");
    let asked = request(&anna, "1").await;
    let grace = Session::of(&world, &anna, &asked).await;
    let upload = grace.begun("a.log", 10).await;
    grace.patch(&upload, &[], b"0123").await.expect(204);
    for offset in ["0", "3", "5", "10", "11", "999999999999999999"] {
        let answer = grace.patch(&upload, &[("Upload-Offset", offset)], b"456789").await;
        let problem = table.row(&format!("offset {offset}"), &answer, 409, "conflict");
        assert_eq!((problem["offset_bytes"].as_u64(), answer.header("upload-offset")), (Some(4), "4"));
    }
    for offset in ["", "-1", "4.0", "four", "0x4", "9999999999999999999", "4,4"] {
        let answer = grace.patch(&upload, &[("Upload-Offset", offset)], b"456789").await;
        assert_eq!(table.row(&format!("offset {offset:?}"), &answer, 400, "invalid_request")["field"], "upload-offset");
    }
    let twice = [("Upload-Offset", "4"), ("Upload-Offset", "0")];
    table.row("two offsets", &grace.patch(&upload, &twice, b"456789").await, 400, "invalid_request");
    for kind in
        ["", "application/octet-stream", "text/plain", "multipart/form-data", "application/offset+octet-stream; q=1"]
    {
        let answer = grace.patch(&upload, &[("Upload-Offset", "4"), ("Content-Type", kind)], b"456789").await;
        table.row(&format!("content type {kind:?}"), &answer, 415, "invalid_request");
    }
    for version in ["", "1.0.1"] {
        for method in [Method::HEAD, Method::PATCH, Method::DELETE] {
            let headers = [("Tus-Resumable", version), ("Upload-Offset", "4")];
            let answer = grace.tus(method.clone(), &upload, &headers, b"").await;
            if method == Method::HEAD {
                table.row_without_body("HEAD in another version", &answer, 412);
            } else {
                table.row(&format!("{method} in version {version:?}"), &answer, 412, "invalid_request");
            }
        }
    }
    let at_four = |sum: &'static str| [("Upload-Offset", "4"), ("Upload-Checksum", sum)];
    for sum in ["sha256", "sha256 x", "sha1 AAAA", "sha256 AAAA", "md5 1B2M2Y8AsgTpgAmY7PhCfg=="] {
        let answer = grace.patch(&upload, &at_four(sum), b"456789").await;
        assert_eq!(table.row(&format!("checksum {sum}"), &answer, 400, "invalid_request")["field"], "upload-checksum");
    }
    let other = checksum(b"others");
    let answer = grace.patch(&upload, &[("Upload-Offset", "4"), ("Upload-Checksum", &other)], b"456789").await;
    table.row("the checksum of other bytes", &answer, 400, "invalid_request");
    let own = checksum(b"456789");
    let two = [("Upload-Offset", "4"), ("Upload-Checksum", own.as_str()), ("Upload-Checksum", other.as_str())];
    table.row("two checksums", &grace.patch(&upload, &two, b"456789").await, 400, "invalid_request");
    let head = grace.tus(Method::HEAD, &upload, &[], b"").await.expect(200);
    assert_eq!(head.header("upload-offset"), "4", "nothing of what was refused was kept");

    let answer = grace.patch(&upload, &[("Upload-Offset", "4")], b"456789 and more").await;
    assert_eq!(table.row("a body longer than the upload", &answer, 400, "invalid_request")["field"], "body");
    let head = grace.tus(Method::HEAD, &upload, &[], b"").await.expect(200);
    assert_eq!(head.header("upload-offset"), "10", "the length itself is kept");
    for offset in ["10", "4"] {
        let answer = grace.patch(&upload, &[("Upload-Offset", offset)], b"x").await;
        table.row(&format!("more at {offset}, when complete"), &answer, 409, "conflict");
    }
    table.row("cancelling when complete", &grace.tus(Method::DELETE, &upload, &[], b"").await, 409, "conflict");
    world.work().await;
    let answer = grace.patch(&upload, &[("Upload-Offset", "10")], b"x").await;
    table.row("more when sealed", &answer, 409, "conflict");
    table.row("cancelling when sealed", &grace.tus(Method::DELETE, &upload, &[], b"").await, 409, "conflict");
    table.finish(world).await;
}

#[tokio::test]
async fn uploads_of_somebody_else_are_not_there() {
    Box::pin(uploads_of_others(Options::default())).await;
}

#[tokio::test]
async fn uploads_of_somebody_else_are_not_there_on_postgres() {
    Box::pin(uploads_of_others(Options::on_postgres())).await;
}

async fn uploads_of_others(options: Options) {
    let world = Casegate::start(options).await;
    let mut table = Table::new("uploads of others");
    let anna = world.agent("anna").on("gateway_reboots");
    let (asked, others) = (request(&anna, "1").await, request(&anna, "2").await);
    let grace = Session::of(&world, &anna, &asked).await;
    let ada = Session::of(&world, &anna, &others).await;
    let upload = grace.begun("a.log", 10).await;
    let cancelled = grace.begun("b.log", 10).await;
    grace.tus(Method::DELETE, &cancelled, &[], b"").await.expect(204);
    let missing = format!("{UPLOADS}/00000000000000000000000000");
    let paths = [
        (&ada, "another request's", upload.clone()),
        (&grace, "a cancelled one", cancelled),
        (&grace, "a missing one", missing),
        (&grace, "no id", format!("{UPLOADS}/x")),
        (&grace, "a NUL", format!("{UPLOADS}/%00")),
        (&grace, "no text", format!("{UPLOADS}/%ff")),
        (&grace, "a way up", format!("{UPLOADS}/..%2fuploads")),
        (&grace, "capitals", upload.to_uppercase().replace(&UPLOADS.to_uppercase(), UPLOADS)),
    ];
    for (session, what, path) in paths {
        table.row(&format!("PATCH {what}"), &session.patch(&path, &[], b"0123456789").await, 404, "not_found");
        table.row(&format!("DELETE {what}"), &session.tus(Method::DELETE, &path, &[], b"").await, 404, "not_found");
        table.row_without_body(&format!("HEAD {what}"), &session.tus(Method::HEAD, &path, &[], b"").await, 404);
        table.row(&format!("GET {what}"), &session.tus(Method::GET, &path, &[], b"").await, 404, "not_found");
    }
    let head = grace.tus(Method::HEAD, &upload, &[], b"").await.expect(200);
    assert_eq!(head.header("upload-offset"), "0");
    // What other servers take for another method.
    let overridden = [("X-HTTP-Method-Override", "DELETE"), ("Upload-Length", "3")];
    grace.tus(Method::POST, UPLOADS, &overridden, b"").await.expect(201);
    let answer = grace.tus(Method::POST, &upload, &[("X-HTTP-Method-Override", "DELETE")], b"").await;
    table.row("a method overridden", &answer, 404, "not_found");
    let options = call(&world, Method::OPTIONS, UPLOADS, &[], b"").await.expect(204);
    assert!(options.headers.get("access-control-allow-origin").is_none());
    table.finish(world).await;
}
