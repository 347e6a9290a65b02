//! Files both ways: what goes over the wire, what a break means, and that nothing is held in memory.

use std::{
    convert::Infallible,
    io::{self, Read as _},
    net::TcpListener,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    thread,
};

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, TryStreamExt as _, stream};
use salesforce_client::{NewFile, OrgConnection, OrgError, RecordId, UploadError};
use serde_json::json;

use crate::{
    connection::{MovableClock, connect, settings},
    stand_in::{Reply, StandIn, empty, html, json as answer, token_answer},
};

const BOUNDARY: [u8; 16] = [7; 16];
static PIECE_OF_64_KIB: LazyLock<Bytes> = LazyLock::new(|| vec![b'x'; 65_536].into());
const ID: &str = "068000000000001AAA";

fn file(size_bytes: u64) -> NewFile {
    NewFile {
        title: "Log \"x\"\r\nX-Evil: 1".to_owned(),
        path_on_client: "log.txt".to_owned(),
        size_bytes,
        first_publish_location: RecordId::parse("500000000000001").ok(),
    }
}

fn pieces(pieces: &'static [&'static str]) -> impl Stream<Item = Result<Bytes, Infallible>> + Send + 'static {
    stream::iter(pieces.iter().map(|piece| Ok(Bytes::from_static(piece.as_bytes()))))
}

#[tokio::test]
async fn an_upload_is_one_multipart_body_with_the_json_first() {
    let org = StandIn::granting(|_| answer(201, json!({"id": ID, "success": true, "errors": []})));
    let id = connect(&org).upload_file(&file(11), pieces(&["hello ", "world"]), BOUNDARY).await.unwrap();
    assert_eq!(id.as_str(), ID);
    let call = &org.calls()[0];
    assert_eq!(call.path, "/services/data/v67.0/sobjects/ContentVersion");
    let boundary = call.content_type.strip_prefix("multipart/form-data; boundary=").unwrap();
    let parts: Vec<&str> = call.body.split(&format!("--{boundary}")).collect();
    assert_eq!((parts.len(), parts[0], parts[3]), (4, "", "--\r\n"));
    let (headers, fields) = parts[1].split_once("\r\n\r\n").unwrap();
    assert_eq!(
        headers,
        "\r\nContent-Disposition: form-data; name=\"entity_content\"\r\nContent-Type: application/json"
    );
    let fields: serde_json::Value = serde_json::from_str(fields).unwrap();
    assert_eq!(fields["Title"], file(0).title);
    assert_eq!(fields["FirstPublishLocationId"], "500000000000001AAA");
    assert!(parts[2].ends_with("\r\n\r\nhello world\r\n"), "{}", parts[2]);
    assert!(!parts[2].contains("Evil"));
}

#[tokio::test]
async fn a_file_that_is_not_what_was_announced_is_broken_off() {
    for (announced, sent) in [(11, &["hello "][..]), (11, &["hello ", "world", "!"]), (0, &["x"])] {
        let org = StandIn::granting(|_| answer(201, json!({"id": ID, "success": true, "errors": []})));
        let failure = connect(&org).upload_file(&file(announced), pieces(sent), BOUNDARY).await.unwrap_err();
        assert!(matches!(failure, UploadError::WrongSize { .. }), "{announced} {sent:?}: {failure}");
        assert!(org.calls().is_empty(), "no whole request arrived");
    }
}

#[tokio::test]
async fn a_source_that_breaks_is_told_apart_from_the_org() {
    let org = StandIn::granting(|_| answer(201, json!({"id": ID, "success": true, "errors": []})));
    let bytes = stream::iter([Ok(Bytes::from_static(b"hello ")), Err(io::Error::other("the bucket is away"))]);
    let failure = connect(&org).upload_file(&file(11), bytes, BOUNDARY).await.unwrap_err();
    assert!(matches!(&failure, UploadError::Source(error) if error.to_string() == "the bucket is away"), "{failure}");
    assert!(org.calls().is_empty());
}

#[tokio::test]
async fn only_an_upload_that_was_sent_whole_has_an_unknown_outcome() {
    for reply in [|| html(503), || Reply::HangUp, || empty(200), || Reply::BreakOff { status: 201 }] {
        let org = StandIn::granting(move |_| reply());
        let failure = connect(&org).upload_file(&file(5), pieces(&["hello"]), BOUNDARY).await.unwrap_err();
        assert!(matches!(failure, UploadError::Org(OrgError::OutcomeUnknown { .. })), "{failure}");
        assert_eq!(org.calls().len(), 1);
    }
    // A server that hangs up before it has read the file.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let server = thread::spawn(move || {
        serve_token(&listener);
        let (mut connection, _) = listener.accept().unwrap();
        connection.read_exact(&mut [0; 64]).unwrap();
    });
    let endless = stream::repeat_with(|| Ok::<_, Infallible>(PIECE_OF_64_KIB.clone())).take(1024);
    let connection = OrgConnection::new(settings(&address), MovableClock::new().reader()).unwrap();
    let failure = connection.upload_file(&file(1024 * 65_536), endless, BOUNDARY).await.unwrap_err();
    assert!(matches!(failure, UploadError::Org(OrgError::RetryLater { .. })), "{failure}");
    server.join().unwrap();
}

#[tokio::test]
async fn an_expired_session_is_renewed_and_the_caller_sends_the_file_again() {
    let org = StandIn::granting(|request| match request.authorization.as_str() {
        "Bearer token-1" => answer(401, json!([{"errorCode": "INVALID_SESSION_ID", "message": "Session expired"}])),
        _ => answer(201, json!({"id": ID, "success": true, "errors": []})),
    });
    let connection = connect(&org);
    let expired = connection.upload_file(&file(5), pieces(&["hello"]), BOUNDARY).await.unwrap_err();
    assert!(matches!(expired, UploadError::Org(OrgError::RetryLater { after, .. }) if after.is_zero()));
    connection.upload_file(&file(5), pieces(&["hello"]), BOUNDARY).await.unwrap();
    assert_eq!((org.token_requests(), org.calls().len()), (2, 2));
}

#[tokio::test]
async fn an_upload_is_read_from_its_source_no_faster_than_the_org_takes_it() {
    const PIECE: usize = 65_536;
    const PIECES: u64 = 1024;
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (go_on, told) = mpsc::channel::<()>();
    let (begun, has_begun) = mpsc::channel::<()>();
    let server = thread::spawn(move || {
        serve_token(&listener);
        let (mut connection, _) = listener.accept().unwrap();
        let mut buffer = vec![0; PIECE];
        connection.read_exact(&mut buffer).unwrap();
        begun.send(()).unwrap();
        told.recv().unwrap();
        let mut tail = Vec::new();
        loop {
            let count = connection.read(&mut buffer).unwrap();
            assert!(count > 0, "the client hung up");
            tail.extend_from_slice(&buffer[..count]);
            tail.drain(..tail.len().saturating_sub(64));
            if tail.ends_with(b"--\r\n") {
                break;
            }
        }
        respond(&mut connection, 201, &json!({"id": ID, "success": true, "errors": []}).to_string());
    });
    let drawn = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&drawn);
    let source = stream::repeat_with(move || {
        counter.fetch_add(1, Ordering::SeqCst);
        Ok::<_, Infallible>(PIECE_OF_64_KIB.clone())
    });
    let connection = OrgConnection::new(settings(&address), MovableClock::new().reader()).unwrap();
    let size = PIECES * PIECE as u64;
    let mut upload = tokio::task::JoinSet::new();
    upload.spawn(async move {
        connection.upload_file(&file(size), source.take(1024), BOUNDARY).await.map_err(|error| error.to_string())
    });
    tokio::task::spawn_blocking(move || has_begun.recv().unwrap()).await.unwrap();
    // Whatever the sockets hold is all that was read so far: the rest of the 64 MiB waits at its source.
    let mut seen = 0;
    loop {
        tokio::task::yield_now().await;
        let now = drawn.load(Ordering::SeqCst);
        if now == seen {
            break;
        }
        seen = now;
    }
    assert!(seen < PIECES / 2, "{seen} of {PIECES} pieces were read ahead");
    go_on.send(()).unwrap();
    assert_eq!(upload.join_next().await.unwrap().unwrap().unwrap().as_str(), ID);
    server.join().unwrap();
}

#[tokio::test]
async fn a_download_arrives_in_pieces_and_a_break_shows() {
    let org = StandIn::granting(|request| {
        if request.path.ends_with("/VersionData") {
            Reply::Answer { status: 200, headers: Vec::new(), body: "x".repeat(300_000) }
        } else {
            Reply::BreakOff { status: 200 }
        }
    });
    let connection = connect(&org);
    let id = RecordId::parse(ID).unwrap();
    let download = connection.download("ContentVersion", &id, "VersionData").await.unwrap();
    assert_eq!(download.size_bytes(), Some(300_000));
    let pieces: Vec<Bytes> = download.bytes().try_collect().await.unwrap();
    assert_eq!(pieces.iter().map(Bytes::len).sum::<usize>(), 300_000);
    assert_eq!(org.calls()[0].path, format!("/services/data/v67.0/sobjects/ContentVersion/{ID}/VersionData"));

    let download = connection.download("Attachment", &id, "Body").await.unwrap();
    let broken: Result<Vec<Bytes>, OrgError> = download.bytes().try_collect().await;
    assert!(matches!(broken, Err(OrgError::RetryLater { .. })));
}

#[tokio::test]
async fn a_download_is_never_led_to_another_host() {
    let org = StandIn::granting(|_| empty(302).with("Location", "https://evil.example/file"));
    let id = RecordId::parse(ID).unwrap();
    let refused = connect(&org).download("ContentVersion", &id, "VersionData").await.err().unwrap();
    assert!(matches!(&refused, OrgError::FixRequest { code, .. } if code == "REDIRECTED"), "{refused}");
    assert_eq!(org.calls().len(), 1);
}

fn serve_token(listener: &TcpListener) {
    let (mut connection, _) = listener.accept().unwrap();
    let mut request = Vec::new();
    while !request.windows(4).any(|window| window == b"\r\n\r\n") {
        let mut byte = [0];
        connection.read_exact(&mut byte).unwrap();
        request.push(byte[0]);
    }
    let head = String::from_utf8(request).unwrap().to_ascii_lowercase();
    let length = head.split("content-length: ").nth(1).unwrap().split("\r\n").next().unwrap().parse().unwrap();
    connection.read_exact(&mut vec![0; length]).unwrap();
    respond(&mut connection, 200, &token_answer(1).to_string());
}

fn respond(connection: &mut impl io::Write, status: u16, body: &str) {
    let length = body.len();
    write!(
        connection,
        "HTTP/1.1 {status} x\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
    .unwrap();
}
