//! A real S3 server process, shared by the tests of one program: moto, which knows nothing of us.

use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::child::{self, Served};
use crate::port;

pub struct S3Server {
    endpoint: String,
    _served: Served,
}

impl S3Server {
    fn shared() -> &'static Self {
        static SERVER: OnceLock<S3Server> = OnceLock::new();
        SERVER.get_or_init(Self::start)
    }

    fn start() -> Self {
        let program = child::program("moto_server", "the PyPI package moto[server]");
        let folder = std::env::temp_dir().join(format!("casegate-tests-s3-{}", std::process::id()));
        std::fs::create_dir(&folder).expect("the folder for the S3 server is new");
        let port = port::free_port();
        let arguments = ["-H", "127.0.0.1", "-p", &port.to_string()];
        let served = Served::start(&program, &arguments, &folder, None).expect("moto_server starts");
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        for _ in 0..600 {
            if TcpStream::connect(address).is_ok() {
                return Self { endpoint: format!("http://{address}"), _served: served };
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("the S3 server was not ready within 60 s");
    }

    /// The `[objects]` lines for a bucket that is new.
    pub async fn new_bucket() -> String {
        static COUNTER: AtomicU32 = AtomicU32::new(0);
        let server = tokio::task::spawn_blocking(Self::shared).await.expect("the S3 server starts");
        let bucket = format!("casegate-{}", COUNTER.fetch_add(1, Ordering::SeqCst));
        let http = reqwest::Client::builder().no_proxy().build().expect("a client can be built");
        let made = http.put(format!("{}/{bucket}", server.endpoint)).send().await.expect("the S3 server answers");
        assert!(made.status().is_success(), "no bucket: {}", made.status());
        format!(
            "url = \"s3://{bucket}/sealed\"\nendpoint = \"{}\"\nregion = \"us-east-1\"\n\
             access_key_id = \"test\"\nsecret_access_key = \"test\"",
            server.endpoint
        )
    }
}
