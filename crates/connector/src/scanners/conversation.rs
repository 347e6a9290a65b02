//! Sending and listening at once: a scanner that says no early does not wait until we have sent everything, and one that
//! hands the file back while it comes must be read or both sides wait for each other.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, ReadHalf, WriteHalf, split},
    net::{TcpStream, UnixStream},
    time::timeout,
};
use tokio_util::either::Either;

use super::Place;

type Socket = Either<UnixStream, TcpStream>;

/// More of an answer than this is not kept: heads are shorter, and the rest is the file.
const KEPT: usize = 64 * 1024;

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Silence {
    #[error("the scanner cannot be reached")]
    Unreachable,
    #[error("the scanner said nothing for too long")]
    TooSlow,
    #[error("the scanner ended the connection without an answer")]
    Ended,
    #[error("what the scanner sent is no answer")]
    Nonsense,
}

pub struct Conversation {
    reader: ReadHalf<Socket>,
    writer: WriteHalf<Socket>,
    received: Vec<u8>,
    has_ended: bool,
    /// Longest time without progress.
    patience: Duration,
}

impl Conversation {
    pub async fn begin(place: &Place, patience: Duration) -> Result<Self, Silence> {
        let connecting = async {
            Ok::<Socket, std::io::Error>(match place {
                Place::Socket(path) => Either::Left(UnixStream::connect(path).await?),
                Place::Tcp(address) => Either::Right(TcpStream::connect(address.as_str()).await?),
            })
        };
        let socket = timeout(patience, connecting).await.map_err(|_| Silence::TooSlow)?;
        let (reader, writer) = split(socket.map_err(|_| Silence::Unreachable)?);
        Ok(Self { reader, writer, received: Vec::new(), has_ended: false, patience })
    }

    /// Sends, unless the scanner has ended: then what it said before is the answer.
    pub async fn send(&mut self, bytes: &[u8]) -> Result<(), Silence> {
        let mut rest = bytes;
        let mut incoming = [0; 4_096];
        while !rest.is_empty() && !self.has_ended {
            let progress = async {
                tokio::select! {
                    biased;
                    read = self.reader.read(&mut incoming) => Progress::Read(read.unwrap_or(0)),
                    written = self.writer.write(rest) => Progress::Written(written.unwrap_or(0)),
                }
            };
            match timeout(self.patience, progress).await.map_err(|_| Silence::TooSlow)? {
                Progress::Read(0) | Progress::Written(0) => self.drain().await?,
                Progress::Read(length) => self.keep(&incoming[..length]),
                Progress::Written(length) => rest = &rest[length..],
            }
        }
        Ok(())
    }

    /// Whether it has said something, or ended, by now.
    pub async fn has_spoken(&mut self) -> bool {
        let mut incoming = [0; 4_096];
        let read = async { Some(self.reader.read(&mut incoming).await) };
        let read = tokio::select! {
            biased;
            read = read => read,
            () = std::future::ready(()) => None,
        };
        match read {
            Some(Ok(length)) if length > 0 => self.keep(&incoming[..length]),
            Some(_) => self.has_ended = true,
            None => {}
        }
        self.has_ended || !self.received.is_empty()
    }

    /// Reads until `read` finds an answer in everything that was received.
    pub async fn answer<T, E>(&mut self, read: impl Fn(&[u8]) -> Result<Option<T>, E>) -> Result<T, Silence> {
        let flushed = timeout(self.patience, self.writer.flush()).await;
        if flushed.map_err(|_| Silence::TooSlow)?.is_err() {
            self.drain().await?;
        }
        loop {
            if let Some(answer) = read(&self.received).map_err(|_| Silence::Nonsense)? {
                return Ok(answer);
            }
            if self.has_ended || self.received.len() >= KEPT {
                return Err(Silence::Ended);
            }
            self.read_more().await?;
        }
    }

    /// It takes nothing any more, and may still have said why.
    async fn drain(&mut self) -> Result<(), Silence> {
        while !self.has_ended {
            self.read_more().await?;
        }
        Ok(())
    }

    async fn read_more(&mut self) -> Result<(), Silence> {
        let mut incoming = [0; 4_096];
        let read = timeout(self.patience, self.reader.read(&mut incoming)).await.map_err(|_| Silence::TooSlow)?;
        match read {
            Ok(length) if length > 0 => self.keep(&incoming[..length]),
            // A reset after an answer leaves the answer.
            _ => self.has_ended = true,
        }
        Ok(())
    }

    fn keep(&mut self, bytes: &[u8]) {
        let room = KEPT.saturating_sub(self.received.len());
        self.received.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }
}

enum Progress {
    Read(usize),
    Written(usize),
}
