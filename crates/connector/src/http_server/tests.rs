//! Over real sockets on loopback: limits, orderly end, TLS.

use axum::routing;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::ServerName;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    sync::oneshot,
};

use super::*;
use crate::config::TlsFiles;

fn server_on(listener: TcpListener, certificates: Option<Arc<Certificates>>, drain: Duration) -> HttpServer {
    let address = listener.local_addr().unwrap();
    let header_read = Duration::from_millis(300);
    HttpServer { listener, address, certificates, max_connections: 10, header_read, drain }
}

struct Running {
    address: SocketAddr,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Running {
    async fn start(router: Router, certificates: Option<Arc<Certificates>>, drain: Duration) -> Self {
        let server = server_on(TcpListener::bind("127.0.0.1:0").await.unwrap(), certificates, drain);
        let (address, stop, tasks) = (server.local_address(), CancellationToken::new(), TaskTracker::new());
        tasks.spawn(server.serve(router, stop.clone()));
        tasks.close();
        Self { address, stop, tasks }
    }

    async fn send(&self, text: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        stream
    }
}

async fn rest(mut stream: impl AsyncRead + Unpin) -> String {
    let mut bytes = Vec::new();
    // A reset after the answer is as good as an end.
    let _ = stream.read_to_end(&mut bytes).await;
    String::from_utf8_lossy(&bytes).into_owned()
}

const CLOSE: &str = "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";

fn says_peer() -> Router {
    Router::new()
        .route("/", routing::get(|ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { peer.ip().to_string() }))
}

#[tokio::test]
async fn a_handler_sees_the_peer() {
    let running = Running::start(says_peer(), None, Duration::from_secs(5)).await;
    let answer = rest(running.send(CLOSE).await).await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("127.0.0.1"), "{answer}");
    running.stop.cancel();
    running.tasks.wait().await;
}

#[tokio::test]
async fn silent_and_half_spoken_connections_are_closed() {
    let running = Running::start(says_peer(), None, Duration::from_secs(5)).await;
    assert_eq!(rest(running.send("").await).await, "");
    let answer = rest(running.send("GET / HTTP/1.1\r\nhost: a\r\n").await).await;
    assert!(!answer.contains("200"), "{answer}");
    let idle = rest(running.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n").await).await;
    assert!(idle.starts_with("HTTP/1.1 200"), "an idle connection is closed after its answer: {idle}");
    running.stop.cancel();
    running.tasks.wait().await;
}

#[tokio::test]
async fn more_connections_than_places_wait_their_turn() {
    let running = Running::start(says_peer(), None, Duration::from_secs(5)).await;
    let mut silent = Vec::new();
    for _ in 0..10 {
        silent.push(running.send("").await);
    }
    let answer = rest(running.send(CLOSE).await).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    running.stop.cancel();
    running.tasks.wait().await;
}

#[tokio::test]
async fn a_running_request_ends_after_the_order_to_stop() {
    let (started, has_started) = oneshot::channel::<()>();
    let (release, released) = oneshot::channel::<()>();
    let once = Arc::new(std::sync::Mutex::new(Some((started, released))));
    let handler = move || {
        let (started, released) = once.lock().unwrap().take().unwrap();
        async move {
            started.send(()).unwrap();
            released.await.unwrap();
            "done"
        }
    };
    let router = Router::new().route("/", routing::get(handler));
    let running = Running::start(router, None, Duration::from_mins(1)).await;
    let stream = running.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n").await;
    has_started.await.unwrap();
    running.stop.cancel();
    while TcpStream::connect(running.address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    release.send(()).unwrap();
    let answer = rest(stream).await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("done"), "{answer}");
    running.tasks.wait().await;
}

#[tokio::test]
async fn what_outlives_the_drain_deadline_is_cut() {
    let (started, mut has_started) = tokio::sync::mpsc::channel::<()>(1);
    let router = Router::new().route(
        "/",
        routing::get(move || async move {
            started.send(()).await.unwrap();
            std::future::pending::<()>().await;
        }),
    );
    let running = Running::start(router, None, Duration::from_millis(50)).await;
    let stream = running.send(CLOSE).await;
    has_started.recv().await.unwrap();
    running.stop.cancel();
    running.tasks.wait().await;
    assert_eq!(rest(stream).await, "");
}

fn write_certificate(folder: &std::path::Path, name: &str) -> (TlsFiles, rustls::pki_types::CertificateDer<'static>) {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(vec![name.to_owned()]).unwrap();
    let files = TlsFiles { certificate: folder.join("tls.crt"), key: folder.join("tls.key") };
    std::fs::write(&files.certificate, cert.pem()).unwrap();
    std::fs::write(&files.key, signing_key.serialize_pem()).unwrap();
    (files, cert.der().clone())
}

async fn talk_tls(
    address: SocketAddr,
    name: &str,
    trusted: &rustls::pki_types::CertificateDer<'static>,
    alpn: &str,
) -> Result<String, String> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![alpn.as_bytes().to_vec()];
    let stream = TcpStream::connect(address).await.unwrap();
    let mut stream = tokio_rustls::TlsConnector::from(Arc::new(config))
        .connect(ServerName::try_from(name.to_owned()).unwrap(), stream)
        .await
        .map_err(|error| error.to_string())?;
    if alpn == "h2" {
        let (mut sender, connection) =
            hyper::client::conn::http2::handshake(hyper_util::rt::TokioExecutor::new(), TokioIo::new(stream))
                .await
                .unwrap();
        let tasks = TaskTracker::new();
        tasks.spawn(connection);
        let request = Request::get("https://a.example/").body(Body::empty()).unwrap();
        let answer = sender.send_request(request).await.unwrap();
        return Ok(format!("{:?} {}", answer.version(), answer.status()));
    }
    stream.write_all(CLOSE.as_bytes()).await.unwrap();
    Ok(rest(stream).await)
}

#[tokio::test]
async fn tls_serves_both_versions_and_takes_over_a_renewed_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let (files, first) = write_certificate(folder.path(), "a.example");
    let certificates = Arc::new(Certificates::load(&files).unwrap());
    let running = Running::start(says_peer(), Some(certificates.clone()), Duration::from_secs(5)).await;
    assert_eq!(talk_tls(running.address, "a.example", &first, "h2").await.unwrap(), "HTTP/2.0 200 OK");
    assert!(talk_tls(running.address, "a.example", &first, "http/1.1").await.unwrap().starts_with("HTTP/1.1 200"));
    assert!(!certificates.reload_if_changed().unwrap());

    std::fs::write(&files.certificate, "garbage").unwrap();
    certificates.reload_if_changed().unwrap_err();
    talk_tls(running.address, "a.example", &first, "h2").await.unwrap();

    let (_, second) = write_certificate(folder.path(), "renewed.a.example");
    assert!(certificates.reload_if_changed().unwrap());
    talk_tls(running.address, "renewed.a.example", &second, "h2").await.unwrap();
    talk_tls(running.address, "a.example", &first, "h2").await.unwrap_err();
    running.stop.cancel();
    running.tasks.wait().await;
}

#[test]
fn a_certificate_with_another_key_is_refused() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (files, _) = write_certificate(one.path(), "a.example");
    let (others, _) = write_certificate(other.path(), "a.example");
    let mixed = TlsFiles { certificate: files.certificate, key: others.key };
    let Err(error) = Certificates::load(&mixed) else { panic!("a foreign key was accepted") };
    assert!(error.to_string().contains("cannot be used together"), "{error}");
}

#[tokio::test]
async fn the_metrics_router_answers_only_metrics() {
    let running = Running::start(metrics_router(Metrics::install()), None, Duration::from_secs(1)).await;
    let text = rest(running.send("GET /metrics HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await).await;
    assert!(text.contains("text/plain"), "{text}");
    assert!(rest(running.send(CLOSE).await).await.starts_with("HTTP/1.1 404"));
    running.stop.cancel();
    running.tasks.wait().await;
}
