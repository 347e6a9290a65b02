//! A scanner that dies, hangs, resets, lies or is out of date, at every position of a stream: no file is ever clean.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use connector::scanners::Scanners;
use harness::scanners;
use secure_files::{ScanGap, ScanVerdict};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_util::task::{AbortOnDropHandle, TaskTracker};

use crate::{NOW, scan};

const PATIENCE: Duration = Duration::from_millis(150);
const SIZE: usize = 100_000;
const PIECE: usize = 1_000;

/// What happens to a stream.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Failure {
    Killed,
    Hung,
    Reset,
    /// "OK" before the end.
    SaysOkEarly,
    Complains,
    TalksNonsense,
}

const FAILURES: [Failure; 6] =
    [Failure::Killed, Failure::Hung, Failure::Reset, Failure::SaysOkEarly, Failure::Complains, Failure::TalksNonsense];

/// As clamd speaks, until `fails_at` bytes of a stream were read; what holds the test file is found.
async fn serve(mut socket: TcpStream, behaviour: Behaviour, progress: Progress) -> std::io::Result<()> {
    let Behaviour { failure, fails_at, signatures } = behaviour;
    let mut command = Vec::new();
    while !command.ends_with(&[0]) {
        command.push(socket.read_u8().await?);
    }
    if command == b"zVERSION\0" {
        return socket.write_all(format!("ClamAV 1.4.6{signatures}\0").as_bytes()).await;
    }
    let mut seen = Vec::new();
    loop {
        let length = usize::try_from(socket.read_u32().await?).unwrap_or_default();
        if length == 0 {
            break;
        }
        let begin = seen.len();
        seen.resize(begin + length, 0);
        socket.read_exact(&mut seen[begin..]).await?;
        progress.send_replace(seen.len());
        if fails_at <= seen.len() && !is_sample(&seen) {
            match failure {
                Failure::Killed => return Ok(()),
                Failure::Hung => std::future::pending::<()>().await,
                Failure::Reset => {
                    socket.set_zero_linger()?;
                    return Ok(());
                }
                Failure::SaysOkEarly => {
                    socket.write_all(b"stream: OK\0").await?;
                    socket.flush().await?;
                    progress.send_replace(usize::MAX);
                    // The rest is not read by anybody.
                    std::future::pending::<()>().await;
                }
                Failure::Complains => socket.write_all(b"INSTREAM size limit exceeded. ERROR\0").await?,
                Failure::TalksNonsense => socket.write_all(&[b'?'; 9_000]).await?,
            }
        }
    }
    let found = seen.windows(68).any(|window| window == inspection::scanner::sample::test_file());
    socket.write_all(if found { b"stream: Eicar FOUND\0" } else { b"stream: OK\0" }).await
}

/// The self-test's streams are zero bytes, archives and the test file; ours are not.
fn is_sample(seen: &[u8]) -> bool {
    seen.starts_with(b"PK") || seen.starts_with(b"X5O")
}

#[derive(Clone, Copy)]
struct Behaviour {
    failure: Failure,
    fails_at: usize,
    signatures: &'static str,
}

/// How far a scanner has read in the current stream; all of it once it spoke.
type Progress = Arc<watch::Sender<usize>>;

struct Unreliable {
    address: String,
    behaviour: Arc<Mutex<Behaviour>>,
    progress: Progress,
    _serving: AbortOnDropHandle<()>,
}

async fn unreliable(failure: Failure, fails_at: usize, signatures: &'static str) -> Unreliable {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("clamd://{}", listener.local_addr().unwrap());
    let behaviour = Arc::new(Mutex::new(Behaviour { failure, fails_at, signatures }));
    let progress: Progress = Arc::new(watch::Sender::new(0));
    let (shared, told) = (behaviour.clone(), progress.clone());
    let serving = async move {
        let mut streams = tokio::task::JoinSet::new();
        while let Ok((socket, _)) = listener.accept().await {
            let behaviour = *shared.lock().unwrap();
            let told = told.clone();
            streams.spawn(async move {
                let _ = serve(socket, behaviour, told).await;
            });
        }
    };
    Unreliable { address, behaviour, progress, _serving: AbortOnDropHandle::new(TaskTracker::new().spawn(serving)) }
}

#[tokio::test]
async fn no_file_is_clean_after_a_scanner_failed_at_any_of_five_hundred_positions() {
    let scanner = unreliable(Failure::Killed, usize::MAX, "").await;
    let opened = scanners::open(&scanner.address, 4 * 1024 * 1024, PATIENCE);
    assert_eq!(opened.test_itself().await.unwrap().proven_bytes, 4 * 1024 * 1024);
    let scanners = Scanners::new(vec![opened]);
    let (mut released, mut tried) = (0, 0);
    for failure in FAILURES {
        for step in 0..84 {
            let fails_at = 1 + step * SIZE / 84;
            *scanner.behaviour.lock().unwrap() = Behaviour { failure, fails_at, signatures: "" };
            scanner.progress.send_replace(0);
            let mut scan = scanners.begin(SIZE as u64, NOW).await;
            for piece in 1..=SIZE / PIECE {
                scan.update(&[7; PIECE]).await;
                if failure == Failure::SaysOkEarly {
                    // It speaks while there is more to come; whoever has sent everything cannot tell early from late.
                    scanner.progress.subscribe().wait_for(|read| *read >= piece * PIECE).await.unwrap();
                }
            }
            let outcome = scan.finish().await;
            tried += 1;
            released += u32::from(outcome.verdict == ScanVerdict::Clean);
            assert_eq!(outcome.verdict, ScanVerdict::NotFullyScanned, "{failure:?} at {fails_at}: {outcome:?}");
        }
    }
    assert_eq!(released, 0);
    println!("{tried} positions, {released} files released");
    assert!(tried >= 500);
}

#[tokio::test]
async fn nobody_there_is_a_reason_to_look_again() {
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let gone = scanners::open(&format!("clamd://{port}"), 4 * 1024 * 1024, PATIENCE);
    assert!(gone.test_itself().await.is_err());
    let outcome = scan(&Scanners::new(vec![gone]), std::iter::once(vec![1]), 1).await;
    assert_eq!(outcome.gaps, [ScanGap::ScannerDown, ScanGap::NotProven]);
    assert!(!outcome.is_final());
}

#[tokio::test]
async fn old_signatures_find_nothing_that_counts() {
    for (signatures, verdict) in [
        ("/27500/Thu Jun 18 09:00:00 2026", ScanVerdict::NotFullyScanned),
        ("/27900/Wed Nov 18 09:00:00 2026", ScanVerdict::Clean),
    ] {
        let scanner = unreliable(Failure::Killed, usize::MAX, signatures).await;
        let opened = scanners::open(&scanner.address, 4 * 1024 * 1024, PATIENCE);
        opened.test_itself().await.unwrap();
        let outcome = scan(&Scanners::new(vec![opened]), std::iter::once(vec![7; 10]), 10).await;
        assert_eq!(outcome.verdict, verdict, "{signatures}: {outcome:?}");
    }
}
