//! A network that breaks about every so many bytes: what passed before the cut arrives, nothing after it does.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::task::TaskTracker;

#[derive(Default)]
pub struct Passed {
    /// From client to server, headers included.
    pub bytes_up: AtomicU64,
    pub cuts: AtomicU64,
}

pub struct CuttingProxy {
    pub url: String,
    pub passed: Arc<Passed>,
    listener: TcpListener,
}

impl CuttingProxy {
    pub async fn bind() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        Self { url, passed: Arc::default(), listener }
    }

    /// Passes everything on to `target`; each cut comes after `every` bytes, a little more or less.
    pub async fn run(self, target: String, every: u64) {
        let connections = TaskTracker::new();
        loop {
            let (client, _) = self.listener.accept().await.unwrap();
            let (passed, target) = (Arc::clone(&self.passed), target.clone());
            connections.spawn(async move {
                let Ok(server) = TcpStream::connect(target).await else { return };
                pass(client, server, &passed, every).await;
            });
        }
    }
}

async fn pass(client: TcpStream, server: TcpStream, passed: &Passed, every: u64) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let up = async {
        let mut buffer = vec![0; 64 * 1024];
        loop {
            let Ok(length @ 1..) = from_client.read(&mut buffer).await else { break false };
            let before = passed.bytes_up.fetch_add(length as u64, Ordering::SeqCst);
            if to_server.write_all(&buffer[..length]).await.is_err() {
                break false;
            }
            // The n-th cut is due n intervals from the start, off by up to a sixteenth.
            let cuts = passed.cuts.load(Ordering::SeqCst);
            let due = (cuts + 1) * every - (cuts * 2_654_435_761) % (every / 16);
            if before + length as u64 >= due
                && passed.cuts.compare_exchange(cuts, cuts + 1, Ordering::SeqCst, Ordering::SeqCst).is_ok()
            {
                break true;
            }
        }
    };
    let down = async { tokio::io::copy(&mut from_server, &mut to_client).await };
    tokio::pin!(down);
    let is_cut = tokio::select! {
        is_cut = up => is_cut,
        _ = &mut down => return,
    };
    // The client hears nothing more; the server reads what passed, then the end.
    let _ = to_server.shutdown().await;
    if !is_cut {
        let _ = down.await;
    }
}
