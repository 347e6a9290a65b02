//! One stream of bytes to one scanner, and its answer.

use inspection::scanner::{Answer, clamd, icap};

use super::conversation::{Conversation, Silence};
use super::{Protocol, Scanner};

/// Largest piece that is handed over at once, bytes.
const PIECE: usize = 64 * 1024;

pub struct Stream {
    conversation: Conversation,
    protocol: Protocol,
}

impl Stream {
    /// `length` is how many bytes will follow.
    pub async fn begin(scanner: &Scanner, length: u64) -> Result<Self, Silence> {
        let mut conversation = Conversation::begin(&scanner.place, scanner.patience).await?;
        match &scanner.protocol {
            Protocol::Clamd => conversation.send(clamd::BEGIN).await?,
            Protocol::Icap(service) => conversation.send(&service.begin(length)).await?,
        }
        Ok(Self { conversation, protocol: scanner.protocol.clone() })
    }

    pub async fn update(&mut self, bytes: &[u8]) -> Result<(), Silence> {
        for piece in bytes.chunks(PIECE) {
            match &self.protocol {
                Protocol::Clamd => {
                    let length = u32::try_from(piece.len()).expect("a piece is at most 64 KiB");
                    self.conversation.send(&clamd::chunk_head(length)).await?;
                    self.conversation.send(piece).await?;
                }
                Protocol::Icap(_) => {
                    self.conversation.send(&icap::chunk_head(piece.len())).await?;
                    self.conversation.send(piece).await?;
                    self.conversation.send(icap::CHUNK_END).await?;
                }
            }
        }
        Ok(())
    }

    /// Ends the stream and waits for the answer. Who says "nothing found" before the end has not seen all of it.
    pub async fn finish(mut self) -> Result<Answer, Silence> {
        let is_early = self.conversation.has_spoken().await;
        let answer = match self.protocol {
            Protocol::Clamd => {
                self.conversation.send(clamd::END).await?;
                clamd::read(&self.conversation.answer(clamd::complete).await?)
            }
            Protocol::Icap(_) => {
                self.conversation.send(icap::END).await?;
                self.conversation.answer(icap::complete).await?.read()
            }
        };
        Ok(if is_early && answer == Answer::NothingFound { Answer::Unclear } else { answer })
    }
}
